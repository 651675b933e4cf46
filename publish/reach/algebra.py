"""SPARQL queries as their algebra, by rdflib's parser: their patterns, and what joins them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Node, URIRef, Variable

from publish.reach.paths import Chain, Choice, Path, Repeated, Step, steps_in
from publish.reach.terms import line_term

Pattern = Any
"""A pattern of the algebra, of which rdflib gives no types: its `name` says which one it is."""
Statement = tuple[Node, Any, Node]
"""A triple pattern, its predicate a term or a path."""

_KEPT = 256
"""How many queries are remembered as their algebra: rdflib takes its time to read one."""
_INNER = {"Project", "Distinct", "Reduced"}


class Opaque(Exception):
    """A query, or a part of one, of which it is not known what it can see."""


@lru_cache(_KEPT)
def selected(query: str) -> Pattern:
    """Return the pattern whose solutions a SELECT or ASK query gives. Raises `Opaque` where it does more with them than select."""
    pattern = _read(query).p
    while pattern.name in _INNER:
        pattern = pattern.p
    return pattern


def predicates_anywhere(query: str) -> frozenset[bytes]:
    """Return the predicates of all triples that a SELECT or ASK query can see, whatever it does with them. Raises `Opaque` where they may have any."""
    return frozenset(seen_in(_read(query)))


def whole(query: str) -> Pattern:
    """Return the algebra of a query of whatever form. Raises `Opaque` where rdflib makes none of it."""
    try:
        return translateQuery(parseQuery(query)).algebra
    except MemoryError:
        raise
    except Exception as error:  # pyoxigraph reads it otherwise, or it cannot be read at all
        raise Opaque from error


def _read(query: str) -> Pattern:
    read = whole(query)
    if read.name not in {"SelectQuery", "AskQuery"} or read.datasetClause:
        raise Opaque
    return read


def seen_in(part: object) -> Iterator[bytes]:
    """Yield the predicates of the triples that a part of a query can see, of whatever kind it is. Raises `Opaque` where they may have any."""
    if isinstance(part, CompValue):
        if part.name in _ELSEWHERE:
            raise Opaque
        if part.name.startswith("GroupGraphPattern"):
            part = translateGroupGraphPattern(part)
        if part.triples:
            yield from _predicates(part.triples)
        for key in part:  # whose items may be older than its attributes
            if key != "triples":
                yield from seen_in(getattr(part, key))
    elif isinstance(part, dict | list | tuple):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from seen_in(inner)


def exists_in(expression: object) -> Iterator[Pattern]:
    """Yield the patterns that *expression* asks for with EXISTS or NOT EXISTS, at whatever depth of its own."""
    if isinstance(expression, CompValue):
        if expression.name in {"Builtin_EXISTS", "Builtin_NOTEXISTS"}:
            if expression.graph.name.startswith("GroupGraphPattern"):
                expression["graph"] = translateGroupGraphPattern(expression.graph)
            yield expression.graph
        else:
            for key in expression:
                yield from exists_in(getattr(expression, key))
    elif isinstance(expression, list | tuple):
        for part in expression:
            yield from exists_in(part)


def mentions(expression: object, variable: Variable) -> bool:
    """Say whether *variable* stands in *expression*, EXISTS apart."""
    if isinstance(expression, CompValue):
        return not expression.name.endswith("EXISTS") and any(mentions(getattr(expression, key), variable) for key in expression if key != "_vars")
    if isinstance(expression, list | tuple):
        return any(mentions(part, variable) for part in expression)
    return expression == variable


def occurs(pattern: Pattern, variable: Variable) -> bool:
    """Say whether *variable* stands anywhere in *pattern*."""
    return any(
        variable == inner.var or mentions(inner.expr, variable) or any(variable in statement for statement in inner.triples or ())
        for inner in all_patterns(pattern)
    )


def all_patterns(pattern: Pattern) -> Iterator[Pattern]:
    """Yield *pattern* and those in it, in their expressions too."""
    yield pattern
    for name in ("p", "p1", "p2"):
        inner = getattr(pattern, name)  # which is nothing where there is none
        if isinstance(inner, CompValue):
            yield from all_patterns(inner)
    for inner in exists_in(pattern.expr):
        yield from all_patterns(inner)


def is_variable(term: object) -> bool:
    """Say whether *term* stands for any term: a variable, or a blank node."""
    return isinstance(term, Variable | BNode)


def path_in(predicate: object) -> Path:
    """Return the path that stands for the predicate of a pattern. Raises `Opaque` where it can see triples of any predicate."""
    if isinstance(predicate, URIRef):
        return Step(line_term(predicate), is_inverse=False, in_query=True)
    if isinstance(predicate, SequencePath):
        return Chain(tuple(map(path_in, predicate.args)))
    if isinstance(predicate, AlternativePath):
        return Choice(tuple(map(path_in, predicate.args)))
    if isinstance(predicate, InvPath):
        return inverted(path_in(predicate.arg))
    if isinstance(predicate, MulPath):
        return Repeated(path_in(predicate.path), bool(predicate.zero), bool(predicate.more))
    raise Opaque


def inverted(path: Path) -> Path:
    """Return *path* from its end to its beginning."""
    if isinstance(path, Step):
        return Step(path.predicate, not path.is_inverse, path.in_query)
    if isinstance(path, Chain):
        return Chain(tuple(map(inverted, reversed(path.parts))))
    if isinstance(path, Choice):
        return Choice(tuple(map(inverted, path.parts)))
    return Repeated(inverted(path.part), path.is_optional, path.is_endless)


def may_be_empty(path: Path) -> bool:
    """Say whether *path* may lead from a node to itself without a triple."""
    if isinstance(path, Repeated):
        return path.is_optional or may_be_empty(path.part)
    if isinstance(path, Chain):
        return all(map(may_be_empty, path.parts))
    return isinstance(path, Choice) and any(map(may_be_empty, path.parts))


def rootless(statements: Iterable[Statement]) -> Statement | None:
    """Return the first of *statements* that finds a node only if there is one in the data, wherever: by a path that may be empty, and no other one."""
    paths = [(statement, None if is_variable(statement[1]) else path_in(statement[1])) for statement in statements]
    rooted = {term for (subject, _predicate, value), path in paths if path is None or not may_be_empty(path) for term in (subject, value)}
    return next((statement for statement, path in paths if path and may_be_empty(path) and not rooted.intersection(statement[::2])), None)


def predicates_in(pattern: Pattern) -> frozenset[bytes]:
    """Return the predicates of all triples that *pattern* can see. Raises `Opaque` where they may have any."""
    inner = list(all_patterns(pattern))
    if any(one.name not in _KNOWN for one in inner):
        raise Opaque
    return frozenset(predicate for one in inner for predicate in _predicates(one.triples or []))


def _predicates(statements: Sequence[Statement]) -> Iterator[bytes]:
    if rootless(statements) is not None:
        raise Opaque
    return (step.predicate for _subject, predicate, _value in statements for step in steps_in(path_in(predicate)))


_ELSEWHERE = {"Graph", "ServiceGraphPattern"}
_KNOWN = {"BGP", "Join", "LeftJoin", "Union", "Filter", "Extend"}
