"""Let queries through the gate in the server's own process, where a long one must not keep others waiting."""

from __future__ import annotations

import asyncio

from publish.gate import Bounds, Query, admit, admitting
from publish.serve.limits import Limits
from publish.serve.question import Refused

_SHORT = 8 * 1024
"""The characters of a query that is read at once: some five milliseconds at most."""


class Admission:
    """The gate within *limits*: a long query is read in steps, between which others have their turn, and one long query at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bounds = Bounds(depth=limits.nesting)
        self._reading = asyncio.Lock()

    async def admit(self, text: str) -> Query:
        """Return the query that *text* is. Raises `BadQuery`, and `Refused` where so many long ones come that its turn does not come in time."""
        if len(text) <= _SHORT:
            return admit(text, self._bounds)
        try:
            async with asyncio.timeout(self._limits.timeout), self._reading:
                return await self._read(text)
        except TimeoutError as error:
            raise Refused("queue", limit=self._limits.queue, retry_after=1) from error

    async def _read(self, text: str) -> Query:
        steps = admitting(text, self._bounds)
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                query: Query = ended.value
                return query
            await asyncio.sleep(0)
