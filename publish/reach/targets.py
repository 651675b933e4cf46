"""Which shapes have a node as their target: as pySHACL finds it, with the classes below those that shapes name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import rdflib
from rdflib.namespace import SH

from publish.reach.constraints import Shape
from publish.reach.graph import About
from publish.reach.hierarchy import Hierarchy
from publish.reach.terms import TYPE, line_term

Numbers = tuple[int, ...]
"""Shapes by their numbers, in order."""
_REMEMBERED = 1 << 13


@dataclass(frozen=True, slots=True)
class Target:
    """What a shape is for: nodes, the instances of classes, and subjects and values of properties; terms as lines have them."""

    nodes: frozenset[bytes]
    classes: frozenset[bytes]
    subjects_of: frozenset[bytes]
    objects_of: frozenset[bytes]

    def __bool__(self) -> bool:
        return bool(self.nodes or self.classes or self.subjects_of or self.objects_of)


def target_of(shape: Shape) -> Target:
    """Return the target of *shape*, the class that it may be itself among its classes."""
    graph: rdflib.Graph = shape.sg.graph
    nodes, classes, subjects_of, objects_of = (
        frozenset(map(line_term, graph.objects(shape.node, word))) for word in (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    )
    return Target(nodes, classes | frozenset(map(line_term, shape.implicit_class_targets())), subjects_of, objects_of)


class Targets:
    """The targets of shapes, which go by their numbers in *listed*."""

    def __init__(self, listed: Sequence[Target], hierarchy: Hierarchy) -> None:
        classes = ((number, below) for number, target in enumerate(listed) for kind in target.classes for below in hierarchy.below(kind))
        self.by_class = _table(classes)
        self.by_node = _table((number, node) for number, target in enumerate(listed) for node in target.nodes)
        self._by_subject = _table((number, predicate) for number, target in enumerate(listed) for predicate in target.subjects_of)
        self._by_object = _table((number, predicate) for number, target in enumerate(listed) for predicate in target.objects_of)
        self._known: dict[tuple[bytes, ...], Numbers] = {}

    def of_subject(self, node: bytes, about: About) -> Numbers:
        """Return the shapes that have *node* as their target for itself or for what is said of it."""
        kinds = tuple(about.get(TYPE, ()))
        numbers = self._known.get(kinds)
        if numbers is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            numbers = self._known[kinds] = _merged(self.by_class.get(kind, ()) for kind in kinds)
        if node in self.by_node:
            numbers = _merged((numbers, self.by_node[node]))
        if self._by_subject and not self._by_subject.keys().isdisjoint(about):
            numbers = _merged((numbers, *(self._by_subject.get(predicate, ()) for predicate in about)))
        return numbers

    def of_object(self, predicates: Collection[bytes]) -> Numbers:
        """Return the shapes that have a node as their target for the *predicates* that point at it."""
        if self._by_object.keys().isdisjoint(predicates):
            return ()
        return _merged(self._by_object.get(predicate, ()) for predicate in predicates)


def _table(pairs: Iterable[tuple[int, bytes]]) -> Mapping[bytes, Numbers]:
    table: dict[bytes, set[int]] = defaultdict(set)
    for number, key in pairs:
        table[key].add(number)
    return {key: tuple(sorted(numbers)) for key, numbers in table.items()}


def _merged(several: Iterable[Numbers]) -> Numbers:
    found: Iterator[int] = (number for numbers in several for number in numbers)
    return tuple(sorted(set(found)))
