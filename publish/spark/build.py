"""Join the stages on a cluster: read, derive, judge, count. What is found is what `publish.bulk.build` finds on one machine."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, Triple
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from publish.answered import Answered
from publish.build import score_of
from publish.bulk.asking import answer_in, answers_from
from publish.bulk.build import PATHS
from publish.bulk.crossing import withdrawn
from publish.bulk.footprint import footprint
from publish.bulk.frame import framed
from publish.bulk.held import Held
from publish.bulk.lines import DERIVED, ONTOLOGY, STATED, lines_of, n_triples
from publish.bulk.looking import Looked, Shares
from publish.bulk.pace import Progress
from publish.check import findings, sort_findings
from publish.confined import Note, Stopped, confined, limits_for
from publish.errors import Mistake
from publish.findings import heard, told
from publish.lint import Elsewhere, lint
from publish.model import Finding, Project, Severity
from publish.publication import Checked
from publish.query import Query
from publish.read import cases_of
from publish.spark.counting import counted
from publish.spark.crossing import Between
from publish.spark.deriving import Derived
from publish.spark.desk import Desk
from publish.spark.gathering import Ground
from publish.spark.judging import judged
from publish.spark.nearby import Bringing
from publish.spark.ordering import in_shards
from publish.spark.planning import Plan
from publish.spark.reading import read
from publish.spark.rows import LINES, line_of
from publish.spark.sources import Given, Sources
from publish.statistics import ALL
from publish.trial import Halted, load_what_lint_needs, stopped_at

_TAGGED = f"{LINES}, g string"
_ANSWERED = 2_000_000
"""How many triples questions may see: they are asked on one machine."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a project is checked: a *session* with a cluster, in so many *shards*, on a *desk*.

    What is brought near lies in *folder*, open with *files*; the data are in the files that are *given*; *progress* is told of stages.
    """

    session: SparkSession
    shards: int
    desk: Desk
    folder: Path
    files: ExitStack
    given: Given
    progress: Progress


@dataclass(frozen=True, slots=True)
class Made:
    """A project whose data lie on a cluster: what there is of it on this machine, and all its lines, tagged, in shards that follow one another."""

    held: Held
    ordered: DataFrame


class Checking:
    """Checks the project under *root*, which has its *frame* here and its data in the files that *site* is given; what is done with it is *planned*."""

    def __init__(self, root: Path, frame: Project, plan: Plan, site: Site) -> None:
        self._root, self._frame, self._plan, self._site = root, frame, plan, site
        self._listed: list[Finding] = []

    def checked(self) -> tuple[Checked, Made | None]:
        """Return what is wrong with the project, but for what its frame has alone; and the project, where that can be said."""
        self._site.progress("spark-reading")
        taken = read(self._site.session, self._frame, self._site.given, self._site.desk)
        if any(fault.severity == Severity.VIOLATION for fault in taken.faults):
            return self._found(None, taken.faults), None
        self._listed += taken.findings
        stated = self._site.desk.keep(taken.lines.select("s", "p", "o").distinct())
        self._site.progress("spark-deriving")
        try:
            derived = Derived(self._frame, self._plan.rules, Ground(stated, self._site.shards, self._site.desk)).lines()
        except Halted as halted:
            return self._found(self._frame, [halted.finding]), None
        ordered = self._site.desk.keep(in_shards(self._tagged(stated, derived), self._site.shards))
        checked, made = self._looked(ordered, Between(self._frame, taken.lines, taken.renamed))
        if self._plan.broken and checked.is_sound:
            raise self._plan.broken
        return checked, made

    def _found(self, frame: Project | None, more: Sequence[Finding]) -> Checked:
        return Checked(frame, tuple(sort_findings([*self._listed, *more])))

    def _tagged(self, stated: DataFrame, derived: DataFrame) -> DataFrame:
        rows = [(*line.decode().removesuffix("\n").split("\t"), ONTOLOGY.decode()) for line in lines_of(self._frame.triples("ontology"))]
        ontology = self._site.session.createDataFrame(sorted({*rows}), _TAGGED)
        return stated.withColumn("g", F.lit(STATED.decode())).unionByName(derived.withColumn("g", F.lit(DERIVED.decode()))).unionByName(ontology)

    def _looked(self, ordered: DataFrame, between: Between) -> tuple[Checked, Made]:
        self._site.progress("spark-counting")
        looked = counted(self._frame, ordered, self._site.shards)
        sources = Sources(self._site.session, self._frame, self._site.given)
        self._listed += self._inspected(between, looked, sources)
        self._site.progress("spark-judging")
        found = judged(self._site.desk.keep(ordered.select("s", "p", "o").distinct()), self._plan, self._site.shards, self._site.desk)
        looked.focus_nodes.update(found.focus_nodes)
        answers = self._answers(ordered)
        nodes = {node for result in found.answer.results for node in (_node(result["focus_node"]), _node(result["value"])) if node}
        held = self._held(ordered, looked, answers, {*nodes, *self._named(answers)})
        scored = score_of(framed(self._frame, held.by_subject, held.turned), self._listed, PATHS)
        data = sources.of(between.files_with(nodes), nodes)
        files = replace(self._frame, sources={**self._frame.sources, "data": data}).files()
        validation = findings(found.answer, files, self._frame.prefixes, partial(cases_of, self._root))
        triples = looked.numbers.statistics().graphs[ALL].triples
        checked = Checked(self._frame, tuple(sort_findings([*self._listed, *validation.findings])), validation, scored, triples)
        return checked, Made(held, ordered)

    def _inspected(self, between: Between, looked: Looked, sources: Sources) -> list[Finding]:
        """What the engine's own rules find wrong between files, and in queries."""
        frame, names = self._frame, between.questionable(looked)
        data = sources.of(names, ())
        project = replace(frame, sources={**frame.sources, "data": data})
        project = replace(project, stated=project.triples("data"))
        described = between.described(_mentioned(project))
        elsewhere = Elsewhere(described, withdrawn(frame, looked))
        limits = limits_for(len(project.stated))
        load_what_lint_needs(frame)

        def compute(note: Note) -> Iterator[bytes]:
            yield from map(told, lint(project, note, elsewhere))

        try:
            return [*map(heard, confined(compute, limits))]
        except Stopped as stopped:
            return [*map(heard, stopped.pieces), stopped_at(frame, stopped, limits)]

    def _answers(self, ordered: DataFrame) -> dict[str, Answered]:
        """The answers of questions, by their IRIs. Raises `Mistake` where they see more than one machine can hold."""
        wrong = {finding.file for finding in self._listed if finding.severity == Severity.VIOLATION}
        questions = [query for query in self._frame.questions if query.file not in wrong]
        predicates = footprint(questions)
        seen = ordered.where(F.col("g") != ONTOLOGY.decode())
        seen = seen if predicates is None else seen.where(F.col("p").isin(sorted(name.decode() for name in predicates)))
        if questions and seen.count() > _ANSWERED:
            raise Mistake("questions-see-much", most=_ANSWERED, files=", ".join(query.file for query in questions))
        lines = b"".join(sorted({line_of(row) + b"\n" for row in seen.select("s", "p", "o").collect()})) if questions else b""
        limits = limits_for(lines.count(b"\n"))
        try:
            return dict(map(answer_in, confined(partial(_asked, lines, questions), limits)))
        except Stopped as stopped:
            self._listed.append(stopped_at(self._frame, stopped, limits))
            return {}

    def _named(self, answers: Mapping[str, Answered]) -> Iterator[str]:
        """The IRIs under the base that *answers* name."""
        name = re.compile(re.escape(self._frame.base) + r"[^\s\"<>\\\\]*")
        return (f"<{iri}" for answer in answers.values() for iri in name.findall(answer.content.decode()))

    def _held(self, ordered: DataFrame, looked: Looked, answers: dict[str, Answered], nodes: Collection[str]) -> Held:
        mentioned = _mentioned(self._frame) | {node[1:] for node in nodes if node.startswith("<" + self._frame.base)}
        near = Bringing(ordered.select("s", "p", "o", "g"), self._site.folder, self._site.files).near(self._frame, mentioned)
        return Held(self._root, self._frame, (), Shares(near.by_subject, near.turned, (), self._plan.shapes), looked, answers=answers)


def _asked(lines: bytes, questions: Sequence[Query], note: Note) -> Iterator[bytes]:
    store = Store()
    store.bulk_load(n_triples(lines), RdfFormat.N_TRIPLES)
    yield from answers_from(store, questions, note)


def _mentioned(project: Project) -> set[str]:
    """The IRIs under its base that the triples of *project* name."""
    triples: list[Triple] = [*project.shapes_graph, *(triple for source in project.files() for triple in source.triples)]
    return {term.value for triple in triples for term in triple if isinstance(term, NamedNode) and term.value.startswith(project.base)}


def _node(term: str) -> str:
    """An IRI as lines have it, from how N-Triples writes it; nothing for any other term."""
    return term.rstrip(">") if term.startswith("<") else ""
