"""A question while it is being asked: its place, its worker, its clock, and what has come back of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from tempfile import SpooledTemporaryFile

from publish.serve.crew import Worker
from publish.serve.question import IN_MEMORY, Answer, Question
from publish.serve.turns import Place


@dataclass(slots=True, eq=False, kw_only=True)
class Asking(Place):
    """A *question* and the *answer* to come."""

    question: Question
    answer: asyncio.Future[Answer]
    tries: int = 0
    """How many workers had ended before they read it."""
    worker: Worker | None = None
    _content: SpooledTemporaryFile[bytes] | None = None
    _size: int = 0
    _alarm: asyncio.TimerHandle | None = None

    def wait(self, seconds: float, too_long: Callable[[Asking], None]) -> None:
        """Call *too_long* in so many *seconds*, unless it is told to wait anew, or over, before."""
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self.answer.get_loop().call_later(seconds, too_long, self)

    def begin(self, worker: Worker) -> None:
        """Ask *worker*."""
        self.worker = worker
        self._content, self._size = SpooledTemporaryFile(IN_MEMORY), 0  # noqa: SIM115  # whoever has the answer closes it
        worker.ask(asdict(self.question))

    def take(self, piece: bytes) -> None:
        """Keep a *piece* of the answer. Raises OSError where there is no room for it."""
        if self._content:
            self._content.write(piece)
            self._size += len(piece)

    def stop(self) -> None:
        """Take it from its worker, and throw away what has come back."""
        self.worker = None
        if self._content:
            self._content.close()
            self._content = None

    def answered(self, rows: int, now: float) -> None:
        """The answer is whole: give it to who waits for it."""
        content, self._content = self._content, None
        if content and not self.answer.done():
            content.seek(0)
            self.answer.set_result(Answer(content, self._size, rows, now - self.began))
        elif content:
            content.close()
        self.over()

    def failed(self, reason: Exception) -> None:
        """There is no answer: tell who waits for it the *reason*."""
        if not self.answer.done():
            self.answer.set_exception(reason)
        self.over()

    def abandoned(self) -> None:
        """Nobody waits for an answer, not even for one that came at that moment."""
        if self.answer.done() and not self.answer.cancelled() and not self.answer.exception():
            self.answer.result().content.close()
        self.over()

    def over(self) -> None:
        """There is nothing to wait for any more."""
        self.stop()
        if self._alarm:
            self._alarm.cancel()
