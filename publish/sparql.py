"""Run SPARQL 1.1 on triples in memory, with errors that point into the query, and never a connection to anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from publish.errors import BadQuery

Answer = QuerySolutions | QueryTriples | QueryBoolean

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NOT_WORDS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''" r'|"(?:[^"\\\n]|\\.)*"' r"|'(?:[^'\\\n]|\\.)*'" r"|<[^<>\s]*>|#[^\n]*"
)
_SERVICE = re.compile(r"(?<![\w?$:.-])SERVICE(?![\w:-])", re.IGNORECASE)
_WANTED = 12
_PLACE = re.compile(r"^error at ([0-9]+):([0-9]+): ")


def load(triples: Iterable[Triple]) -> Store:
    """Return a store in memory that holds *triples* in its default graph."""
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def run(store: Store, query: str, prefixes: Mapping[str, str]) -> Answer:
    """Return the answer of *store* to *query*, whose prefixes may be declared in it or in *prefixes*.

    Raises `BadQuery` with line and column where the query does not parse, and for SERVICE: a query never leaves the machine.
    """
    if _SERVICE.search(words_of(_ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), query))):
        raise BadQuery("query-service", line=1, column=1, words="SERVICE")
    try:
        return store.query(query, prefixes=dict(prefixes))
    except (SyntaxError, ValueError, OverflowError) as error:
        words = str(error)
        place = _PLACE.match(words)
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        raise BadQuery("query-syntax", line=line, column=column, words=_brief(_PLACE.sub("", words))) from error


def _brief(words: str) -> str:
    """Return what the parser says without its classes of characters, and no more than a few of the words it would take."""
    start, expected, list_of_words = words.partition("expected one of ")
    if not expected:
        return words
    wanted = [word for word in list_of_words.replace("\n", " ").split(", ") if not word.lstrip().startswith("[")]
    return f"{start}expected {', '.join(wanted[:_WANTED])}{' …' if len(wanted) > _WANTED else ''}"


def words_of(query: str) -> str:
    """Return *query* with its strings, IRIs and comments blanked out, each character and line in its place."""
    return _NOT_WORDS.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), query)
