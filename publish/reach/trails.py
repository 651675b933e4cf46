"""Trails: the ways from a node along triples, and what is seen on them; forwards to take out what a shape can see, backwards to who sees a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from publish.reach.graph import Graph
from publish.reach.terms import QUOTE, UNDERSCORE, line

ANY = b""
"""Stands for any predicate."""
START, END = 0, 1
"""The places where a focus node stands, and from which nothing is seen."""
MOST = 1 << 17
"""The nodes that are followed backwards before a change is taken to concern everything."""

Triple = tuple[bytes, bytes, bytes]
"""A triple, its terms as lines have them."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of a trail: along triples with a predicate, or with any, from their subjects or back, to the place *to*; `in_query` as a `Step` is."""

    predicate: bytes
    is_inverse: bool
    to: int
    in_query: bool = False

    def is_lost(self, node: bytes) -> bool:
        """Say whether it comes back from *node* in a store, where it comes back from other spellings of *node* too."""
        return self.in_query and self.is_inverse and node[0] == QUOTE and node.endswith(b">")


@dataclass(frozen=True, slots=True)
class Around:
    """The lines of what is seen from some nodes. Where it *is_lost* there is more to see, wherever it is, by other spellings of a value on the way."""

    lines: frozenset[bytes]
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Trails:
    """Places with the edges that begin there; in each place of *fixed* stands a node that does not depend on the focus node."""

    places: tuple[tuple[Edge, ...], ...]
    fixed: tuple[tuple[int, bytes], ...] = ()

    def around(self, graph: Graph, nodes: Iterable[bytes]) -> Around:
        """Return what is seen of *graph* from *nodes*; all that is said of blank nodes on the way is a part of it."""
        found: set[bytes] = set()
        seen = {(START, node) for node in nodes} | set(self.fixed)
        waiting = list(seen)
        is_lost = False
        while waiting:
            place, node = waiting.pop()
            is_lost = is_lost or any(edge.is_lost(node) for edge in self.places[place])
            new = {(to, other) for to, other in self._from(graph, node, place, found) if self.places[to] or other[0] == UNDERSCORE} - seen
            seen |= new
            waiting += new
        return Around(frozenset(found), is_lost)

    def concerned(self, changed: Sequence[Triple], graphs: Sequence[Graph]) -> set[bytes] | None:
        """Return the nodes from which one of the triples *changed* is, or was, seen in one of *graphs*; nothing where it may be seen from anywhere."""
        if any(edge.is_lost(value) for _subject, predicate, value in changed for edges in self.places for edge in edges if edge.predicate == predicate):
            return None
        back = _turned(self.places)
        seen = {start for triple in changed for start in self._where(triple)}
        waiting, fixed = list(seen), set(self.fixed)
        while waiting:
            place, node = waiting.pop()
            steps = [(edge, before, other) for edge, before in back.get(place, ()) for other in _before(graphs, node, edge)]
            new = {(before, other) for _edge, before, other in steps} - seen
            seen |= new
            waiting += new
            if len(seen) > MOST or any(edge.is_lost(other) for edge, _before, other in steps):
                return None
        return None if seen & fixed else {node for place, node in seen if place == START}

    def predicates(self) -> frozenset[bytes]:
        """Return the predicates of what is seen, `ANY` among them where any is."""
        return frozenset(edge.predicate for edges in self.places for edge in edges)

    def _from(self, graph: Graph, node: bytes, place: int, found: set[bytes]) -> Iterator[tuple[int, bytes]]:
        about = {} if node[0] == QUOTE else graph.about(node)
        if node[0] == UNDERSCORE:
            found.update(line(node, predicate, value) for predicate, values in about.items() for value in values)
            yield from ((END, value) for values in about.values() for value in values if value[0] == UNDERSCORE)
        for edge in self.places[place]:
            if edge.is_inverse:
                others = graph.pointing(node, edge.predicate)
                found.update(line(other, edge.predicate, node) for other in others)
                yield from ((edge.to, other) for other in others)
            else:
                for predicate in about if edge.predicate == ANY else (edge.predicate,):
                    values = about.get(predicate, ())
                    found.update(line(node, predicate, value) for value in values)
                    yield from ((edge.to, value) for value in values)

    def _where(self, triple: Triple) -> Iterator[tuple[int, bytes]]:
        """The places and nodes at which *triple* is seen."""
        subject, predicate, value = triple
        for place, edges in enumerate(self.places):
            for edge in edges:
                if edge.predicate in {predicate, ANY}:
                    yield place, value if edge.is_inverse else subject


def _turned(places: Sequence[Sequence[Edge]]) -> Mapping[int, Sequence[tuple[Edge, int]]]:
    """The edges that end in each place, each with the place where it begins."""
    back: dict[int, list[tuple[Edge, int]]] = defaultdict(list)
    for place, edges in enumerate(places):
        for edge in edges:
            back[edge.to].append((edge, place))
    return back


def _before(graphs: Sequence[Graph], node: bytes, edge: Edge) -> Iterator[bytes]:
    """The nodes from which *edge* leads to *node* in one of *graphs*."""
    for graph in graphs:
        if not edge.is_inverse:
            yield from graph.pointing(node, edge.predicate)
        elif node[0] != QUOTE:
            yield from graph.about(node).get(edge.predicate, ())
