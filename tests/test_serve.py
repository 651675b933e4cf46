"""``bynet serve`` as whoever starts it and whoever visits it meet it: it starts, serves every release, lets nobody hold it up, and stops."""

from __future__ import annotations

import json
import re
import resource
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Event

import psutil
import pytest
from hosts import Host, free_port, open_folder, process, program, seal
from hosts import serving as hosting
from serving import Serving, serving
from urllib3 import BaseHTTPResponse, PoolManager
from workbench import UNMEASURED, bynet, make_project, release, turtle

from publish.addresses import NOWHERE
from publish.texts import LANGUAGES

POOL = PoolManager(retries=False, timeout=30, maxsize=16)
THING = "ex:a\n    a rdfs:Resource ;\n    rdfs:label {label} ;\n.\n"


def get(address: str, method: str = "GET", **headers: str) -> BaseHTTPResponse:
    return POOL.request(method, address, headers={name.replace("_", "-"): value for name, value in headers.items()}, redirect=False)


def ask(endpoint: str, query: str, accept: str = "text/csv") -> BaseHTTPResponse:
    return POOL.request("POST", endpoint, body=query.encode(), headers={"Content-Type": "application/sparql-query", "Accept": accept}, redirect=False)


def publish(project: Path, out: Path, version: str, day: str) -> None:
    """Publish a release of *project* in which the one thing is called after the version."""
    release(project, version, day)
    (project / "data/things.ttl").write_text(turtle(THING.format(label=f'"Thing of {version}"@en')))
    ended = bynet("--root", project, "publish", "--out", out, **UNMEASURED)
    assert ended.code == 0, ended.err + ended.out


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project", {"data/things.ttl": turtle(THING.format(label='"Thing"@en'))})


@pytest.fixture(scope="module")
def server(library_site: Path) -> Iterator[Serving]:
    with serving(library_site, "--read-timeout", "1", "--connections", "40") as running:
        yield running


# start and stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_and_leaves_no_process(library_site: Path, number: int) -> None:
    with serving(library_site) as running:
        children = psutil.Process(running.process.pid).children(recursive=True)
        assert ask(running.endpoint, "ASK {}", "application/sparql-results+json").json() == {"head": {}, "boolean": True}
        assert len(children) > 1
        running.process.send_signal(number)
        assert running.process.wait(20) == 0
        assert running.line() == "Stopped.\n"
        assert running.said() == ""
        _gone, alive = psutil.wait_procs(children, 5)
        assert not alive


def test_a_server_that_is_killed_leaves_no_process(library_site: Path) -> None:
    with serving(library_site) as running:
        children = psutil.Process(running.process.pid).children(recursive=True)
        running.process.kill()
        _gone, alive = psutil.wait_procs(children, 5)
        assert not alive


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_folder_that_is_no_site_and_a_port_that_is_taken_are_told_in_one_line(language: str, tmp_path: Path, library_site: Path) -> None:
    missing = bynet("--lang", language, "serve", tmp_path / "none")
    empty = bynet("--lang", language, "serve", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        full = bynet("--lang", language, "serve", library_site, "--port", port)
    nowhere = bynet("--lang", language, "serve", library_site, "--host", "198.51.100.1")
    address = bynet("--lang", language, "serve", "https://data.example.org/")
    endless = bynet("--lang", language, "serve", library_site, "--timeout", "inf")
    told = (missing, "none"), (empty, "MANIFEST"), (full, port), (nowhere, "198.51.100.1"), (address, "https://data.example.org"), (endless, "--timeout")
    for ended, words in told:
        assert (ended.code, ended.out) == (2, "")
        assert re.fullmatch(r"bynet: [^\n]+\n", ended.err)
        assert words in ended.err


def test_a_site_that_cannot_be_queried_is_told(tmp_path: Path, project: Path) -> None:
    publish(project, tmp_path / "site", "1.0.0", "2026-01-01")
    dump = tmp_path / "site/download/all.nq"
    dump.write_text(dump.read_text() + "<broken\n")
    ended = bynet("serve", tmp_path / "site", "--port", "0")
    assert (ended.code, ended.out) == (2, "")
    assert re.fullmatch(r"bynet: [^\n]*all\.nq[^\n]*\n", ended.err)


# releases


@pytest.mark.no_cover
def test_a_new_release_is_taken_without_dropping_a_request(tmp_path: Path, project: Path) -> None:
    out = tmp_path / "site"
    publish(project, out, "1.0.0", "2026-01-01")
    with serving(out, "--reload", "--budget", "600") as running, ThreadPoolExecutor(6) as threads:
        ended = Event()
        query = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?label { ?thing a rdfs:Resource ; rdfs:label ?label }"
        file = f"{running.url}download/all.nt"
        looking: list[Callable[[], BaseHTTPResponse]] = [lambda: get(file), lambda: ask(running.endpoint, query), lambda: get(running.url)]
        watched = [threads.submit(watch, look, ended) for look in looking * 2]
        for number in range(1, 6):
            publish(project, out, f"1.{number}.0", f"2026-02-0{number}")
            assert running.line() == "The new release is served.\n"
            assert f"Thing of 1.{number}.0" in ask(running.endpoint, query).data.decode()
        ended.set()
        for seen in watched:
            assert set(seen.result()) == {200}
        front = psutil.Process(running.process.pid)
        until = time.monotonic() + 10
        while len(front.children(recursive=True)) > 5:  # a keeper and its workers: those of the releases before are going
            assert time.monotonic() < until
            time.sleep(0.1)
        assert running.said() == ""


def watch(look: Callable[[], BaseHTTPResponse], ended: Event) -> list[int]:
    """The status of each answer to *look*, until *ended*."""
    found = []
    while not ended.is_set():
        found.append(look().status)
        time.sleep(0.005)  # who publishes meanwhile needs a processor too
    return found


def test_a_new_release_waits_for_a_hangup_and_a_broken_one_is_told(tmp_path: Path, project: Path) -> None:
    out = tmp_path / "site"
    publish(project, out, "1.0.0", "2026-01-01")
    with serving(out) as running:
        query = "SELECT ?label { ?thing <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
        running.process.send_signal(signal.SIGHUP)
        assert running.line() == "This release is served already.\n"
        publish(project, out, "1.1.0", "2026-02-02")
        assert "Thing of 1.0.0" in ask(running.endpoint, query).data.decode()
        running.process.send_signal(signal.SIGHUP)
        assert running.line() == "The new release is served.\n"
        assert "Thing of 1.1.0" in ask(running.endpoint, query).data.decode()
        (out / "MANIFEST").write_text("no manifest\n")
        running.process.send_signal(signal.SIGHUP)
        assert running.line().startswith("The release before is still served: ")
        assert "Thing of 1.1.0" in ask(running.endpoint, query).data.decode()
        assert get(running.url).status == 200


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux sets another process's limits")
@pytest.mark.parametrize("room", range(1, 6))
def test_a_release_that_there_is_no_room_for_is_taken_when_there_is(room: int, tmp_path: Path, project: Path) -> None:
    out = tmp_path / "site"
    publish(project, out, "1.0.0", "2026-01-01")
    with serving(out, "--reload") as running:
        front = psutil.Process(running.process.pid)
        limits = resource.prlimit(front.pid, resource.RLIMIT_NOFILE)
        highest = max(int(descriptor.name) for descriptor in Path(f"/proc/{front.pid}/fd").iterdir())
        resource.prlimit(front.pid, resource.RLIMIT_NOFILE, (highest + 1 + room, limits[1]))
        publish(project, out, "1.1.0", "2026-02-02")
        assert running.line().startswith("The release before is still served: The system has no room")
        resource.prlimit(front.pid, resource.RLIMIT_NOFILE, limits)
        assert running.line() == "The new release is served.\n"


def test_a_file_and_its_tag_are_of_one_release(tmp_path: Path, project: Path) -> None:
    out = tmp_path / "site"
    publish(project, out, "1.0.0", "2026-01-01")
    with serving(out) as running:
        old = get(f"{running.url}download/all.nt")
        publish(project, out, "1.1.0", "2026-02-02")  # nobody says so: the files that were served are gone
        new = get(f"{running.url}download/all.nt", If_None_Match=old.headers["ETag"])
        assert new.status == 200
        assert new.headers["ETag"] == f'"{sha256(new.data).hexdigest()[:32]}"' != old.headers["ETag"]
        assert running.line() == "The new release is served.\n"
        assert get(running.endpoint, Accept="application/n-triples").data.decode().count("void#triples") == 3


def test_where_the_files_are_gone_the_data_are_still_asked_and_the_rest_says_so(tmp_path: Path, project: Path) -> None:
    out = tmp_path / "site"
    publish(project, out, "1.0.0", "2026-01-01")
    with serving(out) as running:
        shutil.rmtree(out)
        gone = get(f"{running.url}download/all.nt")
        assert (gone.status, gone.headers["Access-Control-Allow-Origin"]) == (503, "*")
        assert get(running.endpoint).status == 200
        assert ask(running.endpoint, "ASK { ?s ?p ?o }").json()["boolean"] is True
        assert running.said() == ""


# files


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"x", {tag}'}, 304),
        ({"If_None_Match": '"x"'}, 200),
        ({"Range": "bytes=0-9"}, 206),
        ({"Range": "rows=1-2"}, 200),
    ],
)
def test_conditions_and_ranges(server: Serving, headers: dict[str, str], status: int) -> None:
    file = f"{server.url}download/all.nt"
    tag = get(file).headers["ETag"]
    assert get(file, **{name: value.replace("{tag}", tag) for name, value in headers.items()}).status == status


def test_conditions_are_for_those_who_get(server: Serving) -> None:
    asked = {"Content-Type": "application/sparql-query", "If-None-Match": "*"}
    assert POOL.request("POST", server.endpoint, body=b"ASK {}", headers=asked).status == 200
    assert POOL.request("HEAD", f"{server.url}download/all.nt", headers={"Range": "bytes=0-9"}).status == 200


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET {url}sparql?query=ASK%7B%7D HTTP/1.1", 200),
        ("GET {url}download/all.nt HTTP/1.1", 200),
        ("OPTIONS * HTTP/1.1", 204),
        ("GET /download/all.nt HTTP/1.1", 200),
    ],
)
def test_a_target_may_be_a_whole_address(server: Serving, request_line: str, status: int) -> None:
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{request_line.format(url=server.url)}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        with client.makefile("rb") as stream:
            assert stream.read().startswith(f"HTTP/1.1 {status} ".encode())


def test_headers_of_any_length_keep_nobody_waiting(server: Serving) -> None:
    for value in ("," * 200_000, "a;q=1," * 30_000, "*/*;" * 50_000):
        begun = time.monotonic()
        for address in (f"{server.endpoint}?query=ASK%7B%7D", server.url, f"{server.url}nowhere"):
            assert get(address, Accept=value, Accept_Language=value[:50_000]).status in {200, 404}
        assert time.monotonic() - begun < 2


def test_a_part_of_a_file_and_methods_that_are_none(server: Serving, library_site: Path) -> None:
    content = (library_site / "download/all.nt").read_bytes()
    part = get(f"{server.url}download/all.nt", Range="bytes=10-29")
    assert (part.status, part.data) == (206, content[10:30])
    assert get(f"{server.url}download/all.nt", Range=f"bytes={len(content)}-").status == 416
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
        answer = get(server.url, method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert get(f"{server.url}host/nginx.conf").status == 404
    assert get(f"{server.url}nowhere", Accept_Language="da").data.decode().startswith("404: der er intet")


@pytest.fixture
def copy(library_site: Path, tmp_path: Path) -> Path:
    """A copy of the library's site, to be changed."""
    return Path(shutil.copytree(library_site, tmp_path / "site"))


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAGE = "<!DOCTYPE html><title>404</title>"


def test_who_would_rather_have_a_page_gets_the_site_s_own_where_there_is_nothing(copy: Path) -> None:
    (copy / NOWHERE).write_text(PAGE)
    seal(copy)
    with serving(copy) as running:
        for path in ("nowhere", "id/nowhere/at/all", "host/nginx.conf", "404", NOWHERE):
            answer = get(running.url + path, Accept=BROWSER)
            assert (answer.status, answer.data.decode(), answer.headers["Content-Type"]) == (404, PAGE, "text/html; charset=utf-8")
            assert answer.headers["ETag"] == f'"{sha256(PAGE.encode()).hexdigest()[:32]}"'
            assert not {"Content-Language", "Content-Location", "Link"} & set(answer.headers)
            for headers in ({"If_None_Match": answer.headers["ETag"]}, {"Range": "bytes=0-3"}):
                assert (again := get(running.url + path, Accept=BROWSER, **headers)).status == 404
                assert again.data == answer.data
            head = get(running.url + path, "HEAD", Accept=BROWSER)
            assert (head.status, head.headers["Content-Length"], head.data) == (404, str(len(PAGE)), b"")
        for accept in ("", "*/*", "text/turtle", "text/plain, text/html;q=0.9", "application/json", "text/html;q=0"):
            answer = get(f"{running.url}nowhere", Accept=accept, Accept_Language="en")
            assert (answer.status, answer.headers["Vary"]) == (404, "Accept, Accept-Language")
            assert answer.data.decode().startswith("404: nothing stands"), accept
        assert get(f"{running.url}sparql/nowhere.js", Accept="*/*").data.decode().startswith("404")


def test_a_site_without_a_page_for_what_is_not_there_says_so_in_a_line(copy: Path) -> None:
    (copy / NOWHERE).unlink(missing_ok=True)
    seal(copy)
    with serving(copy) as running:
        for path in ("nowhere", NOWHERE):
            answer = get(running.url + path, Accept=BROWSER, Accept_Language="da")
            assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
            assert answer.data.decode().startswith("404: der er intet")


def test_a_page_of_what_is_gone_is_whole_whatever_part_is_asked_for(tmp_path: Path, project: Path) -> None:
    things = turtle('ex:a\n    <http://www.w3.org/2002/07/owl#deprecated> true ;\n    rdfs:comment "It is no more."@en ;\n.\n')
    release(project, "1.0.0", "2026-01-01")
    (project / "data/things.ttl").write_text(things)
    ended = bynet("--root", project, "publish", "--out", tmp_path / "site")
    assert ended.code == 0, ended.err
    with serving(tmp_path / "site") as running:
        answer = get(f"{running.url}id/a", Accept="text/html", Range="bytes=0-3")
        assert (answer.status, answer.data) == (410, (tmp_path / "site/id/a.html").read_bytes())


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, project: Path) -> None:
    publish(project, tmp_path / "site", "1.0.0", "2026-01-01")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    page = tmp_path / "site/index.html"
    with serving(tmp_path / "site") as running:
        page.unlink()
        page.symlink_to(secret)
        answer = get(running.url)
        assert b"secret" not in answer.data
        assert answer.status >= 400


def test_behind_a_front_at_a_path_of_its_own(library_site: Path) -> None:
    program("nginx")
    with serving(library_site) as running, open_folder() as folder:
        (folder / "host").mkdir(parents=True)
        (folder / "host/nginx.conf").write_text("")
        (folder / "host/nginx-server.conf").write_text(f"location /below/ {{ proxy_pass {running.url}; proxy_set_header Host $http_host; }}\n")
        with hosting(Host("nginx", folder / "root", "/below/", free_port()), folder) as front:
            assert get(front).status == 200
            assert ask(f"{front}sparql", "ASK {}", "application/json").json()["boolean"] is True


# nobody holds it up


def test_a_request_that_does_not_come_is_not_waited_for(server: Serving) -> None:
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    for sent in (
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 50\r\n\r\nASK",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.sendall(sent)
            begun = time.monotonic()
            answer = slow.recv(4096)
            assert time.monotonic() - begun < 8
            assert answer == b"" or answer.startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as trickling:
        begun = time.monotonic()
        with pytest.raises(OSError, match=r"."):  # noqa: PT012  # the loop is what raises
            for byte in b"GET / HTTP/1.1\r\n" + b"X-Header: 1\r\n" * 100:
                trickling.send(bytes([byte]))
                time.sleep(0.05)
        assert time.monotonic() - begun < 8


def test_one_client_has_only_a_share_of_the_connections(server: Serving) -> None:
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    held = [socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.3", 0)) for _each in range(30)]
    try:
        for _attempt in range(3):
            assert get(server.url).status == 200
        refused = 0
        for connection in held:
            connection.settimeout(0.2)
            try:
                refused += connection.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                refused += 1
        assert refused >= 20
    finally:
        for connection in held:
            connection.close()


def test_a_few_clients_that_hold_all_connections_keep_nobody_out(library_site: Path) -> None:
    with serving(library_site, "--connections", "40") as server:
        port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
        held = [socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.0.{10 + each % 6}", 0)) for each in range(60)]
        try:
            for _attempt in range(5):
                assert get(server.url).status == 200
        finally:
            for connection in held:
                connection.close()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux tells of another process's limits")
def test_there_are_as_many_files_as_connections_may_need(library_site: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), hard))  # the server inherits it
    try:
        with serving(library_site, "--connections", "300") as server:
            assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)[0] >= min(2 * 300, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_answer_that_nobody_takes_is_given_up(server: Serving) -> None:
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    with large_answer(port, room=4096) as lazy:
        time.sleep(4)
        size, got = taken(lazy, 1_000_000, pause=0)
    assert got < size
    assert get(server.url).status == 200


def test_an_answer_that_is_taken_slowly_but_steadily_is_sent_to_its_end(server: Serving) -> None:
    """The system tells that there is room for more when a good part of what it holds is gone, which is long after this reader's first reading."""
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    with large_answer(port, room=100_000) as slow:
        size, got = taken(slow, 50_000, pause=0.1)
    assert got == size > 5_000_000


@contextmanager
def large_answer(port: int, room: int, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A connection on which a large answer is asked for, of a client that has *room* for so many bytes of it."""
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        client.settimeout(20)
        client.bind((source, 0))
        client.connect(("127.0.0.1", port))
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: {len(query)}\r\n\r\n"
        client.sendall(head.encode() + query.encode())
        yield client


def taken(client: socket.socket, piece: int, pause: float) -> tuple[int, int]:
    """Take an answer, so many bytes at once at the most, with a pause between: its length, as its head says, and how much of it came."""
    with client.makefile("rb", buffering=0) as stream:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.read(1) or b""
        found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert found
        size, got = int(found[1]), 0
        with suppress(ConnectionError):
            while got < size and (content := stream.read(min(piece, size - got))):
                got += len(content)
                time.sleep(pause)
    return size, got


def test_who_is_slow_to_take_large_answers_has_a_share_and_others_are_answered(library_site: Path) -> None:
    with serving(library_site, "--answer-bytes", "8000000", "--budget", "600") as server, ExitStack() as held:
        port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
        told = [held.enter_context(large_answer(port, room=4096, source="127.0.0.7")).recv(12)[9:] for _each in range(8)]
        assert told.count(b"200") >= 4
        assert told.count(b"503") >= 1
        assert ask(server.endpoint, "ASK {}").status == 200
        assert held.enter_context(large_answer(port, room=4096)).recv(12)[9:] == b"200"  # another client


def test_a_host_that_is_none_gets_nowhere(server: Serving) -> None:
    answer = get(server.endpoint, Accept="application/n-triples", Host='evil.example/"><x>')
    assert answer.status in {200, 400}
    assert b"evil" not in answer.data
    assert b"evil" in get(server.endpoint, Accept="application/n-triples", Host="evil.example").data


# the endpoint's manners over HTTP


def test_a_browser_is_led_to_the_query_page_and_a_program_gets_the_description(server: Serving) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    led = get(server.endpoint, Accept=browser)
    assert (led.status, led.headers["Location"]) == (303, "sparql/")
    for media in ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"):
        described = get(server.endpoint, Accept=media)
        assert described.status == 200
        assert described.headers["Content-Type"].startswith(media)
    assert get(server.endpoint).headers["Content-Type"].startswith("text/turtle")


def test_an_answer_is_tagged_by_release_request_and_form(server: Serving) -> None:
    query = f"{server.endpoint}?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%201"
    first = get(query, Accept="text/csv")
    assert first.headers["Vary"] == "Accept"
    assert get(query, Accept="text/csv", If_None_Match=first.headers["ETag"]).status == 304
    assert get(query, Accept="application/json", If_None_Match=first.headers["ETag"]).status == 200
    now = get(f"{server.endpoint}?query=SELECT%20(NOW()%20AS%20%3Fn)%20%7B%7D")
    assert "ETag" not in now.headers
    assert now.headers["Cache-Control"] == "no-store"


def test_a_page_of_any_origin_may_ask(server: Serving) -> None:
    asked = get(server.endpoint, "OPTIONS", Origin="https://example.org", Access_Control_Request_Method="POST")
    assert asked.status == 204
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
    assert ask(server.endpoint, "ASK {}").headers["Access-Control-Allow-Origin"] == "*"
    refused = ask(server.endpoint, "nonsense")
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_says_where_in_the_query_it_is_in_the_language_asked_for(server: Serving, language: str) -> None:
    answer = POOL.request(
        "POST",
        server.endpoint,
        body=b"SELECT * {\n  ?s ?p }",
        headers={"Content-Type": "application/sparql-query", "Accept-Language": language},
    )
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    problem = json.loads(answer.data)
    assert (problem["status"], problem["line"]) == (400, 2)
    assert problem["title"]
    assert problem["detail"]


def test_a_request_that_is_too_long_is_refused_before_it_is_read(library_site: Path) -> None:
    with serving(library_site, "--request-bytes", "1000") as running:
        answer = ask(running.endpoint, "ASK { " + "#" * 2000 + "\n}")
        assert answer.status == 413
        assert json.loads(answer.data)["limit"] == 1000


def test_who_goes_away_frees_a_process(library_site: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with serving(library_site, "--workers", "2", "--timeout", "60", "--budget", "600") as running:
        port = int(running.url.rsplit(":", 1)[1].rstrip("/"))
        front = psutil.Process(running.process.pid)
        for _each in range(3):
            with socket.create_connection(("127.0.0.1", port)) as leaving:
                head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: {len(query)}\r\n\r\n"
                leaving.sendall(head.encode() + query.encode())
                time.sleep(0.3)
        time.sleep(1)
        busy = [child for child in front.children(recursive=True) if child.cpu_percent(0.3) > 50]
        assert not busy
        assert ask(running.endpoint, "ASK {}", "application/json").status == 200


def test_files_do_not_leak(server: Serving) -> None:
    front = psutil.Process(server.process.pid)
    for _each in range(20):
        get(f"{server.url}download/all.nt")
    before = front.num_fds()
    for _each in range(200):
        get(f"{server.url}download/all.nt")
        get(f"{server.url}download/all.nt", "HEAD")
        ask(server.endpoint, "SELECT * { ?s ?p ?o } LIMIT 3")
    assert front.num_fds() <= before + 2


def test_another_asgi_server_serves_it_as_well(library_site: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "publish.serve:app", "--port", str(port), "--log-level", "warning"]
    with process(command, port, BYNET_SITE=str(library_site), BYNET_ROWS="2"):
        assert get(f"http://127.0.0.1:{port}/download/all.nt").data == (library_site / "download/all.nt").read_bytes()
        refused = ask(f"http://127.0.0.1:{port}/sparql", "SELECT * { ?s ?p ?o }")
        assert (refused.status, json.loads(refused.data)["limit"]) == (400, 2)
