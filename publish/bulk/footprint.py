"""Which triples a query can see, by their predicates: a store needs no others to answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publish.query import Query
from publish.reach.algebra import Opaque, is_variable, seen_in, whole
from publish.reach.terms import line_term


def footprint(queries: Iterable[Query]) -> frozenset[bytes] | None:
    """Return the predicates, as lines have them, of all triples that *queries* can see; nothing where they may be any."""
    try:
        return frozenset(predicate for query in queries for predicate in _seen(query.code))
    except Opaque:
        return None


def made_by(rules: Iterable[Query]) -> frozenset[bytes] | None:
    """Return the predicates, as lines have them, of all triples that *rules* can make; nothing where they may be any."""
    try:
        predicates = [predicate for rule in rules for _subject, predicate, _value in whole(rule.code).template]
    except Opaque:
        return None
    if any(is_variable(predicate) for predicate in predicates):
        return None
    return frozenset(map(line_term, predicates))


def _seen(text: str) -> Iterator[bytes]:
    algebra = whole(text)
    if algebra.name == "DescribeQuery" or algebra.datasetClause:
        raise Opaque
    yield from seen_in(algebra.p)
