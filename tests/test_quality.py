"""The quality score: what gives points, what takes them, and what it says to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from catalogues import BASE, DATASET, catalogue, without
from pyoxigraph import RdfFormat, Triple
from workbench import ROOT, SHARED, bynet, make_project, turtle

from publish.build import load_project
from publish.dcat_ap import _DUTIES, duties_unmet
from publish.facts import Facts
from publish.model import DCAT, DCTERMS, DQV, FOAF
from publish.publication import Publication
from publish.quality import Indicator, answerable, listing, rating, reached, score, score_triples, summary
from publish.texts import LANGUAGES, table, text
from publish.turtle import Namespaces

FILES = BASE + "catalog#all-"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
NAMESPACES = Namespaces({"ex": BASE, "dcterms": DCTERMS})
SHAPES = SHARED / "conformance/dcat-ap-3.0.1/shapes.ttl"
LIVE = {"access-url-answers", "download-url-answers"}
FORMATS = {"format", "format-vocabulary", "non-proprietary", "machine-readable"}

# for each indicator a catalogue that lacks it, and every indicator that loses its points by that
LACKING: dict[str, tuple[Callable[[], list[Triple]], set[str]]] = {
    "keywords": (lambda: without(DATASET, DCAT + "keyword"), {"keywords"}),
    "categories": (lambda: without(DATASET, DCAT + "theme"), {"categories"}),
    "place": (lambda: without(DATASET, DCTERMS + "spatial"), {"place"}),
    "time": (lambda: without(DATASET, DCTERMS + "temporal"), {"time"}),
    "download-url": (lambda: without(FILES, DCAT + "downloadURL"), {"download-url"}),
    "format": (lambda: without(FILES, DCTERMS + "format"), FORMATS),
    "media-type": (lambda: without(FILES, DCAT + "mediaType"), {"media-type", "format-vocabulary"}),
    "format-vocabulary": (lambda: catalogue(("https://www.iana.org/assignments/media-types/", "https://example.org/")), {"format-vocabulary"}),
    "non-proprietary": (lambda: formats("XLS"), {"non-proprietary"}),
    "machine-readable": (lambda: formats("PNG"), {"machine-readable"}),
    "dcat-ap": (lambda: without(BASE + "catalog", DCTERMS + "description"), {"dcat-ap"}),
    "licence": (lambda: without(FILES, DCTERMS + "license"), {"licence", "licence-vocabulary"}),
    "licence-vocabulary": (
        lambda: catalogue(("http://publications.europa.eu/resource/authority/licence/", "https://example.org/licence/")),
        {"licence-vocabulary"},
    ),
    "access-rights": (lambda: without(DATASET, DCTERMS + "accessRights"), {"access-rights", "access-rights-vocabulary"}),
    "access-rights-vocabulary": (
        lambda: catalogue(("http://publications.europa.eu/resource/authority/access-right/", "https://example.org/access/")),
        {"access-rights-vocabulary"},
    ),
    "contact-point": (lambda: without(DATASET, DCAT + "contactPoint"), {"contact-point"}),
    "publisher": (lambda: without(DATASET, DCTERMS + "publisher"), {"publisher"}),
    "rights": (lambda: without(FILES, DCTERMS + "rights"), {"rights"}),
    "byte-size": (lambda: without(FILES, DCAT + "byteSize"), {"byte-size"}),
    "issued": (lambda: without(FILES, DCTERMS + "issued"), {"issued"}),
    "modified": (lambda: without(FILES, DCTERMS + "modified"), {"modified"}),
}
MANDATORY = sorted(
    (kind, duty.predicate) for kind, duties in _DUTIES.items() for duty in duties if duty.least and kind not in {DCAT + "DatasetSeries", DCAT + "DataService"}
)
INSTANCES = {
    DCAT + "Catalog": BASE + "catalog",
    DCAT + "Dataset": DATASET,
    DCAT + "Distribution": FILES + "ttl",
    FOAF + "Agent": BASE + "id/agent",
    "http://spdx.org/rdf/terms#Checksum": FILES + "ttl-sha256",
}


def formats(code: str) -> list[Triple]:
    return catalogue((FILE_TYPE + "RDF_TURTLE", FILE_TYPE + code), (FILE_TYPE + "RDF_N_TRIPLES", FILE_TYPE + code))


def points(indicators: tuple[Indicator, ...]) -> dict[str, int]:
    return {indicator.name: indicator.points for indicator in indicators}


FULL = score(catalogue(), DATASET)


def test_the_method_has_405_points_in_five_dimensions() -> None:
    sums: dict[str, int] = {}
    for indicator in FULL:
        sums[indicator.dimension] = sums.get(indicator.dimension, 0) + indicator.maximum
    assert sums == {"findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20}
    assert len(FULL) == 23


def test_a_catalogue_with_everything_gets_all_that_files_can_give() -> None:
    assert reached(FULL) == answerable(FULL) == 405 - 80
    assert {indicator.name for indicator in FULL if not indicator.is_full} == LIVE
    assert {indicator.name for indicator in FULL if not indicator.answerable} == LIVE


def test_every_indicator_that_files_can_answer_has_a_catalogue_that_lacks_it() -> None:
    assert set(LACKING) == {indicator.name for indicator in FULL} - LIVE


@pytest.mark.parametrize("name", LACKING)
def test_what_is_lacking_costs_its_points_and_no_others_and_says_what_to_do(name: str) -> None:
    make, lost = LACKING[name]
    found = score(make(), DATASET)
    full = points(FULL)
    assert {other: full[other] - given for other, given in points(found).items() if given != full[other]} == {other: full[other] for other in lost}
    for language in LANGUAGES:
        lines = list(listing(found, NAMESPACES, language))
        assert text(language, "quality.more") in summary(found, language)
        (line,) = (line for line in lines if line.startswith(f"  {text(language, f'quality.{name}')}: "))
        assert text(language, f"advice.{name}") in line
        assert any(NAMESPACES.shorten(iri.split(" ")[0]).strip("<>") in line for indicator in found for iri in indicator.lacking)


def test_what_one_of_two_files_lacks_costs_half_and_names_the_file() -> None:
    half = without(FILES + "nt", DCAT + "byteSize")
    (indicator,) = (indicator for indicator in score(half, DATASET) if indicator.name == "byte-size")
    assert (indicator.points, indicator.maximum, indicator.satisfied, indicator.examined) == (2, 5, 1, 2)  # a half of five, rounded down
    assert indicator.lacking == (FILES + "nt",)


def test_a_data_set_without_files_gets_nothing_for_files() -> None:
    found = score(without(DATASET, DCAT + "distribution"), DATASET)
    assert all(indicator.points == 0 for indicator in found if indicator.name in {"licence", "byte-size", "format", "download-url"})


def test_nothing_said_gets_no_points_and_breaks_nothing() -> None:
    found = score([], DATASET)
    assert reached(found) == 0
    assert len(list(listing(found, NAMESPACES, "en"))) == 5 + 23


@pytest.mark.parametrize(
    ("given", "word"),
    [(405, "excellent"), (351, "excellent"), (350, "good"), (221, "good"), (220, "sufficient"), (121, "sufficient"), (120, "bad"), (0, "bad")],
)
def test_the_words_for_a_score_are_the_methodology_s(given: int, word: str) -> None:
    assert rating(given) == word


def test_the_listing_has_every_dimension_with_its_points() -> None:
    lines = list(listing(FULL, NAMESPACES, "en"))
    assert [line for line in lines if not line.startswith(" ")] == [
        "Findability: 100 of 100",
        "Accessibility: 20 of 100",
        "Interoperability: 110 of 110",
        "Reusability: 75 of 75",
        "Contextuality: 20 of 20",
    ]
    assert "  The access address answers: 0 of 50. Only a live site can show it: publish the files at their addresses." in lines


def test_the_summary_of_full_marks_is_one_line() -> None:
    assert (
        summary(FULL, "en") == "Metadata quality: 325 of the 325 points that files can give: good. The other 80 are given when the addresses answer: excellent."
    )


def test_the_score_is_a_measurement_of_the_data_set_in_the_report() -> None:
    facts = Facts(score_triples(FULL, DATASET, BASE + "report"))
    (measurement,) = facts.iris(BASE + "report", DQV + "hasQualityMeasurement")
    assert facts.value(measurement, DQV + "value") == "325"
    assert facts.iris(measurement, DQV + "computedOn") == [DATASET]
    assert facts.kinds(facts.value(measurement, DQV + "isMeasurementOf")) == {DQV + "Metric"}


def test_the_score_of_our_own_data_set_needs_no_value_of_what_was_written() -> None:
    project = load_project(ROOT)
    assert reached(score(Publication(project).catalogue, project.dataset.value)) == 325


def test_check_says_the_score_and_what_would_raise_it(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": turtle("ex:a\n    a def:Thing ;\n.\n")})
    ended = bynet("--root", root, "check")
    assert ended.out == ""
    (line,) = (line for line in ended.err.splitlines() if line.startswith("Metadata quality:"))
    assert re.match(r"Metadata quality: \d+ of the 325 points .* 'bynet check --score' shows what would raise it\.$", line)
    ended = bynet("--root", root, "check", "--score")
    assert line in ended.err.splitlines()
    assert any(line.startswith("  Keywords: 0 of 30. Give the dataset keywords (dcat:keyword).") for line in ended.out.splitlines())


def test_our_own_data_set_gets_all_that_files_can_give() -> None:
    ended = bynet("--root", ROOT, "check", "--score")
    assert ended.code == 0, ended.err
    assert sum(int(points) for points in re.findall(r"^  .*: (\d+) of \d+", ended.out, re.MULTILINE)) == 325
    assert "Metadata quality: 325 of the 325 points that files can give" in ended.err


def test_what_cannot_be_published_has_no_score(tmp_path: Path) -> None:
    ended = bynet("--root", make_project(tmp_path, {"data/things.ttl": "ex:a"}), "check", "--score")
    assert (ended.code, ended.out) == (1, "")
    assert "Metadata quality" not in ended.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_indicator_has_words(language: str) -> None:
    assert {name for indicator in FULL for name in (indicator.name, indicator.dimension)} <= set(table(language, "quality"))
    assert {indicator.name for indicator in FULL} == set(table(language, "advice"))


def test_full_marks_leave_no_duty_of_dcat_ap_unmet() -> None:
    assert duties_unmet(Facts(catalogue()), DATASET) == []


@pytest.mark.parametrize(("kind", "predicate"), MANDATORY)
def test_what_dcat_ap_demands_is_missed(kind: str, predicate: str) -> None:
    found = duties_unmet(Facts(without(INSTANCES[kind], predicate)), DATASET)
    assert (INSTANCES[kind], predicate) in found


@pytest.mark.parametrize(
    ("old", "new", "thing", "predicate"),
    [
        ('"100"^^xsd:nonNegativeInteger', '"100"^^xsd:decimal', FILES + "ttl", DCAT + "byteSize"),
        ('dcat:version "1.2.0"', 'dcat:version "1.2.0", "1.3.0"', DATASET, DCAT + "version"),
        ('dcterms:issued "2026-01-02"^^xsd:date', 'dcterms:issued "in January"', DATASET, DCTERMS + "issued"),
        ("dcterms:publisher <https://example.org/id/agent>", 'dcterms:publisher "The publishers"', DATASET, DCTERMS + "publisher"),
        (
            "<https://example.org/id/agent> a foaf:Agent",
            "<https://example.org/id/agent> a foaf:Document",
            BASE + "id/agent",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        ),
        ("a dcat:Dataset", "a foaf:Document", DATASET, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        ("dcat:dataset <https://example.org/dataset> ;", "", DATASET, DCAT + "dataset"),
    ],
)
def test_what_has_the_wrong_kind_or_number_is_seen(old: str, new: str, thing: str, predicate: str) -> None:
    assert (thing, predicate) in duties_unmet(Facts(catalogue((old, new))), DATASET)


@pytest.mark.skipif(not SHAPES.is_file(), reason="the official shapes of DCAT-AP are not beside the project")
@pytest.mark.parametrize(("kind", "predicate"), [("", ""), *MANDATORY])
def test_the_official_shapes_miss_the_same(kind: str, predicate: str) -> None:
    given = without(INSTANCES[kind], predicate) if kind else catalogue()
    graph = rdflib.Graph().parse(data=pyoxigraph.serialize(given, format=RdfFormat.N_TRIPLES) or b"", format="nt")
    conforms, _report, _text = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(SHAPES), advanced=True)
    assert conforms is (not duties_unmet(Facts(given), DATASET))
