"""Join what a checked project says of itself: its resources, its report, its graphs for download. What is asked twice is made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from publish.addresses import media_type
from publish.answered import Answered, answered
from publish.arrangement import Arrangement
from publish.cases import cases
from publish.catalogue import Catalogue, catalogue_triples
from publish.citation import plain
from publish.classes import Classes
from publish.describe import code_lists, describe, names, query_triples, reified, usage
from publish.diff import name_by_structure
from publish.discovery import Link, Place, dataset_links, resource_links
from publish.facts import Facts
from publish.feed import ROOT as FEED
from publish.feed import Stream, feed_files
from publish.jsonld import Context
from publish.model import DATA_GRAPHS, DCAT, Change, Finding, Project, Published, Release, Resource, Severity, Snapshot, Source, Validation, sort_triples
from publish.quality import Indicator, answerable, reached, score_triples
from publish.render import File, Notation, render_graph, render_graphs
from publish.report import report_iri, report_triples
from publish.schemaorg import schema_org
from publish.showing import Site
from publish.sparql import load
from publish.stock import Stock
from publish.theme import Theme
from publish.turtle import Namespaces

if TYPE_CHECKING:
    from publish.pages import Pages

_NOTHING = Validation((), {}, {})


@dataclass(frozen=True, slots=True)
class History:
    """What was published before, at *place*: all releases, oldest first and the present one last (none of a draft), and what goes on from them.

    *changes* is what the present release changes from *before*; *kept* are the files of releases that stand already, *feed* those of the
    feed, by path; *catalogue* is the catalogue before.
    """

    place: str = ""
    releases: tuple[Release, ...] = ()
    changes: tuple[Change, ...] = ()
    before: Snapshot | None = None
    kept: Mapping[str, bytes] = field(default_factory=dict)
    feed: Mapping[str, bytes] = field(default_factory=dict)
    catalogue: Sequence[Triple] = ()


_NO_HISTORY = History()


@dataclass(frozen=True, slots=True)
class Checked:
    """A project with everything that was found in it; no project where it cannot be read."""

    project: Project | None
    findings: tuple[Finding, ...]
    validation: Validation = _NOTHING
    score: tuple[Indicator, ...] = ()
    """How good the metadata are; nothing where the files have faults that stop publishing."""

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
        base = self.project.base if self.project else "urn:bynet:"
        measured = score_triples(self.score, self.project.dataset.value, report_iri(base)) if self.project and self.score else []
        return sort_triples([*report_triples(self.validation, self.findings, base), *measured])


class Publication:
    """Everything that a project publishes, computed once and when it is first asked for."""

    def __init__(self, project: Project, checked: Checked | None = None, history: History = _NO_HISTORY) -> None:
        self.project = project
        self.namespaces = Namespaces(project.prefixes)
        self.checked = checked
        self.history = history

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
            "shapes": name_by_structure(project.shapes_graph),  # so that a patch fits the files
            "queries": query_triples((*project.rules, *project.questions), project.dataset),
        }
        return Snapshot(project.base, project.dataset.value, project.version, project.modified, graphs)

    @cached_property
    def feed(self) -> dict[str, bytes]:
        """The files of the feed, by path; none of a draft."""
        releases = self.history.releases
        if not releases:
            return {}
        stream = Stream(self.project.base, self.project.dataset.value, releases[-1], self.project.data, self.project.prefixes)
        return dict(feed_files(stream, self.history.feed))

    @cached_property
    def files(self) -> tuple[Published, ...]:
        """What is offered for download, by path: each graph in each format, and the feed."""
        offered = {**{f"download/{name}": content for name, content in self.dumps.items()}, **{path: self.feed[path] for path in self.feed if path == FEED}}
        return tuple(Published(path, media_type(path), len(content), sha256(content).hexdigest()) for path, content in sorted(offered.items()))

    @cached_property
    def described(self) -> Catalogue:
        """What the catalogue is made from."""
        project, checked = self.project, self.checked
        software = checked.validation.software if checked else {}
        return Catalogue(project, self.files, self.history.releases, project.digests, software, self.history.catalogue)

    @cached_property
    def catalogue(self) -> list[Triple]:
        """The DCAT-AP catalogue, sorted."""
        return catalogue_triples(self.described)

    @cached_property
    def facts(self) -> Facts:
        """What the catalogue says, to be asked by name."""
        return Facts(self.catalogue)

    @cached_property
    def cited(self) -> Facts:
        """What a citation is made of: what the catalogue says, and what the data says beside."""
        return Facts([*self.catalogue, *self.project.stated])

    @cached_property
    def place(self) -> Place:
        """Where the site stands."""
        project = self.project
        return Place(project.base, self.landing, project.languages, project.dataset.value)

    @property
    def landing(self) -> str:
        """The address of the site: the data set's landing page where that is a folder of another host (the base is a redirect then), else the base."""
        named = self.facts.value(self.project.dataset.value, DCAT + "landingPage")
        return named if named.endswith("/") else self.project.base

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
        files += render_graphs("all", {self.project.base + name: graphs[name] for name in DATA_GRAPHS}, self.notation)
        return dict(files)

    def names(self, language: str) -> dict[str, Literal]:
        """What to call each IRI in *language*, if nothing better in another."""
        return names(self.everything, language)

    @cached_property
    def answers(self) -> dict[str, Answered]:
        """The answer of each question that is a SELECT or an ASK, by its IRI."""
        store = load(self.project.data)
        found = ((query.iri, answered(store, query)) for query in (*self.project.rules, *self.project.questions))
        return {iri: answer for iri, answer in found if answer}

    def page(self, resource: Resource, language: str) -> str:
        """The HTML page of one resource, in *language* if the site has it, else in the site's first."""
        pages = self.templates
        return pages.get(language, pages[self.project.languages[0]]).resource(resource)[1].decode()

    @cached_property
    def shown(self) -> Site:
        """What every page knows."""
        project, facts = self.project, Facts(self.everything)
        named = sort_triples([*self.everything, *self.catalogue])
        return Site(
            base=project.base,
            dataset=next(resource for resource in self.resources if resource.iri == project.dataset.value),
            languages=project.languages,
            namespaces=self.namespaces,
            facts=facts,
            names={language: names(named, language) for language in project.languages},
            pages=frozenset(resource.iri for resource in self.resources),
            classes=Classes(facts, project.base),
            arrangement=Arrangement(self.snapshot.graphs["shapes"]),
            reified=reified(self.everything),
            data=frozenset(triple.subject for triple in project.data),
            derived=frozenset(project.derived),
            version=project.version,
            links=self._links,
            structured={language: schema_org(self.facts, project.dataset.value, _first(language, project.languages)) for language in project.languages},
            citation={language: plain(self.cited, project.dataset.value, language) for language in project.languages},
            theme=Theme(project.theme),
        )

    @cached_property
    def templates(self) -> dict[str, Pages]:
        """What writes the pages, by language."""
        from publish.pages import Pages  # noqa: PLC0415  # Jinja2 takes long to start, and only pages need it

        project, checked, graphs = self.project, self.checked, self.snapshot.graphs
        stock = Stock(
            queries=(*project.rules, *project.questions),
            answers=self.answers,
            usage=usage(project.data),
            files=self.files,
            validation=checked.validation if checked else _NOTHING,
            findings=checked.findings if checked else (),
            score=(reached(checked.score), answerable(checked.score)) if checked else (0, 0),
            counts={"stated": len(project.stated), "derived": len(project.derived)},
            ontology=(*graphs["ontology"], *graphs["shapes"]),
            cases=cases(project.cases, {Path(source.file).stem: _subjects(source) for source in project.sources["shapes"]}),
        )
        return {language: Pages(self.shown, language, stock) for language in project.languages}

    def _links(self, path: str, language: str, iri: str) -> list[Link]:
        """The typed links of the page at *path*, which is about *iri*."""
        if iri == self.project.dataset.value:
            return dataset_links(self.place.page(path, language), self.facts, self.place)
        return resource_links(path, language, iri, self.facts, self.place)


def _subjects(source: Source) -> frozenset[str]:
    return frozenset(triple.subject.value for triple in source.triples if isinstance(triple.subject, NamedNode))


def _first(language: str, languages: Sequence[str]) -> list[str]:
    return sorted(languages, key=lambda other: other != language)
