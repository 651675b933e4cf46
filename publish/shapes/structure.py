"""The shapes graph as a net: what is said of each node, its lists, its paths, which shape is in which, and by which IRI each node is known."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import BlankNode, NamedNode, Triple

from publish.model import FIRST, NIL, REST, SHACL, Object

PATH = SHACL + "path"
PROPERTY = SHACL + "property"
LISTS_OF_SHAPES = frozenset(SHACL + name for name in ("and", "or", "xone"))
SHAPES = frozenset(SHACL + name for name in ("node", "not", "property", "qualifiedValueShape"))
ALTERNATIVES = SHACL + "alternativePath"
PATHS = (FIRST.value, *(SHACL + name for name in ("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")))
"""What makes a path of a blank node: the first of these that it has."""

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a list of shapes, which is no shape itself."""

    head: Object


Inner = Object | Cell
"""What stands in a shape: a shape, or a cell of a list of shapes."""


class Net:
    """*triples* by subject and predicate, and by object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = list(triples)
        self._said: dict[tuple[Object, str], list[Triple]] = defaultdict(list)
        self._words: dict[Object, set[str]] = defaultdict(set)
        self._pointing: dict[Object, list[Triple]] = defaultdict(list)
        self._lists: dict[Object, bool] = {NIL: True}
        self._names: dict[Object, str] = {}
        for triple in self.triples:
            self._said[triple.subject, triple.predicate.value].append(triple)
            self._words[triple.subject].add(triple.predicate.value)
            self._pointing[triple.object].append(triple)

    def said(self, node: Object, word: str) -> Sequence[Triple]:
        """The triples of *node* with *word* (an IRI), in the order in which they were given."""
        return self._said.get((node, word), ())

    def words(self, node: Object) -> frozenset[str]:
        """The properties of *node*."""
        return frozenset(self._words.get(node, ()))

    def pointing(self, node: Object) -> Sequence[Triple]:
        """The triples that point at *node*, in the order in which they were given."""
        return self._pointing.get(node, ())

    def is_list(self, head: Object) -> bool:
        """Say whether a list begins with *head*, and has an end: each of its cells one member and one cell after it."""
        way: dict[Object, None] = {}
        while head not in self._lists and head not in way and len(self.said(head, FIRST.value)) == len(self.said(head, REST.value)) == 1:
            way[head] = None
            head = self.said(head, REST.value)[0].object
        self._lists.update(dict.fromkeys(way, self._lists.get(head, False)))
        return self._lists.get(next(iter(way), head), False)

    def members(self, head: Object) -> list[Object]:
        """The members of the list that begins with *head*; none where it is no list, or one without end."""
        members = []
        while self.is_list(head) and head != NIL:
            members.append(self.said(head, FIRST.value)[0].object)
            head = self.said(head, REST.value)[0].object
        return members

    def nesting(self) -> dict[Inner, list[Inner]]:
        """Which shapes stand in which: each shape and each cell of a list of shapes, with those directly in it."""
        edges: dict[Inner, list[Inner]] = defaultdict(list)
        for triple in self.triples:
            if triple.predicate.value in SHAPES:
                edges[triple.subject].append(triple.object)
            elif triple.predicate.value in LISTS_OF_SHAPES and self.is_list(triple.object):
                edges[triple.subject].append(Cell(triple.object))
        waiting = [inner for others in edges.values() for inner in others if isinstance(inner, Cell)]
        while waiting:
            cell = waiting.pop()
            if cell.head != NIL and cell not in edges:
                rest = Cell(self.said(cell.head, REST.value)[0].object)
                edges[cell] = [self.said(cell.head, FIRST.value)[0].object, rest]
                waiting.append(rest)
        return dict(edges)

    def steps(self, path: Object) -> list[Object] | None:
        """The paths directly in *path*: none in an IRI; nothing where it is no well-formed path (SHACL, section 2.3.1)."""
        if isinstance(path, NamedNode):
            return None if path == NIL else []
        word = next((word for word in PATHS if word in self.words(path)), "")
        values = [triple.object for triple in self.said(path, word)]
        if not isinstance(path, BlankNode) or len(values) != 1:
            return None
        if word not in {FIRST.value, ALTERNATIVES}:
            return values
        members = self.members(values[0] if word == ALTERNATIVES else path)
        return members if len(members) > 1 else None

    def name(self, node: Object) -> str:
        """The IRI of *node*, else of the nearest node with one that leads to it, else the label of *node* as N-Triples writes it."""
        if node not in self._names:
            self._names[node] = self._nearest(node)
        return self._names[node]

    def _nearest(self, node: Object) -> str:
        seen, waiting = {node}, deque([node])
        while waiting:
            near = waiting.popleft()
            if isinstance(near, NamedNode):
                return near.value
            nearest = [triple.subject for triple in self.pointing(near) if triple.subject not in seen]
            seen.update(nearest)
            waiting.extend(nearest)
        return str(node)


def circles(edges: Mapping[Node, Sequence[Node]]) -> list[frozenset[Node]]:
    """Return the sets of nodes that lead to one another, and so back to themselves (Kosaraju's algorithm)."""
    back: dict[Node, list[Node]] = defaultdict(list)
    for node, others in edges.items():
        for other in others:
            back[other].append(node)
    seen: set[Node] = set()
    finished = [node for start in edges for node in _finished(start, edges, seen)]
    seen = set()
    found = [frozenset(_finished(start, back, seen)) for start in reversed(finished)]
    return [nodes for nodes in found if len(nodes) > 1 or any(node in edges.get(node, ()) for node in nodes)]


def heights(edges: Mapping[Node, Sequence[Node]], own: Callable[[Node], int] = lambda _node: 1) -> dict[Node, int]:
    """Return how many nodes stand above one another from each node down, each counted as *own* says; not of those that lead to a circle."""
    above: dict[Node, list[Node]] = defaultdict(list)
    for node, others in edges.items():
        for other in set(others):
            above[other].append(node)
    open_below = {node: len(set(edges.get(node, ()))) for node in [*edges, *above]}
    ready = deque(node for node, count in open_below.items() if not count)
    heights: dict[Node, int] = {}
    while ready:
        node = ready.popleft()
        heights[node] = own(node) + max((heights[below] for below in edges.get(node, ())), default=0)
        for other in above[node]:
            open_below[other] -= 1
            if not open_below[other]:
                ready.append(other)
    return heights


def _finished(start: Node, edges: Mapping[Node, Sequence[Node]], seen: set[Node]) -> list[Node]:
    """The nodes that *start* leads to and that were not *seen*, each after those that it leads to."""
    if start in seen:
        return []
    seen.add(start)
    finished: list[Node] = []
    way = [(start, iter(edges.get(start, ())))]
    while way:
        node, others = way[-1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            finished.append(node)
            way.pop()
        else:
            seen.add(following)
            way.append((following, iter(edges.get(following, ()))))
    return finished
