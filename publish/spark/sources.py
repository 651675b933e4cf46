"""The data files of a publication, and parts of them as sources, where people are to be told what stands in which line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from publish.errors import Mistake
from publish.intake.files import source_of
from publish.intake.reading import Input, read_all
from publish.model import Project, Source
from publish.read import source_files
from publish.rebase import move_source
from publish.spark.folders import Folders
from publish.spark.gathering import union
from publish.spark.rows import batches_of, rows_in

WHOLE, LINEWISE = (".ttl",), (".nt", ".nq")
"""The endings of the files that are read whole, and line by line."""
SIZE = 32 << 20
"""The bytes that a file may have that is read whole."""
_FOUND = "path string, start long, before int, line binary"


@dataclass(frozen=True, slots=True)
class Given:
    """The data files of a project: their *names*, as people are told, by their paths; where they are, as URIs, by their names; the *folders* around them."""

    names: Mapping[str, str]
    places: Mapping[str, str]
    folders: Sequence[str]

    def name(self, uri: str) -> str:
        """Return the name of the file at *uri*, as Spark writes it; an empty text where it is none of these."""
        return self.names.get(unquote(urlsplit(uri).path), "")


def given_files(root: Path, further: Iterable[str], folders: Folders) -> Given:
    """Return the data files of the project under *root*, and those in *further* places. Raises `Mistake` where one of these holds none."""
    own = {path.resolve(): path.relative_to(root).as_posix() for path in source_files(root)["data"]}
    names = {path.as_posix(): name for path, name in own.items()}
    places = {name: path.as_uri() for path, name in own.items()}
    listed = [(root / "data").resolve().as_uri()]
    for place in further:
        uri = folders.uri(place)
        found = [path for path in folders.files(place) if path.endswith((*WHOLE, *LINEWISE))]
        if not found:
            raise Mistake("no-data-there", place=place, known=", ".join((*WHOLE, *LINEWISE)))
        names |= {f"{urlsplit(uri).path}/{path}": f"{place}/{path}" for path in found}
        places |= {f"{place}/{path}": f"{uri}/{path}" for path in found}
        listed.append(uri)
    return Given(names, places, listed)


def whole_files(session: SparkSession, given: Given) -> DataFrame:
    """Return rows of path, 0, and content, which is nothing where that is too much."""
    reader = session.read.format("binaryFile").option("recursiveFileLookup", "true")
    frames = [reader.option("pathGlobFilter", f"*{suffix}").load(folder) for folder in given.folders for suffix in WHOLE]
    content = F.when(F.col("length") <= SIZE, F.col("content")).alias("content")
    return union([frame.select(F.col("_metadata.file_path").alias("path"), F.lit(0).cast("long").alias("start"), content) for frame in frames])


def line_by_line(session: SparkSession, given: Given) -> DataFrame:
    """Return rows of path, the place of a block in the file, and a line of it; the lines of a block in their order."""
    reader = session.read.option("recursiveFileLookup", "true").option("lineSep", "\n")
    frames = [reader.option("pathGlobFilter", f"*{suffix}").text(folder) for folder in given.folders for suffix in LINEWISE]
    columns = (F.col("_metadata.file_path").alias("path"), F.col("_metadata.file_block_start").alias("start"), F.col("value").cast("binary").alias("content"))
    return union([frame.select(*columns) for frame in frames])


def lines_before(session: SparkSession, given: Given, names: Collection[str]) -> dict[tuple[str, int], int]:
    """Return how many lines stand in the files with *names* before each of their blocks."""
    counts = line_by_line(session, given).groupBy("path", "start").count().collect()
    known = sorted((given.name(row.path), int(row.start), int(row["count"])) for row in counts)
    before: dict[tuple[str, int], int] = {}
    for name, blocks in groupby((block for block in known if block[0] in names), key=itemgetter(0)):
        lines = 0
        for _name, start, count in blocks:
            before[name, start] = lines
            lines += count
    return before


@dataclass(frozen=True, slots=True)
class Sources:
    """Reads files of a project again, as the *frame* has its other sources."""

    session: SparkSession
    frame: Project
    given: Given

    def of(self, names: Iterable[str], nodes: Collection[str]) -> tuple[Source, ...]:
        """Return the files with *names* as sources, that of the data set among them; of those read line by line what is said of *nodes*, as lines have them."""
        wanted = sorted({*names, *(source.file for source in self.frame.sources["data"])})
        inputs = [Input(name, Folders(self.session).read(self.given.places[name]), PurePath(name).suffix) for name in wanted if name.endswith(WHOLE)]
        sources = [source_of(one.file, admitted)[0] for one, admitted in zip(inputs, read_all(inputs), strict=True)]
        sources += self._linewise({name for name in wanted if name.endswith(LINEWISE)}, nodes)
        return tuple(move_source(source, self.frame.own_base, self.frame.base) for source in sorted(sources, key=lambda source: source.file))

    def _linewise(self, names: Collection[str], nodes: Collection[str]) -> Iterator[Source]:
        if not names:
            return
        shared = self.session.sparkContext.broadcast(frozenset(f"{node}>".encode() if node.startswith("<") else node.encode() for node in nodes))
        rows = line_by_line(self.session, self.given).mapInArrow(lambda batches: _about(batches, shared.value), _FOUND).collect()
        before = lines_before(self.session, self.given, names)
        found = sorted((name, before[name, row.start] + row.before + 1, bytes(row.line)) for row in rows if (name := self.given.name(row.path)) in names)
        for name, group in groupby(found, key=itemgetter(0)):
            listed = [*group]
            (admitted,) = read_all([Input(name, b"".join(line + b"\n" for _name, _number, line in listed), PurePath(name).suffix)])
            source, _faults = source_of(name, admitted)
            yield Source(name, source.triples, tuple(listed[line - 1][1] for line in source.lines), {}, "")


def _about(batches: Iterable[pa.RecordBatch], nodes: frozenset[bytes]) -> Iterator[pa.RecordBatch]:
    """The lines whose subject is one of *nodes*, each with the number of lines before in its block."""
    return batches_of(
        (
            (path, start, number, line)
            for (path, start), rows in groupby(rows_in(batches), key=itemgetter(0, 1))
            for number, (_path, _start, line) in enumerate(rows)
            if line.split(None, 1)[:1] and line.split(None, 1)[0] in nodes
        ),
        _FOUND,
    )
