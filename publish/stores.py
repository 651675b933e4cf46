"""Change the graphs of a triple store, all of them at once as far as the store allows: one class for each way of telling it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain, groupby
from urllib.parse import urlencode

from publish.exchange import Asked, StoreFailed
from publish.graphreading import N_TRIPLES, GraphStore, Queries
from publish.lines import BLANK, Lines, tagged
from publish.storeplaces import GRAPH_STORE, SPARQL_UPDATE, VIRTUOSO
from publish.triplestore import ASIDE, EXTRA, MISSING, TRIAL, VALUES, Graph, GraphChange, Sent, TripleStore
from publish.values import place_of, same_places, typed

DIRECT = 16 * 1024 * 1024
"""The most bytes of differences that one request says; more are put aside in the store first, in pieces."""
PIECE = 768 * 1024
"""The bytes of one piece: web servers in front of stores are known to take no more than 1 MiB."""

_UPDATE = "application/sparql-update; charset=utf-8"
_THINKS = 1800.0
_NOT_FOUND, _TOO_LARGE = 404, 413
_NODES = "FILTER(isBlank(?s) || isBlank(?o))"
_ALL = "?s ?p ?o"


class ByGraphStore(TripleStore):
    """A store that is told whole graphs (SPARQL 1.1 Graph Store HTTP Protocol): one after another, each as the store does it."""

    def read(self, graph: str) -> Lines:
        """Return the triples of *graph*; none where there is no such graph."""
        return GraphStore(self.exchange, self.places.graphs).read(graph, self._desk)

    def fill(self, graph: str, lines: Lines, sent: Sent) -> None:
        """Put *lines* into a graph that is nobody else's."""
        self._give("PUT", graph, lines)
        sent(lines.size, lines.size)

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs that are nobody else's."""
        for graph in graphs:
            self._remove(graph)

    def leftovers(self, graphs: Sequence[Graph]) -> list[str]:
        """Return what was put aside for *graphs*: of that there is one thing in this protocol."""
        return [graph.aside(TRIAL) for graph in graphs if self.read(graph.aside(TRIAL)).count]

    def knock(self, graph: Graph) -> None:
        """Remove a graph that is not there."""
        self._remove(graph.aside(TRIAL))

    def change(self, changes: Sequence[GraphChange], sent: Sent) -> None:
        """Add to graphs that only lack something, and replace the others."""
        bodies = [(change, change.wanted if change.extra.count else change.missing) for change in changes]
        whole, done = sum(lines.size for _change, lines in bodies), 0
        for change, lines in bodies:
            if not change.wanted.count:
                self._remove(change.graph.iri)
            else:
                self._give("PUT" if change.extra.count else "POST", change.graph.iri, lines)
            done += lines.size
            sent(done, whole)

    def _give(self, method: str, graph: str, lines: Lines) -> None:
        asked = Asked(method, self.places.graphs, urlencode({"graph": graph}), {"Content-Type": N_TRIPLES}, lines.open(), _THINKS)
        with self.exchange.ask(asked):
            pass

    def _remove(self, graph: str) -> None:
        with self.exchange.ask(Asked("DELETE", self.places.graphs, urlencode({"graph": graph}), wait=_THINKS), _NOT_FOUND):
            pass


class ByUpdate(TripleStore):
    """A store that is told in SPARQL 1.1 Update: every change of every graph in one request."""

    def read(self, graph: str) -> Lines:
        """Return the triples of *graph*; none where there is no such graph."""
        return Queries(self.exchange, self.places.query).read(graph, self._desk)

    def fill(self, graph: str, lines: Lines, sent: Sent) -> None:
        """Add *lines* to a graph that is nobody else's, in pieces."""
        done = 0
        for piece in pieces(lines):
            self._add(graph, piece)
            done += len(piece)
            sent(done, lines.size)

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs that are nobody else's."""
        if names := list(graphs):
            self._update(" ;\n".join(f"DROP SILENT GRAPH <{graph}>" for graph in names))

    def leftovers(self, graphs: Sequence[Graph]) -> list[str]:
        """Return what a push that was cut off has put aside for *graphs* and left there."""
        return Queries(self.exchange, self.places.query).filled(graph.aside(role) for graph in graphs for role in ASIDE)

    def knock(self, graph: Graph) -> None:
        """Delete a triple that is not there."""
        name = graph.aside(TRIAL)
        self._update(f"DELETE DATA {{ GRAPH <{name}> {{ <{name}> <{name}> <{name}> }} }}")

    def change(self, changes: Sequence[GraphChange], sent: Sent) -> None:
        """Say small differences in the request itself; put large ones aside first, and where the request is too large to the store."""
        size = sum(change.missing.size + change.extra.size for change in changes)
        if size <= DIRECT:
            try:
                self._update(" ;\n".join(operation for change in changes for operation in _said(change)))
                sent(size, size)
            except StoreFailed as failure:
                if failure.status != _TOO_LARGE:
                    raise
            else:
                return
        self._change_aside(changes, sent)

    def _change_aside(self, changes: Sequence[GraphChange], sent: Sent) -> None:
        """Put aside what there is to do, do it in one request, and remove what was put aside: in another, for large transactions are slow."""
        aside = {change.graph.aside(role): lines for change in changes for role, lines in self._put_aside(change).items() if lines.count}
        whole, done = sum(lines.size for lines in aside.values()), 0
        for graph, lines in aside.items():
            self._bring(graph, lines, partial(_sent_before, sent, done, whole))
            done += lines.size
        self._update(" ;\n".join(operation for change in changes for operation in _from_aside(change, set(aside))))
        self.drop(aside)

    def _put_aside(self, change: GraphChange) -> Mapping[str, Lines]:
        return {EXTRA: self._desk.keep(line for line in change.extra if not BLANK.match(line)), MISSING: change.missing}

    def _bring(self, graph: str, lines: Lines, sent: Sent) -> None:
        """Have *graph* hold *lines*: what a push that was cut off has brought there is not brought again."""
        there = self.read(graph)
        missing, extra = self._desk.differences(there, lines)
        if extra.count:
            self.drop([graph])
        self.fill(graph, lines if extra.count else missing, sent)

    def _add(self, graph: str, piece: bytes) -> None:
        self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{piece.decode()}}} }}")

    def _update(self, update: str) -> None:
        asked = Asked("POST", self.places.update, headers={"Content-Type": _UPDATE}, body=update.encode(), wait=_THINKS)
        with self.exchange.ask(asked):
            pass


class ByVirtuoso(ByUpdate):
    """Virtuoso, which loads N-Triples well but fails at some literals in an update: what differs is always put aside first.

    It does not find again every value that it has changed: values are replaced together with all others of their subject and property.
    """

    pairs = staticmethod(same_places)

    def change(self, changes: Sequence[GraphChange], sent: Sent) -> None:
        """Put aside what there is to do, and do it in one request, which is one transaction."""
        self._change_aside(changes, sent)

    def _put_aside(self, change: GraphChange) -> Mapping[str, Lines]:
        named = super()._put_aside(change)[EXTRA]
        values = self._desk.keep(line for line, _literal in typed(named))
        exact, _none = self._desk.differences(values, named)
        again = self._desk.keep(_at_places_of(values, change.wanted))
        return {EXTRA: exact, VALUES: self._desk.sort(map(_placed, values)), MISSING: self._desk.sort(chain(change.missing, again))}

    def _add(self, graph: str, piece: bytes) -> None:
        asked = Asked("POST", self.places.graphs, urlencode({"graph": graph}), {"Content-Type": N_TRIPLES}, piece, _THINKS)
        with self.exchange.ask(asked):
            pass


STORES: Mapping[str, type[TripleStore]] = {GRAPH_STORE: ByGraphStore, SPARQL_UPDATE: ByUpdate, VIRTUOSO: ByVirtuoso}


def pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *lines* in pieces of no more than `PIECE` bytes, or of one line."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) > PIECE:
            yield b"".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield b"".join(piece)


def _said(change: GraphChange) -> Iterator[str]:
    """The operations that say what differs; blank nodes have no names by which they could be deleted."""
    graph = change.graph.iri
    exact = b"".join(line for line in change.extra if not BLANK.match(line)).decode()
    if exact:
        yield f"DELETE DATA {{ GRAPH <{graph}> {{\n{exact}}} }}"
    yield from _without_blank_nodes(change)
    if change.missing.count:
        yield f"INSERT DATA {{ GRAPH <{graph}> {{\n{b''.join(change.missing).decode()}}} }}"


def _sent_before(sent: Sent, before: int, whole: int, done: int, _part: int) -> None:
    """Tell of a part of what is sent, after what was sent *before*."""
    sent(before + done, whole)


def _from_aside(change: GraphChange, aside: Set[str]) -> Iterator[str]:
    """The operations that do with one graph what is put aside for it."""
    graph, extra, values, missing = (change.graph.iri, *(change.graph.aside(role) for role in (EXTRA, VALUES, MISSING)))
    if extra in aside:
        yield f"DELETE {{ GRAPH <{graph}> {{ {_ALL} }} }} WHERE {{ GRAPH <{extra}> {{ {_ALL} }} }}"
    if values in aside:
        yield f"DELETE {{ GRAPH <{graph}> {{ {_ALL} }} }} WHERE {{ GRAPH <{values}> {{ ?s ?p ?any }} GRAPH <{graph}> {{ {_ALL} }} }}"
    yield from _without_blank_nodes(change)
    if missing in aside:
        yield f"INSERT {{ GRAPH <{graph}> {{ {_ALL} }} }} WHERE {{ GRAPH <{missing}> {{ {_ALL} }} }}"


def _without_blank_nodes(change: GraphChange) -> Iterator[str]:
    if any(map(BLANK.match, change.extra)):
        yield f"DELETE {{ GRAPH <{change.graph.iri}> {{ {_ALL} }} }} WHERE {{ GRAPH <{change.graph.iri}> {{ {_ALL} }} {_NODES} }}"


def _at_places_of(values: Lines, wanted: Lines) -> Iterator[bytes]:
    """The lines of *wanted* that have subject and property of one of *values*."""
    for _place, group in groupby(tagged(values, wanted), key=lambda pair: place_of(pair[0])):
        found = list(group)
        if any(source == 0 for _line, source in found):
            yield from (line for line, source in found if source)


def _placed(line: bytes) -> bytes:
    """A triple with subject and property of *line*."""
    subject, predicate = place_of(line)
    return b"%s %s %s .\n" % (subject, predicate, predicate)
