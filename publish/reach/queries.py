"""Queries of shapes, asked once for all focus nodes instead of once for each.

The judge puts a focus node in the place of ``$this`` (`publish.shapes.data`). Where `bound` says so, the same query with
``?this`` as a variable has solutions for the same nodes, and only for them, as far as they are IRIs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

import rdflib
from pyoxigraph import Store
from rdflib.term import Node, Variable

from publish.errors import BadQuery
from publish.reach.algebra import Opaque, Pattern, exists_in, is_variable, may_be_empty, mentions, occurs, path_in, predicates_anywhere, selected
from publish.reach.constraints import Component, Unusable
from publish.reach.needs import Needs, needs, selecting
from publish.shapes.data import pre_bound
from publish.sparql import run

_THIS = Variable("this")
_ANY = rdflib.URIRef("urn:any")


class Bound(IntEnum):
    """Whether ``?this`` as a variable does in a pattern what a focus node in its place does."""

    NOT = 0
    """It may not."""
    WHERE_IT_IS = 1
    """It does, in each solution in which it has a value."""
    ALWAYS = 2
    """It does, and has a value in each solution."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a shape: its text with ``$this`` as a variable, the pattern that it selects from, and the variables that are given when it is asked.

    There is no pattern where it does more than select, or where the judge does not put the focus node in the place of ``$this``.
    """

    text: str
    pattern: Pattern | None
    given: frozenset[Node] = frozenset((_THIS,))


@dataclass(frozen=True, slots=True)
class Question:
    """A query whose ``?this`` are the focus nodes that do not conform, made of the *query* of a shape."""

    text: str
    query: Query

    @property
    def needs(self) -> Needs | None:
        """What a store needs to answer it; nothing where that may be all triples."""
        return needs_of(self.query)

    @property
    def predicates(self) -> frozenset[bytes] | None:
        """The predicates of the triples that it needs; nothing where they may be any."""
        needed = self.needs
        return needed.predicates if needed else None


def queries_of(component: Component) -> Iterator[Query]:
    """Yield the queries of a constraint in SPARQL. Raises `Unusable` where pySHACL would raise an exception."""
    for helper in component.sparql_constraints:
        if not helper.deactivated:
            yield _query(*_prepared(helper, None), {})


def query_of(component: Component) -> Query:
    """Return the query of a constraint by a component of somebody's own, which is asked of each value. Raises `Unusable` as `queries_of` does."""
    helper = component.query_helper
    return _query(*_prepared(helper, _ANY), helper.param_bind_map)


def question(query: Query) -> Question:
    """Return what to ask in the place of *query*. Raises `Opaque` where it has to be asked for each focus node."""
    if query.pattern is None or query.given != {_THIS} or bound(query.pattern) is not Bound.ALWAYS:
        raise Opaque
    return Question(selecting("?this", query.text), query)


def needs_of(query: Query) -> Needs | None:
    """Return what *query* needs; nothing where that may be all triples."""
    try:
        return needs(query.text)
    except Opaque:
        with suppress(Opaque):
            return Needs(predicates_anywhere(query.text))
        return None


def bound(pattern: Pattern) -> Bound:
    """Say what ``?this`` does in *pattern*: the rules are those of SPARQL's algebra, section 18.5."""
    rule = _RULES.get(pattern.name)
    return Bound.NOT if rule is None else rule(pattern)


def _prepared(helper: Component, value: Node | None) -> tuple[str, dict[str, Node]]:
    """The text of a query, and what it is given, as pySHACL makes them."""
    try:
        bindings, text = helper.pre_bind_variables(_ANY, valuenode=value, extravars=helper.param_bind_map.keys())
        return helper.apply_prefixes(text), bindings
    except MemoryError:
        raise
    except Exception as error:
        raise Unusable from error


def _query(text: str, bindings: dict[str, Node], parameters: dict[str, Node]) -> Query:
    """A query as the judge asks it."""
    given = bindings.keys() & {"this", "value"}
    others = {name: term for name, term in (bindings | parameters).items() if name not in given}
    open_text, closed_text = pre_bound(text, others), pre_bound(text, bindings | parameters)
    if not given or open_text is None or closed_text is None:
        return Query(text, None)
    try:
        run(Store(), closed_text, {})
        return Query(open_text, selected(open_text), frozenset(map(Variable, given)))
    except BadQuery as error:
        raise Unusable from error
    except Opaque:
        return Query(open_text, None)


def _of_triples(pattern: Pattern) -> Bound:
    try:
        paths = [path_in(predicate) for subject, predicate, value in pattern.triples if _THIS in {subject, value} and not is_variable(predicate)]
    except Opaque:
        return Bound.NOT
    if any(predicate == _THIS or (is_variable(predicate) and _THIS in {subject, value}) for subject, predicate, value in pattern.triples):
        return Bound.ALWAYS
    if not paths:
        return Bound.WHERE_IT_IS
    return Bound.NOT if all(map(may_be_empty, paths)) else Bound.ALWAYS  # an empty path leads from nodes of the data only, a focus node may be none


def _of_join(pattern: Pattern) -> Bound:
    one, other = bound(pattern.p1), bound(pattern.p2)
    return max(one, other) if min(one, other) > Bound.NOT else Bound.NOT


def _of_union(pattern: Pattern) -> Bound:
    return min(bound(pattern.p1), bound(pattern.p2))


def _of_optional(pattern: Pattern) -> Bound:
    one, other = bound(pattern.p1), bound(pattern.p2)
    if not other or not _expression(pattern.expr, one):
        return Bound.NOT
    return one if one is Bound.ALWAYS or not occurs(pattern.p2, _THIS) else Bound.NOT


def _of_filter(pattern: Pattern) -> Bound:
    inner = bound(pattern.p)
    return inner if _expression(pattern.expr, inner) else Bound.NOT


def _of_value(pattern: Pattern) -> Bound:
    return Bound.NOT if pattern.var == _THIS else _of_filter(pattern)


def _expression(expression: object, around: Bound) -> bool:
    """Whether *expression* says the same in both ways, in a pattern that is *around* it."""
    inner = list(exists_in(expression))
    if around is Bound.ALWAYS:
        return all(map(bound, inner))
    return around > Bound.NOT and not mentions(expression, _THIS) and not any(occurs(pattern, _THIS) for pattern in inner)


_RULES = {"BGP": _of_triples, "Join": _of_join, "Union": _of_union, "LeftJoin": _of_optional, "Filter": _of_filter, "Extend": _of_value}
