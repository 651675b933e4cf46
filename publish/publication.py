"""Join what a checked project says of itself: its resources, its report, its graphs for download. What is asked twice is made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Triple

from publish.describe import code_lists, describe, names, query_triples
from publish.jsonld import Context
from publish.model import Finding, Project, Resource, Severity, Snapshot, Validation, sort_triples
from publish.render import File, Notation, render_graph, render_graphs
from publish.report import report_triples
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
        self.checked = checked

    @cached_property
    def everything(self) -> list[Triple]:
        """All triples that have a page: data, ontology, shapes, queries, and the validation report where there is one."""
        report = self.checked.report() if self.checked else []
        return sort_triples([*(triple for triples in self.snapshot.graphs.values() for triple in triples), *report])

    @cached_property
    def snapshot(self) -> Snapshot:
        """The data set as it is now."""
        project = self.project
        graphs = {
            "stated": project.stated,
            "derived": project.derived,
            "ontology": project.triples("ontology"),
            "shapes": project.shapes_graph,
            "queries": query_triples((*project.rules, *project.questions), project.dataset),
        }
        return Snapshot(project.base, project.dataset.value, project.version, project.modified, graphs)

    @cached_property
    def notation(self) -> Notation:
        """What the RDF formats need to know."""
        return Notation(self.project.base, self.namespaces, Context(self.everything, self.namespaces, self.project.base))

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Every resource that has a page, by code point of its IRI."""
        return tuple(describe(self.everything, frozenset(self.project.derived), self.project.base))

    @cached_property
    def dumps(self) -> dict[str, bytes]:
        """Each graph in each format, by its name (``all.ttl``)."""
        graphs = {"all": self.project.data, **self.snapshot.graphs, "codes": code_lists(self.project.stated)}
        files: list[File] = [file for name, triples in sorted(graphs.items()) for file in render_graph(name, triples, self.notation)]
        files += render_graphs("all", {self.project.base + name: graphs[name] for name in ("stated", "derived")}, self.notation)
        return dict(files)

    def names(self, language: str) -> dict[str, str]:
        """What to call each IRI in *language*."""
        return names(self.everything, language)

    def page(self, resource: Resource, language: str) -> str:
        """The HTML page of one resource, in *language* if the site has it, else in the site's first."""
        pages = self.templates
        return pages.get(language, pages[self.project.languages[0]]).resource(resource)[1].decode()

    @cached_property
    def templates(self) -> dict[str, Pages]:
        """What writes the pages, by language."""
        from publish.pages import Pages, Site  # noqa: PLC0415  # Jinja2 takes long to start, and only pages need it

        project = self.project
        dataset = next(resource for resource in self.resources if resource.iri == project.dataset.value)
        called = {language: self.names(language) for language in project.languages}
        site = Site(project.base, dataset, project.languages, self.namespaces, called, frozenset(resource.iri for resource in self.resources))
        return {language: Pages(site, language) for language in project.languages}
