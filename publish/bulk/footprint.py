"""Which triples a query can see, by their predicates: a store needs no others to answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from publish.query import Query
from publish.reach.algebra import Opaque, is_variable, seen_in, whole
from publish.reach.terms import line_term

Predicates = frozenset[bytes] | None
"""Predicates as lines have them; nothing where they may be any."""


@dataclass(slots=True)
class Footprints:
    """The predicates of all triples that the *rules* of a project see or make, and that its *questions* see."""

    rules: Predicates = None
    questions: Predicates = None

    @classmethod
    def of(cls, said: Iterable[Any]) -> Self:
        """Return what `told` returned as *said*."""
        return cls(*map(heard, said))

    def told(self) -> list[list[str] | None]:
        """Return it as lists of texts."""
        return [told(self.rules), told(self.questions)]


def told(predicates: Predicates) -> list[str] | None:
    """Return *predicates* as texts, sorted, for `heard`."""
    return None if predicates is None else sorted(predicate.decode() for predicate in predicates)


def heard(said: Iterable[str] | None) -> Predicates:
    """Return the predicates that `told` returned as *said*."""
    return None if said is None else frozenset(predicate.encode() for predicate in said)


def footprint(queries: Iterable[Query]) -> Predicates:
    """Return the predicates, as lines have them, of all triples that *queries* can see; nothing where they may be any."""
    try:
        return frozenset(predicate for query in queries for predicate in _seen(query.code))
    except Opaque:
        return None


def made_by(rules: Iterable[Query]) -> Predicates:
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
