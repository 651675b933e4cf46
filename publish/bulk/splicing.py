"""Sorted lines on disk with changes laid over them: they stay as they are, and are read as if what has changed had been written there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from publish.bulk.again import Change
from publish.bulk.folder import out
from publish.bulk.index import STRIDE, Index

_PIECE = 1 << 18
"""How many bytes are copied at once: more than that are slower, for they leave the cache of the processor on the way."""


@dataclass(frozen=True, slots=True)
class _Spliced(Index):
    """Lines in parts, each from one of *starts*: a line that is new, or what begins at a place in *old* lines."""

    old: Index
    starts: Sequence[int]
    parts: Sequence[bytes | int]

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from *start* to *end*."""
        content = []
        end = min(end, self.size)
        number = bisect_right(self.starts, start) - 1
        while start < end:
            beyond = min(end, self.starts[number + 1] if number + 1 < len(self.starts) else self.size)
            part, first, last = self.parts[number], start - self.starts[number], beyond - self.starts[number]
            content.append(part[first:last] if isinstance(part, bytes) else self.old.read(part + first, part + last))
            start, number = beyond, number + 1
        return b"".join(content)


def spliced(old: Index, change: Change) -> Index:
    """Return the index of the lines of *old* with what is in *change*. Nothing is written, and places that are remembered move."""
    lines: list[bytes] = []
    places: list[int] = []
    starts: list[int] = []
    parts: list[bytes | int] = []
    size = 0
    for done, place, new in _parts(old, change):
        if place > done:
            starts.append(size)
            parts.append(done)
            first, last = (bisect_left(old.places, end) for end in (done, place))
            lines += old.lines[first:last]
            places += (known + size - done for known in old.places[first:last])
            size += place - done
        if new:
            starts.append(size)
            parts.append(new)
            if not places or size - places[-1] >= STRIDE:
                lines.append(new)
                places.append(size)
            size += len(new)
    found = _Spliced(old.descriptor, size, lines, places, old, starts, parts)
    if size and places[:1] != [0]:
        piece = next(found.pieces(STRIDE))
        lines.insert(0, piece[: piece.index(b"\n") + 1])
        places.insert(0, 0)
    return found


def laid_over(lines: tuple[Index, Index], change: Change) -> tuple[Index, Index]:
    """Return *lines* by subject and turned ones with what is in *change*, as `spliced` does."""
    by_subject, turned = lines
    return spliced(by_subject, change), spliced(turned, change.turned())


def written(index: Index, path: Path, files: ExitStack) -> Index:
    """Return the index of the same lines in the file *path*, to which they are written, and which is open until *files* are closed."""
    file = out(path, files)
    file.writelines(index.read(start, start + _PIECE) for start in range(0, index.size, _PIECE))
    file.flush()
    return Index(file.fileno(), index.size, index.lines, index.places)


def _parts(old: Index, change: Change) -> Iterator[tuple[int, int, bytes]]:
    """Yield where each part of *old* begins and ends that stays, and the line that comes after it, which may be none."""
    changes = sorted([*((line, b"") for line in change.removed), *((line, line) for line in change.added)])
    done = 0
    for line, new in changes:
        place = old.place_of(line)
        yield done, place, new
        done = place if new else place + len(line)
    yield done, old.size, b""
