"""Answer one question from a store, piece by piece, within the limits of an answer; this is what a worker does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store, Triple, serialize

from publish.serve.counting import COUNTERS, Counter
from publish.serve.limits import Limits
from publish.serve.question import Question, Refused
from publish.serve.wellformed import Wellformed
from publish.sparql import mistake

_SOLUTIONS = {"srj": QueryResultsFormat.JSON, "srx": QueryResultsFormat.XML, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV}
_TRIPLES = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_XML = {"srx", "rdf"}
_PIECE = 64 * 1024


class Sink:
    """The file that pyoxigraph writes an answer to: counts, and hands on in pieces of some 64 KiB to *deliver*."""

    def __init__(self, deliver: Callable[[bytes], None], limits: Limits) -> None:
        self.rows = 0
        self._deliver = deliver
        self._limits = limits
        self._size = 0
        self._held = bytearray()
        self._looking: list[Callable[[bytes], None]] = []

    def counting(self, counter: Counter) -> None:
        """Count the rows of what is written with *counter*."""
        self._looking.append(lambda piece: self.have(counter.count(piece)))

    def checking(self, check: Callable[[bytes], None]) -> None:
        """Have *check* look at what is written; it raises where that may not be answered."""
        self._looking.append(check)

    def write(self, piece: bytes) -> int:
        """Take *piece*. Raises `Refused` where the answer has become too long."""
        self._size += len(piece)
        if self._size > self._limits.answer_bytes:
            raise Refused("bytes", limit=self._limits.answer_bytes)
        for look in self._looking:
            look(piece)
        self._held += piece
        if len(self._held) >= _PIECE:
            self._deliver(self.rest())
        return len(piece)

    def have(self, rows: int) -> None:
        """Note that there are so many *rows* so far. Raises `Refused` where they are too many."""
        self.rows = rows
        if rows > self._limits.rows:
            raise Refused("rows", limit=self._limits.rows)

    def flush(self) -> None:
        """Do nothing: pyoxigraph flushes when it ends, and the rest goes with the end."""

    def rest(self) -> bytes:
        """Return what was not handed on yet, which is held no longer."""
        rest = bytes(self._held)
        self._held.clear()
        return rest

    def counted(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """Yield *triples*, each as a row."""
        for number, triple in enumerate(triples, start=1):
            self.have(number)
            yield triple


def answer(store: Store, question: Question, sink: Sink) -> None:
    """Write the answer of *store* to *question* into *sink*, which has handed on all but the `rest` then.

    Where neither protocol nor query names a dataset, the default graph is all graphs together. Nothing is ever fetched: a
    graph that is not in the store is empty. Raises `BadQuery` where the query does not parse, and `Refused`.
    """
    file = cast("IO[bytes]", sink)  # it has what pyoxigraph asks of a file
    found = _asked(store, question)
    if question.extension in _XML:
        sink.checking(Wellformed().check)
    if isinstance(found, QuerySolutions):
        sink.counting(COUNTERS[question.extension]())
        found.serialize(file, _SOLUTIONS[question.extension])
    elif isinstance(found, QueryTriples):
        declared = {name: iri for name, iri in question.prefixes.items() if _ABSOLUTE.match(iri)} if question.extension == "ttl" else {}
        serialize(sink.counted(found), file, _TRIPLES[question.extension], prefixes=declared)
    else:
        found.serialize(file, _SOLUTIONS[question.extension])
        sink.have(1)


def _asked(store: Store, question: Question) -> QuerySolutions | QueryTriples | QueryBoolean:
    try:
        if question.default_graphs or question.named_graphs:  # it goes before what the query says (SPARQL 1.1 Protocol, 2.1.4)
            return store.query(
                question.query, default_graph=[*_graphs(question.default_graphs)], named_graphs=[*_graphs(question.named_graphs)], base_iri=question.base
            )
        return store.query(question.query, use_default_graph_as_union=not question.names_dataset, base_iri=question.base)
    except (SyntaxError, ValueError, OverflowError) as error:
        raise mistake(question.query, str(error), question.prefixes) from error


def _graphs(iris: Iterable[str]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in iris]
