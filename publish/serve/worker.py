"""A worker: a process that answers one question at a time and can take, open or leave behind nothing while it does.

It is forked by the keeper, with the store, and ends by itself: at the deadline (SIGALRM), beyond its memory (SIGABRT), when
nobody listens any more (SIGPIPE).
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import socket
import sys
import time
from contextlib import suppress

from pyoxigraph import Store

from publish.confined import lower, seal
from publish.errors import Mistake
from publish.serve.answering import Sink, answer
from publish.serve.channel import END, PIECE, REFUSAL, frame, receive, said
from publish.serve.limits import Limits
from publish.serve.question import Question, Refused

QUESTIONS = 1000
"""How many questions a worker answers before another takes its place."""
_GROWTH = 1 / 8
"""The part of the memory of a query by which a worker may grow before another takes its place."""


def work(store: Store, channel: socket.socket, limits: Limits) -> None:
    """Answer the questions that come on *channel* until it is closed, or until this process has become too large or too old."""
    worker = _Worker(store, channel, limits)
    with suppress(ConnectionResetError):  # closed before the last answer was read
        while (asked := receive(channel)) is not None and worker.answer(asked):
            pass


class _Worker:
    def __init__(self, store: Store, channel: socket.socket, limits: Limits) -> None:
        self._store = store
        self._channel = channel
        self._limits = limits
        self._left = QUESTIONS
        self._size = _confine(channel)
        self._most = _peak() + int((limits.memory << 20) * _GROWTH)

    def answer(self, asked: bytes) -> bool:
        """Answer, and say whether this worker may be asked again."""
        self._grant()
        began = time.process_time()
        sink = Sink(lambda piece: self._channel.sendall(frame(PIECE, piece)), self._limits)
        self._left -= 1
        refused: Mistake | None = None
        try:
            answer(self._store, Question(**json.loads(asked)), sink)
        except Mistake as mistake:
            refused = mistake
        except MemoryError:
            refused, self._left = Refused("memory", limit=self._limits.memory), 0
        except BaseException:  # a panic of pyoxigraph is no Exception; what it leaves behind is not to be trusted
            refused, self._left = Refused("stopped"), 0
        again = self._left > 0 and _peak() < self._most
        ended = {"again": again, "seconds": time.process_time() - began}
        if refused:
            self._channel.sendall(said(REFUSAL, **ended, mistake=type(refused).__name__, name=refused.name, values=refused.values))
        else:
            self._channel.sendall(frame(PIECE, sink.rest()) + said(END, **ended, rows=sink.rows))
        signal.setitimer(signal.ITIMER_REAL, 0)
        return again

    def _grant(self) -> None:
        """Set what the next question may take: time, by the clock and of the processor, and memory beside what is held already."""
        signal.setitimer(signal.ITIMER_REAL, self._limits.timeout)
        used = resource.getrusage(resource.RUSAGE_SELF)
        lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + self._limits.timeout) + 1)
        if self._size is not None:
            pages = int(os.pread(self._size, 64, 0).split()[0])
            lower(resource.RLIMIT_AS, pages * resource.getpagesize() + (self._limits.memory << 20))


def _confine(channel: socket.socket) -> int | None:
    """Close all but *channel* for good, and return where this process reads its own size; none where the system does not tell (macOS)."""
    size = None
    with suppress(OSError):
        size = os.open("/proc/self/statm", os.O_RDONLY)
    with suppress(OSError):  # where memory runs out all the same, the system takes it from a worker first
        _write("/proc/self/oom_score_adj", b"1000")
    seal({channel.fileno(), size or 0} - {0})
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return size


def _write(file: str, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _peak() -> int:
    """Return the most memory, in bytes, that this process has had in use."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
