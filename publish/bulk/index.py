"""Sorted lines in a file: merged from runs, gone through in pieces, and looked up by what they begin with."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

STRIDE = 8192
"""How many bytes lie between two places that are remembered: a lookup reads so many."""
_NEAR = 512
"""How many bytes of lines are gone through line by line."""
_MERGED = 16 << 20
"""How many bytes of all runs together are in memory while they are merged, more or less."""


@dataclass(frozen=True, slots=True)
class Index:
    """Sorted lines in an open file: its descriptor, its size, and a line about every `STRIDE` bytes, with its place."""

    descriptor: int
    size: int
    lines: Sequence[bytes]
    places: Sequence[int]

    def matching(self, start: bytes) -> bytes:
        """Return all lines that begin with *start*."""
        first = max(0, bisect_left(self.lines, start) - 1)
        beyond = bisect_right(self.lines, start + b"\xff")
        if not beyond:
            return b""
        content = self.read(self.places[first], self.places[beyond] if beyond < len(self.places) else self.size)
        begin = place_in(content, start)
        if not content.startswith(start, begin):
            return b""
        return content[begin : content.index(b"\n", max(begin, content.rfind(b"\n" + start, begin) + 1)) + 1]

    def place_of(self, line: bytes) -> int:
        """Return where *line* is, or would be."""
        if not self.places:
            return 0
        first = max(0, bisect_left(self.lines, line) - 1)
        end = self.places[first + 1] if first + 1 < len(self.places) else self.size
        return self.places[first] + place_in(self.read(self.places[first], end), line)

    def shares(self, size: int) -> list[tuple[int, int]]:
        """Return the ends of shares of about *size* bytes, which are all there is; lines with the same first field are in one share."""
        ends = sorted({0, *(self._group_after(place) for place in range(size, self.size, size)), self.size})
        return [*pairwise(ends)]

    def pieces(self, size: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the lines from *start* to *end* in order, in pieces of at least *size* bytes; lines with the same first field are in one piece."""
        rest = b""
        end = self.size if end is None else end
        for place in range(start, end, size):
            rest += self.read(place, min(end, place + size))
            if cut := _last_group(rest):
                yield rest[:cut]
                rest = rest[cut:]
        if rest:
            yield rest

    def _group_after(self, place: int) -> int:
        """Where the first group of lines begins that begins after *place*."""
        start = self.places[min(bisect_left(self.places, place), len(self.places) - 1)]
        for piece in self.pieces(STRIDE, start):
            if piece:
                return start + len(piece)
        return self.size

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from *start* to *end*; the system may hand them out in parts."""
        content = os.pread(self.descriptor, end - start, start)
        while len(content) < end - start and (more := os.pread(self.descriptor, end - start - len(content), start + len(content))):
            content += more
        return content


def place_in(lines: bytes, start: bytes, most: int | None = None) -> int:
    """Return where the first of sorted *lines* begins that does not come before *start*, which may be the beginning of a line.

    That is known to be at *most* there, if anything is known.
    """
    end = len(lines) if most is None else most
    low, high = 0, end
    while high - low > _NEAR and (middle := lines.rfind(b"\n", low, (low + high) // 2) + 1) > low:
        if lines[middle : middle + len(start)] < start:
            low = middle
        else:
            high = middle
    while low < end and lines[low : low + len(start)] < start:
        low = lines.index(b"\n", low) + 1
    return low


def _last_group(content: bytes) -> int:
    """Where the lines begin that have the same first field as the last whole line of *content*: more of them may follow."""
    end = content.rfind(b"\n")
    last = content.rfind(b"\n", 0, max(end, 0)) + 1
    field = content[last : content.index(b"\t", last) + 1] if last else b""
    return place_in(content, field, last) if field else 0


def opened(path: Path, files: ExitStack) -> Index:
    """Return the index of the sorted lines in the file *path*, open until *files* are closed."""
    file = files.enter_context(path.open("rb"))
    lines, places = [], []
    start = 0
    while line := file.readline():
        lines.append(line)
        places.append(start)
        file.seek(start + STRIDE)
        file.readline()
        start = file.tell()
    return Index(file.fileno(), file.seek(0, os.SEEK_END), lines, places)


def merged(runs: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of sorted files in one order, each once, in pieces.

    The lines that indexes remember tell where to cut, so that each piece has some lines of every file. One file is open at a time.
    """
    waiting = [_Waiting(run) for run in runs]
    known = sorted(line for run in waiting for line in run.index.lines)
    step = max(1, _MERGED // STRIDE)
    for cut in (*known[step::step], None):
        for group in _overlapping(piece for run in waiting if (piece := run.until(cut))):
            lines = b"".join(group).splitlines(keepends=True) if len(group) > 1 else group
            lines.sort()  # which finds the runs in it
            yield b"".join(dict.fromkeys(lines))


def _overlapping(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Group pieces so that all lines of a group come before all lines of the next."""
    group: list[bytes] = []
    highest = b""
    for piece in sorted(pieces):
        if group and piece[: piece.index(b"\n") + 1] > highest:
            yield group
            group, highest = [], b""
        group.append(piece)
        highest = max(highest, piece[piece.rfind(b"\n", 0, -1) + 1 :])
    if group:
        yield group


class _Waiting:
    """Lines of a sorted file that wait to be merged."""

    def __init__(self, path: Path) -> None:
        self._path, self._place = path, 0
        with ExitStack() as files:
            self.index = opened(path, files)

    def until(self, cut: bytes | None) -> bytes:
        """Take the lines before *cut*, or all."""
        if self._place == self.index.size or (cut is not None and cut <= self.index.lines[0]):
            return b""
        with self._path.open("rb") as file:
            index = replace(self.index, descriptor=file.fileno())
            start, self._place = self._place, index.size if cut is None else index.place_of(cut)
            return index.read(start, self._place)
