"""How many seconds of processing each client has used lately: it has so many a minute, and they come back evenly."""

from __future__ import annotations

import math
from collections import OrderedDict

MINUTE = 60.0
CLIENTS = 10_000
"""How many clients are known at once: those who used something last. Beyond that the oldest is forgotten, so that memory has a bound."""


UNKNOWN = 1.0
"""The seconds that the query of a client is likely to take of which nothing is known."""


class Budgets:
    """The budget of each client, *budget* seconds a minute. Every time is in seconds of one clock, which only goes forward."""

    def __init__(self, budget: float, clients: int = CLIENTS) -> None:
        self._budget = budget
        self._rate = budget / MINUTE
        self._clients = clients
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._usual: dict[str, float] = {}

    def used(self, client: str, now: float) -> float:
        """Return how many seconds *client* has used that have not come back yet."""
        used, then = self._used.get(client, (0.0, now))
        return max(0.0, used - (now - then) * self._rate)

    def charge(self, client: str, seconds: float, now: float) -> None:
        """Take *seconds* from the budget of *client*; it may end below nothing, and is paid back by waiting."""
        self._used[client] = (self.used(client, now) + seconds, now)
        self._used.move_to_end(client)
        if len(self._used) > self._clients:
            oldest, _ = self._used.popitem(last=False)
            self._usual.pop(oldest, None)

    def learn(self, client: str, seconds: float) -> None:
        """Note that a query of *client*, which was charged, took so many *seconds*."""
        self._usual[client] = (self.usual(client) + seconds) / 2 if client in self._usual else seconds

    def usual(self, client: str) -> float:
        """Return how many seconds a query of *client* is likely to take: its late ones, the latest most; `UNKNOWN` where there are none."""
        return self._usual.get(client, UNKNOWN)

    def wait(self, client: str, now: float) -> int:
        """Return in how many whole seconds *client* has something left again; 0 where it has now."""
        beyond = self.used(client, now) - self._budget
        return 0 if beyond < 0 else math.floor(beyond / self._rate) + 1
