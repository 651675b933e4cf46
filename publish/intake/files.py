"""From the files of a project, or of somebody else, to inputs: plain files inside the folder, none too large, of a kind that is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pyoxigraph import DefaultGraph

from publish.findings import found
from publish.intake.characters import decode
from publish.intake.gate import SYNTAXES, Admitted
from publish.intake.reading import SIZE, Input, read_all
from publish.model import Finding, Source

TOTAL = 512 << 20
"""The most bytes that all Turtle files of a project may have."""

_OTHERS = (
    ".7z",
    ".bz2",
    ".csv",
    ".gz",
    ".hdt",
    ".json",
    ".n3",
    ".ods",
    ".owl",
    ".rar",
    ".rdfs",
    ".tar",
    ".tgz",
    ".tsv",
    ".xlsx",
    ".xml",
    ".xz",
    ".zip",
    ".zst",
)
"""Endings of files that somebody could take for data that is read."""


def read_sources(paths: Iterable[Path], root: Path) -> list[tuple[Source, list[Finding]]]:
    """Read Turtle files. Return each with every mistake in it (then its triples are of no use)."""
    listed = [*paths]
    if sum(path.stat().st_size for path in listed if path.is_file()) > TOTAL:
        return [(Source("", (), (), {}, ""), [found("", 0, "input-total", limit=TOTAL >> 20)])] * len(listed)
    read = [(path.relative_to(root).as_posix(), *read_bytes(path, root)) for path in listed]
    admitted = iter(read_all([Input(file, content, ".ttl") for file, content, faults in read if not faults]))
    return [(Source(file, (), (), {}, ""), faults) if faults else source_of(file, next(admitted)) for file, _content, faults in read]


def read_contribution(path: Path) -> tuple[Source, list[Finding]]:
    """Read a file of facts from somebody else, in any of the syntaxes that `publish.intake` reads. Raises `OSError`."""
    file = path.as_posix()
    if path.suffix.lower() not in SYNTAXES:
        return Source(file, (), (), {}, "", is_contributed=True), [found(file, 0, "input-kind", word=path.suffix or file, known=", ".join(SYNTAXES))]
    content, faults = _bytes_within(path, file)
    if faults:
        return Source(file, (), (), {}, "", is_contributed=True), faults
    (admitted,) = read_all([Input(file, content, path.suffix.lower())])
    source, findings = source_of(file, admitted)
    named = [(line, str(quad.graph_name)) for quad, line in zip(admitted.quads, admitted.lines, strict=True) if quad.graph_name != DefaultGraph()]
    findings += [found(file, line, "named-graph", word=graph) for line, graph in named]
    return replace(source, is_contributed=True), findings


def source_of(file: str, admitted: Admitted) -> tuple[Source, list[Finding]]:
    """Return what was read of *file* as a source, with what is wrong with it."""
    triples = tuple(quad.triple for quad in admitted.quads)
    findings = [found(file, fault.line, fault.rule, column=fault.column, **fault.words) for fault in admitted.faults]
    return Source(file, triples, admitted.lines, admitted.prefixes, admitted.text), findings


def foreign_kinds(root: Path) -> Iterator[Finding]:
    """Files among the sources that somebody could take for read: data in another format, archives."""
    for folder in ("data", "shapes"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix.lower() in _OTHERS or (path.suffix.lower() in SYNTAXES and path.suffix != ".ttl"):
                yield found(path.relative_to(root).as_posix(), 0, "not-turtle", word=path.suffix)


def read_text(path: Path, root: Path) -> tuple[str, list[Finding]]:
    """Return the text of a file of the project, without a byte order mark; never of a file outside its folder."""
    file = path.relative_to(root).as_posix()
    content, findings = read_bytes(path, root)
    text, faults = decode(content)
    return text, findings + [found(file, fault.line, fault.rule, column=fault.column, **fault.words) for fault in faults]


def read_bytes(path: Path, root: Path) -> tuple[bytes, list[Finding]]:
    """Return the content of a file of the project, or what is wrong with the file as such."""
    file = path.relative_to(root).as_posix()
    return _bytes_within(path, file) if is_own(path, root) else (b"", [found(file, 0, "outside-project")])


def _bytes_within(path: Path, file: str) -> tuple[bytes, list[Finding]]:
    """Return the content of a file that is not too large; one that grows is read no further."""
    with path.open("rb") as opened:
        content = opened.read(SIZE + 1)
    return (content, []) if len(content) <= SIZE else (b"", [found(file, 0, "input-size", limit=SIZE >> 20)])


def is_own(path: Path, root: Path) -> bool:
    """A plain file that really lies in the project's folder."""
    return path.is_file() and path.resolve().is_relative_to(root.resolve())
