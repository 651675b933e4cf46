"""A site in a folder that anybody may have copied, or changed: its plain files, and nothing that leads elsewhere or never ends."""

from __future__ import annotations

import os
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG
from typing import NoReturn

_PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # opening a pipe would wait for a writer


class NotPlain(Exception):
    """What stands in the place of a file is a link, a pipe, a device or nothing."""


def files_in(folder: Path) -> frozenset[str]:
    """Return the paths of everything in *folder* that is no folder itself; no link is followed."""
    found: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=_raise):
        links = (name for name in folders if (Path(place) / name).is_symlink())
        found.update((Path(place) / name).relative_to(folder).as_posix() for name in (*names, *links))
    return frozenset(found)


def _raise(error: OSError) -> NoReturn:
    """A folder that can't be looked into may hide anything."""
    raise error


def beginning(folder: Path, path: str, most: int) -> bytes:
    """Return the first *most* bytes of a file. Raises `NotPlain`."""
    with _opened(folder, path) as file:
        return file.read(most)


def content_of(folder: Path, path: str, digest: str) -> bytes | None:
    """Return the content of the file whose sha256 (hexadecimal) is *digest*, None where it is another; that one is not held in memory. Raises `NotPlain`."""
    with _opened(folder, path) as file:
        if file_digest(file, "sha256").hexdigest() != digest:
            return None
        file.seek(0)
        return file.read()


def _opened(folder: Path, path: str) -> BufferedReader:
    file = folder / path
    if not os.path.lexists(file) or not S_ISREG(file.lstat().st_mode) or not file.resolve().is_relative_to(folder.resolve()):
        raise NotPlain(path)
    descriptor = os.open(file, _PLAIN)
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotPlain(path)
    return os.fdopen(descriptor, "rb")
