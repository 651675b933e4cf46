"""The query page answers in a real browser from a plain web host, asks nobody else, and outlives whatever it is asked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from browsing import Host, QueryPage, Seen, plain_host, watch
from formulas import formulas
from playwright.sync_api import Browser, expect
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store, Triple, parse_query_results
from serving import serving
from workbench import LIBRARY, ROOT, canonical, canonical_of

from publish.querypage import DEADLINE
from publish.spreadsheet import as_csv
from publish.texts import table

ENGLISH = table("en", "sparql")
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"
ORDINARY = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
NUMBERS = {NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}") for name in ("integer", "decimal", "double", "float")}

Visit = Callable[[], tuple[QueryPage, Seen]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a project: its titles by language, the query as it is published, and the expected answer's file."""

    titles: dict[str, str]
    text: str
    answer: Path


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[Host]:
    with plain_host(site) as serving:
        yield serving


@pytest.fixture(scope="module")
def store(site: Path) -> Store:
    store = Store()
    store.load(path=site / "download/all.nq", format=RdfFormat.N_QUADS)
    return store


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Gives new visitors, each with a browser's context of its own; whatever they did, no page broke its policy and no script failed."""
    visits: list[tuple[QueryPage, Seen]] = []

    def arrive() -> tuple[QueryPage, Seen]:
        context = chromium.new_context(accept_downloads=True)
        visits.append((QueryPage(context.new_page()), watch(context)))
        return visits[-1]

    yield arrive
    for here, seen in visits:
        here.page.context.close()
        assert seen.breaches == []
        assert seen.errors == []


@pytest.fixture
def here(visit: Visit, host: Host) -> Iterator[QueryPage]:
    """The page in English, ready; at the end nothing was asked of another host."""
    here, seen = visit()
    here.open(f"{host.url}sparql/index.en.html")
    yield here
    assert seen.elsewhere(host.url) == set()


def questions(root: Path, site: Path) -> list[Question]:
    files = sorted((root / "ontology/questions").glob("*.rq"))
    return [
        Question(
            dict(re.findall(r"^# title@(\w+): (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)),
            (site / "questions" / file.name).read_text(encoding="utf-8"),
            next(answer for answer in _answers(file, site) if answer.is_file()),
        )
        for file in files
    ]


def _answers(question: Path, site: Path) -> list[Path]:
    return [question.with_suffix(".tsv"), *((site / "questions" / question.name).with_suffix(ending) for ending in (".tsv", ".srj"))]


def rows(content: bytes, form: QueryResultsFormat) -> tuple[list[str], list[list[object]]]:
    """The variables and the rows of an answer; engines spell numbers in their own way, so they stand as numbers."""
    answer = parse_query_results(content, format=form)
    assert isinstance(answer, QuerySolutions)
    return [variable.value for variable in answer.variables], [[number(term) for term in row] for row in answer]


def number(term: object) -> object:
    return (float(term.value), term.datatype) if isinstance(term, Literal) and term.datatype in NUMBERS else term


# the questions


@pytest.mark.parametrize(("language", "folder"), [("da", ""), ("en", "open/data/")])
def test_each_question_is_one_click_away_and_has_the_expected_answer(language: str, folder: str, site: Path, visit: Visit, tmp_path: Path) -> None:
    place = tmp_path / "host" / folder
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(site)
    here, seen = visit()
    with plain_host(tmp_path / "host") as host:
        here.open(f"{host.url}{folder}sparql/index{'' if language == 'da' else '.en'}.html")
        asked = questions(ROOT, site)
        expect(here.page.locator("button[data-example]")).to_have_count(len(asked))
        for question in asked:
            here.page.get_by_role("button", name=question.titles[language], exact=True).click()
            here.wait()
            expect(here.mistake).to_be_empty()
            assert here.written == question.text
            assert rows(here.download("JSON"), QueryResultsFormat.JSON) == rows(question.answer.read_bytes(), QueryResultsFormat.TSV), question.answer.stem
        assert seen.elsewhere(host.url) == set()
        assert all(path.startswith(f"/{folder}") for path in host.asked if path != "/favicon.ico")


def test_the_library_has_a_page_of_its_own_that_answers_too(library_site: Path, visit: Visit) -> None:
    here, seen = visit()
    select, ask, *_others = questions(LIBRARY, library_site)
    with plain_host(library_site) as host:
        here.open(f"{host.url}sparql/index.html")
        here.page.get_by_role("button", name=select.titles["de"]).click()
        here.wait()
        assert rows(here.download("JSON"), QueryResultsFormat.JSON) == rows(select.answer.read_bytes(), QueryResultsFormat.TSV)
        here.page.get_by_role("button", name=ask.titles["de"]).click()
        here.wait()
        answer = json.loads(here.download("JSON"))["boolean"]
        assert answer == json.loads(ask.answer.read_bytes())["boolean"]
        expect(here.result.locator(".yes-or-no")).to_have_text("Ja" if answer else "Nein")  # in the words of the library's theme
        assert seen.elsewhere(host.url) == set()


# answers


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) FROM <https://w3id.org/bynet/derived> WHERE { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) FROM NAMED <https://w3id.org/bynet/stated> WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT (COUNT(*) AS ?n) FROM NAMED <https://w3id.org/bynet/stated> WHERE { ?s ?p ?o }",
        "SELECT ?o WHERE { ?s ?p ?o FILTER(CONTAINS(STR(?o), '\"') || CONTAINS(STR(?o), ',')) } ORDER BY ?o ?s ?p",
        "SELECT * WHERE { VALUES (?a ?b) { ('<b>&amp;\"\\n{{x}}' UNDEF) (<https://example.org/a> 'FROM x'@en) } }",
        "SELECT ?nothing WHERE { ?nothing a <https://example.org/Nothing> }",
        f"SELECT * WHERE {{ {formulas()} }}",
    ],
)
def test_answers_and_downloads_are_those_of_pyoxigraph(query: str, here: QueryPage, store: Store) -> None:
    here.ask(query)
    content, csv = _answered(store, query)
    assert rows(here.download("JSON"), QueryResultsFormat.JSON) == rows(content, QueryResultsFormat.JSON)
    assert here.download("CSV").decode() == csv
    expect(here.rows).to_have_count(min(len(json.loads(content)["results"]["bindings"]), 100))


def _answered(store: Store, query: str) -> tuple[bytes, str]:
    """The answer as JSON and as CSV.

    Playwright remembers the frames that call it, and with them their variables: an answer that stood in one might end in another thread,
    which pyoxigraph does not allow.
    """
    answer = store.query(query, use_default_graph_as_union=" FROM " not in query.partition("WHERE")[0])
    assert isinstance(answer, QuerySolutions)
    content = answer.serialize(format=QueryResultsFormat.JSON)
    assert content is not None
    again = parse_query_results(content, format=QueryResultsFormat.JSON)
    assert isinstance(again, QuerySolutions)
    return content, as_csv(again)


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DESCRIBE <https://w3id.org/bynet/dataset>",
        "CONSTRUCT { <https://example.org/.a-> <https://w3id.org/bynet/def/-> ?o, '\"<https://w3id.org/bynet/def/rule>\\\\' } "
        "WHERE { VALUES ?o { 'a\\nb' '$&'@en } }",
    ],
)
def test_triples_come_as_turtle_with_the_prefixes_of_the_data_set(query: str, here: QueryPage, store: Store) -> None:
    here.ask(query)
    turtle = here.download("Turtle")
    assert canonical(turtle, RdfFormat.TURTLE) == canonical_of(_constructed(store, query))
    expect(here.result.locator(".CodeMirror-line").first).to_have_text(turtle.decode().splitlines()[0])
    assert turtle.startswith(b"@prefix ") or b"\n<https://example.org/.a->" in b"\n" + turtle


def _constructed(store: Store, query: str) -> set[Triple]:
    answer = store.query(query, use_default_graph_as_union=True)
    assert isinstance(answer, QueryTriples)
    return set(answer)


def test_rows_are_sorted_filtered_and_shown_as_somebody_asks(here: QueryPage) -> None:
    here.ask("SELECT ?n WHERE { VALUES ?n { 10 9 2.5 'b' 'a' UNDEF 1 2 3 4 5 6 } }")
    by_n = here.page.get_by_role("columnheader", name="n")
    by_n.get_by_role("button").click()
    expect(by_n).to_have_attribute("aria-sort", "ascending")
    assert here.rows.all_inner_texts() == ["", "1", "2", "2.5", "3", "4", "5", "6", "9", "10", "a", "b"]
    by_n.get_by_role("button").click()
    assert here.rows.all_inner_texts()[:3] == ["b", "a", "10"]
    here.page.get_by_label(ENGLISH["filter"]).fill("1")
    assert here.rows.all_inner_texts() == ["10", "1"]
    here.ask("SELECT * WHERE { ?s ?p ?o }")
    expect(here.rows).to_have_count(100)
    here.result.get_by_role("button", name="rows that remain").click()
    expect(here.rows).to_have_count(600)
    here.result.get_by_role("button", name=ENGLISH["text"]).click()
    expect(here.result.locator(".CodeMirror-line").first).to_have_text("{")


@pytest.mark.parametrize(("published", "page"), [("site", "index.html"), ("site", "index.en.html"), ("library_site", "index.en.html")])
def test_links_lead_to_pages_that_exist(published: str, page: str, request: pytest.FixtureRequest, visit: Visit) -> None:
    site: Path = request.getfixturevalue(published)
    here, _seen = visit()
    with plain_host(site) as host:
        here.open(f"{host.url}sparql/{page}")
        here.ask("SELECT DISTINCT ?x WHERE { { ?x ?p ?o } UNION { ?s ?x ?o } UNION { ?s ?p ?x FILTER(isIRI(?x)) } UNION { GRAPH ?x { } } }")
        while (more := here.result.get_by_role("button", name=re.compile("rows that remain|øvrige rækker"))).count() and more.is_visible():
            more.click()
        shown = here.rows.count()
        links: list[list[str]] = here.page.eval_on_selector_all("main a[href]", "links => links.map(link => [link.href, link.title])")
        own = {urlsplit(href).path.removeprefix("/"): iri for href, iri in links if href.startswith(host.url)}
        assert {path for path in own if not (site / path).is_file()} == set()
        assert len([iri for iri in own.values() if iri]) > shown / 3


# mistakes


@pytest.mark.parametrize(
    ("query", "line", "column", "told"),
    [
        ("SELECT * WHERE {\n  ?s ?p ?o .\n  FILTER(?o >)\n}", 3, 14, ""),
        ("SELECT * WHERE {\n  ?s ?p ?o\n  ?a ?b ?c\n}", 3, 3, ""),
        ("SELECT * WHERE {\n  ?s ?p ?o .\n", 3, 1, ""),
        ("SELECT ?x\nWHERE { ?x a unknown:Thing }", 2, 14, "unknown:"),
        ("# 😀\nSELECT * WHERE { ?s ?p '😀' . SERVICE <https://example.org/> { } }", 2, 30, "SERVICE"),
        ("\nDELETE WHERE { ?s ?p ?o }", 2, 1, "DELETE"),
    ],
)
def test_a_mistake_is_told_and_marked_where_it_is(query: str, line: int, column: int, told: str, here: QueryPage) -> None:
    here.ask(query)
    expect(here.mistake).to_contain_text(f"Line {line}, column {column}:")
    expect(here.mistake).to_contain_text(told)
    expect(here.result).to_be_hidden()
    marked = here.at("editor").locator(".CodeMirror-code > div", has=here.page.locator(".mistake-line"))
    expect(marked.locator(".CodeMirror-linenumber")).to_have_text(str(line))
    here.write(ORDINARY)
    expect(marked).to_have_count(0)
    expect(here.mistake).to_be_empty()
    here.at("run").click()
    expect(here.rows).to_have_count(1)


def test_where_nothing_is_asked_nothing_is_sent(here: QueryPage) -> None:
    here.ask(" \n")
    expect(here.mistake).to_have_text(ENGLISH["mistake-empty"])
    expect(here.result).to_be_hidden()


def test_an_answer_without_rows_says_so(here: QueryPage) -> None:
    for query in ("SELECT * WHERE { ?nothing a <https://example.org/Nothing> }", "CONSTRUCT WHERE { ?nothing a <https://example.org/Nothing> }"):
        here.ask(query)
        expect(here.status).to_have_text(re.compile(f"^{ENGLISH['said-nothing'].partition(';')[0]}"))


def test_the_examples_are_searched(here: QueryPage) -> None:
    here.at("find").fill("beijing")
    shown = here.page.locator("button[data-example]:visible")
    assert 0 < shown.count() < 20
    here.at("find").fill("no such example")
    expect(shown).to_have_count(0)
    expect(here.at("none")).to_have_text(ENGLISH["none"])
    here.at("find").fill("")
    expect(here.at("none")).to_be_empty()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", "unbound"),
        ("SELECT * WHERE { ?s ?p ?o } GROUP BY ?p", "star"),
        ("SELECT ?s (1 AS ?s) WHERE { }", "twice"),
    ],
)
def test_a_query_that_can_be_read_but_not_understood_is_told_in_words(query: str, told: str, here: QueryPage) -> None:
    here.ask(query)
    expect(here.mistake).to_have_text(ENGLISH[f"mistake-{told}"])


# it stays up


def test_a_runaway_query_ends_at_the_deadline_and_the_next_is_answered(here: QueryPage) -> None:
    started = time.monotonic()
    here.ask(RUNAWAY)
    ended = time.monotonic()
    expect(here.mistake).to_have_text(ENGLISH["mistake-deadline"].format(deadline=DEADLINE))
    here.ask(ORDINARY)
    expect(here.rows).to_have_count(1)
    assert DEADLINE <= ended - started < DEADLINE + 8


def test_a_query_is_stopped_by_its_button(here: QueryPage) -> None:
    for _time in range(3):
        here.start(RUNAWAY)
        here.at("stop").click()
        expect(here.status).to_have_text(ENGLISH["stopped"])
        expect(here.mistake).to_be_empty()
    here.ask(ORDINARY)
    expect(here.rows).to_have_count(1)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "SELECT (STRLEN(?x40) AS ?n) WHERE { BIND('0123456789' AS ?x0) " + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40)) + " }",
            "memory",
        ),
        ("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?i", ""),
        ("SELECT * WHERE { FILTER(" + "!" * 20_000 + "true) }", "deep"),
        ("SELECT * WHERE { " + "FILTER NOT EXISTS { " * 250 + "?s ?p ?o" + " }" * 250 + " }", "deep"),
    ],
    ids=["memory", "rows", "negations", "exists"],
)
def test_the_engine_outlives_a_bomb(query: str, told: str, here: QueryPage) -> None:
    here.ask(query)
    expect(here.mistake).not_to_be_empty()
    if told:
        expect(here.mistake).to_have_text(ENGLISH[f"mistake-{told}"].format(memory=1024))
    here.ask(ORDINARY)
    expect(here.rows).to_have_count(1)


def test_it_works_offline_once_it_is_loaded(here: QueryPage) -> None:
    here.page.context.set_offline(True)
    here.ask(ORDINARY)
    expect(here.rows).to_have_count(1)
    here.start(RUNAWAY)
    here.at("stop").click()
    here.ask(ORDINARY)
    expect(here.rows).to_have_count(1)


def test_what_can_not_be_fetched_is_told_and_fetched_when_asked_again(site: Path, visit: Visit) -> None:
    here, seen = visit()
    with plain_host(site) as host:
        host.missing.add("web_bg.wasm")
        here.page.goto(f"{host.url}sparql/index.en.html")
        expect(here.mistake).to_contain_text("503")
        host.missing.clear()
        here.ask(ORDINARY)
        expect(here.mistake).to_be_empty()
        expect(here.rows).to_have_count(1)
    assert seen.elsewhere(host.url) == set()


def test_progress_is_shown_and_a_query_that_waits_for_the_engine_can_be_stopped(site: Path, visit: Visit) -> None:
    here, _seen = visit()
    with plain_host(site) as host:
        host.held["web_bg.wasm"] = Event()
        here.page.goto(f"{host.url}sparql/index.en.html")
        expect(here.page.get_by_role("progressbar")).to_be_visible()
        expect(here.at("amount")).to_have_text(re.compile(r"^0\.\d of 4\.\d MB$"))
        here.start(ORDINARY)
        expect(here.status).to_have_text(ENGLISH["running"])
        here.at("stop").click()
        expect(here.status).to_have_text(ENGLISH["stopped"])
        here.at("run").click()
        host.held["web_bg.wasm"].set()
        expect(here.rows).to_have_count(1)
        expect(here.page.get_by_role("progressbar")).to_be_hidden()


# nobody else is asked


def test_no_query_asks_anybody_else(visit: Visit, host: Host, tmp_path: Path) -> None:
    here, seen = visit()
    (tmp_path / "data.ttl").write_text("<https://example.org/a> <https://example.org/b> <https://example.org/c> .")
    with plain_host(tmp_path) as canary:
        here.open(f"{host.url}sparql/index.en.html")
        data = f"<{canary.url}data.ttl>"
        for query in (
            f"SELECT * WHERE {{ SERVICE {data} {{ ?s ?p ?o }} }}",
            f"SELECT * WHERE {{ SERVICE SILENT {data} {{ ?s ?p ?o }} }}",
            f"SELECT * WHERE {{ VALUES ?where {{ {data} }} SERVICE ?where {{ ?s ?p ?o }} }}",
            f"SELECT * WHERE {{ S\\u0045RVICE {data} {{ ?s ?p ?o }} }}",
            f"ASK {{ FILTER(trueSERVICE{data}{{ ?s ?p ?o }}) }}",
            f"ASK {{ BIND(true AS ?x) FILTER EXISTS {{ BIND(true AS ?y) .SERVICE{data}{{ ?s ?p ?o }} }} }}",
            f"LOAD {data}",
            f"LOAD SILENT {data} INTO GRAPH {data}",
            f"SELECT * FROM {data} WHERE {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED {data} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"DESCRIBE {data}",
        ):
            here.ask(query)
        assert seen.elsewhere(host.url) == set()
        assert canary.asked == []
        # what would have been seen
        assert not here.page.evaluate("url => fetch(url).then(() => true, () => false)", f"{canary.url}data.ttl")
        assert seen.breaches
        seen.breaches.clear()
        with urlopen(f"{canary.url}data.ttl") as answer:
            assert answer.status == 200
        assert canary.asked == ["/data.ttl"]


def test_a_query_that_comes_with_a_link_runs_when_somebody_says_so(here: QueryPage, visit: Visit) -> None:
    query = "SELECT ('a+b&c=d#% €' AS ?x)\nWHERE { }"
    here.write(query)
    here.at("link").click()
    expect(here.status).to_have_text(re.compile(f"{re.escape(ENGLISH['copied'])}|{re.escape(ENGLISH['linked'])}"))
    there, _seen = visit()
    there.open(here.page.url)
    assert there.written == query
    expect(there.status).to_have_text(ENGLISH["came"])
    expect(there.result).to_be_hidden()
    there.at("run").click()
    expect(there.rows).to_have_text("a+b&c=d#% €")
    there.page.goto(f"{here.page.url.partition('#')[0]}#query=ASK%7B%7D")
    expect(there.status).to_have_text(ENGLISH["came"])
    assert there.written == "ASK{}"
    expect(there.rows).to_have_text("a+b&c=d#% €")


# for everybody


def test_without_javascript_the_page_says_where_the_data_are(chromium: Browser, host: Host) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{host.url}sparql/index.en.html")
    words, links = page.locator("noscript p"), page.locator("noscript a")  # Playwright looks for texts and roles anywhere but in noscript
    expect(words).to_be_visible()
    assert words.inner_text() == ENGLISH["no-script"]
    assert set(links.all_inner_texts()) == {"stated.nt", "derived.nt", ENGLISH["downloads"]}
    for address in links.evaluate_all("links => links.map(link => link.href)"):
        with urlopen(address) as answer:
            assert answer.status == 200
    expect(page.get_by_text(ENGLISH["starting"])).to_be_hidden()
    expect(page.locator("#page")).to_be_hidden()
    page.context.close()


def test_opened_as_a_file_the_page_says_that_it_needs_a_host(chromium: Browser, site: Path) -> None:
    page = chromium.new_page()
    page.goto((site / "sparql/index.en.html").as_uri())
    expect(page.get_by_text(ENGLISH["starting"])).to_be_visible()
    page.close()


def test_the_keyboard_alone_is_enough(here: QueryPage) -> None:
    keyboard = here.page.keyboard
    _tab_to(here, "#editor textarea")
    keyboard.press("Control+a")
    keyboard.insert_text(RUNAWAY)
    _tab_to(here, "#run", within=1)
    keyboard.press("Enter")
    _tab_to(here, "#stop", within=1)
    keyboard.press("Enter")
    expect(here.status).to_have_text(ENGLISH["stopped"])
    expect(here.at("run")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(here.page.locator("#editor textarea")).to_be_focused()
    keyboard.press("Control+a")
    keyboard.insert_text("SELECT * WHERE { ?s a ?class } LIMIT 3")
    keyboard.press("Control+Enter")
    expect(here.rows).to_have_count(3)
    expect(here.page.locator("#editor textarea")).to_be_focused()
    _tab_to(here, ".scrolled", within=8)
    _tab_to(here, ".scrolled tbody a", within=3)
    _tab_to(here, "#find", within=8)
    keyboard.insert_text("licen")
    _tab_to(here, "button[data-example]", within=1)
    keyboard.press("Enter")
    expect(here.result).to_be_focused()
    here.result.get_by_role("button", name=ENGLISH["text"]).focus()
    keyboard.press("Space")
    _tab_to(here, ".yasr_results textarea", within=4)
    _tab_to(here, "#find", within=1)


def _tab_to(here: QueryPage, selector: str, within: int = 20) -> None:
    """Press Tab until what *selector* finds has the focus."""
    for _press in range(within):
        here.page.keyboard.press("Tab")
        if here.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} has no focus after {within} times Tab, but {here.page.evaluate('document.activeElement.outerHTML.slice(0, 100)')}")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_narrow_window_never_scrolls_sideways(language: str, host: Host, visit: Visit) -> None:
    here, _seen = visit()
    here.page.set_viewport_size({"width": 320, "height": 640})
    here.open(f"{host.url}sparql/index{'' if language == 'da' else '.en'}.html")
    for query in (
        ORDINARY,
        "SELECT * WHERE { ?s ?p ?o }",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        f"SELECT * WHERE {{ {'x' * 200}:y ?p ?o }}",
        "ASK { }",
        f"SELECT ('{'x' * 300}' AS ?{'x' * 60}) WHERE {{ }}",
    ):
        here.ask(query)
        assert here.page.evaluate("document.documentElement.scrollWidth") == 320, query


# beside an endpoint


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_same_page_asks_the_endpoint_where_there_is_one(language: str, site: Path, visit: Visit) -> None:
    here, seen = visit()
    said = table(language, "sparql")
    with serving(site) as server:
        here.page.goto(f"{server.url}sparql/index{'' if language == 'da' else '.en'}.html")
        expect(here.page.get_by_label(said["endpoint"])).to_be_checked()
        expect(here.status).to_have_text(said["ready"])
        for question in questions(ROOT, site):
            here.page.get_by_role("button", name=question.titles[language], exact=True).click()
            here.wait()
            expect(here.mistake).to_be_empty()
            assert rows(here.download("JSON"), QueryResultsFormat.JSON) == rows(question.answer.read_bytes(), QueryResultsFormat.TSV), question.answer.stem
        assert not [address for address in seen.requests if address.endswith(".wasm")]
        here.ask("SELECT *\nWHERE { ?s ?p }")
        expect(here.mistake).to_have_text(f"{said['at'].format(line=2, column=15)} {said['mistake-syntax']}")
        here.ask("SELECT *\nWHERE { ?s a :x }")
        detail = json.loads(_problem(f"{server.endpoint}?query=SELECT%20*%0AWHERE%20%7B%20%3Fs%20a%20%3Ax%20%7D", language))["detail"]
        expect(here.mistake).to_have_text(f"{said['at'].format(line=2, column=14)} {detail.removeprefix('2:14: ')}")
        here.ask("SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 9 0 } VALUES ?y { 1 2 3 4 5 6 7 8 9 0 } ?a ?b ?c . ?d ?e ?f }")
        expect(here.mistake.get_by_role("link")).to_have_attribute("href", f"{server.url}download/all.nq")
        here.ask("CONSTRUCT WHERE { ?s ?p ?o }" + " # long" * 500)
        assert canonical(here.download("Turtle"), RdfFormat.TURTLE) == canonical((site / "download/all.nt").read_bytes(), RdfFormat.N_TRIPLES)
        here.start(RUNAWAY)
        here.at("stop").click()
        expect(here.status).to_have_text(said["stopped"])
        here.page.get_by_label(said["local"]).check()
        here.ask(ORDINARY)
        expect(here.rows).to_have_count(1)
        assert [address for address in seen.requests if address.endswith(".wasm")]
        assert seen.elsewhere(server.url) == set()


def _problem(address: str, language: str) -> bytes:
    with pytest.raises(HTTPError) as told:
        urlopen(Request(address, headers={"Accept-Language": language}))
    with told.value as problem:
        assert problem.headers.get_content_type() == "application/problem+json"
        return problem.read()
