"""The host rules on real servers: what nginx and Apache answer is what the one table says, whatever a client sends."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import monotonic
from urllib.parse import quote, unquote

import pytest
from compressed import packed
from hosts import OWN, SERVERS, Host, free_port, open_folder, program, serving, with_rules
from urllib3 import BaseHTTPResponse, PoolManager
from workbench import bynet, make_project, release, turtle, write_files

from publish.addresses import HEADERS, HOST_FILES, MEDIA_TYPES, NOWHERE, Layout, fragment_documents, media_type
from publish.hosting import host_files
from publish.kinds import KINDS
from publish.negotiation import negotiate, negotiate_language
from publish.paths import front_pages

OFFERED = [(extension, MEDIA_TYPES[extension]) for extension in ("html", "ttl", "jsonld", "nt")]
ENGLISH = '    dcterms:title "A dataset"@en ;'
BOTH = f'{ENGLISH}\n    dcterms:title "Et datasæt"@da ;'
THINGS = """\
ex:a
    a rdfs:Resource ;
    rdfs:label "A thing"@en ;
    rdfs:seeAlso <https://example.org/id/b.c> , <https://example.org/id/%C3%A6%20%22q%22> ;
.

<https://example.org/id/b.c>
    a rdfs:Resource ;
    rdfs:label "A thing with a dot"@en ;
.

<https://example.org/id/%C3%A6%20%22q%22>
    a rdfs:Resource ;
    rdfs:label "A thing whose path is written with percent signs"@en ;
.

<https://example.org/id/gone>
    owl:deprecated true ;
    rdfs:comment "It is no more."@en ;
.

<https://example.org/id/gone.too>
    owl:deprecated true ;
    rdfs:comment "It is no more."@en ;
.
"""


def publish(folder: Path, base: str, out: Path) -> Path:
    """Publish a small project at *base*: two languages, two releases, things with plain and odd paths, and two that are gone."""
    project = make_project(folder, {"data/things.ttl": "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n" + turtle(THINGS)})
    file = project / "data/dataset.ttl"
    file.write_text(file.read_text().replace(ENGLISH, BOTH))
    for version, day, label in (("1.0.0", "2026-01-01", "A thing"), ("1.1.0", "2026-02-02", "A better thing")):
        release(project, version, day)
        (project / "data/things.ttl").write_text((project / "data/things.ttl").read_text().replace('"A thing"', f'"{label}"'))
        ended = bynet("--root", project, "publish", "--out", out, "--base-iri", base)
        assert ended.code == 0, ended.err + ended.out
    return out


@pytest.fixture
def world() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


PLACES = [*((server, prefix) for server in SERVERS for prefix in ("/", "/below/it/")), (OWN, "/")]


NEW: dict[str, str | bytes] = {
    **{
        path: f"<!DOCTYPE html><title>{path}</title>"
        for stem in ("browse/classes", "browse/A_b-1", "search/index")
        for path in (f"{stem}.html", f"{stem}.en.html")
    },
    "search/search.js": "// found",
    "search/da.json": "[]",
    "search/search.css": "p { color: green }",
    "da/index.html": '<!DOCTYPE html><html lang="da"><title>Forside</title>',
    "en/index.html": '<!DOCTYPE html><html lang="en"><title>Front page</title>',
    NOWHERE: "<!DOCTYPE html><title>404</title><p lang=da>Intet.</p><p lang=en>Nothing.</p>",
    "logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "favicon.ico": b"\0\0\1\0",
    "download/whole.nt.gz": packed(b"<urn:s> <urn:p> <urn:o> .\n" * 9),
}
"""What a site has beside the documents of its data: pages to browse and to search, a front page in each language, what is said where there is nothing."""


@pytest.fixture(scope="module", params=PLACES, ids=lambda param: f"{param[0]}{param[1]}")
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    """A small site, published for the address that it is then served at."""
    server, prefix = request.param
    program(server)
    with open_folder() as folder:
        host = Host(server, folder / "root", prefix, free_port())
        host.site.parent.mkdir(parents=True, exist_ok=True)
        publish(folder / "project", host.address, host.site)
        write_files(host.site, NEW)
        layout = layout_of(host)
        with_rules(host.site, {name: getattr(layout, name) for name in ("base", "landing", "languages", "tombstones", "hashed")})
        with serving(host):
            yield host


def layout_of(host: Host) -> Layout:
    paths = frozenset(path.relative_to(host.site).as_posix() for path in host.site.rglob("*") if path.is_file())
    pages = {f"id/{name}": hashed(host.address + f"id/{name}") for name in ("b.c", "%C3%A6%20%22q%22", "gone.too")}
    return Layout(host.address, host.address, ("da", "en"), paths, ("id/gone", pages["id/gone.too"]), pages)


def hashed(iri: str) -> str:
    return f"iri/{sha256(iri.encode()).hexdigest()}"


POOL = PoolManager(retries=False, timeout=10)


def get(address: str, method: str = "GET", **headers: str) -> BaseHTTPResponse:
    return POOL.request(method, address, headers={name.replace("_", "-"): value for name, value in headers.items()}, redirect=False)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        ("TEXT/Turtle", "ttl"),
        ("text/html;q=0.8, text/turtle;q=0.9", "ttl"),
        ("text/html;q=0.9,text/turtle;q=0.90", "html"),
        ("text/*;q=0.5, application/ld+json;q=0.6", "jsonld"),
        ("text/*;q=0.1, text/turtle;q=0.2, */*;q=0.15", "ttl"),
        ("text/html;q=0, */*", "ttl"),
        ("*/*;q=0.5, text/html;q=0.1, text/turtle;q=0.1", "jsonld"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("text/turtle;charset=utf-8;q=0.3;ext=1, text/html;q=0.2", "ttl"),
        ("text/turtle;q=2, application/n-triples;q=0.001", "nt"),
        ("text/turtle;q=0.1234, application/n-triples;q=0.001", "nt"),
        ("text/turtle;q=abc", "ttl"),
        ("application/rdf+xml", "ttl"),
        ("application/json", "jsonld"),
        ("image/png", "html"),
        ("text/html;q=0", "html"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html"),
        (",,;;,", "html"),
    ],
)
def test_the_most_specific_range_and_then_the_greatest_weight_decide(accept: str, chosen: str) -> None:
    assert negotiate(accept, OFFERED) == chosen


@pytest.mark.parametrize(
    ("accept_language", "chosen"),
    [("", "da"), ("en", "en"), ("en-GB, da;q=0.9", "en"), ("de, en;q=0.1", "en"), ("de", "da"), ("*", "da"), ("da;q=0, *", "en"), ("EN-us;q=0.2", "en")],
)
def test_a_language_range_fits_what_it_equals_and_what_it_specialises(accept_language: str, chosen: str) -> None:
    assert negotiate_language(accept_language, ["da", "en"]) == chosen
    assert negotiate_language("en;q=0.4, pt;q=0.5", ["en-GB", "pt-BR"]) == "pt-BR"


def random_header(chance: random.Random, names: list[str]) -> str:
    """A header as clients send it, or as nobody should."""
    weights = [
        "",
        ";q=0",
        ";q=1",
        ";q=0.5",
        "; q=0.50",
        ";q=0.501",
        ";Q=0.9",
        ";q=1.000",
        ";q=1.5",
        ";q=",
        ";q=0.1234",
        ";q=.5",
        ";q=0.",
        ";x=y;q=0.7",
        ";q=0.3;e=1",
    ]
    elements = [chance.choice(names) + chance.choice(weights) + chance.choice(["", " ", "\t"]) for _each in range(chance.randrange(1, 7))]
    header = chance.choice([",", ", ", " ,  "]).join(elements)
    return chance.choice([header, header, header, header.upper(), "," + header + ",", header.replace("/", "", 1)])


def test_every_server_chooses_as_the_reference_does_for_any_header(host: Host) -> None:
    layout, chance = layout_of(host), random.Random(20260123)
    types = [media.partition(";")[0] for media in MEDIA_TYPES.values()] + [
        "text/*",
        "application/*",
        "*/*",
        "*",
        "image/*",
        "application/json",
        'a/b;p="x,y"',
        "text/ht",
        "xtext/html",
    ]
    tongues = ["da", "en", "da-DK", "en-GB-oed", "de", "*", "d", "daa", "en_GB", "x-en"]
    for path in ("id/a", "catalog", "release/1.0.0/", "download/all", "id/gone"):
        for _each in range(60):
            accept, language = random_header(chance, types), random_header(chance, tongues)
            expected = layout.answer(path, accept, language)
            answer = get(host.address + path, Accept=accept, Accept_Language=language)
            assert answer.status == expected.status, (path, accept, language)
            place = answer.headers.get("Location") or answer.headers.get("Content-Location", "")
            if expected.location:
                assert place.endswith(f"{host.prefix}{expected.location}"), (path, accept, language)
            if expected.file:
                assert answer.data == (host.site / expected.file).read_bytes(), (path, accept, language)


@pytest.mark.parametrize(
    "accept",
    ["text/turtle;" * 500, "text/turtle;q=" * 400, ";q=0," * 1000, "text/html" + " \t" * 2000 + "x", "a" * 5000, "*/*;x" + "=;x" * 1500, "text/*, " * 700],
    ids=range(7),
)
def test_no_header_takes_long(host: Host, accept: str) -> None:
    layout, begun = layout_of(host), monotonic()
    answer = get(host.address + "id/a", Accept=accept, Accept_Language=accept)
    assert monotonic() - begun < 1
    assert answer.headers["Location"].endswith(layout.answer("id/a", accept, accept).location)


def test_every_address_answers_as_the_table_says(host: Host) -> None:
    layout = layout_of(host)
    odd = [
        "id/b.c",
        "id/%C3%A6%20%22q%22",
        "id/gone.too",
        "id/b.c.d",
        "id/",
        "id",
        "nothing",
        "id/a/b",
        "id/a.rdf",
        "id/a.html/x",
        "release",
        "release/1.0.0",
        "release/9.9.9",
        "browse",
        "browse/",
        "browse/A_b-1",
        "browse/classes/x",
        "browse/classes.ttl",
        "search/",
        "search/nothing.js",
        "da",
        "da/",
        "en",
        "en/",
        "en/x",
        "404",
        "404/",
        "404.en.html",
        NOWHERE,
    ]
    for path in [*(kind.name for kind in KINDS), "", "def", "dataset", "MANIFEST", "release/1.1.0/all", ".well-known/void", "context", *odd]:
        expected, answer = layout.answer(unquote(path)), get(host.address + path)
        assert answer.status == expected.status, path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        if expected.status in {200, 410} and expected.file:
            assert answer.headers["Content-Type"] == media_type(expected.file), path
            assert answer.headers.get("Content-Language", "") == layout.language(expected.file)
            assert answer.headers["Cache-Control"] == layout.cache(expected.file), path
        if expected.vary:
            assert set(expected.vary.split(", ")) <= set(re.split(r",\s*", answer.headers["Vary"])), path


def test_every_file_has_its_media_type_and_links_to_its_other_forms(host: Host) -> None:
    layout = layout_of(host)
    for path in sorted(layout.paths - set(HOST_FILES)):
        answer = get(host.address + quote(path))
        assert answer.status == layout.answer(path).status, path
        assert answer.headers["Content-Type"] == media_type(path), path
        assert answer.headers["Cache-Control"] == layout.cache(path), path
        assert answer.headers.get("Content-Language", "") == layout.language(path), path
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
    links = get(host.address + "id/a.ttl").headers["Link"]
    assert f'<{host.prefix}id/a.en.html>; rel="alternate"; type="text/html"; hreflang="en"' in links
    assert f'<{host.prefix}id/a.nt>; rel="alternate describedby"; type="application/n-triples"' in links
    assert f'<{host.address}id/a>; rel="describes"' in links
    assert f'<{host.prefix}linkset.json>; rel="linkset"; type="application/linkset+json"' in links
    assert "describes" not in get(host.address + "id/a").headers["Link"].replace("describedby", "")


@pytest.mark.parametrize("accepted", ["", "gzip", "identity", "gzip;q=0"])
def test_a_compressed_file_is_sent_as_it_is_whatever_the_client_takes(host: Host, accepted: str) -> None:
    path = "download/whole.nt.gz"
    answer = POOL.request("GET", host.address + path, headers={"Accept-Encoding": accepted} if accepted else {}, decode_content=False)
    assert (answer.status, answer.headers["Content-Type"], answer.headers.get("Content-Encoding")) == (200, "application/gzip", None)
    assert answer.data == NEW[path]


@pytest.mark.parametrize("path", ["browse/classes", "browse/A_b-1", "search/"])
def test_a_page_beside_those_of_the_data_is_sent_in_the_language_asked_for(host: Host, path: str) -> None:
    stem = path + "index" * path.endswith("/")
    for language, suffix in (("", ".html"), ("da", ".html"), ("en-GB, da;q=0.5", ".en.html"), ("de", ".html")):
        for accept in ("text/html", "", "text/turtle"):
            answer = get(host.address + path, Accept=accept, Accept_Language=language)
            assert (answer.status, answer.data.decode()) == (200, NEW[stem + suffix])
            assert answer.headers["Content-Location"] == f"{host.prefix}{stem}{suffix}"
            assert answer.headers["Content-Language"] == ("en" if ".en." in suffix else "da")
            assert "Accept-Language" in answer.headers["Vary"]
            assert f'<{host.prefix}{stem}.en.html>; rel="alternate"; type="text/html"; hreflang="en"' in answer.headers["Link"]
    assert (f'<{host.address}{path}>; rel="canonical"' in get(host.address + path).headers["Link"]) == path.startswith("browse/")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_front_page_is_in_its_own_language_whatever_is_asked_for(host: Host, language: str) -> None:
    for asked in ("", "da", "en", "de", "da;q=0, *"):
        for accept in ("", "text/html", "text/turtle", "text/html;q=0"):
            answer = get(f"{host.address}{language}/", Accept=accept, Accept_Language=asked)
            assert (answer.status, answer.data.decode()) == (200, NEW[f"{language}/index.html"])
            assert answer.headers["Content-Language"] == language
            assert answer.headers["Content-Location"] == f"{host.prefix}{language}/index.html"
            assert host.server == "apache2" or "Vary" not in answer.headers  # mod_rewrite itself names each header that it has read
    for path in (f"{language}/", f"{language}/index.html"):
        answer = get(host.address + path)
        assert answer.headers["Content-Language"] == language
        relations = {tag: "canonical" if tag == language else "alternate" for tag in ("da", "en")}
        home = {"da": f"{host.prefix}index.html", "en": f"{host.prefix}index.en.html"}
        links = [f'<{home[tag]}>; rel="{relations[tag]}"; type="text/html"; hreflang="{tag}"' for tag in ("da", "en")]
        assert ", ".join(links) in answer.headers["Link"]
        assert answer.headers["Link"].count("canonical") == 1
    led = get(f"{host.address}{language}", Accept="text/turtle")
    assert (led.status, led.headers["Location"].removeprefix(host.address.removesuffix(host.prefix))) == (301, f"{host.prefix}{language}/")


def test_the_address_of_the_site_is_negotiated_as_ever(host: Host) -> None:
    for language, file in (("da", "index.html"), ("en", "index.en.html")):
        answer = get(host.address, Accept_Language=language)
        assert (answer.status, answer.headers["Content-Location"]) == (200, host.prefix + file)
        assert f'<{host.address}>; rel="canonical"' in answer.headers["Link"]


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", ["nothing", "id/nothing", "a/b/c/d.html", "id/", "404", "release/9/", "id/a.html/x", "search/none.js", NOWHERE])
def test_where_there_is_nothing_a_browser_gets_a_page_that_says_so(host: Host, path: str) -> None:
    for conditions in ({}, {"If_None_Match": "*"}, {"Range": "bytes=0-3"}, {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}):
        answer = get(host.address + path, Accept=BROWSER, **conditions)
        assert (answer.status, answer.data.decode()) == (404, NEW[NOWHERE]), conditions
    assert answer.headers["Content-Type"] == MEDIA_TYPES["html"]
    assert not {"Content-Language", "Content-Location", "Link"} & set(answer.headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (get(host.address + path, "HEAD", Accept=BROWSER).status, get(host.address + path, Accept="text/turtle").status) == (404, 404)


def test_a_site_without_a_page_for_what_is_not_there_says_404_too(world: Path) -> None:
    for server in SERVERS:
        host = Host(server, world / server, "/below/", free_port())
        program(server)
        write_files(host.site, {"id/a.ttl": "# a", "index.html": "home"})
        with_rules(host.site, {"base": host.address, "landing": host.address, "languages": ("da", "en")})
        with serving(host):
            for path in ("nothing", "id/b", NOWHERE, "da/", "da"):
                answer = get(host.address + path, Accept=BROWSER)
                assert (answer.status, b"home" in answer.data) == (404, False), (server, path)


TAGS = ("da", "zh-hant", "id", "de-latn-de-1996-x-private-use-and-more-of-it", "iri")
"""Languages of a site: a thing has the name of the first; a name of two parts; one that things stand under; one longer than a key of a map; a reserved name."""


def test_a_front_page_stands_where_no_thing_does_whatever_its_language_is_called(world: Path) -> None:
    for server in SERVERS:
        host = Host(server, world / server, "/below/", free_port())
        program(server)
        fronts = front_pages(TAGS, [host.address + path for path in ("da", "id/x", "id/de")], host.address)
        assert list(fronts) == ["zh-hant", "id", TAGS[3]]
        things = {f"{thing}{ending}": f"# {thing}{ending}" for thing in ("da", "id/x", "da/index") for ending in (".ttl", ".html", ".zh-hant.html")}
        write_files(host.site, things | {f"{path}.html": language for language, path in fronts.items()} | {"index.html": "home", "index.zh-hant.html": "home"})
        layout = with_rules(host.site, {"base": host.address, "landing": host.address, "languages": TAGS})
        assert layout.fronts == tuple(fronts)
        with serving(host):
            for language in fronts:
                answer = get(f"{host.address}{language}/", Accept_Language="da")
                assert (answer.status, answer.data.decode(), answer.headers["Content-Language"]) == (200, language, language)
                assert get(f"{host.address}{language}").headers["Location"].endswith(f"/below/{language}/")
            for thing in ("da", "id/x", "da/index"):
                answer = get(host.address + thing, Accept="text/html", Accept_Language="zh-Hant-TW")
                assert answer.status == 303
                assert answer.headers["Location"].endswith(f"/below/{thing}.zh-hant.html")
            assert get(f"{host.address}da/index.html").headers["Content-Language"] == "da"
            assert [get(f"{host.address}{path}").status for path in ("da/", "iri/", "iri", "ID/")] == [404, 404, 404, 404]
            page = get(host.address, Accept_Language="zh-Hant")
            assert (page.headers["Content-Location"], page.headers["Content-Language"]) == ("/below/index.zh-hant.html", "zh-hant")


def test_what_is_gone_says_so_in_the_form_asked_for(host: Host) -> None:
    for path, stem in (("id/gone", "id/gone"), ("id/gone.too", hashed(host.address + "id/gone.too"))):
        for accept, language, file in (
            ("text/html", "en", ".en.html"),
            ("text/html", "da", ".html"),
            ("text/turtle", "", ".ttl"),
            ("application/n-triples", "", ".nt"),
        ):
            answer = get(host.address + path, Accept=accept, Accept_Language=language)
            assert (answer.status, answer.data) == (410, (host.site / (stem + file)).read_bytes())
            assert answer.headers["Content-Type"] == media_type(file)
            document = get(host.address + stem + file)
            assert (document.status, document.data) == (410, answer.data)
            assert get(host.address + stem + file, Range="bytes=0-3").status == 410


def test_a_browser_may_ask_before_it_asks(host: Host) -> None:
    answer = get(host.address + "id/a", "OPTIONS", Origin="https://example.org", Access_Control_Request_Method="GET")
    assert answer.status == 204
    assert "Accept" in answer.headers["Access-Control-Allow-Headers"]


def test_who_has_it_already_is_told_so(host: Host) -> None:
    for path in ("id/a.ttl", "catalog", ""):
        first = get(host.address + path)
        assert get(host.address + path, If_None_Match=first.headers["ETag"]).status == 304
        head = get(host.address + path, "HEAD")
        assert (head.status, head.headers["ETag"], head.data) == (200, first.headers["ETag"], b"")


@pytest.mark.parametrize(
    "path",
    [
        "id/a%0d%0aSet-Cookie:%20x=1",
        "%2e%2e/%2e%2e/etc/passwd",
        "id/%00",
        "id/a%0aX:%20y.html",
        "release/1.0.0%0d%0aX:%20y/",
        "//evil.example/id/a",
        "id/$uri",
        "id/%24%7Bx%7D",
    ],
)
def test_no_path_gets_into_a_header_or_out_of_the_site(host: Host, path: str) -> None:
    answer = POOL.request("GET", host.address + path, redirect=False, headers={"Accept": "text/turtle"})
    assert answer.status in {400, 403, 404}
    assert "Set-Cookie" not in answer.headers
    assert "X" not in answer.headers


def test_names_that_mean_something_to_a_server_are_only_names(world: Path) -> None:
    names = [
        'a"b',
        "a$b",
        "a\\b",
        "a{b}c",
        "a;b",
        "a%b",
        "a'b",
        "a b",
        "~a",
        "a#b",
        "æ",
        "(a",
        "[a",
        "a|b",
        "a?b",
        "a\nb",
        "*",
        ":x",
        "a\\",
        "${HOME}",
        "%{ENV:PATH}",
    ]
    paths = {f"id/{quote(name)}": f"iri/{number:064x}" for number, name in enumerate(names)}
    for server in SERVERS:
        host = Host(server, world / server, "/", free_port())
        program(server)
        write_files(host.root, {f"{page}.ttl": f"# {page}" for page in paths.values()})
        with_rules(host.site, {"base": host.address, "landing": host.address, "languages": ("da", "en"), "hashed": paths})
        with serving(host):
            for path, page in paths.items():
                answer = get(host.address + path, Accept="text/turtle")
                hopeless = "%0A" in path
                assert answer.status == (404 if hopeless else 303), (server, path)
                assert hopeless or answer.headers["Location"].endswith(f"/{page}.ttl"), (server, path)


def test_a_base_that_would_be_code_in_the_rules_is_none(world: Path) -> None:
    base = 'https://example.org/$uri";}{%{x}e/'
    for server in SERVERS:
        host = Host(server, world / server, "/", free_port())
        program(server)
        write_files(host.root, {"id/a.ttl": "# a"})
        with_rules(host.site, {"base": base, "landing": base, "languages": ("da", "en"), "tombstones": ('x"; }', "a$b")})
        with serving(host):
            assert get(host.address + "nothing").status == 404


def test_two_sites_fit_in_one_nginx(world: Path) -> None:
    program("nginx")
    host = Host("nginx", world / "root", "/one/", free_port())
    for prefix in ("one", "two"):
        write_files(host.root / prefix, {"id/a.ttl": f"# {prefix}", "id/a.html": prefix})
        with_rules(host.root / prefix, {"base": f"https://example.org/{prefix}/", "landing": f"https://example.org/{prefix}/", "languages": ("en",)})
    rules = world / "rules"
    for file in ("host/nginx.conf", "host/nginx-server.conf"):
        write_files(rules, {file: "".join((host.root / prefix / file).read_text() for prefix in ("one", "two"))})
    with serving(host, rules):
        for prefix in ("one", "two"):
            answer = get(f"http://127.0.0.1:{host.port}/{prefix}/id/a", Accept="text/turtle")
            assert answer.headers["Location"] == f"/{prefix}/id/a.ttl"


def test_a_persistent_address_leads_on_to_the_host_that_negotiates(world: Path) -> None:
    program("apache2")
    host = Host("apache2", world / "root", "/name/", free_port())
    layout = Layout("https://w3id.example/name/", "https://data.example.org/x/", ("en",), frozenset())
    write_files(host.site, {".htaccess": dict(host_files(layout))["host/w3id.htaccess"]})
    with serving(host):
        for path in ("", "id/a", "id/a.ttl", "id/%C3%A6"):
            answer = get(host.address + path, Accept="text/turtle")
            assert (answer.status, answer.headers["Location"].lower()) == (302, f"https://data.example.org/x/{path}".lower())
    assert "host/w3id.htaccess" not in dict(host_files(Layout("https://x.example/", "https://x.example/", ("en",), frozenset())))


def test_static_hosts_read_every_rule(site: Path) -> None:
    lines = (site / "_headers").read_text().splitlines()
    places = [line for line in lines if line and not line.startswith(("#", " "))]
    assert len(places) <= 100
    assert all(len(line) <= 2000 and place.count("*") <= 1 for line in lines for place in places)
    assert all(re.fullmatch(r"  [A-Za-z-]+: \S.*", line) for line in lines if line.startswith(" "))
    for line in (site / "_redirects").read_text().splitlines():
        if not line.startswith("#"):
            source, target, status = line.split(" ")
            assert source.startswith("/")
            assert target.removesuffix(".html") != source or status == "410!"
            assert len(line) <= 1000


def test_static_hosts_are_told_of_folders_and_of_pictures_and_find_the_rest_by_its_name() -> None:
    layout = Layout("https://example.org/x/", "https://example.org/x/", ("da", "en"), frozenset({*NEW, "index.html"}))
    rules = dict(host_files(layout))
    lines = [line for line in rules["_redirects"].decode().splitlines() if not line.startswith("#")]
    # 404.html needs no line: such hosts send it by themselves, and Cloudflare Pages knows no status 404 here
    assert lines == [f"/x/{folder} /x/{folder}/ 301" for folder in ("da", "en", "search")]
    headers = rules["_headers"].decode()
    assert "/x/*.svg\n  Content-Type: image/svg+xml\n" in headers
    assert "/x/*.ico\n  Content-Type: image/vnd.microsoft.icon\n" in headers
    assert headers.count("Content-Security-Policy") == 1


def test_every_rule_is_the_same_whenever_it_is_written(site: Path) -> None:
    paths = frozenset(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    layout = Layout("https://example.org/", "https://example.org/", ("da", "en"), paths, ("b", "a"), {"x.y": "iri/b", "x.x": "iri/a"})
    again = Layout("https://example.org/", "https://example.org/", ("da", "en"), paths, ("a", "b"), {"x.x": "iri/a", "x.y": "iri/b"})
    assert dict(host_files(layout)) == dict(host_files(again))


def test_what_is_said_of_nginx_s_files_holds(site: Path) -> None:
    head = (site / "host/nginx.conf").read_text().split("map ", 1)[0]
    assert "host/nginx-server.conf" in head
    assert subprocess.run([program("nginx"), "-v"], check=True, capture_output=True).returncode == 0


def test_the_document_of_terms_with_a_fragment_is_the_download_that_describes_them(world: Path) -> None:
    described = {"ontology": ["https://example.org/terms#A", "https://example.org/def#B"], "all": ["https://example.org/terms#C", "https://example.org/id/a"]}
    paths = frozenset({"download/ontology.ttl", "download/all.ttl", "def.ttl"})
    documents = fragment_documents(described, "https://example.org/", paths)
    assert documents == {"terms": "download/ontology"}
    for server in SERVERS:
        host = Host(server, world / server, "/", free_port())
        program(server)
        write_files(host.root, {path: f"# {path}" for path in paths})
        layout = with_rules(host.site, {"base": host.address, "landing": host.address, "languages": ("da", "en"), "hashed": documents})
        with serving(host):
            answer = get(host.address + "terms", Accept="text/turtle, text/html;q=0.9")
            assert (answer.status, answer.data) == (200, b"# download/ontology.ttl")
            assert answer.headers["Content-Location"] == "/" + layout.answer("terms").location
