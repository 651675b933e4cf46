"""Judge in memory as it is done where data does not fit there: look through a screen, take out what suspects need, judge them alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.sparql.sparql_based_constraint_components import SPARQLConstraintComponentValidator
from pyshacl.rdfutil.stringify import stringify_blank_node

from publish.bulk.lines import lines_of, n_triples
from publish.confined import Note
from publish.reach import graph
from publish.reach.graph import About, Graph
from publish.reach.needs import found_lines
from publish.reach.reach import Reach, extract, needed, reach_of
from publish.reach.screen import Look, Screen, Seen, ask
from publish.reach.terms import n_term
from publish.shapes.components import COMPONENTS
from publish.shapes.judgement import judge
from publish.shapes.suspects import Suspects

Told = Mapping[str, Any]
Asked = tuple[bytes, bytes, int, Note, Suspects]
"""What `judge` is asked: data, shapes, the first shape, who is told of each, and the suspects."""


class InMemory(graph.InMemory):
    """Lines as a graph that can be gone through from both ends."""

    def groups(self) -> Iterator[tuple[bytes, About]]:
        """Yield each subject with what is said of it."""
        yield from self._about.items()

    def turned_groups(self) -> Iterator[tuple[bytes, frozenset[bytes]]]:
        """Yield each value with the predicates that point at it."""
        predicates: dict[bytes, set[bytes]] = {}
        for value, predicate in self._pointing:
            predicates.setdefault(value, set()).add(predicate)
        yield from ((value, frozenset(pointing)) for value, pointing in predicates.items())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, how many focus nodes each shape has, and how many of these were judged by pySHACL."""

    found: Counter[str]
    focus_nodes: Mapping[str, int]
    judged: int


def lines(triples: str | bytes) -> list[bytes]:
    """The lines of N-Triples."""
    return lines_of(quad.triple for quad in pyoxigraph.parse(triples, format=RdfFormat.N_TRIPLES))


def by_pyshacl(data: str, shapes: str) -> Outcome:
    """What pySHACL finds by itself."""
    return _outcome(judge(data.encode(), shapes.encode(), 0, lambda _words: None), -1)


def by_screen(data: str, shapes: str) -> Outcome:
    """What is found with a screen."""
    asked = to_judge(data, shapes)
    return by_pyshacl(data, shapes) if asked is None else _outcome(judge(*asked), sum(map(len, asked[-1].nodes.values())))


def to_judge(data: str, shapes: str) -> Asked | None:
    """What the judge is asked after a look through a screen; nothing where it has to be asked about all data."""
    every = lines(data)
    screen, graph = Screen(shapes.encode(), every), InMemory(every)
    if screen.is_deep:
        return None
    seen = looked(screen, graph, every)
    suspected = {shape for shape, _node in seen.suspects}
    known = {named.name: reach_of(named) for named in screen.shapes if named.name in suspected}
    return taken_out(known, seen, graph, every, shapes)


def looked(screen: Screen, graph: InMemory, every: Iterable[bytes]) -> Seen:
    """What a look at all of *graph* sees, with the answers to what is asked."""
    look = Look(screen, graph)
    for node, about in graph.groups():
        look.subject(node, about)
    for node, predicates in graph.turned_groups():
        look.value(node, predicates)
    look.named()
    asked = [suspect for question in screen.asked for suspect in ask(screen, question, store_of(every, question.question.predicates), graph)]
    return Seen(look.seen.focus_nodes, tuple(dict.fromkeys([*look.seen.suspects, *asked])))


def taken_out(known: Mapping[str, Reach], seen: Seen, graph: Graph, every: Iterable[bytes], shapes: str) -> Asked:
    """What the judge is asked: an extract of the data, the shapes, and the suspects."""
    wanted = needed(graph, known, seen.suspects)
    predicates, finding = (wanted.predicates, wanted.finding) if wanted else (None, ())
    store = store_of(every, predicates)
    asked = n_triples(b"".join({*_with(every, predicates), *(line for one in finding for line in found_lines(store, one, graph))}))
    nodes: dict[str, list[str]] = {}
    for shape, node in seen.suspects:
        nodes.setdefault(shape, []).append(n_term(node).decode())
    data = n_triples(b"".join(sorted(extract(graph, known, seen.suspects))))
    return data, shapes.encode(), 0, lambda _words: None, Suspects(seen.focus_nodes, nodes, asked)


def store_of(every: Iterable[bytes], predicates: frozenset[bytes] | None) -> pyoxigraph.Store:
    """A store with the lines in *every* that have one of *predicates*."""
    store = pyoxigraph.Store()
    store.extend(pyoxigraph.parse(n_triples(b"".join(_with(every, predicates))), format=RdfFormat.N_TRIPLES))
    return store


def _with(every: Iterable[bytes], predicates: frozenset[bytes] | None) -> Iterator[bytes]:
    return (line for line in every if predicates is None or line.split(b"\t")[1] in predicates)


def _outcome(told: Iterable[Told], judged: int) -> Outcome:
    stringify_blank_node.dict_cache.clear()  # what it remembers of a graph it takes for that of another one in the same place of the memory
    SPARQLConstraintComponentValidator.validator_cache.clear()
    found: Counter[str] = Counter()
    focus_nodes: dict[str, int] = {}
    for piece in told:
        for kind in ("faults", "failures", "results", "more", "unknown_words", "unsupported_words"):
            found.update(f"{kind} {_sorted(one)}" for one in piece.get(kind, ()))
        focus_nodes |= piece.get("focus_nodes", {})
    return Outcome(found, focus_nodes, judged)


def _sorted(one: object) -> str:
    if isinstance(one, Mapping):
        return str(sorted((name, _sorted(value)) for name, value in one.items()))
    return str(one)


@contextmanager
def installed() -> Iterator[None]:
    """Have pySHACL judge with the components that stand in its own components' place, until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        for component in COMPONENTS:
            for word in component.constraint_parameters():
                patch.setitem(CONSTRAINT_PARAMETERS_MAP, word, component)
        yield
