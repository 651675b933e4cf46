"""Whether one value keeps to a constraint that looks at nothing but the value: what the component of pySHACL, or the one in its place, says of it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import rdflib
from pyshacl.constraints.core.other_constraints import InConstraintComponent
from pyshacl.constraints.core.string_based_constraints import (
    LanguageInConstraintComponent,
    MaxLengthConstraintComponent,
    MinLengthConstraintComponent,
    PatternConstraintComponent,
)
from pyshacl.constraints.core.value_constraints import NodeKindConstraintComponent
from rdflib.namespace import SH

from publish.datatypes import is_valid
from publish.model import RDF, RDFS, XSD
from publish.reach.constraints import Unusable
from publish.reach.terms import LESS, QUOTE, UNDERSCORE, language, line_term, literal, text
from publish.shapes.comparison import order
from publish.shapes.components import Datatype, MaxExclusive, MaxInclusive, MinExclusive, MinInclusive

Of = Callable[[bytes], bool]
"""Whether a value keeps to a constraint."""

_REMEMBERED = 1 << 13
_DAY = re.compile(rb'"[0-9]{4}-[0-9]{2}-[0-9]{2}"\^\^<http://www\.w3\.org/2001/XMLSchema#date>')
_KINDS: Mapping[rdflib.URIRef, Sequence[int]] = {
    SH.IRI: (LESS,),
    SH.Literal: (QUOTE,),
    SH.BlankNode: (UNDERSCORE,),
    SH.BlankNodeOrIRI: (UNDERSCORE, LESS),
    SH.BlankNodeOrLiteral: (UNDERSCORE, QUOTE),
    SH.IRIOrLiteral: (LESS, QUOTE),
}


def remembered(check: Of) -> Of:
    """Return *check* with a memory for values that come again."""
    known: dict[bytes, bool] = {}

    def look_up(value: bytes) -> bool:
        answer = known.get(value)
        if answer is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            answer = known[value] = check(value)
        return answer

    return look_up


def keeps_order(value: bytes, others: Iterable[bytes], allowed: frozenset[int | None]) -> bool:
    """Say whether *value* stands to all *others* in one of the orders *allowed*."""
    return all(_order(value, other) in allowed for other in others)


def _order(one: bytes, other: bytes) -> int | None:
    quick, quickly = _day(one), _day(other)
    if quick and quickly:
        return (quick > quickly) - (quick < quickly)
    if one[0] != QUOTE or other[0] != QUOTE:
        return None
    (lexical, tag, datatype), (other_lexical, other_tag, other_datatype) = literal(one), literal(other)
    return None if tag or other_tag else order((lexical, datatype), (other_lexical, other_datatype))


@lru_cache(_REMEMBERED)
def _day(term: bytes) -> bytes:
    """A literal that is a day of the usual form, whose order is that of its text; empty for any other term."""
    return term if _DAY.fullmatch(term) and is_valid(term[1:11].decode(), XSD + "date") else b""


def _node_kind(component: NodeKindConstraintComponent) -> Of:
    kinds = bytes(_KINDS[component.nodekind_rule])
    return lambda value: value[0] in kinds


def _datatype(component: Datatype) -> Of:
    datatype = str(component.datatype_rule)
    if datatype == RDFS + "Literal":
        return lambda value: value[0] == QUOTE
    if datatype == RDF + "langString":
        return lambda value: bool(language(value))
    if datatype == XSD + "string":
        return lambda value: value[0] == QUOTE and value[-1] == QUOTE
    tail = f'"^^<{datatype}>'.encode()
    return remembered(lambda value: value[0] == QUOTE and value.endswith(tail) and is_valid(text(value), datatype))


def _pattern(component: Any) -> Of:  # noqa: ANN401  # pySHACL's types say less than it does
    searches = [component.compiled_cache[pattern].search for pattern in component.string_rules]

    def matches(value: bytes) -> bool:
        said = text(value)
        return value[0] != UNDERSCORE and all(search(said) for search in searches)

    return remembered(matches)


def _min_length(component: MinLengthConstraintComponent) -> Of:
    least = _number(component.string_rules[0])
    return lambda value: not least or (value[0] != UNDERSCORE and len(text(value)) >= least)


def _max_length(component: MaxLengthConstraintComponent) -> Of:
    most = _number(component.string_rules[0])
    return lambda value: value[0] != UNDERSCORE and len(text(value)) <= most


def _language_in(component: LanguageInConstraintComponent) -> Of:
    members: list[Any] = list(component.shape.sg.graph.items(component.string_rules[0]))
    if any(not isinstance(member, rdflib.Literal) or not isinstance(member.value, str) for member in members):
        raise Unusable
    ranges = {str(member.value).lower().encode() for member in members}

    def is_in(value: bytes) -> bool:
        tag = language(value)
        return bool(tag) and (b"*" in ranges or tag in ranges or tag.partition(b"-")[0] in ranges)

    return is_in


def _in(component: InConstraintComponent) -> Of:
    members = frozenset(map(line_term, component.in_vals))
    return members.__contains__


def _range(component: Any) -> Of:  # noqa: ANN401  # one of four
    bounds = [line_term(bound) for bound in component.held_against(None, None)]
    allowed = component.allowed
    return remembered(lambda value: keeps_order(value, bounds, allowed))


def _number(rule: Any) -> int:  # noqa: ANN401  # a literal of rdflib
    try:
        return operator.index(rule.value)
    except TypeError as error:
        raise Unusable from error


OF_VALUES: Mapping[type, Callable[[Any], Of]] = {
    NodeKindConstraintComponent: _node_kind,
    Datatype: _datatype,
    PatternConstraintComponent: _pattern,
    MinLengthConstraintComponent: _min_length,
    MaxLengthConstraintComponent: _max_length,
    LanguageInConstraintComponent: _language_in,
    InConstraintComponent: _in,
    **dict.fromkeys((MinInclusive, MinExclusive, MaxInclusive, MaxExclusive), _range),
}
"""What makes a check of a component."""
