"""Well-behaved clients: each asks a few things a second, one after the other, and minds whether the answer is whole and right."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import quantiles

from attacks import project_questions
from clients import Lost, Place, Reply, asking, exchange, getting, read_reply
from workbench import ROOT

PACE = 0.3
"""Seconds between two requests of one client, about."""
PATIENCE = 30.0
VERSION = "SELECT ?version { ?dataset a <http://www.w3.org/ns/dcat#Dataset> ; <http://www.w3.org/ns/dcat#version> ?version }"
_VERSION = re.compile(r'\?version\n"(\d+)\.(\d+)\.0"\n')


def questions() -> Mapping[str, tuple[str, bytes]]:
    """The project's questions whose answers no release changes, each with its right answer, by name."""
    return {name: (query, (ROOT / f"ontology/questions/{name}.tsv").read_bytes()) for name, query in project_questions().items() if "?version" not in query}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What visitors ask for: questions and their right answers, by name, and paths of files."""

    questions: Mapping[str, tuple[str, bytes]]
    files: Sequence[str]


@dataclass(slots=True)
class Visit:
    """What came of all requests: how long each took in seconds, by kind; what was lost; and the digests of the files that were got."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lost: list[str] = field(default_factory=list)
    files: set[tuple[str, str]] = field(default_factory=set)
    begun: float = field(default_factory=time.monotonic)

    def lose(self, what: str, why: str) -> None:
        self.lost.append(f"{time.monotonic() - self.begun:.1f} s: {what}: {why}")

    def requests(self) -> int:
        return sum(map(len, self.seconds.values())) + len(self.lost)


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the greatest of *seconds*."""
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [*seconds] * 99
    return cuts[49], cuts[98], max(seconds)


class Visitor:
    """One client at *place*, which keeps its connection open from one request to the next where *keeps*."""

    def __init__(self, place: Place, wanted: Wanted, visit: Visit) -> None:
        self._place = place
        self._wanted = wanted
        self._visit = visit
        self._newest = (0, 0)
        self._kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def stay(self, until: float, exchange: Exchange) -> None:
        """Ask again and again until *until* (seconds on the loop's clock)."""
        loop = asyncio.get_running_loop()
        kinds = [("question", self._question)] * 6 + [("file", self._file)] * 3 + [("version", self._version)]
        while loop.time() < until:
            await asyncio.sleep(random.uniform(0.5, 1.5) * PACE)
            kind, ask = random.choice(kinds)
            began = loop.time()
            try:
                async with asyncio.timeout(PATIENCE):
                    wrong = await ask(exchange)
            except (Lost, TimeoutError) as lost:
                wrong = f"{type(lost).__name__} {lost}"
            if wrong:
                self._visit.lose(f"{self._place.source} {kind}", wrong)
            else:
                self._visit.seconds[kind].append(loop.time() - began)

    async def _question(self, exchange: Exchange) -> str:
        name = random.choice([*self._wanted.questions])
        query, answer = self._wanted.questions[name]
        reply = await exchange(self._place, asking(query))
        return "" if (reply.status, reply.content) == (200, answer) else _told(reply, name)

    async def _version(self, exchange: Exchange) -> str:
        """A release is never followed by one before it."""
        reply = await exchange(self._place, asking(VERSION))
        found = _VERSION.fullmatch(reply.content.decode())
        if not found:
            return _told(reply, "version")
        version = int(found[1]), int(found[2])
        if version < self._newest:
            return f"{version} after {self._newest}"
        self._newest = version
        return ""

    async def _file(self, exchange: Exchange) -> str:
        path = random.choice(self._wanted.files)
        reply = await exchange(self._place, getting(path))
        if reply.status != 200:
            return _told(reply, path)
        self._visit.files.add((path, sha256(reply.content).hexdigest()))
        return ""


class Exchange:
    """Sends a request and returns the answer, each on a connection of its own."""

    async def __call__(self, place: Place, request: bytes) -> Reply:
        """Raises `Lost`."""
        return await exchange(place, request)


class KeptOpen(Exchange):
    """The same on one connection, as browsers and libraries have it: where the server had closed it meanwhile, on a new one."""

    def __init__(self) -> None:
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __call__(self, place: Place, request: bytes) -> Reply:
        request = request.replace(b"Connection: close", b"Connection: keep-alive", 1)
        if self._open:
            reader, writer = self._open
            try:
                writer.write(request)
                return await read_reply(reader)
            except Lost:
                writer.transport.abort()
                self._open = None
        try:
            self._open = reader, writer = await place.connect()
            writer.write(request)
        except OSError as error:
            raise Lost(f"no connection: {error}") from error
        return await read_reply(reader)


def _told(reply: Reply, what: str) -> str:
    return f"{what}: {reply.status} {reply.problem} {reply.content[:100]!r}"
