"""Which triples a query can see, by their predicates: a store needs no others to answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from publish.query import Query
from publish.reach.algebra import Opaque, is_variable, may_be_empty, path_in
from publish.reach.paths import steps_in
from publish.reach.terms import line_term

_ELSEWHERE = {"Graph", "ServiceGraphPattern"}


def footprint(queries: Iterable[Query]) -> frozenset[bytes] | None:
    """Return the predicates, as lines have them, of all triples that *queries* can see; nothing where they may be any."""
    try:
        return frozenset(predicate for query in queries for predicate in _seen(query.code))
    except Opaque:
        return None


def made_by(rules: Iterable[Query]) -> frozenset[bytes] | None:
    """Return the predicates, as lines have them, of all triples that *rules* can make; nothing where they may be any."""
    try:
        predicates = [predicate for rule in rules for _subject, predicate, _value in _algebra(rule.code).template]
    except Opaque:
        return None
    if any(is_variable(predicate) for predicate in predicates):
        return None
    return frozenset(map(line_term, predicates))


def _seen(text: str) -> Iterator[bytes]:
    algebra = _algebra(text)
    if algebra.name == "DescribeQuery" or algebra.datasetClause:
        raise Opaque
    yield from _in(algebra.p)


def _algebra(text: str) -> CompValue:
    try:
        return translateQuery(parseQuery(text)).algebra
    except MemoryError:
        raise
    except Exception as error:  # pyoxigraph reads it otherwise
        raise Opaque from error


def _in(part: object) -> Iterator[bytes]:
    """Yield the predicates in a part of the algebra, whatever it is."""
    if isinstance(part, CompValue):
        if part.name in _ELSEWHERE:
            raise Opaque
        if part.name.startswith("GroupGraphPattern"):
            part = translateGroupGraphPattern(part)
        for key in part:
            inner = getattr(part, key)  # where rdflib has translated what EXISTS asks, the item is what it was, without its filters
            yield from _in_triples(inner) if key == "triples" else _in(inner)
    elif isinstance(part, dict | list | tuple | set):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _in(inner)


def _in_triples(statements: Iterable[tuple[object, object, object]]) -> Iterator[bytes]:
    for subject, predicate, value in statements:
        path = path_in(predicate)
        if may_be_empty(path) and is_variable(subject) and is_variable(value):
            raise Opaque  # it may see any node that there is
        yield from (step.predicate for step in steps_in(path))
