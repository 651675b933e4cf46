"""A release goes into real triple stores: what differs and nothing else, all at once where the store can, and whatever happens in between it ends right."""

from __future__ import annotations

import gzip
import hashlib
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from stores import BASE, Relay, Running, oxigraph, push_process, release, virtuoso
from workbench import bynet, make_project, turtle, write_files
from workbench import release as give_version

from publish.endpointcheck import compare
from publish.errors import Mistake
from publish.exchange import StoreFailed
from publish.model import DUMP
from publish.paths import part_path
from publish.push import Pushed
from publish.storeplaces import GRAPH_STORE, SPARQL_UPDATE, VIRTUOSO

XSD = "http://www.w3.org/2001/XMLSchema#"
WAYS = (("memory", SPARQL_UPDATE), ("memory", GRAPH_STORE), ("disk", SPARQL_UPDATE), ("disk", GRAPH_STORE), ("virtuoso", VIRTUOSO))
ALL_AT_ONCE = tuple(way for way in WAYS if way[1] != GRAPH_STORE)


@pytest.fixture(scope="session")
def memory() -> Iterator[Running]:
    with oxigraph() as running:
        yield running


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with oxigraph(tmp_path_factory.mktemp("disk")) as running:
        yield running


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as running:
        yield running


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Running:
    """The store that the parameter names; the same one all through the session, each test with a base of its own."""
    name = {"memory": "memory", "disk": "disk", "virtuoso": "debian"}[request.param]
    found: Running = request.getfixturevalue(name)
    return found


@pytest.fixture
def base(request: pytest.FixtureRequest) -> str:
    return f"https://{abs(hash(request.node.nodeid))}.example.org/"


def path_of(kind: str) -> str:
    return {GRAPH_STORE: "store", SPARQL_UPDATE: "", VIRTUOSO: "sparql"}[kind]


def things(version: str, numbers: Sequence[int]) -> list[str]:
    """So many triples, whose text says which version they are of."""
    return [f'<{BASE}id/thing-{number}> <{BASE}def/says> "{version} of thing {number}"@en' for number in numbers]


def triples(pushed: Pushed) -> list[int]:
    return [graph.found for graph in pushed.graphs]


# what arrives


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_a_release_arrives_whole_and_the_next_one_brings_what_differs(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    first = release(tmp_path / "1", things("one", range(3000)), things("one", range(5000, 5300)), base)
    second = release(tmp_path / "2", [*things("one", range(5, 3000)), *things("two", range(7))], things("one", range(5000, 5301)), base)
    pushed = running.push(first, path=path_of(kind))
    assert (pushed.added, pushed.removed, triples(pushed)) == (3300, 0, [3000, 300])
    assert all(graph.is_exact and graph.found_sha256 == graph.sha256 for graph in pushed.graphs)
    assert running.counts(base) == {f"{base}stated": 3000, f"{base}derived": 300}

    again = running.push(first, path=path_of(kind))
    assert (again.added, again.removed) == (0, 0)
    assert again.sent < 3000  # questions

    pushed = running.push(second, path=path_of(kind))
    assert (pushed.added, pushed.removed, triples(pushed)) == (8, 5, [3002, 301])
    assert all(graph.is_exact for graph in pushed.graphs)
    assert running.counts(base) == {f"{base}stated": 3002, f"{base}derived": 301}
    if kind != GRAPH_STORE:  # which can only replace a graph
        assert pushed.sent < 8000
    assert compare(str(second), running.address(path=path_of(kind)), None, lambda _stage: None) == pushed.graphs


@pytest.mark.no_cover
@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_a_published_project_arrives(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    root = make_project(
        tmp_path / "project", {"data/things.ttl": turtle('ex:a\n    a def:Thing ;\n    rdfs:label "A \\"thing\\""@en ;\n    def:size 3 ;\n.\n')}
    )
    for version, more in (("1", ""), ("2", turtle('ex:b\n    a def:Thing ;\n    rdfs:label "Ærø\\n2"@da ;\n.\n'))):
        if more:
            (root / "data/more.ttl").write_text(more)
        give_version(root, version, f"2026-01-0{version}")
        ended = bynet("--root", root, "publish", "--out", tmp_path / "site", "--base-iri", base)
        assert ended.code == 0, ended.err
        pushed = running.push(tmp_path / "site", path=path_of(kind))
        assert all(graph.is_exact for graph in pushed.graphs)
    assert pushed.added < 8
    assert pushed.removed < 4


def test_a_release_in_parts_arrives_whole_and_a_part_that_is_broken_is_named(tmp_path: Path, memory: Running, base: str) -> None:
    whole = release(tmp_path / "whole", things("one", range(300)), things("one", range(500, 530)), base)
    quads = (whole / DUMP).read_bytes().splitlines(keepends=True)
    parts = {part_path(number, "nq"): gzip.compress(b"".join(quads[number::3]), mtime=0) for number in range(3)}
    manifest = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in parts.items())
    site = write_files(tmp_path / "parts", {**parts, "MANIFEST": manifest})
    pushed = memory.push(site)
    assert (pushed.added, triples(pushed)) == (330, [300, 30])
    assert memory.push(whole).added == 0
    (site / part_path(1, "nq")).write_bytes(gzip.compress(b"<not> <quads>\n", mtime=0))
    with pytest.raises(Mistake) as refused:
        memory.push(site)
    assert part_path(1, "nq") in str(refused.value.values)


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_what_others_have_in_the_store_stays(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    theirs = release(tmp_path / "theirs", things("theirs", range(50)), base=f"{base}theirs/")
    before = running.push(theirs, path=path_of(kind)).graphs
    ours = release(tmp_path / "ours", things("ours", range(60)), base=base)
    running.load(f"{base}stated", f'<{BASE}x> <{BASE}y> _:b .\n_:b <{BASE}y> "1" .\n<{BASE}x> <{BASE}y> <{BASE}z> .\n')
    stated, _derived = compare(str(ours), running.address(path=path_of(kind)), None, lambda _stage: None)
    assert (stated.missing.count, stated.extra.count, stated.found_sha256) == (60, 3, "")
    pushed = running.push(ours, path=path_of(kind))
    assert [graph.is_exact for graph in pushed.graphs] == [True, True]
    assert compare(str(theirs), running.address(path=path_of(kind)), None, lambda _stage: None) == before
    assert running.counts(base) == {f"{base}stated": 60, f"{base}theirs/stated": 50}


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_a_graph_that_is_empty_now_is_emptied(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    running.push(release(tmp_path / "1", things("one", range(5)), things("one", range(9)), base), path=path_of(kind))
    pushed = running.push(release(tmp_path / "2", things("one", range(5)), base=base), path=path_of(kind))
    assert (pushed.added, pushed.removed, triples(pushed)) == (0, 9, [5, 0])
    assert running.counts(base) == {f"{base}stated": 5}


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_the_graphs_go_where_the_base_says(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    pushed = running.push(release(tmp_path / "1", things("one", range(5))), path=path_of(kind), base=f"{base}test/")
    assert [graph.graph for graph in pushed.graphs] == [f"{base}test/stated", f"{base}test/derived"]
    assert running.counts(base) == {f"{base}test/stated": 5}
    for bad in ("", "no", "https://x", "https://x/y", "https://x/> } ; DROP ALL #/", "https://x/{/", "file:///x/", "https://x/a b/"):
        with pytest.raises(Mistake, match="bad-base"):
            running.push(tmp_path / "1", path=path_of(kind), base=bad)


@pytest.mark.parametrize(("running", "kind"), ALL_AT_ONCE, indirect=["running"])
def test_a_store_that_cuts_its_answers_is_read_whole(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    """Virtuoso gives 10,000 triples as it comes from Debian, and says nothing of the others."""
    site = release(tmp_path / "1", things("one", range(23_456)), base=base)
    assert triples(running.push(site, path=path_of(kind))) == [23_456, 0]
    assert running.push(site, path=path_of(kind)).added == 0


# what is written otherwise


def of_type(name: str, *values: str) -> list[str]:
    return [f'"{value}"^^<{XSD}{name}>' for value in values]


SAFE = [
    *('""', '" "', '"a\\tb"', '"a\\u0000\\u0001\\b\\u000B\\f\\u007F"', '"line\\r\\nfeed"', '"\\\\u0041 \\\\n \\\\"', '"\\"\\"\\""', '"it\'s"', '"tail\\\\"'),
    *('"%41 &amp; <x> {?y} $z ??"', '"😀 e\\u0301 \\u2028 ﷐"', f'"{"long " * 2000}"', '"_:b"', '"> _:b ."', '"x"@da', '"x"@en-gb', '"x"@zh-hans-cn'),
    *('"2020-01~"^^<http://id.loc.gov/datatypes/edtf/EDTF>', '"<b>x</b>"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>'),
    *("<https://x.example/%20é?y=1&z=%41#f>", "<urn:x:y>", "<mailto:a@b.c>", "<https://x.example/it's>", "<HTTPS://X.example/>"),
    *of_type("integer", "1", "-7"),
    *of_type("decimal", "1.5"),
    *of_type("boolean", "true"),
    *of_type("date", "2020-02-29", "2020-01-01Z"),
    *of_type("dateTime", "2020-01-01T00:00:00+02:00"),
    *of_type("gYear", "2020"),
    *of_type("gYearMonth", "2020-01"),
    *of_type("hexBinary", "0aFF"),
    *of_type("anyURI", "https://x.example/é?y=1"),
]
OTHERWISE = [
    *of_type("integer", "01", "+5"),
    *of_type("decimal", "1.0", "1.50"),
    *of_type("boolean", "1"),
    *of_type("double", "1.0E0", "1e400"),
    *of_type("dateTime", "2020-01-01T00:00:00.000Z"),
]
OTHERWISE_OXIGRAPH = [
    *of_type("nonNegativeInteger", "1"),
    *of_type("long", "1"),
    *of_type("duration", "P12M", "PT36H"),
    *of_type("dateTimeStamp", "2020-01-01T00:00:00Z"),
]
OTHERWISE_VIRTUOSO = [
    *of_type("integer", "143000000000"),
    *of_type("nonNegativeInteger", "01"),
    *of_type("time", "12:00:00.5"),
]
LOST = [
    *of_type("duration", "P1Y", "PT36H"),
    *of_type("yearMonthDuration", "P1Y2M"),
    *of_type("dayTimeDuration", "P1DT2H"),
    *of_type("gYear", "-0044"),
    *of_type("dateTime", "2020-01-01T00:00:00.123456789Z"),
    '"POINT(1 2)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>',
]


def saying(values: Sequence[str]) -> list[str]:
    return [f"<{BASE}id/{number}> <{BASE}def/says> {value}" for number, value in enumerate(values)]


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_every_text_arrives_to_the_letter(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    pushed = running.push(release(tmp_path / "1", saying(SAFE), base=base), path=path_of(kind))
    assert pushed.graphs[0].is_exact, pushed.graphs[0]
    pushed = running.push(release(tmp_path / "2", saying([*reversed(SAFE)]), base=base), path=path_of(kind))  # all removed, all added
    assert pushed.graphs[0].is_exact, pushed.graphs[0]


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_what_a_store_writes_otherwise_is_told_and_not_sent_again(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    values = [*OTHERWISE, *(OTHERWISE_VIRTUOSO if running.name == "virtuoso" else OTHERWISE_OXIGRAPH)]
    site = release(tmp_path / "1", saying([*SAFE, *values]), base=base)
    pushed = running.push(site, path=path_of(kind))
    (graph, _derived) = pushed.graphs
    assert (graph.missing.count, graph.extra.count, graph.otherwise.count) == (0, 0, len(values)), graph
    assert pushed.is_right
    assert not graph.is_exact
    assert graph.found_sha256 != graph.sha256
    assert graph.otherwise.examples[0].split(" ")[:2] == graph.otherwise.examples[1].split(" ")[:2]
    again = running.push(site, path=path_of(kind))
    assert (again.added, again.removed, again.graphs) == (0, 0, pushed.graphs)


def test_what_virtuoso_loses_is_told_with_what_it_has_instead(tmp_path: Path, debian: Running, base: str) -> None:
    site = release(tmp_path / "1", saying([*SAFE, *LOST]), base=base)
    pushed = debian.push(site)
    (graph, _derived) = pushed.graphs
    assert (graph.missing.count, graph.extra.count, graph.otherwise.count) == (len(LOST), len(LOST), 0), graph
    assert '"P1Y"' in graph.missing.examples[0]
    assert f'"12"^^<{XSD}duration>' in graph.extra.examples[0]
    assert not pushed.is_right
    assert debian.push(site).added == 0
    others = saying([*SAFE, *(of_type("duration", "P9Y") * 3)])
    pushed = debian.push(release(tmp_path / "2", others, base=base))  # what it can't find again by its writing is replaced
    assert pushed.graphs[0].found == len(others)
    assert f'"108"^^<{XSD}duration>' in pushed.graphs[0].extra.examples[0]
    pushed = debian.push(release(tmp_path / "3", saying(SAFE), base=base))
    assert pushed.graphs[0].is_exact, pushed.graphs[0]


# all at once, and cut off


@contextmanager
def watched(running: Running, base: str) -> Iterator[dict[str, int]]:
    """Ask again and again which version the graphs are of, until the block ends; how often each answer came."""
    query = f"""
        SELECT ?g ?version (COUNT(*) AS ?n) {{
            GRAPH ?g {{ ?s <{BASE}def/says> ?text }} FILTER(?g IN (<{base}stated>, <{base}derived>)) BIND(STRBEFORE(STR(?text), " ") AS ?version)
        }} GROUP BY ?g ?version ORDER BY ?g ?version"""
    seen: dict[str, int] = {}
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            answer = " ".join(f"{graph.removeprefix(base)}:{version}:{count}" for graph, version, count in running.ask(query))
            seen[answer] = seen.get(answer, 0) + 1

    threads = [threading.Thread(target=look) for _reader in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()


READERS = 3
ASIDE = "stores.DIRECT = 0; stores.PIECE = 40_000"


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("running", "kind", "settings"),
    [("memory", SPARQL_UPDATE, ""), ("memory", SPARQL_UPDATE, ASIDE), ("disk", SPARQL_UPDATE, ""), ("disk", SPARQL_UPDATE, ASIDE), ("virtuoso", VIRTUOSO, "")],
    indirect=["running"],
)
def test_readers_see_the_old_release_or_the_new_one(tmp_path: Path, running: Running, kind: str, base: str, settings: str) -> None:
    first = release(tmp_path / "1", things("one", range(3000)), things("one", range(3000, 4000)), base)
    second = release(tmp_path / "2", things("two", range(3000)), things("two", range(3000, 4000)), base)
    running.push(first, path=path_of(kind))
    with watched(running, base) as seen:
        for site in (second, first, second):
            pushing = push_process(site, running, kind, settings)
            _out, error = pushing.communicate(timeout=120)
            assert pushing.returncode == 0, error
    old, new = "derived:one:1000 stated:one:3000", "derived:two:1000 stated:two:3000"
    mixed = {answer: count for answer, count in seen.items() if answer not in {old, new}}
    assert {old, new} <= set(seen)
    if running.name == "virtuoso":  # a query that runs in the moment of the change can see both
        assert sum(mixed.values()) <= 3 * READERS, mixed
    else:
        assert not mixed


def begun_to_push(site: Path, running: Running, kind: str, seconds: float) -> tuple[int, float]:
    """Begin to push *site*, and kill that *seconds* after it sends the first; return how it ended, and how many seconds after that."""
    pushing = push_process(site, running, kind, ASIDE)
    assert pushing.stdout is not None
    while b"pushing" not in (line := pushing.stdout.readline()) and line:
        pass
    began = time.monotonic()
    try:
        pushing.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        pushing.kill()
        pushing.communicate()
    return pushing.returncode, time.monotonic() - began


@pytest.mark.no_cover
@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_a_push_that_is_killed_is_made_again_and_ends_right(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    sites = [release(tmp_path / version, things(version, range(3000)), things(version, range(3000, 4000)), base) for version in ("one", "two")]
    running.load(f"{base}theirs", f"<{BASE}x> <{BASE}y> <{BASE}z> .\n")
    chance = random.Random(4)  # any moments will do
    killed, whole = 0, begun_to_push(sites[1], running, kind, 60)[1]
    for number in range(8):
        code, _seconds = begun_to_push(sites[number % 2], running, kind, chance.uniform(0, whole))
        killed += code == -signal.SIGKILL
    assert killed > 3
    pushed = running.push(sites[0], path=path_of(kind))
    assert all(graph.is_exact for graph in pushed.graphs)
    assert running.counts(base) == {f"{base}stated": 3000, f"{base}derived": 1000, f"{base}theirs": 1}


@pytest.mark.parametrize(("running", "kind"), ALL_AT_ONCE, indirect=["running"])
def test_what_a_push_before_has_brought_is_not_brought_again(tmp_path: Path, running: Running, kind: str, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publish.stores.DIRECT", 0)
    lines = things("one", range(4000))
    running.load(f"{base}push-stated-missing", "".join(f"{line} .\n" for line in lines[:3900]))
    pushed = running.push(release(tmp_path / "1", lines, base=base), path=path_of(kind))
    assert pushed.graphs[0].is_exact
    assert pushed.sent < 50_000
    assert running.counts(base) == {f"{base}stated": 4000}
    running.load(f"{base}push-stated-missing", f"<{BASE}x> <{BASE}y> <{BASE}z> .\n")  # of another release
    assert running.push(release(tmp_path / "2", lines[5:], base=base), path=path_of(kind)).graphs[0].is_exact
    assert running.counts(base) == {f"{base}stated": 3995}


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_a_store_that_breaks_off_costs_one_line_and_no_data(tmp_path: Path, running: Running, kind: str, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publish.stores.DIRECT", 0)
    monkeypatch.setattr("publish.stores.PIECE", 40_000)
    site = release(tmp_path / "1", things("one", range(3000)), base=base)
    chance = random.Random(5)  # any moments will do
    for _time in range(5):
        with Relay(running.port) as relay:
            relay.left = chance.randrange(200, 40_000)
            beyond = Running(running.name, relay.port, running.environment)
            with pytest.raises(StoreFailed) as caught:
                beyond.push(site, kind)
            assert caught.value.name in {"store-no-answer", "store-broken-off"}
    assert running.push(site, path=path_of(kind)).graphs[0].is_exact
    assert running.counts(base) == {f"{base}stated": 3000}
