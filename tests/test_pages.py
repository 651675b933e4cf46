"""What pages show: order, groups and names from the shapes, each statement with where it comes from, and the reference pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5rdf  # type: ignore[import-untyped]  # has no types
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple
from workbench import ROOT, SHARED, bynet, make_project, triples, turtle

from publish.build import load_project
from publish.model import OA, OWL, SHACL, SKOS, TYPE, Published, Resource
from publish.pages.sections import SHOWN
from publish.paths import part_path
from publish.presentation import Presentation
from publish.publication import Publication

TENURE = "id/tenure/frank-jensen-eurocities-chair"
THINGS = """\
ex:one
    a def:Thing ;
    rdfs:label "One"@en ;
    def:knows ex:two ;
    rdfs:seeAlso <https://elsewhere.example/thing> ;
    rdfs:comment "Ein Kommentar"@de ;
    def:size 3 ;
.

ex:two
    a def:Thing ;
    rdfs:label "Two"@en ;
.
"""
SHAPES = """\
shapes:Last
    a sh:PropertyGroup ;
    rdfs:label "Elsewhere"@en ;
    rdfs:comment "What others say."@en ;
    sh:order {last} ;
.

shapes:Middle
    a sh:PropertyGroup ;
    rdfs:label "Acquaintances"@en ;
    sh:order 5 ;
.

shapes:Thing
    a sh:NodeShape ;
    sh:property shapes:Thing-knows ;
    sh:property shapes:Thing-other ;
    sh:targetClass def:Thing ;
.

shapes:Thing-knows
    a sh:PropertyShape ;
    sh:group shapes:Middle ;
    sh:message "Name somebody."@en ;
    sh:name "Friend"@en ;
    sh:path def:knows ;
.

shapes:Thing-other
    a sh:PropertyShape ;
    sh:group shapes:Last ;
    sh:message "Name another place."@en ;
    sh:name "Elsewhere"@en ;
    sh:path rdfs:seeAlso ;
.
"""


def page(file: Path) -> Element:
    parsed: Element = html5rdf.parse(file.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    return parsed


def said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def with_class(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if name in (element.get("class") or "").split())


def headings(root: Element) -> list[str]:
    return [said(section.find("h2")) for section in with_class(root, "said")]  # type: ignore[arg-type]  # each has one


def line(root: Element, name: str) -> Element:
    """The line of statements that is called *name*."""
    return next(row for row in root.iter("div") if row.find("dt") is not None and said(row.find("dt")) == name)  # type: ignore[arg-type]


def spoken(triple: Triple) -> str:
    """The language of the value of *triple*."""
    return (triple.object.language or "") if isinstance(triple.object, Literal) else ""


def value_of(triple: Triple) -> str:
    return "" if isinstance(triple.object, Triple) else triple.object.value


def published(root: Path) -> Path:
    ended = bynet("--root", root, "publish", "--out", root / "site")
    assert ended.code == 0, ended.err
    return root / "site"


def graph(site: Path, name: str) -> list[Triple]:
    return triples((site / f"download/{name}.nt").read_bytes(), RdfFormat.N_TRIPLES)


# order, groups, names


MIDDLE_FIRST = ["Acquaintances", "Elsewhere", "More"]


@pytest.mark.parametrize(("last", "order"), [(9, MIDDLE_FIRST), ('"NaN"^^xsd:double', MIDDLE_FIRST), (1, ["Elsewhere", "Acquaintances", "More"])])
def test_groups_stand_in_the_order_of_the_shapes_and_the_rest_comes_last(tmp_path: Path, last: object, order: list[str]) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle(THINGS), "shapes/thing.ttl": turtle(SHAPES.format(last=last))})
    one = page(published(root) / "id/one.html")
    assert headings(one) == order
    assert "What others say." in said(one)


def test_the_sections_of_a_tenure_say_first_what_it_is_about(site: Path) -> None:
    assert headings(page(site / f"{TENURE}.en.html")) == ["In short", "Time", "Reservations", "Support"]
    assert headings(page(site / f"{TENURE}.html")) == ["Kort fortalt", "Tid", "Forbehold", "Belæg"]


def test_calendar_bounds_are_told_apart_from_what_the_source_states(site: Path) -> None:
    time = page(site / "id/when/beijing-cooperation-agreement.en.html")
    assert headings(time) == ["Time", "Normalised time"]
    for name in ("earliest date", "latest date"):
        section = next(section for section in with_class(time, "said") if section.get("id") == "shapes-Group-normalised")
        assert name in said(section)


# a statement


def test_each_statement_has_an_anchor_that_is_the_same_in_every_language_and_as_long_as_it_says_the_same(tmp_path: Path, site: Path) -> None:
    def anchors(file: Path) -> set[str]:
        return {element.get("id") or "" for element in page(file).iter() if re.fullmatch("s-[0-9a-f]{10}", element.get("id") or "")}

    danish, english = anchors(site / f"{TENURE}.html"), anchors(site / f"{TENURE}.en.html")
    assert len(danish & english) == len(danish) - 1 == len(english) - 1  # but for the note, a text of its own in each language
    before = make_project(tmp_path / "before", {"data/things.ttl": turtle(THINGS)})
    after = make_project(tmp_path / "after", {"data/things.ttl": turtle(THINGS.replace("    def:knows", "    def:knows ex:one ;\n    def:knows"))})
    assert anchors(published(before) / "id/one.html") < anchors(published(after) / "id/one.html")


def test_a_derived_statement_says_its_rule_its_premises_and_how_sure_it_is(site: Path) -> None:
    because = line(page(site / "id/city/copenhagen.en.html"), "Member of").find(".//details")
    assert because is not None
    links = {said(link): link.get("href") for link in because.iter("a")}
    assert "Copenhagen is a member of C40" in links
    assert {"../../rules/member-of.en.html", "../../id/membership/copenhagen-c40.en.html"} <= set(links.values())
    assert "confidence" in said(because).casefold()


def test_what_a_source_supports_names_the_place_in_it_and_its_key_words(site: Path) -> None:
    support = said(line(page(site / f"{TENURE}.en.html"), "supported by"))
    assert "“oktober 2012”" in support
    assert "characters 1,707 to 1,783 of The page of the City of Copenhagen about its city networks" in support


def test_dates_are_written_for_people_and_marked_up_for_programs(site: Path) -> None:
    for suffix, words in ((".html", "8.\N{EN DASH}9. oktober 2012"), (".en.html", "8\N{EN DASH}9 October 2012")):
        event = page(site / f"id/event/green-growth-first-meeting{suffix}")
        assert words in said(event)
        times = {element.get("datetime"): said(element) for element in event.iter("time")}
        assert {"2012-10-08", "2012-10-09"} <= times.keys()
        assert not re.search(r"\b\d{4}-\d\d-\d\d\b", said(next(event.iter("main"))))


def test_numbers_have_their_unit_and_their_reservation(site: Path) -> None:
    for suffix, name, words, unit in ((".html", "større end", "120 millioner", "Indbygger"), (".en.html", "greater than", "120 million", "Inhabitant")):
        bound = line(page(site / f"id/quantity/eurocities-inhabitants{suffix}"), name)
        number = next(bound.iter("data"))
        assert (number.get("value"), said(number)) == ("120000000", words)
        assert unit in said(next(with_class(bound, "unit")))


@pytest.mark.parametrize(("path", "state"), [(TENURE, "stated"), ("id/derived/copenhagen-member-of-c40", "derived"), ("def/City", "")])
def test_a_thing_of_the_data_says_whether_it_is_stated_or_derived(site: Path, path: str, state: str) -> None:
    marks = [said(mark) for kinds in with_class(page(site / f"{path}.en.html"), "kinds") for mark in with_class(kinds, "mark")]
    assert marks == [state] * bool(state)


def test_a_derived_statement_shows_the_triple_that_it_is_about(site: Path) -> None:
    statement = page(site / "id/derived/copenhagen-member-of-c40.en.html")
    assert any(said(lead) == "Copenhagen → member of → C40" for lead in with_class(statement, "lead"))


def test_a_text_in_another_language_says_which(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle(THINGS)})
    lead = next(with_class(page(published(root) / "id/one.html"), "lead"))
    assert lead.get("lang") == "de"
    assert said(lead).startswith("Ein Kommentar")


# what points at a thing


def test_what_points_at_a_thing_is_grouped_by_what_it_is_with_its_time(site: Path) -> None:
    copenhagen = page(site / "id/city/copenhagen.en.html")
    groups = {said(group.find("h3")): group for group in with_class(copenhagen, "pointing")}  # type: ignore[arg-type]  # each has one
    assert {"Network event 6", "Network membership 2", "Cooperation agreement 2"} <= groups.keys()
    meeting = next(item for item in groups["Network event 6"].iter("li") if "first meeting in Copenhagen" in said(item))
    assert said(meeting).endswith("8\N{EN DASH}9 October 2012")
    assert [said(role) for role in with_class(groups["Network event 6"], "role")] == ["held in", "organiser"]
    assert list(groups)[-2:] == ["Derived statement 3", "dataset 1"]  # things first, then statements about them, then what describes


def test_only_so_many_things_that_point_at_one_are_shown_and_the_page_says_how_many_there_are(tmp_path: Path) -> None:
    many = SHOWN + 20
    things = "".join(f'ex:t{number}\n    a def:Thing ;\n    rdfs:label "Thing {number}"@en ;\n    def:knows ex:hub ;\n.\n\n' for number in range(many))
    hub = 'ex:hub\n    a def:Thing ;\n    rdfs:label "Hub"@en ;\n.\n'
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle(things + hub)})
    file = published(root) / "id/hub.html"
    group = next(with_class(page(file), "pointing"))
    assert len(list(group.iter("li"))) == SHOWN
    assert f"{SHOWN} of {many} are shown." in said(group)
    assert file.stat().st_size < 50_000


# the landing page


@pytest.mark.parametrize(("licence", "links"), [("https://licences.example/1", 2), ("x-script:alert(1)", 0)])
def test_a_licence_is_a_link_where_it_is_on_the_web(tmp_path: Path, licence: str, links: int) -> None:
    root = make_project(tmp_path / "project", {})
    file = root / "data/dataset.ttl"
    file.write_text(file.read_text().replace("    dcterms:title", f"    dcterms:license <{licence}> ;\n    dcterms:title"))
    front = page(published(root) / "index.html")
    assert [link.get("href") for link in front.iter("a")].count(licence) == links


def test_the_front_page_counts_the_things_of_each_class(site: Path) -> None:
    counted = Counter(str(triple.object).strip("<>").rsplit("/", 1)[-1] for triple in graph(site, "all") if triple.predicate == TYPE)
    front = page(site / "index.en.html")
    figures = {said(item).partition(" ")[2]: int(said(item).partition(" ")[0]) for item in next(with_class(front, "figures"))}
    assert figures["Tenure"] == counted["Tenure"]
    assert figures["Network event"] == counted["NetworkEvent"]
    assert figures["person"] == counted["Person"]
    assert figures["Quantity statement"] == counted["QuantityStatement"]


def test_the_front_page_answers_who_where_and_when_in_words_and_pictures(site: Path) -> None:
    for name in ("index.html", "index.en.html", "da/index.html", "en/index.html"):
        front = page(site / name)
        assert len(list(with_class(front, "picture"))) == 2
        tables = [table for table in front.iter("table") if "files" not in (table.get("class") or "")]
        assert len(tables) >= 3
        assert "Eurocities" in said(tables[0])


# reference pages


def test_every_term_of_the_ontology_is_under_an_anchor_that_is_its_iri_with_how_often_it_is_used(site: Path) -> None:
    kinds = {OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    terms = {
        str(triple.subject).strip("<>")
        for triple in graph(site, "ontology")
        if triple.predicate == TYPE and isinstance(triple.object, NamedNode) and triple.object.value in kinds and "/bynet/def/" in str(triple.subject)
    }
    shown = {term.get("id"): said(term) for term in with_class(page(site / "browse/ontology.en.html"), "term")}
    assert shown.keys() == terms
    data = graph(site, "all")
    for iri in terms:
        used = sum((triple.predicate.value == iri) + (triple.object == NamedNode(iri)) for triple in data)
        assert f"Used in the data: {used} " in shown[iri] + " ", iri
        assert all(value_of(text) in shown[iri] for text in graph(site, "ontology") if text.subject == NamedNode(iri) and is_english_definition(text))


def is_english_definition(triple: Triple) -> bool:
    return triple.predicate.value in {SKOS + "definition", SKOS + "example", SKOS + "scopeNote"} and spoken(triple) == "en"


def test_every_shape_that_checks_something_says_in_words_what_it_demands(site: Path) -> None:
    shapes = graph(site, "shapes")
    nodes = {triple.subject for triple in shapes if triple.predicate.value.startswith(SHACL + "target")}
    shown = {rule.get("id"): said(rule) for rule in with_class(page(site / "browse/shapes.html"), "term")}
    assert shown.keys() == {node.value for node in nodes if isinstance(node, NamedNode)}
    assert "højst: 1" in shown["https://w3id.org/bynet/shapes/Tenure"]
    demanded = nodes | {triple.object for triple in shapes if triple.subject in nodes and triple.predicate.value in {SHACL + "property", SHACL + "sparql"}}
    messages = [value_of(triple) for triple in shapes if triple.subject in demanded and triple.predicate.value == SHACL + "message" and spoken(triple) == "da"]
    assert len(messages) > 100
    for message in messages:
        words = " ".join(re.sub(r"\{\?\w+\}", "…", message).split())
        assert any(words in text for text in shown.values()), message


def test_each_case_of_a_shape_is_published_and_stands_with_what_it_breaks(site: Path, tmp_path: Path) -> None:
    files = sorted((ROOT / "tests/shapes").glob("*/*.ttl"))
    shown = sorted(file.relative_to(site / "browse/cases").with_suffix(".ttl") for file in site.glob("browse/cases/*/*"))
    assert [file.relative_to(ROOT / "tests/shapes") for file in files] == shown
    tenure = next(rule for rule in with_class(page(site / "browse/shapes.en.html"), "term") if rule.get("id") == "https://w3id.org/bynet/shapes/Tenure")
    links = {said(link): (site / "browse" / (link.get("href") or "")).resolve() for link in tenure.iter("a") if "cases" in (link.get("href") or "")}
    assert triples(links["two persons"].read_bytes()) == triples((ROOT / "tests/shapes/tenure/two-persons.ttl").read_bytes())
    assert "conforming" in links
    moved = tmp_path / "site"
    assert bynet("publish", "--out", moved, "--base-iri", "https://data.example.org/").code == 0
    assert "w3id.org/bynet" not in (moved / "browse/cases/tenure/two-persons.txt").read_text(encoding="utf-8")


def test_every_code_stands_in_its_list_with_its_definition(site: Path) -> None:
    text = said(page(site / "browse/codes.html"))
    codes = [triple for triple in graph(site, "codes") if triple.predicate.value in {SKOS + "prefLabel", SKOS + "definition"} and spoken(triple) == "da"]
    assert len(codes) > 100
    assert not [code for code in codes if " ".join(value_of(code).split()) not in text]


def test_the_coverage_shows_every_passage_and_nothing_of_the_source_but_its_key_words(site: Path) -> None:
    passages = {str(triple.subject).strip("<>") for triple in graph(site, "stated") if triple.predicate.value == OA + "hasSource"}
    for suffix in (".html", ".en.html"):
        file = site / f"browse/coverage{suffix}"
        assert passages == {row.get("id") for row in page(file).iter("tr") if row.get("id")}
    if not SHARED.is_dir():
        pytest.skip("../shared is not there: the source cannot be compared")
    source = next((SHARED / "source").glob("*.txt")).read_text(encoding="utf-8")
    words = source.split()
    stretches = [" ".join(words[number : number + 8]) for number in range(len(words) - 8)]
    for file in site.glob("browse/*.html"):
        text = said(page(file))
        assert not [stretch for stretch in stretches if stretch in text], file


def test_a_year_has_what_was_in_it_or_may_have_been(site: Path) -> None:
    years = {section.get("id"): said(section) for section in page(site / "browse/years.en.html").iter("section")}
    assert "The Municipality of Copenhagen and Beijing agreed to cooperate in June 2012" in years["y2012"]
    assert "Frank Jensen was chair of Eurocities" in years["y2011"]  # between a derived beginning and a stated end
    assert "y2020" not in years


def test_every_question_stands_with_what_it_asks_and_what_it_answers(site: Path) -> None:
    shown = page(site / "browse/questions.en.html")
    links = {link.get("href") for link in shown.iter("a")}
    assert {f"../questions/{file.stem}.en.html" for file in (site / "questions").glob("*.rq")} <= links


def test_a_question_shows_its_answer_with_names_and_without_a_column_for_another_language(site: Path) -> None:
    table = next(page(site / "questions/networks-of-copenhagen.html").iter("table"))
    heads = [said(head) for head in table.iter("th")]
    assert not [head for head in heads if head.startswith("?")]
    rows = [[said(cell) for cell in row.iter("td")] for row in table.iter("tr")][1:]
    assert [row[0] for row in rows] == ["C40", "C40", "Eurocities"]
    assert not [cell for row in rows for cell in row if cell.startswith(("http", "https"))]


def test_a_site_leaves_out_the_pages_that_it_has_nothing_for(tmp_path: Path) -> None:
    site = published(make_project(tmp_path / "project", {"data/things.ttl": turtle(THINGS)}))
    assert {file.stem for file in (site / "browse").iterdir()} == {"classes", "ontology", "shapes"}
    links = {link.get("href") for link in page(site / "index.html").iter("a")}
    assert not {"browse/questions.html", "browse/codes.html", "browse/years.html", "browse/coverage.html"} & links


def test_a_dump_in_parts_is_one_line_with_its_parts() -> None:
    publication = Publication(load_project(ROOT))
    whole = Published("download/codes.ttl", "text/turtle", 10, "aa" * 32)
    parts = [Published(part_path(number, "nt"), "application/gzip", 1000 * number, f"{number}{number}" * 32) for number in (1, 2, 3)]
    listed: dict[str, Element] = {}
    for language in ("da", "en"):
        _path, content = Presentation(publication).pages[language].catalogue(Resource(publication.described.iri, (), ()), [whole, *parts])
        (listed[language],) = with_class(html5rdf.parse(content, namespaceHTMLElements=False), "files")
    rows = listed["en"].findall("tbody/tr")
    assert [said(row)[: len(name)] for row, name in zip(rows, ("codes.ttl", "all.nt.gz"), strict=True)] == ["codes.ttl", "all.nt.gz"]
    shown = [(link.get("href"), data.get("value")) for item in rows[1].iter("li") for link, data in zip(item.iter("a"), item.iter("data"), strict=True)]
    assert shown == [(part.path, str(part.size)) for part in parts]
    assert [data.get("value") for data in rows[1].findall("td/data")] == ["6000"]
    assert said(next(rows[1].iter("summary"))) == "all.nt.gz: 3 parts"
    assert said(next(listed["da"].iter("summary"))) == "all.nt.gz: 3 dele"
