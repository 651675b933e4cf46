"""Write the dumps of all shards, and prove that what lies there then is what was to be written.

Each shard is written as blocks, as on one machine (`publish.bulk.blocks`): what its files of N-Triples hold is, one after the other, to the
byte what it is there. A file of Turtle or JSON-LD is a whole document for itself. Spark's own committer sees to it that a task
that is done twice leaves one file.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

import pyarrow as pa
import pyoxigraph
from pyoxigraph import RdfFormat
from pyspark.sql import DataFrame, SparkSession

from publish.bulk.blocks import Text, blocks, text_of
from publish.errors import Mistake
from publish.jsonld import GRAPH_END, SEPARATOR, graph_head
from publish.model import DATA_GRAPHS
from publish.paths import part_path
from publish.render import Notation
from publish.spark.desk import Desk
from publish.spark.folders import Folders
from publish.spark.rows import Row, batches_of, line_of, rows_in, table_of
from publish.turtle import turtle_head

_WRITTEN = "form string, shard int, number int, text string"
_WRITTEN_AT = re.compile(r"form=(?P<form>\w+)/shard=(?P<shard>\d+)/[^/]+\.gz")
_PROVED = "path string, size long, sha256 string, statements long"
_BEHIND = 1 << 30
"""More than there are blocks in a shard: the quads of one graph come behind those of the other."""
_FORMS = {"nt": RdfFormat.N_TRIPLES, "ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "nq": RdfFormat.N_QUADS}


@dataclass(frozen=True, slots=True)
class Dump:
    """A file of a dump: its name, its size in bytes, its sha256 (hexadecimal)."""

    name: str
    size: int
    sha256: str


def write_shards(ordered: DataFrame, notation: Notation, keys: frozenset[str], desk: Desk) -> str:
    """Write the dumps of *ordered* lines, with a JSON-LD context of *keys*; return the folder in which they lie, a URI."""
    shared = ordered.sparkSession.sparkContext.broadcast((notation, keys))
    written = ordered.groupBy("shard").applyInArrow(lambda table: _written(table, *shared.value), _WRITTEN)
    place = f"{desk.folder}/written"
    in_order = written.sortWithinPartitions("form", "shard", "number").select("form", "shard", "text")
    in_order.write.partitionBy("form", "shard").option("compression", "gzip").text(place)
    return place


def _written(table: pa.Table, notation: Notation, keys: frozenset[str]) -> pa.Table:
    """A shard in each form, a row a block; those with the number 0 are heads, which are known last."""
    rows = sorted(rows_in(table.to_batches()))
    shard = rows[0][0]
    lines = b"".join(line_of(row[1:]) + b"\n" for row in rows)
    return table_of(((form, shard, number, text) for form, number, text in _texts(lines, notation, keys)), _WRITTEN)


def _texts(lines: bytes, notation: Notation, keys: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    prefixes: set[str] = set()
    waiting, number = "", 0
    for number, text in enumerate((text_of(block, notation) for block in blocks(lines)), 1):
        prefixes |= text.prefixes
        yield from _of_lines(text, number)
        if nodes := text.parts["jsonld"].decode():
            if waiting:
                yield "jsonld", number - 1, waiting + SEPARATOR.removesuffix("\n")
            waiting = nodes
    if waiting:
        yield "ttl", 0, turtle_head(notation.namespaces.declared(prefixes)).removesuffix("\n")
        yield "jsonld", 0, graph_head(notation.context.definitions(keys)).removesuffix("\n")
        yield "jsonld", number, waiting
        yield "jsonld", number + 1, GRAPH_END.strip("\n")


def _of_lines(text: Text, number: int) -> Iterator[tuple[str, int, str]]:
    parts = {("nt", 0): "nt", ("ttl", 0): "ttl"} | {("nq", place): name for place, name in enumerate(sorted(DATA_GRAPHS))}
    for (form, place), name in parts.items():
        if content := text.parts[name].decode():
            yield form, place * _BEHIND + number, content.removesuffix("\n")


def named(folders: Folders, place: str, target: str) -> None:
    """Give the files at *place* the names that they are published by in the site *target*."""
    folders.make(f"{target}/{part_path(0, 'nt').rpartition('/')[0]}")
    for path in sorted(folders.files(place)):
        if match := _WRITTEN_AT.match(path):
            folders.move(f"{place}/{path}", f"{target}/{part_path(int(match['shard']), match['form'])}")


def proved(session: SparkSession, target: str, triples: int) -> list[Dump]:
    """Return the dumps that lie in the site *target*, read again. Raises `Mistake` where they do not say so many *triples* in each form."""
    files = session.read.format("binaryFile").load(f"{target}/download/all.*.gz").select("path", "content")
    rows = files.mapInArrow(_proved, _PROVED).collect()
    counts = dict.fromkeys(_FORMS, 0)
    for row in rows:
        counts[row.path.split(".")[-2]] += row.statements
    if {*counts.values()} != {triples}:
        raise Mistake("unwritten", words=", ".join(f"{form}: {count}" for form, count in counts.items()))
    return [Dump(row.path.rpartition("/")[2], row.size, row.sha256) for row in sorted(rows)]


def _proved(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return batches_of(map(_proof, rows_in(batches)), _PROVED)


def _proof(row: Row) -> Row:
    path, content = row
    form = _FORMS[path.split(".")[-2]]
    statements = sum(1 for _quad in pyoxigraph.parse(gzip.decompress(content), format=form))
    return path, len(content), sha256(content).hexdigest(), statements
