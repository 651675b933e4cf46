"""Run SPARQL 1.1 on triples in memory, with errors that point into the query, and never a connection to anywhere."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from publish.errors import BadQuery
from publish.gate import admit
from publish.tokens import refused, tokens, words_of

__all__ = ["Answer", "load", "run", "words_of"]

Answer = QuerySolutions | QueryTriples | QueryBoolean

_WANTED = 12
_NEVER = {"SERVICE", "LATERAL"}
_PLACE = re.compile(r"^error at ([0-9]+):([0-9]+): ")


def load(triples: Iterable[Triple]) -> Store:
    """Return a store in memory that holds *triples* in its default graph."""
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def run(store: Store, query: str, prefixes: Mapping[str, str], base: str | None = None) -> Answer:
    """Return the answer of *store* to *query*, whose prefixes may be declared in it or in *prefixes*, and whose relative IRIs are under *base*.

    Raises `BadQuery` with line and column where the query does not parse, and where `publish.gate` does not admit it.
    """
    admitted = admit(query)
    try:
        return store.query(query, prefixes=dict(prefixes), base_iri=base)
    except (SyntaxError, ValueError, OverflowError) as error:
        raise _mistake(query, str(error), {*prefixes, *admitted.prefixes}) from error


def _mistake(query: str, told: str, declared: Container[str]) -> BadQuery:
    """What is wrong with a *query* of which pyoxigraph *told* something: a prefix that nobody *declared*, or what it told."""
    for token in tokens(query):
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in declared:
            return refused("query-prefix", query, token.start, prefix)
    place = _PLACE.match(told)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    words = _brief(_PLACE.sub("", told))
    return BadQuery("query-syntax" if words else "query-unexpected", line=line, column=column, words=words)


def _brief(words: str) -> str:
    """Return what the parser says without its classes of characters, and no more than a few of the words it would take."""
    start, expected, list_of_words = words.partition("expected one of ")
    if not expected:
        return words
    wanted = [word for word in list_of_words.replace("\n", " ").split(", ") if not word.lstrip().startswith("[") and word.strip() not in _NEVER]
    if not wanted:
        return ""
    return f"{start}expected {', '.join(wanted[:_WANTED])}{' …' if len(wanted) > _WANTED else ''}"
