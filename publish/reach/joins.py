"""What a query can see from a focus node: the trails of the patterns that are joined to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rdflib.term import Node, URIRef

from publish.reach.algebra import Pattern, Statement, exists_in, inverted, is_variable, path_in, rootless
from publish.reach.terms import line_term
from publish.reach.weaver import Weaver

Terms = frozenset[Node]
"""Variables and blank nodes."""


class Unjoined(Exception):
    """A pattern that nothing joins to the focus node: it sees triples wherever they are."""


class Joins:
    """Weaves the patterns of a query into trails, from the places of what it is *given*: terms that are the same in all of it."""

    def __init__(self, weaver: Weaver, given: Mapping[Node, int]) -> None:
        self._weaver = weaver
        self._given = frozenset(given)
        self._places = dict(given)

    def weave(self, pattern: Pattern) -> None:
        """Weave *pattern* in. Raises as `walk` does."""
        self.walk(pattern, self._given)

    def walk(self, pattern: Pattern, known: Terms) -> Terms:
        """Weave *pattern* in, where solutions have only values of *known* that are seen already; return these, with those that are seen then.

        Raises `Unjoined` where a part of it is joined to none of them, `Opaque` where a part is not known.
        """
        if pattern.name == "BGP":
            return self._triples(pattern.triples, known)
        if pattern.name == "Union":
            return self.walk(pattern.p1, known) & self.walk(pattern.p2, known)
        if pattern.name == "Join":
            return self._join(pattern, known)
        if pattern.name == "LeftJoin":
            return self._optional(pattern, known)
        if pattern.name not in {"Filter", "Extend"}:
            raise Unjoined(pattern.name)
        after = self.walk(pattern.p, known)
        self._expression(pattern.expr, after & certain(pattern.p))
        return after

    def _join(self, pattern: Pattern, known: Terms) -> Terms:
        try:
            return self.walk(pattern.p2, self.walk(pattern.p1, known))
        except Unjoined:
            return self.walk(pattern.p1, self.walk(pattern.p2, known))

    def _optional(self, pattern: Pattern, known: Terms) -> Terms:
        """What is joined to the optional part by more than the part before it may have a value there or none, and does not count."""
        after = self.walk(pattern.p1, known)
        inner = self.walk(pattern.p2, after & certain(pattern.p1) | self._given)
        self._expression(pattern.expr, inner & (certain(pattern.p1) | certain(pattern.p2)))
        return after

    def _expression(self, expression: object, known: Terms) -> None:
        for inner in exists_in(expression):
            self.walk(inner, known | self._given)

    def _triples(self, statements: Iterable[Statement], known: Terms) -> Terms:
        waiting = list(statements)
        lost = rootless(waiting)
        if lost is not None:
            raise Unjoined(_shown(lost))
        while waiting:
            statement = next((statement for statement in waiting if _is_joined(statement, known)), None)
            if statement is None:
                raise Unjoined(_shown(waiting[0]))
            waiting.remove(statement)
            known = known.union(self._weave(statement, known))
        return known

    def _weave(self, statement: Statement, known: Terms) -> Iterable[Node]:
        """Weave a statement in, and return the terms that are seen by it."""
        subject, predicate, value = statement
        if is_variable(predicate):
            self._weaver.see_all(self._place(subject))
            return ()
        path = path_in(predicate)
        if not (isinstance(subject, URIRef) or subject in known):
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


def _is_joined(statement: Statement, known: Terms) -> bool:
    subject, predicate, value = statement
    return isinstance(subject, URIRef) or subject in known or (value in known and not is_variable(predicate))


def certain(pattern: Pattern) -> Terms:
    """Return the variables that have a value in each solution of *pattern*."""
    if pattern.name == "BGP":
        return frozenset(term for statement in pattern.triples for term in statement if is_variable(term))
    if pattern.name == "Join":
        return certain(pattern.p1) | certain(pattern.p2)
    if pattern.name == "Union":
        return certain(pattern.p1) & certain(pattern.p2)
    if pattern.name == "LeftJoin":
        return certain(pattern.p1)
    return certain(pattern.p) if pattern.name in {"Filter", "Extend"} else frozenset()
