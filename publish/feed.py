"""The feed: each change of each resource of the data, as a Linked Data Event Stream in files that any static host can serve.

LDES 1.0 (https://semiceu.github.io/LinkedDataEventStreams/releases/1.0.0/), in pages as TREE has them
(https://treecg.github.io/specification/). A member is a change of one resource: what is said of the change stands in the default
graph of a page, and the graph that bears the member's IRI holds all that is said of the resource after it; nothing, where it was
deleted without a tombstone. So the last members of all resources are the present data; or, where the feed requires a release
(``dcterms:requires``), what has become of the data of that release.

A page that is full never changes again. The root, ``feed.trig``, alone points at the pages: in a search tree one node points at
each (TREE, section 3). Pages call themselves and each other by relative IRIs, so that a client can follow them on whatever host
they are; the stream and its members have IRIs of their own. A member's IRI leads to its page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Triple

from publish.errors import DamagedFeed
from publish.events import ACTIVITIES, KINDS, LDES, NODE, NUMBER, RESOURCE, SCHEMA, TIME, TREE, Member, Page, latest, moment, read_page
from publish.model import DCTERMS, TITLE, TYPE, XSD, ChangeKind, Release, Subject, sort_triples, tombstones
from publish.texts import LANGUAGES, text
from publish.turtle import Namespaces, write_blocks

PAGE_SIZE = 250
"""How many members a full page has."""
ROOT = "feed.trig"

_PAGE = re.compile(r"feed/[1-9][0-9]*\.trig")
_PREFIXES = {"as": ACTIVITIES, "dcterms": DCTERMS, "ldes": LDES, "schema": SCHEMA, "tree": TREE, "xsd": XSD}
_KEPT = {NamedNode(DCTERMS + name) for name in ("license", "publisher")}
"""What holds of the feed as it does of the data set."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What the feed is made from: the base IRI, the data set's IRI, its present release, its data (stated and derived, sorted), its prefixes.

    A feed that does not tell of everything goes on from the data of a release, whose folder is *since*. Of the data it is enough then to have what is
    said of resources that the feed tells of already, and of those that changed; *before* is what was said of resources that it does not tell of yet.
    """

    base: str
    dataset: str
    release: Release
    triples: Sequence[Triple]
    prefixes: Mapping[str, str]
    since: str = ""
    before: Mapping[str, tuple[Triple, ...]] = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """The IRI of the ``ldes:EventStream``."""
        return self.base + "feed"

    @property
    def time(self) -> str:
        """When the present release changed something (``xsd:dateTime``): its date at midnight, since a release has no hour."""
        return f"{self.release.date[:10]}T00:00:00Z"


class _Names(Namespaces):
    """Prefixes, and the relative IRIs of the feed's own documents."""

    def __init__(self, prefixes: Mapping[str, str], relative: Mapping[str, str]) -> None:
        super().__init__(prefixes)
        self._relative = relative

    def split(self, iri: str) -> tuple[str, str]:
        """Return the prefix that *iri* is written with and its written form; no prefix, then a relative or the full IRI."""
        return ("", f"<{self._relative[iri]}>") if iri in self._relative else super().split(iri)


def feed_files(stream: Stream, earlier: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield ``feed.trig`` and all pages of the feed that goes on from *earlier*: the files of the feed before, by their path; none for a new feed.

    Full pages stay as they are, byte for byte, and so does the open one where nothing changed. What changed is found by replaying
    *earlier*: whatever has happened before, the feed tells of exactly the present data. Raises `DamagedFeed` where *earlier* can't be read.
    """
    before = _pages(stream, earlier)
    pages = _continued(stream, before)
    yield ROOT, "".join(_write_root(stream, pages)).encode()
    for path, page in pages.items():
        yield path, earlier[path] if before.get(path) == page else "".join(_write_page(stream, path, page)).encode()


def standing_feed(stream: Stream, earlier: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield ``feed.trig`` and all pages of *earlier* as they are: a feed that does not tell what the present release changes. Raises `DamagedFeed`."""
    pages = _pages(stream, earlier)
    yield ROOT, "".join(_write_root(stream, pages)).encode()
    yield from ((path, earlier[path]) for path in pages)


def told_of(earlier: Mapping[str, bytes]) -> frozenset[str]:
    """Return the IRIs of the resources that the pages of a feed tell of; *earlier* are its files by path. Raises `DamagedFeed`."""
    return frozenset(latest(read_page(content, path) for path, content in earlier.items() if _PAGE.fullmatch(path)))


def replay(pages: Iterable[bytes]) -> list[Triple]:
    """Return the data that *pages* of a feed (TriG, in whatever order) tell of, stated and derived, sorted: the last member of each resource.

    All pages give the present data set; without the newest, the data set as it was before. Raises `DamagedFeed`.
    """
    return sort_triples(triple for member in latest(map(read_page, pages)).values() for triple in member.triples)


def _pages(stream: Stream, files: Mapping[str, bytes]) -> dict[str, Page]:
    """Return the pages among *files*, in their order: all have to be there, and only the last may be open."""
    paths = sorted(filter(_PAGE.fullmatch, files), key=lambda path: (len(path), path))
    pages = {path: read_page(files[path], path) for path in paths}
    first = 1
    for index, (path, page) in enumerate(pages.items(), start=1):
        numbers = [member.number for member in page.members]
        if path != _path(index) or page.stream != stream.iri or numbers != list(range(first, first + len(numbers))) or not (page.closed or index == len(pages)):
            raise DamagedFeed("feed-order", path=path, expected=_path(index), feed=stream.iri, number=first)
        first += len(numbers)
    return pages


def _continued(stream: Stream, before: Mapping[str, Page]) -> dict[str, Page]:
    """Return the pages *before* with a member for each resource that is not the same now: first where the open page has room, then on new pages."""
    members = {path: list(page.members) for path, page in before.items()}
    closed = {path for path, page in before.items() if page.closed}
    number = sum(map(len, members.values()))
    for kind, resource, triples in _changes(stream, latest(before.values())):
        path = _path(len(members))
        if not members or path in closed or len(members[path]) >= PAGE_SIZE:
            path = _path(len(members) + 1)
            members[path] = []
        number += 1
        iri = f"{stream.base}{path}#{number}"
        members[path].append(Member(iri, number, kind, resource, stream.time, stream.base + stream.release.path, triples))
    return {path: Page(stream.iri, tuple(listed), path in closed or len(listed) >= PAGE_SIZE) for path, listed in members.items()}


def _changes(stream: Stream, before: Mapping[str, Member]) -> Iterator[tuple[ChangeKind, str, tuple[Triple, ...]]]:
    """Yield what happened to each resource that is not now as it was *before*, by IRI, with all that is said of it now."""
    now = {subject.value: tuple(group) for subject, group in groupby(stream.triples, _subject) if isinstance(subject, NamedNode)}
    gone = tombstones(stream.triples)
    for resource in sorted({*before, *now, *stream.before}):
        old, triples = before.get(resource), now.get(resource, ())
        had = old.triples if old else stream.before.get(resource, ())
        if triples == had:
            continue
        alive = old.kind != ChangeKind.DELETE if old else bool(had)
        yield ChangeKind.DELETE if not triples or resource in gone else ChangeKind.UPDATE if alive else ChangeKind.CREATE, resource, triples


def _write_page(stream: Stream, path: str, page: Page) -> Iterator[str]:
    """Yield the TriG of a page: what it is, then member by member, as the TREE profile groups them, in the order of time."""
    here = stream.base + path
    names = _Names({**_PREFIXES, "member": here + "#", **stream.prefixes}, {here: ""})
    groups = [([member.listed(page.stream)], member.metadata, member.triples) for member in page.members]
    head = page.metadata(NamedNode(here))
    yield _write_prefixes([*head, *(triple for group in groups for triples in group for triple in triples)], names)
    yield from _blocks(head, names)
    for member, (listed, metadata, triples) in zip(page.members, groups, strict=True):
        yield from _blocks(listed, names)
        yield from _blocks(metadata, names)
        if triples:
            yield "".join([f"\n{names.shorten(member.iri)} {{\n", *_blocks(triples, names), "}\n"])


def _write_root(stream: Stream, pages: Mapping[str, Page]) -> Iterator[str]:
    """Yield the TriG of the root: the stream, and the pages with the time that each begins and, where it is full, ends with."""
    root = stream.base + ROOT
    triples = sort_triples([*_description(stream), Triple(NamedNode(root), TYPE, NODE), *_relations(stream, pages)])
    documents = {root: "", **{stream.base + path: path for path in pages}}
    own = {triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)}
    parts = {iri: iri.removeprefix(root) for iri in own if iri.startswith(root + "#")}
    names = _Names({**_PREFIXES, **stream.prefixes}, documents | parts)
    yield _write_prefixes(triples, names)
    yield from _blocks(triples, names)


def _description(stream: Stream) -> Iterator[Triple]:
    feed, dataset = NamedNode(stream.iri), NamedNode(stream.dataset)
    about = [triple for triple in stream.triples if triple.subject == dataset]
    yield Triple(feed, TYPE, NamedNode(LDES + "EventStream"))
    yield Triple(feed, NamedNode(DCTERMS + "source"), dataset)
    yield Triple(feed, NamedNode(TREE + "view"), NamedNode(stream.base + ROOT))
    if stream.since:
        yield Triple(feed, NamedNode(DCTERMS + "requires"), NamedNode(stream.base + stream.since))
    yield from (Triple(feed, triple.predicate, triple.object) for triple in about if triple.predicate in _KEPT)
    for triple in about:
        if triple.predicate == TITLE and isinstance(triple.object, Literal) and (language := triple.object.language) in LANGUAGES:
            yield Triple(feed, TITLE, Literal(text(language, "feed.title", title=triple.object.value), language=language))
            yield Triple(feed, NamedNode(DCTERMS + "description"), Literal(text(language, "feed.description"), language=language))
    for name, value in (("timestampPath", TIME), ("sequencePath", NUMBER), ("versionOfPath", RESOURCE)):
        yield Triple(feed, NamedNode(LDES + name), value)
    for kind, activity in KINDS.items():
        yield Triple(feed, NamedNode(f"{LDES}version{kind.value.title()}Object"), activity)


def _relations(stream: Stream, pages: Mapping[str, Page]) -> Iterator[Triple]:
    root = NamedNode(stream.base + ROOT)
    for index, (path, page) in enumerate(pages.items(), start=1):
        bounds = [("from", "GreaterThanOrEqualToRelation", page.members[0]), ("until", "LessThanOrEqualToRelation", page.members[-1])]
        for name, relation, member in bounds[: 1 + page.closed]:
            node = NamedNode(f"{root.value}#page-{index}-{name}")
            yield Triple(root, NamedNode(TREE + "relation"), node)
            yield Triple(node, TYPE, NamedNode(TREE + relation))
            yield Triple(node, NamedNode(TREE + "node"), NamedNode(stream.base + path))
            yield Triple(node, NamedNode(TREE + "path"), TIME)
            yield Triple(node, NamedNode(TREE + "value"), moment(member.time))


def _write_prefixes(triples: Iterable[Triple], names: Namespaces) -> str:
    return "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in names.used(triples).items()) + "\n"


def _blocks(triples: Sequence[Triple], names: Namespaces) -> Iterator[str]:
    return ("\n" + block for _subject, block in write_blocks(triples, names))


def _subject(triple: Triple) -> Subject:
    return triple.subject


def _path(index: int) -> str:
    return f"feed/{index}.trig"
