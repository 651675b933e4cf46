"""Blocks as they were written, kept one after the other in a file: those that did not change are not written again."""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from itertools import accumulate, pairwise
from pathlib import Path

from publish.bulk.again import Change
from publish.bulk.folder import put
from publish.bulk.index import Index
from publish.render import Notation

Span = tuple[int, int]
"""Where something begins and ends."""


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks that follow one another: where their lines are; of blocks that did not change, how long the lines of each are, and where it is in the pack."""

    lines: Span
    kept: tuple[tuple[int, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """Packed blocks in a file, and how long each of them is: its lines, and itself."""

    path: Path
    lengths: Sequence[Span]

    @property
    def starts(self) -> list[Span]:
        """Where each block begins, among all lines and in the file; at last where all end."""
        lines, packed = zip(*self.lengths, strict=True) if self.lengths else ((), ())
        return [*zip(accumulate(lines, initial=0), accumulate(packed, initial=0), strict=True)]

    def parts(self, old: Index, changed: Change) -> list[Part]:
        """Return the new lines in parts: of *old* lines, of which the blocks are, and with what has *changed*.

        A block is written anew where a line in it has changed, and so is the one before: a subject that begins a block may have gone, and
        another one may have come.
        """
        starts = self.starts
        places = sorted([*((old.place_of(line), -len(line)) for line in changed.removed), *((old.place_of(line), len(line)) for line in changed.added)])
        firsts = [start for start, _packed in starts[:-1]]
        blocks = {bisect_right(firsts, place) - 1 for place, _length in places}
        touched = blocks | {max(0, block - 1) for block in blocks}
        parts: list[Part] = []
        shift, waiting = 0, iter([*places, (old.size + 1, 0)])
        place, length = next(waiting)
        for number, ((start, packed), (end, packed_end)) in enumerate(pairwise(starts)):
            begin = start + shift
            is_last = number == len(self.lengths) - 1
            while place < end or (is_last and place <= end):
                shift += length
                place, length = next(waiting)
            parts.append(Part((begin, end + shift), () if number in touched else ((end - start, (packed, packed_end)),)))
        return [*_joined(parts)]


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Join parts of one kind that follow one another."""
    waiting: Part | None = None
    for part in parts:
        if waiting is not None and bool(waiting.kept) == bool(part.kept):
            waiting = Part((waiting.lines[0], part.lines[1]), (*waiting.kept, *part.kept))
        else:
            if waiting is not None:
                yield waiting
            waiting = part
    if waiting is not None:
        yield waiting


def key_of(notation: Notation) -> str:
    """Return what stands for a notation and for what writes in it: blocks that were written otherwise are of no use."""
    said = [version("bynet"), zlib.ZLIB_RUNTIME_VERSION, notation.base, dict(notation.namespaces.prefixes), notation.context.whole()]
    return sha256(json.dumps(said).encode()).hexdigest()


def read(folder: Path, key: str) -> Pack | None:
    """Return the pack that is kept in *folder*, of blocks in the notation with *key*."""
    try:
        said = json.loads((folder / "blocks.json").read_bytes())
        return Pack(folder / "blocks", [(lines, packed) for lines, packed in said["lengths"]]) if said["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(folder: Path, key: str, lengths: Sequence[Span]) -> None:
    """Write beside the new pack what tells how long its blocks are."""
    put(folder / "blocks.json.new", json.dumps({"key": key, "lengths": lengths}).encode())
