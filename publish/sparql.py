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

_PLACE = re.compile(r"^error at ([0-9]+):([0-9]+): ")
_KNOWN = {
    "Duplicated variable name in SELECT": "query-twice",
    "The SELECT contains a variable that is unbound": "query-unbound",
    "SELECT * is not authorized with GROUP BY": "query-star",
}
"""What it says where a query can be read but not understood. What else it says is no help: a few of the words that could stand there, seldom the one meant."""


def load(triples: Iterable[Triple]) -> Store:
    """Return a store in memory that holds *triples* in its default graph."""
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def run(store: Store, query: str, prefixes: Mapping[str, str]) -> Answer:
    """Return the answer of *store* to *query*, whose prefixes may be declared in it or in *prefixes*.

    Raises `BadQuery` with line and column where the query does not parse, and where `publish.gate` does not admit it.
    """
    admitted = admit(query)
    try:
        return store.query(query, prefixes=dict(prefixes))
    except (SyntaxError, ValueError, OverflowError) as error:
        raise mistake(query, str(error), {*prefixes, *admitted.prefixes}) from error


def mistake(query: str, told: str, declared: Container[str]) -> BadQuery:
    """Return what is wrong with a *query* of which pyoxigraph *told* something: a prefix that nobody *declared*, or what and where it told."""
    for token in tokens(query):
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in declared:
            return refused("query-prefix", query, token.start, prefix)
    place = _PLACE.match(told)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    return BadQuery(next((name for words, name in _KNOWN.items() if words in told), "query-unexpected"), line=line, column=column)
