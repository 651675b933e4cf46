"""Sorted lines on disk with what has changed in them: what lies between two changes is copied as it is, and places that are remembered move with it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from publish.bulk.again import Change
from publish.bulk.folder import out
from publish.bulk.index import STRIDE, Index

_PIECE = 1 << 18
"""How many bytes are copied at once: more than that are slower, for they leave the cache of the processor on the way."""


def spliced(old: Index, change: Change, path: Path, files: ExitStack) -> Index:
    """Return the index of the lines of *old* with what is in *change*; they are written to the file *path*, which is open until *files* are closed."""
    file = out(path, files)
    lines: list[bytes] = []
    places: list[int] = []
    for done, place, new in _parts(old, change):
        shift = file.tell() - done
        for start in range(done, place, _PIECE):
            file.write(old.read(start, min(place, start + _PIECE)))
        first, last = (bisect_left(old.places, end) for end in (done, place))
        lines += old.lines[first:last]
        places += (known + shift for known in old.places[first:last])
        if new:
            if not places or file.tell() - places[-1] >= STRIDE:
                lines.append(new)
                places.append(file.tell())
            file.write(new)
    size = file.tell()
    if size and places[:1] != [0]:
        file.seek(0)
        lines.insert(0, file.readline())
        places.insert(0, 0)
    file.flush()
    return Index(file.fileno(), size, lines, places)


def _parts(old: Index, change: Change) -> Iterator[tuple[int, int, bytes]]:
    """Yield where each part of *old* begins and ends that stays, and the line that comes after it, which may be none."""
    changes = sorted([*((line, b"") for line in change.removed), *((line, line) for line in change.added)])
    done = 0
    for line, new in changes:
        place = old.place_of(line)
        yield done, place, new
        done = place if new else place + len(line)
    yield done, old.size, b""
