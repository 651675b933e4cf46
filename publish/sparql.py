"""Run SPARQL 1.1 on triples in memory, with errors that point into the query, and never a connection to anywhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from publish.errors import BadQuery

Answer = QuerySolutions | QueryTriples | QueryBoolean

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NOT_WORDS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''" r'|"(?:[^"\\\n]|\\.)*"' r"|'(?:[^'\\\n]|\\.)*'" r"|<[^<>\s]*>|#[^\n]*"
)
_SERVICE = re.compile(r"(?<![\w?$:.-])SERVICE(?![\w:-])", re.IGNORECASE)
DEPTH = 200
"""How deep brackets may stand in brackets: pyoxigraph dies of some 850 groups."""
BINDS = 1000
"""How many times a query may use BIND: pyoxigraph dies of some 2,600 in a row."""

_BRACKET = re.compile(r"[](){}[]")
_BIND = re.compile(r"\bBIND\b", re.IGNORECASE)
_WANTED = 12
_UPDATE = re.compile(r"^\s*(?:PREFIX\s+[\w-]*:\s*)*(?:INSERT|DELETE|WITH|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b", re.IGNORECASE)
_DECLARED = re.compile(r"\bPREFIX\s+([\w-]*):", re.IGNORECASE)
_PREFIX = re.compile(r"(?<![\w?$:-])([A-Za-z][\w-]*):(?=[A-Za-z0-9_])")
_NEVER = {"SERVICE", "LATERAL"}
_PLACE = re.compile(r"^error at ([0-9]+):([0-9]+): ")


def load(triples: Iterable[Triple]) -> Store:
    """Return a store in memory that holds *triples* in its default graph."""
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def run(store: Store, query: str, prefixes: Mapping[str, str]) -> Answer:
    """Return the answer of *store* to *query*, whose prefixes may be declared in it or in *prefixes*.

    Raises `BadQuery` with line and column where the query does not parse, for SERVICE (a query never leaves the
    machine), and for brackets and BINDs beyond `DEPTH` and `BINDS`.
    """
    words = words_of(_ESCAPE.sub(_unescaped, query))
    if _depth(words) > DEPTH or len(_BIND.findall(words)) > BINDS:
        raise BadQuery("query-too-deep", line=1, column=1, words=DEPTH)
    if _SERVICE.search(words):
        raise BadQuery("query-service", line=1, column=1, words="SERVICE")
    try:
        return store.query(query, prefixes=dict(prefixes))
    except (SyntaxError, ValueError, OverflowError) as error:
        declared = {*prefixes, *_DECLARED.findall(words)}
        stranger = next((match for match in _PREFIX.finditer(words) if match[1] not in declared), None)
        if stranger:
            line, column = words.count("\n", 0, stranger.start()) + 1, stranger.start() - words.rfind("\n", 0, stranger.start())
            raise BadQuery("query-prefix", line=line, column=column, words=stranger[1]) from error
        place = _PLACE.match(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        told = _brief(_PLACE.sub("", str(error)))
        name = "query-update" if _UPDATE.search(words) else "query-syntax" if told else "query-unexpected"
        raise BadQuery(name, line=line, column=column, words=told) from error


def _unescaped(match: re.Match[str]) -> str:
    """The character that a codepoint escape stands for (SPARQL 1.1, section 19.2); one that stands for none stays."""
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= sys.maxunicode else match.group()


def _depth(words: str) -> int:
    """How deep brackets stand in brackets."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(words):
        depth += 1 if bracket in "({[" else -1
        deepest = max(deepest, depth)
    return deepest


def _brief(words: str) -> str:
    """Return what the parser says without its classes of characters, and no more than a few of the words it would take."""
    start, expected, list_of_words = words.partition("expected one of ")
    if not expected:
        return words
    wanted = [word for word in list_of_words.replace("\n", " ").split(", ") if not word.lstrip().startswith("[") and word.strip() not in _NEVER]
    if not wanted:
        return ""
    return f"{start}expected {', '.join(wanted[:_WANTED])}{' …' if len(wanted) > _WANTED else ''}"


def words_of(query: str) -> str:
    """Return *query* with its strings, IRIs and comments blanked out, each character and line in its place."""
    return _NOT_WORDS.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), query)
