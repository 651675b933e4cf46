"""How many seconds of processing each client has used lately: it has so many a minute, and they come back evenly."""

from __future__ import annotations

import math
from collections import OrderedDict

MINUTE = 60.0
CLIENTS = 10_000
"""How many clients are known at once: those who used something last. Beyond that the oldest is forgotten, so that memory has a bound."""


class Budgets:
    """The budget of each client, *budget* seconds a minute. Every time is in seconds of one clock, which only goes forward."""

    def __init__(self, budget: float, clients: int = CLIENTS) -> None:
        self._budget = budget
        self._rate = budget / MINUTE
        self._clients = clients
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def used(self, client: str, now: float) -> float:
        """Return how many seconds *client* has used that have not come back yet."""
        used, then = self._used.get(client, (0.0, now))
        return max(0.0, used - (now - then) * self._rate)

    def charge(self, client: str, seconds: float, now: float) -> None:
        """Take *seconds* from the budget of *client*; it may end below nothing, and is paid back by waiting."""
        self._used[client] = (self.used(client, now) + seconds, now)
        self._used.move_to_end(client)
        if len(self._used) > self._clients:
            self._used.popitem(last=False)

    def wait(self, client: str, now: float) -> int:
        """Return in how many whole seconds *client* has something left again; 0 where it has now."""
        beyond = self.used(client, now) - self._budget
        return 0 if beyond < 0 else math.floor(beyond / self._rate) + 1
