"""Join the stages: read, derive, check, describe, render, write. The only module that knows them all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, Triple

from publish.check import findings, sort_findings
from publish.derive import derive
from publish.describe import code_lists, describe, names, query_triples
from publish.errors import BadQuery, Mistake
from publish.findings import found
from publish.jsonld import Context
from publish.lint import lint
from publish.model import SHACL, TYPE, Finding, Project, Resource, Severity, Source, Validation, sort_triples
from publish.paths import collisions
from publish.processor import Processor
from publish.read import read_project, read_source, source_files
from publish.render import File, Notation, render_graph, render_graphs, render_resource
from publish.report import report_iri, report_triples
from publish.show import as_text
from publish.sparql import load, run
from publish.turtle import Namespaces
from publish.write import refuse_occupied, write_site

if TYPE_CHECKING:
    from publish.pages import Pages

Progress = Callable[[str], None]
"""Is told the name of each stage as it begins."""

_DECLARATIONS = {SHACL + name for name in ("declare", "prefix", "namespace")}


_NOTHING = Validation((), {}, {})


@dataclass(frozen=True, slots=True)
class Checked:
    """A project with everything that was found in it; no project where it cannot be read."""

    project: Project | None
    findings: tuple[Finding, ...]
    validation: Validation = _NOTHING

    @property
    def is_sound(self) -> bool:
        """No violation: what was checked may be published."""
        return self.project is not None and all(finding.severity != Severity.VIOLATION for finding in self.findings)

    @property
    def namespaces(self) -> Namespaces:
        """The project's prefixes; none where it cannot be read."""
        return Namespaces(self.project.prefixes if self.project else {})

    def report(self) -> list[Triple]:
        """The validation report, sorted."""
        return report_triples(self.validation, self.findings, self.project.base if self.project else "urn:bynet:")


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
    project = read.project
    return replace(project, derived=derive(project.stated, project.triples("judgements"), project.rules))


def read_sources(root: Path) -> list[Source]:
    """Return every Turtle source under *root*, the shapes' cases too. Raises `Unsound` where one can't be read."""
    read = [read_source(path, root) for paths in source_files(root).values() for path in paths] + [*_cases(root)]
    faults = [finding for _source, findings in read for finding in findings]
    if faults:
        raise Unsound(Checked(None, tuple(sort_findings(faults))))
    return [source for source, _findings in read]


def check_project(root: Path, processor: Processor, base: str | None = None) -> Checked:
    """Return the project under *root* and everything wrong with it: by the engine's own rules, and by its shapes as *processor* finds."""
    read = read_project(root, base)
    if read.project is None:
        return Checked(None, tuple(sort_findings(read.findings)))
    rules = list(_no_constructs(read.project))
    try:
        project = replace(read.project, derived=derive(read.project.stated, read.project.triples("judgements"), read.project.rules))
    except BadQuery:
        rules += lint(read.project)
        if any(finding.severity == Severity.VIOLATION for finding in rules):
            return Checked(read.project, tuple(sort_findings(rules)))
        raise
    processor.ask([*merged(project), *project.triples("ontology")], shapes_graph(project))
    own = [*lint(project), *_collisions(project)]
    validation = findings(processor.answer(), project.files(), project.prefixes, (source for source, _findings in _cases(root)))
    return Checked(project, tuple(sort_findings([*own, *validation.findings])), validation)


def publish_project(root: Path, out: Path, base: str | None, progress: Progress, processor: Processor) -> tuple[Checked, int]:
    """Check the project under *root* and write its site to *out*; return what was found and the number of files.

    Raises `Unsound` (nothing is written) where there is a violation, `OccupiedFolder` where *out* is not bynet's.
    """
    refuse_occupied(out)
    progress("checking")
    checked = check_project(root, processor, base)
    if checked.project is None or not checked.is_sound:
        raise Unsound(checked)
    progress("writing")
    return checked, write_site(out, Publication(checked.project, checked).site_files())


def merged(project: Project) -> list[Triple]:
    """All data, stated and derived, sorted."""
    return sort_triples([*project.stated, *project.derived])


def shapes_graph(project: Project) -> list[Triple]:
    """The shapes, with the prefix declarations that their SPARQL needs."""
    return sort_triples([*project.triples("shapes"), *(triple for triple in project.stated if triple.predicate.value in _DECLARATIONS)])


class Publication:
    """Everything that a project publishes, computed once and when it is first asked for."""

    def __init__(self, project: Project, checked: Checked | None = None) -> None:
        self.project = project
        self.namespaces = Namespaces(project.prefixes)
        self._checked = checked

    @cached_property
    def everything(self) -> list[Triple]:
        """All triples that have a page: data, ontology, shapes, queries, and the validation report where there is one."""
        project = self.project
        queries = query_triples((*project.rules, *project.questions), project.dataset)
        return sort_triples([*merged(project), *project.triples("ontology"), *project.triples("shapes"), *queries, *self._report])

    @cached_property
    def notation(self) -> Notation:
        """What the RDF formats need to know."""
        return Notation(self.project.base, self.namespaces, Context(self.everything, self.namespaces, self.project.base))

    def resources(self) -> Iterator[Resource]:
        """Every resource that has a page, by code point of its IRI."""
        return describe(self.everything, frozenset(self.project.derived), self.project.base)

    def site_files(self) -> Iterator[File]:
        """Every file of the site but the manifest."""
        resources = list(self.resources())
        for resource in resources:
            yield from render_resource(resource, self.notation)
        downloads = list(self._downloads())
        yield from downloads
        yield "context.jsonld", _context(self.notation.context)
        yield from self.project.pictures
        yield from self._pages(resources, [(path, len(content)) for path, content in downloads])

    @cached_property
    def _report(self) -> list[Triple]:
        return self._checked.report() if self._checked else []

    def _downloads(self) -> Iterator[File]:
        project, notation = self.project, self.notation
        queries = (*project.rules, *project.questions)
        graphs = {
            "all": merged(project),
            "stated": project.stated,
            "derived": project.derived,
            "codes": code_lists(project.stated),
            "ontology": project.triples("ontology"),
            "shapes": shapes_graph(project),
            "queries": query_triples(queries, project.dataset),
        }
        for name, triples in graphs.items():
            yield from render_graph(f"download/{name}", triples, notation)
        yield from render_graphs("download/all", {project.base + name: graphs[name] for name in ("stated", "derived")}, notation)
        store = load(graphs["all"])
        for query in queries:
            path = query.iri.removeprefix(project.base)
            yield f"{path}.rq", query.text.encode()
            answer = run(store, query.body, query.prefixes)
            if isinstance(answer, QuerySolutions):
                yield f"{path}.tsv", answer.serialize(format=QueryResultsFormat.TSV) or b""
            elif isinstance(answer, QueryBoolean):
                yield f"{path}.srj", answer.serialize(format=QueryResultsFormat.JSON) or b""

    def names(self, language: str) -> dict[str, str]:
        """What to call each IRI in *language*."""
        return names(self.everything, language)

    def page(self, resource: Resource, language: str) -> str:
        """The HTML page of one resource, in *language* if the site has it, else in the site's first."""
        pages = self._templates(list(self.resources()))
        return pages.get(language, pages[self.project.languages[0]]).resource(resource)[1].decode()

    def _pages(self, resources: Sequence[Resource], downloads: Sequence[tuple[str, int]]) -> Iterator[File]:
        kinds = _by_kind(self.everything, {resource.iri for resource in resources})
        report = report_iri(self.project.base)
        yield "style.css", files(__package__).joinpath("templates/style.css").read_bytes()
        for pages in self._templates(resources).values():
            yield pages.index(kinds, downloads)
            yield from (pages.resource(resource) for resource in resources if resource.iri != report)
            if self._checked is not None:
                yield pages.report(report, self._checked.validation, self._checked.findings)

    def _templates(self, resources: Sequence[Resource]) -> dict[str, Pages]:
        from publish.pages import Pages, Site  # noqa: PLC0415  # Jinja2 takes long to start, and only pages need it

        project = self.project
        dataset = next(resource for resource in resources if resource.iri == project.dataset.value)
        called = {language: self.names(language) for language in project.languages}
        site = Site(project.base, dataset, project.languages, self.namespaces, called, frozenset(resource.iri for resource in resources))
        return {language: Pages(site, language) for language in project.languages}


def _by_kind(triples: Sequence[Triple], iris: set[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for triple in triples:
        if triple.predicate == TYPE and isinstance(triple.object, NamedNode) and isinstance(triple.subject, NamedNode) and triple.subject.value in iris:
            kinds.setdefault(triple.object.value, []).append(triple.subject.value)
    return kinds


def _context(context: Context) -> bytes:
    return (json.dumps({"@context": context.whole()}, ensure_ascii=False, indent=2) + "\n").encode()


def _collisions(project: Project) -> Iterator[Finding]:
    places: dict[str, tuple[str, int]] = {}
    for source in project.files():
        for triple, line in zip(source.triples, source.lines, strict=True):
            if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(project.base):
                places.setdefault(triple.subject.value, (source.file, line))
    namespaces = Namespaces(project.prefixes)
    for one, other in collisions(places, project.base):
        yield found(*places[other], "same-page", other, name=namespaces.shorten(other), other=namespaces.shorten(one))


def _no_constructs(project: Project) -> Iterator[Finding]:
    for rule in project.rules:
        if rule.kind != "CONSTRUCT":
            yield found(rule.file, rule.body_line, "no-construct", rule.iri)


def _cases(root: Path) -> Iterator[tuple[Source, list[Finding]]]:
    return (read_source(path, root) for path in sorted((root / "tests/shapes").glob("**/*.ttl")))
