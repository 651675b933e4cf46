"""The shapes graph as a net: what is said of each node, its lists, its paths, which shape is in which, and by which IRI each node is known."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
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


class Net:
    """*triples* by subject and predicate, and by object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = list(triples)
        self._said: dict[tuple[Object, str], list[Triple]] = defaultdict(list)
        self._words: dict[Object, set[str]] = defaultdict(set)
        self._pointing: dict[Object, list[Triple]] = defaultdict(list)
        self._members: dict[Object, list[Object] | None] = {}
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

    def members(self, head: Object) -> list[Object] | None:
        """The members of the list that begins with *head*; nothing where it is no list, or one without end."""
        if head not in self._members:
            self._members[head] = self._listed(head)
        return self._members[head]

    def _listed(self, head: Object) -> list[Object] | None:
        members: list[Object] = []
        seen: set[Object] = set()
        while head != NIL:
            first, rest = self.said(head, FIRST.value), self.said(head, REST.value)
            if head in seen or len(first) != 1 or len(rest) != 1:
                return None
            seen.add(head)
            members.append(first[0].object)
            head = rest[0].object
        return members

    def shapes_at(self, triple: Triple) -> Sequence[Object]:
        """The shapes that *triple* puts into its subject."""
        if triple.predicate.value in LISTS_OF_SHAPES:
            return self.members(triple.object) or ()
        return (triple.object,) if triple.predicate.value in SHAPES else ()

    def inner(self, shape: Object) -> Iterator[tuple[Triple, Object]]:
        """The shapes directly in *shape*, each with the triple that puts it there."""
        for word in sorted(self.words(shape) & (SHAPES | LISTS_OF_SHAPES)):
            yield from ((triple, member) for triple in self.said(shape, word) for member in self.shapes_at(triple))

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
        return members if members and len(members) > 1 else None

    def name(self, node: Object) -> str:
        """The IRI of *node*, else of the nearest node with one that leads to it, else the label of *node* as N-Triples writes it."""
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


def heights(edges: Mapping[Node, Sequence[Node]]) -> dict[Node, int]:
    """Return how many nodes stand above one another from each node down, itself counted; not of those that lead to a circle."""
    above: dict[Node, list[Node]] = defaultdict(list)
    open_below: dict[Node, int] = {}
    for node, others in edges.items():
        open_below[node] = len(set(others))
        for other in set(others):
            above[other].append(node)
            open_below.setdefault(other, len(set(edges.get(other, ()))))
    heights = {node: 1 for node, count in open_below.items() if not count}
    ready = deque(heights)
    while ready:
        node = ready.popleft()
        for other in above[node]:
            open_below[other] -= 1
            if not open_below[other]:
                heights[other] = 1 + max(heights[below] for below in edges[other])
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
