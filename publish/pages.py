"""HTML pages for people, one a language, from the templates: what a page shows is decided here, how it looks there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple

from publish.model import (
    LABELS,
    SHACL,
    TITLE,
    TYPE,
    XSD,
    Finding,
    Object,
    Published,
    Release,
    Resource,
    Subject,
    Validation,
    best_label,
    term_key,
    tombstones,
)
from publish.paths import page_path, page_suffix
from publish.texts import LANGUAGES, table
from publish.turtle import Namespaces, rdf_lists, statement_order

File = tuple[str, bytes]

_QUERIES = ("select", "ask", "construct")
_CODE = {SHACL + form for form in _QUERIES}
_EXECUTABLE = NamedNode(SHACL + "SPARQLExecutable")


@dataclass(frozen=True, slots=True)
class Value:
    """One value as a page shows it."""

    text: str
    href: str = ""
    iri: str = ""
    language: str = ""
    datatype: str = ""
    derived: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A property and its values."""

    name: str
    iri: str
    href: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a release did to one resource: the statements that it gained and lost."""

    iri: str
    kind: str
    labels: Mapping[str, str]
    added: Sequence[Triple]
    removed: Sequence[Triple]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a release changed: a summary by language, and each resource; of the first release, which has all, the summary alone."""

    release: Release
    summary: Mapping[str, str]
    changes: Sequence[Changed]


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of a site knows."""

    base: str
    dataset: Resource
    languages: tuple[str, ...]
    namespaces: Namespaces
    names: Mapping[str, Mapping[str, str]]
    pages: frozenset[str]
    version: str
    links: Callable[[str, str, str], Sequence[object]]
    """The typed links of a page: of its path, its language and the IRI that it is about."""
    structured: Mapping[str, str]
    """The data set in the words of schema.org, by language: JSON-LD that is safe in a script element."""
    citation: Mapping[str, str]
    """How to cite the data set, by language."""


_NOBODY = Resource("", (), ())


class Pages:
    """The pages of one site in one language."""

    def __init__(self, site: Site, language: str) -> None:
        self._site = site
        self._language = language
        self._names = site.names[language]
        self._templates = Environment(
            loader=PackageLoader("publish"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
        )
        self._templates.globals.update(
            words=table(language, "page"),
            language=language,
            spoken=language if language in LANGUAGES else "en",
            languages=[(other, table(other, "page")["language"] if other in LANGUAGES else other) for other in site.languages],
            title=self._text(site.dataset, TITLE),
        )

    def resource(self, resource: Resource) -> File:
        """The page of one resource."""
        path = page_path(resource.iri, self._site.base)
        own = [triple for triple in resource.own if triple.subject == NamedNode(resource.iri)]
        return self._page(
            "resource.html",
            path,
            structured=self._structured() if resource.iri == self._site.dataset.iri else "",
            query=_query_form(own),
            iri=resource.iri,
            heading=self._name(resource.iri),
            withdrawn=resource.iri in tombstones(resource.own),
            kinds=sorted(
                (self._value(triple, triple.object, path, resource) for triple in own if triple.predicate == TYPE),
                key=lambda kind: kind.iri not in self._site.pages,
            ),
            rows=list(self._rows([triple for triple in own if triple.predicate != TYPE and triple.predicate not in LABELS], resource, path)),
            incoming=list(self._rows(resource.incoming, resource, path)),
        )

    def index(self, kinds: Mapping[str, Sequence[str]], files: Sequence[Published]) -> File:
        """The front page: what the data set is, what is in it by class, and the files to download."""
        dataset = [triple for triple in self._site.dataset.own if triple.predicate not in (TYPE, TITLE, *LABELS)]
        listed = [
            (self._link(kind, "index"), sorted((self._link(iri, "index") for iri in iris), key=lambda value: (value.text, value.iri)))
            for kind, iris in kinds.items()
        ]
        return self._page(
            "index.html",
            "index",
            iri=self._site.dataset.iri,
            heading=self._text(self._site.dataset, TITLE),
            rows=list(self._rows([triple for triple in dataset if triple.predicate.value != SHACL + "declare"], self._site.dataset, "index")),
            kinds=sorted(listed, key=lambda pair: (pair[0].text, pair[0].iri)),
            files=files,
            version=self._site.version,
            citation=self._site.citation[self._language],
            structured=self._structured(),
        )

    def catalogue(self, catalogue: Resource, files: Sequence[Published]) -> File:
        """The catalogue as a page: what it says of itself, and the files of the data set."""
        own = [triple for triple in catalogue.own if triple.predicate != TYPE]
        return self._page(
            "catalog.html", "catalog", iri=catalogue.iri, heading=self._text(catalogue, TITLE), rows=list(self._rows(own, catalogue, "catalog")), files=files
        )

    def query(self, values: Mapping[str, object]) -> File:
        """The query page; *values* are what `querypage.page_values` gives."""
        return self._page("sparql.html", "sparql/index", **values)

    def release(self, entry: Entry, files: Sequence[Published]) -> File:
        """The page of one release: what it changed, and its files."""
        folder = entry.release.path
        heading = table(self._language, "page")["release"].format(version=entry.release.version)
        return self._page(
            "release.html", f"{folder}index", iri=self._site.base + folder, heading=heading, entry=self._entry(entry, f"{folder}index"), files=files
        )

    def changes(self, entries: Iterable[Entry]) -> File:
        """The changelog: what each release changed, the latest first."""
        return self._page(
            "changes.html", "changes", heading=table(self._language, "page")["changes"], entries=[self._entry(entry, "changes") for entry in entries]
        )

    def report(self, iri: str, validation: Validation, findings: Iterable[Finding]) -> File:
        """The validation report as a page."""
        path = page_path(iri, self._site.base)
        listed = [(finding, finding.message(self._language), self._link(finding.focus_node, path)) for finding in findings]
        shapes = [(self._link(shape, path), count) for shape, count in sorted(validation.focus_nodes.items())]
        return self._page(
            "report.html",
            path,
            iri=iri,
            heading=table(self._language, "report")["title"],
            findings=listed,
            shapes=shapes,
            software=sorted(validation.software.items()),
        )

    def _entry(self, entry: Entry, path: str) -> Mapping[str, object]:
        """The values of one release's changes."""
        changes = [
            {
                "kind": change.kind,
                "link": replace(self._link(change.iri, path), text=change.labels.get(self._language) or self._name(change.iri)),
                "added": self._statements(change.added, path),
                "removed": self._statements(change.removed, path),
            }
            for change in entry.changes
        ]
        folder = "" if path.startswith(entry.release.path) else entry.release.path
        summary = entry.summary.get(self._language) or entry.summary.get("en", "")
        return {"release": entry.release, "folder": folder, "summary": summary, "changes": changes}

    def _statements(self, triples: Sequence[Triple], path: str) -> list[tuple[str, Value]]:
        """Each statement of a change as the name of its property and its value."""
        ordered = sorted(triples, key=lambda triple: (statement_order(triple.predicate, self._site.namespaces), term_key(triple.object)))
        return [(self._name(triple.predicate.value), self._value(triple, triple.object, path, _NOBODY)) for triple in ordered]

    def _structured(self) -> Markup:
        return Markup(self._site.structured[self._language])  # noqa: S704  # what could end the element is escaped in it already

    def _page(self, template: str, path: str, **values: object) -> File:
        page = self._templates.get_template(template).render(
            **{"structured": "", **values},
            links=self._site.links(path, self._language, str(values["iri"])) if "iri" in values else (),
            path=path,
            root="../" * path.count("/"),
            suffix=self._suffix(self._language),
            alternates=[(language, path.rsplit("/", 1)[-1] + self._suffix(language)) for language in self._site.languages],
        )
        return path + self._suffix(self._language), page.encode()

    def _rows(self, triples: Iterable[Triple], resource: Resource, path: str) -> Iterator[Row]:
        lists = rdf_lists(resource.own)
        ordered = sorted(
            triples, key=lambda triple: (statement_order(triple.predicate, self._site.namespaces), term_key(triple.object), term_key(triple.subject))
        )
        for predicate, group in groupby(ordered, key=lambda triple: triple.predicate.value):
            every = list(group)
            spoken = [triple for triple in every if isinstance(triple.object, Literal) and triple.object.language == self._language]
            values = [self._value(triple, end, path, resource) for triple in spoken or every for end in self._ends(triple, resource, lists)]
            property_link = self._link(predicate, path)
            yield Row(property_link.text, predicate, property_link.href, tuple(sorted(values, key=lambda value: (value.text, value.iri))))

    def _ends(self, triple: Triple, resource: Resource, lists: Mapping[Subject, Sequence[Object]]) -> Sequence[Object]:
        """The other end of a triple: its subject where it points at the resource, its list's members where it is a list."""
        if triple.object == NamedNode(resource.iri):
            return (triple.subject,)
        return lists[triple.object] if not isinstance(triple.object, Literal) and triple.object in lists else (triple.object,)

    def _value(self, triple: Triple, term: Object, path: str, resource: Resource) -> Value:
        derived = triple in resource.derived
        if isinstance(term, NamedNode):
            link = self._link(term.value, path)
            return Value(link.text, link.href, link.iri, derived=derived)
        if not isinstance(term, Literal):
            return Value(str(term), derived=derived)
        language = term.language if term.language != self._language else ""
        datatype = "" if term.language or term.datatype.value == XSD + "string" else self._site.namespaces.shorten(term.datatype.value)
        return Value(term.value, language=language or "", datatype=datatype, derived=derived, code=triple.predicate.value in _CODE)

    def _link(self, iri: str, path: str) -> Value:
        href = iri if iri.startswith(("http://", "https://")) else ""
        if iri in self._site.pages:
            href = "../" * path.count("/") + page_path(iri, self._site.base) + self._suffix(self._language)
        return Value(self._name(iri), href, iri)

    def _name(self, iri: str) -> str:
        short = self._site.namespaces.shorten(iri)
        return self._names.get(iri) or table(self._language, "term").get(short) or (iri if short.endswith(":") else short.strip("<>"))

    def _text(self, resource: Resource, predicate: NamedNode) -> str:
        return best_label([triple for triple in resource.own if triple.predicate == predicate], self._language)

    def _suffix(self, language: str) -> str:
        return page_suffix(self._site.languages, language)


def _query_form(own: Sequence[Triple]) -> str:
    """The form of the query that a resource is, and that is a file beside its page; none of a constraint's in SPARQL, which is part of a shape."""
    if not any(triple.predicate == TYPE and triple.object == _EXECUTABLE for triple in own):
        return ""
    return next((form for form in _QUERIES for triple in own if triple.predicate.value == SHACL + form), "")
