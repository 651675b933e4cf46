"""Which focus nodes surely conform to shapes: those that do not, surely, are suspects, and pySHACL's to judge (`publish.shapes.judgement`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, QuerySolutions, Store

from publish.reach.algebra import Opaque
from publish.reach.constraints import Shape, Unusable, constraints_of
from publish.reach.graph import About, Graph, Sight
from publish.reach.hierarchy import Hierarchy
from publish.reach.loaded import shapes_of
from publish.reach.needs import complete
from publish.reach.queries import Question, queries_of, question
from publish.reach.targets import Numbers, Targets
from publish.reach.terms import LESS, in_line
from publish.reach.verdicts import Verdicts, unsure
from publish.shapes.components import Sparql
from publish.sparql import run

Suspect = tuple[str, bytes]
"""A shape, by its name, and a focus node, as lines have it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many focus nodes shapes have in what was looked at, by their names, and which of these may not conform."""

    focus_nodes: Counter[str] = field(default_factory=Counter)
    suspects: tuple[Suspect, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the shape whose it is, by its number and its name."""

    number: int
    shape: str
    question: Question


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
        found = [_questions(named.shape) for named in self.shapes]
        self.checks = [unsure if asked is None else verdicts.without_queries(named.shape) for named, asked in zip(self.shapes, found, strict=True)]
        self.memories = verdicts.memories
        self.asked = tuple(Asked(number, self.shapes[number].name, question) for number, asked in enumerate(found) for question in asked or ())
        """What is to be asked of all data beside the looks at it (`ask`)."""
        self.asking = frozenset(asked.number for asked in self.asked)

    def is_focus(self, number: int, node: bytes, graph: Graph) -> bool:
        """Say whether the shape with a number has *node* as its target in *graph*."""
        if number in self.targets.of_subject(node, graph.about(node)):
            return True
        return any(graph.pointing(node, predicate) for predicate in self.shapes[number].target.objects_of)


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

    def value(self, node: bytes, predicates: Collection[bytes]) -> None:
        """Look at *node*, the value of triples, and all *predicates* that point at it; once in the whole of the data."""
        numbers = self._screen.targets.of_object(predicates)
        if numbers:
            about = self._sight.about(node)
            others = set(numbers).difference(self._screen.targets.of_subject(node, about))  # which have been met as those of a subject, or will be
            if others:
                self._focus(node, about, tuple(sorted(others)))

    def given(self, node: bytes, numbers: Numbers) -> None:
        """Look at *node*, which the shapes with *numbers*, in order, have as their target."""
        self._focus(node, self._sight.about(node), numbers)

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
            if checks[number](node, sight) is not True or (node[0] != LESS and number in self._screen.asking):
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


def ask(screen: Screen, asked: Asked, store: Store, graph: Graph) -> list[Suspect]:
    """Return the suspects that a question finds in *store*, as `answers` does."""
    return [(asked.shape, node) for node in answers(asked, store, graph) if screen.is_focus(asked.number, node, graph)]


def answers(asked: Asked, store: Store, graph: Graph) -> list[bytes]:
    """Return the IRIs, focus nodes or not, that a question finds in *store*.

    *store* has at least the triples of *graph* with its predicates, and gets what else it needs.
    """
    needs = asked.question.needs
    if needs is not None:
        complete(store, needs, graph)
    answer = run(store, asked.question.text, {})
    assert isinstance(answer, QuerySolutions)
    found = (solution["this"] for solution in answer)
    return [in_line(str(term).encode()) for term in found if isinstance(term, NamedNode)]


def _questions(shape: Shape) -> list[Question] | None:
    """What to ask for the constraints of *shape* in SPARQL; nothing where they have to be asked for each focus node."""
    if shape.deactivated:
        return []
    try:
        constraints = [component for component in constraints_of(shape) if isinstance(component, Sparql)]
        return [question(query) for component in constraints for query in queries_of(component)]
    except (Unusable, Opaque):
        return None
