"""Which focus nodes surely conform to shapes: those that do not, surely, are suspects, and pySHACL's to judge (`publish.shapes.judgement`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from publish.reach.graph import About, Graph, Sight
from publish.reach.hierarchy import Hierarchy
from publish.reach.loaded import shapes_of
from publish.reach.targets import Numbers, Targets
from publish.reach.verdicts import Verdicts

Suspect = tuple[str, bytes]
"""A shape, by its name, and a focus node, as lines have it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many focus nodes shapes have in what was looked at, by their names, and which of these may not conform."""

    focus_nodes: Counter[str] = field(default_factory=Counter)
    suspects: tuple[Suspect, ...] = ()

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.focus_nodes + other.focus_nodes, self.suspects + other.suspects)


class Screen:
    """Shapes, N-Triples, made into functions; *vocabulary* has the lines with rdfs:subClassOf of all data, and may have others.

    Where *is_deep* is true the classes stand so high above one another that pySHACL may fail at them: it has to judge all data itself.
    """

    def __init__(self, shapes: bytes, vocabulary: Iterable[bytes]) -> None:
        hierarchy = Hierarchy(vocabulary)
        self.is_deep = hierarchy.is_deep
        self.shapes = shapes_of(shapes)
        self.targets = Targets([named.target for named in self.shapes], hierarchy)
        verdicts = Verdicts(hierarchy)
        self.checks = [verdicts.without_queries(named.shape) for named in self.shapes]
        self.memories = verdicts.memories


class Look:
    """One look at *graph*, or at a part of it, through *screen*: group by group, in any order."""

    def __init__(self, screen: Screen, graph: Graph) -> None:
        self._screen = screen
        self._sight = Sight(graph, screen.memories)
        self._counts: Counter[Numbers] = Counter()
        self._suspects: list[tuple[int, bytes]] = []

    def subject(self, node: bytes, about: About) -> None:
        """Look at *node*, a subject, and all that is said *about* it; once in the whole of the data."""
        numbers = self._screen.targets.of_subject(node, about)
        if numbers:
            self._focus(node, about, numbers)

    def value(self, node: bytes, predicates: Iterable[bytes]) -> None:
        """Look at *node*, the value of triples, and all *predicates* that point at it; once in the whole of the data."""
        numbers = self._screen.targets.of_object(predicates)
        if numbers:
            about = self._sight.about(node)
            others = set(numbers).difference(self._screen.targets.of_subject(node, about))  # which have been met as those of a subject, or will be
            if others:
                self._focus(node, about, tuple(sorted(others)))

    def named(self) -> None:
        """Look at the nodes that shapes name as their targets and of which nothing is said; once in all looks at a graph."""
        for node, numbers in self._screen.targets.by_node.items():
            about = self._sight.about(node)
            if not about:
                self._focus(node, about, numbers)

    def _focus(self, node: bytes, about: About, numbers: Numbers) -> None:
        self._counts[numbers] += 1
        sight, checks = self._sight, self._screen.checks
        sight.focus(node, about)
        for number in numbers:
            if checks[number](node, about, sight) is not True:
                self._suspects.append((number, node))

    @property
    def seen(self) -> Seen:
        """What was seen so far."""
        shapes = self._screen.shapes
        counts: Counter[str] = Counter()
        for numbers, count in self._counts.items():
            for number in numbers:
                if shapes[number].is_counted:
                    counts[shapes[number].name] += count
        return Seen(counts, tuple((shapes[number].name, node) for number, node in self._suspects))
