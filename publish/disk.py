"""What Python's own library does not ask of a file system: all that was written is on the disk, and two folders change places in one step.

An error of either is raised, never passed over: a disk that could not keep what it was given says so here, once.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_CURRENT_FOLDER = -100  # AT_FDCWD of fcntl.h
_EXCHANGE = 2  # RENAME_EXCHANGE of linux/fs.h
_PIECE = 1 << 20
_READING = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}  # how a system or a file system says that it does not know the call


def sync_all(folder: Path, parent: int) -> None:
    """Have all of *folder* on its disk, and the folders that it stands in; *parent* is the descriptor of the one around it.

    Linux: syncfs(2), which since Linux 5.8 also tells of errors since *parent* was opened. Elsewhere each file by itself.
    """
    sync = _of_library("syncfs")
    if sync is None or not _done(sync(parent), folder):
        _sync_each(folder)


def sync_folder(folder: int) -> None:
    """Have the names in the folder with that descriptor on its disk."""
    os.fsync(folder)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two paths in one step (Linux: renameat2); say whether the system knows how to."""
    swap = _of_library("renameat2")
    return swap is not None and _done(swap(_CURRENT_FOLDER, os.fsencode(one), _CURRENT_FOLDER, os.fsencode(other), _EXCHANGE), one)


def fetch(paths: Iterable[Path]) -> None:
    """Have files that were synced read from the disk by whoever reads them next, where the system can forget what it remembers of them.

    The disk is asked for all of them before anybody waits for one.
    """
    for path in paths if hasattr(os, "posix_fadvise") else ():
        descriptor = os.open(path, _READING)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(descriptor)


def read(path: Path) -> bytes:
    """Return the content of a file, which is no link."""
    return b"".join(_pieces(path))


def digest(path: Path) -> str:
    """Return the sha256 (hexadecimal) of what `read` returns, which is never in memory as a whole."""
    hashed = sha256()
    for piece in _pieces(path):
        hashed.update(piece)
    return hashed.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    descriptor = os.open(path, _READING)
    try:
        while piece := os.read(descriptor, _PIECE):
            yield piece
    finally:
        os.close(descriptor)


def _of_library(name: str) -> ctypes._NamedFuncPointer | None:
    """A function of the C library; nothing where it has none of that name."""
    return getattr(ctypes.CDLL(None, use_errno=True), name, None)


def _done(result: int, path: Path) -> bool:
    """Whether a call was carried out, from what it returned; not where the system does not know it. Raises `OSError` where it failed."""
    number = ctypes.get_errno() if result else 0
    if number and number not in _UNKNOWN:
        raise OSError(number, os.strerror(number), str(path))
    return not number


def _sync_each(folder: Path) -> None:
    """Have each file and folder of *folder* on the disk, and each folder around it in its file system, as far as this process may read it."""
    for inside, _folders, names in os.walk(folder, topdown=False):
        for path in (*(Path(inside, name) for name in names), Path(inside)):
            _sync_one(path)
    device = folder.stat().st_dev
    for around in folder.parents:
        if around.stat().st_dev != device:
            break
        with suppress(PermissionError):  # then this process has made nothing there
            _sync_one(around)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
