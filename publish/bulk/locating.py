"""Where in their files things stand of which something is told: each file that says anything of them is read once more, for those statements alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import PurePath

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from publish.bulk.held import Held
from publish.bulk.index import place_in
from publish.bulk.lines import triples_of
from publish.bulk.reading import limits_of_file
from publish.bulk.runs import Run
from publish.confined import Note, Stopped
from publish.intake.files import read_bytes
from publish.intake.gate import SYNTAXES, statements_about
from publish.intake.reading import SIZE
from publish.model import Source
from publish.parallel import Compute, confined_each
from publish.rebase import move_iri, move_source


def sources_about(held: Held, nodes: Collection[bytes]) -> list[Source]:
    """Return each data file that says anything of *nodes*, which lines have, as a source with nothing in it but that; the frame's own as they are."""
    frame, own = held.frame, {source.file: source for source in held.frame.sources["data"]}
    runs = [run for run in held.runs if nodes and run.file not in own and _says(run.lines.read_bytes(), nodes)]
    iris = {node.removeprefix(b"<").decode() for node in nodes}
    names = frozenset(NamedNode(name) for iri in iris for name in (iri, move_iri(iri, frame.base, frame.own_base)))
    found = dict(own)
    with closing(confined_each(_computes(held, runs, names), limits_of_file(SIZE))) as answers:
        for run, answer in zip(runs, answers, strict=True):
            if not isinstance(answer, Stopped):  # else it is not known where in it
                lines, said = answer
                source = Source(run.file, tuple(triples_of(said)), tuple(json.loads(lines)), {}, "")
                found[run.file] = move_source(source, frame.own_base, frame.base)
    return [found[run.file] for run in held.runs if run.file in found]


def _says(lines: bytes, nodes: Iterable[bytes]) -> bool:
    """Whether any of *nodes* is a subject in sorted lines."""
    starts = (node + b"\t" for node in nodes)
    return any(lines.startswith(start, place_in(lines, start)) for start in starts)


def _computes(held: Held, runs: Iterable[Run], names: Collection[NamedNode]) -> Iterator[Compute]:
    for run in runs:
        content, _faults = read_bytes(held.root / run.file, held.root)
        yield partial(_found, PurePath(run.file).suffix, content, names)


def _found(suffix: str, content: bytes, names: Collection[NamedNode], _note: Note) -> Iterator[bytes]:
    """Yield the lines on which statements about things with these *names* end, then the statements as N-Triples."""
    found = [*statements_about(content, SYNTAXES[suffix], names)]
    yield json.dumps([line for _quad, line in found]).encode()
    yield pyoxigraph.serialize([quad.triple for quad, _line in found], format=RdfFormat.N_TRIPLES) or b""
