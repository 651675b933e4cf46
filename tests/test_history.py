"""Releases: what was published before is read with suspicion, and nothing that is out changes, vanishes or means something else."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from test_diff import CLASSES, DATA, snapshot
from workbench import EXAMPLE, Ended, bynet, make_project, tree, triples, turtle, write_files

from publish.diff import compare
from publish.earlier import BadSite, EarlierSite, open_site, read_snapshot, releases_of, snapshot_of
from publish.errors import Mistake
from publish.history import SHOWN, BrokenHistory, refuse
from publish.model import Release, Snapshot, sort_triples, tombstones
from publish.texts import LANGUAGES, text
from publish.web import Limits, Unreachable, Web

FIRST = Release("1.0.0", "2030-01-01")
LATER = {"version": "1.1.0", "modified": "2030-02-01"}
DIGEST = "0" * 64


def refused(old: Snapshot, new: Snapshot, released: Sequence[Release] = (FIRST,)) -> dict[str, str]:
    """The reasons for which *new* may not follow *old*, by name, in English."""
    try:
        refuse(old, new, compare(old, new), released)
    except BrokenHistory as broken:
        return {reason.name: "\n".join(reason.told("en")) for reason in broken.reasons}
    return {}


def later(stated: str, **graphs: str) -> Snapshot:
    return replace(snapshot(stated, **graphs), version="1.1.0", modified="2030-02-01")


def pasted(told: str) -> str:
    """The lines to add that a refusal gives, as they would be pasted."""
    return "".join(f"{line[4:]}\n" for line in told.splitlines()[1:] if line.startswith("    ") or not line)


# what is refused


def test_the_same_data_may_be_published_again_and_other_data_under_a_new_version() -> None:
    assert refused(snapshot(DATA), snapshot(DATA)) == {}
    assert refused(snapshot(DATA), later(DATA + "ex:three a def:Hall .")) == {}


def test_a_change_without_a_new_version_is_refused_and_listed() -> None:
    told = refused(snapshot(DATA), snapshot(DATA + "ex:hall rdfs:seeAlso ex:one ."))
    assert list(told) == ["same-version"]
    assert "dcat:version in data/dataset.ttl" in told["same-version"]
    assert told["same-version"].splitlines()[1:] == ["    <https://example.org/id/hall> The hall"]


def test_of_many_changes_some_are_listed_and_the_rest_counted() -> None:
    more = "".join(f"ex:n{number} a def:Hall .\n" for number in range(SHOWN + 5))
    told = refused(snapshot(DATA), snapshot(DATA + more))["same-version"].splitlines()
    assert len(told) == 1 + SHOWN + 1
    assert told[-1] == "    and 5 more"


@pytest.mark.parametrize(
    ("changes", "released", "reason"),
    [
        ({"version": ""}, [FIRST], "no-version"),
        ({"version": "0.9.0", "modified": "2030-02-01"}, [Release("0.9.0", "2029-01-01"), FIRST], "used-version"),
        ({"version": "1.1.0", "modified": "2029-12-31"}, [FIRST], "back-in-time"),
        ({"version": "1.1.0", "modified": "2030-01-02"}, [FIRST, Release("1.0.1", "2030-03-01", "1.0.0")], "back-in-time"),
        ({"version": "1.1.0", "modified": ""}, [FIRST], "back-in-time"),
        ({"base": "https://example.net/"}, [FIRST], "other-base"),
    ],
)
def test_a_release_goes_on_from_the_last_one(changes: Mapping[str, str], released: Sequence[Release], reason: str) -> None:
    new = replace(snapshot(DATA), **changes)  # type: ignore[arg-type]  # each of them is a text
    assert list(refused(snapshot(DATA), new, released)) == [reason]


def test_a_release_on_the_day_of_the_last_one_goes_on_whether_the_day_has_an_hour_or_not() -> None:
    old = replace(snapshot(DATA), modified="2030-02-01T12:00:00Z")
    assert refused(old, later(DATA + "ex:three a def:Hall .")) == {}


@pytest.mark.parametrize("graph", ["stated", "derived", "ontology", "shapes", "queries"])
def test_an_iri_of_any_graph_that_is_gone_is_refused_with_the_block_to_add(graph: str) -> None:
    gone = sort_triples(triples(CLASSES + 'ex:gone a def:Hall ; rdfs:label "Gone"@en, "Væk"@da .'))
    new = later(DATA)
    old = snapshot(DATA)
    old = replace(old, graphs={**old.graphs, graph: sort_triples([*old.graphs[graph], *gone])})
    told = refused(old, new)["vanished"]
    assert "data/tombstones.ttl" in told
    added = triples(pasted(told))
    assert tombstones(added) == {f"{EXAMPLE}id/gone"}
    assert {str(triple.object) for triple in added} >= {'"Gone"@en', '"Væk"@da', '"…"@en'}
    graphs = {**new.graphs, "stated": sort_triples([*new.graphs["stated"], *added])}
    assert refused(old, replace(new, graphs=graphs)) == {}


def test_an_iri_that_was_in_one_graph_may_be_in_another() -> None:
    assert refused(snapshot(DATA, derived="ex:x a def:Hall ."), later(DATA + "ex:x a def:Hall .")) == {}


def test_an_iri_of_somebody_else_may_go() -> None:
    assert refused(snapshot(DATA + "<https://example.net/x> a def:Hall ."), later(DATA)) == {}


def test_to_take_the_type_away_is_not_yet_to_withdraw() -> None:
    told = refused(snapshot(DATA), later(DATA.replace("ex:hall a def:Hall ; ", "ex:hall ")))
    assert list(told) == ["vanished"]
    assert refused(snapshot(DATA), later(DATA.replace("ex:hall a def:Hall ; ", "ex:hall owl:deprecated true ; "))) == {}


def test_a_tombstone_stays_for_good() -> None:
    grave = 'ex:gone owl:deprecated true ; rdfs:label "Gone"@en ; rdfs:comment "Was merged."@en .\n'
    assert refused(snapshot(DATA + grave), later(DATA + grave)) == {}
    told = refused(snapshot(DATA + grave), later(DATA))
    assert list(told) == ["tombstone-gone"]
    assert sort_triples(triples(pasted(told["tombstone-gone"]))) == sort_triples(triples(CLASSES + grave))
    assert list(refused(snapshot(DATA + grave), later(DATA + "ex:gone a def:Hall ."))) == ["revived"]


def test_an_iri_never_changes_its_meaning() -> None:
    assert list(refused(snapshot(DATA), later(DATA.replace("ex:hall a def:Hall", "ex:hall a def:Seat")))) == ["other-meaning"]
    assert refused(snapshot(DATA), later(DATA.replace("ex:hall a def:Hall", "ex:hall a def:Hall, def:Seat"))) == {}


def test_every_reason_is_told_at_once_in_both_languages() -> None:
    broken = snapshot(DATA.replace("ex:one a", "ex:three a").replace("ex:hall a def:Hall", "ex:hall a def:Seat"))
    assert list(refused(snapshot(DATA), broken)) == ["same-version", "vanished", "other-meaning"]
    with pytest.raises(BrokenHistory) as caught:
        refuse(snapshot(DATA), broken, compare(snapshot(DATA), broken), [FIRST])
    danish, english = (caught.value.told(language) for language in LANGUAGES)
    assert len(danish) == len(english)
    assert (danish[1], english[1]) == ("    <https://example.org/id/hall> Salen", "    <https://example.org/id/hall> The hall")
    assert caught.value.exit_code == 1


# publishing


THING = 'ex:{name}\n    a def:Thing ;\n    rdfs:label "{name}"@en ;\n.\n'


def project(folder: Path, version: str = "1.0.0", day: str = "2030-01-01", things: Sequence[str] = ("a", "b"), grave: str = "") -> Path:
    make_project(
        folder, {"data/things.ttl": turtle("\n".join(THING.format(name=name) for name in things)), **({"data/tombstones.ttl": grave} if grave else {})}
    )
    own = (folder / "data/dataset.ttl").read_text(encoding="utf-8")
    lines = f'    dcterms:modified "{day}"^^xsd:date ;\n' + (f'    dcat:version "{version}" ;\n' if version else "")
    (folder / "data/dataset.ttl").write_text(own.replace("    a dcat:Dataset ;\n", f"    a dcat:Dataset ;\n{lines}"), encoding="utf-8")
    return folder


def publish(folder: Path, out: Path, *options: str) -> Ended:
    return bynet("--root", folder, *options, "publish", "--out", out)


def test_what_is_gone_stops_publishing_until_the_lines_given_are_added(tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert publish(project(tmp_path / "p"), out).code == 0
    before = tree(out)
    shutil.rmtree(tmp_path / "p")
    ended = publish(project(tmp_path / "p", "1.1.0", "2030-02-01", ["a"]), out)
    assert (ended.code, tree(out)) == (1, before)
    block = pasted(ended.err[ended.err.index("data/tombstones.ttl") :])
    assert block.startswith("@prefix ex: <https://example.org/id/> .\n")
    assert publish(project(tmp_path / "p", "1.1.0", "2030-02-01", ["a"], block), out).code == 0
    assert (out / "id/b.html").is_file() or (out / "id/b.en.html").is_file()
    site = open_site(str(out))
    assert site is not None
    assert [release.version for release in releases_of(site)] == ["1.0.0", "1.1.0"]
    shutil.rmtree(tmp_path / "p")
    assert publish(project(tmp_path / "p", "1.2.0", "2030-03-01", ["a"]), out, "--lang", "da").err.count(text("da", "mistake.broken-history")) == 1


def test_a_draft_is_compared_with_nothing(tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert publish(project(tmp_path / "p", version=""), out).code == 0
    site = open_site(str(out))
    assert site is not None
    assert snapshot_of(site) is None
    assert read_snapshot(site).base == EXAMPLE
    assert releases_of(site) == ()
    shutil.rmtree(tmp_path / "p")
    assert publish(project(tmp_path / "p", version="", things=["a"]), out).code == 0


# what was published before


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    assert publish(project(folder / "p"), folder / "site").code == 0
    return folder / "site"


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "copy"))


def opened(place: Path | str) -> EarlierSite:
    site = open_site(str(place))
    assert site is not None
    return site


def test_a_folder_that_is_not_there_or_has_no_manifest_is_no_site(tmp_path: Path) -> None:
    assert open_site(str(tmp_path / "nothing")) is None
    assert open_site(str(tmp_path)) is None


def test_every_file_is_held_against_the_manifest(copy: Path) -> None:
    site = opened(copy)
    assert site.read_all(site.manifest).keys() == site.manifest.keys()
    (copy / "download/stated.nt").write_bytes((copy / "download/stated.nt").read_bytes() + b"\n")
    with pytest.raises(BadSite) as caught:
        snapshot_of(opened(copy))
    assert caught.value.name == "site-differs"
    (copy / "download/stated.nt").unlink()
    with pytest.raises(BadSite) as caught:
        snapshot_of(opened(copy))
    assert caught.value.name == "site-without"
    ended = bynet("diff", copy, copy)
    assert (ended.code, ended.err.count("\n"), "download/stated.nt" in ended.err) == (2, 1, True)


def test_a_link_out_of_the_folder_is_not_followed(copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes((copy / "index.html").read_bytes() if (copy / "index.html").is_file() else b"")
    file = copy / "download/stated.nt"
    shutil.copy(file, secret)
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(BadSite):
        opened(copy).read("download/stated.nt")


@pytest.mark.parametrize(
    "line",
    [
        f"{DIGEST}  ../x",
        f"{DIGEST}  a/../../x",
        f"{DIGEST}  /etc/passwd",
        f"{DIGEST}  a\\b",
        f"{DIGEST}  C:/x",
        f"{DIGEST}  a//b",
        f"{DIGEST}  ./a",
        f"{DIGEST}  a/",
        f"{DIGEST}  a\x1b[2J",
        f"{DIGEST}  a\u202eb",
        f"{DIGEST}  a\u2028b",
        f"{DIGEST}  a\rb",
        f"{DIGEST}  MANIFEST",
        f"{DIGEST}  ",
        f"{DIGEST[1:]}  a",
        f"{DIGEST} a",
        "<!doctype html>",
        "",
        f"{DIGEST}  a\n{DIGEST}  a",
        f"{DIGEST}  a/b\n{DIGEST}  a",
    ],
)
def test_a_manifest_of_a_stranger_leads_nowhere_else(tmp_path: Path, line: str) -> None:
    write_files(tmp_path, {"MANIFEST": f"{line}\n{DIGEST}  z\n"})
    with pytest.raises(BadSite) as caught:
        open_site(str(tmp_path))
    assert caught.value.name == "manifest-line"
    ended = bynet("diff", tmp_path)
    assert (ended.code, len(ended.err.splitlines()) <= 2, "\x1b" in ended.err) == (2, True, False)


def test_a_manifest_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    write_files(tmp_path, {"MANIFEST": f"{DIGEST}  z\n".encode() + b"\xff\n"})
    with pytest.raises(BadSite) as caught:
        open_site(str(tmp_path))
    assert caught.value.values["line"] == 2


def releases_in(folder: Path, told: Mapping[str, object]) -> tuple[Release, ...]:
    files = {f"release/{version}/changes.json": json.dumps(content) for version, content in told.items()}
    manifest = "".join(f"{sha256(content.encode()).hexdigest()}  {path}\n" for path, content in files.items())
    return releases_of(opened(write_files(folder, {**files, "MANIFEST": manifest})))


def test_releases_come_in_the_order_in_which_they_followed_each_other(tmp_path: Path) -> None:
    told = {
        "1.10.0": {"version": "1.10.0", "date": "2030-01-01", "previous": "1.9.0"},
        "1.9.0": {"version": "1.9.0", "date": "2030-01-01", "previous": "1.0.0"},
        "1.0.0": {"version": "1.0.0", "date": "2030-01-01", "previous": ""},
    }
    assert [release.version for release in releases_in(tmp_path, told)] == ["1.0.0", "1.9.0", "1.10.0"]


def test_releases_in_a_circle_end(tmp_path: Path) -> None:
    told = {str(one): {"version": str(one), "date": "2030-01-01", "previous": str(3 - one)} for one in (1, 2)}
    assert len(releases_in(tmp_path, told)) == 2


@pytest.mark.parametrize("content", [[], {}, {"version": "2.0.0", "date": "", "previous": ""}, {"version": "1.0.0", "date": 1, "previous": ""}, "x"])
def test_what_a_release_says_of_itself_is_not_taken_on_trust(tmp_path: Path, content: object) -> None:
    with pytest.raises(BadSite) as caught:
        releases_in(tmp_path, {"1.0.0": content})
    assert caught.value.name == "site-no-changes"


# over HTTP


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[str]:
    """A server on this machine that gives each path its answer; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with handling(Handler) as address:
        yield address


@contextmanager
def handling(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def files_of(site: Path, below: str = "/data/") -> Callable[[str], Answer]:
    def answer(path: str) -> Answer:
        file = site / path.removeprefix(below)
        return (200, {}, file.read_bytes()) if path.startswith(below) and file.is_file() else (404, {}, b"no")

    return answer


def test_a_site_is_the_same_over_http(published: Path) -> None:
    here = opened(published)
    with serving(files_of(published)) as address:
        for place in (f"{address}/data/", f"{address}/data"):
            there = opened(place)
            assert there.manifest == here.manifest
            assert there.read_all(here.manifest) == here.read_all(here.manifest)
            assert snapshot_of(there) == snapshot_of(here)
            assert releases_of(there) == releases_of(here)
        ended = bynet("diff", f"{address}/data/", published)
        assert (ended.code, ended.out) == (0, "No differences\n")


def test_the_persistent_address_may_send_on_to_another_host_and_then_that_one_is_the_site(published: Path) -> None:
    asked: list[str] = []
    with serving(files_of(published)) as host:

        def answer(path: str) -> Answer:
            asked.append(path)
            return 303, {"Location": f"{host}/data/{path.removeprefix('/id/')}"}, b""

        with serving(answer) as persistent:
            assert snapshot_of(opened(f"{persistent}/id/")) == snapshot_of(opened(published))
    assert asked == ["/id/MANIFEST"]


def test_a_file_is_not_fetched_from_another_host(published: Path) -> None:
    with serving(files_of(published)) as other:

        def answer(path: str) -> Answer:
            return files_of(published)(path) if path.endswith("MANIFEST") else (302, {"Location": other + path}, b"")

        with serving(answer) as address, pytest.raises(Unreachable) as caught:
            snapshot_of(opened(f"{address}/data/"))
    assert caught.value.name == "sent-elsewhere"


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/MANIFEST", "/login?next=MANIFEST", "//user@127.0.0.1/MANIFEST", "http:MANIFEST x"])
def test_an_address_that_sends_on_to_anything_else_is_refused(location: str) -> None:
    with serving(lambda _path: (302, {"Location": location}, b"")) as address, pytest.raises(Unreachable) as caught:
        open_site(f"{address}/")
    assert caught.value.name == "sent-elsewhere"


def test_an_address_that_goes_in_circles_ends() -> None:
    with serving(lambda _path: (302, {"Location": "/MANIFEST"}, b"")) as address, pytest.raises(Unreachable) as caught:
        open_site(f"{address}/")
    assert caught.value.name == "sent-in-circles"


def test_a_misspelt_address_is_no_first_release(tmp_path: Path) -> None:
    with serving(lambda _path: (404, {}, b"nothing here")) as address:
        ended = bynet("--root", project(tmp_path / "p"), "publish", "--out", tmp_path / "site", "--previous", f"{address}/")
        assert (ended.code, ended.err.count("\n")) == (2, 1)
        assert f"{address}/MANIFEST answers 404" in ended.err
    assert not (tmp_path / "site").exists()
    assert "does not answer" in bynet("diff", f"{address}/", tmp_path / "p").err


@pytest.mark.parametrize("address", ["file:///etc/", "ftp://example.org/", "http://", "https://user:word@example.org/", "http://example.org/?x", "http://a b/"])
def test_what_is_no_address_of_a_site_is_refused(address: str) -> None:
    with pytest.raises(Unreachable) as caught:
        open_site(address)
    assert caught.value.name == "bad-address"


def test_a_file_or_a_site_beyond_the_limit_is_not_read_to_its_end() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with serving(lambda _path: (200, {"Content-Encoding": "gzip"}, bomb)) as address:
        with pytest.raises(Unreachable) as caught:
            Web(f"{address}/", Limits(file=1_000_000)).read("a")
        assert caught.value.name == "too-large"
    with serving(lambda _path: (200, {}, bytes(1000))) as address:
        web = Web(f"{address}/", Limits(site=2500))
        assert len(web.read("a") + web.read("b")) == 2000
        with pytest.raises(Unreachable):
            web.read("c")


def test_a_file_that_drips_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _peer = server.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while True:
                    connection.sendall(bytes(100))
                    time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(Unreachable) as caught:
            Web(f"http://127.0.0.1:{server.getsockname()[1]}/", Limits(seconds=0.5)).read("a")
        assert caught.value.name == "too-slow"
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("broken", [{"Content-Length": "100"}, {"Content-Encoding": "gzip"}])
def test_an_answer_that_breaks_off_is_a_mistake(broken: dict[str, str]) -> None:
    with serving(lambda _path: (200, broken, b"short")) as address, pytest.raises(Mistake) as caught:
        Web(f"{address}/").read("a")
    assert caught.value.name == "no-answer"


def test_an_answer_in_chunks_is_read_whole() -> None:
    class Chunked(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n" * 50_000 + (b"0\r\n\r\n" if self.path == "/whole" else b"3\r\na"))
            self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with handling(Chunked) as address:
        assert Web(f"{address}/").read("whole") == b"abc" * 50_000
        with pytest.raises(Unreachable) as caught:
            Web(f"{address}/").read("half")
        assert caught.value.name == "no-answer"


def test_a_server_that_is_busy_is_asked_again(published: Path) -> None:
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return files_of(published)(path) if len(asked) > 2 else (503, {}, b"")

    with serving(answer) as address:
        assert opened(f"{address}/data/").manifest
    assert asked == ["/data/MANIFEST"] * 3


def test_paths_are_written_as_the_web_writes_them(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return 200, {}, b""

    with serving(answer) as address:
        Web(f"{address}/").read("a b/ø%2e#x?.nt")
    assert asked == ["/a%20b/%C3%B8%252e%23x%3F.nt"]


def test_every_text_of_a_refusal_says_what_to_do() -> None:
    for language in LANGUAGES:
        for name in ("same-version", "no-version", "used-version", "back-in-time"):
            words = text(language, f"history.{name}")
            assert re.search(r"data/dataset\.ttl", words), (language, name)
