"""What a store needs to answer a query: triples with some predicates, and all that is said of the nodes that a query finds in these.

``FILTER NOT EXISTS { ?node ?predicate ?value }`` sees triples of any predicate, but only of nodes that the rest of the query finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, QuerySolutions, RdfFormat, Store
from rdflib.term import Variable

from publish.bulk.lines import n_triples
from publish.reach.algebra import Opaque, predicates_in, selected
from publish.reach.graph import Graph
from publish.reach.joins import certain
from publish.reach.terms import in_line, line
from publish.sparql import run, words_of

_SELECT = re.compile(r"\bSELECT\b", re.IGNORECASE)
_CONDITION = re.compile(r"\bFILTER\s+(?:NOT\s+)?EXISTS\s*\{\s*[?$](?P<node>\w+)\s+[?$]\w+\s+[?$]\w+\s*\.?\s*\}", re.IGNORECASE)
"""A condition on a triple of a node, whatever its predicate and its value."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The *predicates* of the triples that a query needs; beside these all that is said of each node that the queries *finding* them find in these."""

    predicates: frozenset[bytes]
    finding: tuple[str, ...] = ()


def needs(query: str) -> Needs:
    """Return what *query* needs, a SELECT query. Raises `Opaque` where that may be anything."""
    pattern = selected(query)
    try:
        return Needs(predicates_in(pattern))
    except Opaque:
        conditions = [match for match in _CONDITION.finditer(words_of(query)) if _depth(words_of(query)[: match.start()]) == 1]
        if not conditions or pattern.name != "Filter":
            raise
        for match in reversed(conditions):
            query = query[: match.start()] + query[match.end() :]
        rest = selected(query)
        nodes = {Variable(match["node"]) for match in conditions}
        if not nodes <= certain(rest):
            raise
        return Needs(predicates_in(rest), tuple(selecting(f"?{node}", query) for node in sorted(nodes)))


def selecting(variable: str, query: str) -> str:
    """Return *query* as one that selects a *variable* alone. Raises `Opaque` where something follows its pattern."""
    words = words_of(query)
    start, end = words.index("{"), words.rindex("}") + 1
    selects = [match.start() for match in _SELECT.finditer(words[:start])]
    if not selects or words[end:].strip():
        raise Opaque
    return f"{query[: selects[-1]]}SELECT DISTINCT {variable} WHERE {query[start:end]}"


def found_lines(store: Store, finding: str, graph: Graph) -> Iterator[bytes]:
    """Yield the lines of all that *graph* says of the nodes that a query *finding* them finds in *store*."""
    answer = run(store, finding, {})
    assert isinstance(answer, QuerySolutions)
    for (term,) in answer:
        if isinstance(term, NamedNode | BlankNode):
            node = in_line(str(term).encode())
            yield from (line(node, predicate, value) for predicate, values in graph.about(node).items() for value in values)


def complete(store: Store, needed: Needs, graph: Graph) -> None:
    """Add to *store*, which has the triples of *graph* with the predicates needed, what else is needed of it."""
    for finding in needed.finding:
        lines = b"".join(found_lines(store, finding, graph))
        store.extend(pyoxigraph.parse(n_triples(lines), format=RdfFormat.N_TRIPLES))


def _depth(words: str) -> int:
    return words.count("{") - words.count("}")
