"""The keeper: a process with one thread that loads the data, forks the workers, and ends and replaces them.

The front, which starts it, holds the other end of its standard input, a socket. What the keeper says there is one JSON object a
line: ``{"worker": process}``, with the descriptor of that worker's channel; ``{"ended": process, "signal": number}``; or why it can't
begin, ``{"mistake": words}``. What it is told is an order a line, ``end`` or ``slow``, and the number of a process:
only the keeper touches workers, as only their parent knows that a number still means what it meant. It ends with all of them when the socket closes.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress

from pyoxigraph import RdfFormat, Store

from publish.errors import Mistake
from publish.gzipped import opened
from publish.serve.limits import Limits
from publish.serve.worker import work

_STANDARD = 2
_GZIP = b"\x1f\x8b"
"""What a compressed file begins with, and no N-Quads do."""
_LAST = 19
_PAUSE = 0.5
"""How long the keeper waits, in seconds, where a worker could not be forked, or could not begin."""


def main() -> None:
    """Keep workers on the N-Quads in the open file whose descriptor is the first argument, within the limits in the second, as JSON."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the front, which first lets its answers end
    front = socket.socket(fileno=0)
    with suppress(BrokenPipeError, ConnectionResetError):  # the front is gone
        try:
            store = _load(int(sys.argv[1]))
        except (SyntaxError, ValueError, OSError, Mistake) as error:
            front.sendall(json.dumps({"mistake": str(error)}).encode() + b"\n")
            return
        _fill_standard()
        gc.collect()
        gc.freeze()  # looking for garbage would write to what workers share
        _Keeper(store, front, Limits(**json.loads(sys.argv[2]))).keep()


def _load(descriptor: int) -> Store:
    store = Store()
    with open(descriptor, "rb") as dump:
        is_compressed = dump.peek(len(_GZIP)).startswith(_GZIP)
        store.bulk_load(opened(dump, "gzip") if is_compressed else dump, format=RdfFormat.N_QUADS)
    return store


def _fill_standard() -> None:
    """Leave none of the first three descriptors free, which a worker gives up: no channel may be one of them."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD:
        pass
    os.close(descriptor)


class _Keeper:
    def __init__(self, store: Store, front: socket.socket, limits: Limits) -> None:
        self._store = store
        self._front = front
        self._limits = limits
        self._workers: set[int] = set()
        self._not_before = 0.0
        self._told = b""
        self._woken, self._waking = socket.socketpair()
        self._waking.settimeout(0)
        signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # it only has to wake the keeper

    def keep(self) -> None:
        """Keep as many workers as there should be until the front is gone; then end them."""
        try:
            while True:
                self._fork_missing()
                complete = len(self._workers) == self._limits.workers
                ready, _, _ = select.select([self._front, self._woken], [], [], None if complete else _PAUSE)
                if self._woken in ready:
                    self._woken.recv(4096)
                if self._front in ready and not self._obey():
                    return
                self._bury()
        finally:
            for worker in self._workers:
                _end(worker)
            for worker in self._workers:
                os.waitpid(worker, 0)

    def _fork_missing(self) -> None:
        while len(self._workers) < self._limits.workers and time.monotonic() >= self._not_before:
            self._fork()

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                worker = os.fork()
            except OSError:  # the system has no room for another process now
                self._not_before = time.monotonic() + _PAUSE
                return
            if worker == 0:
                _become_worker(self._store, theirs, self._limits)
            self._workers.add(worker)
            socket.send_fds(self._front, [_line(worker=worker)], [ours.fileno()])

    def _obey(self) -> bool:
        """Do what the front says; say whether there still is a front."""
        told = self._front.recv(4096)
        *lines, self._told = (self._told + told).split(b"\n")
        for line in lines:
            order, _, number = line.decode().partition(" ")
            if int(number) in self._workers:
                _ORDERS[order](int(number))
        return bool(told)

    def _bury(self) -> None:
        for worker in [*self._workers]:
            ended, status = os.waitpid(worker, os.WNOHANG)
            if not ended:
                continue
            self._workers.discard(worker)
            code = os.waitstatus_to_exitcode(status)
            self._front.sendall(_line(ended=worker, signal=max(-code, 0)))
            if code > 0:  # it could not begin, and the next one could not either
                self._not_before = time.monotonic() + _PAUSE


def _become_worker(store: Store, channel: socket.socket, limits: Limits) -> None:
    """Work in this process, then end it without going back to what the keeper was doing."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        work(store, channel, limits)
        status = 0
    finally:
        os._exit(status)


def _end(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)


def _slow(worker: int) -> None:
    """Let it have what the others leave; there is no way back from that."""
    os.setpriority(os.PRIO_PROCESS, worker, _LAST)


_ORDERS = {"end": _end, "slow": _slow}


def _line(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"


if __name__ == "__main__":
    main()
