"""What a query has to be before the engine sees it: one that only asks, stays on this machine, and cannot kill it.

pyoxigraph has no switch for SERVICE, dies of what nests too deep, and finds keywords without asking for a space before or
after them: ``trueSERVICE<http://...>`` is the value ``true`` and then a SERVICE. So a query is read here as it reads it
(`publish.tokens`), and where its reading could be another one than that of the tokens, the query is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from publish.nesting import Nesting, Place
from publish.tokens import Token, plain, refused, tokens

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")
_BEYOND = {"SERVICE": "query-service", "LATERAL": "query-lateral"}
_GRAPHS = ("GRAPH", "FROM", "NAMED")
_ENDS = frozenset(("variable", "iri", "name", "word", "string", "number", "language", "blank"))
_CLOSING = frozenset((")", "]", "}", ">>"))
_LONGEST = 1000
"""The characters of a prefix's IRI that ends in its host."""
_STEP = 1000
"""The tokens that are read in one step: two milliseconds or so."""
_SIMPLE = re.compile(r"[A-Za-z0-9_.-]*+")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of the engine a query may take; the defaults leave half of the stack that a main thread has on Linux (8 MiB)."""

    depth: int = 200
    """Brackets in brackets."""
    stack: int = 4 * 1024 * 1024
    """Bytes of stack, counted as `publish.nesting` does: 1,270 BINDs, patterns or OPTIONALs in a row, 4,400 times ``||``."""
    rereads: int = 300_000
    """Tokens that the engine reads or plans again because of what they nest in: 15 SUBSTRs in one another. A second or so."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query that may be asked."""

    text: str
    form: str
    """SELECT, ASK, CONSTRUCT or DESCRIBE."""
    volatile: bool
    """Whether it may be answered otherwise each time: it uses NOW, RAND, UUID, STRUUID or BNODE."""
    dataset: bool
    """Whether it names its own dataset (FROM)."""
    prefixes: Mapping[str, str]
    """The prefixes that it declares, with IRIs as it writes them."""


def admit(text: str, bounds: Bounds | None = None) -> Query:
    """Return the query that *text* is. Time is in proportion to its length.

    Raises `BadQuery` with line and column, from 1, where it is no query, would change data or leave the machine (SERVICE), is
    SPARQL with an extension (LATERAL), goes beyond *bounds*, or could be read in two ways. A query that does not parse may pass.
    """
    return next(query for query in admitting(text, bounds or Bounds()) if query)


def admitting(text: str, bounds: Bounds) -> Iterator[Query | None]:
    """Do what `admit` does in steps of a few milliseconds, for who has other things to do between them: yield nothing, and at last the query."""
    reading = _Reading(text, bounds)
    for number, token in enumerate(tokens(text), start=1):
        reading.take(token)
        if number % _STEP == 0:
            yield None
    yield reading.query()


class _Reading:
    """A query, token by token."""

    def __init__(self, text: str, bounds: Bounds) -> None:
        self._text = text
        self._nesting = Nesting(text, bounds.depth, bounds.stack, bounds.rereads)
        self._prologue = _Prologue(text)
        self._volatile = self._dataset = False

    def take(self, token: Token) -> None:
        """Look at *token* after those before it."""
        if not self._prologue.form:
            self._prologue.take(token)
            if not self._prologue.form:
                return
        previous, before = self._nesting.previous, self._nesting.before
        if token.kind == "word":
            self._look_at_word(token)
        elif token.kind == "name":
            self._look_at_name(token)
        elif token.text == "{" and previous.kind == "name" and "SERVICE" in previous.word and not _names_graph(before):
            raise refused("query-service", self._text, previous.start, "SERVICE")  # pyoxigraph may read SERVICE and then the rest of the name
        elif token.text == "(" and previous.kind == "word" and previous.word.endswith(_VOLATILE):
            self._volatile = True
        elif token.text.startswith("<"):
            self._look_at_less(token)
        self._nesting.take(token)

    def query(self) -> Query:
        """Return what was read. Raises `BadQuery`."""
        self._prologue.end()
        self._nesting.end()
        return Query(self._text, self._prologue.form, self._volatile, self._dataset, self._prologue.prefixes)

    def _look_at_word(self, token: Token) -> None:
        for word, mistake in _BEYOND.items():
            if word in token.word:
                raise refused(mistake, self._text, token.start, word)
        if self._nesting.place is Place.CLAUSES and token.word.endswith("FROM"):
            self._dataset = True

    def _look_at_name(self, token: Token) -> None:
        """Refuse a name that stands for no IRI: pyoxigraph would read its prefix alone, and then the rest as something else."""
        prefix, _, local = token.text.partition(":")
        local = local.replace("\\", "")
        namespaces = ["x:#"] if not _SIMPLE.fullmatch(local) else []
        namespaces += [self._prologue.open[prefix]] if prefix in self._prologue.open else []
        if any(len(namespace) > _LONGEST for namespace in namespaces):  # each of its names would be looked at as a whole
            raise refused("query-iri", self._text, token.start, token.text)
        if not all(_is_iri(namespace + local) for namespace in namespaces):
            raise refused("query-iri", self._text, token.start, token.text)
        if self._nesting.place is Place.CLAUSES and token.word.startswith("FROM") and prefix not in self._prologue.prefixes:
            self._dataset = True

    def _look_at_less(self, token: Token) -> None:
        """Refuse a ``<`` that is neither less-than nor the beginning of an IRI, or could be both: the grammar and pyoxigraph differ there."""
        previous = self._nesting.previous
        ends = previous.text in _CLOSING or (previous.kind in _ENDS and previous.word != "DISTINCT")
        compares = ends and self._nesting.place is Place.EXPRESSION
        if compares and token.text not in {"<", "<="}:
            raise refused("query-ambiguous", self._text, token.start)
        if not compares and token.text in {"<", "<="}:
            raise refused("query-unexpected", self._text, token.start)


class _Prologue:
    """What stands before the form of a query: BASE and PREFIX."""

    def __init__(self, text: str) -> None:
        self.form = ""
        self.prefixes: dict[str, str] = {}
        self.open: dict[str, str] = {}
        """The prefixes whose IRI ends in its host, so that not every name makes an IRI with it."""
        self._text = text
        self._base = ""
        self._ends_in_host: dict[str, str] = {}
        self._before = self._previous = Token("mark", "", 0, "")

    def take(self, token: Token) -> None:
        """Look at *token*. Raises `BadQuery` where no query goes on so."""
        before, previous = self._before, self._previous
        self._before, self._previous = previous, token
        if token.kind == "iri" and previous.kind == "name":
            self._declare(previous.text if before.word.endswith("PREFIX") else previous.text[len("PREFIX") :], plain(token.text[1:-1]))
        elif token.kind == "iri" and previous.word == "BASE":
            self._base = plain(token.text[1:-1])
        elif previous.word != "PREFIX" and token.word.startswith(_FORMS if token.kind == "word" else "DESCRIBE"):
            self.form = next(form for form in _FORMS if token.word.startswith(form))
        elif token.kind == "word" and token.word in _UPDATES:
            raise refused("query-update", self._text, token.start)
        elif token.word not in {"BASE", "PREFIX", "VERSION"} and previous.word not in {"PREFIX", "VERSION"} and not _declares(token):
            raise refused("query-no-form", self._text, token.start)

    def end(self) -> None:
        """Raise `BadQuery` where there is no query after the prologue."""
        if not self.form:
            raise refused("query-no-form", self._text, len(self._text.rstrip()))

    def _declare(self, name: str, iri: str) -> None:
        prefix = name.removesuffix(":")
        self.prefixes[prefix] = iri
        absolute = iri or self._base
        if absolute not in self._ends_in_host:
            self._ends_in_host[absolute] = _ends_in_host(absolute)
        self.open.pop(prefix, None)
        if opened := self._ends_in_host[absolute]:
            self.open[prefix] = opened


def _ends_in_host(iri: str) -> str:
    """Return *iri* as pyoxigraph may resolve it, where it ends in its host, so that not every name makes an IRI with it; else nothing."""
    if iri.startswith("//"):
        iri = f"http:{iri}"
    elif not _is_iri(iri):
        iri = f"http://relative/{iri}"
    return "" if _is_iri(f"{iri}a:a") else iri


def _names_graph(token: Token) -> bool:
    """Whether a name after *token* is a graph's. A prefix may be called so too, but is no keyword."""
    return token.kind == "word" and token.word.endswith(_GRAPHS)


def _declares(token: Token) -> bool:
    """Whether a name is the word PREFIX and a prefix, without a space, which pyoxigraph takes for both."""
    return token.kind == "name" and token.word.startswith("PREFIX")


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True
