"""Ask queries of processes that can be ended: each within its limits, each client in its turn, and an answer is whole or it is none.

The pool, in the server's own process, neither holds the data nor forks. Whatever ends, a worker or the keeper, is replaced.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
from pathlib import Path

from publish.errors import BadQuery, Mistake
from publish.serve.asking import Asking
from publish.serve.budget import Budgets
from publish.serve.channel import END, PIECE
from publish.serve.crew import Crew, Heard, Worker
from publish.serve.limits import Limits
from publish.serve.question import FORMATS, Answer, Question, Refused
from publish.serve.turns import PATIENCE, Turns

__all__ = ["Answer", "Pool", "Question", "Refused"]

_GRACE = 0.03
"""How long after its deadline, in seconds, a worker that should have ended itself is ended."""
_AGAIN = 1.0
"""How long after a keeper that never had a worker the next one is started, in seconds."""
_AT_ONCE = 0.1
"""How soon after it began, in seconds, a question was hardly begun: it is asked again where its worker was ended from outside."""
_TRIES = 3
"""How many times more."""
_MISTAKES: dict[str, type[Mistake]] = {"BadQuery": BadQuery, "Refused": Refused}
_OUT_OF_TIME = (signal.SIGALRM, signal.SIGXCPU)
_OUT_OF_MEMORY = signal.SIGABRT  # what pyoxigraph ends with where it is given no more; SIGSEGV is its stack


class NoData(Mistake):
    """A dump that can't be loaded."""


class Pool:
    """The processes that answer queries over *dump* (N-Quads, in named graphs) within *limits*, for clients that have *budgets*."""

    def __init__(self, dump: Path, limits: Limits, budgets: Budgets) -> None:
        self._path = dump
        self._limits = limits
        self._budgets = budgets
        self._turns: Turns[Asking] = Turns(limits, self._budgets)
        self._asked: set[Asking] = set()
        self._idle: list[Worker] = []
        self._busy: dict[Worker, Asking] = {}
        self._look: asyncio.TimerHandle | None = None
        self._crews: list[Crew] = []
        self._serving: Crew | None = None
        self._closed = self._dismissed = False

    async def start(self) -> None:
        """Load the data, and return when a worker is idle. Raises `NoData` where the dump can't be read as N-Quads."""
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        try:
            # kept open: should the keeper have to load it again, it is the same data, whatever lies there then
            self._dump = os.open(self._path, os.O_RDONLY)
        except OSError as error:
            raise NoData("dump-syntax", file=self._path, words=error.strerror) from error
        try:
            self._hire()
            await self._ready
        except BaseException:
            await self._dismiss()
            raise

    async def ask(self, question: Question, client: str) -> Answer:
        """Return the whole answer to *question*, asked by *client*.

        Raises `Refused` where it goes beyond a limit, `BadQuery` where it does not parse, ValueError where its format is none of
        its form's. Where it is cancelled, the query ends at once.
        """
        if question.extension not in FORMATS[question.form]:
            raise ValueError(f"{question.form} has no answer in {question.extension}")
        asking = self._let_in(question, client)
        try:
            return await asking.answer
        except asyncio.CancelledError:
            self._abandon(asking)
            raise
        finally:
            self._asked.discard(asking)

    async def close(self) -> None:
        """Let what was asked be answered, then end every process; nothing of them is left behind."""
        self._closed = True
        try:
            while self._asked:
                await asyncio.wait([asking.answer for asking in self._asked])
        finally:
            await self._dismiss()

    def _let_in(self, question: Question, client: str) -> Asking:
        """Put a question in line; it may run already, or be refused, when this returns."""
        now = self._loop.time()
        wait = self._budgets.wait(client, now)
        if wait:
            raise Refused("budget", limit=self._limits.budget, retry_after=wait)
        if self._closed:
            raise Refused("stopped")
        asking = Asking(client=client, joined=now, question=question, answer=self._loop.create_future())
        self._asked.add(asking)
        self._turns.join(asking)
        asking.wait(self._limits.timeout, self._give_up)
        self._dispatch()
        crowded_out = self._turns.crowded_out()
        if crowded_out:
            self._give_up(crowded_out)
        return asking

    def _hire(self) -> None:
        """Start a keeper."""
        self._crews = [crew for crew in self._crews if not crew.over]
        self._crews.append(Crew(self._dump, self._limits, Heard(self._arrived, self._said, self._gone, self._lost)))

    async def _dismiss(self) -> None:
        if self._dismissed:
            return
        self._dismissed = True
        if self._look:
            self._look.cancel()
        for crew in self._crews:
            await crew.end()
        os.close(self._dump)

    def _dispatch(self) -> None:
        """Give idle workers to those whose turn it is."""
        now = self._loop.time()
        self._idle = [worker for worker in self._idle if not worker.closed]
        while self._idle and (asking := self._turns.next(now)):
            worker = self._idle.pop()
            self._busy[worker] = asking
            asking.wait(min(self._turns.patience(asking), self._limits.timeout), self._slow_down)
            asking.begin(worker)
        in_the_way = self._turns.in_the_way(now)
        if in_the_way:
            self._take_away(in_the_way)
            self._turns.give_way(in_the_way, now)
            in_the_way.wait(self._limits.timeout, self._give_up)
        if self._turns.waiting and self._look is None:
            self._look = self._loop.call_later(PATIENCE / 4, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        self._dispatch()

    def _take_away(self, asking: Asking) -> None:
        """End the worker of what is running."""
        if asking.worker:
            self._busy.pop(asking.worker, None)
            asking.worker.kill()
        asking.stop()

    def _give_up(self, asking: Asking) -> None:
        """It has waited too long, or too many wait."""
        self._turns.leave(asking)
        asking.failed(Refused("queue", limit=self._limits.queue, retry_after=math.ceil(self._limits.timeout)))

    def _slow_down(self, asking: Asking) -> None:
        """Let it go on, with what quick ones leave of the processor."""
        if asking.worker:
            asking.worker.slow()
        asking.wait(asking.began + self._limits.timeout + _GRACE - self._loop.time(), self._overdue)

    def _overdue(self, asking: Asking) -> None:
        self._end(asking, Refused("timeout", limit=self._limits.timeout))

    def _end(self, asking: Asking, reason: Exception) -> None:
        """End what is running without an answer."""
        self._take_away(asking)
        now = self._loop.time()
        self._turns.over(asking, now - asking.began, now)
        asking.failed(reason)
        self._dispatch()

    def _abandon(self, asking: Asking) -> None:
        """Nobody waits for the answer any more."""
        if asking.worker:
            self._end(asking, Refused("stopped"))
        else:
            self._turns.leave(asking)
            asking.abandoned()

    def _arrived(self, worker: Worker) -> None:
        """A worker is there that was not there before; those of a keeper that has ended are needed no longer."""
        for other in self._idle:
            if other.crew is not worker.crew:
                other.close()
        self._serving = worker.crew
        if not self._ready.done():
            self._ready.set_result(None)
        self._idle.append(worker)
        self._dispatch()

    def _said(self, worker: Worker, kind: bytes, content: bytes) -> None:
        asking = self._busy.get(worker)
        if asking is None:
            return  # it was ended, but had something to say still
        if kind == PIECE:
            try:
                asking.take(content)
            except OSError as error:  # the disk is full
                self._end(asking, error)
            return
        said = json.loads(content)
        now = self._loop.time()
        del self._busy[worker]
        self._turns.over(asking, said["seconds"], now)
        if kind == END:
            asking.answered(said["rows"], now)
        else:
            asking.failed(_MISTAKES[said["mistake"]](said["name"], **said["values"]))
        if said["again"] and not worker.slowed and worker.crew is self._serving:
            self._idle.append(worker)
        else:
            worker.close()
        self._dispatch()

    def _gone(self, worker: Worker) -> None:
        """A worker has ended; whatever it was asked has no answer now."""
        asking = self._busy.pop(worker, None)
        if asking is None:
            return
        asking.stop()
        now = self._loop.time()
        at_once = worker.ended == signal.SIGKILL and now - asking.began < _AT_ONCE
        if (worker.unread or at_once) and asking.tries < _TRIES:  # it was ended from outside, before or as it began
            asking.tries += 1
            self._turns.again(asking, now)
            asking.wait(self._limits.timeout, self._give_up)
        else:
            self._turns.over(asking, now - asking.began, now)
            asking.failed(self._reason(worker.ended))
        self._dispatch()

    def _reason(self, number: int | None) -> Refused:
        if number in _OUT_OF_TIME:
            return Refused("timeout", limit=self._limits.timeout)
        if number == _OUT_OF_MEMORY:
            return Refused("memory", limit=self._limits.memory)
        return Refused("stopped")

    def _lost(self, words: str) -> None:
        """The keeper has ended: have another. What its workers have begun, they end."""
        if self._dismissed:
            return
        if not self._ready.done():
            self._ready.set_exception(NoData("dump-syntax", file=self._path, words=words))
        else:
            self._loop.call_later(0 if self._serving is self._crews[-1] else _AGAIN, self._rehire)

    def _rehire(self) -> None:
        if not self._dismissed:
            try:
                self._hire()
            except OSError:  # the system has no room for another process now
                self._loop.call_later(_AGAIN, self._rehire)
