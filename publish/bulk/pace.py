"""How far a stage is, and how fast it goes: what people see who wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[..., None]
"""Is told the name of each stage, and what its text is filled with."""


_OFTEN = 0.1
"""Seconds between two times that something is said."""


class Pace:
    """The pace of a *stage*, of which *progress* is told: the name of a text with the places ``count`` and ``rate``, triples and triples a second."""

    def __init__(self, progress: Progress, stage: str) -> None:
        self._progress, self._stage = progress, stage
        self._start = time.monotonic()
        self._told = -_OFTEN
        self._count = 0
        self.add(0)

    def add(self, count: int) -> None:
        """Say that so many more triples are done."""
        self._count += count
        spent = time.monotonic() - self._start
        if spent - self._told >= _OFTEN:
            self._told = spent
            self._progress(self._stage, count=self._count, rate=round(self._count / max(spent, _OFTEN)))
