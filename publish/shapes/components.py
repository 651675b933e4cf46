"""Where pySHACL's own constraint components would judge wrongly, others in their places.

pySHACL compares literals through rdflib, which orders what has no order by its text or its datatype: ``"2020-13-01"^^xsd:date``
is less than any date of 2021, and a date less than any integer. That is a pass that was not earned, and with other values a
TypeError. `publish.datatypes` says what is a valid literal, `publish.shapes.comparison` which one is less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import rdflib
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.constraint_component import ConstraintComponent
from pyshacl.constraints.core.property_pair_constraints import LessThanConstraintComponent, LessThanOrEqualsConstraintComponent
from pyshacl.constraints.core.value_constraints import DatatypeConstraintComponent
from pyshacl.constraints.core.value_range_constraints import (
    MaxExclusiveConstraintComponent,
    MaxInclusiveConstraintComponent,
    MinExclusiveConstraintComponent,
    MinInclusiveConstraintComponent,
)
from pyshacl.constraints.sparql.sparql_based_constraints import SPARQLBasedConstraint
from pyshacl.helper.path_helper import shacl_path_to_sparql_path
from pyshacl.shape import Shape
from rdflib import RDF, RDFS, XSD
from rdflib.term import Node

from publish.datatypes import is_valid
from publish.shapes.comparison import order

Judged = tuple[bool, list[Any]]
"""Whether all conform, and pySHACL's reports."""


class Datatype(DatatypeConstraintComponent):
    """``sh:datatype``: of the datatype, and a valid literal of it."""

    def evaluate(self, executor: object, target_graph: Any, focus_value_nodes: Mapping[Any, Iterable[Any]], _evaluation_path: object) -> Judged:  # noqa: ANN401  # as pySHACL has it
        """Return a result for each value that is not of the datatype."""
        rule = self.datatype_rule
        pairs = ((focus, value) for focus, values in focus_value_nodes.items() for value in values)
        reports = [self.make_v_result(target_graph, focus, value_node=value) for focus, value in pairs if not _is_of(value, rule)]
        return not reports, reports


class _Compared(ConstraintComponent):
    """A component that holds each value against others."""

    allowed: frozenset[int | None]

    def evaluate(self, executor: object, target_graph: Any, focus_value_nodes: Mapping[Any, Iterable[Any]], _evaluation_path: object) -> Judged:  # noqa: ANN401  # as pySHACL has it
        """Return a result for each pair of a value and one that it is held against that are not in an allowed order."""
        reports = []
        for focus, values in focus_value_nodes.items():
            others = list(self.held_against(target_graph, focus))
            pairs = ((value, other) for value in values for other in others)
            reports += [self.make_v_result(target_graph, focus, value_node=value) for value, other in pairs if _order(value, other) not in self.allowed]
        return not reports, reports

    def held_against(self, _data: Any, _focus: Any) -> Iterable[Node]:  # noqa: ANN401  # as pySHACL has it
        """The bounds that the shape gives."""
        return (bound for word in self.constraint_parameters() for bound in self.shape.sg.graph.objects(self.shape.node, word))


class _ComparedWithProperty(_Compared):
    def held_against(self, data: Any, focus: Any) -> Iterable[Node]:  # noqa: ANN401  # as pySHACL has it
        """The values of the properties that the shape names."""
        return (
            value for word in self.constraint_parameters() for path in self.shape.sg.graph.objects(self.shape.node, word) for value in data.objects(focus, path)
        )


class MinInclusive(_Compared, MinInclusiveConstraintComponent):
    """``sh:minInclusive``."""

    allowed = frozenset((0, 1))


class MinExclusive(_Compared, MinExclusiveConstraintComponent):
    """``sh:minExclusive``."""

    allowed = frozenset((1,))


class MaxInclusive(_Compared, MaxInclusiveConstraintComponent):
    """``sh:maxInclusive``."""

    allowed = frozenset((-1, 0))


class MaxExclusive(_Compared, MaxExclusiveConstraintComponent):
    """``sh:maxExclusive``."""

    allowed = frozenset((-1,))


class LessThan(_ComparedWithProperty, LessThanConstraintComponent):
    """``sh:lessThan``."""

    allowed = frozenset((-1,))


class LessThanOrEquals(_ComparedWithProperty, LessThanOrEqualsConstraintComponent):
    """``sh:lessThanOrEquals``."""

    allowed = frozenset((-1, 0))


class Sparql(SPARQLBasedConstraint):
    """``sh:sparql``, with its path and its values as they are.

    pySHACL writes the path with prefixes, where ``ex:a*`` is another path than the property of that IRI, and takes the values
    in messages for templates of regular expressions, where a backslash is none.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        path = shape.path()  # type: ignore[no-untyped-call]  # pySHACL gives it no types
        if path is not None:
            written = shacl_path_to_sparql_path(shape.sg, path)
            for query in self.sparql_constraints:
                query.select_text = query.bind_path_regex.sub(lambda before: before[1] + written, query.select_text)

    def _format_sparql_based_result_message(self, msg: str, bound_vars: Any) -> str:  # noqa: ANN401  # as pySHACL has it
        if isinstance(bound_vars, tuple):
            *terms, variables = bound_vars
            bound_vars = (*map(_escaped, terms), {name: _escaped(value) for name, value in variables.items()})
        return str(super()._format_sparql_based_result_message(msg, bound_vars))  # type: ignore[no-untyped-call]  # pySHACL gives it no types


COMPONENTS = (Datatype, MinInclusive, MinExclusive, MaxInclusive, MaxExclusive, LessThan, LessThanOrEquals, Sparql)


def install() -> None:
    """Let pySHACL, in the whole of this process, judge with these components."""
    CONSTRAINT_PARAMETERS_MAP.update({word: component for component in COMPONENTS for word in component.constraint_parameters()})


def _is_of(value: Node, datatype: Node) -> bool:
    if not isinstance(value, rdflib.Literal):
        return False
    if datatype in {RDFS.Literal, RDF.langString}:  # the first is no datatype, but many a shape says so
        return datatype == RDFS.Literal or bool(value.language)
    own = value.datatype or XSD.string
    return not value.language and own == datatype and is_valid(str(value), str(own))


def _order(one: Node, other: Node) -> int | None:
    """As `order` has it; terms that are no literals have none."""
    if not isinstance(one, rdflib.Literal) or not isinstance(other, rdflib.Literal) or one.language or other.language:
        return None
    return order((str(one), str(one.datatype or XSD.string)), (str(other), str(other.datatype or XSD.string)))


def _escaped(value: object) -> str | None:
    return None if value is None else str(value).replace("\\", r"\\")
