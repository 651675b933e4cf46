"""The feed: what it says, that it never takes anything back, and that it can be followed, by a real client too."""

from __future__ import annotations

import json
import random
import re
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from workbench import EXAMPLE, PREFIXES, ROOT, bynet, make_project, release, triples, turtle, write_files

from publish.build import load_project
from publish.diff import compare
from publish.errors import DamagedFeed
from publish.events import Member, read_page
from publish.feed import PAGE_SIZE, Stream, feed_files, replay
from publish.model import LABEL, OWL, RDF, RDFS, ChangeKind, Release, Snapshot, sort_triples, tombstones
from publish.texts import LANGUAGES, text

CLIENT = Path(__file__).parent / "feed-client"
needs_client = pytest.mark.skipif(
    not (which("node") and (CLIENT / "node_modules").is_dir()), reason="no ldes-client: npm ci --prefix tests/feed-client installs it, where Node.js is"
)
Files = Mapping[str, bytes]
THING = Triple(NamedNode(EXAMPLE + "id/a"), NamedNode(RDF + "type"), NamedNode(RDFS + "Resource"))
DATES = {"1.0.0": "2026-01-01", "1.1.0": "2026-02-02", "1.2.0": "2026-02-02", "2.0.0": "2027-03-03"}
ASK = """
PREFIX as: <https://www.w3.org/ns/activitystreams#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ldes: <https://w3id.org/ldes#>
PREFIX schema: <https://schema.org/>
PREFIX tree: <https://w3id.org/tree#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def thing(name: str, label: str) -> list[Triple]:
    node = NamedNode(EXAMPLE + "id/" + name)
    return [Triple(node, LABEL, Literal(label, language="en")), Triple(node, THING.predicate, THING.object)]


def tombstone(name: str) -> list[Triple]:
    node = NamedNode(EXAMPLE + "id/" + name)
    true = Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
    return [Triple(node, NamedNode(OWL + "deprecated"), true), Triple(node, NamedNode(RDFS + "comment"), Literal("Gone.\nFor good.", language="en"))]


def stream(version: str, *things: Sequence[Triple]) -> Stream:
    data = sort_triples(triple for each in things for triple in each)
    return Stream(EXAMPLE, EXAMPLE + "dataset", Release(version, DATES[version]), data, PREFIXES)


def history(*releases: Stream) -> list[Files]:
    """The feed as it was after each of *releases*."""
    feeds: list[Files] = []
    for each in releases:
        feeds.append(dict(feed_files(each, feeds[-1] if feeds else {})))
    return feeds


def pages(feed: Files) -> dict[str, bytes]:
    return {path: content for path, content in feed.items() if path != "feed.trig"}


def members(feed: Files) -> list[Member]:
    return sorted((member for path, content in pages(feed).items() for member in read_page(content, path).members), key=lambda member: member.number)


def told(feed: Files, first: int = 1) -> list[tuple[str, str]]:
    """What the feed says happened, from its member number *first* on."""
    return [(member.kind.value, member.resource.removeprefix(EXAMPLE + "id/")) for member in members(feed) if member.number >= first]


@cache
def eventful() -> tuple[list[Stream], list[Files]]:
    """Four releases of some hundred things that come, change, go with and without a tombstone, and come back."""
    chance = random.Random(3)
    names = [f"{number:03}" for number in range(400)]
    releases = [stream(version, *(chance.choice((thing(name, version), thing(name, name), tombstone(name), [])) for name in names)) for version in DATES]
    return releases, history(*releases)


def store(feed: Files, base: str = EXAMPLE) -> pyoxigraph.Store:
    """All files of a feed, as a client has them that knows where each one was."""
    loaded = pyoxigraph.Store()
    for path, content in feed.items():
        for quad in pyoxigraph.parse(content, format=RdfFormat.TRIG, base_iri=base + path):
            loaded.add(quad)
    return loaded


def asked(feed: Files, query: str) -> list[tuple[str, ...]]:
    solutions = store(feed).query(ASK + query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return [tuple(value.value if isinstance(value, NamedNode | Literal) else "" for value in solution) for solution in solutions]


def test_the_first_release_creates_each_resource_by_iri() -> None:
    (feed,) = history(stream("1.0.0", thing("b", "B"), thing("a", "A")))
    assert told(feed) == [("create", "a"), ("create", "b")]
    assert [member.iri for member in members(feed)] == [EXAMPLE + "feed/1.trig#1", EXAMPLE + "feed/1.trig#2"]
    assert {(member.time, member.release) for member in members(feed)} == {("2026-01-01T00:00:00Z", EXAMPLE + "release/1.0.0/")}


def test_a_release_adds_what_was_created_updated_and_deleted_since() -> None:
    before = stream("1.0.0", thing("changed", "old"), thing("gone", "x"), thing("same", "x"), thing("withdrawn", "x"))
    after = stream("1.1.0", thing("changed", "new"), thing("new", "x"), thing("same", "x"), tombstone("withdrawn"))
    _first, second = history(before, after)
    assert told(second, 5) == [("update", "changed"), ("delete", "gone"), ("create", "new"), ("delete", "withdrawn")]
    assert {member.time for member in members(second)[4:]} == {"2026-02-02T00:00:00Z"}


def test_a_deletion_has_no_state_and_a_tombstone_keeps_its_own() -> None:
    _first, feed = history(stream("1.0.0", thing("gone", "x"), thing("withdrawn", "x")), stream("1.1.0", tombstone("withdrawn")))
    gone, withdrawn = members(feed)[2:]
    assert gone.triples == ()
    assert list(withdrawn.triples) == sort_triples(tombstone("withdrawn"))
    assert replay(pages(feed).values()) == sort_triples(tombstone("withdrawn"))


def test_what_comes_back_is_created_anew() -> None:
    empty = stream("1.1.0", thing("other", "x"), tombstone("withdrawn"))
    full = [thing(name, "x") for name in ("gone", "other", "withdrawn")]
    *_before, feed = history(stream("1.0.0", *full), empty, stream("1.2.0", *full))
    assert told(feed, 6) == [("create", "gone"), ("create", "withdrawn")]


@pytest.mark.parametrize("count", range(1, len(DATES) + 1))
def test_a_replay_from_the_start_gives_exactly_the_present_data(count: int) -> None:
    releases, feeds = eventful()
    assert replay(pages(feeds[count - 1]).values()) == releases[count - 1].triples
    assert replay(reversed(pages(feeds[count - 1]).values())) == releases[count - 1].triples


@pytest.mark.parametrize("after", range(1, len(DATES)))
def test_who_goes_on_from_the_middle_has_what_who_began_at_the_start_has(after: int) -> None:
    releases, feeds = eventful()
    known = members(feeds[after - 1])
    state = {member.resource: member.triples for member in known}
    for member in members(feeds[-1])[len(known) :]:
        state[member.resource] = member.triples
    assert sort_triples(triple for held in state.values() for triple in held) == releases[-1].triples
    assert members(feeds[-1])[: len(known)] == known


def test_a_full_page_is_closed_and_never_changes_again() -> None:
    _releases, feeds = eventful()
    closed = [{path for path, content in pages(feed).items() if read_page(content).closed} for feed in feeds]
    assert [len(paths) for paths in closed] == sorted({len(paths) for paths in closed}), "each release fills a page"
    for earlier, later, paths in zip(feeds, feeds[1:], closed, strict=False):
        assert all(later[path] == earlier[path] for path in paths)
    for feed in feeds:
        *full, last = (read_page(content) for content in pages(feed).values())
        assert all(page.closed and len(page.members) == PAGE_SIZE for page in full)
        assert 0 < len(last.members) < PAGE_SIZE
        assert not last.closed


def test_a_page_is_closed_as_soon_as_it_is_full() -> None:
    full = [thing(f"{number:03}", "x") for number in range(PAGE_SIZE)]
    first, second = history(stream("1.0.0", *full), stream("1.1.0", *full, thing("new", "x")))
    assert list(pages(first)) == ["feed/1.trig"]
    assert list(pages(second)) == ["feed/1.trig", "feed/2.trig"]
    assert first["feed/1.trig"] == second["feed/1.trig"]
    assert told(second, PAGE_SIZE + 1) == [("create", "new")]


def test_a_release_that_changes_no_data_leaves_the_feed_as_it_is_to_the_byte() -> None:
    releases, feeds = eventful()
    same = Stream(EXAMPLE, EXAMPLE + "dataset", Release("2.0.1", "2028-01-01"), releases[-1].triples, {**PREFIXES, "more": EXAMPLE + "id/3"})
    assert dict(feed_files(same, feeds[-1])) == feeds[-1]


def test_time_and_numbers_only_grow() -> None:
    _releases, feeds = eventful()
    every = members(feeds[-1])
    assert [member.number for member in every] == list(range(1, len(every) + 1))
    assert [member.time for member in every] == sorted(member.time for member in every)


def test_the_feed_and_the_comparison_of_two_releases_say_the_same() -> None:
    (before, after, *_later), (old, feed, *_more) = eventful()
    snapshots = [Snapshot(EXAMPLE, each.dataset, each.release.version, each.release.date, {"stated": each.triples, "derived": ()}) for each in (before, after)]
    compared = {change.iri: change.kind for change in compare(*snapshots)}
    back = {iri for iri in tombstones(before.triples) - tombstones(after.triples) if compared[iri] != ChangeKind.DELETE}
    ours = {member.resource: member.kind for member in members(feed)[len(members(old)) :]}
    assert ours == {**compared, **dict.fromkeys(back, ChangeKind.CREATE)}


def test_no_member_tells_of_anything_but_its_resource() -> None:
    _releases, feeds = eventful()
    assert not asked(feeds[-1], "SELECT ?member { ?member dcterms:isVersionOf ?resource . GRAPH ?member { ?other ?p ?o } FILTER(?other != ?resource) }")


def test_the_stream_says_how_it_is_read() -> None:
    titles = f'<{EXAMPLE}dataset> <http://purl.org/dc/terms/title> "A title"@en , "En titel"@da , "Ein Titel"@de .'
    (feed,) = history(stream("1.0.0", triples(titles)))
    said = asked(feed, f"SELECT ?p ?o {{ <{EXAMPLE}feed> ?p ?o FILTER(isIRI(?o) && ?p != tree:member) }}")
    names = {re.split("[#/]", name)[-1]: value for name, value in said}
    assert names == {
        "type": "https://w3id.org/ldes#EventStream",
        "view": EXAMPLE + "feed.trig",
        "source": EXAMPLE + "dataset",
        "timestampPath": "http://purl.org/dc/terms/issued",
        "sequencePath": "https://schema.org/position",
        "versionOfPath": "http://purl.org/dc/terms/isVersionOf",
        "versionCreateObject": "https://www.w3.org/ns/activitystreams#Create",
        "versionUpdateObject": "https://www.w3.org/ns/activitystreams#Update",
        "versionDeleteObject": "https://www.w3.org/ns/activitystreams#Delete",
    }
    written = asked(feed, f"SELECT ?title (LANG(?title) AS ?in) {{ <{EXAMPLE}feed> dcterms:title ?title }} ORDER BY ?in")
    assert written == [("Ændringer af: En titel", "da"), ("Changes of: A title", "en")]


def test_every_page_is_found_from_the_root_and_every_member_on_one_page() -> None:
    _releases, feeds = eventful()
    feed = feeds[-1]
    assert asked(feed, "SELECT ?root { ?stream a ldes:EventStream ; tree:view ?root . ?root a tree:Node }") == [(EXAMPLE + "feed.trig",)]
    linked = asked(feed, f"SELECT DISTINCT ?page {{ <{EXAMPLE}feed.trig> tree:relation/tree:node ?page . ?page a tree:Node }}")
    assert sorted(linked) == sorted((EXAMPLE + path,) for path in pages(feed))
    listed = [member.iri for content in pages(feed).values() for member in read_page(content).members]
    assert len(listed) == len(set(listed)) == len(members(feed))
    assert all(member.iri == f"{EXAMPLE}{path}#{member.number}" for path, content in pages(feed).items() for member in read_page(content).members)


def test_a_relation_holds_for_every_member_of_its_page() -> None:
    _releases, feeds = eventful()
    bounds = asked(
        feeds[-1], "SELECT ?type ?page ?time { ?bound a ?type ; tree:node ?page ; tree:path dcterms:issued ; tree:value ?time } ORDER BY ?page ?type"
    )
    assert len(bounds) == 2 * len(pages(feeds[-1])) - 1, "all pages have a beginning, the open one has no end"
    for kind, page, time in bounds:
        times = [member.time for member in read_page(feeds[-1][page.removeprefix(EXAMPLE)]).members]
        assert time == (min(times) if kind.endswith("#GreaterThanOrEqualToRelation") else max(times))


def test_two_parsers_read_the_same_in_a_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    _releases, feeds = eventful()
    for path, content in feeds[-1].items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rdflib's TriG parser uses what rdflib calls outdated
            read = rdflib.Dataset(default_union=False).parse(data=content, format="trig", publicID=EXAMPLE + path)
            theirs = {
                (*map(str, (subject, predicate, term)), str(graph or "").removeprefix(DATASET_DEFAULT_GRAPH_ID))
                for subject, predicate, term, graph in read.quads()
            }
        ours = {tuple(map(value, (*quad.triple, quad.graph_name))) for quad in pyoxigraph.parse(content, format=RdfFormat.TRIG, base_iri=EXAMPLE + path)}
        assert theirs == ours


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "path", "damage"),
    [
        ("feed-syntax", "feed/1.trig", lambda page: page[:-9]),
        ("feed-syntax", "feed/2.trig", lambda _page: b"\xff"),
        ("feed-statement", "feed/1.trig", lambda page: page + b"<x:more> a tree:Node .\n"),
        ("feed-statement", "feed/1.trig", lambda page: page + b"<x:more> { <x:more> a tree:Node }\n"),
        ("feed-statement", "feed/1.trig", lambda page: page + b"member:1 { <x:more> a tree:Node }\n"),
        ("feed-statement", "feed/1.trig", lambda page: page.replace(b"schema:position 7 ;", b"schema:position 7.5 ;")),
        ("feed-statement", "feed/1.trig", lambda page: page.replace(b"a as:Create ;", b"a as:Move ;")),
        ("feed-statement", "feed/2.trig", lambda page: page.replace(b"    tree:member ", b"    tree:view ", 1)),
        ("feed-order", "feed/1.trig", lambda page: page.replace(b"    ldes:immutable true ;\n", b"")),
        ("feed-order", "feed/1.trig", lambda page: page.replace(b"https://example.org/feed>", b"https://example.org/other>")),
        ("feed-order", "feed/2.trig", lambda page: page.replace(b"schema:position 251 ;", b"schema:position 1251 ;")),
        ("feed-order", "feed/2.trig", lambda _page: None),
    ],
)
def test_a_feed_that_is_not_whole_is_not_continued(name: str, path: str, damage: Callable[[bytes], bytes | None], language: str) -> None:
    releases, feeds = eventful()
    damaged = {**feeds[-1], path: damage(feeds[-1][path])}
    assert damaged[path] != feeds[-1][path]
    with pytest.raises(DamagedFeed) as raised:
        list(feed_files(releases[-1], {path: content for path, content in damaged.items() if content is not None}))
    assert raised.value.name == name
    line = text(language, f"mistake.{name}", **raised.value.values)
    assert line.startswith("feed/")
    assert "\n" not in line


def test_the_feed_of_the_bundled_data_tells_of_exactly_that_data() -> None:
    project = load_project(ROOT)
    (feed,) = history(Stream(project.base, project.dataset.value, Release("1.0.0", "2026-11-23"), project.data, project.prefixes))
    assert replay(pages(feed).values()) == project.data
    assert {member.kind for member in members(feed)} == {ChangeKind.CREATE}


@pytest.mark.no_cover
@pytest.mark.parametrize("order", ["none", "ascending", "descending"])
@needs_client
def test_a_real_client_gets_every_member_deletions_included(tmp_path: Path, order: str) -> None:
    _releases, feeds = eventful()
    with served(write_files(tmp_path, feeds[-1])) as base:
        got = read_by_client(base + "feed.trig", order)
    assert len(got) == len(members(feeds[-1]))
    assert {line["id"]: (line["isVersionOf"], line["type"], line["quads"]) for line in got} == expected(feeds[-1])
    assert sum(line["type"].endswith("#Delete") for line in got) > PAGE_SIZE / 2
    times = [line["timestamp"] for line in got]
    assert order == "none" or times == sorted(times, reverse=order == "descending")


@pytest.mark.no_cover
@needs_client
def test_a_real_client_that_comes_back_gets_what_is_new(tmp_path: Path) -> None:
    _releases, feeds = eventful()
    site, state = tmp_path / "site", str(tmp_path / "state")
    with served(site) as base:
        for before, feed in zip([{}, *feeds], feeds, strict=False):
            write_files(site, feed)
            known = expected(before)
            got = read_by_client(base + "feed.trig", "none", state)
            assert {line["id"] for line in got} == expected(feed).keys() - known.keys()
            assert len(got) == len(members(feed)) - len(known)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of three releases, as `bynet publish` writes it over the one before."""
    folder = tmp_path_factory.mktemp("feed")
    releases = {
        "1.0.0": ("2026-01-01", 'ex:a a def:Thing ; rdfs:label "A"@en .\nex:b a def:Thing ; rdfs:label "B"@en .'),
        "1.1.0": ("2026-02-02", 'ex:a a def:Thing ; rdfs:label "A new A"@en .\nex:b a def:Thing ; rdfs:label "B"@en .\nex:c a def:Thing ; rdfs:label "C"@en .'),
        "1.2.0": (
            "2026-03-03",
            'ex:a a def:Thing ; rdfs:label "A new A"@en .\nex:b owl:deprecated true ; rdfs:comment "Gone."@en .\nex:c a def:Thing ; rdfs:label "C"@en .',
        ),
    }
    for version, (modified, things) in releases.items():
        project = make_project(folder / "project", {"data/things.ttl": "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n" + turtle(things)})
        release(project, version, modified)
        ended = bynet("--root", project, "publish", "--out", folder / "site")
        assert ended.code == 0, ended
    return folder / "site"


def published(site: Path) -> Files:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in [site / "feed.trig", *sorted(site.glob("feed/*.trig"))]}


def test_a_published_site_has_the_feed_of_all_its_releases(site: Path) -> None:
    feed = published(site)
    assert replay(pages(feed).values()) == sort_triples(triples((site / "download/all.nt").read_bytes(), RdfFormat.N_TRIPLES))
    things = [(member.release.removeprefix(EXAMPLE), *what) for member, what in zip(members(feed), told(feed), strict=True) if "/id/" in member.resource]
    assert things == [
        ("release/1.0.0/", "create", "a"),
        ("release/1.0.0/", "create", "b"),
        ("release/1.1.0/", "update", "a"),
        ("release/1.1.0/", "create", "c"),
        ("release/1.2.0/", "delete", "b"),
    ]


@needs_client
def test_a_real_client_reads_the_feed_of_a_published_site_whatever_host_it_is_on(site: Path) -> None:
    with served(site) as base:
        got = read_by_client(base + "feed.trig", "ascending")
    assert {line["id"]: (line["isVersionOf"], line["type"], line["quads"]) for line in got} == expected(published(site))


class Handler(SimpleHTTPRequestHandler):
    """Serves files as a plain static host does, and is silent about it."""

    def guess_type(self, _path: object) -> str:
        """Every file of a feed is TriG."""
        return "application/trig"

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve *folder* on this machine; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def read_by_client(*arguments: str) -> list[dict[str, str]]:
    """What ldes-client reads: a line for each member, its quads as sorted N-Quads."""
    answer = subprocess.run(["node", "read.js", *arguments], cwd=CLIENT, capture_output=True, text=True, check=False, timeout=120)
    assert answer.returncode == 0, answer.stderr
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    return [{**line, "quads": quads(pyoxigraph.parse(line["quads"], format=RdfFormat.N_QUADS))} for line in lines]


def expected(feed: Files) -> dict[str, tuple[str, str, str]]:
    """What a client has to get of each member, by its IRI: the resource, what happened, its metadata and its graph."""
    loaded = store(feed)
    return {
        member.iri: (
            member.resource,
            "https://www.w3.org/ns/activitystreams#" + member.kind.value.title(),
            quads(
                [
                    *loaded.quads_for_pattern(NamedNode(member.iri), None, None, DefaultGraph()),
                    *loaded.quads_for_pattern(None, None, None, NamedNode(member.iri)),
                ]
            ),
        )
        for member in members(feed)
    }


def quads(found: Iterable[Quad]) -> str:
    return "\n".join(sorted(map(str, found)))


def value(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
