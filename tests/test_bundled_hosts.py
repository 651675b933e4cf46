"""Things that have no documents of their own: every host leads from them to their bundle, as the one table says, whatever is asked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hosts import OWN, Host, free_port, open_folder, program, seal, serving, with_rules
from test_hosting import NEW, PLACES, get, hashed, layout_of, publish, random_header
from workbench import bynet, write_files

from publish.addresses import MEDIA_TYPES, Layout
from publish.bundles import PREFIXES, as_json, stem_of
from publish.kinds import BUNDLES
from publish.statichosts import static_redirects

PREFIX = ("id/", "id/a", "id/ab", "id/æ", "id/x.y", "deep/er/", "solo", "s", "d")
BUNDLED = {prefix: stem_of(prefix) for prefix in PREFIX} | {"id/ac": stem_of("id/ab"), "id/$(x)": stem_of("id/a")}
OWN_DOCUMENTS = ("id/gone", "dataset", "def", "report", "catalog")
ADDRESSES = [
    *("id/a", "id/b.c", "id/ab", "id/abc/d", "id/ac", "id/acx", "id/a.ttl", "id/a.html", "id/a/", "id/", "id", "id/%C3%A6%20%22q%22", "id/%C3%A6x", "id/x.y.z"),
    *(
        "id/$(x)1",
        "id/$x",
        "deep/er/x",
        "deep/e",
        "deep",
        "solo",
        "solos",
        "solo/x",
        "s",
        "sx.y",
        "d",
        "dx",
        "da",
        "da/",
        "en/",
        "release/9",
        "download/nothing",
    ),
    *("nothing", "release/1.0.0/", "browse/classes", "search/", "404", "feed", "void", "context", "index", "style.nothing", "bundle", "bundle/x", "ID/a"),
    *OWN_DOCUMENTS,
    *("id/gone.too", "dataset.ttl", "def.nt", "style.css", PREFIXES, stem_of("id/"), f"{stem_of('id/')}.ttl", f"{stem_of('id/')}.html"),
]


def bundle(site: Path) -> None:
    """Take their documents from what is in a bundle, and put bundles there."""
    for stem in ("id/a", hashed_name(site, "id/b.c"), hashed_name(site, "id/%C3%A6%20%22q%22")):
        for file in site.glob(f"{stem}.*"):
            file.unlink()
    files = {f"{stem}.{ending}": f"# {stem}\n" if ending != "jsonld" else "{}" for stem in BUNDLED.values() for ending in BUNDLES[0].offers}
    write_files(site, {**files, PREFIXES: as_json(BUNDLED)})


def hashed_name(site: Path, path: str) -> str:
    base = next(line for line in (site / "void.ttl").read_text().splitlines() if "uriSpace" in line).split('"')[1]
    return hashed(base + path)


def bundled_layout(host: Host) -> Layout:
    layout = layout_of(host)
    there = {path: page for path, page in layout.hashed.items() if f"{page}.ttl" in layout.paths}
    return replace(layout, hashed=there, bundles=BUNDLED)


@pytest.fixture(scope="module", params=PLACES, ids=lambda param: f"{param[0]}{param[1]}")
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    server, prefix = request.param
    program(server)
    with open_folder() as folder:
        host = Host(server, folder / "root", prefix, free_port())
        host.site.parent.mkdir(parents=True, exist_ok=True)
        publish(folder / "project", host.address, host.site)
        write_files(host.site, NEW)
        bundle(host.site)
        layout = bundled_layout(host)
        with_rules(host.site, {name: getattr(layout, name) for name in ("base", "landing", "languages", "tombstones", "hashed", "bundles")})
        with serving(host):
            yield host


@pytest.mark.parametrize("accept", ["", "text/html", "text/turtle", "application/ld+json", "application/n-triples;q=0.9, text/turtle;q=0.8", "image/png"])
def test_every_host_leads_to_the_bundle_that_the_table_says(host: Host, accept: str) -> None:
    layout = bundled_layout(host)
    for address in ADDRESSES:
        path = address.replace("%C3%A6", "æ").replace("%20", " ").replace("%22", '"')
        expected, answer = layout.answer(path, accept), get(host.address + quote(path), Accept=accept)
        assert answer.status == expected.status, (address, expected)
        if expected.location:
            place = answer.headers.get("Location") or answer.headers.get("Content-Location", "")
            assert place.removeprefix(host.address.removesuffix(host.prefix)) == f"{host.prefix}{expected.location}", address
        if expected.file:
            assert answer.data == (host.site / expected.file).read_bytes(), address
        if expected.vary:
            assert "Accept" in answer.headers["Vary"], address
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        if expected.status == 303 and "bundle/" in expected.location:
            assert "Link" not in answer.headers or "alternate" not in answer.headers["Link"], (address, answer.headers["Link"])


def test_every_host_chooses_the_form_of_a_bundle_as_the_reference_does(host: Host) -> None:
    layout, chance = bundled_layout(host), random.Random(20261126)
    types = [*(media.partition(";")[0] for media in MEDIA_TYPES.values()), "text/*", "application/*", "*/*", "*"]
    for path in ("id/a", "solo", "id/x.y.z", stem_of("id/")):
        for _each in range(40):
            accept = random_header(chance, types)
            expected, answer = layout.answer(path, accept), get(host.address + path, Accept=accept)
            assert answer.status == expected.status
            place = answer.headers.get("Location") or answer.headers.get("Content-Location", "")
            assert place.endswith(f"{host.prefix}{expected.location}"), (path, accept)


def test_a_bundle_is_a_document_with_links_to_its_other_forms(host: Host) -> None:
    stem = stem_of("id/")
    answer = get(f"{host.address}{stem}.ttl")
    assert (answer.status, answer.headers["Content-Type"]) == (200, MEDIA_TYPES["ttl"])
    assert f'<{host.prefix}{stem}.nt>; rel="alternate describedby"; type="application/n-triples"' in answer.headers["Link"]
    assert "html" not in answer.headers["Link"]
    assert "alternate" not in get(f"{host.address}style.css").headers.get("Link", "")


def test_a_bundled_site_is_right_in_its_own_eyes(host: Host) -> None:
    ended = bynet("verify", host.address)
    assert ended.code == 0, ended.out + ended.err


def test_a_bundle_that_is_not_where_its_things_lead_is_told(host: Host) -> None:
    listed = host.site / PREFIXES
    before, rules = listed.read_text(), (host.site / "MANIFEST").read_text()
    try:
        listed.write_text(as_json(BUNDLED | {"id/a": stem_of("id/")}))
        seal(host.site)
        ended = bynet("verify", host.address)
        assert ended.code == 1
        assert [line for line in ended.out.splitlines() if "id/a" in line and "sends to" in line] or host.server == OWN, ended.out
    finally:
        listed.write_text(before)
        (host.site / "MANIFEST").write_text(rules)


def test_a_site_without_bundles_has_the_rules_that_it_had() -> None:
    layout = Layout("https://example.org/", "https://example.org/", ("en",), frozenset({"a.ttl"}))
    assert layout.answer("id/a").status == 404
    assert not [kind for kind in layout.kinds if kind in BUNDLES]


def test_a_host_without_rules_is_told_of_few_prefixes_and_of_none_that_hides_a_document() -> None:
    paths = frozenset({"id/own.ttl"})
    layout = Layout("https://example.org/", "https://example.org/x/", ("en",), paths, bundles={"id/": "bundle/1", "id/a": "bundle/2", "s": "bundle/3"})
    assert [line for line in static_redirects(layout).splitlines() if "bundle/" in line] == ["/x/id/a* /x/bundle/2.ttl 303"]
    many = {f"id/{number}": "bundle/1" for number in range(101)}
    assert "bundle/" not in static_redirects(replace(layout, bundles=many))
