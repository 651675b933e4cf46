"""RDF of others read in pieces, however much there is: what would kill the parser is refused before it gets there, as `parsing` does."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator
from io import BufferedReader, RawIOBase

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from publish.intake.nesting import DEPTH, Nesting, nesting_fault
from publish.intake.parsing import parse

_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_PIECE = 1 << 20
_LONGEST = 15 << 20
"""How many bytes a line, a text or a comment may have, and the context of a document in JSON-LD; pyoxigraph itself gives up at 16 MiB."""
_GRAPH = b'"@graph": [\n'
_END = b"]\n}\n"


def parse_stream(file: BufferedReader, form: RdfFormat, base: str | None = None) -> Iterator[Quad]:
    """Yield the statements of *file*, which is in the format *form*, its relative IRIs under *base*.

    Raises `SyntaxError` where it is not, and what reading it raises. JSON-LD and RDF/XML are in memory as a whole meanwhile.
    """
    if form == RdfFormat.RDF_XML:
        yield from parse(file.read(), form, base)
        return
    guarded = BufferedReader(_Guarded(file, _Lines() if form in _LINES else _Text()), _PIECE)
    try:
        yield from pyoxigraph.parse(guarded, format=form, base_iri=base)
    except MemoryError as error:
        if "buffer" not in str(error):
            raise
        raise SyntaxError("a word that is too long") from error


def parse_nodes(file: BufferedReader, base: str | None = None) -> Iterator[Quad]:
    """Yield the statements of a graph in JSON-LD as bynet writes it, node by node. Raises `SyntaxError` where it is written in another way.

    A blank node has another name in each piece.
    """
    head = b"".join(_head(file))
    lines: list[bytes] = []
    size, is_begun = 0, False
    for line in file:
        lines.append(line)
        size += len(line)
        if size >= _PIECE and line.endswith(b",\n"):
            yield from _parsed(head, b"".join(lines).removesuffix(b",\n"), base)
            lines, size, is_begun = [], 0, True
        elif size > _LONGEST:
            raise SyntaxError("a node that is too long")
    last = b"".join(lines)
    if not last.endswith(_END) or (is_begun and last == _END):
        raise SyntaxError("not the end of a graph")
    yield from _parsed(head, last.removesuffix(_END).removesuffix(b"\n"), base)


def _head(file: BufferedReader) -> Iterator[bytes]:
    """The lines of a document up to its nodes."""
    size = 0
    for line in iter(lambda: file.readline(_LONGEST), _GRAPH):
        size += len(line)
        if not line or size > _LONGEST:
            raise SyntaxError("no graph")
        yield line
    yield _GRAPH


def _parsed(head: bytes, nodes: bytes, base: str | None) -> Iterator[Quad]:
    return parse(head + nodes + b"\n" + _END, RdfFormat.JSON_LD, base)


class _Guarded(RawIOBase):
    """A file whose pieces are looked at before anybody gets them."""

    def __init__(self, file: BufferedReader, guard: _Lines | _Text) -> None:
        super().__init__()
        self._file = file
        self._guard = guard

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # a buffer is what is given
        piece = self._file.read1(len(buffer))
        self._guard.look(piece)
        buffer[: len(piece)] = piece
        return len(piece)


class _Lines:
    """Looks at lines: only triple terms nest there."""

    def __init__(self) -> None:
        self._begun = b""

    def look(self, piece: bytes) -> None:
        """Look at the next *piece*. Raises `SyntaxError`."""
        whole = self._begun + piece
        end = whole.rfind(b"\n") + 1
        self._begun = whole[end:]
        if len(self._begun) > _LONGEST:
            raise SyntaxError("a line that is too long")
        for line in whole.split(b"\n") if b"<<" in whole else ():
            if line.count(b"<<") > DEPTH and nesting_fault(line.decode(errors="replace")):
                raise SyntaxError("too-deep")


class _Text:
    """Looks at what has no lines."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")
        self._nesting = Nesting()

    def look(self, piece: bytes) -> None:
        """Look at the next *piece*. Raises `SyntaxError`."""
        if self._nesting.goes_too_deep(self._decoder.decode(piece)):
            raise SyntaxError("too-deep")
        if self._nesting.waiting > _LONGEST:
            raise SyntaxError("a text that is too long")
