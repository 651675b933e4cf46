"""Read data files side by side, each into a run on disk: its triples as sorted lines, by subject and turned, and what is wrong with the file itself.

A run is named by what it was made from, so that a file that did not change is not read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from publish.bulk.folder import put
from publish.bulk.lines import turned
from publish.bulk.pace import Pace, Progress
from publish.bulk.reading import Reader, limits_of_file
from publish.confined import Limits, Note, Stopped
from publish.findings import found, heard, told
from publish.intake.files import read_bytes
from publish.model import Finding, Project, Severity
from publish.parallel import confined_each

_AT_ONCE = 64 << 20
"""How many bytes of files are in memory at once."""
_FORM = 2
"""The form of runs: those of another one are made anew."""


@dataclass(frozen=True, slots=True)
class Run:
    """One data file as it was read: where its lines are, how many subjects they have, which of these have a page under another name, what is wrong.

    Of its *findings*, *faults* are those of the gate.
    """

    file: str
    digest: str
    lines: Path
    turned: Path
    subjects: int
    renamed: Sequence[str]
    findings: Sequence[Finding]
    faults: Sequence[Finding] = ()

    @property
    def is_read(self) -> bool:
        """Whether it could be read."""
        return all(fault.severity != Severity.VIOLATION for fault in self.faults)

    def unread(self) -> Run:
        """Return it without what rules find in its lines."""
        return replace(self, findings=self.faults)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file as it lies on the disk, and where its run has its place."""

    name: str
    content: bytes
    digest: str
    place: Path
    faults: Sequence[Finding]


class Runs:
    """Runs in a folder, of the files of one project, whose *frame* is the rest of it; *progress* is told how many triples are read."""

    def __init__(self, folder: Path, root: Path, frame: Project, progress: Progress) -> None:
        self._folder, self._root = folder, root
        self._reader = Reader(frame)
        self._pace = Pace(progress, "reading-data")
        self._key = json.dumps([_FORM, version("bynet"), version("pyoxigraph"), frame.base, frame.own_base, dict(frame.prefixes)]).encode()

    def read(self, files: Iterable[Path]) -> list[Run]:
        """Return the run of each of *files*, in their order; where one can't be read, nothing but faults is told of any."""
        runs = [*self._read_all(files)]
        return runs if all(run.is_read for run in runs) else [run.unread() for run in runs]

    def _read_all(self, files: Iterable[Path]) -> Iterator[Run]:
        """Yield the run of each of *files*; those that are not there are made, as many at once as there are processors."""
        waiting: list[_Given] = []
        for path in files:
            waiting.append(self._given(path))
            if sum(len(given.content) for given in waiting) > _AT_ONCE:
                yield from self._runs(waiting)
                waiting = []
        yield from self._runs(waiting)

    def _given(self, path: Path) -> _Given:
        name = path.relative_to(self._root).as_posix()
        content, faults = read_bytes(path, self._root)
        digest = sha256(content).hexdigest()
        place = self._folder / sha256(b"\0".join((self._key, name.encode(), digest.encode()))).hexdigest()
        return _Given(name, content, digest, place, faults)

    def _runs(self, given: Sequence[_Given]) -> Iterator[Run]:
        new = [one for one in given if not one.faults and not one.place.with_suffix(".json").exists()]
        limits = limits_of_file(max((len(one.content) for one in new), default=0))
        answers = self._paced(confined_each((partial(self._compute, one) for one in new), limits))
        failed = {one.name: finding for one, answer in zip(new, answers, strict=True) if (finding := _keep(one, answer, limits))}
        for one in given:
            wrong = [*one.faults, *([failed[one.name]] if one.name in failed else [])]
            yield Run(one.name, one.digest, one.place, one.place, 0, (), wrong, wrong) if wrong else _kept(one)

    def _paced(self, answers: Iterable[list[bytes] | Stopped]) -> Iterator[list[bytes] | Stopped]:
        for answer in answers:
            self._pace.add(0 if isinstance(answer, Stopped) else answer[1].count(b"\n"))
            yield answer

    def _compute(self, given: _Given, note: Note) -> Iterator[bytes]:
        note(given.name)
        read = self._reader.read(given.name, given.content)
        subjects = {line[: line.index(b"\t")] for line in read.lines}
        content = b"".join(sorted({*read.lines}))
        wrong = {"findings": [told(finding).decode() for finding in read.findings], "faults": [told(fault).decode() for fault in read.faults]}
        yield json.dumps({"subjects": len(subjects), "renamed": self._reader.renamed(subjects), **wrong}).encode()
        yield content
        yield turned(content)


def _keep(given: _Given, answer: list[bytes] | Stopped, limits: Limits) -> Finding | None:
    """Keep a run on the disk, its head last; or return what kept the file from being read."""
    if isinstance(answer, Stopped):
        return found(given.name, 0, f"input-{answer.reason}", seconds=f"{limits.seconds:.0f}", memory=limits.memory)
    head, lines, turned_lines = answer
    for suffix, content in ((".lines", lines), (".turned", turned_lines), (".json", head)):
        put(given.place.with_suffix(suffix), content)
    return None


def _kept(given: _Given) -> Run:
    head = json.loads(given.place.with_suffix(".json").read_bytes())
    findings, faults = ([heard(said.encode()) for said in head[kind]] for kind in ("findings", "faults"))
    lines, turned_lines = (given.place.with_suffix(suffix) for suffix in (".lines", ".turned"))
    return Run(given.name, given.digest, lines, turned_lines, head["subjects"], head["renamed"], findings, faults)
