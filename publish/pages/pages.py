"""HTML pages for people, one a language, from the templates: what a page shows is decided here, how it looks there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple

from publish.called import Called
from publish.model import FOAF, RDF, SHACL, TITLE, TYPE, XSD, Finding, Published, Resource, Validation, best_label, term_key, tombstones
from publish.pages.answertable import AnswerTable, answer_table
from publish.pages.constraints import Constraints
from publish.pages.coverage import coverage
from publish.pages.reference import Reference
from publish.pages.sections import Line, Sections
from publish.pages.showing import Showing, Site, visible
from publish.pages.stock import Changed, Entry, Stock
from publish.pages.templating import File, Templates, of_predicate
from publish.paths import page_path
from publish.pictures import drawing, load, ontology_drawing
from publish.shown import Value
from publish.turtle import statement_order

_QUERIES = ("select", "ask", "construct")
_EXECUTABLE = NamedNode(SHACL + "SPARQLExecutable")
_DATE = NamedNode(XSD + "date")
_NAME = NamedNode(FOAF + "name")

BROWSE = ("classes", "codes", "coverage", "ontology", "questions", "shapes", "years")
"""The reference pages, each with a template of its name in ``templates/browse``."""
_PERHAPS = ("codes", "coverage", "questions", "years")
"""Those that a site may have nothing for."""


class Pages:
    """The pages of one site in one language."""

    def __init__(self, site: Site, language: str, stock: Stock) -> None:
        self._site = site
        self._language = language
        self._stock = stock
        self._showing = Showing(site, language)
        self._sections = Sections(self._showing)
        self._reference = Reference(self._showing, self._sections, stock.usage)
        self._constraints = Constraints(self._showing, self._sections, stock.cases)
        self._queries = {query.iri: query for query in stock.queries}
        self._words = self._showing.words
        self._browsed: dict[str, Mapping[str, object]] = {}
        self._templates = Templates(self._showing, tuple(self._menu()))

    def load(self) -> None:
        """Have in memory what makes pages: templates, what pictures are drawn on, and the words of the language for dates."""
        self._templates.load()
        load({query.picture for query in self._stock.queries})
        self._showing.literal(Literal("2020-01-31", datatype=_DATE))

    def resource(self, resource: Resource) -> File:
        """The page of one resource."""
        path, iri = page_path(resource.iri, self._site.base), resource.iri
        root = "../" * path.count("/")
        own = [triple for triple in resource.own if triple.subject == NamedNode(iri)]
        sections = self._sections.own(resource, root)
        return self._templates.page(
            "resource.html",
            path,
            structured=self._structured() if iri == self._site.dataset.iri else "",
            query=_query_form(own),
            iri=iri,
            heading=self._showing.name(iri),
            heading_language=self._showing.thing(iri, "").language,
            withdrawn=iri in tombstones(resource.own),
            kinds=self._kinds(iri, root),
            state=self._state(iri, own),
            lead=self._sections.lead(iri),
            statement=self._reified(iri, root),
            sections=sections,
            dates=self._sections.dates(iri),
            pointing=self._sections.pointing(resource, root),
            ask=f"SELECT ?property ?value ?thing ?from\nWHERE {{\n  {{ <{iri}> ?property ?value }}\n  UNION\n  {{ ?thing ?from <{iri}> }}\n}}",
            answer=self._answer(iri, root),
            truth=self._stock.answers[iri].truth if iri in self._stock.answers else None,
            picture=self._picture(iri, root),
        )

    def landing(self, path: str, entries: Sequence[Entry]) -> File:
        """The front page at *path*, with the latest of *entries*: what the data set is, its pictures and answers, what is in it, and how to get it."""
        root = "../" * path.count("/")
        dataset = self._site.dataset.iri
        shown = [query for query in self._stock.queries if query.picture]
        asked = sorted((query for query in self._stock.queries if query.featured), key=lambda query: (int(query.featured), query.iri))
        return self._templates.page(
            "landing.html",
            path,
            iri=dataset,
            heading=self._templates.title,
            lead=self._sections.lead(dataset),
            figures=self._reference.figures(root),
            pictures=[(self._showing.thing(query.iri, root), self._picture(query.iri, root)) for query in shown],
            questions=[(self._showing.thing(query.iri, root), answer) for query in asked if (answer := self._answer(query.iri, root))],
            entry=self._entry(entries[0], path) if entries else None,
            stock=self._stock,
            citation=self._site.citation[self._language],
            structured=self._structured(),
        )

    def browse(self, name: str) -> File:
        """The reference page *name*, one of `BROWSE`."""
        return self._templates.page(f"browse/{name}.html", f"browse/{name}", heading=self._words[f"browse-{name}"], **self._told(name))

    def _told(self, name: str) -> Mapping[str, object]:
        """What the reference page *name* shows."""
        if name not in self._browsed:  # it is asked for by the menu, and for the page
            self._browsed[name] = self._references[name]("../")
        return self._browsed[name]

    @property
    def _references(self) -> Mapping[str, Callable[[str], Mapping[str, object]]]:
        """What each reference page shows, by the way from it to the site's folder."""
        reference, stock = self._reference, self._stock
        return {
            "classes": lambda root: {"listed": reference.classes(root)},
            "codes": lambda root: {"lists": reference.codes(root)},
            "coverage": lambda root: {"sources": coverage(self._showing, root)},
            "ontology": lambda root: {"terms": reference.terms(root), "picture": self._ontology(root)},
            "questions": lambda root: {"questions": reference.questions(stock.queries, stock.answers, root)},
            "shapes": lambda root: {"constraints": self._constraints.listed(root, stock.validation.focus_nodes)},
            "years": lambda root: {"years": reference.years(root)},
        }

    def catalogue(self, catalogue: Resource, files: Sequence[Published]) -> File:
        """The catalogue as a page: what it says of itself, and the files of the data set."""
        sections = [replace(section, lines=tuple(self._with_parts(section.lines, catalogue))) for section in self._sections.own(catalogue, "")]
        return self._templates.page(
            "catalog.html", "catalog", iri=catalogue.iri, heading=best_label(of_predicate(catalogue.own, TITLE), self._language), sections=sections, files=files
        )

    def _with_parts(self, lines: Iterable[Line], catalogue: Resource) -> Iterator[Line]:
        """*lines* with what the catalogue alone describes, and what has no page, by the name that it has there."""
        named = {triple.subject: triple.object for triple in catalogue.own if triple.predicate == _NAME and isinstance(triple.object, Literal)}
        shown = {
            node.value: self._showing.literal(name) for node, name in named.items() if isinstance(node, NamedNode) and node.value.startswith(catalogue.iri)
        }
        for line in lines:
            statements = (replace(statement, value=shown.get(statement.value.iri, statement.value)) for statement in line.statements)
            yield replace(line, statements=tuple(statements))

    def query(self, values: Mapping[str, object]) -> File:
        """The query page; *values* are what `querypage.page_values` gives."""
        return self._templates.page("sparql.html", "sparql/index", **values)

    def search(self, values: Mapping[str, object]) -> File:
        """The search page; *values* are what `search.page_values` gives."""
        return self._templates.page("search.html", "search/index", **values)

    def not_found(self, address: str) -> File:
        """The page for what is not there, in all languages; its links begin with *address*, for it is shown anywhere."""
        said = [Showing(self._site, language) for language in self._site.languages]
        return "404.html", self._templates.rendered("404.html", "404", root=address, heading="404", alternates=(), said=said)

    def release(self, entry: Entry, files: Sequence[Published]) -> File:
        """The page of one release: what it changed, and its files."""
        folder = entry.release.path
        heading = self._words["release"].format(version=entry.release.version)
        return self._templates.page(
            "release.html", f"{folder}index", iri=self._site.base + folder, heading=heading, entry=self._entry(entry, f"{folder}index"), files=files
        )

    def changes(self, entries: Iterable[Entry]) -> File:
        """The changelog: what each release changed, the latest first."""
        return self._templates.page("changes.html", "changes", heading=self._words["changes"], entries=[self._entry(entry, "changes") for entry in entries])

    def report(self, iri: str, validation: Validation, findings: Iterable[Finding]) -> File:
        """The validation report as a page."""
        path = page_path(iri, self._site.base)
        listed = [(finding, self._message(finding), self._showing.thing(finding.focus_node, "")) for finding in findings]
        shapes = [(self._showing.thing(shape, ""), count) for shape, count in sorted(validation.focus_nodes.items())]
        return self._templates.page(
            "report.html",
            path,
            iri=iri,
            heading=self._words["report"],
            findings=listed,
            shapes=shapes,
            score=self._stock.score,
            software=sorted(validation.software.items()),
        )

    def _message(self, finding: Finding) -> Value:
        """What is wrong, in whatever language that is said."""
        said = [Literal(message, language=language) for language, message in finding.messages.items()]
        return self._showing.best(said) or Value(finding.rule)

    def _menu(self) -> Iterator[tuple[str, str]]:
        """The pages that every page leads to, each with the name of its text."""
        yield "browse/classes", "menu-browse"
        if self.has("questions"):
            yield "browse/questions", "menu-questions"
        yield "browse/ontology", "menu-ontology"
        yield "sparql/index", "menu-query"
        yield "catalog", "menu-catalogue"
        yield from ((f"browse/{name}", f"browse-{name}") for name in ("codes", "years", "coverage", "shapes") if self.has(name))
        yield "report", "report"
        if self._site.version:
            yield "changes", "changes"

    def said(self, name: str) -> Mapping[str, str]:
        """The texts of the table *name* in this language."""
        return self._showing.table(name)

    @property
    def called(self) -> Called:
        """How the search index of this language shows things."""
        classes = self._site.classes
        return Called(self._language, self._showing.name, classes.kind, classes.colour, lambda literal: self._showing.literal(literal).text)

    def has(self, name: str) -> bool:
        """Whether there is anything for the reference page *name*."""
        return name not in _PERHAPS or any(self._told(name).values())

    def _kinds(self, iri: str, root: str) -> list[Value]:
        """The classes of a thing, the one that says most first."""
        classes = self._site.classes
        kinds = sorted(self._site.facts.kinds(iri), key=lambda kind: (kind != classes.kind(iri), kind not in self._site.pages, self._showing.name(kind), kind))
        return [self._showing.of_kind(kind, root) for kind in kinds]

    def _state(self, iri: str, own: Sequence[Triple]) -> str:
        """Whether the source states a thing of the data or it is derived as a whole; empty for what is no data."""
        if NamedNode(iri) not in self._site.data:
            return ""
        return "derived" if own and self._site.derived.issuperset(own) else "stated"

    def _reified(self, iri: str, root: str) -> list[Value]:
        """The one statement that a node is about, as its subject, property and value; nothing where it is about none."""
        parts = [self._site.facts.terms(iri, RDF + name)[:1] for name in ("subject", "predicate", "object")]
        return [self._showing.term(part[0], root) for part in parts] if all(parts) else []

    def _answer(self, iri: str, root: str) -> AnswerTable | None:
        """The answer of the question *iri* as a table; nothing where there is none."""
        answer = self._stock.answers.get(iri)
        return answer_table(self._queries[iri], answer, self._showing, root) if answer and answer.truth is None else None

    def _picture(self, iri: str, root: str) -> Markup | None:
        """The picture that a question asks for; nothing where it asks for none or nothing is there to be drawn."""
        query, answer = self._queries.get(iri), self._stock.answers.get(iri)
        if not query or not query.picture or not answer or not answer.rows:
            return None
        return self._templates.picture(
            drawing(query.picture, answer.rows, lambda thing: self._showing.thing(thing, root), self._showing.speech), self._showing.name(iri)
        )

    def _ontology(self, root: str) -> Markup:
        picture = ontology_drawing(self._stock.ontology, self._site.base, lambda thing: self._showing.thing(thing, root), self._showing.speech)
        return self._templates.picture(picture, self._words["diagram"])

    def _entry(self, entry: Entry, path: str) -> Mapping[str, object]:
        """The values of one release's changes."""
        root = "../" * path.count("/")
        changes = [
            {
                "kind": change.kind,
                "link": self._changed(change, root),
                "added": self._statements(change.added, root),
                "removed": self._statements(change.removed, root),
            }
            for change in entry.changes
        ]
        folder = "" if path.startswith(entry.release.path) else root + entry.release.path
        own = self._language if self._language in entry.summary else "en"
        summary = Value(entry.summary.get(own, ""), language=own if own != self._language else "")
        date = self._showing.literal(Literal(entry.release.date, datatype=_DATE))
        return {"release": entry.release, "date": date, "folder": folder, "summary": summary, "changes": changes, "has_patch": entry.has_patch}

    def _changed(self, change: Changed, root: str) -> Value:
        """The resource that changed, by the name that it has or had then where that is known in the page's language."""
        label, thing = change.labels.get(self._language), self._showing.thing(change.iri, root)
        return replace(thing, text=visible(label), language="") if label else thing

    def _statements(self, triples: Sequence[Triple], root: str) -> list[tuple[Value, Value]]:
        """Each statement of a change as the name of its property and its value."""
        ordered = sorted(triples, key=lambda triple: (statement_order(triple.predicate, self._site.namespaces), term_key(triple.object)))
        return [(self._showing.thing(triple.predicate.value, root), self._showing.term(triple.object, root)) for triple in ordered]

    def _structured(self) -> Markup:
        return Markup(self._site.structured[self._language])  # noqa: S704  # what could end the element is escaped in it already


def _query_form(own: Sequence[Triple]) -> str:
    """The form of the query that a resource is, and that is a file beside its page; none of a constraint's in SPARQL, which is part of a shape."""
    if not any(triple.predicate == TYPE and triple.object == _EXECUTABLE for triple in own):
        return ""
    return next((form for form in _QUERIES for triple in own if triple.predicate.value == SHACL + form), "")
