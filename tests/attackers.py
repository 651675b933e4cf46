"""Attack a server for some seconds, in every way at once; then say, as JSON, what each kind of attacker was answered how often.

Usage: python attackers.py URL SECONDS CANARY-URL CANARY-FILE-URL
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from attacks import CANARY, CANARY_FILE, DEEP, LONG, OUTSIDE, SLOW, bad_inputs, project_questions
from clients import Lost, Place, asking, exchange, getting
from nasty import nasty
from wires import WIRES, post

_PATIENCE = 60.0
_HELD = 100
"""How many connections one of those holds who want all of them."""
_DRIP = 1000
"""The bytes that a slow reader takes at a time."""
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 200000"
Say = Callable[[str], None]


class Attackers:
    """Attackers of *url* until *ends* (seconds on the loop's clock), who name the addresses of canaries."""

    def __init__(self, url: str, ends: float, canaries: tuple[str, str]) -> None:
        self._url = url
        self._ends = ends
        self._canaries = canaries
        self.told: dict[str, Counter[str]] = {}

    async def all_of_them(self) -> None:
        """Attack in every way, each from addresses of its own."""
        ways: tuple[tuple[str, Callable[[Place, Say], Awaitable[None]], int, int], ...] = (
            # what, how, from how many addresses, with how many connections from each
            ("slow queries", self._slow, 6, 3),
            ("hostile queries", self._hostile, 2, 2),
            ("made-up queries", self._made_up, 2, 2),
            ("queries of 250 kB", self._long, 2, 2),
            ("readers of a kilobyte a second", self._slow_reader, 4, 10),
            ("heads a byte at a time", self._slow_head, 6, _HELD),
            ("floods of connections", self._flood, 3, 20),
            ("floods of requests", self._hurried, 2, 2),
            ("odd bytes", self._odd, 2, 1),
        )
        attackers = []
        for number, (what, way, addresses, connections) in enumerate(ways):
            say = _counting(self.told.setdefault(what, Counter()))
            for address in range(addresses):
                place = Place.of(self._url, f"127.1.{number}.{address + 1}")
                attackers += [self._again(way, place, say) for _ in range(connections)]
        await asyncio.gather(*attackers)

    async def _again(self, way: Callable[[Place, Say], Awaitable[None]], place: Place, say: Say) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(random.random())  # not all at the same moment
        while (left := self._ends - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    await way(place, say)
            except TimeoutError:
                return
            except (OSError, EOFError, Lost):
                say("closed")
                await asyncio.sleep(0.05)

    async def _ask(self, place: Place, say: Say, query: bytes, accept: str) -> None:
        for old, new in zip((CANARY, CANARY_FILE), self._canaries, strict=True):
            query = query.replace(old.encode(), new.encode())
        reply = await exchange(place, asking(query, accept))
        say(f"{reply.status} {reply.problem}".strip())
        if reply.status == 429:
            await asyncio.sleep(0.2)  # it is told to wait for many seconds; it is no good client

    async def _slow(self, place: Place, say: Say) -> None:
        attack = random.choice(SLOW)
        await self._ask(place, say, attack.query, attack.accept)

    async def _hostile(self, place: Place, say: Say) -> None:
        attack = random.choice((*DEEP, *OUTSIDE, *bad_inputs()))
        await self._ask(place, say, attack.query, attack.accept)

    async def _made_up(self, place: Place, say: Say) -> None:
        query = next(nasty(random.getrandbits(32), [*project_questions().values()]))
        await self._ask(place, say, query, "application/sparql-results+xml")

    async def _long(self, place: Place, say: Say) -> None:
        attack = random.choice(LONG)
        await self._ask(place, say, attack.query, attack.accept)

    async def _slow_reader(self, place: Place, say: Say) -> None:
        """Ask for a large answer, and take it so slowly that it lasts for hours."""
        reader, writer = await place.connect()
        try:
            writer.write(post(LARGE))
            head = await reader.readuntil(b"\r\n\r\n")
            say(head[9:12].decode())
            while await reader.read(_DRIP):
                await asyncio.sleep(1)
        finally:
            writer.transport.abort()

    async def _slow_head(self, place: Place, say: Say) -> None:
        _reader, writer = await place.connect()
        try:
            for byte in b"GET / HTTP/1.1\r\nX-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":
                writer.write(bytes([byte]))
                await asyncio.sleep(0.5)
                if writer.transport.is_closing():
                    break
            say("closed")
        finally:
            writer.transport.abort()

    async def _flood(self, place: Place, say: Say) -> None:
        _reader, writer = await place.connect()
        await asyncio.sleep(0.1)
        say("closed" if writer.transport.is_closing() else "opened")
        writer.transport.abort()

    async def _hurried(self, place: Place, say: Say) -> None:
        reply = await exchange(place, random.choice((getting("download/all.nt"), getting("dataset"), getting("nowhere"), asking("ASK {}"), asking("nonsense"))))
        say(str(reply.status))

    async def _odd(self, place: Place, say: Say) -> None:
        wire = random.choice([wire for wire in WIRES if wire.connections == 1])
        reader, writer = await place.connect()
        try:
            writer.write(b"".join(step for step in wire.steps if isinstance(step, bytes)))
            first = await asyncio.wait_for(reader.read(12), _PATIENCE)
            say(first[9:12].decode("latin-1") if first.startswith(b"HTTP/") else "closed")
        finally:
            writer.transport.abort()


def _counting(told: Counter[str]) -> Say:
    return lambda word: told.update([word])


async def main(url: str, seconds: float, *canaries: str) -> None:
    attackers = Attackers(url, asyncio.get_running_loop().time() + seconds, (canaries[0], canaries[1]))
    with suppress(KeyboardInterrupt):
        await attackers.all_of_them()
    print(json.dumps({what: dict(answers.most_common()) for what, answers in attackers.told.items()}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), *sys.argv[3:]))
