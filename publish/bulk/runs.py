"""Read data files side by side, each into a run on disk: its triples as sorted lines, by subject and turned, and what is wrong with the file itself.

A run is named by what it was made from, so that a file that did not change is not read again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from publish.bulk.folder import made, put
from publish.bulk.lines import turned
from publish.bulk.pace import Pace, Progress
from publish.bulk.reading import Reader, limits_of_file
from publish.bulk.work import Work
from publish.confined import Limits, Note, Stopped
from publish.findings import found, heard, told
from publish.intake.files import read_bytes
from publish.intake.reading import SIZE
from publish.model import Finding, Project, Severity
from publish.parallel import Compute, confined_each
from publish.read import read_frame, source_files
from publish.trial import load_what_lint_needs

_RUNS = "runs"
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
    digest: str
    place: Path
    faults: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class AsRead:
    """A project as it was read: its *frame*, nothing where a file can't be read; the *runs* of its data files, and what is wrong with any file."""

    root: Path
    frame: Project | None
    runs: Sequence[Run]
    findings: Sequence[Finding]


def read_on_disk(root: Path, base: str | None, work: Work, meanwhile: Callable[[], None]) -> AsRead:
    """Read the project under *root*; do *meanwhile* what has to be done while its data files are read."""
    read = read_frame(root, base)
    if read.project is None:
        return AsRead(root, None, (), read.findings)
    load_what_lint_needs(read.project)
    runs = Runs(made(work.folder / _RUNS), root, read.project, work.progress, meanwhile).read(source_files(root)["data"])
    findings = [*read.findings, *(finding for run in runs for finding in run.findings)]
    return AsRead(root, read.project if all(run.is_read for run in runs) else None, runs, findings)


class Runs:
    """Runs in a folder, of the files of one project, whose *frame* is the rest of it; *progress* is told how many triples are read."""

    def __init__(self, folder: Path, root: Path, frame: Project, progress: Progress, meanwhile: Callable[[], None]) -> None:
        self._folder, self._root, self._meanwhile = folder, root, meanwhile
        self._reader = Reader(frame)
        self._pace = Pace(progress, "reading-data")
        self._key = json.dumps([_FORM, version("bynet"), version("pyoxigraph"), frame.base, frame.own_base, dict(frame.prefixes)]).encode()

    def read(self, files: Sequence[Path]) -> list[Run]:
        """Return the run of each of *files*, in their order; where one can't be read, nothing but faults is told of any."""
        limits = limits_of_file(min(SIZE, max((path.stat().st_size for path in files if path.is_file()), default=0)))
        given: list[_Given] = []
        new: list[_Given] = []
        with closing(confined_each(self._computes(files, given, new), limits)) as answers:
            self._meanwhile()
            failed = {one.name: finding for answer, one in zip(self._paced(answers), new, strict=True) if (finding := _keep(one, answer, limits))}
        runs = [_run(one, [*one.faults, *([failed[one.name]] if one.name in failed else [])]) for one in given]
        return runs if all(run.is_read for run in runs) else [run.unread() for run in runs]

    def _computes(self, files: Iterable[Path], given: list[_Given], new: list[_Given]) -> Iterator[Compute]:
        """Yield what makes the run of each of *files* that has none yet; all of them are *given* when they have been looked at, those others *new*."""
        for path in files:
            name = path.relative_to(self._root).as_posix()
            content, faults = read_bytes(path, self._root)
            digest = sha256(content).hexdigest()
            place = self._folder / sha256(b"\0".join((self._key, name.encode(), digest.encode()))).hexdigest()
            given.append(_Given(name, digest, place, faults))
            if not faults and not place.with_suffix(".json").exists():
                new.append(given[-1])
                yield partial(self._compute, name, content)

    def _paced(self, answers: Iterable[list[bytes] | Stopped]) -> Iterator[list[bytes] | Stopped]:
        for answer in answers:
            self._pace.add(0 if isinstance(answer, Stopped) else answer[1].count(b"\n"))
            yield answer

    def _compute(self, name: str, given: bytes, note: Note) -> Iterator[bytes]:
        note(name)
        read = self._reader.read(name, given)
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


def _run(given: _Given, wrong: Sequence[Finding]) -> Run:
    """The run that is kept, or what is *wrong* with the file."""
    if wrong:
        return Run(given.name, given.digest, given.place, given.place, 0, (), wrong, wrong)
    head = json.loads(given.place.with_suffix(".json").read_bytes())
    findings, faults = ([heard(said.encode()) for said in head[kind]] for kind in ("findings", "faults"))
    lines, turned_lines = (given.place.with_suffix(suffix) for suffix in (".lines", ".turned"))
    return Run(given.name, given.digest, lines, turned_lines, head["subjects"], head["renamed"], findings, faults)
