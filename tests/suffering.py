"""Attack a server, one attack after the other, and see each time how soon it answers the next client, and rightly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from attacks import Attack
from clients import Lost, Place, asking, exchange, fault, play
from gauges import Watch
from wires import Wire

_ATTACKERS = 200
ALLOWED = {0, 200, 204, 206, 303, 304, 400, 404, 405, 408, 411, 413, 414, 415, 416, 426, 429, 431, 501, 503}
"""What bytes on a connection may be answered with, 0 being a connection that is closed. 500 is a program's mistake, which none may bring about."""


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A question that anybody may ask, and its right answer."""

    query: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class Suffered:
    """What an attack was answered, in so many *seconds*; how long the next client waited then, in seconds; the most memory meanwhile, in bytes."""

    name: str
    answers: str
    seconds: float
    next: float
    memory: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Victim:
    """A server to attack: its address, the process of its front, and the question of the next client."""

    url: str
    front: int
    ordinary: Ordinary


async def suffer(victim: Victim, attacks: Iterable[Attack | Wire], patience: float) -> AsyncIterator[Suffered]:
    """Yield what came of each of *attacks*, each by another client; none may take longer than *patience*, in seconds."""
    for number, attack in enumerate(attacks):
        place = Place.of(victim.url, f"127.0.1.{number % _ATTACKERS + 1}")
        loop = asyncio.get_running_loop()
        began = loop.time()
        with Watch(victim.front) as watch:
            answers, faults = await (_asked(attack, place, patience) if isinstance(attack, Attack) else _played(attack, place, patience))
        ended = loop.time()
        waited, more = await next_client(victim)
        yield Suffered(attack.name, answers, ended - began, waited, watch.most, (*faults, *more))


async def next_client(victim: Victim, source: str = "127.0.0.2") -> tuple[float, list[str]]:
    """Ask the ordinary question; return how many seconds the answer took, and what was wrong with it."""
    try:
        reply = await exchange(Place.of(victim.url, source), asking(victim.ordinary.query))
    except Lost as lost:
        return float("inf"), [f"the next client: {lost}"]
    right = reply.status == 200 and reply.content == victim.ordinary.answer
    return reply.seconds, [] if right else [f"the next client: {reply.status} {reply.content[:200]!r}"]


async def _asked(attack: Attack, place: Place, patience: float) -> tuple[str, list[str]]:
    try:
        reply = await asyncio.wait_for(exchange(place, asking(attack.query, attack.accept)), patience)
    except (Lost, TimeoutError) as lost:
        return "nothing", [f"{type(lost).__name__} {lost}"]
    wrong = await asyncio.to_thread(fault, reply)
    return f"{reply.status} {reply.problem}".strip(), [wrong] if wrong else []


async def _played(wire: Wire, place: Place, patience: float) -> tuple[str, list[str]]:
    try:
        statuses = await play(wire, place, patience)
    except TimeoutError:
        return "nothing", ["the connection was never closed"]
    told = [f"{f'{count} times ' if count > 1 else ''}{status or 'closed'}" for status, count in sorted(Counter(statuses).items())]
    return ", ".join(told), [f"answered {status}" for status in statuses if status not in ALLOWED]
