"""Have a place for one publisher at a time: who comes second is told at once, and a publisher that was killed is in nobody's way.

The lock is that of the system (flock(2)) on a file beside the site, which goes with whoever has it; the file is removed before that.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from publish.errors import Mistake
from publish.stopping import later

_LOCK = ".{}.bynet-lock"


class BeingPublished(Mistake):
    """Another process is publishing to the same folder."""


@contextmanager
def reserved(out: Path) -> Iterator[int]:
    """Have *out* to oneself until the block ends, in folders that are made where they are missing; gives the descriptor of the folder around it.

    Raises `BeingPublished`, and `OSError` where the system does not allow it. Folders that were made for nothing are removed again.
    """
    with ExitStack() as held:
        missing = takewhile(lambda folder: not folder.is_dir(), out.parents)
        for folder in reversed([*missing]):
            held.callback(_remove_empty, folder)
            folder.mkdir(exist_ok=True)
        parent = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        held.callback(os.close, parent)
        with later():
            path = out.parent / _LOCK.format(out.name)
            held.callback(_release, _locked(path, out), path)
        yield parent


def _locked(path: Path, out: Path) -> int:
    """A descriptor of the file *path*, which nobody else has locked."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        with ExitStack() as failing:
            failing.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BeingPublished("being-published", folder=out) from error
            if _is(lock, path):  # else whoever had it has removed it meanwhile
                failing.pop_all()
                return lock


def _release(lock: int, path: Path) -> None:
    with suppress(OSError):
        if _is(lock, path):
            path.unlink()
    os.close(lock)


def _is(lock: int, path: Path) -> bool:
    """Whether *path* is the file whose descriptor is *lock*."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # it holds something
        folder.rmdir()
