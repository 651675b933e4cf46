"""What was measured, as Markdown for ``docs/``."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import psutil
from gauges import MIB, Sizes, Watch
from suffering import Suffered
from visitors import Visit, percentiles

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Soaked:
    """How everybody fared; memory and open files are each at the start, at most, at the end."""

    seconds: float
    visit: Visit
    attackers: Mapping[str, Mapping[str, int]]
    memory: tuple[Sizes, Sizes, Sizes]
    descriptors: tuple[int, int, int]
    watch: Watch
    releases: int


def surroundings() -> str:
    """Return the head of the document: on what it was measured."""
    memory = psutil.virtual_memory().total >> 30
    parts = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "starlette", "uvicorn"))
    return f"""\
# What `bynet serve` bears

Written by `make soak`, which measures it anew: on this occasion on {os.cpu_count()} cores of {platform.machine()} with {memory} GiB, \
Python {platform.python_version()}, {parts}. Server, clients and attackers share these cores, so that seconds here are longer than a visitor's.
The server has the limits that it has by itself (`bynet serve --help`) and the project's own data.
"""


def soak_tables(soaked: Soaked, canaries: tuple[int, int]) -> Iterator[str]:
    """Yield the part about everybody at once."""
    visit = soaked.visit
    yield f"""\
## Everybody at once, for {soaked.seconds:g} seconds

Well-behaved clients, from eight addresses, ask the project's questions and get files, some three a second each, while attackers do all that is
in the second table and {soaked.releases - 1} releases are published. A request is lost where it has no answer, another status than 200, or another content than
that of a release. Of {visit.requests()} requests {len(visit.lost)} were lost.
"""
    rows = [(kind, str(len(seconds)), *map(milliseconds, percentiles(seconds))) for kind, seconds in sorted(visit.seconds.items())]
    yield from table(("well-behaved clients", "answered", "p50", "p99", "slowest"), rows)
    told = [(what, _counts(answers)) for what, answers in soaked.attackers.items()]
    yield from table(("attackers", "what they were answered, how often"), told)
    start, peak, end = soaked.memory
    memory = [(name, *(f"{getattr(sizes, of) / MIB:.0f} MiB" for sizes in (start, peak, end))) for name, of in _MEMORY.items()]
    opened = ("open files and connections", *map(str, soaked.descriptors))
    yield from table(("", "at the start", "at most", "at the end"), [*memory, opened])
    yield f"""\
What processes share counts once. All of them together had {soaked.watch.most / MIB:.0f} MiB at most at one moment. {len(soaked.watch.workers)} workers were \
seen (at five looks a second), of {len(soaked.watch.keepers)} keepers: a release has one. The canaries, an address and a file that queries name, saw \
{"nobody" if not any(canaries) else f"{canaries} visits"}.
"""


_MEMORY = {"front": "front", "keeper (two where a release takes the place of another)": "keepers", "workers, together": "workers"}


def attack_table(suffered: Sequence[Suffered]) -> Iterator[str]:
    """Yield the part about one attack after the other; nothing where there was none."""
    if not suffered:
        return
    waited = sorted(each.next for each in suffered)
    yield f"""\
## One attack after the other

What it was answered, when; after it has its answer, how long the next client, from another address, waited for a whole question of the project
(at most {milliseconds(waited[-1])}, half of them {milliseconds(waited[len(waited) // 2])} at most); and the most memory of all processes together meanwhile.
"""
    rows = [(each.name, each.answers, f"{each.seconds:.1f} s", milliseconds(each.next), f"{each.memory / MIB:.0f} MiB") for each in suffered]
    yield from table(("attack", "answer", "after", "next client", "memory"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, and an empty one."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _counts(answers: Mapping[str, int]) -> str:
    """The most frequent of *answers*, and how many others."""
    most = sorted(answers.items(), key=lambda item: -item[1])
    shown = [f"{answer or 'nothing'}: {count}" for answer, count in most[:_SHOWN]]
    return ", ".join([*shown, f"others: {sum(count for _, count in most[_SHOWN:])}"] if most[_SHOWN:] else shown)


def milliseconds(seconds: float) -> str:
    """Return *seconds* as a cell of a table."""
    return f"{seconds * 1000:.{1 if seconds < 0.01 else 0}f} ms"
