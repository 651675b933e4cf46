"""How many of the project's questions `bynet serve` answers a second, beside Oxigraph's own server over the same data, in turn in one run.

Usage: python load.py     prints a table
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from clients import Lost, Place, asking
from figures import milliseconds, table
from gauges import MIB, Family, memory
from hosts import free_port, process
from serving import serving
from visitors import KeptOpen, percentiles, questions
from workbench import ROOT, bynet

ROUNDS = 7
SECONDS = 6.0
CLIENTS = 8
_OXIGRAPH = Path(sysconfig.get_path("scripts")) / "oxigraph"


@dataclass(slots=True)
class Load:
    """A server under load: where it is asked, what it takes (MiB), and what came of it: answers a second in each round, how long each took."""

    name: str
    url: str
    path: str
    size: Callable[[], int]
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    most: int = 0

    async def bear(self, asked: Sequence[tuple[str, bytes]], seconds: float) -> None:
        """Answer as many as it can in so many *seconds*, asked by several clients, each from an address of its own and one question after the other."""
        loop = asyncio.get_running_loop()
        ends, before = loop.time() + seconds, len(self.seconds)
        await asyncio.gather(*(self._client(number, asked, ends) for number in range(CLIENTS)))
        self.rates.append((len(self.seconds) - before) / seconds)
        self.most = max(self.most, self.size())

    async def _client(self, number: int, asked: Sequence[tuple[str, bytes]], ends: float) -> None:
        loop = asyncio.get_running_loop()
        place, exchange = Place.of(self.url, f"127.0.2.{number + 1}"), KeptOpen()
        start = number * len(asked) // CLIENTS
        for query, answer in islice(cycle(asked), start, None):
            began = loop.time()
            if began >= ends:
                return
            try:
                reply = await exchange(place, asking(query, path=self.path))
                right = (reply.status, reply.content) == (200, answer)
                told = "" if right else f"{reply.status} {reply.content[:100]!r}"
            except Lost as lost:
                told = str(lost)
            if told:
                self.wrong.append(told)
            else:
                self.seconds.append(loop.time() - began)


@contextmanager
def oxigraph(dump: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """Run Oxigraph's own server over *dump* until the block ends: its address, and its process."""
    subprocess.run([_OXIGRAPH, "load", "--location", folder, "--file", dump], check=True, capture_output=True)
    port = free_port()
    command = [str(_OXIGRAPH), "serve-read-only", "--location", str(folder), "--bind", f"127.0.0.1:{port}", "--union-default-graph", "--timeout-s", "10"]
    with process(command, port) as running:
        yield f"http://127.0.0.1:{port}/", running.pid


def measure(site: Path, folder: Path) -> list[Load]:
    """Return what both servers bear; *folder* is empty and for the store of Oxigraph's."""
    with serving(site) as ours, oxigraph(site / "download/all.nq", folder) as (url, number):
        loads = [
            Load("bynet serve", ours.url, "sparql", lambda: Family.of(ours.process.pid).sizes().together),
            Load("oxigraph serve-read-only", url, "query", lambda: memory(number)),
        ]
        asyncio.run(_in_turn(loads, [*questions().values()]))
    return loads


async def _in_turn(loads: Sequence[Load], asked: Sequence[tuple[str, bytes]]) -> None:
    for load in loads:
        await load.bear(asked, 1.0)  # to warm up; it does not count
        load.rates.clear()
        load.seconds.clear()
    for _round in range(ROUNDS):
        for load in loads:
            await load.bear(asked, SECONDS)


def load_table(loads: Sequence[Load]) -> Iterator[str]:
    """Yield the part about what was borne; nothing where nothing was measured."""
    if not loads:
        return
    ours, theirs = loads
    ratios = sorted(one / other for one, other in zip(ours.rates, theirs.rates, strict=True))
    yield f"""\
## How much it bears

{CLIENTS} clients ask the project's questions, each one after the other on a connection that stays open, as fast as answers come; \
{ROUNDS} rounds of {SECONDS:g} seconds, the two servers in turn. Each answer is compared with the expected one. In a round `bynet serve` \
answered {ratios[0]:.2f} to {ratios[-1]:.2f} times as many as Oxigraph's own server (median {median(ratios):.2f}).
"""
    rows = [
        (
            load.name,
            f"{median(load.rates):.0f} ({min(load.rates):.0f} to {max(load.rates):.0f})",
            *map(milliseconds, percentiles(load.seconds)),
            str(len(load.wrong)),
            f"{load.most / MIB:.0f} MiB",
        )
        for load in loads
    ]
    yield from table(("", "answers a second", "p50", "p99", "slowest", "wrong", "memory"), rows)


def main() -> int:
    """Do it and tell; return what to exit with."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        ended = bynet("--root", ROOT, "publish", "--out", site)
        assert ended.code == 0, ended.err
        loads = measure(site, Path(folder) / "store")
    print(*load_table(loads), sep="\n")
    wrong = [told for load in loads for told in load.wrong]
    print(*wrong[:20], sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
