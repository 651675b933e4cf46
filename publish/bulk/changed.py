"""Tell what a release changes in data on disk, part by part: how many of what, what breaks what was published before, and every row of a patch.

Up to `LISTED` resources it is told as `publish.changes` tells it of data in memory. Where there are more, they are counted, and the patch alone
has each of them; of a first release, whose dumps have it all, there is then no patch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import file_digest
from itertools import chain, islice
from pathlib import Path

from publish.bulk.folder import filled, out
from publish.bulk.lines import ONTOLOGY, groups
from publish.bulk.sides import Sides, iri_line
from publish.changes import BEGIN, END, WORDS, Told, additions, as_json, document, in_order, patch, removals
from publish.diff import compare
from publish.history import broken
from publish.made import Content, Made
from publish.model import DEPRECATED, TYPE, Change, Snapshot
from publish.texts import text

LISTED = 1000
"""How many resources that changed are told of one by one."""
_PIECE = 1 << 20
_TYPE, _DEPRECATED = (b"<" + term.value.encode() for term in (TYPE, DEPRECATED))
_ROWS = ("removed", "added")
_TRUE = (b'"true"', b'"1"')


@dataclass(slots=True)
class Changed:
    """What lies between two data sets: how many resources changed, how many of each class, those that break what was published by reason.

    *listed* are the changes themselves, where they are few enough; *beside* those of the graphs beside the data, and of the data set.
    """

    sides: Sides
    beside: Sequence[Change] = ()
    listed: list[Change] = field(default_factory=list)
    count: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_listed(self) -> bool:
        """Whether all changes are there one by one."""
        return len(self.listed) == self.count

    def files(self, folder: Path) -> dict[str, Content]:
        """Return what tells programs of it, by name; *folder* is the one where `changed` wrote its rows."""
        if self.is_listed:
            listed = sorted(self.listed, key=lambda change: change.iri)
            old, new = self.sides.told(map(iri_line, (change.iri for change in listed)))
            return {"changes.json": as_json(old, new, listed).encode(), "changes.rdfp": patch(listed, new.base).encode()}
        old, new = self.sides.told(map(iri_line, filter(None, self.counts)))
        told = {"changes.json": document(_Counted(old, new, self), ()).encode()}
        return {**told, "changes.rdfp": _patch(folder)} if old else {**told}

    def add(self, old: Snapshot | None, new: Snapshot, changes: Sequence[Change]) -> None:
        """Add *changes* between parts of the data sets."""
        self.count += len(changes)
        self.listed += changes if self.count <= LISTED else ()
        told = Told(*self.sides.told(map(iri_line, (change.iri for change in changes))), changes)
        for kind, counts in told.counts.items():
            self._count(kind, counts)
        for name, iris in (broken(old, new, changes) if old else {}).items():
            self.broken.setdefault(name, []).extend(iris)

    def add_new(self, kinds: Mapping[tuple[frozenset[str], str], int]) -> None:
        """Add resources of a first release, by their types and by what happened to them."""
        told = Told(*self.sides.told(map(iri_line, {kind for types, _word in kinds for kind in types})), ())
        for (types, word), number in kinds.items():
            self.count += number
            self._count(told.kind_of(types), {word: number})

    def _count(self, kind: str, counts: Mapping[str, int]) -> None:
        here = self.counts.setdefault(kind, dict.fromkeys(WORDS, 0))
        for word, number in counts.items():
            here[word] += number


class _Counted(Told):
    """What is told of more changes than are listed."""

    def __init__(self, old: Snapshot | None, new: Snapshot, changed: Changed) -> None:
        super().__init__(old, new, changed.beside)
        self._changed = changed

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many resources of each class were added, changed, ended and withdrawn."""
        return in_order(self._changed.counts, self.new.base)

    @property
    def count(self) -> int:
        """How many resources changed."""
        return self._changed.count

    def summary(self, language: str) -> str:
        """One line, which says too that there are too many to be listed."""
        return f"{super().summary(language)}; {text(language, 'changes.not-listed')}" if self.old else super().summary(language)


def changed(sides: Sides, folder: Path) -> Changed:
    """Return what lies between the two *sides*; the rows of a patch are written to *folder*, where there is a side before."""
    found = Changed(sides)
    old, new = (side.of(sides.beside) if side else None for side in (sides.old, sides.new))
    assert new
    found.beside = compare(old, new)
    parts = chain([(old, new, found.beside)], _parts(sides) if sides.old else ())
    with ExitStack() as files:
        removed, added = (out(folder / name, files) for name in _ROWS)
        for before, now, changes in parts:
            found.add(before, now, changes)
            removed.writelines(row.encode() for row in removals(changes, now.base))
            added.writelines(row.encode() for row in additions(changes, now.base))
    if not sides.old:
        _add_first(found)
    return found


def _parts(sides: Sides) -> Iterator[tuple[Snapshot | None, Snapshot, Sequence[Change]]]:
    """Yield parts of the data on both sides, and what changed in them."""
    touched = sides.touched()
    while subjects := [*islice(touched, LISTED)]:
        old, new = sides.data(subjects)
        yield old, new, compare(old, new)


def _add_first(found: Changed) -> None:
    """Add the data of a first release: one by one where they are few."""
    kinds = _kinds(found.sides)
    if found.count + kinds.total() > LISTED:
        found.add_new(kinds)
        return
    for part in _parts(found.sides):
        found.add(*part)


def _kinds(sides: Sides) -> Counter[tuple[frozenset[str], str]]:
    """How many subjects there are only in the data, by their types, and by whether they are there or withdrawn already: changed, as it is told."""
    kinds: Counter[tuple[frozenset[bytes], str]] = Counter()
    for piece in sides.new.lines.pieces(_PIECE):
        for subject, lines in groups(piece):
            said = [(predicate, value) for _subject, predicate, value, tag in lines if tag != ONTOLOGY]
            if said and subject not in sides.beside:
                types = frozenset(value for predicate, value in said if predicate == _TYPE and value.startswith(b"<"))
                gone = not types and any(predicate == _DEPRECATED and value.startswith(_TRUE) for predicate, value in said)
                kinds[types, "changed" if gone else "added"] += 1
    return Counter({(frozenset(kind[1:].decode() for kind in types), word): number for (types, word), number in kinds.items()})


def _patch(folder: Path) -> Made:
    """Put the rows in *folder* together."""
    return made_of(filled(folder / "changes.rdfp", _rows(folder)))


def _rows(folder: Path) -> Iterator[bytes]:
    yield BEGIN.encode()
    for name in _ROWS:
        with (folder / name).open("rb") as rows:
            yield from iter(lambda: rows.read(_PIECE), b"")
    yield END.encode()


def made_of(path: Path) -> Made:
    """Return the file *path* as it lies on the disk."""
    with path.open("rb") as file:
        return Made(path, path.stat().st_size, file_digest(file, "sha256").hexdigest())
