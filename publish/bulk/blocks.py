"""Part sorted lines into blocks, where what they say tells, so that an edit changes few of them; and write a block in every format.

A subject whose CRC-32 is a multiple of `SUBJECTS` begins a block. Each block is a gzip member of its own (RFC 1952, section 2.2): files
that are made of them are read as one by whatever reads gzip, and a block that did not change is copied as it is.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.bulk.index import Index
from publish.bulk.lines import DERIVED, STATED, n_triples, of_data, of_graph
from publish.jsonld import GRAPH_END, SEPARATOR, NodeWriter, graph_head
from publish.model import DATA_GRAPHS
from publish.render import Notation
from publish.turtle import Namespaces, arrange, turtle_head, write_block

SUBJECTS = 64
"""Of how many subjects, more or less, one begins a block: one whose CRC-32 is a multiple of it."""
_LARGEST = 8 << 20
"""How many bytes of lines may stand in a block."""
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # no name, no time, no system: the same bytes everywhere
_LEVEL = 5  # of 1 to 9: takes a quarter less time than 6, for files that are 4 % longer
PARTS = ("nt", "ttl", "jsonld", *DATA_GRAPHS)
"""What a block is written as: three formats of all data, and the N-Quads of each graph."""
_TAGS = dict(zip(DATA_GRAPHS, (STATED, DERIVED), strict=True))


class Unlike(Exception):
    """A block that does not say in some format what its lines say: a fault of bynet."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it is written: its parts as gzip members, by the names of `PARTS`, and the prefixes that its Turtle uses."""

    parts: Mapping[str, bytes]
    prefixes: frozenset[str]


def pieces(index: Index, size: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield the lines of *index* from *start* to *end*, where a block begins, in order, in pieces of at least *size* bytes that part no block."""
    rest = b""
    for piece in index.pieces(size, start, end):
        rest += piece
        if cut := _last_start(rest):
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LARGEST:
            yield rest
            rest = b""
    if rest:
        yield rest


def blocks(piece: bytes) -> Iterator[bytes]:
    """Yield the blocks in a piece."""
    block: list[bytes] = []
    for subject, lines in groupby(piece.splitlines(keepends=True), key=_subject):
        if block and _starts(subject):
            yield b"".join(block)
            block = []
        block += lines
    yield b"".join(block)


@dataclass(frozen=True, slots=True)
class Text:
    """What a block says: its parts by the names of `PARTS`, and the prefixes that its Turtle uses."""

    parts: Mapping[str, bytes]
    prefixes: frozenset[str]


def written(lines: bytes, notation: Notation) -> Block:
    """Return a block of tagged *lines* as it is written. Raises `Unlike` where it does not say the same in every format."""
    text = text_of(lines, notation)
    return Block({name: member(content) if content else b"" for name, content in text.parts.items()}, text.prefixes)


def text_of(lines: bytes, notation: Notation) -> Text:
    """Return what a block of tagged *lines* says. Raises `Unlike` as `written` does."""
    data = of_data(lines)
    said = n_triples(data)
    names, writer = Namespaces(notation.namespaces.prefixes), NodeWriter(notation.context)
    told = {subject: arrange(about, names) for subject, about in _told(data).items()}
    turtle = "".join([f"\n{write_block(subject, about, names)}" for subject, about in told.items()]).encode()
    nodes = SEPARATOR.join([writer.line(subject, about) for subject, about in told.items()]).encode()
    statements, prefixes = {*said.splitlines()}, names.written()
    _prove(statements, turtle_head(names.declared(prefixes)).encode() + turtle, RdfFormat.TURTLE)
    _prove(statements, graph_head(notation.context.definitions(writer.keys)).encode() + nodes + GRAPH_END.encode(), RdfFormat.JSON_LD)
    parts = {"nt": said, "ttl": turtle, "jsonld": nodes}
    parts |= {name: n_quads(graph, notation.base + name) for name, graph in _graphs(lines, said).items()}
    return Text(parts, frozenset(prefixes))


def n_quads(said: bytes, graph: str) -> bytes:
    """Return the N-Triples *said* as N-Quads of the graph called *graph*."""
    return (b" <%s> .\n" % graph.encode()).join(said.split(b" .\n"))


def member(content: bytes) -> bytes:
    """Return *content* as a gzip member."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _HEADER + packer.compress(content) + packer.flush() + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def packed(listed: list[Block]) -> Iterator[bytes]:
    """Yield blocks as they go through a pipe."""
    for block in listed:
        lengths = {name: len(block.parts[name]) for name in PARTS}
        yield json.dumps([lengths, sorted(block.prefixes)]).encode() + b"\n" + b"".join(block.parts[name] for name in PARTS)


def unpacked(piece: bytes) -> Block:
    """Return the block that went through a pipe as *piece*."""
    head, _, rest = piece.partition(b"\n")
    lengths, prefixes = json.loads(head)
    parts = {}
    for name in PARTS:
        parts[name], rest = rest[: lengths[name]], rest[lengths[name] :]
    return Block(parts, frozenset(prefixes))


def _told(lines: bytes) -> dict[str, dict[str, list[str]]]:
    """What *lines* without tags tell of each subject."""
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in lines.decode().split("\n")[:-1]:
        subject, predicate, value = line.split("\t")
        told[subject][predicate].append(value)
    return told


def _graphs(lines: bytes, said: bytes) -> dict[str, bytes]:
    """The N-Triples of each graph of the data in tagged *lines*, which have *said* as the N-Triples of both; most blocks have one graph."""
    tags = [tag for tag in _TAGS.values() if b"\t" + tag + b"\n" in lines]
    return {name: b"" if tag not in tags else said if len(tags) == 1 else n_triples(of_graph(lines, tag)) for name, tag in _TAGS.items()}


def _prove(said: set[bytes], document: bytes, form: RdfFormat) -> None:
    """Raise `Unlike` where *document* does not say what is *said*, line by line, in N-Triples."""
    found = pyoxigraph.serialize(pyoxigraph.parse(document, format=form), format=RdfFormat.N_QUADS) or b""  # where a named graph would show
    if {*found.splitlines()} != said:
        raise Unlike(form.name)


def _starts(subject: bytes) -> bool:
    return zlib.crc32(subject) % SUBJECTS == 0


def _subject(line: bytes) -> bytes:
    return line[: line.index(b"\t")]


def _last_start(lines: bytes) -> int:
    """Where the last block begins that begins in *lines*, but not with them; 0 where none does."""
    end = len(lines)
    while end:
        start = lines.rfind(b"\n", 0, end - 1) + 1
        subject = lines[start : lines.index(b"\t", start)]
        if _starts(subject):
            return 0 if lines.startswith(subject + b"\t") else lines.index(b"\n" + subject + b"\t") + 1
        end = start
    return 0
