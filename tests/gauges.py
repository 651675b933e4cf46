"""What the processes of a server take, and canaries: an address and a file that nobody may come to."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
_EVERY_EVENT = 0xFFF
"""IN_ALL_EVENTS of inotify(7): opened, read, written, closed, created, moved, deleted."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Memory, in bytes: what processes share is counted once, divided among them (PSS)."""

    front: int
    keepers: int
    workers: int

    @property
    def together(self) -> int:
        return self.front + self.keepers + self.workers


@dataclass(frozen=True, slots=True)
class Family:
    """The processes of a server at one moment."""

    front: int
    keepers: frozenset[int]
    workers: frozenset[int]

    @classmethod
    def of(cls, front: int) -> Family:
        keepers = frozenset(children(front))
        return cls(front, keepers, frozenset(worker for keeper in keepers for worker in children(keeper)))

    def sizes(self) -> Sizes:
        return Sizes(memory(self.front), sum(map(memory, self.keepers)), sum(map(memory, self.workers)))

    def descriptors(self) -> int:
        """How many files and connections the front and the keepers have open."""
        return sum(map(descriptors, (self.front, *self.keepers)))


def children(process: int) -> list[int]:
    """The processes that *process* has started, and that still run."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def memory(process: int) -> int:
    """The memory of *process* in bytes, its part of what it shares included; 0 where it runs no more."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def descriptors(process: int) -> int:
    with suppress(OSError):
        return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208  # names are all there is
    return 0


class Watch:
    """Looks at a server's processes again and again, in a thread of its own: the most memory that they had, and every process there was."""

    def __init__(self, front: int, every: float = 0.02) -> None:
        self._front = front
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.peak = Sizes(0, 0, 0)
        """The most of each, not all at one moment."""
        self.most = 0
        """The most of all together at one moment, in bytes."""
        self.descriptors = 0
        self.workers: set[int] = set()
        self.keepers: set[int] = set()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            family = Family.of(self._front)
            sizes, peak = family.sizes(), self.peak
            self.peak = Sizes(max(peak.front, sizes.front), max(peak.keepers, sizes.keepers), max(peak.workers, sizes.workers))
            self.most = max(self.most, sizes.together)
            self.descriptors = max(self.descriptors, family.descriptors())
            self.workers |= family.workers
            self.keepers |= family.keepers
            if self._over.wait(self._every):
                return


class CanaryServer:
    """Listens on loopback and counts who comes."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self.visits = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> CanaryServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._listening.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                visitor, _ = self._listening.accept()
                self.visits += 1
                visitor.close()


class CanaryFile:
    """A file in a folder of its own: the kernel tells of whoever opens either (inotify, Linux)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "canary.ttl"
        self.path.write_text("<x:canary> <x:sings> 'the canary sings' .\n")
        system = ctypes.CDLL(None, use_errno=True)
        self._events: int = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._events >= 0
        assert system.inotify_add_watch(self._events, os.fsencode(folder), _EVERY_EVENT) >= 0

    def __enter__(self) -> CanaryFile:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._events)

    @property
    def visits(self) -> int:
        """How many bytes of news there are since it was last asked; 0 where nobody came."""
        with suppress(BlockingIOError):
            return len(os.read(self._events, 65536))
        return 0
