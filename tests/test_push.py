"""A release goes into real triple stores: what differs and nothing else, all at once where the store can, and whatever happens in between it ends right."""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3
from stores import BASE, DBA, NOBODY, Relay, Running, oxigraph, push_process, release, virtuoso
from workbench import bynet, make_project, turtle
from workbench import release as give_version

from publish.endpointcheck import compare
from publish.errors import Mistake
from publish.exchange import StoreFailed
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


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_a_published_project_arrives(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle('ex:a\n    a def:Thing ;\n    rdfs:label "A \\"thing\\""@en ;\n    def:size 3 ;\n.\n')})
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


@pytest.mark.parametrize(("running", "kind"), WAYS, indirect=["running"])
def test_what_others_have_in_the_store_stays(tmp_path: Path, running: Running, kind: str, base: str) -> None:
    theirs = release(tmp_path / "theirs", things("theirs", range(50)), base=f"{base}theirs/")
    before = running.push(theirs, path=path_of(kind)).graphs
    ours = release(tmp_path / "ours", things("ours", range(60)), base=base)
    running.load(f"{base}stated", f"<{BASE}x> <{BASE}y> _:b .\n_:b <{BASE}y> \"1\" .\n<{BASE}x> <{BASE}y> <{BASE}z> .\n")
    found = compare(str(ours), running.address(path=path_of(kind)), None, lambda _stage: None)
    assert [(graph.missing.count, graph.extra.count, graph.found_sha256) for graph in found][0] == (60, 3, "")
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
