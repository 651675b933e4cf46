"""Write the dumps of data on disk, block by block, side by side; each is one gzip file of many members (`publish.bulk.blocks`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from publish.bulk.blocks import PARTS, blocks, member, packed, pieces, unpacked, written
from publish.bulk.index import Index
from publish.confined import Limits, Note, Stopped
from publish.jsonld import GRAPH_END, SEPARATOR, graph_head
from publish.made import Made
from publish.model import DATA_GRAPHS
from publish.parallel import confined_each
from publish.render import Notation
from publish.turtle import turtle_head

_PIECE = 1 << 20
_LIMITS = Limits(seconds=120.0, memory=2048)
"""For a piece."""


def write_dumps(by_subject: Index, notation: Notation, terms: Sequence[str], folder: Path) -> dict[str, Made]:
    """Write the dumps of all data to *folder* and return them by name; *terms* are the properties and classes of the data.

    Raises `publish.confined.Stopped` where a block is not written, or does not say what it should.
    """
    with ExitStack() as files:
        parts = {name: files.enter_context((folder / name).open("w+b")) for name in PARTS}
        prefixes = _write_blocks(by_subject, notation, parts)
        heads = {
            "ttl": [member(turtle_head(notation.namespaces.declared(prefixes)).encode())],
            "jsonld": [member(graph_head(notation.context.definitions(set(map(notation.context.key, terms)))).encode())],
        }
        made = {f"all.{form}.gz": _made(folder / f"all.{form}.gz", heads.get(form, []), [parts[form]]) for form in ("nt", "ttl", "jsonld")}
        made["all.nq.gz"] = _made(folder / "all.nq.gz", [], [parts[name] for name in sorted(DATA_GRAPHS)])
    for name in PARTS:
        (folder / name).unlink()
    return made


def _write_blocks(by_subject: Index, notation: Notation, parts: Mapping[str, BinaryIO]) -> set[str]:
    """Write each part of all blocks to its file; return the prefixes that their Turtle uses."""
    prefixes: set[str] = set()
    separator = member(SEPARATOR.encode())
    for answer in confined_each((partial(_compute, piece, notation) for piece in pieces(by_subject, _PIECE)), _LIMITS):
        if isinstance(answer, Stopped):
            raise answer
        for block in map(unpacked, answer):
            prefixes |= block.prefixes
            if parts["jsonld"].tell() and block.parts["jsonld"]:
                parts["jsonld"].write(separator)
            for name in PARTS:
                parts[name].write(block.parts[name])
    parts["jsonld"].write(member(GRAPH_END.encode()))
    return prefixes


def _compute(piece: bytes, notation: Notation, _note: Note) -> Iterator[bytes]:
    yield from packed([written(block, notation) for block in blocks(piece)])


def _made(path: Path, heads: Sequence[bytes], bodies: Sequence[BinaryIO]) -> Made:
    """Put a file together, and return it with what was written to it."""
    with path.open("wb") as file:
        hashing = _Hashing(file)
        for head in heads:
            hashing.write(head)
        for body in bodies:
            body.seek(0)
            shutil.copyfileobj(body, hashing, 1 << 20)
        return Made(path, file.tell(), hashing.digest.hexdigest())


class _Hashing:
    """A file that knows the sha256 of what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        return self._file.write(content)
