"""SPARQL text as tokens: the terminals of https://www.w3.org/TR/sparql11-query/#sparqlGrammar, read as pyoxigraph reads them.

Time is in proportion to the text, whatever the text: nothing takes back what it took (``*+``). Where pyoxigraph 0.5 reads
otherwise than the grammar, it is followed: what it executes is what has to be seen. A name's local part has one group of
dots (``ex:a.b.c`` ends after ``b``), and a sign is no part of a number. A codepoint escape (section 19.2) is a character in
strings and IRIs alone, where it ends nothing; pyoxigraph takes it nowhere else, so a word that has one is told as what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from publish.errors import BadQuery

_LETTER = (  # PN_CHARS_BASE
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    "\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = "0-9\u00b7\u0300-\u036f\u203f\u2040"
_PART = rf"{_LETTER}_{_MORE}\-"  # PN_CHARS
_HEX = "[0-9A-Fa-f]"
_ESCAPE = rf"\\(?:u(?![dD][89A-Fa-f]){_HEX}{{4}}|U(?:0010|000[1-9A-Fa-f]|0000(?![dD][89A-Fa-f])){_HEX}{{4}})"
_STRING_ESCAPE = rf"(?:\\[tbnrf\"'\\]|{_ESCAPE})"
_LOCAL_PART = rf"(?:[{_PART}:]++|%{_HEX}{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])"
_LOCAL = rf"(?:(?![\-\u00b7\u0300-\u036f\u203f\u2040]){_LOCAL_PART})(?:{_LOCAL_PART})*+(?:\.++(?:{_LOCAL_PART})++)?+"
_WORD = rf"(?:[{_LETTER}]|{_ESCAPE})(?:[{_PART}]++|{_ESCAPE})*+(?:\.++(?:[{_PART}]++|{_ESCAPE})++)*+"
_SPACE = "[ \t\r\n]"
_TOKEN = (
    "(?:"
    rf"(?P<space>{_SPACE}|\#[^\r\n]*+)"
    rf"|(?P<name>(?:{_WORD})?:(?:{_LOCAL})?+)"
    rf"|(?P<word>{_WORD})"
    rf"|(?P<variable>[?$][{_LETTER}_0-9][{_LETTER}_{_MORE}]*+)"
    rf"|(?P<iri><(?:[^<>\"{{}}|^`\\\x00-\x20]++|{_ESCAPE})*+>)"
    rf'|(?P<string>"""(?:[^"\\]++|{_STRING_ESCAPE}|"(?!""))*+"""|\'\'\'(?:[^\'\\]++|{_STRING_ESCAPE}|\'(?!\'\'))*+\'\'\''
    rf'|"(?!"")(?:[^"\\\r\n]++|{_STRING_ESCAPE})*+"|\'(?!\'\')(?:[^\'\\\r\n]++|{_STRING_ESCAPE})*+\')'
    r"|(?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+\-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++)"
    r"|(?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+)"
    rf"|(?P<blank>_:[{_LETTER}_0-9][{_PART}]*+(?:\.++[{_PART}]++)*+)"
    r"|(?P<doubtful><[^<>\"{}|^`\x00-\x20]*+>)"
    r"|(?P<mark>[()\[\];,.*+\-/~?=}]|\{\|?|!=?|<[<=]?|>[>=]?|\|[|}]?|\^\^?|&&)"
    r"|(?P<bad>[\s\S])"
    rf"){_SPACE}*+"
)
_ESCAPED = re.compile(rf"\\u({_HEX}{{4}})|\\U({_HEX}{{8}})")
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_NONE = {"bad", "doubtful"}
_WORDS = {"word", "name"}
_BLANKED = {"string", "iri", "space"}


@cache
def pattern() -> re.Pattern[str]:
    """Return what finds tokens. To make it takes a while: a process that has children makes it before them."""
    return re.compile(_TOKEN)


class Token(NamedTuple):
    """A token: its kind, its text as it stands in the query, and where that begins, in characters from 0."""

    kind: str
    """variable, iri, name (with a prefix), word, string, number, language, blank (node label) or mark."""
    text: str
    start: int
    word: str
    """A keyword or function in capitals; of a name its prefix in capitals; else empty."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of *text*, without comments. Raises `BadQuery` at the first character that begins none."""
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        raise refused("query-character", text, forbidden.start())
    for match in pattern().finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        if kind is None or kind in _NONE:
            raise refused("query-unexpected", text, match.start())
        found = match[kind]
        word = plain(found.partition(":")[0]).upper() if kind in _WORDS else ""
        yield Token(kind, found, match.start(), word)


def words_of(text: str) -> str:
    """Return *text* with its strings, IRIs and comments blanked out, each character and line in its place; it may be no SPARQL."""
    parts, end = [], 0
    for match in pattern().finditer(text):
        if match.lastgroup in _BLANKED:
            start, stop = match.span(match.lastgroup or 0)
            parts += [text[end:start], re.sub(r"[^\n]", " ", text[start:stop])]
            end = stop
    return "".join([*parts, text[end:]])


def refused(name: str, text: str, start: int, words: object = "") -> BadQuery:
    """Return the mistake *name* with the line and column of the place *start* in *text*, both from 1."""
    return BadQuery(name, line=text.count("\n", 0, start) + 1, column=start - text.rfind("\n", 0, start), words=words)


def plain(text: str) -> str:
    """Return a word or an IRI with its codepoint escapes as the characters that they stand for."""
    return _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), text) if "\\" in text else text
