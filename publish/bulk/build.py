"""Join the stages for data on disk: read, derive, look, judge. What is found is what `publish.build` finds in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from publish.build import score_of
from publish.bulk.again import Change, change, is_small, looked_again
from publish.bulk.asking import answer_in, answers, derived, derived_triples, footprint_in
from publish.bulk.batches import Judges, batches
from publish.bulk.crossing import InFiles, questionable, withdrawn
from publish.bulk.folder import drop, filled
from publish.bulk.footprint import Footprints
from publish.bulk.frame import framed
from publish.bulk.held import BYTES, Held, limits_of
from publish.bulk.index import Index, merged, opened
from publish.bulk.judging import Found, find
from publish.bulk.lines import DERIVED, ONTOLOGY, tagged
from publish.bulk.locating import sources_about
from publish.bulk.looking import Looked, Shares, tasks, vocabulary, vocabulary_again
from publish.bulk.pace import Pace
from publish.bulk.runs import AsRead, Run
from publish.bulk.splicing import laid_over, spliced, written
from publish.bulk.state import BY_SUBJECT, STATED, TURNED, Kept, key_of, new, read
from publish.bulk.state import DERIVED as DERIVED_LINES
from publish.bulk.work import Work
from publish.check import findings, sort_findings
from publish.confined import Limits, Note, Stopped, confined
from publish.errors import BadQuery
from publish.findings import found, heard, told
from publish.lint import Elsewhere, lint
from publish.model import Finding, Project, Severity, Source
from publish.parallel import confined_all, confined_each
from publish.publication import Checked
from publish.read import cases_of
from publish.render import FORMATS
from publish.statistics import ALL
from publish.trial import Halted, stopped_at

PATHS = (
    *(f"download/{name}.{form}" for name in ("codes", "ontology", "queries", "shapes") for form in FORMATS),
    *(f"download/all.{form}.gz" for form in ("jsonld", "nq", "nt", "ttl")),
)
"""The downloads of a site whose data lie on disk."""
_LAID = 1000
"""How many lines are laid over those on disk at most: with more, all are written anew."""


def check_read(read: AsRead, work: Work) -> tuple[Checked, Held | None]:
    """Return what is wrong with a project that was *read*, and the project, where it can be read."""
    frame, listed = read.frame, [*read.findings]
    if frame is None:
        return Checked(None, tuple(sort_findings(listed))), None
    try:
        held = _Making(read.root, frame, read.runs, work).held()
    except Halted as halted:
        return Checked(frame, tuple(sort_findings([*listed, halted.finding]))), None
    except BadQuery:
        held = replace(_Making(read.root, replace(frame, rules=()), read.runs, work).held(), frame=frame)
        checked = Checked(frame, tuple(sort_findings([*listed, *_inspected(held)])))
        if checked.is_sound:
            raise
        return checked, None
    work.progress("judging")
    return _judged(held, listed), held


class _Making:
    """Makes the lines of a project, all of them or only what is new, and has them looked at."""

    def __init__(self, root: Path, frame: Project, runs: Sequence[Run], work: Work) -> None:
        self._root, self._frame, self._runs = root, frame, runs
        self._work, self._folder, self._files = work, work.folder, work.files
        self._key, self._footprints = key_of(frame), Footprints()

    def held(self) -> Held:
        """Return the project with its lines, and what was seen in them. Raises `Halted` and `BadQuery`."""
        limits = limits_of(sum(run.lines.stat().st_size for run in self._runs), self._work.memory)
        try:
            return self._held()
        except Stopped as stopped:
            raise Halted(_stop(stopped, limits)) from stopped

    def _held(self) -> Held:
        kept = read(self._folder, self._key, self._files)
        changed = change(kept.runs, self._runs) if kept else None
        if kept is None or changed is None or not is_small(changed, kept.by_subject.size // BYTES):
            return self._looked(self._whole())
        held, changed = self._changed(kept, changed)
        before = (kept.looked, kept.by_subject, kept.turned)
        descriptors = (kept.by_subject.descriptor, kept.turned.descriptor, *held.descriptors)
        again = confined(partial(looked_again, self._frame, held.shares, before, changed), held.limits, descriptors)
        if not again:
            return self._looked(held)
        return replace(held, looked=Looked(self._frame.base, again[0].decode()), found=Found.of(again[1]) if again[1:] else None)

    def _looked(self, held: Held) -> Held:
        pace = Pace(self._work.progress, "looking")
        for answer in confined_all(tasks(self._frame, held.shares), held.limits, held.descriptors):
            before = held.looked.numbers.triples
            held.looked.add(b"".join(answer).decode())
            pace.add(held.looked.numbers.triples - before)
        return held

    def _whole(self) -> Held:
        """Put all lines in order."""
        self._work.progress("ordering")
        with ExitStack() as files:
            stated = self._index(STATED[BY_SUBJECT], merged([run.lines for run in self._runs]), files)
            with closing(self._deriving(stated)) as answers:
                stated_turned = self._index(STATED[TURNED], merged([run.turned for run in self._runs]), files)
                lines = self._derived(stated, answers)
            filled(new(self._folder, DERIVED_LINES), [lines])
            ontology = tagged(self._frame.triples("ontology"), ONTOLOGY)
            more = Change([], sorted((lines + ontology).splitlines(keepends=True)))
            by_subject = self._with(stated, more, BY_SUBJECT)
            turned_index = self._with(stated_turned, more.turned(), TURNED)
        for name in STATED.values():
            drop(new(self._folder, name))
        return self._made(by_subject, turned_index, vocabulary(by_subject))

    def _with(self, index: Index, more: Change, name: str) -> Index:
        """Put *more* lines into those of *index*."""
        if is_small(more, index.size // BYTES):
            return written(spliced(index, more), new(self._folder, name), self._files)
        return self._index(name, merged([new(self._folder, STATED[name]), filled(self._folder / "more", more.added)]), self._files)

    def _changed(self, kept: Kept, changed: Change) -> tuple[Held, Change]:
        """Put what has *changed* into the lines that are *kept*; return what has changed in all."""
        lines, self._footprints = kept.derived, kept.footprints
        if changed.concerns(self._footprints.rules):
            stated = spliced(kept.by_subject, changed)
            lines = self._derived(stated, self._deriving(stated))
        before, after = ({*content.splitlines(keepends=True)} for content in (kept.derived, lines))
        changed = changed.then(Change(sorted(before - after), sorted(after - before)))
        filled(new(self._folder, DERIVED_LINES), [lines])
        laid = kept.laid.then(changed)
        by_subject, turned_index = laid_over(kept.whole, laid)
        if is_much := len(laid.fields) > _LAID:
            by_subject = written(by_subject, new(self._folder, BY_SUBJECT), self._files)
            turned_index = written(turned_index, new(self._folder, TURNED), self._files)
        held = self._made(by_subject, turned_index, vocabulary_again(kept.vocabulary, [*changed.removed, *changed.added], by_subject))
        return replace(held, before=(kept.by_subject, changed), laid=None if is_much else laid, answers=kept.answers), changed

    def _made(self, by_subject: Index, turned_index: Index, classes: Sequence[bytes]) -> Held:
        shares = Shares(by_subject, turned_index, classes, _n_triples(self._frame.shapes_graph))
        return Held(self._root, self._frame, self._runs, shares, Looked(self._frame.base), self._work.memory, self._key, self._footprints)

    def _deriving(self, stated: Index) -> Generator[list[bytes] | Stopped, None, None]:
        """Begin to derive what follows from what is *stated*."""
        self._work.progress("deriving")
        return confined_each([partial(derived, self._frame, stated)], self._limits(stated), (stated.descriptor,))

    def _derived(self, stated: Index, answers: Iterable[list[bytes] | Stopped]) -> bytes:
        """Return the lines that follow. Raises `Halted` and `BadQuery`."""
        (answer,) = answers
        if isinstance(answer, Stopped):
            raise Halted(stopped_at(self._frame, answer, self._limits(stated))) from answer
        lines = tagged(derived_triples(answer[0]), DERIVED)
        self._footprints.rules = footprint_in(*answer[1:])
        return lines

    def _limits(self, stated: Index) -> Limits:
        return limits_of(stated.size, self._work.memory)

    def _index(self, name: str, pieces: Iterable[bytes], files: ExitStack) -> Index:
        return opened(filled(new(self._folder, name), pieces), files)


def _judged(held: Held, listed: list[Finding]) -> Checked:
    try:
        listed += _inspected(held)
        answer = Judges(held).answer(batches(held.looked.suspects, _found(held, listed)))
    except Stopped as stopped:
        return Checked(held.frame, tuple(sort_findings([*listed, _stop(stopped, held.limits)])))
    scored = score_of(framed(held.frame, held.by_subject, held.turned), listed, PATHS)
    nodes = {term for result in answer.results for term in (_node(result["focus_node"]), _node(result["value"])) if term}
    sources = _in_order(held.frame, sources_about(held, nodes))
    validation = findings(answer, sources, held.frame.prefixes, partial(cases_of, held.root))
    numbers = held.looked.numbers.statistics().graphs[ALL]
    return Checked(held.frame, tuple(sort_findings([*listed, *validation.findings])), validation, scored, numbers.triples)


def _stop(stopped: Stopped, limits: Limits) -> Finding:
    return found("shapes", 0, f"check-{stopped.reason}", seconds=f"{limits.seconds:.0f}", memory=limits.memory)


def _found(held: Held, listed: list[Finding]) -> Found:
    """Ask the queries of shapes, and meanwhile answer the questions that are not in files in which something is wrong. Raises `Stopped`."""
    wrong = {finding.file for finding in listed if finding.severity == Severity.VIOLATION}
    questions = [query for query in held.frame.questions if query.file not in wrong]
    is_answered = held.before is not None and not held.before[1].concerns(held.footprints.questions)
    answering = [] if is_answered else [partial(answers, held.by_subject, questions)]
    finding = [] if held.found else [partial(find, held.shares, held.looked)]
    told = [*confined_each([*answering, *finding], held.limits, held.descriptors)]
    if answering:
        _hear(held, told.pop(0), listed)
    found = held.found
    for answer in told:
        if isinstance(answer, Stopped):
            raise answer
        found = Found.of(answer[0])
    assert found is not None
    held.looked.asked = found.asked
    return found


def _hear(held: Held, answered: list[bytes] | Stopped, listed: list[Finding]) -> None:
    """Keep the answers of questions, or what stopped them."""
    if isinstance(answered, Stopped):
        listed.append(stopped_at(held.frame, answered, held.limits))
        return
    held.footprints.questions = footprint_in(answered[-1])
    held.answers.clear()
    held.answers.update(map(answer_in, answered[:-1]))


def _inspected(held: Held) -> list[Finding]:
    """What the engine's own rules find wrong between files, and in queries."""
    frame, looked = held.frame, held.looked
    names = questionable(frame, held.runs, looked, (held.by_subject, held.turned))
    project = replace(frame, sources={**frame.sources, "data": held.sources(names)})
    project = replace(project, stated=project.triples("data"))
    elsewhere = Elsewhere(InFiles(held.by_subject), withdrawn(frame, looked))

    def compute(note: Note) -> Iterator[bytes]:
        yield from map(told, lint(project, note, elsewhere))

    try:
        return [*map(heard, confined(compute, held.limits, (held.by_subject.descriptor,)))]
    except Stopped as stopped:
        return [*map(heard, stopped.pieces), stopped_at(frame, stopped, held.limits)]


def _in_order(frame: Project, data: Iterable[Source]) -> tuple[Source, ...]:
    return replace(frame, sources={**frame.sources, "data": tuple(data)}).files()


def _node(term: str) -> bytes:
    """An IRI as lines have it, from how N-Triples writes it or as it is; nothing for any other term."""
    return term.rstrip(">").encode() if term.startswith("<") else b""


def _n_triples(triples: Iterable[Triple]) -> bytes:
    return pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
