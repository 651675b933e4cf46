"""The search page finds what the site describes, however it is spelt, in the browser alone; its index is small and says nothing that the data don't."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from browsing import Host, Seen, plain_host, watch
from playwright.sync_api import Browser, Locator, Page, expect
from pyoxigraph import Literal, NamedNode, Triple
from workbench import EXAMPLE, ROOT, bynet, make_project, triples

from publish.build import load_project
from publish.called import Called
from publish.model import LABEL, LABELS, SKOS, TYPE, Resource, best_label
from publish.publication import Publication
from publish.search import LONGEST, MOST, index, index_path
from publish.texts import LANGUAGES, table

HOSTILE = {
    "image": "<img src=x onerror=alert(1)> painted",
    "script": "</script><script>alert(2)</script> & 'quoted' \"twice\" painted",
    "direction": "\u202egnitniap\u202c painted \u2066left",
    "prototype": "__proto__ constructor toString painted",
    "long": "painted " + "x" * 20_000,
    "soft": "pain\u00adted with a soft hyphen",
}

Visit = Callable[[], tuple["SearchPage", Seen]]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The search page as somebody sees it who uses it."""

    page: Page

    def open(self, url: str) -> None:
        """Go to the page at *url*, until the index is there."""
        self.page.goto(url)
        expect(self.status).to_have_text(re.compile(r"\d"))

    @property
    def field(self) -> Locator:
        return self.page.locator("#wanted")

    @property
    def status(self) -> Locator:
        return self.page.locator("#status")

    @property
    def results(self) -> Locator:
        return self.page.locator("#results li")

    @property
    def links(self) -> Locator:
        return self.results.locator("a")

    @property
    def asked(self) -> Mapping[str, list[str]]:
        """What the address of the page asks for."""
        return parse_qs(urlsplit(self.page.url).query)

    def find(self, query: str) -> None:
        """Type *query* in place of what stands in the field, and wait until it was searched for."""
        self.field.fill(query)
        expect(self.status).to_contain_text(query)


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[Host]:
    with plain_host(site) as serving:
        yield serving


@pytest.fixture(scope="module")
def publication() -> Publication:
    return Publication(load_project(ROOT))


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Gives new visitors; whatever they did, no page broke its policy and no script failed."""
    visits: list[tuple[SearchPage, Seen]] = []

    def arrive() -> tuple[SearchPage, Seen]:
        context = chromium.new_context()
        visits.append((SearchPage(context.new_page()), watch(context)))
        return visits[-1]

    yield arrive
    for here, seen in visits:
        here.page.context.close()
        assert seen.breaches == []
        assert seen.errors == []


@pytest.fixture
def here(visit: Visit, host: Host) -> Iterator[SearchPage]:
    """The page in English, ready; at the end nothing was asked of another host."""
    here, seen = visit()
    here.open(f"{host.url}search/index.en.html")
    yield here
    assert seen.elsewhere(host.url) == set()


def called(publication: Publication, language: str) -> Called:
    labels: dict[str, list[Triple]] = {}
    for triple in publication.everything:
        if triple.predicate in LABELS and isinstance(triple.subject, NamedNode):
            labels.setdefault(triple.subject.value, []).append(triple)
    return Called(language, lambda iri: best_label(labels.get(iri, []), language) or iri, nothing, nothing, plain)


def plain(literal: Literal) -> str:
    return literal.value


def nothing(_iri: str) -> str:
    return ""


def things(site: Path, language: str) -> list[list[str]]:
    """The things in the index in *language*, as lists of path, label, class, names, texts and statements."""
    listed: list[list[str]] = json.loads((site / index_path(language)).read_bytes())["things"]
    return listed


# what is found


@pytest.mark.parametrize(
    "query", ["København", "KØBENHAVN", "kobenhavn", "koebenhavn", "Kjøbenhavn", "københvn", "københav", "Copenhagen", "Ko\u0308benhavn", "Copenhagn"]
)
@pytest.mark.parametrize(("ending", "name"), [(".html", "København"), (".en.html", "Copenhagen")])
def test_a_thing_is_found_however_its_name_is_spelt(query: str, ending: str, name: str, host: Host, visit: Visit) -> None:
    here, _seen = visit()
    here.open(f"{host.url}search/index{ending}")
    here.find(query)
    expect(here.links.first).to_have_text(name)
    expect(here.links.first).to_have_attribute("href", f"../id/city/copenhagen{ending}")


@pytest.mark.parametrize(
    ("query", "path", "marked"),
    [
        ("premises surely follows", "code/confidence", "surely"),  # of a definition
        ("Q1748", "id/city/copenhagen", "Q1748"),  # of a statement
        ("innovator city", "code/membership-category/innovator-city", "Innovator"),
        ("væksten", "code/topic/green-growth", "vækst"),
        ("netvaerk", "id/passage/p046", "bynetværk"),  # within a word, in another language
        ("mayor warsaw", "id/tenure/hanna-gronkiewicz-waltz-mayor", "Warsaw"),  # of the label and of statements
        ("Copenhagen zzzzz", "id/city/copenhagen", "Copenhagen"),  # of which there is not everything
    ],
)
def test_words_of_labels_texts_and_statements_are_found_and_marked(query: str, path: str, marked: str, here: SearchPage) -> None:
    here.find(query)
    while here.page.locator("#more").is_visible() and not here.page.locator(f'#results a[href="../{path}.en.html"]').count():
        here.page.locator("#more").click()
    found = here.results.filter(has=here.page.locator(f'a[href="../{path}.en.html"]'))
    expect(found.locator("mark", has_text=re.compile(f"^{marked}", re.IGNORECASE)).first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_result_leads_to_a_page_and_every_thing_is_found_by_its_name(language: str, site: Path, host: Host, visit: Visit) -> None:
    here, _seen = visit()
    here.open(f"{host.url}search/index{'' if language == 'da' else '.en'}.html")
    every = things(site, language)
    # the names as the index has them, in the page's own finder
    lost: list[str] = here.page.evaluate(
        """async (index) => {
            const { Finder } = await import(new URL("finder.js", location));
            const { classes, things } = await (await fetch(index)).json();
            const finder = new Finder({ classes, things });
            const isFound = ([path, label]) => finder.find(label).hits.some(({ thing }) => thing.path === path);
            return things.filter(([, label]) => /[\\p{L}\\p{N}]/u.test(label)).filter((thing) => !isFound(thing)).map(([path]) => path);
        }""",
        f"{language}.json",
    )
    assert lost == []
    assert not [path for path, *_rest in every if not (site / f"{path}{'' if language == 'da' else '.en'}.html").is_file()]


def test_what_nothing_fits_is_told_with_advice(here: SearchPage) -> None:
    expect(here.page.locator("#advice")).to_be_hidden()
    here.find("xqzwvk")
    expect(here.status).to_have_text(table("en", "search")["none"].format(query="xqzwvk"))
    expect(here.page.locator("#advice")).to_contain_text(table("en", "search")["advice"])
    expect(here.results).to_have_count(0)
    for query in ("__proto__", "constructor", "hasOwnProperty", "(", "\\", "x" * 190, "<b>", "%00", "🦆"):
        here.find(query)
    here.find("copenhagen")
    expect(here.page.locator("#advice")).to_be_hidden()


def test_results_come_in_batches_and_are_narrowed_to_a_class(here: SearchPage) -> None:
    here.find("copenhagen")
    all_of_them = int(re.findall(r"\d+", here.status.inner_text())[0])
    expect(here.results).to_have_count(30)
    here.page.locator("#more").click()
    expect(here.results).to_have_count(60)
    expect(here.links.nth(30)).to_be_focused()
    options = here.page.locator("#classes option")
    counts = [int(re.findall(r"\((\d+)\)", text)[0]) for text in options.all_inner_texts()[1:]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == all_of_them
    chosen = options.nth(2).get_attribute("value") or ""
    here.page.locator("#classes").select_option(chosen)
    expect(here.status).to_contain_text(f"{counts[1]} result")
    assert set(here.results.locator(".kind").all_inner_texts()) == {chosen}
    assert here.asked == {"q": ["copenhagen"], "class": [chosen]}
    here.page.reload()
    expect(here.status).to_contain_text(f"{counts[1]} result")
    expect(here.page.locator("#classes")).to_have_value(chosen)


# how it is used


def test_a_query_comes_with_the_address_and_goes_into_it(site: Path, visit: Visit, tmp_path: Path) -> None:
    place = tmp_path / "host/open/data"
    place.parent.mkdir(parents=True)
    place.symlink_to(site)
    here, seen = visit()
    with plain_host(tmp_path / "host") as host:
        here.open(f"{host.url}open/data/search/index.html?q=k%C3%B8benhavn+%26+beijing")
        expect(here.field).to_have_value("københavn & beijing")
        expect(here.status).to_contain_text("»københavn & beijing«")
        here.find("grøn vækst")
        assert here.asked == {"q": ["grøn vækst"]}
        here.links.first.click()
        here.page.go_back()
        expect(here.status).to_contain_text("»grøn vækst«")
        assert seen.elsewhere(host.url) == set()
        assert all(path.startswith("/open/data/") for path in host.asked if path != "/favicon.ico")


def test_every_page_has_a_field_that_leads_here(host: Host, visit: Visit) -> None:
    here, seen = visit()
    here.page.goto(f"{host.url}id/city/copenhagen.en.html")
    here.page.get_by_role("search").get_by_role("searchbox").fill("kobenhavn")
    here.page.keyboard.press("Enter")
    expect(here.links.first).to_have_text("Copenhagen")
    assert urlsplit(here.page.url).path == "/search/index.en.html"
    assert seen.elsewhere(host.url) == set()


def test_the_keyboard_alone_is_enough(here: SearchPage) -> None:
    keyboard = here.page.keyboard
    expect(here.field).to_be_focused()
    keyboard.type("copenhagen")
    expect(here.results).to_have_count(30)
    keyboard.press("ArrowDown")
    expect(here.links.first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(here.links.nth(1)).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    expect(here.field).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("Escape")
    expect(here.field).to_be_focused()
    expect(here.field).to_have_value("")
    expect(here.results).to_have_count(0)
    assert here.asked == {}
    keyboard.type("kobenhavn")
    keyboard.press("Enter")  # before the search has begun by itself
    expect(here.page.locator("h1")).to_contain_text("Copenhagen")


def test_a_narrow_window_never_scrolls_sideways(host: Host, visit: Visit) -> None:
    here, _seen = visit()
    here.page.set_viewport_size({"width": 320, "height": 640})
    here.open(f"{host.url}search/index.html")
    for query in ("københavn", "x" * 190, "shape", "https"):
        here.find(query)
        assert here.page.evaluate("document.documentElement.scrollWidth") == 320, query


# whatever there is


def test_labels_that_mean_harm_are_shown_as_texts(visit: Visit, tmp_path: Path) -> None:
    said = "".join(f"ex:{name}\n    a def:Thing ;\n    rdfs:label {json.dumps(text)}@en ;\n.\n\n" for name, text in sorted(HOSTILE.items()))
    prefixes = "".join(
        f"@prefix {name}: <{iri}> .\n" for name, iri in (("def", f"{EXAMPLE}def/"), ("ex", f"{EXAMPLE}id/"), ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"))
    )
    ended = bynet("--root", make_project(tmp_path / "project", {"data/things.ttl": f"{prefixes}\n{said}"}), "publish", "--out", tmp_path / "site")
    assert ended.code == 0, ended.err
    here, seen = visit()
    here.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    with plain_host(tmp_path / "site") as host:
        here.open(f"{host.url}search/index.html")
        here.find("painted")
        expect(here.results).to_have_count(len(HOSTILE))
        shown = set(here.links.all_inner_texts())
        assert {HOSTILE[name] for name in ("image", "script", "prototype", "soft")} <= shown
        assert max(map(len, shown)) <= LONGEST
        assert here.page.locator("#results :is(img, script)").count() == 0
        here.find("</option><img src=x onerror=alert(3)>")
        assert here.page.locator("main img").count() == 0
        assert seen.elsewhere(host.url) == set()


def test_an_index_that_does_not_come_is_told(site: Path, visit: Visit) -> None:
    here, _seen = visit()
    with plain_host(site) as host:
        host.missing.add("en.json")
        here.page.goto(f"{host.url}search/index.en.html?q=copenhagen")
        expect(here.status).to_have_text(table("en", "search")["missing"])


def test_five_thousand_things_are_searched_at_once(site: Path, visit: Visit, tmp_path: Path) -> None:
    text = "A thing among many others of its own kind, which nobody has counted before, number"
    many = [
        Resource(
            f"{EXAMPLE}id/thing-{number}",
            tuple(
                Triple(NamedNode(f"{EXAMPLE}id/thing-{number}"), NamedNode(predicate), Literal(f"{words} {number} {number * 7919 % 5003:x}", language="en"))
                for predicate, words in ((LABEL.value, "Thing"), (SKOS + "definition", text), (SKOS + "altLabel", "What is called"))
            ),
            (),
        )
        for number in range(5_000)
    ]
    (tmp_path / "search").mkdir()
    for file in (site / "search").iterdir():
        (tmp_path / "search" / file.name).symlink_to(file)
    (tmp_path / "search/en.json").unlink()
    (tmp_path / "search/en.json").write_bytes(index(many, EXAMPLE, Called("en", lambda iri: iri.rsplit("/", 1)[-1].replace("-", " "), nothing, nothing, plain)))
    here, _seen = visit()
    with plain_host(tmp_path) as host:
        here.open(f"{host.url}search/index.en.html?q=thing+4321")
        loaded: float = here.page.evaluate("performance.now()")
        expect(here.links.first).to_have_text("thing 4321")
        assert loaded < 6_000  # 1400 ms where nothing else runs
        here.find("th")
        expect(here.status).to_contain_text("5,000 results")


# for everybody


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_javascript_the_page_says_where_everything_is(language: str, chromium: Browser, host: Host) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{host.url}search/index{'' if language == 'da' else '.en'}.html")
    expect(page.locator("noscript p")).to_be_visible()
    assert page.locator("noscript p").inner_text().startswith(table(language, "search")["no-script"])
    for address in page.locator("noscript a").evaluate_all("links => links.map(link => link.href)"):
        with urlopen(address) as answer:
            assert answer.status == 200
    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator("#starting")).to_be_hidden()
    page.context.close()


def test_opened_as_a_file_the_page_says_that_it_needs_a_host(chromium: Browser, site: Path) -> None:
    page = chromium.new_page()
    page.goto((site / "search/index.en.html").as_uri())
    expect(page.locator("#starting")).to_be_visible()
    expect(page.locator("#starting")).to_contain_text(table("en", "search")["starting"])
    page.close()


# the index


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_index_is_small_sorted_and_the_same_whatever_order_things_come_in(language: str, publication: Publication, site: Path) -> None:
    resources, base = publication.resources, publication.project.base
    made = index(resources, base, called(publication, language))
    assert made == index(reversed(resources), base, called(publication, language))
    for content in (made, (site / index_path(language)).read_bytes()):
        assert len(content) < 300_000
        listed = json.loads(content)
        assert json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" == content
        assert listed["classes"] == sorted(listed["classes"])
        assert [thing[0] for thing in listed["things"]] == sorted({thing[0] for thing in listed["things"]})


def test_each_language_has_its_own_names_and_finds_the_others(site: Path) -> None:
    for language, name, other in (("da", "København", "Copenhagen"), ("en", "Copenhagen", "København")):
        (thing,) = (thing for thing in things(site, language) if thing[0] == "id/city/copenhagen")
        assert (thing[1], thing[3]) == (name, other)


def test_an_index_says_nothing_that_the_data_does_not(site: Path) -> None:
    told = {" ".join(triple.object.value.split()) for file in site.rglob("*.nt") for triple in triples(file.read_bytes()) if isinstance(triple.object, Literal)}
    for language in LANGUAGES:
        for _path, _label, _class, names, texts, _statements in things(site, language):
            lines = [line for line in (*names.split("\n"), *texts.split("\n")) if line]
            assert all(line in told or any(text.startswith(line.removesuffix("…")) for text in told) for line in lines)


def test_what_nobody_looks_for_is_left_out(site: Path, publication: Publication) -> None:
    paths = {thing[0] for thing in things(site, "en")}
    kinds = {triple.subject: triple.object for triple in publication.everything if triple.predicate == TYPE}
    base = publication.project.base
    for kind in ("sh#PrefixDeclaration", "oa#TextQuoteSelector", "oa#TextPositionSelector"):
        named = [node for node, found in kinds.items() if isinstance(found, NamedNode) and found.value.replace("shacl#", "sh#").endswith(kind)]
        assert named
        assert not {node.value.removeprefix(base) for node in named if isinstance(node, NamedNode)} & paths


def test_what_is_long_is_cut() -> None:
    iri = NamedNode(f"{EXAMPLE}id/long")
    texts = [Triple(iri, NamedNode(SKOS + "definition"), Literal(f"{number} " + "word " * 1000, language="en")) for number in range(9)]
    values = [Triple(iri, NamedNode(f"{EXAMPLE}def/value-{number:03}"), Literal("many " * 1000)) for number in range(900)]
    name = Called("en", lambda iri: "long " * 1000 if iri.endswith("long") else iri, nothing, nothing, plain)
    ((_path, label, _class, _names, said, statements),) = json.loads(index([Resource(iri.value, (*texts, *values), ())], EXAMPLE, name))["things"]
    assert (len(label), len(said)) == (LONGEST, MOST)
    assert 2 * LONGEST < len(statements) <= MOST + statements.count("\n")
