"""Whether the values of a node, all together, keep to a constraint: how many there are, in which languages, and how they stand to other values of the node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyshacl.constraints.core.cardinality_constraints import MaxCountConstraintComponent, MinCountConstraintComponent
from pyshacl.constraints.core.other_constraints import HasValueConstraintComponent
from pyshacl.constraints.core.property_pair_constraints import DisjointConstraintComponent, EqualsConstraintComponent
from pyshacl.constraints.core.string_based_constraints import UniqueLangConstraintComponent

from publish.reach.graph import About, Sight
from publish.reach.terms import language, line_term
from publish.reach.values import keeps_order
from publish.shapes.components import LessThan, LessThanOrEquals

Verdict = bool | None
Whole = Callable[[About, Sequence[bytes], Sight], Verdict]
"""Whether values keep to a constraint, from what is said of their node and from the values."""


def _min_count(component: Any) -> Whole:  # noqa: ANN401  # of pySHACL, as all here
    least = int(component.min_count.value)
    return lambda _about, values, _sight: len(values) >= least


def _max_count(component: Any) -> Whole:  # noqa: ANN401
    most = int(component.max_count.value)
    return lambda _about, values, _sight: len(values) <= most


def _unique_lang(component: Any) -> Whole:  # noqa: ANN401
    if component.string_rules != {True}:
        return lambda _about, _values, _sight: True

    def is_unique(_about: About, values: Sequence[bytes], _sight: Sight) -> Verdict:
        if len(values) < 2:  # noqa: PLR2004  # two to be alike
            return True
        tags = [tag for tag in map(language, values) if tag]
        return len(tags) == len(set(tags))

    return is_unique


def _has_value(component: Any) -> Whole:  # noqa: ANN401
    wanted = frozenset(map(line_term, component.has_value_set))
    return lambda _about, values, _sight: wanted.issubset(values)


def _equals(component: Any) -> Whole:  # noqa: ANN401
    predicates = [line_term(predicate) for predicate in component.property_compare_set]
    return lambda about, values, _sight: all(set(values) == set(about.get(predicate, ())) for predicate in predicates)


def _disjoint(component: Any) -> Whole:  # noqa: ANN401
    predicates = [line_term(predicate) for predicate in component.property_compare_set]
    return lambda about, values, _sight: all(set(values).isdisjoint(about.get(predicate, ())) for predicate in predicates)


def _compared(component: Any) -> Whole:  # noqa: ANN401
    predicates = [line_term(predicate) for predicate in component.property_compare_set]
    allowed = component.allowed

    def is_in_order(about: About, values: Sequence[bytes], _sight: Sight) -> Verdict:
        others = [other for predicate in predicates for other in about.get(predicate, ())]
        return all(keeps_order(value, others, allowed) for value in values)

    return is_in_order


OF_ALL: Mapping[type, Callable[[Any], Whole]] = {
    MinCountConstraintComponent: _min_count,
    MaxCountConstraintComponent: _max_count,
    UniqueLangConstraintComponent: _unique_lang,
    HasValueConstraintComponent: _has_value,
    EqualsConstraintComponent: _equals,
    DisjointConstraintComponent: _disjoint,
    LessThan: _compared,
    LessThanOrEquals: _compared,
}
"""What makes a check of a component."""
