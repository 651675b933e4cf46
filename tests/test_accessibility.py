"""Every kind of page is accessible: axe-core finds nothing in either language, in light and dark, narrow and wide, and colours are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Host
from pagechecks import CONTRAST, RULES, judge
from pagekinds import LIBRARY, PAGES, addresses, published
from playwright.sync_api import Browser, Page

KINDS = 16
LOOKS = ((1280, "light", RULES), (320, "dark", RULES), (320, "light", CONTRAST), (1280, "dark", CONTRAST))
"""Widths in CSS pixels and colour schemes, and the rules to judge by: colours in all four, what else there is where the width is another."""
_CONTRAST = """
([front, back]) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    const probe = document.createElement("i");
    document.body.append(probe);
    probe.className = colour.startsWith("kind-") ? colour : "";
    probe.style.color = colour.startsWith("kind-") ? "var(--kind)" : `var(--${colour})`;
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    probe.remove();
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
    const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [one, other] = [light(front), light(back)];
  return Math.max(one, other) / Math.min(one, other);
}
"""


@pytest.fixture(scope="module")
def host(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with published(site, tmp_path_factory.mktemp("host")) as serving:
        yield serving


@pytest.fixture(scope="module")
def library(library_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with published(library_site, tmp_path_factory.mktemp("host")) as serving:
        yield serving


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page that lets axe-core in."""
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_narrow_or_wide_light_or_dark(address: str, host: Host, page: Page) -> None:
    judged(page, host.url + address)


@pytest.mark.parametrize("address", addresses(LIBRARY, ("de", "en")))
def test_axe_finds_nothing_on_the_pages_of_a_library(address: str, library: Host, page: Page) -> None:
    judged(page, library.url + address)


def judged(page: Page, url: str) -> None:
    page.goto(url)
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
        assert judge(page, rules) == [], (width, scheme)


def test_axe_would_find_what_is_wrong(page: Page, host: Host) -> None:
    page.goto(f"{host.url}index.html")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=icon.svg><h4>x</h4><p style=\"color:var(--line)\">pale</p>')")
    found = " ".join(judge(page))
    assert all(rule in found for rule in ("image-alt", "heading-order", "color-contrast"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_pictures_stand_out_from_the_paper(scheme: str, page: Page, host: Host) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
    page.goto(f"{host.url}index.html")
    for colour in ("ink", "muted", "accent", "good", "warn", "bad", *(f"kind-{number}" for number in range(KINDS))):
        for ground in ("paper", "raised"):
            assert page.evaluate(_CONTRAST, [colour, ground]) >= 4.5, (colour, ground)
