"""In which order and under which headings a page shows what is said of a thing: as the shapes say it.

SHACL, section 2.3.2 (``sh:name``, ``sh:order``, ``sh:group``): the property shapes of the node shapes that a thing is a focus
node of by its class or by a property that it has. A property that no such shape names comes last, in no group.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from publish.model import SHACL, Object, Subject

_PROPERTY = NamedNode(SHACL + "property")
_PATH = NamedNode(SHACL + "path")
_ORDER, _GROUP, _NAME = (NamedNode(SHACL + name) for name in ("order", "group", "name"))
_TARGETS = {SHACL + "targetClass": "", SHACL + "targetSubjectsOf": "", SHACL + "targetObjectsOf": "^"}
"""The kinds of targets, each with what stands before the IRI in the name of the target."""
_LAST = Decimal(1_000_000)
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{0,9})?")  # no order is longer


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a property stands: the order of its group, the group's IRI (empty for none), its order in it."""

    group_order: Decimal = _LAST + 1  # after the groups that have no order
    group: str = ""
    order: Decimal = _LAST
    names: tuple[Literal, ...] = field(default=(), compare=False)
    """What the shape calls the property, in each language."""


NOWHERE = Position()


class Arrangement:
    """What *shapes* say about the order of properties."""

    def __init__(self, shapes: Iterable[Triple]) -> None:
        self._said: dict[Subject, list[Triple]] = {}
        for triple in shapes:
            self._said.setdefault(triple.subject, []).append(triple)
        self._targeted: dict[str, dict[str, Position]] = {}
        self._positions: dict[tuple[str, frozenset[str]], Mapping[str, Position]] = {}
        for node in self._said:
            named = [triple for triple in self._said[node] if triple.predicate.value in _TARGETS and isinstance(triple.object, NamedNode)]
            targets = [_TARGETS[triple.predicate.value] + triple.object.value for triple in named]  # type: ignore[union-attr]  # an IRI
            for target in targets:
                for predicate, position in self._properties(node):
                    self._placed(target, predicate, position)

    def is_target(self, kind: str) -> bool:
        """Whether a shape says what things of the class *kind* have to fulfil."""
        return kind in self._targeted

    def positions(self, kind: str, targets: frozenset[str]) -> Mapping[str, Position]:
        """Where each property stands for a thing of the class *kind*, which counts most.

        *targets* are its classes, its properties, and with a ``^`` before them the properties that point at it.
        """
        counted = targets.intersection(self._targeted)
        if (kind, counted) not in self._positions:
            self._positions[kind, counted] = self._merged(kind, counted)
        return self._positions[kind, counted]

    def _merged(self, kind: str, targets: frozenset[str]) -> Mapping[str, Position]:
        found: dict[str, Position] = {}
        for target in sorted(targets - {kind}):
            for predicate, position in self._targeted[target].items():
                found[predicate] = min(found.get(predicate, position), position)
        return found | self._targeted.get(kind, {})

    def _placed(self, target: str, predicate: str, position: Position) -> None:
        known = self._targeted.setdefault(target, {})
        known[predicate] = min(known.get(predicate, position), position)

    def _properties(self, node: Subject) -> Iterator[tuple[str, Position]]:
        for shape in self._objects(node, _PROPERTY):
            for path in self._objects(shape, _PATH):
                if isinstance(path, NamedNode):
                    yield path.value, self._position(shape)

    def _position(self, shape: Object) -> Position:
        groups = [group for group in self._objects(shape, _GROUP) if isinstance(group, NamedNode)]
        names = tuple(name for name in self._objects(shape, _NAME) if isinstance(name, Literal))
        if not groups:
            return Position(order=self._order(shape), names=names)
        return Position(self._order(groups[0]), groups[0].value, self._order(shape), names)

    def _order(self, node: Object) -> Decimal:
        orders = (order.value for order in self._objects(node, _ORDER) if isinstance(order, Literal) and _NUMBER.fullmatch(order.value))
        return next(map(Decimal, orders), _LAST)

    def _objects(self, node: Object, predicate: NamedNode) -> list[Object]:
        return [triple.object for triple in self._said.get(node, ()) if triple.predicate == predicate]  # type: ignore[arg-type]  # a literal has none
