"""A second publisher, wholly different, with the same code: other things, prefixes and base, a language that bynet does not speak, and looks of its own."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat
from workbench import LIBRARY, bynet, triples

FAUST = "https://library.example/book/faust"


class Spoken(HTMLParser):
    """The texts of a page, each with the language that the nearest lang attribute says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: dict[str, set[str]] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "br", "img", "input", "hr"}:
            self._open.append((tag, dict(attrs).get("lang") or (self._open[-1][1] if self._open else "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.setdefault(data.strip(), set()).add(self._open[-1][1])


def test_the_library_has_no_findings() -> None:
    ended = bynet("--root", LIBRARY, "check")
    assert (ended.code, ended.out) == (0, "")
    assert bynet("--root", LIBRARY, "format", "--check").code == 0


def test_its_rule_derives(library_site: Path) -> None:
    derived = {str(triple) for triple in triples((library_site / "download/derived.nt").read_bytes(), RdfFormat.N_TRIPLES)}
    woyzeck = "https://library.example/book/woyzeck"
    next_to = "https://library.example/terms#nextTo"
    assert derived == {f"<{FAUST}> <{next_to}> <{woyzeck}>", f"<{woyzeck}> <{next_to}> <{FAUST}>"}


def test_its_questions_are_answered(library_site: Path) -> None:
    rows = (library_site / "questions/books-by-shelf.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "?shelf\t?book\t?title\t?pages"
    assert rows[1].split("\t")[1:] == [f"<{FAUST}>", '"Faust"@de', "158"]
    assert len(rows) == 4
    assert '"boolean":true' in (library_site / "questions/is-anything-lent-out.srj").read_text(encoding="utf-8").replace(" ", "")


def test_its_pages_are_in_its_languages(library_site: Path) -> None:
    assert {path.name for path in library_site.glob("index*")} == {"index.html", "index.en.html"}
    german, english = ((library_site / f"book/faust{suffix}").read_text(encoding="utf-8") for suffix in (".html", ".en.html"))
    assert "erste Zeile" in german
    assert "steht auf" in german
    assert "stands on" in english
    assert "erste Zeile" not in english


@pytest.mark.parametrize(("page", "spoken"), [("book/faust.html", {"de"}), ("book/faust.en.html", {"de"})])
def test_a_german_text_is_marked_as_german(library_site: Path, page: str, spoken: set[str]) -> None:
    texts = Spoken((library_site / page).read_text(encoding="utf-8")).texts
    (poem,) = (languages for text, languages in texts.items() if text.startswith("Habe nun"))
    assert poem == spoken


def test_german_names_and_the_words_around_them_are_german(library_site: Path) -> None:
    texts = Spoken((library_site / "book/faust.html").read_text(encoding="utf-8")).texts
    assert [texts[word] for word in ("Dramen", "Theater", "Buch", "steht auf")] == [{"de"}] * 4
    assert texts["Als Daten:"] == {"de"}
    assert "As data:" not in texts


def test_the_menu_of_languages_names_each_language_itself(library_site: Path) -> None:
    texts = Spoken((library_site / "index.html").read_text(encoding="utf-8")).texts
    assert texts["English"] == {"en"}
    assert texts["Deutsch"] == {"de"}


def test_its_dataset_is_described_on_its_front_page(library_site: Path) -> None:
    page = (library_site / "index.html").read_text(encoding="utf-8")
    assert "<h1>Eine Dorfbibliothek</h1>" in page
    assert "Bücher und die Regale" in page
    assert "w3id.org/bynet" not in page.casefold()


def test_its_things_are_shown_by_the_command(tmp_path: Path) -> None:
    ended = bynet("--root", LIBRARY, "show", "faust", cwd=tmp_path)
    assert ended.code == 0
    assert "t:standsOn shelf:drama ;" in ended.out
    assert bynet("--root", LIBRARY, "query", "ASK { book:faust t:nextTo book:woyzeck }", "--on", "derived").out == "yes\n"
