"""Run a computation in a child process that can open nothing, and that ends at its limits: what it reads may come from a stranger.

A process without a free file descriptor can open no file and no connection (RLIMIT_NOFILE, getrlimit(2)). It keeps what was
open already: here the one pipe on which its answer goes to its parent. A parser that crashes, a query without end and a
number that fills the memory end the child; the parent is told why, and where it was.
"""

from __future__ import annotations

import gc
import math
import mmap
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

Note = Callable[[str], None]
"""Is told where a computation is, in a few words: the last ones outlive it."""

_STACK = 64 << 20
"""The bytes of the stack where it can grow: the usual 8 MiB overflow at some 850 groups in groups, and it is never known what comes next."""
_DESCRIPTORS = 4096
_NOTHING = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)
_NOTED = 4096
_LENGTH = struct.Struct(">Q")
_END = b"\xff" * _LENGTH.size
"""Stands where the length of another piece could: nothing is missing."""
_PATIENCE = 10
"""How many times its seconds a computation may last by the clock, where it has to wait for a processor."""
_OUT_OF_MEMORY = 77
_TIMES = {signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU}
_MEMORIES = {signal.SIGABRT, signal.SIGKILL}  # what pyoxigraph ends itself with, and the system


@dataclass(frozen=True, slots=True)
class Limits:
    """What a computation may take: *seconds* of a processor, *memory* in MiB beside what the process has already."""

    seconds: float = 6.0
    memory: int = 768


def limits_for(triples: int) -> Limits:
    """Return the limits for work on so many *triples*: ten times and three times what it was measured to take, and more than enough for few."""
    return Limits(max(6.0, triples / 2000), 768 + triples // 200)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: its exit status (negative: a signal), the last that it *noted*, the *seconds* of a processor that it took."""

    code: int
    noted: str
    seconds: float


class Stopped(Exception):
    """A computation that did not end by itself: *reason* is ``time``, ``memory`` or ``crash``, *ending* how it ended, *pieces* what it had yielded."""

    def __init__(self, reason: str, ending: Ending, pieces: list[bytes]) -> None:
        super().__init__(f"{reason} {ending.noted}".strip())
        self.reason = reason
        self.noted = ending.noted
        self.seconds = ending.seconds
        self.pieces = pieces


@dataclass(frozen=True, slots=True)
class Started:
    """A computation in a child process: the end of the pipe on which its answer comes, and where it says how far it is."""

    pid: int
    reading: int
    noted: mmap.mmap


def confined(compute: Callable[[Note], Iterable[bytes]], limits: Limits, kept: Iterable[int] = ()) -> list[bytes]:
    """Return what *compute* yields, in a child process within *limits*. Raises `Stopped` where it does not come to its end.

    The child may read the descriptors *kept*, and open nothing.
    """
    child = start(compute, limits, kept)
    try:
        answer = _all_of(child.reading)
    except BaseException:
        end(child)
        raise
    return answered(child, answer)


def start(compute: Callable[[Note], Iterable[bytes]], limits: Limits, kept: Iterable[int] = ()) -> Started:
    """Start *compute* in a child process within *limits*, which may read the descriptors *kept* and open nothing."""
    noted = mmap.mmap(-1, _NOTED)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(compute, limits, (writing, *kept), noted)
    os.close(writing)
    return Started(child, reading, noted)


def answered(child: Started, answer: bytes) -> list[bytes]:
    """End *child*, whose whole *answer* has been read, and return what it yielded. Raises `Stopped` where that is not all."""
    ending = end(child)
    pieces, is_whole = _pieces(answer)
    if not is_whole:
        raise Stopped(reason_of(ending.code), ending, pieces)
    return pieces


def end(child: Started) -> Ending:
    """End *child* and return how it ended."""
    os.close(child.reading)
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)  # where it has closed its end it is ending or about to
    _, status, used = os.wait4(child.pid, 0)
    with child.noted as noted:
        return Ending(os.waitstatus_to_exitcode(status), noted[:].rstrip(b"\0").decode(errors="ignore"), used.ru_utime + used.ru_stime)


def reason_of(code: int) -> str:
    """Return why a confined process ended, from its exit status (negative: a signal): ``time``, ``memory`` or ``crash``."""
    if -code in _TIMES:
        return "time"
    return "memory" if code == _OUT_OF_MEMORY or -code in _MEMORIES else "crash"


def seal(kept: Iterable[int]) -> None:
    """Close all but the descriptors *kept* (none of the first three), and let this process open nothing any more, for good."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    before = 2
    for descriptor in (*sorted(kept), _DESCRIPTORS):
        os.closerange(before + 1, descriptor)
        before = descriptor
    close_up()


def close_up() -> None:
    """Let this process open nothing any more, for good; what is open stays."""
    lower(resource.RLIMIT_STACK, _STACK)
    for limit in _NOTHING:
        resource.setrlimit(limit, (0, 0))


def grant(limits: Limits) -> None:
    """Give this process *limits* from now on; it ends where it goes beyond."""
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds * _PATIENCE)
    used = resource.getrusage(resource.RUSAGE_SELF)
    lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + limits.seconds) + 1)  # no handler of a timer outlives this
    _bound_memory(limits)


@contextmanager
def bounded(limits: Limits) -> Iterator[None]:
    """Give what this process does in the block *limits*, of its own time: it raises `TimeoutError` or `MemoryError` beyond them, at the next step of Python."""

    def stop(*_signal: object) -> None:
        raise TimeoutError(f"{limits.seconds:.0f} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    signal.setitimer(signal.ITIMER_VIRTUAL, limits.seconds)
    _bound_memory(limits)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _bound_memory(limits: Limits) -> None:
    with suppress(OSError):  # no /proc (macOS), where this limit is none either
        pages = int(Path("/proc/self/statm").read_bytes().split()[0])
        lower(resource.RLIMIT_AS, pages * resource.getpagesize() + (limits.memory << 20))


def lower(limit: int, most: int) -> None:
    """Set a limit of this process to *most*, or as near as the system lets it; it can be set anew later."""
    hard = resource.getrlimit(limit)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(compute: Callable[[Note], Iterable[bytes]], limits: Limits, kept: tuple[int, ...], noted: mmap.mmap) -> None:
    """Compute in this process, and end it without going back to what its parent was doing; the first descriptor *kept* takes the answer."""
    writing = kept[0]
    status = 1

    def note(words: str) -> None:
        noted[:] = words.encode()[:_NOTED].ljust(_NOTED, b"\0")

    try:
        gc.freeze()  # what was there before is no garbage of this process, and stays in memory that it shares
        sys.settrace(None)  # who follows the parent step by step learns nothing from here, and would take a part of what is granted
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent hears it too, and says what there is to say
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        grant(limits)
        seal(kept)
        for piece in compute(note):
            _write(writing, _LENGTH.pack(len(piece)))
            _write(writing, piece)
        _write(writing, _END)
        status = 0
    except MemoryError:
        status = _OUT_OF_MEMORY
    finally:
        os._exit(status)


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _pieces(answer: bytes) -> tuple[list[bytes], bool]:
    """Return the whole pieces of *answer*, and whether they are all."""
    pieces, place = [], 0
    while answer[place : place + _LENGTH.size] != _END and place + _LENGTH.size <= len(answer):
        start = place + _LENGTH.size
        place = start + _LENGTH.unpack_from(answer, place)[0]
        if place <= len(answer):
            pieces.append(answer[start:place])
    return pieces, answer[place:] == _END


def _all_of(descriptor: int) -> bytes:
    pieces = []
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)
