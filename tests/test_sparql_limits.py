"""What goes beyond a limit of the endpoint is told over HTTP: with its status, its limit and the way to all data; what is answered is whole."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import psutil
import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results
from serving import Serving, serving
from urllib3 import BaseHTTPResponse, PoolManager

from publish.texts import LANGUAGES

POOL = PoolManager(retries=False, timeout=60, maxsize=16)
ALL = "SELECT * { ?s ?p ?o }"
TRIPLES = 137
"""How many triples the library has."""
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 30000"
QUERY = "application/sparql-query"
SOLUTIONS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


def ask(server: Serving, query: str | bytes, accept: str = "text/csv", **headers: str) -> BaseHTTPResponse:
    sent = {"Content-Type": QUERY, "Accept": accept} | {name.replace("_", "-"): value for name, value in headers.items()}
    return POOL.request("POST", server.endpoint, body=query, headers=sent, redirect=False)


def told(answer: BaseHTTPResponse, status: int, name: str) -> dict[str, Any]:
    """The members of a problem, which are as RFC 9457 and this server have them."""
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.data[:500]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in answer.headers
    problem: dict[str, Any] = json.loads(answer.data)
    assert problem["type"].rpartition("/")[2] == name
    assert problem["status"] == status
    assert re.fullmatch(r"[^\n]+", problem["title"])
    assert re.fullmatch(r"[^\n]+\.", problem["detail"])
    return problem


def limited(server: Serving, answer: BaseHTTPResponse, expected: tuple[int, str, float]) -> None:
    """What a limit of the pool is told with: a *status*, its *name*, its *limit*, and where all data are."""
    status, name, limit = expected
    problem = told(answer, status, name)
    assert problem["limit"] == limit
    assert problem["data"] == f"{server.url}download/all.nq"
    assert problem["data"] in problem["detail"]
    assert POOL.request("HEAD", problem["data"]).status == 200
    assert ask(server, "ASK {}", "application/json", Connection="close").status in {200, 429}


def rows_in(answer: BaseHTTPResponse) -> int:
    """How many rows or triples an answer has, as another reader counts them, which refuses what is broken."""
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    media_type = answer.headers["Content-Type"].partition(";")[0]
    if media_type == "text/csv":
        assert answer.data.endswith(b"\r\n")
        return len([*csv.reader(io.StringIO(answer.data.decode(), newline=""))]) - 1
    if media_type in SOLUTIONS:
        found = parse_query_results(answer.data, format=SOLUTIONS[media_type])
        assert isinstance(found, QuerySolutions)
        return len([*found])
    return len([*parse(answer.data, format=GRAPHS[media_type])])


# each limit


@pytest.mark.parametrize("language", LANGUAGES)
def test_timeout(library_site: Path, language: str) -> None:
    with serving(library_site, "--timeout", "0.7") as server:
        begun = time.monotonic()
        answer = ask(server, SLOW, Accept_Language=language)
        assert 0.6 < time.monotonic() - begun < 5
        limited(server, answer, (503, "timeout", 0.7))
        assert answer.headers["Content-Language"] == language
        assert "Retry-After" not in answer.headers  # it would take as long again


def test_memory(library_site: Path) -> None:
    doubled = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(30))
    with serving(library_site, "--memory", "64", "--timeout", "30", "--budget", "600") as server:
        for query in (f"SELECT ?x30 {{ BIND('aaaaaaaaaaaaaaaa' AS ?x0) {doubled} }}", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?c ?i"):
            limited(server, ask(server, query), (503, "memory", 64))


def test_rows(library_site: Path) -> None:
    with serving(library_site, "--rows", str(TRIPLES)) as below, serving(library_site, "--rows", str(TRIPLES - 1)) as beyond:
        for media_type in (*SOLUTIONS, "text/csv"):
            assert rows_in(ask(below, ALL, media_type)) == TRIPLES
            limited(beyond, ask(beyond, ALL, media_type), (400, "rows", TRIPLES - 1))
            assert rows_in(ask(beyond, f"{ALL} LIMIT {TRIPLES - 1}", media_type)) == TRIPLES - 1
        for media_type in GRAPHS:
            for query in ("CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE ?s { ?s ?p ?o }"):
                assert rows_in(ask(below, query, media_type)) == TRIPLES
                limited(beyond, ask(beyond, query, media_type), (400, "rows", TRIPLES - 1))


def test_answer_bytes(library_site: Path) -> None:
    """Whatever the format, there is a length up to which answers are whole and beyond which there are none."""
    limit = 5000
    with serving(library_site, "--answer-bytes", str(limit)) as server:
        for media_type in (*SOLUTIONS, "text/csv", *GRAPHS):
            form = "CONSTRUCT WHERE { ?s ?p ?o }" if media_type in GRAPHS else ALL
            statuses = []
            for rows in range(1, TRIPLES, 10):
                answer = ask(server, f"{form} LIMIT {rows}", media_type)
                statuses.append(answer.status)
                if answer.status == 200:
                    assert rows_in(answer) == rows
                    assert len(answer.data) <= limit
                else:
                    limited(server, answer, (400, "bytes", limit))
            assert statuses == sorted(statuses)
            assert set(statuses) == {200, 400}


def test_queue(library_site: Path) -> None:
    with serving(library_site, "--workers", "1", "--queue", "2", "--timeout", "2", "--budget", "600") as server, ThreadPoolExecutor(8) as threads:
        answers = [asked.result() for asked in [threads.submit(ask, server, SLOW) for _each in range(8)]]
        names = [json.loads(answer.data)["type"].rpartition("/")[2] for answer in answers]
        assert set(names) == {"timeout", "queue"}
        for name, answer in zip(names, answers, strict=True):
            limited(server, answer, (503, name, 2))
            if name == "queue":
                assert 1 <= int(answer.headers["Retry-After"]) <= 10
                assert answer.headers["Retry-After"] in json.loads(answer.data)["detail"]


def test_budget(library_site: Path) -> None:
    with serving(library_site, "--budget", "0.5", "--timeout", "1.5") as server:
        limited(server, ask(server, SLOW), (503, "timeout", 1.5))
        answer = ask(server, "ASK {}", "application/json")
        limited(server, answer, (429, "budget", 0.5))
        assert 1 <= int(answer.headers["Retry-After"]) <= 240
        assert POOL.request("GET", server.endpoint).status == 200  # what costs nothing is answered still
        with socket.create_connection(("127.0.0.1", port_of(server)), timeout=20, source_address=("127.0.0.9", 0)) as another:
            another.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert another.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nesting(library_site: Path, language: str) -> None:
    with serving(library_site, "--nesting", "5") as server:
        assert ask(server, f"SELECT ({'(' * 3}1{')' * 3} AS ?x) {{}}").status == 200
        for deep in (
            f"SELECT * {{ {'{' * 6}{'}' * 6} }}",
            f"SELECT ({'(' * 6}1{')' * 6} AS ?x) {{}}",
            "SELECT * {\n" + "[ <urn:p> " * 50_00 + "] " * 50_00 + "}",
        ):
            problem = told(ask(server, deep, Accept_Language=language), 400, "query-too-deep")
            assert "5" in problem["detail"]
            assert problem["line"] == deep.count("\n") + 1
            assert problem["column"] > 5
    with serving(library_site) as server:
        for deep in (f"SELECT ({'(' * 40_000}1{')' * 40_000} AS ?x) {{}}", f"ASK {{ {'FILTER EXISTS { ' * 8_000}{'}' * 8_000} }}"):
            told(ask(server, deep), 400, "query-too-deep")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_that_is_too_long_or_does_not_come(library_site: Path, language: str) -> None:
    with serving(library_site, "--request-bytes", "1000", "--read-timeout", "1") as server:
        for content_type, body in ((QUERY, b"ASK {}" + b" " * 995), ("application/x-www-form-urlencoded", b"query=ASK%7B%7D&x=" + b"y" * 990)):
            assert ask(server, body, Content_Type=content_type, Accept_Language=language).headers["Content-Language"] == language
            assert told(ask(server, body, Content_Type=content_type, Accept_Language=language), 413, "request-long")["limit"] == 1000
            assert ask(server, body[:1000], "application/json", Content_Type=content_type).json()["boolean"] is True
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nAccept-Language: {language}\r\nContent-Type: {QUERY}\r\n"
        endless = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + b"1f4\r\n" + b" " * 500 + b"\r\n"
        assert problem_after(server, endless + endless.partition(b"\r\n\r\n")[2] * 3)["type"].endswith("/request-long")
        for late in (f"{head}Content-Length: 100\r\n\r\nASK".encode(), endless):
            problem = problem_after(server, late)
            assert (problem["status"], problem["limit"]) == (408, 1.0)
            assert problem["type"].endswith("/request-slow")


def problem_after(server: Serving, sent: bytes) -> Any:  # noqa: ANN401  # what JSON holds
    """The content of the whole answer to what is *sent* on a connection, of which no more comes."""
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=20) as connection:
        connection.sendall(sent)
        answer = HTTPResponse(connection)
        answer.begin()
        assert answer.headers["Content-Length"]
        return json.loads(answer.read())


def port_of(server: Serving) -> int:
    return int(server.url.rsplit(":", 1)[1].rstrip("/"))


# whole or not at all


@pytest.fixture(scope="module")
def server(library_site: Path) -> Iterator[Serving]:
    with serving(library_site, "--budget", "6000", "--timeout", "30") as running:
        yield running


def test_an_answer_whose_process_is_killed_is_whole_or_none(server: Serving) -> None:
    """Processes are killed all the time while large answers are made: they are asked again, or there are none; what comes is never half."""
    ended, killed, statuses = threading.Event(), [], []

    def kill() -> None:
        while not ended.wait(0.3):
            for keeper in psutil.Process(server.process.pid).children():
                for worker in keeper.children():
                    with suppress(psutil.Error):
                        if worker.status() == psutil.STATUS_RUNNING:
                            worker.kill()
                            killed.append(worker.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for media_type in (*SOLUTIONS, "text/csv") * 10:
            answer = ask(server, LARGE, media_type)
            statuses.append(answer.status)
            if answer.status == 200:
                assert rows_in(answer) == 30_000
            else:
                assert told(answer, 503, "stopped")["data"] == f"{server.url}download/all.nq"
            if len(statuses) >= 4 and 503 in statuses:
                break
    finally:
        ended.set()
        killer.join()
    assert killed
    assert rows_in(ask(server, LARGE)) == 30_000


def test_a_server_that_is_stopped_sends_what_it_began_to_send(library_site: Path) -> None:
    with serving(library_site, "--timeout", "30") as running:
        answer = POOL.request("POST", running.endpoint, body=LARGE, headers={"Content-Type": QUERY, "Accept": "text/csv"}, preload_content=False)
        began = answer.read(1000)
        running.process.terminate()
        time.sleep(0.5)
        assert len(began + answer.read()) == int(answer.headers["Content-Length"])
