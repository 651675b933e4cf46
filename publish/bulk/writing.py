"""Write the dumps of data on disk, block by block, side by side; each is one gzip file of many members (`publish.bulk.blocks`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from publish.bulk import pack
from publish.bulk.blocks import PARTS, blocks, member, packed, pieces, unpacked, written
from publish.bulk.folder import out
from publish.bulk.held import Held
from publish.bulk.index import Index
from publish.bulk.pace import Pace
from publish.bulk.pack import Pack, Packed, Part, Span
from publish.bulk.state import new
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
    kept = pack.read(folder, key) if held.before else None
    parts = kept.parts(*held.before) if kept and held.before else [Part((0, held.by_subject.size))]
    shares = [[*_pieces(held.by_subject, part.lines)] for part in parts if part.kept is None]
    answers = confined_all((partial(_compute, held.by_subject.read(*span), notation) for share in shares for span in share), _LIMITS)
    waiting = iter(shares)
    with ExitStack() as files:
        dumps = _Dumps({name: out(new(folder, pack.file_of(name)), files) for name in PARTS})
        for part in parts:
            if part.kept and kept:
                dumps.copy(kept, part.kept)
            for _span in () if part.kept else next(waiting):
                dumps.add(next(answers))
            pace.add((part.lines[1] - part.lines[0]) * triples // max(1, held.by_subject.size))
        pack.write(folder, key, dumps.blocks)
        return dumps.put_together(notation, terms, folder / "made")


class _Dumps:
    """The parts of dumps, each in a file of its own, and what tells of the blocks in them."""

    def __init__(self, outs: Mapping[str, BinaryIO]) -> None:
        self._outs = outs
        self._separator = member(SEPARATOR.encode())
        self.blocks: list[Packed] = []

    def add(self, answer: Iterable[bytes]) -> None:
        """Add the blocks of an *answer* of `_compute`."""
        for piece in answer:
            block = unpacked(piece[_LENGTH:])
            parts = {**block.parts, "jsonld": self._separator + block.parts["jsonld"] if block.parts["jsonld"] else b""}
            for name in PARTS:
                self._outs[name].write(parts[name])
            self.blocks.append(Packed(int.from_bytes(piece[:_LENGTH]), tuple(len(parts[name]) for name in PARTS), block.prefixes))

    def copy(self, old: Pack, numbers: Span) -> None:
        """Add the blocks of *old* that have these *numbers*."""
        for name, (start, end) in old.places(numbers):
            with (old.folder / pack.file_of(name)).open("rb") as file:
                file.seek(start)
                for place in range(start, end, _PIECE):
                    self._outs[name].write(file.read(min(_PIECE, end - place)))
        self.blocks += old.blocks[slice(*numbers)]

    def put_together(self, notation: Notation, terms: Iterable[str], folder: Path) -> dict[str, Made]:
        """Write the dumps to *folder* and return them by name."""
        prefixes = frozenset[str]().union(*{block.prefixes for block in self.blocks})
        turtle = turtle_head(notation.namespaces.declared(prefixes))
        json_ld = graph_head(notation.context.definitions(set(map(notation.context.key, terms))))
        contents = {
            "nt": self._content("nt"),
            "ttl": chain([member(turtle.encode())], self._content("ttl")),
            "jsonld": chain([member(json_ld.encode())], self._content("jsonld", len(self._separator)), [member(GRAPH_END.encode())]),
            "nq": chain.from_iterable(map(self._content, sorted(DATA_GRAPHS))),
        }
        return {f"all.{form}.gz": _made(folder / f"all.{form}.gz", content) for form, content in contents.items()}

    def _content(self, name: str, start: int = 0) -> Iterator[bytes]:
        self._outs[name].seek(start)
        yield from iter(partial(self._outs[name].read, _PIECE), b"")


def _compute(lines: bytes, notation: Notation, _note: Note) -> Iterator[bytes]:
    listed = [*blocks(lines)]
    for block, content in zip(listed, packed([written(block, notation) for block in listed]), strict=True):
        yield len(block).to_bytes(_LENGTH) + content


def _made(path: Path, content: Iterable[bytes]) -> Made:
    """Write a file, and return it with what was written to it."""
    size, digest = 0, sha256()
    with ExitStack() as files:
        file = out(path, files)
        for piece in content:
            digest.update(piece)
            size += file.write(piece)
    return Made(path, size, digest.hexdigest())


def _pieces(by_subject: Index, lines: Span) -> Iterator[Span]:
    """Where pieces are that part no block."""
    start = lines[0]
    for piece in pieces(by_subject, _PIECE, *lines):
        yield start, start + len(piece)
        start += len(piece)
