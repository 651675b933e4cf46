"""Property paths of shapes, and the values at their ends, as pySHACL finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import rdflib
from rdflib import RDF
from rdflib.namespace import SH
from rdflib.term import Node

from publish.reach.graph import About, Sight
from publish.reach.terms import line_term

Values = Callable[[bytes, About, Sight], Sequence[bytes]]
"""The values at the end of a path, from a node and what is said of it; each once."""

_DEEPEST = 10
"""How deep a path may stand in itself until pySHACL raises an exception."""


class NoPath(Exception):
    """A path that pySHACL does not follow to its end."""


@dataclass(frozen=True, slots=True)
class Step:
    """One triple, from its subject to its value, or back; *in_query* where a store takes it, to which all spellings of a number are one."""

    predicate: bytes
    is_inverse: bool
    in_query: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """One path after the other."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of some paths."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path once, or as often as it goes where it *is_endless*, and not at all too where it *is_optional*."""

    part: Path
    is_optional: bool
    is_endless: bool


Path = Step | Chain | Choice | Repeated

_REPEATED = ((SH.zeroOrMorePath, True, True), (SH.oneOrMorePath, False, True), (SH.zeroOrOnePath, True, False))


def path_of(graph: rdflib.Graph, node: Node) -> Path:
    """Return the path that *node* of a shapes graph is. Raises `NoPath` where pySHACL would raise an exception on its way."""
    return _Reader(graph, is_inverse=False).path(node, 0)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a path as pySHACL does: what is inverse is so step by step, and the steps keep their order."""

    graph: rdflib.Graph
    is_inverse: bool

    def path(self, node: Node, depth: int) -> Path:
        if isinstance(node, rdflib.URIRef):
            return Step(line_term(node), self.is_inverse)
        if isinstance(node, rdflib.Literal) or depth >= _DEEPEST:
            raise NoPath(str(node))
        if (node, RDF.first, None) in self.graph:
            return self._chain(node, depth)
        inverse = self.graph.value(node, SH.inversePath)
        if inverse is not None:
            return _Reader(self.graph, not self.is_inverse).path(inverse, depth + 1)
        choice = self.graph.value(node, SH.alternativePath)
        if choice is not None:
            parts = tuple(self.path(part, depth + 1) for part in self.graph.items(choice))
            if len(parts) > 1:
                return Choice(parts)
        for word, is_optional, is_endless in _REPEATED:
            part = self.graph.value(node, word)
            if part is not None:
                return Repeated(self.path(part, depth + 1), is_optional, is_endless)
        raise NoPath(str(node))

    def _chain(self, node: Node, depth: int) -> Path:
        parts = []
        while isinstance(node, rdflib.BNode) and (node, RDF.first, None) in self.graph:
            if depth >= _DEEPEST:
                raise NoPath(str(node))
            parts.append(self.path(next(self.graph.objects(node, RDF.first)), depth + 1))
            node, depth = self.graph.value(node, RDF.rest) or RDF.nil, depth + 1
        if len(parts) == 1 or node != RDF.nil:
            raise NoPath(str(node))
        return Chain(tuple(parts))


def values_at(path: Path) -> Values:
    """Return what finds the values at the end of *path*."""
    if isinstance(path, Step):
        return _of_step(path)
    if isinstance(path, Chain):
        return _of_chain([values_at(part) for part in path.parts])
    if isinstance(path, Choice):
        ways = [values_at(part) for part in path.parts]
        return lambda node, about, sight: _each_once(value for way in ways for value in way(node, about, sight))
    return _of_repeated(values_at(path.part), path)


def _of_step(step: Step) -> Values:
    predicate = step.predicate
    if step.is_inverse:
        return lambda node, _about, sight: sight.pointing(node, predicate)
    return lambda _node, about, _sight: about.get(predicate, ())


def _of_chain(ways: Sequence[Values]) -> Values:
    first, *others = ways

    def walk(node: bytes, about: About, sight: Sight) -> Sequence[bytes]:
        reached = first(node, about, sight)
        for way in others:
            reached = _each_once(value for middle in reached for value in way(middle, sight.about(middle), sight))
        return reached

    return walk


def _of_repeated(way: Values, path: Repeated) -> Values:
    is_optional, is_endless = path.is_optional, path.is_endless

    def walk(node: bytes, about: About, sight: Sight) -> Sequence[bytes]:
        reached = dict.fromkeys([node] if is_optional else [])
        waiting = list(way(node, about, sight))
        while waiting:
            middle = waiting.pop()
            if middle not in reached:
                reached[middle] = None
                waiting += way(middle, sight.about(middle), sight) if is_endless else ()
        return list(reached)

    return walk


def _each_once(values: Iterable[bytes]) -> Sequence[bytes]:
    return list(dict.fromkeys(values))


def steps_in(path: Path) -> Iterator[Step]:
    """Yield the steps of *path*, in their order."""
    if isinstance(path, Step):
        yield path
    else:
        for part in (path.part,) if isinstance(path, Repeated) else path.parts:
            yield from steps_in(part)
