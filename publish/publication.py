"""Join what makes a site of a checked project: describe, report, render, pages. Every file of it, in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, Triple

from publish.describe import code_lists, describe, names, query_triples
from publish.jsonld import Context
from publish.model import TYPE, Finding, Project, Resource, Severity, Validation, sort_triples
from publish.render import File, Notation, render_graph, render_graphs, render_resource
from publish.report import report_iri, report_triples
from publish.sparql import load, run
from publish.turtle import Namespaces

if TYPE_CHECKING:
    from publish.pages import Pages

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
        return sort_triples([*project.data, *project.triples("ontology"), *project.triples("shapes"), *queries, *self._report])

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
            "all": project.data,
            "stated": project.stated,
            "derived": project.derived,
            "codes": code_lists(project.stated),
            "ontology": project.triples("ontology"),
            "shapes": project.shapes_graph,
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
