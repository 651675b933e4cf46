"""Let queries through the gate in the server's own process, where a long one must not keep others waiting."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from weakref import WeakValueDictionary

from publish.gate import Bounds, Query, admit, admitting
from publish.serve.budget import Budgets
from publish.serve.limits import Limits
from publish.serve.question import Refused

_SHORT = 8 * 1024
"""The characters of a query that is read at once: some five milliseconds at most."""


class Admission:
    """The gate within *limits*: a long query is read in steps, between which others have their turn, one at a time, and on the budget of its client."""

    def __init__(self, limits: Limits, budgets: Budgets) -> None:
        self._limits = limits
        self._budgets = budgets
        self._bounds = Bounds(depth=limits.nesting)
        self._reading = asyncio.Lock()
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def admit(self, text: str, client: str) -> Query:
        """Return the query that *text* is, for *client*.

        Raises `BadQuery`, and `Refused` where the turn of a long one does not come in time, or there is no budget left for it.
        """
        if len(text) <= _SHORT:
            return admit(text, self._bounds)
        own = self._lines.setdefault(client, asyncio.Lock())  # of each client there is one query in the common line
        async with AsyncExitStack() as turn:
            try:
                async with asyncio.timeout(self._limits.timeout):
                    await turn.enter_async_context(own)
                    await turn.enter_async_context(self._reading)
            except TimeoutError as error:
                raise Refused("queue", limit=self._limits.queue, retry_after=1) from error
            return await self._read(text, client)

    async def _read(self, text: str, client: str) -> Query:
        loop = asyncio.get_running_loop()
        wait = self._budgets.wait(client, loop.time())
        if wait:
            raise Refused("budget", limit=self._limits.budget, retry_after=wait)
        spent = 0.0
        try:
            steps = admitting(text, self._bounds)
            while spent < self._limits.timeout:
                began = loop.time()
                query = next(steps)
                spent += loop.time() - began
                if query:
                    return query
                await asyncio.sleep(0)
            raise Refused("timeout", limit=self._limits.timeout)
        finally:
            self._budgets.charge(client, spent, loop.time())
