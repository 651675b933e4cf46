"""Write the dumps of data on disk, block by block, side by side; each is one gzip file of many members (`publish.bulk.blocks`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from publish.bulk import pack
from publish.bulk.blocks import PARTS, blocks, member, packed, pieces, unpacked, written
from publish.bulk.folder import drop, out
from publish.bulk.held import Held
from publish.bulk.index import Index
from publish.bulk.pace import Pace
from publish.bulk.pack import Part, Span
from publish.bulk.work import Work
from publish.confined import Limits, Note
from publish.jsonld import GRAPH_END, SEPARATOR, graph_head
from publish.made import Made
from publish.model import DATA_GRAPHS
from publish.parallel import confined_all
from publish.render import Notation
from publish.turtle import turtle_head

_PIECE = 1 << 20
_LENGTH = 8
_LIMITS = Limits(seconds=120.0, memory=2048)
"""For a piece."""


def write_dumps(held: Held, notation: Notation, terms: Iterable[str], work: Work) -> dict[str, Made]:
    """Write the dumps of all data to the folder ``made`` of *work* and return them by name; *terms* are the properties and classes of the data.

    What is kept there of blocks that did not change is used again. Raises `publish.confined.Stopped` where a block is not written, or
    does not say what it should.
    """
    key, folder = pack.key_of(notation), work.folder
    pace, triples = Pace(work.progress, "writing-data"), held.looked.numbers.triples
    kept = pack.read(folder, key)
    parts = kept.parts(*held.before) if kept and held.before else [Part((0, held.by_subject.size))]
    made = folder / "made"
    with ExitStack() as files:
        outs = {name: out(made / name, files) for name in PARTS}
        new = out(folder / "blocks.new", files)
        old = files.enter_context(kept.path.open("rb")) if kept else None
        dumps = _Dumps(outs, new)
        for content in _packed(held.by_subject, parts, notation, old):
            dumps.add(*content)
            pace.add(content[0] * triples // held.by_subject.size)
        pack.write(folder, key, dumps.lengths)
        dumped = _put_together(outs, notation, dumps.prefixes, terms, made)
    for name in PARTS:
        drop(made / name)
    return dumped


class _Dumps:
    """The parts of dumps, each in a file of its own, and the pack of all blocks."""

    def __init__(self, outs: Mapping[str, BinaryIO], new: BinaryIO) -> None:
        self._outs, self._new = outs, new
        self._separator = member(SEPARATOR.encode())
        self.prefixes: set[str] = set()
        self.lengths: list[Span] = []

    def add(self, lines: int, content: bytes) -> None:
        """Add a packed block of so many bytes of *lines*."""
        block = unpacked(content)
        self.prefixes |= block.prefixes
        self.lengths.append((lines, len(content)))
        self._new.write(content)
        if block.parts["jsonld"] and self._outs["jsonld"].tell():
            self._outs["jsonld"].write(self._separator)
        for name in PARTS:
            self._outs[name].write(block.parts[name])


def _packed(by_subject: Index, parts: Sequence[Part], notation: Notation, old: BinaryIO | None) -> Iterator[tuple[int, bytes]]:
    """Yield each block: how many bytes its lines have, and the block as it is packed."""
    new = [part for part in parts if not part.kept]
    shares = [[*_pieces(by_subject, part.lines)] for part in new]
    answers = confined_all((partial(_compute, by_subject.read(*span), notation) for share in shares for span in share), _LIMITS)
    waiting = iter(shares)
    for part in parts:
        if part.kept and old is not None:
            yield from _again(part, old)
            continue
        for _span in next(waiting):
            yield from ((int.from_bytes(piece[:_LENGTH]), piece[_LENGTH:]) for piece in next(answers))


def _again(part: Part, old: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for lines, (start, end) in part.kept:
        old.seek(start)
        yield lines, old.read(end - start)


def _compute(lines: bytes, notation: Notation, _note: Note) -> Iterator[bytes]:
    listed = [*blocks(lines)]
    for block, content in zip(listed, packed([written(block, notation) for block in listed]), strict=True):
        yield len(block).to_bytes(_LENGTH) + content


def _put_together(outs: Mapping[str, BinaryIO], notation: Notation, prefixes: set[str], terms: Iterable[str], folder: Path) -> dict[str, Made]:
    outs["jsonld"].write(member(GRAPH_END.encode()))
    heads = {
        "ttl": [member(turtle_head(notation.namespaces.declared(prefixes)).encode())],
        "jsonld": [member(graph_head(notation.context.definitions(set(map(notation.context.key, terms)))).encode())],
    }
    bodies = {"nt": ["nt"], "ttl": ["ttl"], "jsonld": ["jsonld"], "nq": sorted(DATA_GRAPHS)}
    return {f"all.{form}.gz": _made(folder / f"all.{form}.gz", heads.get(form, []), [outs[name] for name in names]) for form, names in bodies.items()}


def _made(path: Path, heads: Sequence[bytes], bodies: Sequence[BinaryIO]) -> Made:
    """Put a file together, and return it with what was written to it."""
    with ExitStack() as files:
        file = out(path, files)
        hashing = _Hashing(file)
        for head in heads:
            hashing.write(head)
        for body in bodies:
            body.seek(0)
            shutil.copyfileobj(body, hashing, _PIECE)
        return Made(path, file.tell(), hashing.digest.hexdigest())


class _Hashing:
    """A file that knows the sha256 of what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        return self._file.write(content)


def _pieces(by_subject: Index, lines: Span) -> Iterator[Span]:
    """Where pieces are that part no block."""
    start = lines[0]
    for piece in pieces(by_subject, _PIECE, *lines):
        yield start, start + len(piece)
        start += len(piece)
