"""Join the stages: read, derive, check, publication, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from publish.addresses import media_type
from publish.catalogue import Catalogue, catalogue_triples
from publish.check import findings, sort_findings
from publish.cluster import Cluster
from publish.errors import BadQuery, CheckFailed, Mistake, OccupiedFolder
from publish.findings import found
from publish.intake import files as intake
from publish.model import Finding, Project, Published, Severity, Source
from publish.processor import Processor
from publish.publication import Checked, Publication
from publish.quality import Indicator, score
from publish.read import SOURCE_FOLDERS, cases_of, read_cases, read_project, source_files
from publish.rebase import move_source
from publish.render import FORMATS
from publish.show import as_text
from publish.trial import Halted, derived, inspected
from publish.write import Place, replacing

Progress = Callable[[str], None]
"""Is told the name of each stage as it begins."""


class Unsound(Mistake):
    """A project that cannot be read, or whose violations stop publishing: *checked* holds what was found."""

    exit_code = 1

    def __init__(self, checked: Checked) -> None:
        super().__init__("unsound")
        self.checked = checked

    def told(self, language: str) -> tuple[str, ...]:
        """Return a line for each finding."""
        return tuple(as_text(self.checked.findings, self.checked.namespaces, language))


def load_project(root: Path, base: str | None = None) -> Project:
    """Return the project under *root*, read and with all that follows from it. Raises `Unsound` where a file can't be read."""
    read = read_project(root, base)
    if read.project is None:
        raise Unsound(Checked(None, tuple(sort_findings(read.findings))))
    try:
        return replace(read.project, derived=derived(read.project))
    except Halted as halted:
        raise Unsound(Checked(read.project, (halted.finding,))) from halted


def read_sources(root: Path) -> list[Source]:
    """Return every Turtle source under *root*, the shapes' cases too. Raises `Unsound` where one can't be read."""
    read = [*intake.read_sources([path for paths in source_files(root).values() for path in paths], root), *read_cases(root)]
    faults = [finding for _source, findings in read for finding in findings if finding.severity == Severity.VIOLATION]
    if faults:
        raise Unsound(Checked(None, tuple(sort_findings(faults))))
    return [source for source, _findings in read]


def check_project(root: Path, processor: Processor, base: str | None = None, contributed: Sequence[Path] = ()) -> Checked:
    """Return the project under *root* and everything wrong with it: by the engine's own rules, and by its shapes as *processor* finds.

    The files *contributed* are held against the project as if what they say were among its data.
    """
    read = read_project(root, base)
    if read.project is None:
        return Checked(None, tuple(sort_findings(read.findings)))
    project, listed = _with(read.project, [intake.read_contribution(path) for path in contributed])
    listed += read.findings
    try:
        project = replace(project, derived=derived(project))
    except Halted as halted:
        return Checked(project, tuple(sort_findings([*listed, halted.finding])))
    except BadQuery:
        checked = Checked(project, tuple(sort_findings([*listed, *inspected(project)])))
        if checked.is_sound:
            raise
        return checked
    ontology = (triple for source in project.sources["ontology"] for triple in source.triples)
    processor.ask(_n_triples([*project.stated, *project.derived, *ontology]), _n_triples(project.shapes_graph))
    listed += inspected(project)
    scored = score_of(project, listed, _paths(project))  # while the processor works
    try:
        answer = processor.answer()
    except CheckFailed as error:
        return Checked(project, tuple(sort_findings([*listed, found("shapes", 0, "check-failed", **error.values)])), score=scored)
    validation = findings(answer, project.files(), project.prefixes, lambda file: cases_of(root, file))
    return Checked(project, tuple(sort_findings([*listed, *validation.findings])), validation, scored)


def _with(project: Project, contributed: Iterable[tuple[Source, list[Finding]]]) -> tuple[Project, list[Finding]]:
    """Return *project* with what was *contributed* and can be read among its data, and what was found in all of it."""
    read = [*contributed]
    sources = tuple(source for source, faults in read if all(fault.severity != Severity.VIOLATION for fault in faults))
    whole = replace(project, sources={**project.sources, "data": (*project.sources["data"], *sources)})
    return replace(whole, stated=whole.triples("data")), [fault for _source, faults in read for fault in faults]


@dataclass(frozen=True, slots=True)
class Order:
    """What to publish: the project's folder, where to, the base of its IRIs where it is not its own, and the site before where that is not *out*.

    *expires* is the last day on which a copy is valid, or `validity.NEVER`; where it is nothing, that of the site before. *resources* says
    where the descriptions of the data's resources are: in ``files`` of their own, in ``bundles``, or in ``none`` but the dumps; *memory* is how many MiB
    may be taken then.
    """

    root: Path
    out: Path
    base: str | None = None
    previous: str | None = None
    expires: str | None = None
    resources: str = "files"
    memory: int = 4096
    cluster: Cluster | None = None
    """Where Apache Spark does it, where it does."""


def publish_project(order: Order, progress: Progress, processor: Processor) -> tuple[Checked, int]:
    """Check a project and write its site; return what was found and the number of files, none where the site is just the same already.

    Nobody else can publish to the same folder meanwhile. Raises `Unsound` (nothing is written) where there is a violation, `OccupiedFolder`
    where the folder is not bynet's, and other mistakes where it can't be written or the data set may not follow the one published before.
    """
    refuse_sources(order)
    with replacing(order.out) as place:
        progress("checking")
        checked = check_project(order.root, processor, order.base)
        if checked.project is None or not checked.is_sound:
            raise Unsound(checked)
        return checked, _publish(order, checked, checked.project, progress, place)


def refuse_sources(order: Order) -> None:
    """Raise `OccupiedFolder` where the site would stand among its own sources."""
    if any(order.out.resolve().is_relative_to((order.root / folder).resolve()) for folder in (*SOURCE_FOLDERS, "theme")):
        raise OccupiedFolder("inside-sources", folder=order.out)


def _publish(order: Order, checked: Checked, project: Project, progress: Progress, place: Place) -> int:
    """Write the site of a sound project to its *place*, and prove that it says what was checked; return the number of files, none where it was there."""
    from publish.earlier import open_site  # noqa: PLC0415  # these take long to start, and `check` needs none of them
    from publish.readback import accept, read_back  # noqa: PLC0415
    from publish.releases import look_back  # noqa: PLC0415
    from publish.site import site_files  # noqa: PLC0415

    now = Publication(project).snapshot
    accepted = accept(project, now.graphs["queries"], checked.report())
    progress("comparing")
    if order.previous is not None and open_site(order.previous) is None:
        raise Mistake("no-previous", place=order.previous)
    history = look_back(order.previous or str(order.out), now, order.expires)
    progress("writing")
    cases = tuple(move_source(source, project.own_base, project.base) for source, faults in read_cases(order.root) if not faults)
    return place.replace(site_files(Publication(replace(project, cases=cases), checked, history)), partial(read_back, accepted))


def score_of(project: Project, own: Sequence[Finding], paths: Iterable[str]) -> tuple[Indicator, ...]:
    """Return how good the metadata are, as the catalogue would say them; nothing where the files have faults that stop publishing.

    *paths* are those of the downloads. What the method asks of a file is that its size and hash are said: their values, which only writing
    the file would tell, make no difference.
    """
    if any(finding.severity == Severity.VIOLATION for finding in own):
        return ()
    files = tuple(Published(path, media_type(path), 0, sha256().hexdigest()) for path in paths)
    return score(catalogue_triples(Catalogue(project, files, (), project.digests, {})), project.dataset.value)


def _paths(project: Project) -> Iterator[str]:
    """The paths of the downloads of *project*, which may have none where something is wrong."""
    graphs = sorted({"all", "codes", *Publication(project).snapshot.graphs})
    yield from (f"download/{name}.{extension}" for name in graphs for extension in FORMATS)


def _n_triples(triples: Iterable[Triple]) -> bytes:
    return pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
