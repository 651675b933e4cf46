"""What a query can see from a focus node: the trails of the patterns that are joined to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rdflib.term import Node, URIRef, Variable

from publish.reach.algebra import Pattern, Statement, exists_in, inverted, is_variable, path_in, rootless
from publish.reach.paths import Chain, Choice, Path, Step
from publish.reach.terms import line_term
from publish.reach.weaver import Weaver

Terms = frozenset[Node]
"""Variables and blank nodes."""
THIS: Terms = frozenset((Variable("this"),))


class Unjoined(Exception):
    """A pattern that nothing joins to the focus node: it sees triples wherever they are."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Around a pattern: variables that are *seen* already, and those that are *firm*: no literals, of which a store finds other spellings too."""

    seen: Terms
    firm: Terms

    def within(self, terms: Terms) -> Scope:
        """Return the scope of a pattern in which only *terms* have the value that they have around it."""
        return Scope(self.seen & (terms | THIS), self.firm & (terms | THIS))

    def and_seen(self, terms: Iterable[Node]) -> Scope:
        """Return the scope with *terms* seen too."""
        return Scope(self.seen.union(terms), self.firm)


class Joins:
    """Weaves the patterns of a query into trails, from the place of the focus node."""

    def __init__(self, weaver: Weaver, place: int) -> None:
        self._weaver = weaver
        self._places: dict[Node, int] = {Variable("this"): place}

    def walk(self, pattern: Pattern, scope: Scope) -> Scope:
        """Weave *pattern* in, and return the scope after it.

        Raises `Unjoined` where a part of it is joined to nothing that is seen, `Opaque` where a part is not known.
        """
        scope = Scope(scope.seen, scope.firm | subjects(pattern))
        if pattern.name == "BGP":
            return self._triples(pattern.triples, scope)
        if pattern.name == "Union":
            return Scope(self.walk(pattern.p1, scope).seen & self.walk(pattern.p2, scope).seen, scope.firm)
        if pattern.name == "Join":
            return self._join(pattern, scope)
        if pattern.name == "LeftJoin":
            return self._optional(pattern, scope)
        if pattern.name not in {"Filter", "Extend"}:
            raise Unjoined(pattern.name)
        after = self.walk(pattern.p, scope)
        self._expression(pattern.expr, after.within(certain(pattern.p)))
        return after

    def _join(self, pattern: Pattern, scope: Scope) -> Scope:
        try:
            return self.walk(pattern.p2, self.walk(pattern.p1, scope))
        except Unjoined:
            return self.walk(pattern.p1, self.walk(pattern.p2, scope))

    def _optional(self, pattern: Pattern, scope: Scope) -> Scope:
        """What is joined to the optional part by more than the part before it may have a value there or none, and does not count."""
        after = self.walk(pattern.p1, scope)
        inner = self.walk(pattern.p2, after.within(certain(pattern.p1)))
        self._expression(pattern.expr, inner.within(certain(pattern.p1) | certain(pattern.p2)))
        return after

    def _expression(self, expression: object, scope: Scope) -> None:
        for inner in exists_in(expression):
            self.walk(inner, scope)

    def _triples(self, statements: Iterable[Statement], scope: Scope) -> Scope:
        waiting = list(statements)
        lost = rootless(waiting)
        if lost is not None:
            raise Unjoined(_shown(lost))
        while waiting:
            statement = next((statement for statement in waiting if _is_joined(statement, scope)), None)
            if statement is None:
                raise Unjoined(_shown(waiting[0]))
            waiting.remove(statement)
            scope = scope.and_seen(self._weave(statement, scope))
        return scope

    def _weave(self, statement: Statement, scope: Scope) -> Iterable[Node]:
        """Weave a statement in, and return the terms that are seen by it."""
        subject, predicate, value = statement
        if is_variable(predicate):
            self._weaver.see_all(self._place(subject))
            return ()
        path = path_in(predicate)
        if not _leads_on(subject, path, scope):
            self._weaver.join(self._weaver.follow(inverted(path), self._place(value)), self._place(subject))
            return (subject,)
        end = self._weaver.follow(path, self._place(subject))
        if not is_variable(value):
            return ()
        self._weaver.join(end, self._place(value))
        return (value,)

    def _place(self, term: Node) -> int:
        if isinstance(term, URIRef):
            return self._weaver.fixed(line_term(term))
        if term not in self._places:
            self._places[term] = self._weaver.place()
        return self._places[term]


def _shown(statement: Statement) -> str:
    return " ".join(term.n3() for term in statement)


def _is_joined(statement: Statement, scope: Scope) -> bool:
    subject, predicate, value = statement
    if is_variable(predicate):
        return isinstance(subject, URIRef) or subject in scope.seen
    path = path_in(predicate)
    return _leads_on(subject, path, scope) or (is_variable(value) and _leads_on(value, inverted(path), scope))


def _leads_on(term: Node, path: Path, scope: Scope) -> bool:
    """Whether what *path* leads to from *term* is all that there is to see: it is not where *path* comes back from a literal."""
    is_constant = isinstance(term, URIRef)
    return (is_constant or term in scope.seen) and _firm_end(path, is_constant or term in scope.firm) is not None


def _firm_end(path: Path, is_firm: bool) -> bool | None:  # noqa: FBT001  # what is known of the start
    """Whether *path* ends at no literal, where it begins at none if *is_firm*; nothing where it comes back from what may be one."""
    if isinstance(path, Step):
        return (is_firm or None) if path.is_inverse else False
    if isinstance(path, Chain):
        end: bool | None = is_firm
        for part in path.parts:
            end = None if end is None else _firm_end(part, end)
        return end
    if isinstance(path, Choice):
        ends = [_firm_end(part, is_firm) for part in path.parts]
        return None if None in ends else all(ends)
    once = _firm_end(path.part, is_firm)
    if once is None or (path.is_endless and _firm_end(path.part, once) is None):
        return None
    return once and (is_firm or not path.is_optional)


def subjects(pattern: Pattern) -> Terms:
    """Return the variables that are the subject of a triple in each solution of *pattern*."""
    return _in_each(pattern, lambda statement: statement[:1] if _has_subject(statement[1]) else ())


def certain(pattern: Pattern) -> Terms:
    """Return the variables that have a value in each solution of *pattern*."""
    return _in_each(pattern, lambda statement: statement)


def _in_each(pattern: Pattern, wanted: Callable[[Statement], Iterable[Node]]) -> Terms:
    if pattern.name == "BGP":
        return frozenset(term for statement in pattern.triples for term in wanted(statement) if is_variable(term))
    if pattern.name == "Join":
        return _in_each(pattern.p1, wanted) | _in_each(pattern.p2, wanted)
    if pattern.name == "Union":
        return _in_each(pattern.p1, wanted) & _in_each(pattern.p2, wanted)
    if pattern.name == "LeftJoin":
        return _in_each(pattern.p1, wanted)
    return _in_each(pattern.p, wanted) if pattern.name in {"Filter", "Extend"} else frozenset()


def _has_subject(predicate: object) -> bool:
    """Whether a node that a triple pattern begins with is the subject of a triple."""
    return is_variable(predicate) or _begins(path_in(predicate))


def _begins(path: Path) -> bool:
    if isinstance(path, Step):
        return not path.is_inverse
    if isinstance(path, Choice):
        return all(map(_begins, path.parts))
    return _begins(path.parts[0]) if isinstance(path, Chain) else not path.is_optional and _begins(path.part)
