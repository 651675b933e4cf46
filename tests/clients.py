"""Clients of every kind on one machine, each with an address of its own (127.0.0.x), by which the server tells them apart."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results
from wires import Then, Wire

PROBLEM = "application/problem+json"
TSV = "text/tab-separated-values"
_RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    TSV: QueryResultsFormat.TSV,
}
_TRIPLES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
_WITHOUT_BODY = {204, 304}
_PROBLEMS = {400, 405, 408, 413, 415, 429, 503}
_BACKLOG = 1 << 16
_STAY = 3.0


class Lost(Exception):
    """There was no whole answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: header names in lower case, and how long it took in seconds, from before the connection was opened."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    seconds: float = 0.0

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def problem(self) -> str:
        """The name of the problem that it tells; none where it is no problem."""
        return str(json.loads(self.content)["type"]).rpartition("/")[2] if self.media_type == PROBLEM else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server listens, and from which address a client comes."""

    host: str
    port: int
    source: str

    @classmethod
    def of(cls, url: str, source: str) -> Place:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        return cls(parts.hostname, parts.port, source)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port, local_addr=(self.source, 0), limit=_BACKLOG)


async def exchange(place: Place, request: bytes) -> Reply:
    """Send *request* on a connection of its own and return the answer. Raises `Lost`."""
    began = time.monotonic()
    try:
        reader, writer = await place.connect()
    except OSError as error:
        raise Lost(f"no connection: {error}") from error
    try:
        writer.write(request)
        reply = await read_reply(reader)
    finally:
        writer.transport.abort()
    return Reply(reply.status, reply.headers, reply.content, time.monotonic() - began)


def asking(query: bytes | str, accept: str = TSV, path: str = "sparql") -> bytes:
    """Return the request that posts *query* to the endpoint at *path*."""
    body = query.encode() if isinstance(query, str) else query
    head = (f"POST /{path} HTTP/1.1", "Host: localhost", f"Accept: {accept}", "Connection: close", "Content-Type: application/sparql-query")
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


def getting(path: str, *headers: str) -> bytes:
    """Return the request for *path*."""
    return "\r\n".join([f"GET /{path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]).encode()


async def read_reply(reader: asyncio.StreamReader) -> Reply:
    """Read one whole answer. Raises `Lost` where it ends before its end, or is no answer."""
    try:
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        version, _, code = status.partition(" ")
        if not version.startswith("HTTP/1."):
            raise Lost(f"not HTTP: {status[:80]}")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        number = int(code[:3])
        if number == 100:
            return await read_reply(reader)
        content = b"" if number in _WITHOUT_BODY else await _body(reader, headers)
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Lost(f"{type(error).__name__}: {error}") from error
    return Reply(number, headers, content)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") == "chunked":
        content = b""
        while size := int((await reader.readline()).partition(b";")[0], 16):
            content += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return content
    raise Lost("an answer of which nobody knows the end")


def fault(reply: Reply) -> str:
    """Return what is wrong with *reply* of the endpoint, which is to be whole and right in its format, or a problem; nothing where it is so."""
    try:
        if reply.status == 200:
            _read(reply)
        elif reply.media_type == PROBLEM:
            told = json.loads(reply.content)
            if told["status"] != reply.status or not told["title"] or not told["detail"] or reply.status not in _PROBLEMS:
                return f"a problem that is none: {told}"
        else:
            return f"{reply.status} {reply.media_type}"
    except (SyntaxError, ValueError, KeyError, TypeError) as error:
        return f"{reply.status} {reply.media_type}: {error}"
    return ""


def _read(reply: Reply) -> None:
    """Read the whole of an answer. Raises SyntaxError or ValueError where it is broken."""
    if reply.media_type in _TRIPLES:
        for _ in parse(reply.content, format=_TRIPLES[reply.media_type], base_iri="http://localhost/"):
            pass
        return
    found = parse_query_results(reply.content, _RESULTS[reply.media_type])
    if not isinstance(found, QueryBoolean):
        for _ in found:
            pass


async def play(wire: Wire, place: Place, patience: float) -> list[int]:
    """Do what *wire* says on all its connections at once, and return the status of each whole answer; 0 for a connection without one."""
    answers = await asyncio.gather(*(_played(wire.steps, place, patience) for _ in range(wire.connections)))
    return sorted(status for each in answers for status in each)


async def _played(steps: Sequence[bytes | float | Then], place: Place, patience: float) -> list[int]:
    try:
        reader, writer = await place.connect()
    except OSError:
        return [0]
    try:
        for step in steps:
            if step is Then.READ:
                return await asyncio.wait_for(_answers(reader), patience)
            await _step(step, writer)
    except OSError:
        return await asyncio.wait_for(_answers(reader), patience)
    finally:
        writer.transport.abort()
    return [0]


async def _step(step: bytes | float | Then, writer: asyncio.StreamWriter) -> None:
    if isinstance(step, bytes):
        writer.write(step)  # not drained: the other side may answer, and close, before it has read it
        if writer.transport.is_closing():
            raise BrokenPipeError
    elif isinstance(step, float):
        await asyncio.sleep(step)
    elif step is Then.HALF:
        writer.write_eof()
    elif step is Then.STAY:
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is one that reads
        await asyncio.sleep(_STAY)
    elif step is Then.RESET:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _answers(reader: asyncio.StreamReader) -> list[int]:
    """The status of each whole answer until the other side closes. Raises `AssertionError` for a broken one."""
    found = []
    while True:
        try:
            found.append((await read_reply(reader)).status)
        except Lost:
            return found or [0]
