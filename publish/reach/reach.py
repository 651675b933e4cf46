"""Read a shape, know its reach: which triples it can see from a focus node, and so which focus nodes a change can concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat, Store
from pyshacl.constraints.core.other_constraints import ClosedConstraintComponent
from pyshacl.constraints.core.value_constraints import ClassConstraintComponent
from rdflib.term import Node

from publish.bulk.lines import n_triples
from publish.reach.algebra import Opaque
from publish.reach.constraints import Shape, Unusable, inner_shapes, known_constraints, own_constraints
from publish.reach.graph import Graph
from publish.reach.joins import Joins, Unjoined
from publish.reach.loaded import Named, shapes_of
from publish.reach.needs import Needs
from publish.reach.paths import NoPath, Repeated, Step, path_of
from publish.reach.queries import Query, needs_of, queries_of, query_of
from publish.reach.screen import Asked, Suspect, answers
from publish.reach.targets import Target
from publish.reach.terms import SUBCLASS, TYPE, UNDERSCORE, line, line_term
from publish.reach.trails import START, Trails, Triple
from publish.reach.weaver import Weaver
from publish.shapes.components import Sparql

_ABOVE = Repeated(Step(SUBCLASS, is_inverse=False), is_optional=True, is_endless=True)


@dataclass(frozen=True, slots=True)
class Unbounded:
    """What a shape can see wherever it is: what it *needs*, or all triples where that is nothing; and a word that tells why.

    ``pattern``: *part*, in a query, is not joined to the focus node. ``query``: a query that is not understood. ``shape``: a constraint that is not.
    """

    reason: str
    part: str
    needs: Needs | None


@dataclass(frozen=True, slots=True)
class Reach:
    """What a shape with a target can see: the trails from a focus node, and what it sees wherever it is."""

    target: Target
    trails: Trails
    unbounded: tuple[Unbounded, ...] = ()
    otherwise: tuple[Needs | None, ...] = ()
    """What its queries need that are on the trails, where a trail is lost (`publish.reach.trails.Around`)."""

    @property
    def is_bounded(self) -> bool:
        """Whether it can see nothing but what is on its trails."""
        return not self.unbounded

    @property
    def needs(self) -> Needs | None:
        """What it needs beside what is on its trails; nothing where that may be all triples."""
        return _together(one.needs for one in self.unbounded)


def reaches(shapes: bytes) -> Mapping[str, Reach]:
    """Return the reach of each shape with a target in *shapes*, N-Triples, by its name."""
    return {named.name: reach_of(named) for named in shapes_of(shapes)}


def reach_of(named: Named) -> Reach:
    """Return the reach of a shape."""
    reader = _Reader(named)
    return Reach(named.target, reader.weaver.woven(), tuple(dict.fromkeys(reader.unbounded)), tuple(reader.otherwise))


def extract(graph: Graph, known: Mapping[str, Reach], suspects: Iterable[Suspect]) -> set[bytes]:
    """Return the lines of *graph* that shapes, by their names, can see on their trails from *suspects*."""
    found: set[bytes] = set()
    for shape, nodes in _by_shape(suspects).items():
        found |= known[shape].trails.around(graph, nodes).lines
        blank = [(node, predicate) for node in nodes if node[0] == UNDERSCORE for predicate in known[shape].target.objects_of]
        found.update(line(subject, predicate, node) for node, predicate in blank for subject in graph.pointing(node, predicate))  # pySHACL looks for them
    return found


def needed(graph: Graph, known: Mapping[str, Reach], suspects: Iterable[Suspect]) -> Needs | None:
    """Return what queries need of *graph* beside the extract when *suspects* are judged; nothing where that may be all triples."""
    several: list[Needs | None] = []
    for shape, nodes in _by_shape(suspects).items():
        reach = known[shape]
        several.append(reach.needs)
        if reach.otherwise and reach.trails.around(graph, nodes).is_lost:
            several += reach.otherwise
    return _together(several)


def affected(reach: Reach, changed: Iterable[Triple], old: Graph, new: Graph) -> set[bytes] | None:
    """Return nodes among which are all focus nodes of which a shape may say something else in *new* than in *old*; nothing where it may of any.

    *changed* has the triples that are in one of the two graphs only.
    """
    triples = list(changed)
    predicates = {predicate for _subject, predicate, _value in triples}
    needs = reach.needs
    if predicates and (needs is None or needs.finding or predicates & needs.predicates or (SUBCLASS in predicates and reach.target.classes)):
        return None
    concerned = reach.trails.concerned(triples, (old, new))
    return None if concerned is None else concerned | _targeted(reach.target, triples)


def answers_again(asked: Asked, reach: Reach, nodes: Collection[bytes], graph: Graph) -> set[bytes] | None:
    """Return those of *nodes*, IRIs, that a question finds in *graph*, asked of what its shape can see from them; nothing where that is not enough."""
    seen = reach.trails.around(graph, nodes)
    if seen.is_lost or not reach.is_bounded:
        return None
    store = Store()
    store.extend(pyoxigraph.parse(n_triples(b"".join(seen.lines)), format=RdfFormat.N_TRIPLES))
    return set(nodes).intersection(answers(asked, store, graph))


def _targeted(target: Target, triples: Iterable[Triple]) -> set[bytes]:
    """The nodes that may have become focus nodes by *triples*, or may no longer be."""
    found = set()
    for subject, predicate, value in triples:
        if predicate in target.subjects_of or (predicate == TYPE and target.classes):
            found.add(subject)
        if predicate in target.objects_of:
            found.add(value)
    return found


def _together(several: Iterable[Needs | None]) -> Needs | None:
    listed = list(several)
    known = [one for one in listed if one is not None]
    if len(known) < len(listed):
        return None
    predicates = frozenset(predicate for one in known for predicate in one.predicates)
    return Needs(predicates, tuple(dict.fromkeys(finding for one in known for finding in one.finding)))


def _by_shape(suspects: Iterable[Suspect]) -> Mapping[str, Sequence[bytes]]:
    nodes: dict[str, list[bytes]] = defaultdict(list)
    for shape, node in suspects:
        nodes[shape].append(node)
    return nodes


class _Reader:
    """Weaves the trails of one shape, from the place of a focus node."""

    def __init__(self, named: Named) -> None:
        self.weaver = Weaver()
        self.unbounded: list[Unbounded] = []
        self.otherwise: list[Needs | None] = []
        self._entries: dict[Node, int] = {}
        self.weaver.join(START, self._entry(named.shape))

    def _entry(self, shape: Shape) -> int:
        """The place where a node stands that is held against *shape*."""
        if shape.node not in self._entries:
            place = self._entries[shape.node] = self.weaver.place()
            if not shape.deactivated:
                try:
                    self._constraints(shape, place)
                except (Unusable, NoPath):
                    self.unbounded.append(Unbounded("shape", str(shape.node), None))
        return self._entries[shape.node]

    def _constraints(self, shape: Shape, place: int) -> None:
        values = self.weaver.follow(path_of(shape.sg.graph, shape.path()), place) if shape.is_property_shape else place
        for component in own_constraints(shape):
            self._query(query_of(component), {"this": place, "value": values})
        for component in known_constraints(shape):
            if isinstance(component, Sparql):
                for query in queries_of(component):
                    self._query(query, {"this": place})
            elif isinstance(component, ClassConstraintComponent):
                self.weaver.follow(_ABOVE, self.weaver.follow(Step(TYPE, is_inverse=False), values))
            elif isinstance(component, ClosedConstraintComponent):
                self.weaver.see_all(values)
            for predicate in getattr(component, "property_compare_set", ()):
                self.weaver.see(place, line_term(predicate))
            for inner in inner_shapes(component):
                self.weaver.join(values, self._entry(inner))

    def _query(self, query: Query, places: Mapping[str, int]) -> None:
        """Weave a query in, from the *places* of what it is given, by its variable."""
        if query.pattern is None:
            self.unbounded.append(Unbounded("query", "", needs_of(query)))
            return
        try:
            Joins(self.weaver, {variable: places[str(variable)] for variable in query.given}).weave(query.pattern)
        except Opaque:
            self.unbounded.append(Unbounded("query", "", None))
        except Unjoined as unjoined:
            self.unbounded.append(Unbounded("pattern", str(unjoined), needs_of(query)))
        else:
            self.otherwise.append(needs_of(query))
