"""Join what a checked project says of itself: its resources, its report, its graphs for download. What is asked twice is made once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import Literal, Triple

from publish.addresses import media_type
from publish.answered import Answered, answered
from publish.catalogue import Catalogue, catalogue_triples
from publish.changes import as_json, patch
from publish.describe import code_lists, describe, names, query_triples, usage
from publish.diff import name_by_structure
from publish.discovery import Place
from publish.facts import Facts
from publish.feed import ROOT as FEED
from publish.feed import Stream, feed_files
from publish.jsonld import Context
from publish.made import Content, digest
from publish.model import DATA_GRAPHS, DCAT, Change, Finding, Project, Published, Release, Resource, Severity, Snapshot, Validation, sort_triples
from publish.quality import Indicator, score_triples
from publish.render import File, Notation, render_graph, render_graphs
from publish.report import report_iri, report_triples
from publish.sparql import load
from publish.statistics import ALL, Statistics, statistics
from publish.turtle import Namespaces

Part = Callable[[], Iterable[File]]
"""Makes some files of a site."""
CHANGES, PATCH = "changes.json", "changes.rdfp"
"""What a release changes, in its folder."""
_NOTHING = Validation((), {}, {})


@dataclass(frozen=True, slots=True)
class History:
    """What was published before, at *place*: all releases, oldest first and the present one last (none of a draft), and what goes on from them.

    *changes* is what the present release changes from *before*; *kept* are the files of releases that stand already, *feed* those of the
    feed, by path; *catalogue* is the catalogue before; *expires* is the last day on which a copy of the site is valid, empty where there is none.
    """

    place: str = ""
    releases: tuple[Release, ...] = ()
    changes: tuple[Change, ...] = ()
    before: Snapshot | None = None
    kept: Mapping[str, Content] = field(default_factory=dict)
    feed: Mapping[str, bytes] = field(default_factory=dict)
    catalogue: Sequence[Triple] = ()
    expires: str = ""


_NO_HISTORY = History()


@dataclass(frozen=True, slots=True)
class Checked:
    """A project with everything that was found in it; no project where it cannot be read."""

    project: Project | None
    findings: tuple[Finding, ...]
    validation: Validation = _NOTHING
    score: tuple[Indicator, ...] = ()
    """How good the metadata are; nothing where the files have faults that stop publishing."""

    on_disk: int = 0
    """How many triples lie on disk, beside those of the project."""

    @property
    def triples(self) -> int:
        """How many triples were checked, stated and derived."""
        return self.on_disk or (len(self.project.data) if self.project else 0)

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
    def changes(self) -> dict[str, Content]:
        """What the present release changes, for programs, by the names of the files."""
        told = as_json(self.history.before, self.snapshot, self.history.changes)
        return {CHANGES: told.encode(), PATCH: patch(self.history.changes, self.project.base).encode()}

    @cached_property
    def files(self) -> tuple[Published, ...]:
        """What is offered for download, by path: each graph in each format, and the feed."""
        offered = {**{f"download/{name}": content for name, content in self.dumps.items()}, **{path: self.feed[path] for path in self.feed if path == FEED}}
        return tuple(Published(path, media_type(path), len(content), digest(content)) for path, content in sorted(offered.items()))

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
    def numbers(self) -> Statistics:
        """The numbers of the data."""
        project = self.project
        return statistics({ALL: project.data, "stated": project.stated, "derived": project.derived}, project.base)

    @cached_property
    def usage(self) -> Mapping[str, int]:
        """How often the data use each class, property and code."""
        return usage(self.project.data)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many triples are in each graph of the data."""
        return {"stated": len(self.project.stated), "derived": len(self.project.derived)}

    @property
    def bundles(self) -> Mapping[str, str]:
        """Where things are described that have no files of their own: what their paths begin with, and the path of a bundle (`publish.bundles`)."""
        return {}

    def bundled(self) -> Iterable[tuple[str, bytes]]:
        """Return the files of the bundles."""
        return ()

    def made(self, parts: Sequence[Part]) -> Generator[File, None, None]:
        """Yield the files that *parts* make, which know no more than what is published."""
        for part in parts:
            yield from part()

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

    def is_unanswered(self, _iri: str) -> bool:
        """Whether nothing stands at an IRI, though the data describe it: never, for each has a page."""
        return False

    @cached_property
    def dumps(self) -> dict[str, Content]:
        """Each graph in each format, by its name (``all.ttl``)."""
        graphs = {"all": self.project.data, **self.snapshot.graphs, "codes": code_lists(self.project.stated)}
        files = [file for name, triples in sorted(graphs.items()) for file in render_graph(name, triples, self.notation)]
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
