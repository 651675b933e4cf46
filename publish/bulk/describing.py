"""Describe the things of data on disk in bundles: what a file of its own would say of each (`publish.describe`), for some hundred in one file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from urllib.parse import unquote

from publish.bulk.bundles import split
from publish.bulk.folder import filled
from publish.bulk.held import Held
from publish.bulk.index import Index, merged, opened
from publish.bulk.lines import ONTOLOGY, lines_of, n_triples, triples_of
from publish.bulk.work import Work
from publish.bundles import PREFIXES, as_json, fitting, stem_of
from publish.confined import Limits, Note
from publish.describe import label_triples
from publish.model import LABELS, TYPE
from publish.parallel import confined_all
from publish.publication import Publication
from publish.render import File, Notation, render_graph

_PIECE = 1 << 20
_RUN = 200_000
_REMEMBERED = 65536
_LIMITS = Limits(seconds=300.0, memory=2048)
"""For some bundles."""
_TYPE = b"<" + TYPE.value.encode()
Called = Mapping[bytes, Sequence[bytes]]
"""What things are called, as lines without tags."""
_LABELS = [b"<" + label.value.encode() for label in LABELS]


def bundles_of(held: Held, described: Collection[str]) -> dict[str, str]:
    """Return the bundle (its path without ending) of each prefix of the paths of the data's things, but for those that are *described* elsewhere."""
    paths = (path for _subject, path in _things(held, described))
    return {prefix: stem_of(bundle.prefixes[0]) for bundle in split(paths) for prefix in bundle.prefixes}


def bundle_files(held: Held, bundles: Mapping[str, str], frame: Publication, work: Work) -> Iterator[File]:
    """Yield the files of *bundles*; *frame* has what is described elsewhere. Raises `publish.confined.Stopped` where one can't be written."""
    yield PREFIXES, as_json(bundles).encode()
    index = _by_bundle(held, frozenset(resource.iri for resource in frame.resources), bundles, work)
    compute = partial(_written, held, frame.notation, _called(frame))
    tasks = (partial(compute, piece) for piece in index.pieces(_PIECE))
    for answer in confined_all(tasks, _LIMITS, held.descriptors):
        for piece in answer:
            path, _, content = piece.partition(b"\n")
            yield path.decode(), content


def _things(held: Held, described: Collection[str]) -> Iterator[tuple[bytes, str]]:
    """The subjects of the data under the base, in order, and their paths."""
    base = b"<" + held.frame.base.encode()
    for piece in held.by_subject.pieces(_PIECE):
        for subject in dict.fromkeys(line[: line.index(b"\t")] for line in piece.splitlines() if not line.endswith(b"\t" + ONTOLOGY)):
            if subject.startswith(base) and subject[1:].decode() not in described:
                yield subject, subject[len(base) :].decode()


def _called(frame: Publication) -> Called:
    """What things of the frame are called, as lines without tags."""
    return {b"<" + iri.encode(): lines_of(labels) for iri, labels in label_triples(frame.everything).items()}


def _decoded(path: str) -> str:
    """A path as hosts compare it, without what they never see."""
    return unquote(re.split("[?#]", path, maxsplit=1)[0])


def _by_bundle(held: Held, described: Collection[str], bundles: Mapping[str, str], work: Work) -> Index:
    """The things by their bundle: lines of the path of a bundle and a subject."""
    things = _things(held, described)
    lines = (b"%b\t%b\n" % (fitting(_decoded(path), bundles).encode(), subject) for subject, path in things)
    runs: list[Path] = []
    while run := sorted(islice(lines, _RUN)):
        runs.append(filled(work.folder / f"bundled-{len(runs)}", run))
    return opened(filled(work.folder / "bundled", merged(runs)), work.files)


def _written(held: Held, notation: Notation, called: Called, piece: bytes, _note: Note) -> Iterator[bytes]:
    describer = _Describer(held, called)
    pairs = (line.split(b"\t") for line in piece.splitlines())
    for stem, group in groupby(pairs, key=itemgetter(0)):
        said = n_triples(b"".join(sorted({line for _stem, subject in group for line in describer.lines(subject)})))
        for path, content in render_graph(stem.decode(), [*triples_of(said)], notation):
            yield path.encode() + b"\n" + content


class _Describer:
    """Finds what there is to say of a thing: its own triples, those that point at it, and what its neighbours are called."""

    def __init__(self, held: Held, called: Called) -> None:
        self._held = held
        self._called = called
        self._labels = lru_cache(_REMEMBERED)(self._labels_of)

    def lines(self, subject: bytes) -> Iterator[bytes]:
        """Yield the lines, without tags, that describe *subject*, some of them more than once."""
        near: set[bytes] = set()
        for line in self._held.by_subject.matching(subject + b"\t").splitlines():
            _subject, predicate, value, _tag = line.split(b"\t")
            yield b"%b\t%b\t%b\n" % (subject, predicate, value)
            if predicate != _TYPE:
                near.add(value)
        for line in self._held.turned.matching(subject + b"\t").splitlines():
            _value, predicate, other, _tag = line.split(b"\t")
            if other.startswith(b"<") and other != subject:
                yield b"%b\t%b\t%b\n" % (other, predicate, subject)
                near.add(other)
        for node in near:
            if node.startswith(b"<"):
                yield from self._labels(node)

    def _labels_of(self, node: bytes) -> Sequence[bytes]:
        lines = (line.rpartition(b"\t")[0] + b"\n" for label in _LABELS for line in self._held.by_subject.matching(b"%b\t%b\t" % (node, label)).splitlines())
        return [*self._called.get(node, ()), *(line for line in lines if line.split(b"\t")[2].startswith(b'"'))]
