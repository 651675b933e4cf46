"""The self-check of a published site: clean where it is right, on real servers and in a folder, and one line for each thing that is broken."""

from __future__ import annotations

import json
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hosts import OWN, SERVERS, Host, free_port, open_folder, process, program, seal, serving, with_rules
from test_hosting import NEW, layout_of, publish
from workbench import Ended, bynet, write_files

from publish.addresses import NOWHERE
from publish.contents import header_links, page_links
from publish.texts import LANGUAGES, table
from publish.verify import verify

Edit = Callable[[Path], object]


@pytest.fixture(scope="module")
def made() -> Iterator[Host]:
    """A small site with releases, a feed, what is gone and every kind of page, published for an address below a host's root."""
    with open_folder() as folder:
        host = Host("nginx", folder / "root", "/below/", free_port())
        host.root.mkdir()
        publish(folder / "project", host.address, host.site)
        write_files(host.site, NEW)
        ruled(host)
        yield host


def ruled(host: Host) -> None:
    """Write the rules and the MANIFEST of a site as its files are now."""
    layout = layout_of(host)
    with_rules(host.site, {name: getattr(layout, name) for name in ("base", "landing", "languages", "tombstones", "hashed")})


@pytest.fixture
def copy(made: Host) -> Iterator[Path]:
    """A copy of that site in a folder of its own, to be broken."""
    with open_folder() as folder:
        shutil.copytree(made.site, folder / "root/below")
        yield folder / "root/below"


def check(place: str | Path) -> Ended:
    return bynet("verify", place)


def lines(ended: Ended) -> list[str]:
    return ended.out.splitlines()


def edit(site: Path, path: str, pattern: str, new: str) -> None:
    """Replace what fits *pattern* in a file; a test that would change nothing is a defect."""
    text = (site / path).read_text(encoding="utf-8")
    changed = re.sub(pattern, lambda _found: new, text)
    assert changed != text
    (site / path).write_text(changed, encoding="utf-8")


@pytest.mark.parametrize("server", SERVERS)
def test_a_site_that_is_served_by_its_own_rules_is_clean(made: Host, server: str) -> None:
    program(server)
    with serving(Host(server, made.root, made.prefix, made.port)) as address:
        ended = check(address)
        assert (ended.code, ended.out) == (0, ""), ended.out
        said = f"Dataset {re.escape(made.address)}dataset, version \\S+, valid with no last day.\n"
        assert re.fullmatch(rf"{said}No faults\. Files: \d{{3}}, links: \d{{3,}}, requests: \d{{3,}}\.\n", ended.err)


def test_a_site_that_bynet_serves_is_clean(made: Host) -> None:
    with serving(Host(OWN, made.site, "/", free_port())) as address:
        ended = check(address)
        assert (ended.code, ended.out) == (0, ""), ended.out


@pytest.mark.parametrize("server", SERVERS)
def test_a_site_of_before_that_has_no_such_pages_is_as_right(made: Host, copy: Path, server: str) -> None:
    program(server)
    host = Host(server, copy.parent, made.prefix, made.port)
    for path in NEW:
        (copy / path).unlink()
    ruled(host)
    with serving(host) as address:
        assert {fault.rule for fault, _places in verify(address).faults} <= {"dead-link"}


def test_a_host_without_rules_may_send_the_page_of_what_is_not_there_as_any_page(made: Host) -> None:
    port = free_port()
    with process([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(made.site), str(port)], port):
        found = {(fault.rule, place) for fault, places in verify(f"http://127.0.0.1:{port}/").faults for place in places}
    assert ("cors", NOWHERE) in found
    assert not {("status", NOWHERE), ("hash", NOWHERE)} & found
    assert ("other-body", "nothing-stands-here") in found  # the host's own page, or none


@pytest.mark.no_cover
@pytest.mark.parametrize("server", SERVERS)
def test_the_project_s_own_site_is_clean_wherever_it_stands(site: Path, server: str) -> None:
    program(server)
    with open_folder() as folder:
        host = Host(server, folder / "root", "/bynet/", free_port())
        shutil.copytree(site, host.site)
        with serving(host) as address:
            ended = check(address)
            assert (ended.code, ended.out) == (0, ""), ended.out


def test_a_folder_is_clean(made: Host, library_site: Path) -> None:
    for folder in (made.site, library_site):
        ended = check(folder)
        assert (ended.code, ended.out) == (0, ""), ended.out
        assert "requests: 0" in ended.err


NGINX = {
    "no Vary": (r"\n *add_header Vary [^\n]*", "", {"vary"}),
    "another media type": (r'"text/turtle; charset=utf-8" ttl', '"text/plain" ttl', {"media-type"}),
    "no charset": (r"text/html; charset=utf-8", "text/html", {"media-type"}),
    "no CORS": (r"\n *add_header Access-Control-Allow-Origin [^\n]*", "", {"cors", "preflight"}),
    "406": (r"return 303 [^;]*;", "return 406;", {"status"}),
    "302 for 303": (r"return 303", "return 302", {"status"}),
    "what is gone is there": (r"\{ return 410; \}", '{ set $x ""; }', {"status"}),
    "the server's own page where there is nothing": (r"\n *error_page 404 [^\n]*", "", {"other-body", "hash", "media-type"}),
    "folders that move for a while": (r"return 301 \$", "return 302 $", {"status"}),
    "folders that move elsewhere": (r"return 301 \$\w+/;", "return 301 /elsewhere/;", {"location"}),
    "no cache rules": (r"\n *add_header Cache-Control [^\n]*", "", {"caching"}),
    "no ETag and no time": (r"etag on;", "etag off; add_header Last-Modified '';", {"validator"}),
    "never 304": (r"etag on;", "etag on; if_modified_since off; max_ranges 0;", set()),
    "no links": (r"\n *add_header Link [^\n]*", "", {"no-link"}),
    "links that lead nowhere": (r"linkset\.json>", "linkset.gone>", {"dead-link"}),
    "no Content-Location": (r"\n *add_header Content-Location [^\n]*", "", {"content-location"}),
    "guessing": (r"\n *add_header X-Content-Type-Options [^\n]*", "", {"sniffing"}),
    "no OPTIONS": (r"\{ return 204; \}", "{ return 405; }", {"preflight"}),
    "no HEAD": (r"etag on;", "etag on; if ($request_method = HEAD) { return 404; }", {"head"}),
    "one language for all": (r"\$bynet\w+_spoken", "de", {"language"}),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("broken", NGINX)
def test_a_broken_rule_of_nginx_is_caught(made: Host, broken: str) -> None:
    program("nginx")
    pattern, new, rules = NGINX[broken]
    with open_folder() as folder:
        shutil.copytree(made.site / "host", folder / "host")
        edit(folder, "host/nginx-server.conf", pattern, new)
        host = Host("nginx", made.root, made.prefix, free_port())
        with serving(host, folder) as address:
            found = verify(address)
    assert {fault.rule for fault, _places in found.faults} == rules
    assert len(found.faults) < 40


APACHE = {
    "no Vary": (r"\nHeader always set Vary [^\n]*", "", {"vary"}),
    "another media type": (r'ForceType "application/ld\+json"', 'ForceType "application/json"', {"media-type"}),
    "no CORS": (r"\nHeader always set Access-Control-Allow-Origin [^\n]*", "", {"cors", "preflight"}),
    "what is gone is there": (r"R=410,END", "END", {"status"}),
    "the server's own page where there is nothing": (r"\nErrorDocument 404 [^\n]*", "", {"other-body", "hash", "media-type"}),
    "always the first language": (r"%\{HTTP:Accept-Language\}", "%{HTTP:X-None}", {"location", "content-location", "other-body", "language"}),
    "weights are not compared": (r"\(\\d\*\)\(\?:0\\d\*[^\n]*\"", '0"', {"location", "content-location", "other-body", "media-type"}),
    "no rules at all": (r"(?s).*", "# nothing\n", {"status", "cors", "caching", "media-type", "no-link", "sniffing", "preflight", "content-location", "vary"}),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("broken", APACHE)
def test_a_broken_rule_of_apache_is_caught(copy: Path, broken: str) -> None:
    program("apache2")
    pattern, new, rules = APACHE[broken]
    edit(copy, ".htaccess", pattern, new)
    with serving(Host("apache2", copy.parent, "/below/", free_port())) as address:
        found = verify(address)
    caught = {fault.rule for fault, _places in found.faults}
    assert caught >= rules if broken == "no rules at all" else caught and caught <= rules
    assert len(found.faults) < 60


def _flip(site: Path, path: str) -> None:
    content = bytearray((site / path).read_bytes())
    content[len(content) // 2] ^= 1
    (site / path).write_bytes(content)


def _resealed(change: Edit) -> Edit:
    def changed(site: Path) -> None:
        change(site)
        seal(site)

    return changed


def _double(site: Path) -> None:
    """Let a page of the feed hold a member that another holds too."""
    page = site / "feed/1.trig"
    member = re.search(r"tree:member (\S+)", page.read_text())
    assert member is not None
    with (site / "feed.trig").open("a") as view:
        view.write(f"\n<https://example.org/> <https://w3id.org/tree#member> {_full(page, member[1])} .\n")


def _full(file: Path, name: str) -> str:
    if name.startswith("<"):
        return name
    prefix, _colon, local = name.partition(":")
    declared = re.search(rf"@prefix {prefix}: <([^>]+)>", file.read_text())
    assert declared is not None
    return f"<{declared[1]}{local}>"


FOLDER: dict[str, tuple[Edit, str, str]] = {
    "a changed byte": (lambda site: _flip(site, "id/a.html"), "hash", "id/a.html"),
    "a file that is gone": (lambda site: (site / "id/a.nt").unlink(), "missing", "id/a.nt"),
    "a file too many": (lambda site: (site / "id/new.txt").touch(), "unlisted", "id/new.txt"),
    "a link to a file": (lambda site: (site / "id/link").symlink_to("/etc/passwd"), "unlisted", "id/link"),
    "Turtle that is none": (_resealed(lambda site: edit(site, "id/a.ttl", "@prefix", "@prefx")), "syntax", "id/a.ttl"),
    "JSON that is none": (_resealed(lambda site: edit(site, "linkset.json", "\\{", "[")), "syntax", "linkset.json"),
    "a link that leads nowhere": (_resealed(lambda site: edit(site, "id/a.html", 'href="[^"]*style.css"', 'href="../styles.css"')), "dead-link", "id/a.html"),
    "a link that holds at the root alone, on a page for any address": (
        _resealed(lambda site: (site / NOWHERE).write_text('<link rel="stylesheet" href="style.css">')),
        "dead-link",
        NOWHERE,
    ),
    "an absolute link that leads nowhere": (
        _resealed(lambda site: edit(site, "id/a.html", 'href="[^"]*style.css"', f'href="{base(site)}id/none"')),
        "dead-link",
        "id/a.html",
    ),
    "no rules": (_resealed(lambda site: (site / "_redirects").unlink()), "no-rules", "_redirects"),
    "a sum that is another": (_resealed(lambda site: edit(site, "release/1.0.0/all.nt", "A thing", "A thong")), "sums", "release/1.0.0/SHA256SUMS"),
    "a sum that is missing": (
        _resealed(lambda site: edit(site, "release/1.0.0/SHA256SUMS", "[^\n]* all\\.nt\n", "")),
        "sums-without",
        "release/1.0.0/SHA256SUMS",
    ),
    "a line that is no sum": (_resealed(lambda site: edit(site, "release/1.0.0/SHA256SUMS", "\\A", "# sums\n")), "sums-line", "release/1.0.0/SHA256SUMS"),
    "a page that is gone from the feed": (_resealed(lambda site: (site / "feed/1.trig").unlink()), "feed-page", "feed.trig"),
    "a page that nothing leads to": (_resealed(lambda site: shutil.copy(site / "feed/1.trig", site / "feed/9.trig")), "feed-unreached", "feed/9.trig"),
    "a member on two pages": (_resealed(_double), "feed-member", "feed/1.trig"),
}


def base(site: Path) -> str:
    found = re.search(rb'preferredNamespaceUri> "([^"]+)"', (site / "download/all.nt").read_bytes())
    assert found is not None
    return found[1].decode()


@pytest.mark.parametrize("broken", FOLDER)
def test_what_is_broken_in_a_folder_is_caught_in_one_line(copy: Path, broken: str) -> None:
    change, rule, place = FOLDER[broken]
    change(copy)
    found = [(fault.rule, fault.place) for fault, _places in verify(str(copy)).faults]
    assert (rule, place) in found
    ended = check(copy)
    assert ended.code == 1
    assert any(line.startswith(place) for line in lines(ended))
    assert len(lines(ended)) == len(found) <= 4, ended.out


def test_what_is_broken_on_a_server_is_caught_too(copy: Path) -> None:
    program("nginx")
    _flip(copy, "id/a.html")
    (copy / "id/a.nt").unlink()
    with serving(Host("nginx", copy.parent, "/below/", free_port())) as address:
        found = {(fault.rule, fault.place) for fault, _places in verify(address).faults}
    assert {("hash", "id/a.html"), ("status", "id/a.nt")} <= found


def test_a_host_without_rules_is_told_what_it_lacks_in_a_few_lines(site: Path) -> None:
    port = free_port()
    with process([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(site), str(port)], port):
        ended = check(f"http://127.0.0.1:{port}/")
    assert ended.code == 1
    assert 5 < len(lines(ended)) < 80, ended.out
    assert any(re.match(r"\S+ \(and \d{3,} more\): Access-Control-Allow-Origin", line) for line in lines(ended))


@pytest.mark.parametrize("language", LANGUAGES)
def test_faults_are_told_in_each_language_and_as_json(copy: Path, language: str) -> None:
    _flip(copy, "id/a.html")
    told = bynet("--lang", language, "verify", copy)
    assert lines(told) == [f"id/a.html: {table(language, 'verify')['hash']}"]
    as_json = json.loads(bynet("--lang", language, "verify", copy, "--format", "json").out)
    assert as_json["faults"] == [{"rule": "hash", "places": ["id/a.html"], "message": table(language, "verify")["hash"], "values": {}}]
    assert as_json["files"] > 100


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("no/such/folder", "There is no folder"),
        ("tests", "has no MANIFEST"),
        ("http://127.0.0.1:9/", "does not answer"),
        ("ftp://example.org/", "not the address of a site"),
        ("http://user@example.org/", "not the address of a site"),
        ("http://example.org/?x", "not the address of a site"),
    ],
)
def test_what_is_no_site_is_misuse(place: str, words: str) -> None:
    ended = check(place)
    assert ended.code == 2
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1


@contextmanager
def stranger(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server that answers as *answer* does; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815  # the base class calls them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body if handler.command == "GET" else b"")


def test_an_address_that_sends_on_is_not_followed_elsewhere() -> None:
    with stranger(lambda handler: send(handler, 302, b"", Location="https://example.org/x/MANIFEST")) as address:
        ended = check(address)
    assert (ended.code, "https://example.org/x/" in ended.err) == (2, True)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a//b", "C:x", "a\\b"])
def test_a_manifest_that_leads_outside_is_refused(path: str) -> None:
    with stranger(lambda handler: send(handler, 200, f"{'0' * 64}  {path}\n".encode())) as address:
        ended = check(address)
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_a_server_that_breaks_off_is_not_asked_for_ever(made: Host) -> None:
    manifest = (made.site / "MANIFEST").read_bytes()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.lstrip("/")
        if name == "MANIFEST":
            send(handler, 200, manifest)
        elif name.startswith(("download/", "index.")):
            send(handler, 200, (made.site / name).read_bytes())
        else:
            handler.connection.close()

    with stranger(answer) as address:
        ended = check(address)
    assert ended.code == 1
    assert "does not answer" in ended.out
    assert len(lines(ended)) < 60
    assert "Traceback" not in ended.err


def test_pages_and_headers_are_read_as_they_are_written() -> None:
    assert page_links(b'<a href="x&amp;y">a</a><img src=z><a name="n" href>') == ["x&y", "z"]
    assert header_links('<a>; rel="alternate", </b,c>; rel=x, d') == ["a", "/b,c"]


def test_every_fault_has_its_words_in_each_language() -> None:
    used = {
        name
        for module in ("answers", "contents", "graphfaults", "listing", "proof", "signers", "verify")
        for name in re.findall(r'(?:Fault|_Refused)\(\s*"([a-z-]+)"', (Path(__file__).parents[1] / f"publish/{module}.py").read_text())
    }
    for language in LANGUAGES:
        said = {"more", "clean", "faults", "signed", "until", "for-good"}
        assert used | {"location", "content-location", "missing", "not-plain", "gzip-damaged", "gzip-swells"} == set(table(language, "verify")) - said


def test_a_site_that_is_written_anew_is_the_same_to_the_check(made: Host, tmp_path: Path) -> None:
    write_files(tmp_path, {path.relative_to(made.site).as_posix(): path.read_bytes() for path in made.site.rglob("*") if path.is_file()})
    assert verify(str(tmp_path)).faults == verify(str(made.site)).faults == ()
