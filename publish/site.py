"""Make the files of a site of what a publication says: resources, downloads, queries with their answers, pages for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, Triple

from publish.jsonld import Context
from publish.model import TYPE
from publish.publication import Publication
from publish.render import File, render_resource
from publish.report import report_iri
from publish.sparql import load, run


def site_files(publication: Publication) -> Iterator[File]:
    """Yield every file of the site but the manifest."""
    for resource in publication.resources:
        yield from render_resource(resource, publication.notation)
    downloads = [(f"download/{name}", content) for name, content in publication.dumps.items()]
    yield from downloads
    yield from _queries(publication)
    yield "context.jsonld", _context(publication.notation.context)
    yield "style.css", files(__package__).joinpath("templates/style.css").read_bytes()
    yield from publication.project.pictures
    yield from _pages(publication, [(path, len(content)) for path, content in downloads])


def _queries(publication: Publication) -> Iterator[File]:
    project = publication.project
    store = load(project.data)
    for query in (*project.rules, *project.questions):
        path = query.iri.removeprefix(project.base)
        yield f"{path}.rq", query.text.encode()
        answer = run(store, query.body, query.prefixes)
        if isinstance(answer, QuerySolutions):
            yield f"{path}.tsv", answer.serialize(format=QueryResultsFormat.TSV) or b""
        elif isinstance(answer, QueryBoolean):
            yield f"{path}.srj", answer.serialize(format=QueryResultsFormat.JSON) or b""


def _pages(publication: Publication, downloads: Sequence[tuple[str, int]]) -> Iterator[File]:
    kinds = _by_kind(publication.everything, {resource.iri for resource in publication.resources})
    report, checked = report_iri(publication.project.base), publication.checked
    for pages in publication.templates.values():
        yield pages.index(kinds, downloads)
        yield from (pages.resource(resource) for resource in publication.resources if resource.iri != report)
        if checked is not None:
            yield pages.report(report, checked.validation, checked.findings)


def _by_kind(triples: Sequence[Triple], iris: set[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for triple in triples:
        if triple.predicate == TYPE and isinstance(triple.object, NamedNode) and isinstance(triple.subject, NamedNode) and triple.subject.value in iris:
            kinds.setdefault(triple.object.value, []).append(triple.subject.value)
    return kinds


def _context(context: Context) -> bytes:
    return (json.dumps({"@context": context.whole()}, ensure_ascii=False, indent=2) + "\n").encode()
