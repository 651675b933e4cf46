"""Join the stages for data on disk: read, derive, look, judge. What is found is what `publish.build` finds in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from publish.bulk.asking import derived, derived_triples, unanswered
from publish.bulk.crossing import InFiles, files_with, questionable, withdrawn
from publish.bulk.held import BYTES, Held
from publish.bulk.index import Index, merged, opened
from publish.bulk.judging import Extract, extract
from publish.bulk.lines import DERIVED, ONTOLOGY, tagged, turned
from publish.bulk.looking import Looked, Shares, tasks, vocabulary
from publish.bulk.runs import Run, Runs, everything_else
from publish.check import findings, sort_findings
from publish.confined import Note, Stopped, confined, limits_for
from publish.errors import CheckFailed
from publish.findings import found, heard, told
from publish.lint import Elsewhere, described, lint
from publish.model import Finding, Project, Source
from publish.parallel import confined_each
from publish.processor import Processor
from publish.publication import Checked
from publish.read import cases_of, read_frame, source_files
from publish.shapes.loading import prepare
from publish.statistics import ALL
from publish.trial import Halted, load_what_lint_needs, stopped_at

Progress = Callable[[str], None]
_RUNS = "runs"


def check_on_disk(root: Path, base: str | None, folder: Path, processor: Processor, files: ExitStack) -> tuple[Checked, Held | None]:
    """Return what is wrong with the project under *root*, and the project, where it can be read; its lines lie in *folder*, open until *files* are closed."""
    read = read_frame(root, base)
    if read.project is None:
        return Checked(None, tuple(sort_findings(read.findings))), None
    frame = read.project
    (folder / _RUNS).mkdir(exist_ok=True)
    runs = [*Runs(folder / _RUNS, root, frame, everything_else(frame, described(frame))).read(source_files(root)["data"])]
    listed = [*read.findings, *(finding for run in runs for finding in run.findings)]
    if any(run.lines.suffix == "" for run in runs):
        return Checked(None, tuple(sort_findings(listed))), None
    try:
        held = _held(root, frame, runs, folder, files)
    except Halted as halted:
        return Checked(frame, tuple(sort_findings([*listed, halted.finding]))), None
    return _checked(held, listed, processor)


def _checked(held: Held, listed: list[Finding], processor: Processor) -> tuple[Checked, Held | None]:
    prepare()
    shares = Shares(held.by_subject, held.turned, vocabulary(held.by_subject), _n_triples(held.frame.shapes_graph))
    kept = (held.by_subject.descriptor, held.turned.descriptor)
    try:
        for pieces in confined_each(tasks(held.frame, shares), held.limits, kept):
            held.looked.add(b"".join(_whole(pieces)).decode())
        (piece,) = confined(partial(extract, shares, held.looked), held.limits, kept)
        judged = Extract.of(piece)
        held.looked.asked = judged.asked
        processor.ask_about(judged.suspects, judged.data, shares.shapes)
        listed += _inspected(held)
        answer = processor.answer()
    except Stopped as stopped:
        stop = found("shapes", 0, f"check-{stopped.reason}", seconds=f"{held.limits.seconds:.0f}", memory=held.limits.memory)
        return Checked(held.frame, tuple(sort_findings([*listed, stop]))), held
    except CheckFailed as error:
        return Checked(held.frame, tuple(sort_findings([*listed, found("shapes", 0, "check-failed", **error.values)]))), held
    nodes = {term for result in answer.results for term in (_node(result["focus_node"]), _node(result["value"])) if term}
    sources = _in_order(held.frame, held.sources(files_with(nodes, held.runs)))
    validation = findings(answer, sources, held.frame.prefixes, partial(cases_of, held.root))
    numbers = held.looked.numbers.statistics().graphs[ALL]
    return Checked(held.frame, tuple(sort_findings([*listed, *validation.findings])), validation, on_disk=numbers.triples), held


def _whole(answer: list[bytes] | Stopped) -> list[bytes]:
    if isinstance(answer, Stopped):
        raise answer
    return answer


def _held(root: Path, frame: Project, runs: Sequence[Run], folder: Path, files: ExitStack) -> Held:
    """Put all lines in order. Raises `Halted` where a rule does not come to its end, and `BadQuery`."""
    with ExitStack() as scratch:
        stated = _index(folder / "stated", merged([run.lines for run in runs]), scratch)
        follows = tagged(_derived(frame, stated), DERIVED)
    ontology = tagged(frame.triples("ontology"), ONTOLOGY)
    beside = [_file(folder / "derived", follows), _file(folder / "ontology", ontology)]
    by_subject = _index(folder / "by-subject", merged([folder / "stated", *beside]), files)
    beside_turned = [_file(folder / "derived-turned", turned(follows)), _file(folder / "ontology-turned", turned(ontology))]
    turned_index = _index(folder / "turned", merged([*(run.turned for run in runs), *beside_turned]), files)
    return Held(root, frame, runs, by_subject, turned_index, Looked(frame.base))


def _derived(frame: Project, stated: Index) -> list[Triple]:
    limits = limits_for(stated.size // BYTES)
    try:
        (piece,) = confined(partial(derived, frame, stated), limits, (stated.descriptor,))
    except Stopped as stopped:
        raise Halted(stopped_at(frame, stopped, limits)) from stopped
    return derived_triples(piece)


def _inspected(held: Held) -> list[Finding]:
    """What the engine's own rules find wrong between files, and questions that can't be answered within limits."""
    frame, looked = held.frame, held.looked
    names = questionable(frame, held.runs, looked, (held.by_subject, held.turned))
    project = replace(frame, sources={**frame.sources, "data": held.sources(names)})
    elsewhere = Elsewhere(InFiles(held.by_subject), withdrawn(frame, looked))

    def compute(note: Note) -> Iterator[bytes]:
        listed = lint(project, note, elsewhere)
        yield from map(told, listed)
        wrong = {finding.file for finding in listed}
        yield from unanswered(held.by_subject, [query for query in frame.questions if query.file not in wrong], note)

    load_what_lint_needs(project)
    try:
        return [*map(heard, confined(compute, held.limits, (held.by_subject.descriptor,)))]
    except Stopped as stopped:
        return [*map(heard, stopped.pieces), stopped_at(frame, stopped, held.limits)]


def _in_order(frame: Project, data: Sequence[Source]) -> tuple[Source, ...]:
    return replace(frame, sources={**frame.sources, "data": tuple(data)}).files()


def _node(term: str) -> bytes:
    """An IRI as lines have it, from how N-Triples writes it; nothing for any other term."""
    return term[:-1].encode() if term.startswith("<") else b""


def _index(path: Path, pieces: Iterable[bytes], files: ExitStack) -> Index:
    with path.open("wb") as file:
        file.writelines(pieces)
    return opened(path, files)


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _n_triples(triples: Iterable[Triple]) -> bytes:
    return pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
