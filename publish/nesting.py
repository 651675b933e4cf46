"""Where a token of a query stands in its brackets, and what the brackets and chains around it cost the engine.

pyoxigraph 0.5 reads, plans and evaluates by recursion, so what nests and what is chained takes stack, and beyond its stack
the process dies. Some things it reads or plans twice, and what nests in them four times, eight times, ... Both are bounded
here, from above, in one pass over the tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from publish.tokens import Token, refused

# Bytes of stack that pyoxigraph 0.5.13 takes at most (x86-64, Linux): 8 MiB divided by how many it survives.
_BRACKET = 11_000  # 800 aggregates in one another, 825 EXISTS, 900 functions, 1,150 sub-selects, 2,100 groups, 4,600 parentheses
_ELEMENT = 3_300  # 2,600 BINDs, OPTIONALs, MINUSes, VALUES, expressions of a SELECT or ORDER BY, joined patterns
_OPERATOR = 1_300  # 6,800 times + or *, 8,000 times / or | in a path
_LOGICAL = 950  # 9,200 times || or &&

_OPENING = frozenset(("(", "[", "{", "{|", "<<"))
_CLOSING = frozenset((")", "]", "}", "|}", ">>"))
_READ_TWICE = ("SUBSTR", "REGEX", "REPLACE", "GROUP_CONCAT")  # the parser tries them with one argument more first
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")  # the planner infers the types of a group twice
_NO_CALLS = frozenset(("A", "TRUE", "FALSE"))  # the words that may stand before a list or a path in parentheses
_NAMED = frozenset(("iri", "name"))
_ENDS = frozenset(("variable", "iri", "name", "word", "string", "number", "language", "blank"))
_SEPARATORS = frozenset((".", ";", ","))
_STEPS = 64


class Place(Enum):
    """What brackets hold: clauses of a SELECT and its like, patterns, rows of data or a template, terms or a path, an expression."""

    CLAUSES = auto()
    PATTERNS = auto()
    DATA = auto()
    TERMS = auto()
    EXPRESSION = auto()


@dataclass(slots=True)
class Frame:
    """An open bracket: what has been counted in it so far, in bytes of stack and in tokens read."""

    place: Place
    start: int
    joined: bool = False
    """Whether its patterns are joined with those around it, so that they make one chain."""
    lists_variables: bool = False
    elements: int = 0
    logical: int = 0
    operators: int = 0
    longest: int = 0
    arguments: int = 0
    below: int = 0
    work: int = 0
    done: int = 0
    steps: int = 0
    factor: int = 1
    grouped: bool = False
    operand: int = 0
    copied: int = 0
    commas: int = 0
    group: Frame | None = None
    """The last pattern in braces that was joined: a UNION after it makes it a branch."""

    def around(self) -> int:
        """The stack that it takes beside its chain of elements, in bytes."""
        return _BRACKET + max(self.arguments, self.logical + max(self.longest, self.operators)) + self.below

    def stack(self) -> int:
        """The stack that it takes, in bytes."""
        return self.elements + self.around()

    def whole_work(self) -> int:
        """How many tokens are read in it, each as often as it is read."""
        return (self.done + (self.work << min(self.steps, _STEPS))) * self.factor * (1 + self.grouped)

    def end_operand(self) -> None:
        """Begin a new operand of a logical operator, argument, or pattern."""
        self.longest, self.operators, self.operand = max(self.longest, self.operators), 0, 0

    def end_argument(self) -> None:
        """Begin a new argument."""
        self.end_operand()
        self.arguments = max(self.arguments, self.logical + self.longest)
        self.logical = self.longest = 0
        self.commas += 1


class Nesting:
    """The brackets that are open, token by token. Its methods raise `BadQuery` where a bound is passed."""

    def __init__(self, text: str, depth: int, stack: int, rereads: int) -> None:
        self._text, self._depth, self._stack, self._rereads = text, depth, stack, rereads
        self._frames = [Frame(Place.CLAUSES, 0)]
        self._seen = 0
        self._negated = False
        self._closed = self._frames[0]
        self.previous = self.before = Token("mark", "", 0, "")

    @property
    def place(self) -> Place:
        """Where the next token stands."""
        return self._frames[-1].place

    def take(self, token: Token) -> None:
        """Count *token*."""
        frame = self._frames[-1]
        self._seen += 1
        frame.work += 1
        frame.operand += 1
        if token.kind != "mark":
            self._term(frame, token)
        elif token.text in _OPENING:
            self._open(token)
        elif token.text in _CLOSING:
            self._close()
        else:
            self._mark(frame, token.text)
        if frame.elements > self._stack:
            raise refused("query-too-long", self._text, token.start)
        self._negated = token.text == "!" or (self._negated and token.kind in {"word", "iri", "name"})
        self.before, self.previous = self.previous, token

    def end(self) -> None:
        """Count what is still open as if it ended here."""
        while len(self._frames) > 1:
            self._close()
        self._check(self._frames[0])

    def _term(self, frame: Frame, token: Token) -> None:
        if token.kind == "word":
            if self.previous.text == "{" and token.word.startswith("SELECT"):
                frame.place, frame.joined = Place.CLAUSES, False
            elif "UNION" in token.word and frame.group:
                frame.elements -= frame.group.elements
                frame.below = max(frame.below, frame.group.stack())
            elif "GROUP" in token.word and frame.place is Place.CLAUSES:
                self._aggregate()
        elif frame.place is Place.CLAUSES and token.kind in _NAMED:
            frame.elements += _ELEMENT  # what is described
        elif frame.place is Place.TERMS and (self.previous.kind in _ENDS or self.previous.text in _CLOSING):
            frame.elements += 2 * _ELEMENT  # what a list has beside its first member, or a subject beside itself
        frame.group = None

    def _mark(self, frame: Frame, mark: str) -> None:
        if frame.place is Place.EXPRESSION:
            if mark == ",":
                frame.end_argument()
            elif mark in {"||", "&&"}:
                frame.end_operand()
                frame.logical += _LOGICAL
            else:
                frame.operators += _OPERATOR
        elif frame.place in {Place.PATTERNS, Place.TERMS}:
            if mark in _SEPARATORS:
                frame.end_operand()
                frame.elements += _ELEMENT
            else:
                frame.operators += _OPERATOR
            if mark == "/":
                frame.elements += _ELEMENT
                frame.steps += frame.place is Place.TERMS  # the planner estimates each part of a path within a path twice
            elif mark == "|":
                frame.done, frame.work, frame.steps = frame.done + (frame.work << min(frame.steps, _STEPS)), 0, 0

    def _open(self, token: Token) -> None:
        parent = self._frames[-1]
        if len(self._frames) > self._depth:
            raise refused("query-too-deep", self._text, token.start, self._depth)
        place = self._inside(token.text, parent.place)
        opened = Frame(place, token.start, factor=self._factor(token.text, parent.place, place))
        opened.lists_variables = self._after("VALUES")
        joinable = {Place.PATTERNS, Place.TERMS}
        opened.joined = place in joinable and parent.place in joinable and (place is Place.TERMS or self.previous.kind != "word")
        if parent.place in {*joinable, Place.CLAUSES}:
            parent.elements += _ELEMENT
        elif self.previous.word.endswith("IN") and not self._after("MIN"):
            opened.copied = parent.operand
        if token.text == "(" and self._after(*_AGGREGATES):
            self._aggregate()
        self._frames.append(opened)

    def _inside(self, bracket: str, outside: Place) -> Place:
        """What an opening *bracket* holds: an expression wherever the engine could take it for one."""
        if bracket == "{":
            rows = self._closed.lists_variables if self.previous.text == ")" else self.previous.kind == "variable" and self.before.word.endswith("VALUES")
            return Place.DATA if rows or self._after("CONSTRUCT") else Place.PATTERNS
        if outside is Place.DATA or self._after("VALUES"):
            return Place.DATA
        if bracket != "(":
            return Place.TERMS
        if outside in {Place.CLAUSES, Place.EXPRESSION}:
            return Place.EXPRESSION
        filtered = self.previous.kind in _NAMED and ("FILTER" in self.previous.word or "FILTER" in self.before.word)
        called = self.previous.kind == "word" and self.previous.word not in _NO_CALLS
        return Place.EXPRESSION if filtered or called else Place.TERMS

    def _factor(self, bracket: str, outside: Place, inside: Place) -> int:
        """How often the engine reads or plans what the bracket holds, when it does so more than once."""
        twice = [self._negated, bracket == "{|", bracket == "{" and self._after("OPTIONAL"), bracket == "(" and self._after(*_READ_TWICE)]
        twice.append(inside is Place.EXPRESSION is not outside and self.previous.kind in _NAMED)
        return 1 << sum(twice)

    def _after(self, *words: str) -> bool:
        """Whether one of *words* stands right before; the engine asks for no space between words, so it may be the end of a longer one."""
        return self.previous.kind == "word" and self.previous.word.endswith(words)

    def _aggregate(self) -> None:
        for frame in self._outward():
            if frame.place is Place.CLAUSES:
                frame.grouped = True
                return

    def _outward(self) -> Iterator[Frame]:
        return (self._frames[place] for place in range(len(self._frames) - 1, 0, -1))

    def _close(self) -> None:
        if len(self._frames) == 1:
            return
        closed, parent = self._frames.pop(), self._frames[-1]
        self._check(closed)
        work = closed.whole_work()
        parent.work += work + closed.copied * closed.commas
        parent.operand += work + closed.copied * closed.commas
        parent.below = max(parent.below, closed.around() if closed.joined else closed.stack())
        if closed.joined:
            parent.elements += closed.elements
        parent.group = closed if closed.joined and closed.place is Place.PATTERNS else None
        self._closed = closed

    def _check(self, frame: Frame) -> None:
        if frame.stack() > self._stack:
            raise refused("query-too-long", self._text, frame.start)
        if frame.whole_work() - self._seen > self._rereads:
            raise refused("query-too-costly", self._text, frame.start)
