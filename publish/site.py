"""Make the files of a site of what a publication says: resources, downloads, queries, releases, what portals and programs look for, pages for people."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from importlib.resources import files
from urllib.parse import urlsplit

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from publish import search
from publish.addresses import Layout, fragment_documents, media_type
from publish.catalogue import release_triples
from publish.citation import bibtex, ris
from publish.discovery import LINKSET, linkset, robots, sitemap
from publish.earlier import BadSite
from publish.examples import EXAMPLES, example_triples
from publish.facts import Facts
from publish.hosting import host_files
from publish.intake.parsing import parse
from publish.jsonld import Context
from publish.made import Content, File, digest
from publish.model import FOAF, OWL, ChangeKind, Published, Release, Resource, tombstones
from publish.pages.cases import case_files
from publish.pages.compiled import Compiled
from publish.pages.pages import BROWSE
from publish.pages.stock import Changed, Entry
from publish.paths import front_pages, page_path
from publish.presentation import Presentation
from publish.publication import CHANGES, PATCH, Part, Publication
from publish.querypage import PATH as QUERY_PAGE
from publish.querypage import assets, page_values
from publish.render import File as Page
from publish.render import Notation, render_graph, render_resource
from publish.report import report_iri
from publish.turtle import write_turtle
from publish.validity import VALIDITY, Validity
from publish.validity import as_json as as_said
from publish.void import Described, void_triples

_VERSION_IRI = NamedNode(OWL + "versionIRI")


def site_files(publication: Publication, compiled: Compiled | None = None) -> Generator[File, None, None]:
    """Yield every file of the site but the manifest; *compiled* are templates that need not be compiled once more."""
    presentation = Presentation(publication, compiled)
    paths: set[str] = set()
    for path, content in _content(presentation):
        paths.add(path)
        yield path, content
    yield from host_files(_layout(publication, frozenset(paths)))


def _content(presentation: Presentation) -> Iterator[File]:
    publication = presentation.publication
    releases = _releases(presentation)
    with closing(publication.made(_pages(presentation, releases))) as pages:
        for resource in publication.resources:
            yield from render_resource(resource, publication.notation)
        yield from publication.bundled()
        yield from ((f"download/{name}", content) for name, content in publication.dumps.items())
        yield from _queries(publication)
        yield from publication.feed.items()
        yield from releases.items()
        yield from _for_programs(presentation)
        yield "context.jsonld", _json({"@context": publication.notation.context.whole()})
        yield from _looks(presentation)
        yield from case_files(publication.project.cases)
        yield from publication.project.pictures
        yield from assets()
        yield from search.assets()
        yield from pages


def _queries(publication: Publication) -> Iterator[File]:
    base, answers = publication.project.base, publication.answers
    for query in (*publication.project.rules, *publication.project.questions):
        path = query.iri.removeprefix(base)
        yield f"{path}.rq", query.text.encode()
        if answer := answers.get(query.iri):
            yield f"{path}.{answer.extension}", answer.content


def _for_programs(presentation: Presentation) -> Iterator[File]:
    publication = presentation.publication
    project, facts, place = publication.project, publication.facts, publication.place
    catalogue = _notation(publication, publication.catalogue)
    yield from render_graph("catalog", publication.catalogue, catalogue)
    prefixes = publication.namespaces.used(publication.catalogue)
    yield "catalog.rdf", pyoxigraph.serialize(publication.catalogue, format=RdfFormat.RDF_XML, prefixes=prefixes) or b""
    void = void_triples(
        Described(
            base=project.base,
            dataset=project.dataset,
            numbers=publication.numbers,
            facts=Facts(project.data),
            ontology=publication.snapshot.graphs["ontology"],
            dumps=[file.path for file in publication.files if file.path.startswith("download/")],
            namespaces=publication.namespaces,
        )
    )
    for path, content in render_graph("void", void, _notation(publication, void)):
        if path == "void.ttl":
            yield from ((path, content), (".well-known/void", content))
    if examples := example_triples(project, publication.snapshot.graphs["queries"]):
        yield EXAMPLES, "".join(write_turtle(examples, publication.namespaces)).encode()
    yield LINKSET, linkset(facts, place).encode()
    pages = [
        "index",
        "catalog",
        QUERY_PAGE,
        search.PATH,
        *(f"browse/{name}" for name in _browsed(presentation)),
        *["changes"] * bool(publication.history.releases),
        *(page_path(resource.iri, project.base) for resource in publication.resources),
    ]
    yield from sitemap(pages, project.modified, place)
    yield "robots.txt", robots(place).encode()
    yield VALIDITY, as_said(Validity(project.base, project.dataset.value, project.version, project.modified, publication.history.expires)).encode()
    yield "cite/dataset.bib", bibtex(publication.cited, project.dataset.value, project.languages[0]).encode()
    yield "cite/dataset.ris", ris(publication.cited, project.dataset.value, project.languages[0]).encode()


def _releases(presentation: Presentation) -> dict[str, Content]:
    """The files of every release: those that stand already as they are, and those of the present one where it is new."""
    history = presentation.publication.history
    kept: dict[str, Content] = dict(history.kept)
    if not history.releases or any(path.startswith(history.releases[-1].path) for path in kept):
        return kept
    return kept | _release(presentation, history.releases[-1])


def _release(presentation: Presentation, release: Release) -> dict[str, Content]:
    """The files of a new release, which nothing changes again."""
    publication = presentation.publication
    folder, project = release.path, publication.project
    made: dict[str, Content] = {folder + name: content for name, content in publication.dumps.items()}
    for version in _version_iris(publication, project.base + folder):
        made |= render_graph(version.removeprefix(project.base), publication.snapshot.graphs["ontology"], publication.notation)
    made |= {folder + name: content for name, content in publication.changes.items()}
    offered = _offered(made)
    described = release_triples(publication.described, release, offered)
    made |= render_graph(f"{folder}index", described, _notation(publication, described))
    entry = _entry(made, release, publication)
    made |= (pages.release(entry, offered) for pages in presentation.pages.values())
    sums = "".join(f"{digest(content)}  {path.removeprefix(folder)}\n" for path, content in sorted(made.items()))
    return made | {f"{folder}SHA256SUMS": sums.encode()}


def _entry(files: Mapping[str, Content], release: Release, publication: Publication) -> Entry:
    """What a page tells of a release, from its ``changes.json`` among *files*; a stranger may have written that."""
    changes = files[release.path + CHANGES]
    try:
        told = json.loads(changes if isinstance(changes, bytes) else changes.path.read_bytes())
        listed = [
            Changed(
                NamedNode(change["iri"]).value, ChangeKind(change["kind"]), _texts(change["labels"]), _triples(change["added"]), _triples(change["removed"])
            )
            for change in told["changes"]
        ]
        return Entry(release, _texts(told["summary"]), listed if release.previous else (), release.path + PATCH in files)
    except (ValueError, KeyError, TypeError, AttributeError, SyntaxError, RecursionError) as error:
        raise BadSite("site-no-changes", place=publication.history.place, file=release.path + CHANGES) from error


def _texts(said: Mapping[str, str]) -> dict[str, str]:
    """Texts by language. Raises `TypeError` where they are none, and `UnicodeError` for half of a surrogate pair, which no file can have."""
    return {language: "".join((words,)).encode().decode() for language, words in dict(said).items()}


def _triples(listed: Sequence[Mapping[str, str]]) -> list[Triple]:
    return [quad.triple for one in listed for quad in parse(one["statement"].encode(), RdfFormat.N_TRIPLES)]


def _version_iris(publication: Publication, folder: str) -> list[str]:
    """The version IRIs of ontologies that are in the folder of a release (OWL 2, section 3.1)."""
    named = (
        triple.object.value for triple in publication.snapshot.graphs["ontology"] if triple.predicate == _VERSION_IRI and isinstance(triple.object, NamedNode)
    )
    return sorted(iri for iri in named if iri.startswith(folder))


def _offered(content: Mapping[str, Content]) -> tuple[Published, ...]:
    return tuple(Published(path, media_type(path), len(data), digest(data)) for path, data in sorted(content.items()))


def _looks(presentation: Presentation) -> Iterator[File]:
    """The style sheets, with the theme's after bynet's own, and what else every page uses."""
    folder = files(__package__).joinpath("assets")
    yield "style.css", folder.joinpath("style.css").read_bytes() + presentation.site.theme.style.encode()
    yield from ((name, folder.joinpath(name).read_bytes()) for name in ("icon.svg", "pictures.css", "site.js"))


def _pages(presentation: Presentation, releases: Mapping[str, Content]) -> list[Part]:
    """The pages in parts, each of which can be made by itself: in each language those of resources, which are many, and all others."""
    entries = [_entry(releases, release, presentation.publication) for release in reversed(presentation.publication.history.releases)]
    for pages in presentation.pages.values():
        pages.load()
    resources = [partial(_of_resources, presentation, language) for language in presentation.pages]
    return [*resources, *(partial(_others, presentation, entries, _query_page(presentation, language), language) for language in presentation.pages)]


def _query_page(presentation: Presentation, language: str) -> Mapping[str, object]:
    """What the query page shows, for which the files of the engine are looked at."""
    publication = presentation.publication
    iris = [resource.iri for resource in publication.resources]
    return page_values(publication.project, publication.dumps, iris, language, presentation.pages[language].said("sparql"))


def _of_resources(presentation: Presentation, language: str) -> Iterator[Page]:
    publication, pages = presentation.publication, presentation.pages[language]
    report = report_iri(publication.project.base)
    yield search.index_path(language), search.index(publication.resources, publication.project.base, pages.called)
    yield from (pages.resource(resource) for resource in publication.resources if resource.iri != report)


def _others(presentation: Presentation, entries: Sequence[Entry], query: Mapping[str, object], language: str) -> Iterator[Page]:
    publication, pages = presentation.publication, presentation.pages[language]
    project, checked = publication.project, publication.checked
    names = (triple for triple in publication.catalogue if triple.predicate.value == FOAF + "name")  # of what has no page of its own
    catalogue = Resource(publication.described.iri, (*_of(publication.described.iri, publication.catalogue), *names), ())
    subjects = (triple.subject.value for triple in publication.everything if isinstance(triple.subject, NamedNode))
    fronts = front_pages(project.languages, subjects, project.base)
    yield from (pages.landing(path, entries) for path in ("index", *([fronts[language]] if language in fronts else ())))
    yield from (pages.browse(name) for name in _browsed(presentation))
    yield pages.query(query)
    yield pages.search(search.page_values(project.languages, language, pages.said("search")))
    yield pages.catalogue(catalogue, publication.files)
    if entries:
        yield pages.changes(entries)
    if checked is not None:
        yield pages.report(report_iri(project.base), checked.validation, checked.findings)
    if pages is presentation.first:
        yield pages.not_found(urlsplit(publication.landing).path)


def _browsed(presentation: Presentation) -> list[str]:
    """The reference pages that have anything to show."""
    return [name for name in BROWSE if presentation.first.has(name)]


def _layout(publication: Publication, paths: frozenset[str]) -> Layout:
    """What the rules of a host have to know of the site."""
    base = publication.project.base
    pages = {resource.iri.removeprefix(base): page_path(resource.iri, base) for resource in publication.resources}
    graphs = {name: publication.snapshot.graphs[name] for name in ("ontology", "shapes", "queries")} | {"all": publication.project.data}
    subjects = {name: {triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)} for name, triples in graphs.items()}
    return Layout(
        base=base,
        landing=publication.landing,
        languages=publication.project.languages,
        paths=paths,
        tombstones=tuple(sorted(page_path(iri, base) for iri in tombstones(publication.everything) if iri.startswith(base))),
        hashed={path: page for path, page in pages.items() if path != page} | fragment_documents(subjects, base, paths),
        bundles=publication.bundles,
    )


def _notation(publication: Publication, triples: Sequence[Triple]) -> Notation:
    """How triples beside the data set's own are written."""
    return Notation(publication.project.base, publication.namespaces, Context(triples, publication.namespaces, publication.project.base))


def _of(iri: str, triples: Iterable[Triple]) -> Iterator[Triple]:
    return (triple for triple in triples if triple.subject == NamedNode(iri))


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
