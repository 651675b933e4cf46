"""Read from the files of a published site what a host has to know of it: no file but its own data says it.

The data is gone through twice, once for its base and once for what stands under it; no more of it is kept than there are pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from publish.addresses import Layout, fragment_documents
from publish.bundles import PREFIXES, read_bundles
from publish.errors import Mistake
from publish.gzipped import BadGzip, standing_in_parts, unpacked
from publish.intake.streamed import parse_stream
from publish.model import DCAT, DEPRECATED, TYPE, VANN, tombstones
from publish.paths import page_path

DATA = ("ontology", "shapes", "queries", "all")
"""The names of the downloads that are read."""
_DATASET = NamedNode(DCAT + "Dataset")
_PREFERRED = NamedNode(VANN + "preferredNamespaceUri")


class NotPublished(Mistake):
    """A place that is no folder and no address, or holds no site that bynet published."""


@dataclass(frozen=True, slots=True)
class PublishedData:
    """The layout of a site, and of each class (in N-Triples) the first thing by code point that has a document, as the path of its address."""

    layout: Layout
    first: Mapping[str, str]


def dumps(paths: frozenset[str]) -> list[tuple[str, str]]:
    """Return the name of each dump of `DATA` with the path of each of its parts, as they stand on a site that has *paths*: perhaps compressed."""
    named = ((name, path) for name in DATA for path in standing_in_parts(f"download/{name}.nt", paths))
    return [(name, path) for name, path in named if path in paths]


def published(place: str, files: Iterable[str], read: Callable[[str], bytes]) -> PublishedData:
    """Return what the data say of the site at *place*, a folder or an address, which has *files* (paths) that *read* reads.

    Raises `NotPublished` where the data names no base.
    """
    paths = frozenset(files)
    graphs = [(name, _Graph(path, read(path))) for name, path in dumps(paths)]
    named = [_named(graph) for _name, graph in graphs]
    datasets = {subject for one in named for subject in one.datasets}
    bases = sorted(base for one in named for subject, base in one.bases if subject in datasets)
    if not bases:
        raise NotPublished("verify-no-dataset", place=place)
    found = _Found(bases[0], paths, [triple for one in named for triple in one.withdrawn])
    for name, graph in graphs:
        for triple in graph.triples():
            found.take(name, triple)
    bundles = read_bundles(read(PREFIXES), paths) if PREFIXES in paths else {}
    layout = Layout(bases[0], place if "://" in place else bases[0], _languages(paths, read), paths, found.tombstones(), found.elsewhere(), bundles)
    return PublishedData(layout, found.first)


@dataclass(frozen=True, slots=True)
class _Graph:
    """The content of a dump; nothing is in it where it can't be read: that is said when the file itself is looked at."""

    path: str
    content: bytes

    def triples(self) -> Iterator[Triple]:
        """Yield what it says, up to where it can't be read."""
        try:
            for quad in parse_stream(unpacked(self.content, self.path), RdfFormat.N_TRIPLES):
                yield quad.triple
        except (SyntaxError, ValueError, BadGzip):
            return


@dataclass(frozen=True, slots=True)
class _Named:
    """What is said to be a data set, what is said to have which base, and what is said to be withdrawn."""

    datasets: set[object] = field(default_factory=set)
    bases: list[tuple[object, str]] = field(default_factory=list)
    withdrawn: list[Triple] = field(default_factory=list)


def _named(graph: _Graph) -> _Named:
    named = _Named()
    for triple in graph.triples():
        if triple.predicate == TYPE and triple.object == _DATASET:
            named.datasets.add(triple.subject)
        elif triple.predicate == _PREFERRED and isinstance(triple.object, Literal):
            named.bases.append((triple.subject, triple.object.value))
        elif triple.predicate == DEPRECATED:
            named.withdrawn.append(triple)
    return named


class _Found:
    """What stands under a base, gathered triple by triple."""

    def __init__(self, base: str, paths: frozenset[str], withdrawn: Iterable[Triple]) -> None:
        self._base = base
        self._paths = paths
        self._seen: object = None
        self._pages: dict[str, str] = {}
        self._fragments: dict[str, set[str]] = {}
        self._graves = [triple for triple in withdrawn if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(base)]
        self._withdrawn = {triple.subject for triple in self._graves}
        self.first: dict[str, str] = {}

    def take(self, graph: str, triple: Triple) -> None:
        """Take what the next triple of the dump *graph* says."""
        subject = triple.subject
        if not isinstance(subject, NamedNode) or not subject.value.startswith(self._base):
            return
        if subject != self._seen:
            self._seen = subject
            self._place(graph, subject.value)
        if triple.predicate == TYPE:
            self._typed(subject.value.removeprefix(self._base), triple)
            self._graves += [triple] * (subject in self._withdrawn)

    def _place(self, graph: str, iri: str) -> None:
        path, page = iri.removeprefix(self._base), page_path(iri, self._base)
        if path != page and f"{page}.ttl" in self._paths:
            self._pages[path] = page
        if "#" in path:
            self._fragments.setdefault(graph, set()).add(iri)

    def _typed(self, path: str, triple: Triple) -> None:
        if f"{path}.ttl" in self._paths:
            kind = str(triple.object)
            self.first[kind] = min(path, self.first.get(kind, path))

    def tombstones(self) -> tuple[str, ...]:
        """Return the pages of what was removed; what is removed from a bundle has none."""
        pages = (page_path(iri, self._base) for iri in tombstones(self._graves))
        return tuple(sorted(page for page in pages if f"{page}.ttl" in self._paths))

    def elsewhere(self) -> dict[str, str]:
        """Return the pages of IRIs that their own path does not name, and the documents of those that have none."""
        fragments = {name: self._fragments.get(name, set()) for name in DATA}
        return {path: self._pages[path] for path in sorted(self._pages)} | fragment_documents(fragments, self._base, self._paths)


def _languages(paths: frozenset[str], read: Callable[[str], bytes]) -> tuple[str, ...]:
    declared = re.search(rb'<html[^>]* lang="([A-Za-z0-9-]+)"', read("index.html")) if "index.html" in paths else None
    others = sorted(found[1] for path in paths if (found := re.fullmatch(r"index\.([A-Za-z0-9-]+)\.html", path)))
    return (declared[1].decode() if declared else "en", *others)
