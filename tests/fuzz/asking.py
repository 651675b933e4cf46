"""What reads the questions of strangers: queries, requests of the SPARQL protocol, headers that say what is wanted."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus

from pyoxigraph import Store

from fuzz.target import Target, steers
from publish.addresses import MEDIA_TYPES
from publish.errors import BadQuery
from publish.gate import admit
from publish.kinds import KINDS
from publish.lint import _PREFIXED_NAME
from publish.negotiation import negotiate, negotiate_language
from publish.serve.formats import choose
from publish.serve.problem import problem
from publish.serve.protocol import BadRequest, read_request
from publish.serve.question import FORMATS
from publish.sparql import run
from publish.texts import LANGUAGES
from publish.tokens import tokens, words_of

_PREFIXES = {"ex": "https://example.org/id/"}
_SEPARATOR = b"\n--\n"
"""Stands between the parts of an input that has several."""


def query(content: bytes) -> None:
    """A query is refused with its place, or run: the engine outlives it, and never asks another machine. Its words stand where they stood."""
    text = content.decode(errors="replace")
    blanked = words_of(text)
    assert [len(line) for line in blanked.split("\n")] == [len(line) for line in text.split("\n")]
    list(_PREFIXED_NAME.finditer(blanked))
    try:
        admitted = admit(text)
    except BadQuery as error:
        _explained(error, text)
        return
    assert not [token for token in tokens(text) if token.kind == "word" and "SERVICE" in token.word], "SERVICE was let through"
    assert admitted.form in FORMATS
    choose(admitted.form, text[:200])
    try:
        run(Store(), text, _PREFIXES)
    except BadQuery as error:
        _explained(error, text)


def _explained(error: BadQuery, text: str) -> None:
    lines = text.split("\n")
    line, column = error.values["line"], error.values["column"]
    assert 1 <= int(str(line)) <= len(lines) + 1
    assert int(str(column)) >= 1
    assert error.pointing("query", text).lines
    for language in LANGUAGES:
        assert problem(error, language, "https://example.org/download/all.nq").status == HTTPStatus.BAD_REQUEST


def request(content: bytes) -> None:
    """What a client asks is a query, or a problem that says in words why not."""
    method, query_string, content_type, body, *_ = [*content.split(_SEPARATOR), *[b""] * 4]
    try:
        asked = read_request(method.decode("latin-1"), query_string, content_type.decode("latin-1"), body)
    except BadRequest as error:
        for language in LANGUAGES:
            told = problem(error, language, "https://example.org/download/all.nq")
            assert HTTPStatus.BAD_REQUEST <= told.status < HTTPStatus.INTERNAL_SERVER_ERROR
            assert not any(map(steers, told.content.decode().split("\n")))
        return
    assert asked is None or asked.query.strip()


def accept(content: bytes) -> None:
    """Whatever a client says that it wants, it gets one of what is offered."""
    wanted, languages, *_ = [*content.decode("latin-1").split("\n", 1), ""]
    for kind in KINDS:
        assert negotiate(wanted, [(offer, MEDIA_TYPES[offer]) for offer in kind.offers]) in kind.offers
    for form in FORMATS:
        assert choose(form, wanted)[0] in FORMATS[form]
    for offered in (("da", "en"), ("en-GB", "zh-Hant-TW", "x")):
        assert negotiate_language(languages, offered) in offered


def tokenised(content: bytes) -> None:
    """The tokens of a text stand in it in their order, and only spaces and comments between them."""
    text = content.decode(errors="replace")
    place = 0
    with suppress(BadQuery):
        for token in tokens(text):
            assert text.startswith(token.text, token.start)
            between = text[place : token.start].strip(" \t\r\n")
            assert not between or between.startswith("#"), between
            place = token.start + len(token.text)


TARGETS = (
    Target("query", query, "sparql", examples=150),
    Target("tokens", tokenised, "sparql"),
    Target("request", request, "request"),
    Target("accept", accept, "accept"),
)
