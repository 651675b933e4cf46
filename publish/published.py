"""Read from the files of a published site what a host has to know of it: no file but its own data says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from publish.addresses import Layout, fragment_documents
from publish.errors import Mistake
from publish.intake.parsing import parse
from publish.model import DCAT, TYPE, VANN, tombstones
from publish.paths import page_path

DATA = ("ontology", "shapes", "queries", "all")
"""The names of the downloads that are read."""
_DATASET = NamedNode(DCAT + "Dataset")
_PREFERRED = NamedNode(VANN + "preferredNamespaceUri")


class NotPublished(Mistake):
    """A place that is no folder and no address, or holds no site that bynet published."""


@dataclass(frozen=True, slots=True)
class PublishedData:
    """The triples of a site's dumps, and the layout of the site."""

    triples: Sequence[Triple]
    layout: Layout


def published(place: str, files: Iterable[str], read: Callable[[str], bytes]) -> PublishedData:
    """Return the data and the layout of the site at *place*, a folder or an address, which has *files* (paths) that *read* reads.

    Raises `NotPublished` where the data names no base.
    """
    paths = frozenset(files)
    graphs = {name: _graph(read(f"download/{name}.nt")) if f"download/{name}.nt" in paths else [] for name in DATA}
    triples = [triple for graph in graphs.values() for triple in graph]
    base = _base(triples, place)
    described = {name: {triple.subject.value for triple in graph if isinstance(triple.subject, NamedNode)} for name, graph in graphs.items()}
    iris = {iri for subjects in described.values() for iri in subjects if iri.startswith(base)}
    hashed = {iri.removeprefix(base): page_path(iri, base) for iri in sorted(iris)}
    layout = Layout(
        base,
        place if "://" in place else base,
        _languages(paths, read),
        paths,
        tuple(sorted({page_path(iri, base) for iri in tombstones(triples) & iris})),
        {path: page for path, page in hashed.items() if path != page} | fragment_documents(described, base, paths),
    )
    return PublishedData(triples, layout)


def _graph(content: bytes) -> list[Triple]:
    try:
        return [quad.triple for quad in parse(content, RdfFormat.N_TRIPLES)]
    except (SyntaxError, ValueError):
        return []  # said when the file itself is looked at


def _base(triples: Iterable[Triple], place: str) -> str:
    datasets = {triple.subject for triple in triples if triple.predicate == TYPE and triple.object == _DATASET}
    about = [triple.object for triple in triples if triple.predicate == _PREFERRED and triple.subject in datasets]
    bases = sorted(term.value for term in about if isinstance(term, Literal))
    if not bases:
        raise NotPublished("verify-no-dataset", place=place)
    return bases[0]


def _languages(paths: frozenset[str], read: Callable[[str], bytes]) -> tuple[str, ...]:
    declared = re.search(rb'<html[^>]* lang="([A-Za-z0-9-]+)"', read("index.html")) if "index.html" in paths else None
    others = sorted(found[1] for path in paths if (found := re.fullmatch(r"index\.([A-Za-z0-9-]+)\.html", path)))
    return (declared[1].decode() if declared else "en", *others)
