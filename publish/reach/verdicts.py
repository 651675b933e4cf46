"""Whether a node surely conforms to a shape: its constraints, as pySHACL makes them, made into functions.

A verdict is yes or no where it is sure what pySHACL would say, and nothing where it is not, or where pySHACL might raise an
exception. Of what has an unsure part nothing is sure: pySHACL looks at all parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import rdflib
from pyshacl.constraints.core.logical_constraints import AndConstraintComponent, NotConstraintComponent, OrConstraintComponent, XoneConstraintComponent
from pyshacl.constraints.core.other_constraints import ClosedConstraintComponent
from pyshacl.constraints.core.shape_based_constraints import (
    NodeConstraintComponent,
    PropertyConstraintComponent,
    QualifiedValueShapeConstraintComponent,
)
from pyshacl.constraints.core.value_constraints import ClassConstraintComponent
from rdflib.term import Node

from publish.reach.constraints import Component, Shape, Unusable, constraints_of, members, siblings
from publish.reach.graph import About, Sight
from publish.reach.hierarchy import Hierarchy
from publish.reach.paths import NoPath, Values, path_of, values_at
from publish.reach.terms import TYPE, UNDERSCORE, line_term
from publish.reach.values import OF_VALUES, Of
from publish.reach.wholes import OF_ALL, Verdict, Whole
from publish.shapes.components import Sparql

Check = Callable[[bytes, Sight], Verdict]
"""Whether a node conforms."""

_RESOURCE = b"<http://www.w3.org/2000/01/rdf-schema#Resource"


class Verdicts:
    """Makes checks of shapes; of each shape once. *memories* is how many memories they need (`Sight`)."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._checks: dict[Node, Check] = {}
        self.memories = 0

    def of(self, shape: Shape) -> Check:
        """Return what says whether a node conforms to *shape*."""
        if shape.node not in self._checks:
            self._checks[shape.node] = self._made(shape, lambda component: not isinstance(component, Sparql) or _is_idle(component))
        return self._checks[shape.node]

    def without_queries(self, shape: Shape) -> Check:
        """Return what says whether a node conforms to *shape*, but for the queries of its own, which are asked apart."""
        return self._made(shape, lambda _component: True)

    def _made(self, shape: Shape, is_usable: Callable[[Component], bool]) -> Check:
        if shape.deactivated:
            return _surely
        try:
            components = [component for component in constraints_of(shape) if not _is_idle(component)]
            if not all(map(is_usable, components)):
                return unsure
            values = values_at(path_of(shape.sg.graph, shape.path())) if shape.is_property_shape else _itself
            wholes = [OF_ALL[type(component)](component) for component in components if type(component) in OF_ALL]
            wholes += [self._qualified(component, shapes[0]) for component in components if _is_qualified(component) for shapes in members(component)]
            keeping = [OF_VALUES[type(component)](component) for component in components if type(component) in OF_VALUES]
            eachs = [each for component in components for each in self._eachs(component)]
        except (Unusable, NoPath):
            return unsure
        each = _each(keeping, eachs)
        return _together(values, wholes, each) if wholes or shape.is_property_shape else each

    def _eachs(self, component: Component) -> list[Check]:
        kind = type(component)
        if kind in OF_ALL or kind in OF_VALUES or isinstance(component, QualifiedValueShapeConstraintComponent | Sparql):
            return []
        if kind is ClassConstraintComponent:
            return [self._class(line_term(rule)) for rule in component.class_rules]
        if kind is ClosedConstraintComponent:
            return [_closed(component)] if component.is_closed else []
        if kind not in _OF_SHAPES:
            raise Unusable
        return [_OF_SHAPES[kind]([self.of(shape) for shape in shapes]) for shapes in members(component)]

    def _class(self, rule: bytes) -> Check:
        if self._hierarchy.is_deep:
            raise Unusable
        below, number = self._hierarchy.below(rule), self.memories
        self.memories += 1

        def is_instance(value: bytes, sight: Sight) -> Verdict:
            known = sight.memories[number]
            answer = known.get(value)
            if answer is None:
                if len(known) >= sight.room:
                    known.clear()
                answer = known[value] = not below.isdisjoint(sight.about(value).get(TYPE, ()))
            return answer

        return is_instance

    def _qualified(self, component: QualifiedValueShapeConstraintComponent, shape: Shape) -> Whole:
        check, others = self.of(shape), [self.of(other) for other in siblings(component, shape.node)]
        least, most = component.min_count or 0, component.max_count

        def is_in_range(_about: About, values: Sequence[bytes], sight: Sight) -> Verdict:
            count = 0
            for value in values:
                verdicts = [check(value, sight), *(other(value, sight) for other in others)]
                if None in verdicts:
                    return None
                count += verdicts[0] is True and not any(verdicts[1:])
            return least <= count and (most is None or count <= most)

        return is_in_range


def _surely(_node: bytes, _sight: Sight) -> Verdict:
    return True


def unsure(_node: bytes, _sight: Sight) -> Verdict:
    """A check that is never sure."""
    return None


def _itself(node: bytes, _about: About, _sight: Sight) -> Sequence[bytes]:
    return (node,)


def _is_idle(component: Component) -> bool:
    return isinstance(component, Sparql) and all(query.deactivated for query in component.sparql_constraints)


def _is_qualified(component: Component) -> bool:
    return isinstance(component, QualifiedValueShapeConstraintComponent)


def _together(values_of: Values, wholes: Sequence[Whole], each: Check) -> Check:
    """Whether the values of a node keep to all constraints; not sure of a blank node that does not, which pySHACL might fail to tell."""

    def check(node: bytes, sight: Sight) -> Verdict:
        about = sight.about(node)
        values = values_of(node, about, sight)
        sure = True
        for whole in wholes:
            verdict = whole(about, values, sight)
            if verdict is not True:
                if verdict is None or node[0] == UNDERSCORE:
                    return None
                sure = False
        for value in values:
            verdict = each(value, sight)
            if verdict is not True:
                if verdict is None or node[0] == UNDERSCORE:
                    return None
                sure = False
        return sure

    return check


def _each(keeping: Sequence[Of], checks: Sequence[Check]) -> Check:
    """Whether a node keeps to all constraints; not sure of a blank node that does not."""
    if not checks and len(keeping) == 1:
        only = keeping[0]
        return lambda node, _sight: only(node) or (None if node[0] == UNDERSCORE else False)

    def check(node: bytes, sight: Sight) -> Verdict:
        sure = True
        for keeps in keeping:
            if not keeps(node):
                sure = False
        for one in checks:
            verdict = one(node, sight)
            if verdict is not True:
                if verdict is None:
                    return None
                sure = False
        return None if not sure and node[0] == UNDERSCORE else sure

    return check if keeping or checks else _surely


def _all_of(checks: Sequence[Check]) -> Check:
    return _each([], checks)


def _closed(component: Any) -> Check:  # noqa: ANN401  # of pySHACL
    paths = {shape.path() for (shape,) in members(component)}
    allowed = frozenset(line_term(node) for node in {*component.ignored_props, *paths} if isinstance(node, rdflib.URIRef))

    def is_closed(value: bytes, sight: Sight) -> Verdict:
        about = sight.about(value)
        others = about.keys() - allowed
        return not others or (others == {TYPE} and set(about[TYPE]) == {_RESOURCE})

    return is_closed


def _or(checks: Sequence[Check]) -> Check:
    return _counting(checks, lambda count: count > 0)


def _xone(checks: Sequence[Check]) -> Check:
    return _counting(checks, lambda count: count == 1)


def _not(checks: Sequence[Check]) -> Check:
    return _counting(checks, lambda count: not count)


def _counting(checks: Sequence[Check], is_right: Callable[[int], bool]) -> Check:
    """Whether as many of *checks* as is right say yes."""

    def check(value: bytes, sight: Sight) -> Verdict:
        verdicts = [each(value, sight) for each in checks]
        return None if None in verdicts else is_right(verdicts.count(True))

    return check


_OF_SHAPES: Mapping[type, Callable[[Sequence[Check]], Check]] = {
    AndConstraintComponent: _all_of,
    NodeConstraintComponent: _all_of,
    PropertyConstraintComponent: _all_of,
    OrConstraintComponent: _or,
    XoneConstraintComponent: _xone,
    NotConstraintComponent: _not,
}
"""What becomes of the checks of the shapes in a constraint."""
