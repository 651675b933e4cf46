"""One page for one IRI, inside the site, whatever the IRI: no file system and no web host reads a path in another way."""

from __future__ import annotations

import json
import re
import string
from itertools import product
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from workbench import BAD_INPUTS, bynet, make_project, turtle

from publish.paths import collisions, front_pages, page_path

BASE = "https://data.example.org/"
SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name, number in product(("com", "lpt"), range(10)))}
PLAIN = ["id/a", "id/Item", "id/a-b_c/d", "0", "id/con1", "a" * 100, "a/b/c/d/e/f/g/h"]
ODD = [
    "",
    "/",
    "id/",
    "/id",
    "id//a",
    ".",
    "..",
    "id/../a",
    "id/a.ttl",
    "id/a.b",
    "a%2Fb",
    "%2e%2e/x",
    "CON",
    "id/nul",
    "Com1/x",
    "index",
    "Index/x",
    "context",
    "download/x",
    "browse",
    "Browse/classes",
    "search/x",
    "404",
    "404/x",
    "MANIFEST",
    "iri/x",
    "a" * 101,
]
ODD += [
    "café",
    "cafe\u0301",
    "a b",
    "a\nb",
    "a\x00b",
    "a?b",
    "a#b",
    "a#../../y",
    "a:b",
    "a\\b",
    "-a",
    "_a",
    "a/b/c/d/e/f/g/h/i",
    "~",
    "a~1",
    "*",
    "'",
    "﹒﹒/x",
    "\U0001d4b6",
    "a." * 50,
    "x" * 60_000,
]


def test_a_front_page_has_a_folder_of_its_own_that_no_thing_names() -> None:
    assert front_pages(["da", "en", "zh-Hant"], [BASE + "id/a", BASE + "english", "https://example.net/da"], BASE) == {
        "da": "da/index",
        "en": "en/index",
        "zh-Hant": "zh-Hant/index",
    }
    for thing in ("en", "EN", "en/", "en/index", "En/Index", "e%6E", "en#part", "en/#part"):
        assert list(front_pages(["da", "en"], [BASE + thing], BASE)) == ["da"], thing
    assert list(front_pages(["da", "en", "id"], [BASE + "en/x", BASE + "id/en", BASE + "id/da", BASE + "en-GB"], BASE)) == ["da", "en", "id"]


@pytest.mark.parametrize("language", ["iri", "aux", "con", "feed", "host", "search"])
def test_a_language_whose_name_is_no_safe_path_or_is_reserved_has_no_folder(language: str) -> None:
    assert front_pages([language, "da"], [], BASE) == {"da": "da/index"}


def hostile() -> list[str]:
    file = BAD_INPUTS / "hostile-iris.json"
    return [case["iri"] for case in json.loads(file.read_text(encoding="utf-8"))] if file.is_file() else []


def assert_safe(path: str) -> None:
    assert not PurePosixPath(path).is_absolute()
    for segment in path.split("/"):
        assert SAFE.fullmatch(segment), path
        assert segment.casefold() not in DEVICES
        assert not PureWindowsPath(segment).is_reserved()


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_name_is_its_own_path(name: str) -> None:
    assert page_path(BASE + name, BASE) == name
    assert_safe(name)


@pytest.mark.parametrize("name", ODD, ids=lambda name: repr(name[:20]))
def test_anything_else_has_a_path_of_its_own_apart(name: str) -> None:
    path = page_path(BASE + name, BASE)
    assert re.fullmatch(r"iri/[0-9a-f]{64}", path)
    assert_safe(path)


def test_every_iri_has_another_path() -> None:
    iris = sorted({*(BASE + name for name in (*PLAIN, *ODD)), *hostile()})
    assert len({page_path(iri, BASE) for iri in iris}) == len(iris)
    every = ["".join(letters) for length in (1, 2) for letters in product(string.printable, repeat=length)]
    assert len({page_path(BASE + name, BASE) for name in every}) == len(every)


@pytest.mark.parametrize("iri", hostile(), ids=lambda iri: repr(iri[:40]))
def test_a_hostile_iri_stays_inside_the_site(iri: str, tmp_path: Path) -> None:
    path = page_path(iri, BASE)
    assert_safe(path)
    assert (tmp_path / f"{path}.html").resolve().is_relative_to(tmp_path.resolve())


def test_paths_that_differ_in_case_alone_are_found() -> None:
    iris = [BASE + name for name in ("id/Item", "id/item", "id/other", "id/item", "ID/item")]
    assert collisions(iris, BASE) == [(BASE + "ID/item", BASE + "id/Item"), (BASE + "ID/item", BASE + "id/item")]


def test_a_collision_is_a_finding_that_stops_publishing(tmp_path: Path) -> None:
    things = turtle("ex:Item\n    a def:Thing ;\n.\n\nex:item\n    a def:Thing ;\n.\n")
    root = make_project(tmp_path / "project", {"data/things.ttl": things})
    ended = bynet("--root", root, "publish", "--out", tmp_path / "site")
    assert ended.code == 1
    assert f"data/things.ttl:{things.splitlines().index('ex:item') + 2}:" in ended.err
    assert "ex:Item" in ended.err
    assert not (tmp_path / "site").exists()


def test_a_site_of_hostile_iris_stays_in_its_folder(tmp_path: Path) -> None:
    if not hostile():
        pytest.skip("the hostile inputs are not beside the project")
    own = sorted(
        {
            re.sub(r"^https://data\.example\.org/", "https://example.org/", iri)
            for iri in hostile()
            if re.fullmatch(r"https://data\.example\.org/[^\s<>\"{}|\\^`]*", iri)
        }
    )
    spared = [iri for iri in own if iri.casefold() not in {other.casefold() for other in own if other < iri} and not re.search(r"/\.{1,2}(/|$)", iri)]
    assert len(spared) > 10
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle("".join(f"<{iri}> a def:Thing .\n" for iri in spared))})
    ended = bynet("--root", root, "publish", "--out", tmp_path / "out/site")
    assert ended.code == 0, ended.err
    assert {path.name for path in tmp_path.iterdir()} == {"project", "out"}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["site"]
    pages = {page_path(iri, "https://example.org/") for iri in spared}
    assert len(pages) == len(spared)
    for page in pages:
        assert (tmp_path / "out/site" / f"{page}.ttl").is_file()


@pytest.mark.parametrize("letter", ["\N{KELVIN SIGN}", "\N{LATIN SMALL LETTER LONG S}"])
def test_letters_that_are_the_same_as_ascii_in_another_case_are_not_plain(letter: str) -> None:
    assert page_path(f"https://example.org/id/{letter}", "https://example.org/").startswith("iri/")
