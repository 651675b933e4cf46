"""Read data files side by side on a cluster: each passes the same gate as on one machine, in a closed process beside the executor.

Turtle files are read whole; N-Triples and N-Quads, which have a statement on each line, in pieces, however large they are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from publish.bulk.reading import Reader, limits_of_file
from publish.confined import Note, Stopped, confined
from publish.findings import found, heard, told
from publish.model import Finding, Project, Severity
from publish.spark.desk import Desk
from publish.spark.rows import batches_of, rows_in
from publish.spark.sources import SIZE, WHOLE, Given, line_by_line, lines_before, whole_files
from publish.trial import load_what_lint_needs

_ROWS = "file string, s string, p string, o string, told string"
_PIECE = 4 << 20
"""The bytes of lines that pass the gate at once."""
_EMPTY = "empty-file"


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: rows of file and line, in no order; what is wrong with the files, and of that what kept one from being read.

    *renamed* are the subjects with a page under another name than their own. *digests* are the sha256 of the files that were read whole.
    """

    lines: DataFrame
    findings: Sequence[Finding]
    faults: Sequence[Finding]
    renamed: Sequence[str]
    digests: Mapping[str, str]


def read(session: SparkSession, frame: Project, given: Given, desk: Desk) -> Read:
    """Return what the files *given* say."""
    shared = session.sparkContext.broadcast((frame, given))
    whole = whole_files(session, given).mapInArrow(lambda batches: _compute(_files(batches), *shared.value), _ROWS)
    linewise = line_by_line(session, given).mapInArrow(lambda batches: _compute(_pieces(batches), *shared.value), _ROWS)
    rows = desk.keep(whole.unionByName(linewise))
    heads: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows.where("told is not null").select("file", "told").collect():
        heads[row.file].append(json.loads(row.told))
    findings = [*_findings(session, given, heads, "findings")]
    faults = [*_findings(session, given, heads, "faults")]
    renamed = sorted({iri for listed in heads.values() for head in listed for iri in head["renamed"]})  # type: ignore[attr-defined]
    digests = {name: str(head["digest"]) for name, listed in heads.items() for head in listed if head["digest"]}
    is_read = all(fault.severity != Severity.VIOLATION for fault in faults)
    return Read(rows.where("told is null").drop("told"), findings if is_read else faults, faults, renamed, digests)


Piece = tuple[str, int, int, bytes | None]
"""A path, the place of a block in the file, the number of lines before in that block, and what stands there; nothing where that is too much."""


def _files(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    return ((path, 0, 0, content) for path, _start, content in rows_in(batches))


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    for (path, start), rows in groupby(rows_in(batches), key=itemgetter(0, 1)):
        lines: list[bytes] = []
        size, before = 0, 0
        for _path, _start, line in rows:
            lines.append(line)
            size += len(line)
            if size > _PIECE:
                yield path, start, before, b"\n".join([*lines, b""])
                before += len(lines)
                lines, size = [], 0
        if lines:
            yield path, start, before, b"\n".join([*lines, b""])


def _compute(pieces: Iterable[Piece], frame: Project, names: Given) -> Iterator[pa.RecordBatch]:
    load_what_lint_needs(frame)
    return batches_of(_rows(pieces, Reader(frame), names), _ROWS)


def _rows(pieces: Iterable[Piece], reader: Reader, names: Given) -> Iterator[tuple[str | None, ...]]:
    for path, start, before, content in pieces:
        name = names.name(path)
        if not name:
            continue  # a file that is no data
        head, lines = _gated(name, content, reader)
        is_whole = name.endswith(WHOLE)
        digest = sha256(content or b"").hexdigest() if is_whole else ""
        yield name, None, None, None, json.dumps({**head, "digest": digest, "start": start, "before": before})
        for line in {*lines.splitlines()}:
            subject, predicate, value, _tag = line.decode().split("\t")
            yield name, subject, predicate, value, None


def _gated(name: str, content: bytes | None, reader: Reader) -> tuple[dict[str, object], bytes]:
    """What there is to say of a piece, and its lines."""
    if content is None:
        return _head([], [found(name, 0, "input-size", limit=SIZE >> 20)], []), b""
    limits = limits_of_file(len(content))

    def compute(_note: Note) -> Iterator[bytes]:
        read = reader.read(name, content)
        findings = [finding for finding in read.findings if finding.rule != _EMPTY or name.endswith(WHOLE)]
        yield json.dumps(_head(findings, read.faults, reader.renamed({line[: line.index(b"\t")] for line in read.lines}))).encode()
        yield b"".join(read.lines)

    try:
        head, lines = confined(compute, limits)
    except Stopped as stopped:
        fault = found(name, 0, f"input-{stopped.reason}", seconds=f"{limits.seconds:.0f}", memory=limits.memory)
        return _head([fault], [fault], []), b""
    return json.loads(head), lines


def _head(findings: Iterable[Finding], faults: Iterable[Finding], renamed: Sequence[str]) -> dict[str, object]:
    return {"findings": [told(one).decode() for one in findings], "faults": [told(one).decode() for one in faults], "renamed": renamed}


def _findings(session: SparkSession, given: Given, heads: Mapping[str, Sequence[Mapping[str, object]]], kind: str) -> Iterator[Finding]:
    """The findings of one *kind*, each with its line in the file."""
    starts = {(name, head["start"]) for name, listed in heads.items() for head in listed if head[kind] and head["start"]}
    before = lines_before(session, given, {name for name, _start in starts}) if starts else {}
    for name in sorted(given.names.values()):
        for head in sorted(heads[name], key=lambda head: (head["start"], head["before"])):
            for finding in (heard(said.encode()) for said in head[kind]):  # type: ignore[attr-defined]
                shift = int(str(head["before"])) + before.get((name, int(str(head["start"]))), 0)
                yield replace(finding, line=finding.line + shift) if finding.line else finding
        if not heads[name] and kind == "findings":
            yield found(name, 0, _EMPTY)
