"""The published site in a real browser: quiet, light and still, never wider than its window, whole without scripts, and in the hand of a keyboard."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Host, Seen, watch
from pagechecks import FOCUSED, REACHABLE, SPACED, shifted, stored, too_wide
from pagekinds import FOLDER, LIBRARY, PAGES, UNSCRIPTED, addresses, published
from playwright.sync_api import Browser, Page, expect

from publish.texts import table

CITY = "id/city/copenhagen"
WIDTHS = (320, 390, 640, 820, 1440)
"""CSS pixels; 640 is a window of 1280 at 200 %."""
STYLES = (("", WIDTHS), (SPACED, WIDTHS), ("html { font-size: 200% }", (640, 820, 1440)))
EDITOR = 0.01
"""How much the editor of the query page may move as it fills; what people notice begins at ten times that."""
WALKED = ("index.en.html", f"{CITY}.en.html", "search/index.html", "questions/who-is-connected.html", "browse/coverage.en.html")

Visit = Callable[..., tuple[Page, Seen]]


@pytest.fixture(scope="module")
def host(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with published(site, tmp_path_factory.mktemp("host")) as serving:
        yield serving


@pytest.fixture(scope="module")
def library(library_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with published(library_site, tmp_path_factory.mktemp("host")) as serving:
        yield serving


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Gives new visitors, with what a browser's context may be told."""
    contexts = []

    def arrive(**options: Any) -> tuple[Page, Seen]:  # noqa: ANN401  # what a browser's context takes
        contexts.append(chromium.new_context(**options))
        return contexts[-1].new_page(), watch(contexts[-1])

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """One page for all who only look, which styles may be added to."""
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def unscripted(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def look(page: Page, seen: Seen, url: str) -> None:
    """Go to *url* and see that it comes quietly: no mistake, no word on the console, nobody else asked, nothing kept, nothing moved."""
    page.goto(url)
    expect(page.locator("main")).to_be_visible()
    assert shifted(page) <= (EDITOR if "/sparql/" in url else 0)
    assert (seen.failed, seen.said, seen.breaches, seen.errors, seen.elsewhere(url)) == ([], [], [], [], set())
    assert stored(page) == {"cookie": "", "local": [], "session": []}
    assert page.context.cookies() == []


# every kind of page


@pytest.mark.parametrize("address", PAGES)
def test_a_page_comes_quietly_with_few_requests_and_never_moves(address: str, host: Host, visit: Visit) -> None:
    page, seen = visit(viewport={"width": 1440, "height": 900} if address.endswith(".en.html") else {"width": 390, "height": 844})
    look(page, seen, host.url + address)
    if "search/" not in address and "sparql/" not in address:
        assert len(seen.requests) <= 5


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_never_wider_than_its_window(address: str, host: Host, page: Page) -> None:
    page.goto(host.url + address)
    widths_hold(page)


def widths_hold(page: Page) -> None:
    """See that *page* does not scroll sideways: at any width, with the text spaced, with the text twice as large."""
    for style, widths in STYLES:
        if style:
            page.add_style_tag(content=style)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            assert too_wide(page) == [], (width, style)


@pytest.mark.parametrize("address", UNSCRIPTED)
def test_without_scripts_a_page_says_the_same_and_shows_no_idle_button(address: str, host: Host, page: Page, unscripted: Page) -> None:
    for visitor in (page, unscripted):
        visitor.goto(host.url + address)
    shown = page.locator("main button:visible").all_inner_texts()
    text = whole_text(page)
    for button in shown:
        text = text.replace(button, "", 1)
    assert unscripted.locator("button:visible").count() == 0
    assert unscripted.locator("figure svg").count() == unscripted.locator("figure.picture").count()
    assert whole_text(unscripted).split() == text.split()


def whole_text(page: Page) -> str:
    """The text of a page as people see it, with what opens open."""
    text: str = page.locator("main").evaluate("main => { for (const part of main.querySelectorAll('details')) part.open = true; return main.innerText; }")
    return text


def test_without_scripts_what_is_folded_opens_and_pictures_lead_on(host: Host, visit: Visit) -> None:
    page, _seen = visit(java_script_enabled=False)
    page.goto(f"{host.url}{CITY}.en.html")
    page.locator("main summary").first.click()
    expect(page.locator("main details").first.locator("dl")).to_be_visible()
    page.goto(f"{host.url}index.en.html")
    page.locator("figure.picture svg a", has_text="Copenhagen").last.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/id/" in page.url


# the keyboard


@pytest.mark.parametrize("address", WALKED)
def test_a_keyboard_alone_reaches_everything_in_order_and_shows_where_it_is(address: str, host: Host, visit: Visit) -> None:
    page, _seen = visit(reduced_motion="reduce")
    page.goto(host.url + address)
    if "search/" in address:
        expect(page.locator("#wanted")).to_be_focused()
    count: int = page.evaluate(REACHABLE)
    assert count > 10
    page.locator("a.skip").focus()
    for number in range(1, count):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        assert found, number
        assert found["number"] == number, found
        assert found["marked"], found
        assert found["inside"], found


@pytest.mark.parametrize("address", ["index.html", f"{CITY}.en.html", "sparql/index.html", "404.html"])
def test_the_first_stop_skips_to_what_the_page_is_about(address: str, host: Host, visit: Visit) -> None:
    page, _seen = visit()
    page.goto(host.url + address)
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main, footer'))")


def test_nothing_moves_for_those_who_want_it_still(host: Host, visit: Visit) -> None:
    page, _seen = visit(reduced_motion="reduce")
    page.goto(f"{host.url}index.html")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "smooth"


# from page to page


@pytest.mark.parametrize("address", ["index.html", "da/index.html", f"{CITY}.html", "browse/ontology.html", "browse/years.html", "sparql/index.html"])
def test_the_other_language_is_at_the_same_place(address: str, host: Host, visit: Visit) -> None:
    page, _seen = visit()
    page.goto(host.url + address)
    place = page.evaluate("[...document.querySelectorAll('main [id]')].at(-1).id")
    page.goto(f"{host.url}{address}#{place}")
    page.locator(".languages a").click()
    page.wait_for_url(f"**#{place}")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url == f"{host.url}{address.replace('da/', 'en/') if address.startswith('da/') else address.replace('.html', '.en.html')}#{place}"
    page.locator(".languages a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{host.url}{address}#{place}")


def test_the_other_language_searches_for_the_same(host: Host, visit: Visit) -> None:
    page, _seen = visit()
    page.goto(f"{host.url}search/index.html?q=eurocities")
    page.locator(".languages a").click()
    page.wait_for_url("**/index.en.html?q=eurocities")
    expect(page.locator("#results li").first).to_be_visible()


@pytest.mark.parametrize("address", ["index.en.html", "en/index.html", f"{CITY}.en.html", "release/1.0.0/index.en.html", "catalog.en.html"])
def test_a_slash_leads_to_the_search_from_any_depth(address: str, host: Host, visit: Visit) -> None:
    page, seen = visit()
    page.goto(host.url + address)
    page.keyboard.press("/")
    field = page.locator("#site-search")
    expect(field).to_be_focused()
    page.keyboard.type("kobenhavn/")
    expect(field).to_have_value("kobenhavn/")
    page.keyboard.press("Enter")
    expect(page.locator("#results a").first).to_have_text("Copenhagen")
    assert page.url.startswith(f"{host.url}search/index.en.html?q=")
    assert seen.elsewhere(host.url) == set()


def test_what_is_not_there_is_told_at_any_depth_with_ways_on(host: Host, visit: Visit) -> None:
    for address in ("nothing", "id/city/nowhere", "a/b/c/d/e"):
        page, seen = visit()
        answer = page.goto(host.url + address)
        assert answer is not None
        assert answer.status == 404
        for language in ("da", "en"):
            expect(page.get_by_text(table(language, "page")["not-found"]).first).to_be_visible()
        page.locator("main a").first.click()
        expect(page.locator("#wanted")).to_be_visible()
        assert len(seen.failed) == 1
        assert page.url.startswith(f"{host.url}search/")


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_iri_is_copied_and_it_says_so(language: str, host: Host, visit: Visit) -> None:
    page, _seen = visit(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{host.url}{CITY}{'' if language == 'da' else '.en'}.html")
    page.locator("button[data-copy]").click()
    expect(page.locator(".iri [role=status]")).to_have_text(table(language, "page")["copied"])
    assert page.evaluate("navigator.clipboard.readText()") == f"https://w3id.org/bynet/{CITY}"


# on paper


@pytest.mark.parametrize("address", ["index.en.html", f"{CITY}.html", "questions/who-is-connected.html"])
def test_paper_has_the_page_and_no_menus(address: str, host: Host, visit: Visit, tmp_path: Path) -> None:
    page, _seen = visit(color_scheme="dark")
    page.goto(host.url + address)
    page.emulate_media(media="print")
    for menu in ("header nav", "header form", ".languages", "footer ul", ".skip", "button"):
        assert all(not element.is_visible() for element in page.locator(menu).all()), menu
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    paper = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert paper.startswith(b"%PDF-")
    assert 1 <= paper.count(b"/Type /Page\n") <= 12
    if program := shutil.which("pdftotext"):
        text = subprocess.run([program, tmp_path / "page.pdf", "-"], capture_output=True, check=True).stdout.decode()
        assert page.locator("h1").inner_text() in " ".join(text.split())


# another publisher


@pytest.mark.parametrize("address", addresses(LIBRARY, ("de", "en")))
def test_a_library_has_pages_as_quiet_and_as_narrow(address: str, library: Host, visit: Visit) -> None:
    page, seen = visit(bypass_csp=True, viewport={"width": 390, "height": 844})
    look(page, seen, library.url + address)
    widths_hold(page)


def test_the_host_has_the_site_where_its_base_says(host: Host) -> None:
    assert host.url.endswith(f"/{FOLDER}/")
