"""Files compressed with gzip: what they are called, and what is in them, in pieces; never more of it than such a file may hold.

A file may have many members, one behind the other (RFC 1952, 2.2). What is unpacked is let through as it comes: nothing has all of it in memory.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection
from io import BufferedReader, BytesIO, RawIOBase
from os import SEEK_END
from typing import BinaryIO, cast

from publish.errors import Mistake
from publish.paths import whole_name

ENDING = ".gz"
RATIO = 200
"""How many times its own size a file may hold: RDF comes to 10 to 60, and the largest that the format allows is 1,032."""
LEAST = 1 << 20
"""How many bytes any file may hold, however small it is."""
MOST = 64 << 30
"""How many bytes a file may hold, however large it is."""
_PIECE = 1 << 18


class BadGzip(Mistake):
    """A file that is no gzip file, that is cut off, or that holds more than it may: its rule is ``gzip-damaged`` or ``gzip-swells``."""


def plain_name(path: str) -> str:
    """Return *path* without the ending of a compressed file."""
    return path.removesuffix(ENDING)


def standing(path: str, paths: Collection[str]) -> str:
    """Return which of *paths* the content of the file *path* stands in: in itself, else compressed; in itself where it is in neither."""
    return f"{path}{ENDING}" if path not in paths and f"{path}{ENDING}" in paths else path


def standing_in_parts(path: str, paths: Collection[str]) -> list[str]:
    """Return in which of *paths* the content of the file *path* stands, in order: in its parts, where it has any, else as `standing` says."""
    return sorted(one for one in paths if whole_name(one) == f"{path}{ENDING}") or [standing(path, paths)]


def unpacked(content: bytes, name: str) -> BufferedReader:
    """Return a reader of what *content* holds, that of a file called *name*: as it is, but for its ending. Reading raises `BadGzip`."""
    return opened(BytesIO(content), name) if name.endswith(ENDING) else BufferedReader(cast(RawIOBase, BytesIO(content)), _PIECE)


def opened(file: BinaryIO, name: str) -> BufferedReader:
    """Return a reader of what the compressed *file*, called *name*, holds. Reading raises `BadGzip`."""
    return BufferedReader(_Unpacking(file, name), _PIECE)


class _Unpacking(RawIOBase):
    """What a file holds, up to what it may."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__()
        self._size = file.seek(0, SEEK_END)
        file.seek(0)
        self._name = name
        self._left = min(MOST, max(LEAST, RATIO * self._size))
        self._members = gzip.GzipFile(fileobj=file, mode="rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # a buffer is what is given
        if not self._size:
            raise BadGzip("gzip-damaged", file=self._name)  # an empty file has no member, and gzip none without one
        try:
            piece = self._members.read1(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            raise BadGzip("gzip-damaged", file=self._name) from error
        self._left -= len(piece)
        if self._left < 0:
            raise BadGzip("gzip-swells", file=self._name, ratio=RATIO)
        buffer[: len(piece)] = piece
        return len(piece)
