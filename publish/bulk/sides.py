"""Two data sets whose data lie on disk, before and now: which subjects differ, and as much of both as has to be known of some of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from publish.bulk.before import data_before
from publish.bulk.index import Index
from publish.bulk.lines import ONTOLOGY, TAGS, groups, n_triples, of_graph, triples_of, with_predicates
from publish.changes import MEMBERSHIP
from publish.earlier import BadSite, EarlierSite, parse
from publish.model import DATA_GRAPHS, RDFS, SHACL, TYPE, VANN, Snapshot
from publish.snapshots import GRAPHS, snapshot

_PIECE = 1 << 20
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_BASE = VANN + "preferredNamespaceUri"
_AROUND = (SHACL + "prefix", SHACL + "namespace", _SUBCLASS.value, RDFS + "subPropertyOf")
"""What is said with these is known whenever anything is told: prefixes, and what is above classes and properties."""


@dataclass(frozen=True, slots=True)
class Side:
    """A data set: what it is, with its graphs beside the data, and its data as lines by subject."""

    said: Snapshot
    lines: Index

    def data(self, subjects: Iterable[bytes]) -> Snapshot:
        """Return the data set with nothing but what its data say of *subjects*, which are IRIs as lines have them."""
        lines = b"".join(self.lines.matching(subject + b"\t") for subject in sorted({*subjects}))
        return replace(self.said, graphs={name: [*triples_of(n_triples(of_graph(lines, tag)))] for name, tag in TAGS.items()})

    def of(self, subjects: Iterable[bytes]) -> Snapshot:
        """Return the data set with its graphs beside the data, and what its data say of *subjects*."""
        return replace(self.said, graphs={**self.data(subjects).graphs, **self.said.graphs})

    def saying(self, *predicates: str) -> list[bytes]:
        """Return the subjects of which anything is said with any of *predicates*, sorted."""
        wanted = frozenset(b"<" + predicate.encode() for predicate in predicates)
        return [subject for piece in self.lines.pieces(_PIECE) for subject, _lines in groups(with_predicates(piece, wanted))]


def side_before(site: EarlierSite, folder: Path, files: ExitStack) -> Side:
    """Return the data set that *site* published, a draft too; its lines lie in *folder*, open until *files* are closed. Raises `BadSite` and `BadGzip`."""
    lines = data_before(site, folder, files)
    paths = {name: f"download/{name}.nt" for name in GRAPHS if name not in DATA_GRAPHS}
    nothing = Side(Snapshot("", "", "", "", {name: parse(site.read(path), path, site.place) for name, path in paths.items()}), lines)
    said = snapshot(nothing.of(nothing.saying(_BASE)).graphs)
    if not said.base:
        raise BadSite("site-no-dataset", place=site.place)
    return Side(replace(said, graphs=nothing.said.graphs), lines)


class Sides:
    """A data set before (nothing, where there is none) and now."""

    def __init__(self, old: Side | None, new: Side) -> None:
        self.old, self.new = old, new
        self._both = [side for side in (old, new) if side]

    def data(self, subjects: Sequence[bytes]) -> tuple[Snapshot | None, Snapshot]:
        """Return both with nothing but what their data say of *subjects*."""
        return self.old.data(subjects) if self.old else None, self.new.data(subjects)

    def told(self, subjects: Iterable[bytes]) -> tuple[Snapshot | None, Snapshot]:
        """Return both with all that is needed to tell of *subjects*: what is said of these, of their classes and properties, of times of states."""
        wanted = {*subjects}
        said = [triple for side in self._both for triples in side.data(wanted).graphs.values() for triple in triples]
        wanted |= {*map(iri_line, self._named(said)), *self.around}
        return self.old.of(wanted) if self.old else None, self.new.of(wanted)

    @cached_property
    def beside(self) -> frozenset[bytes]:
        """The subjects of the graphs beside the data, and the data sets themselves."""
        triples = chain.from_iterable(triples for side in self._both for triples in side.said.graphs.values())
        said = {triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)}
        return frozenset(map(iri_line, said.union(side.said.dataset for side in self._both)))

    @cached_property
    def around(self) -> frozenset[bytes]:
        """Subjects that are known whatever is told."""
        return frozenset(chain.from_iterable((*side.saying(*_AROUND), iri_line(side.said.dataset)) for side in self._both))

    def touched(self) -> Iterator[bytes]:
        """Yield the subjects of which the data say something else now, or of which they say anything where there was nothing before, in order."""
        last = b""
        for old, new in _side_by_side(self.old.lines if self.old else None, self.new.lines):
            if old != new:
                for subject in sorted({line[: line.index(b"\t")] for line in {*old} ^ {*new}}):
                    if subject != last and subject not in self.beside:
                        yield subject
                    last = subject

    @cached_property
    def _states(self) -> frozenset[str]:
        """The classes of memberships, which end with their times."""
        now = self.new.of(self.new.saying(_SUBCLASS.value))
        said = [triple for triples in now.graphs.values() for triple in triples if triple.predicate == _SUBCLASS]
        above = [
            (triple.subject.value, triple.object.value) for triple in said if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode)
        ]
        found: set[str] = set()
        near = {MEMBERSHIP}
        while near:
            found |= near
            near = {one for one, other in above if other in near} - found
        return frozenset(found)

    def _named(self, triples: Sequence[Triple]) -> set[str]:
        """What *triples* name that decides what they mean: classes, properties, and of memberships everything."""
        states = {
            triple.subject for triple in triples if triple.predicate == TYPE and isinstance(triple.object, NamedNode) and triple.object.value in self._states
        }
        objects = {triple.object.value for triple in triples if isinstance(triple.object, NamedNode) and (triple.predicate == TYPE or triple.subject in states)}
        return objects.union(triple.predicate.value for triple in triples)


def _side_by_side(old: Index | None, new: Index) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Yield the lines of the data of both, from the one place to the next, in order."""
    readers = [_Reader(index) for index in (old, new) if index]
    while waiting := [reader for reader in readers if reader.has_more()]:
        last = min(reader.lines[-1] for reader in waiting)
        taken = [reader.until(last) for reader in readers]
        yield (taken[0] if old else []), taken[-1]


class _Reader:
    """Lines of data that wait to be compared."""

    def __init__(self, index: Index) -> None:
        self._pieces = index.pieces(_PIECE)
        self.lines: list[bytes] = []

    def has_more(self) -> bool:
        """Whether any line waits; more are read where none does."""
        ending = b"\t" + ONTOLOGY + b"\n"
        while not self.lines and (piece := next(self._pieces, b"")):
            self.lines = [line for line in piece.splitlines(keepends=True) if not line.endswith(ending)]
        return bool(self.lines)

    def until(self, last: bytes) -> list[bytes]:
        """Take the lines up to *last*."""
        count = bisect_right(self.lines, last)
        taken, self.lines = self.lines[:count], self.lines[count:]
        return taken


def iri_line(iri: str) -> bytes:
    """An IRI as lines have it."""
    return b"<" + iri.encode()
