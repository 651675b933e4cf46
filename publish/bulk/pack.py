"""Blocks as they were written, their parts one after the other in files: those that did not change are copied from there."""

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
from typing import NamedTuple

from publish.bulk.again import Change
from publish.bulk.blocks import PARTS
from publish.bulk.folder import put
from publish.bulk.index import Index
from publish.render import Notation

Span = tuple[int, int]
"""Where something begins and ends."""

_LISTED = "blocks.json"


class Packed(NamedTuple):
    """A block as it is kept: how many bytes its lines have, and each of its `PARTS`; the prefixes that its Turtle uses."""

    lines: int
    sizes: tuple[int, ...]
    prefixes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks that follow one another: where their lines are; of blocks that did not change, the first one's number, and the one's that comes after them."""

    lines: Span
    kept: Span | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """Blocks that are kept in *folder*, their parts in a file for each kind."""

    folder: Path
    blocks: Sequence[Packed]

    def places(self, numbers: Span) -> Iterator[tuple[str, Span]]:
        """Yield the name of each part, and where those of the blocks with *numbers* begin and end in its file."""
        first, after = numbers
        for number, name in enumerate(PARTS):
            start = sum(block.sizes[number] for block in self.blocks[:first])
            yield name, (start, start + sum(block.sizes[number] for block in self.blocks[first:after]))

    def parts(self, old: Index, changed: Change) -> list[Part]:
        """Return the new lines in parts: of *old* lines, of which the blocks are, and with what has *changed*.

        A block is written anew where a line in it has changed, and so is the one before: a subject that begins a block may have gone, and
        another one may have come.
        """
        starts = [*accumulate((block.lines for block in self.blocks), initial=0)]
        places = sorted([*((old.place_of(line), -len(line)) for line in changed.removed), *((old.place_of(line), len(line)) for line in changed.added)])
        blocks = {bisect_right(starts[:-1], place) - 1 for place, _length in places}
        touched = blocks | {max(0, block - 1) for block in blocks}
        parts: list[Part] = []
        shift, waiting = 0, iter([*places, (old.size + 1, 0)])
        place, length = next(waiting)
        for number, (start, end) in enumerate(pairwise(starts)):
            begin = start + shift
            is_last = number == len(self.blocks) - 1
            while place < end or (is_last and place <= end):
                shift += length
                place, length = next(waiting)
            parts.append(Part((begin, end + shift), None if number in touched else (number, number + 1)))
        return [*_joined(parts)]


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Join parts of one kind that follow one another."""
    waiting: Part | None = None
    for part in parts:
        if waiting is not None and (waiting.kept is None) == (part.kept is None):
            waiting = Part((waiting.lines[0], part.lines[1]), (waiting.kept[0], part.kept[1]) if waiting.kept and part.kept else None)
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
        said = json.loads((folder / _LISTED).read_bytes())
        prefixes = [frozenset(names) for names in said["prefixes"]]
        return Pack(folder, [Packed(lines, tuple(sizes), prefixes[number]) for lines, sizes, number in said["blocks"]]) if said["key"] == key else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def write(folder: Path, key: str, blocks: Sequence[Packed]) -> None:
    """Write beside the new files of parts what tells of the *blocks* in them."""
    numbers = {prefixes: number for number, prefixes in enumerate(dict.fromkeys(block.prefixes for block in blocks))}
    listed = [(block.lines, block.sizes, numbers[block.prefixes]) for block in blocks]
    put(folder / f"{_LISTED}.new", json.dumps({"key": key, "prefixes": [*map(sorted, numbers)], "blocks": listed}).encode())


def file_of(part: str) -> str:
    """Return the name of the file with the parts of blocks that are called *part*."""
    return f"blocks.{part}"


FILES = (_LISTED, *map(file_of, PARTS))
"""The names of all files of a pack."""
