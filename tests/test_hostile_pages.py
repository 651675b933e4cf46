"""Data that mean harm are shown on pages as what they are: nothing runs, nothing leaves the page's frame, no page breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Host, Seen, browser, plain_host, watch
from pagechecks import too_wide
from playwright.sync_api import BrowserContext, Page
from workbench import BAD_INPUTS, bynet, make_project

PREFIXES = """\
@prefix def: <https://example.org/def/> .
@prefix ex: <https://example.org/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

"""
SCRIPT = "</script></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)>"
LABELS = {
    "attribute": '" onmouseover=alert(3) autofocus onfocus=alert(4) x="\' onfocus=alert(5)',
    "bidi": "\u202egnp.exe\u2066 left \u2067 right and never closed",
    "entity": "&lt;b&gt;&amp;amp;&#60;script&#62;",
    "long": "label " * 2_000,
    "prototype": "__proto__",
    "script": SCRIPT,
    "template": "{{ 7 * 7 }}{% raw %}${alert(6)}",
    "word": "x" * 10_000,
}
IRIS = (  # javascript: and its like are refused before
    "x-script:alert(7)",
    "intent:open#Intent;end",
    "tel:112",
    "https://example.com/%22%3E%3Cscript%3E",
)
CASES = (
    *("T03-crlf-long-string", "T25-langtag-case", "T29-nfc-nfd", "T35-xmlliteral-lol", "T39-integer-5000", "T45-normalise"),
    *("T47-long-iri", "T53-list-cycle", "T73-duration-bomb"),
)
_STRANGERS = """
() => {
  const leading = [...document.querySelectorAll("a, area, form, iframe, object, embed")].map((node) => node.protocol ?? "");
  return leading.filter((found) => !/^(https?:)?$/.test(found));
}
"""
_HARMED = "() => document.querySelectorAll('main :is(script, img, iframe, object, [onfocus], [onmouseover], [onerror], [autofocus])').length"


def thing(name: str, label: str) -> str:
    text = json.dumps(label)
    links = "".join(f"    def:knows <{iri}> ;\n" for iri in (*IRIS, "https://example.org/id/script"))
    return f"ex:{name}\n    a def:Thing ;\n    rdfs:comment {text}@en ;\n    rdfs:label {text}@en ;\n{links}    def:size {text} ;\n.\n"


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with browser() as running:
        made = running.new_context()
        yield made
        made.close()


def published(root: Path, out: Path) -> list[str]:
    """Publish the project in *root* to *out*, and return its pages."""
    ended = bynet("--root", root, "publish", "--out", out)
    assert ended.code == 0, ended.err
    return sorted(file.relative_to(out).as_posix() for file in out.rglob("*.html"))


def harmless(page: Page, seen: Seen, host: Host, address: str) -> None:
    """See that the page at *address* shows what it has and does nothing else."""
    page.goto(host.url + address)
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == [], (address, width)
    assert page.locator("h1").count() == 1, address
    assert page.evaluate(_STRANGERS) == [], address
    if not address.startswith(("search/", "sparql/")):
        assert page.evaluate(_HARMED) == 0, address
    assert (seen.said, seen.failed, seen.errors, seen.elsewhere(host.url)) == ([], [], [], set()), address


def test_labels_and_iris_that_mean_harm_are_shown_and_never_run(context: BrowserContext, tmp_path: Path) -> None:
    things = "\n".join(thing(name, label) for name, label in sorted(LABELS.items()))
    root = make_project(tmp_path / "project", {"data/things.ttl": PREFIXES + things})
    pages = published(root, tmp_path / "site")
    page, seen = context.new_page(), watch(context)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    with plain_host(tmp_path / "site") as host:
        for address in pages:
            harmless(page, seen, host, address)
        page.goto(f"{host.url}id/script.html")
        assert page.locator("h1").inner_text() == SCRIPT
        page.goto(f"{host.url}id/prototype.html")
        assert page.locator("h1").inner_text() == "__proto__"
        page.goto(f"{host.url}id/bidi.html")
        order = page.locator("h1").evaluate("title => getComputedStyle(title).unicodeBidi")
        assert order in {"isolate", "plaintext", "isolate-override"}
    page.close()


@pytest.mark.skipif(not BAD_INPUTS.is_dir(), reason="the hostile inputs are not beside the project")
def test_hostile_files_make_pages_that_hold(context: BrowserContext, tmp_path: Path) -> None:
    bad = {case: (BAD_INPUTS / f"{case}.ttl").read_bytes() for case in CASES}
    files: dict[str, str | bytes] = {
        f"data/{case}.ttl": content.replace(b"http://ex.org/", f"https://example.org/{case}/".encode()) for case, content in bad.items()
    }
    described = "".join(f'<https://example.org/{case}/p>\n    rdfs:label "p"@en ;\n.\n\n' for case in CASES)
    files["ontology/cases.ttl"] = f"@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n{described}"
    pages = published(make_project(tmp_path / "project", files), tmp_path / "site")
    page, seen = context.new_page(), watch(context)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    with plain_host(tmp_path / "site") as host:
        for address in pages:
            harmless(page, seen, host, address)
    page.close()
    assert len(pages) > 2 * len(CASES)
