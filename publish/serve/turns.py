"""Whose turn it is: queries wait in one line for each client, and the client comes first that has used least lately and is known for the quickest.

A client never holds every worker. One worker is kept for clients that have used little lately, and a query that holds it for
long gives way to one that waits for it, and begins again when another worker is free: slow queries of many clients together
cost a quick one little more than that.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from publish.serve.budget import UNKNOWN, Budgets
from publish.serve.limits import Limits

PATIENCE = 0.2
"""How long a query may hold the kept worker at first while others wait for it, in seconds; twice as long when it has given way once."""
_CHANCES = 2
"""How often it may have that worker."""
_QUICK = 5
"""How many times as long it may where its client is known for quick ones: they take longer where the machine is busy."""
_LITTLE = 0.1
"""The part of its budget up to which a client has used little."""


@dataclass(slots=True, eq=False)
class Place:
    """One query's place: in line, then with a worker. Times are in seconds of the clock of `Turns`."""

    client: str
    joined: float
    began: float = 0.0
    kept: bool = False
    """Whether it got the worker that is kept."""
    gave_way: int = 0
    """How often it had that worker and gave way."""


P = TypeVar("P", bound=Place)


class Turns(Generic[P]):
    """The places of all queries, waiting and running. Every *now* is in seconds of one clock."""

    def __init__(self, limits: Limits, budgets: Budgets) -> None:
        self._limits = limits
        self._budgets = budgets
        self._share = max(1, limits.workers - 1)
        self._lines: dict[str, deque[P]] = {}
        self._running: set[P] = set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._lines.values()))

    @property
    def running(self) -> int:
        """How many run."""
        return len(self._running)

    def join(self, place: P) -> None:
        """Put *place* at the end of its client's line."""
        self._lines.setdefault(place.client, deque()).append(place)

    def again(self, place: P, now: float) -> None:
        """Put *place*, which was running, at the head of its client's line."""
        self._running.discard(place)
        self._budgets.charge(place.client, now - place.began, now)
        self._lines.setdefault(place.client, deque()).appendleft(place)

    def give_way(self, place: P, now: float) -> None:
        """Put *place*, which had the kept worker, at the head of its client's line; its client comes after strangers now."""
        place.gave_way += 1
        self.again(place, now)
        self._budgets.learn(place.client, 2 * UNKNOWN)

    def leave(self, place: P) -> None:
        """Take *place* out of its line, if it waits."""
        line = self._lines.get(place.client, deque())
        if place in line:
            line.remove(place)
            if not line:
                del self._lines[place.client]

    def over(self, place: P, seconds: float, now: float) -> None:
        """Take *place*, which was running, out, and charge its client *seconds*."""
        self._running.discard(place)
        self._budgets.charge(place.client, seconds, now)
        self._budgets.learn(place.client, seconds)

    def crowded_out(self) -> P | None:
        """Return who has to leave as too many wait: the newest of the client with the most places, so that one alone never shuts out others."""
        if self.waiting <= self._limits.queue:
            return None
        return max(self._lines.values(), key=lambda line: (len(line), line[-1].joined))[-1]

    def next(self, now: float) -> P | None:
        """Return whose turn it is, which then runs; none where nobody who waits may have a worker yet."""
        kept = self._kept()
        if len(self._running) - (kept is not None) < self._share:
            able = [line[0] for line in self._lines.values() if self._may_run(line[0])]
        elif kept is None and self._limits.workers > 1:
            able = [line[0] for line in self._lines.values() if self._may_have_kept(line[0], now)]
        else:
            return None
        if not able:
            return None
        # by what they have used lately, and are likely to use now: who is known for quick queries goes before a stranger
        place = min(able, key=lambda place: self._used(place.client, now) + self._budgets.usual(place.client))
        place.kept, place.began = len(self._running) - (kept is not None) == self._share, now
        self.leave(place)
        self._running.add(place)
        return place

    def in_the_way(self, now: float) -> P | None:
        """Return who has to give way: who has had the kept worker for too long, where another waits for it."""
        kept = self._kept()
        if kept is None or len(self._running) < self._limits.workers or now - kept.began < self.patience(kept):
            return None
        others = (line[0] for client, line in self._lines.items() if client != kept.client)
        return kept if any(self._may_have_kept(place, now) for place in others) else None

    def patience(self, place: P) -> float:
        """Return how many seconds *place* may run before it is slow."""
        return PATIENCE * (1 + place.gave_way) * (_QUICK if self._budgets.usual(place.client) < PATIENCE else 1)

    def _kept(self) -> P | None:
        """Who has the worker that is kept for those who have used little."""
        return next((place for place in self._running if place.kept), None)

    def _may_run(self, place: P) -> bool:
        return sum(other.client == place.client for other in self._running) < self._share

    def _may_have_kept(self, place: P, now: float) -> bool:
        return place.gave_way < _CHANCES and self._used(place.client, now) <= _LITTLE * self._limits.budget and self._may_run(place)

    def _used(self, client: str, now: float) -> float:
        running = sum(now - place.began for place in self._running if place.client == client)
        return self._budgets.used(client, now) + running
