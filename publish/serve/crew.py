"""The keeper and its workers as the front has them: it starts the keeper, speaks with each worker on a channel, and is told when one ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import cast

from publish.serve.channel import QUESTION, Frames, frame
from publish.serve.limits import Limits

_SHORTLY = 0.005
_PATIENCE = 2.0
"""How long a keeper may take to end, in seconds, before it is ended."""


class Worker(asyncio.Protocol):
    """A worker's channel, and what is known of its process; *number* is the process's."""

    def __init__(self, number: int, crew: Crew) -> None:
        self.number = number
        self.crew = crew
        self.answered = False
        """Whether anything came back to the last question."""
        self.ended: int | None = None
        """The signal that ended the process, or 0; none while it runs."""
        self.closed = False
        self.slowed = False
        """Whether it has what other processes leave: it does not become quick again."""
        self.unread = False
        """Whether the channel closed with a question that the worker never read."""
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note that the worker is there."""
        self._transport = cast("asyncio.Transport", transport)
        self.crew.heard.arrived(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what the worker says."""
        self.answered = True
        for kind, content in self._frames.feed(data):
            self.crew.heard.said(self, kind, content)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the worker says no more."""
        self.closed = True
        self.unread = exc is not None and not self.answered  # an end closed with something unread in it resets the other
        self.crew.departed(self)

    def ask(self, question: dict[str, object]) -> None:
        """Send *question*."""
        self.answered = False
        assert self._transport is not None
        self._transport.write(frame(QUESTION, json.dumps(question).encode()))

    def close(self) -> None:
        """Let the process end: it has nothing to do."""
        if self._transport:
            self._transport.abort()

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.crew.order("end", self.number)
        self.close()

    def slow(self) -> None:
        """Let it go on with what other processes leave of the processor."""
        self.slowed = True
        self.crew.order("slow", self.number)


@dataclass(frozen=True, slots=True)
class Heard:
    """Who is told what."""

    arrived: Callable[[Worker], None]
    """A worker is idle that was not there before."""
    said: Callable[[Worker, bytes, bytes], None]
    """A worker has sent a frame: its kind and content."""
    gone: Callable[[Worker], None]
    """A worker has ended, and all that it said was heard."""
    lost: Callable[[str], None]
    """The keeper has ended; with its words, where it could not begin."""


class Crew:
    """A keeper of workers on the open file *dump*, within *limits*; *heard* is told what happens."""

    def __init__(self, dump: int, limits: Limits, heard: Heard) -> None:
        self.heard = heard
        self._alone = False
        self._words = ""
        self._lines = b""
        self._workers: dict[int, Worker] = {}
        self._ours, theirs = socket.socketpair()
        os.lseek(dump, 0, os.SEEK_SET)
        with ExitStack() as failing, theirs:
            failing.callback(self._ours.close)
            # -P: nothing in the current folder is taken for a module; a session of its own: Ctrl-C is for the front
            self._process = subprocess.Popen(  # noqa: S603  # a fixed command
                [sys.executable, "-P", "-m", "publish.serve.keeper", str(dump), json.dumps(asdict(limits))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                pass_fds=(dump,),
                start_new_session=True,
                env={**os.environ, "RUST_BACKTRACE": "0"},  # to write one takes seconds and memory, which has just run out
            )
            failing.pop_all()
        self._ours.settimeout(0)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._ours, self._hear)
        self._joining: set[asyncio.Task[object]] = set()

    def order(self, order: str, number: int) -> None:
        """Tell the keeper what to do with a worker. Without a keeper it ends at its deadline, or when it next says something."""
        with suppress(OSError):
            self._ours.send(f"{order} {number}\n".encode())

    def departed(self, worker: Worker) -> None:
        """Note that a channel has closed; its worker is gone once the keeper, which knows how it ended, says so."""
        if worker.ended is not None or self._alone:
            if self._workers.get(worker.number) is worker:  # the system gives numbers again
                del self._workers[worker.number]
            self.heard.gone(worker)

    @property
    def over(self) -> bool:
        """Whether nothing is left of it."""
        return self._alone and not self._workers

    async def end(self) -> None:
        """End the keeper with all its workers; nothing of them is left then."""
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_WR)
        until = self._loop.time() + _PATIENCE
        while self._process.poll() is None:
            if self._loop.time() > until:
                self._process.kill()
            await asyncio.sleep(_SHORTLY)
        self._lose()
        while self._joining or self._workers:  # each channel closes in a turn of the loop
            for worker in [*self._workers.values()]:
                worker.close()
            await asyncio.sleep(0)

    def _hear(self) -> None:
        try:
            told, descriptors, _, _ = socket.recv_fds(self._ours, 65536, 64, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        except BlockingIOError:
            return
        except ConnectionResetError:  # it ended with something of ours unread
            told, descriptors = b"", []
        *lines, self._lines = (self._lines + told).split(b"\n")
        for line in map(json.loads, lines):
            if "ended" in line:
                self._ended(line["ended"], line["signal"])
            elif "mistake" in line:
                self._words = line["mistake"]
            elif descriptors:
                self._join(line["worker"], descriptors.pop(0))
            else:  # this process has too many open files to take another
                self.order("end", line["worker"])
        if not told:
            self._lose()

    def _join(self, number: int, descriptor: int) -> None:
        worker = self._workers[number] = Worker(number, self)
        joining = self._loop.create_task(self._loop.create_unix_connection(lambda: worker, sock=socket.socket(fileno=descriptor)))
        self._joining.add(joining)
        joining.add_done_callback(partial(self._joined, number))

    def _joined(self, number: int, joining: asyncio.Task[object]) -> None:
        self._joining.discard(joining)
        if joining.cancelled() or joining.exception():  # it never came to that: have another in its place
            self._workers.pop(number, None)
            self.order("end", number)

    def _ended(self, number: int, by: int) -> None:
        worker = self._workers.get(number)
        if worker:
            worker.ended = by
            if worker.closed:
                self.departed(worker)

    def _lose(self) -> None:
        """Nothing more comes from the keeper."""
        if self._alone:
            return
        self._alone = True
        self._loop.remove_reader(self._ours)
        self._ours.close()
        self._process.kill()
        code = self._process.wait()
        for worker in [*self._workers.values()]:
            if worker.closed:
                self.departed(worker)
        self.heard.lost(self._words or (signal.Signals(-code).name if code < 0 else str(code)))
