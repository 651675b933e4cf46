"""Every page of a site, read as a visitor's programs read it: no dead end, every text in the language that it says it is in, nothing but what people read."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from babel import Locale
from pagekinds import LANGUAGES, RESOURCES, pages_by_class
from pyoxigraph import Literal, RdfFormat
from workbench import LIBRARY, triples

from publish.paths import page_path
from publish.texts import table

VOID = {"meta", "link", "br", "img", "input", "hr"}
SITES = {"site": ("https://w3id.org/bynet/", ("da", "en")), "library_site": ("https://library.example/", ("de", "en"))}
SPOKEN = ("alt", "aria-label", "placeholder", "title")
"""The attributes that people see or hear."""
WEIGHT, PICTURED = 50_000, 100_000
"""The most bytes of a resource's page with all that it loads, without pictures (and what is for programs alone) and with them."""
_DATE = re.compile(r"[\d.T:Z+/~?%-]*\d{4}-\d\d(-\d\d)?[\d.T:Z+/~?%-]*")
_DRAWN = re.compile(r'<figure class="picture">.*?</figure>|<svg .*?</svg>', re.DOTALL)
_DATA = re.compile(r'<script type="application/ld\+json">.*?</script>|<link rel="(?:item|describedby)" [^>]*>', re.DOTALL)
"""What stands on a page for programs alone: schema.org's words, and typed links to files."""


@dataclass
class Outline(HTMLParser):
    """What a page consists of: anchors, links with their elements, headings, languages, and each text with its language and the element it stands in."""

    file: Path
    ids: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
    headings: list[int] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    blocking: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self.feed(self.file.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        language = values.get("lang") or (self._open[-1][1] if self._open else "")
        if tag not in VOID:
            self._open.append((tag, language))
        self.languages |= {values[name] for name in ("lang", "hreflang") if name in values}
        self.ids += [values["id"]] if "id" in values else []
        self.links += [(tag, values[name]) for name in ("href", "src", "action") if name in values]
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.texts += [(values[name].strip(), language, tag) for name in SPOKEN if values.get(name)]
        if tag == "link":
            self._link(values)
        elif tag == "a" and "hreflang" in values:
            self.switches[values["hreflang"]] = values["href"]
        elif tag == "script" and "src" in values:
            self.loaded.append(values["src"])
            self.blocking += [] if {"defer", "async"} & values.keys() or values.get("type") == "module" else [values["src"]]

    def _link(self, values: Mapping[str, str]) -> None:
        if values.get("hreflang"):
            self.alternates[values["hreflang"]] = values["href"]
        if values["rel"] in {"icon", "stylesheet"}:
            self.loaded.append(values["href"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open[-1][0] not in {"script", "style"}:
            self.texts.append((" ".join(data.split()), self._open[-1][1], self._open[-1][0]))


@cache
def outlines(site: Path) -> Mapping[str, Outline]:
    """The outline of each page of *site*, by its path."""
    return {file.relative_to(site).as_posix(): Outline(file) for file in sorted(site.rglob("*.html"))}


@pytest.fixture(params=sorted(SITES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(name: str, request: pytest.FixtureRequest) -> Path:
    published: Path = request.getfixturevalue(name)
    return published


@pytest.fixture
def base(name: str) -> str:
    return SITES[name][0]


@pytest.fixture
def pages(folder: Path) -> Mapping[str, Outline]:
    return outlines(folder)


def own(path: str, link: str, base: str) -> tuple[str, str] | None:
    """The path in the site, without query, and the anchor that *link* on the page at *path* leads to; nothing where it leads out of the site."""
    address = urljoin(base + path, link)
    if path == "404.html" and link.startswith("/"):
        address = urljoin(base, link)
    parts = urlsplit(address)
    return (unquote(address[len(base) :].split("#")[0].split("?")[0]), unquote(parts.fragment)) if address.startswith(base) else None


def served(folder: Path, path: str) -> Path | None:
    """The file that a host gives for *path* in the site's *folder*: itself, the one of a folder, or what an IRI gives."""
    places = (folder / path, folder / path / "index.html", folder / f"{path}.html", folder / f"{path}.ttl")
    return next((place for place in places if place.is_file()), None)


def has_page(folder: Path, iri: str, base: str) -> bool:
    """Whether *iri* is one that has a page though it is no address: a term with a hash."""
    return "#" in iri and (folder / f"{page_path(iri, base)}.html").is_file()


def test_no_link_is_dead(folder: Path, base: str, pages: Mapping[str, Outline]) -> None:
    dead = [
        f"{path} -> {link}"
        for path, page in pages.items()
        for _tag, link in page.links
        if (found := own(path, link, base)) is not None and served(folder, found[0]) is None and not has_page(folder, link, base)
    ]
    assert len(pages) > 20
    assert dead == []


def test_every_anchor_that_is_linked_is_there(folder: Path, base: str, pages: Mapping[str, Outline]) -> None:
    missing = []
    for path, page in pages.items():
        for tag, link in page.links:
            found = own(path, link, base)
            if tag == "link" or not found or not found[1] or found[1].startswith("query="):  # what the query page reads
                continue
            target = served(folder, found[0])
            if target and target.suffix == ".html" and found[1] not in pages[target.relative_to(folder).as_posix()].ids:
                missing.append(f"{path} -> {link}")
    assert missing == []


def test_ids_are_unique_headings_are_in_order_and_languages_exist(pages: Mapping[str, Outline]) -> None:
    for path, page in pages.items():
        assert [name for name, count in Counter(page.ids).items() if count > 1] == [], path
        assert page.headings.count(1) == 1, path
        assert page.headings[0] == 1, path
        assert all(deeper - level <= 1 for level, deeper in zip(page.headings, page.headings[1:], strict=False)), (path, page.headings)
        for tag in page.languages:
            assert Locale.parse(tag, sep="-").language, (path, tag)


def test_each_language_is_one_click_away_on_the_same_page(name: str, pages: Mapping[str, Outline]) -> None:
    _base, (first, other) = SITES[name]
    twins = {f"{first}/index.html": f"{other}/index.html", f"{other}/index.html": f"{first}/index.html"}
    for path, page in pages.items():
        if path == "404.html":
            continue
        twin = twins.get(path) or (path.replace(f".{other}.html", ".html") if path.endswith(f".{other}.html") else path.replace(".html", f".{other}.html"))
        (switch,) = page.switches.values()
        assert urljoin(path, switch) == twin, path
        assert {urljoin(path, link) for link in page.alternates.values()} >= {path, twin}, path
        assert twin in pages


def spoken(folder: Path) -> Mapping[str, set[str]]:
    """The texts that the data, bynet's own words and those of a theme have in each language, and those that have none (under an empty tag)."""
    said: dict[str, set[str]] = {language: {" ".join(words.split()) for words in table(language, "page").values()} for language in LANGUAGES}
    for file in (LIBRARY / "theme/words").glob("*.toml"):
        said[file.stem] = {" ".join(words.split()) for words in tomllib.loads(file.read_text(encoding="utf-8"))["page"].values()}
    for file in (folder / "download").glob("*.nt"):
        for triple in triples(file.read_bytes(), RdfFormat.N_TRIPLES):
            if isinstance(triple.object, Literal):
                said.setdefault(triple.object.language or "", set()).add(" ".join(triple.object.value.split()))
    return said


def test_no_text_says_that_it_is_in_a_language_in_which_nobody_said_it(name: str, folder: Path, pages: Mapping[str, Outline]) -> None:
    said = spoken(folder)
    first, other = SITES[name][1]
    wrong: Counter[tuple[str, str]] = Counter()
    for language, another in ((first, other), (other, first)):
        foreign = said[another] - set().union(*(texts for tag, texts in said.items() if tag != another))
        wrong.update((text, language) for page in pages.values() for text, tag, _element in page.texts if tag == language and text in foreign)
    assert wrong == {}


def test_people_read_names_and_dates_and_no_addresses_or_codes_of_machines(folder: Path, base: str, pages: Mapping[str, Outline]) -> None:
    said = spoken(folder)[""]  # an address may be what is said
    raw = {
        (path, text)
        for path, page in pages.items()
        for text, _language, element in page.texts
        if element not in {"code", "button"} and (re.fullmatch(_DATE, text) or text.startswith("_:") or (text.startswith(base) and text not in said))
    }
    assert raw == set()


def test_no_script_holds_up_a_page_and_few_files_make_it(pages: Mapping[str, Outline]) -> None:
    for path, page in pages.items():
        assert page.blocking == [], path
        if not path.startswith(("search/", "sparql/")):
            assert len(page.loaded) + 1 <= 5, path


def weights(folder: Path, pages: Mapping[str, Outline]) -> Iterator[tuple[int, int, str]]:
    """The bytes of each resource's page with the files that it loads, without pictures (and what is for programs alone) and with them, and its path."""
    for path, page in pages.items():
        if (folder / path).with_name(page.file.name.split(".")[0] + ".nt").is_file():
            text = page.file.read_text(encoding="utf-8")
            files = {link: (page.file.parent / link).stat().st_size for link in page.loaded}
            plain = sum(size for link, size in files.items() if "pictures.css" not in link)
            bare = len(_DATA.sub("", _DRAWN.sub("", text)).encode())
            yield bare + plain, len(text.encode()) + sum(files.values()), path


def test_a_page_of_a_resource_is_light(folder: Path, pages: Mapping[str, Outline]) -> None:
    found = sorted(weights(folder, pages), reverse=True)
    assert len(found) > 20
    assert [(weight, path) for weight, _whole, path in found if weight > WEIGHT] == []
    assert [(whole, path) for _weight, whole, path in found if whole > PICTURED] == []


def test_each_class_has_a_page_that_browsers_look_at(site: Path) -> None:
    unseen = {kind: min(pages) for kind, pages in pages_by_class(site, SITES["site"][0]).items() if not pages & set(RESOURCES)}
    assert unseen == {}
