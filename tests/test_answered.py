"""Answers as pages show them: what each column is called, what is left out because it is said already, and which answers stand on the front page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from workbench import ROOT, bynet, make_project, turtle

QUESTIONS = sorted((ROOT / "ontology/questions").glob("*.rq"))
ENDINGS = {"da": ".html", "en": ".en.html"}
HEAD = "# title@en: What?\n# description@en: Whatever.\n"
PREFIXES = "PREFIX def: <https://example.org/def/>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n\n"
THINGS = turtle(
    """\
ex:one
    a def:Thing ;
    rdfs:comment "Eins"@de ;
    rdfs:comment "One and only"@en ;
    rdfs:label "Ding"@de ;
    rdfs:label "One"@en ;
    def:size 1 ;
.

ex:two
    a def:Thing ;
    rdfs:comment "Zwei"@de ;
    rdfs:label "Two"@en ;
    def:size 2 ;
.
"""
)


class Tables(HTMLParser):
    """The tables of a page, each as rows of cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[list[str]]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.rows.append([])
        elif tag == "tr":
            self.rows[-1].append([])
        elif tag in {"td", "th"}:
            self.rows[-1][-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1][-1] += data


def table(page: Path) -> list[list[str]]:
    """The first table of a page, its heading among the rows."""
    return [[cell.strip() for cell in row] for row in Tables(page.read_text(encoding="utf-8")).rows[0]]


def answer(folder: Path, query: str, head: str = "") -> list[list[str]]:
    """The answer to *query* as the page of a small project shows it."""
    root = make_project(folder / "project", {"data/things.ttl": THINGS, "ontology/questions/q.rq": HEAD + head + PREFIXES + query + "\n"})
    ended = bynet("--root", root, "publish", "--out", folder / "site")
    assert ended.code == 0, ended.err
    return table(folder / "site/questions/q.html")


@pytest.mark.parametrize("language", ENDINGS)
@pytest.mark.parametrize("name", [file.stem for file in QUESTIONS])
def test_every_column_of_our_questions_is_called_something(name: str, language: str, site: Path) -> None:
    page = (site / f"questions/{name}{ENDINGS[language]}").read_text(encoding="utf-8")
    columns, *rows = table(site / f"questions/{name}{ENDINGS[language]}")
    assert [column for column in columns if not column or column.startswith("?") or column[0].islower()] == []
    assert columns == sorted(set(columns), key=columns.index) or name == "competing-figures"  # which holds two figures side by side
    assert {len(row) for row in rows} == {len(columns)}
    assert not re.search(r"<th[^>]* lang=", page)
    other = next(iter(ENDINGS.keys() - {language}))
    assert not re.search(rf'<td><bdi lang="{other}"', page) or name == "other-names"  # whose names are in the language in which they are names


def test_our_questions_are_published_with_what_their_columns_hold(site: Path) -> None:
    published = (site / "questions/agreements-and-events.rq").read_text(encoding="utf-8")
    assert published == (ROOT / "ontology/questions/agreements-and-events.rq").read_text(encoding="utf-8")
    assert "# ?fact@da: Hvad\n" in published


def test_the_front_page_shows_the_featured_answers_in_their_order(site: Path, library_site: Path) -> None:
    shown = [[rows[0] for rows in Tables((site / page).read_text(encoding="utf-8")).rows] for page in ("index.html", "index.en.html")]
    assert [columns[0] for columns in shown[0][:3]] == ["Netværk", "Person", "Hvad"]
    assert [columns[0] for columns in shown[1][:3]] == ["Network", "Person", "What"]
    assert table(library_site / "index.html")[0] == ["Regal", "Buch", "Seiten"]
    assert table(library_site / "index.en.html")[0] == ["Shelf", "Book", "Title in German", "Pages"]


def test_the_tenth_answer_stands_after_the_second(tmp_path: Path) -> None:
    head = "# ?thing@en: Place {0}\n# featured: {0}\n"
    query = PREFIXES + "SELECT ?thing WHERE { ?thing a def:Thing ; rdfs:label ?name } ORDER BY ?thing\n"
    questions = {f"ontology/questions/{name}.rq": HEAD + head.format(place) + query for name, place in (("a", 10), ("b", 2))}
    root = make_project(tmp_path / "project", {"data/things.ttl": THINGS, **questions})
    assert bynet("--root", root, "publish", "--out", tmp_path / "site").code == 0
    assert [rows[0] for rows in Tables((tmp_path / "site/index.html").read_text(encoding="utf-8")).rows[:2]] == [["Place 2"], ["Place 10"]]


def test_a_column_is_called_as_the_head_says_else_as_what_binds_it(tmp_path: Path) -> None:
    query = "SELECT ?thing ?size ?half WHERE { ?thing a def:Thing ; def:size ?size . ?thing rdfs:label ?label BIND(?size / 2 AS ?half) } ORDER BY ?size"
    columns, *rows = answer(tmp_path, query, "# ?half@en: One half\n")
    assert columns == ["Thing", "Size", "One half"]
    assert ["One", "1", "0.5"] in rows


def test_a_text_in_another_language_is_left_out_only_where_the_same_is_beside_it_each_time(tmp_path: Path) -> None:
    # the second thing has a comment in German only: the column stays
    query = """SELECT ?thing ?commentDe ?commentEn WHERE {
  ?thing rdfs:comment ?commentDe FILTER(LANG(?commentDe) = "de")
  OPTIONAL { ?thing rdfs:comment ?commentEn FILTER(LANG(?commentEn) = "en") }
} ORDER BY ?thing"""
    _columns, *rows = answer(tmp_path / "some", query)
    assert rows == [["One", "Eins", "One and only"], ["Two", "Zwei", ""]]
    _columns, *rows = answer(tmp_path / "all", query.replace("OPTIONAL", ""))
    assert rows == [["One", "One and only"]]


def test_a_text_of_another_thing_is_no_translation(tmp_path: Path) -> None:
    query = """SELECT ?comment ?label WHERE {
  ?thing rdfs:comment ?comment FILTER(LANG(?comment) = "de")
  ?thing rdfs:label ?label FILTER(LANG(?label) = "en")
} ORDER BY ?comment"""
    assert answer(tmp_path, query)[1:] == [["Eins", "One"], ["Zwei", "Two"]]


def test_rows_that_differ_in_a_language_alone_are_one(tmp_path: Path) -> None:
    query = 'SELECT ?thing ?name WHERE { ?thing def:size ?size . VALUES ?name { "X"@de "X"@en "Y"@de } } ORDER BY ?thing ?name'
    assert answer(tmp_path, query)[1:] == [["One", "X"], ["One", "Y"], ["Two", "X"], ["Two", "Y"]]
    page = (tmp_path / "site/questions/q.html").read_text(encoding="utf-8")
    assert "<td><bdi>X</bdi></td>" in page
    assert '<bdi lang="de">X</bdi>' not in page
