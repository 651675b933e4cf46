"""Read graphs of a triple store, piece by piece: nothing of what it answers is taken on trust."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import RdfFormat

from publish.exchange import Asked, Exchange, Reply, StoreFailed
from publish.intake.parsing import parse
from publish.lines import Desk, Lines, line_of

PAGE = 100_000
"""How many triples are asked for at once: more than stores with a limit give, and less than takes long."""

N_TRIPLES = "application/n-triples"
_RESULTS = "application/sparql-results+json"
_FORM = "application/x-www-form-urlencoded"
_BATCH = 1024 * 1024
_LONGEST = 16 * 1024 * 1024
_ANSWER = 1024 * 1024
_FEWEST = 1000
_COUNT = re.compile(r"[0-9]{1,10}", re.ASCII)
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Queries:
    """The graphs of a store as its SPARQL endpoint at *address* gives them (SPARQL 1.1 Protocol)."""

    exchange: Exchange
    address: str

    def read(self, graph: str, desk: Desk) -> Lines:
        """Return the triples of *graph*. Raises `StoreFailed` where the store does not give as many as it counts: some cut their answers silently."""
        count = self.count(graph)
        lines = desk.sort(self._pages(graph, count))
        if lines.count != count:
            raise StoreFailed("store-cuts", address=self.address, graph=graph, count=count, found=lines.count)
        return lines

    def count(self, graph: str) -> int:
        """Return how many triples *graph* has; 0 where there is no such graph."""
        rows = self._select(f"SELECT (COUNT(*) AS ?count) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", "count")
        if len(rows) != 1 or not _COUNT.fullmatch(rows[0]):
            raise StoreFailed("store-syntax", address=self.address, form=_RESULTS)
        return int(rows[0])

    def filled(self, graphs: Iterable[str]) -> list[str]:
        """Return those of *graphs* that hold anything."""
        names = " ".join(f"<{graph}>" for graph in graphs)
        return self._select(f"SELECT DISTINCT ?graph WHERE {{ VALUES ?graph {{ {names} }} GRAPH ?graph {{ ?s ?p ?o }} }}", "graph")

    def _pages(self, graph: str, count: int) -> Iterator[bytes]:
        """The triples in as many answers as it takes: a store may give fewer than it was asked for."""
        begin, page = 0, min(count, PAGE)
        while begin < count:
            cut = "" if page >= count else f" LIMIT {page} OFFSET {begin}"
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}{cut}"
            got = 0
            with self.exchange.ask(_query(self.address, query, N_TRIPLES)) as reply:
                for line in lines_of(reply, self.address):
                    got += 1
                    yield line
            if got < min(_FEWEST, count - begin):
                return
            begin, page = begin + got, min(page, got)

    def _select(self, query: str, variable: str) -> list[str]:
        with self.exchange.ask(_query(self.address, query, _RESULTS)) as reply:
            _expect(reply, (_RESULTS, "application/json"), self.address)
            content = b""
            for piece in reply.pieces():
                content += piece
                if len(content) > _ANSWER:
                    raise StoreFailed("store-too-large", address=self.address)
        try:
            return [str(row[variable]["value"]) for row in json.loads(content)["results"]["bindings"]]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise StoreFailed("store-syntax", address=self.address, form=_RESULTS) from None


@dataclass(frozen=True, slots=True)
class GraphStore:
    """The graphs of a store as its Graph Store Protocol at *address* gives them. It says nowhere whether it gives all of a graph."""

    exchange: Exchange
    address: str

    def read(self, graph: str, desk: Desk) -> Lines:
        """Return the triples of *graph*; none where there is no such graph."""
        asked = Asked("GET", self.address, urlencode({"graph": graph}), {"Accept": N_TRIPLES})
        with self.exchange.ask(asked, _NOT_FOUND) as reply:
            return desk.sort(() if reply.status == _NOT_FOUND else lines_of(reply, self.address))


def lines_of(reply: Reply, address: str) -> Iterator[bytes]:
    """Yield the triples of an answer in N-Triples, each as its canonical line. Raises `StoreFailed` where it is of another type, or none."""
    _expect(reply, (N_TRIPLES, "text/plain"), address)
    for batch in _batches(reply.pieces(), address):
        try:
            for quad in parse(batch, RdfFormat.N_TRIPLES):
                yield line_of(quad.triple)
        except (SyntaxError, ValueError):
            raise StoreFailed("store-syntax", address=address, form=N_TRIPLES) from None


def _batches(pieces: Iterable[bytes], address: str) -> Iterator[bytes]:
    """Whole lines, many at a time: the parser dies of a file that gives it more bytes than it asks for."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size > _BATCH and b"\n" in piece:
            whole, rest = b"".join(waiting).rsplit(b"\n", 1)
            yield whole
            waiting, size = [rest], len(rest)
        if size > _LONGEST:
            raise StoreFailed("store-too-large", address=address)
    yield b"".join(waiting)


def _query(address: str, query: str, accept: str) -> Asked:
    """A query as a form: Virtuoso 7.2 never answers one that is the body itself."""
    return Asked("POST", address, headers={"Accept": accept, "Content-Type": _FORM}, body=urlencode({"query": query}).encode())


def _expect(reply: Reply, types: tuple[str, ...], address: str) -> None:
    found = reply.header("Content-Type").partition(";")[0].strip().lower()
    if found not in types:
        raise StoreFailed("store-type", address=address, found=reply.shown(found)[:80] or "-", expected=types[0])
