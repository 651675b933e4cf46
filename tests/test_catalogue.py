"""The catalogue: valid by the official shapes and by our own, true to the files, the same from release to release, and read by CKAN's own parser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
from official_shapes import held_against, held_alone, needs_shapes, read
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple
from rdflib import Graph
from workbench import EXAMPLE, LIBRARY, ROOT, bynet, canonical, make_project, triples, turtle

from publish.authorities import file_type, language_iri, licence_name
from publish.build import load_project
from publish.catalogue import Catalogue, catalogue_triples, release_triples
from publish.facts import Facts
from publish.model import DCAT, DCTERMS, DQV, FOAF, LABEL, OWL, PROV, SPDX, TYPE, Published, Release
from publish.publication import Publication

BYNET = "https://w3id.org/bynet/"
DATASET = BYNET + "dataset"
VALID = ["shapes", "range", "dcat-ap-SHACL"]
CKAN = Path(os.environ.get("BYNET_CKAN_PYTHON", ROOT / ".venv-ckan/bin/python"))
needs_ckan = pytest.mark.skipif(not CKAN.exists(), reason="CKAN's parser is not installed on this machine: make ckan")

SERVICE = """
<https://example.org/sparql>
    a dcat:DataService ;
    dcat:contactPoint <https://example.org/contact> ;
    dcat:endpointDescription <https://example.org/about-sparql> ;
    dcat:endpointURL <https://example.org/query> ;
    dcat:servesDataset <https://example.org/dataset> ;
    dcterms:conformsTo <http://www.w3.org/TR/sparql11-protocol/> ;
    dcterms:publisher <https://example.org/id/host> ;
    dcterms:title "Questions"@en ;
.

<https://example.org/contact> a vcard:Kind ; vcard:fn "The desk"@en .
<https://example.org/id/host> rdfs:label "The host"@en .
<https://example.org/series>
    a dcat:Dataset, dcat:DatasetSeries ;
    dcterms:description "One a year."@en ;
    dcterms:publisher <https://example.org/id/author> ;
    dcterms:title "Yearly"@en .
<https://example.org/id/author> a foaf:Agent ; rdfs:label "The author"@en .
<https://example.org/id/town> rdfs:label "The town"@en ; owl:sameAs <https://example.com/town>, <https://sws.geonames.org/2618425/> .
<https://example.org/id/hill> rdfs:label "The hill"@en .
"""
PREFIXES = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in {"dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "owl": OWL, "vcard": "http://www.w3.org/2006/vcard/ns#"}.items()
)
RICH = """
<https://example.org/dataset>
    dcat:inSeries <https://example.org/series> ;
    dcat:keyword "water"@en ;
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ;
    dcterms:creator <https://example.org/id/author> ;
    dcterms:spatial <https://example.org/id/hill>, <https://example.org/id/town> .
"""


def catalogue_of(root: Path) -> list[Triple]:
    return catalogue_triples(Publication(load_project(root)).described)


@cache
def described() -> Catalogue:
    """What the catalogue of the project itself is made from, as its first release."""
    return Publication(load_project(ROOT)).described


def made_of(folder: Path, stated: str) -> Catalogue:
    """What the catalogue of a small project is made from, of which *stated* is said too."""
    project = load_project(make_project(folder, {}))
    more = triples(PREFIXES + turtle("") + "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n" + stated)
    return Publication(replace(project, stated=[*project.stated, *more])).described


def graph_of(described: Sequence[Triple]) -> Graph:
    return Graph(bind_namespaces="none").parse(data=pyoxigraph.serialize(described, format=RdfFormat.N_TRIPLES) or b"", format="nt")


def iris(described: Sequence[Triple], predicate: str) -> set[str]:
    return {triple.object.value for triple in described if triple.predicate.value == predicate and isinstance(triple.object, NamedNode)}


def of_class(described: Sequence[Triple], kind: str) -> set[str]:
    return {
        triple.subject.value for triple in described if triple.predicate == TYPE and triple.object == NamedNode(kind) and isinstance(triple.subject, NamedNode)
    }


# --- the official shapes


@needs_shapes
@pytest.mark.parametrize("shapes", VALID)
def test_the_catalogue_breaks_no_official_shape(site: Path, shapes: str) -> None:
    assert not held_against(read(site / "catalog.ttl"), shapes)


@needs_shapes
@pytest.mark.parametrize("shapes", ["shapes_recommended", "deprecateduris"])
def test_the_catalogue_has_all_that_is_recommended_and_nothing_outdated(site: Path, shapes: str) -> None:
    assert not held_alone(read(site / "catalog.ttl"), shapes)


@needs_shapes
def test_of_the_eu_code_lists_only_the_publisher_and_the_checksums_right_name_are_not_met(site: Path) -> None:
    catalogue = read(site / "catalog.ttl")
    found = held_against(catalogue, "mdr-vocabularies.shape")
    # the shape wants https://spdx.org/..., SPDX's own IRI is http://spdx.org/...
    misnamed = {key for key in found if key[0] == "Violation"}
    assert misnamed == {("Violation", checksum, SPDX + "algorithm") for checksum in of_class(triples((site / "catalog.ttl").read_bytes()), SPDX + "Checksum")}
    assert set(found) - misnamed == {("Warning", iri, DCTERMS + "publisher") for iri in (BYNET + "catalog", DATASET)}


@needs_shapes
@pytest.mark.parametrize(
    ("shapes", "remove", "add", "expected"),
    [
        ("shapes", f"<{BYNET}catalog> <{DCTERMS}title>", "", ("Violation", BYNET + "catalog", DCTERMS + "title")),
        ("shapes", f"<{DATASET}> <{DCTERMS}description>", "", ("Violation", DATASET, DCTERMS + "description")),
        ("shapes", "", f'<{BYNET}catalog#all-ttl> <{DCTERMS}issued> "yesterday" .', ("Violation", BYNET + "catalog#all-ttl", DCTERMS + "issued")),
        ("range", f"<{BYNET}> <{TYPE.value}>", "", ("Violation", DATASET, DCAT + "landingPage")),
        ("dcat-ap-SHACL", f"<{BYNET}id/agent/bynet> <{FOAF}name>", "", ("Violation", BYNET + "id/agent/bynet", FOAF + "name")),
        ("dcat-ap-SHACL", "", f"<{DATASET}> <{DCAT}hasVersion> <{BYNET}release/1.0.0/> .", ("Violation", DATASET, DCAT + "hasVersion")),
        ("shapes_recommended", f"<{DATASET}> <{DCAT}contactPoint>", "", ("Warning", DATASET, DCAT + "contactPoint")),
        ("mdr-vocabularies.shape", "", f"<{DATASET}> <{DCTERMS}spatial> <{BYNET}id/city/copenhagen> .", ("Warning", DATASET, DCTERMS + "spatial")),
    ],
)
def test_a_broken_catalogue_is_found(shapes: str, remove: str, add: str, expected: tuple[str, str, str]) -> None:
    lines = [f"{triple} ." for triple in catalogue_triples(described())]
    left = [line for line in lines if not remove or not line.startswith(remove)]
    assert remove == "" or len(left) < len(lines)
    held = held_alone if shapes == "shapes_recommended" else held_against
    assert expected in held(Graph(bind_namespaces="none").parse(data="\n".join([*left, add]), format="nt"), shapes)


@needs_shapes
@pytest.mark.parametrize("shapes", VALID)
def test_the_librarys_catalogue_breaks_no_official_shape(shapes: str) -> None:
    assert not held_against(graph_of(catalogue_of(LIBRARY)), shapes)


@needs_shapes
@pytest.mark.parametrize("shapes", VALID)
@pytest.mark.parametrize("stated", ["", SERVICE, SERVICE + RICH, '<https://example.org/dataset> dcterms:publisher "Me" ; dcterms:creator "You" .'])
def test_whatever_little_is_said_of_a_data_set_its_catalogue_is_valid(tmp_path: Path, stated: str, shapes: str) -> None:
    assert not held_against(graph_of(catalogue_triples(made_of(tmp_path, stated))), shapes)


@needs_shapes
@pytest.mark.parametrize("shapes", VALID)
def test_the_description_of_a_release_is_a_valid_data_set(shapes: str) -> None:
    files = [Published("release/1.0.0/all.ttl", "text/turtle", 1, "ab" * 32), Published("release/1.0.0/changes.rdfp", "application/rdf-patch", 1, "cd" * 32)]
    assert not held_against(graph_of(release_triples(described(), Release("1.0.0", "2026-11-23"), files)), shapes)


# --- our own shapes, for what the official ones do not see

NO_LABEL = (BYNET, "Thing-label")  # the landing page has no label: CKAN would show it instead of the address


def own_findings(catalogue: Sequence[Triple]) -> set[tuple[str, str]]:
    """What the project's own shapes find in its data with *catalogue* beside it: focus node and shape."""
    project = described().project
    _conforms, report, _text = pyshacl.validate(graph_of([*project.data, *catalogue]), shacl_graph=graph_of(project.shapes_graph), inplace=True)
    words = "http://www.w3.org/ns/shacl#"
    rows = report.query(f"SELECT ?focus ?shape {{ ?result <{words}focusNode> ?focus ; <{words}sourceShape> ?shape }}")
    return {(str(row[0]), str(row[1]).rsplit("/", 1)[-1]) for row in rows}


def test_the_catalogue_fulfils_the_projects_own_shapes(site: Path) -> None:
    assert own_findings(triples((site / "catalog.ttl").read_bytes())) == {NO_LABEL}


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "shape"),
    [
        ("catalog", DCTERMS + "title", Literal("No language"), "Dataset-title"),
        ("catalog#all-ttl", DCTERMS + "title", Literal("A second title", language="en"), "Dataset-title"),
        ("catalog#all-ttl", DCTERMS + "modified", Literal("2026-11-23"), "Dataset-modified"),
        ("dataset", DCAT + "keyword", Literal("no language"), "Dataset-keyword"),
    ],
)
def test_our_own_shapes_see_what_the_official_ones_do_not(subject: str, predicate: str, value: Literal, shape: str) -> None:
    fault = Triple(NamedNode(BYNET + subject), NamedNode(predicate), value)
    assert own_findings([*catalogue_triples(described()), fault]) == {NO_LABEL, (BYNET + subject, shape)}


# --- what it says


def test_every_format_of_the_catalogue_says_the_same_without_blank_nodes(site: Path) -> None:
    forms = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}
    said = {extension: canonical((site / f"catalog.{extension}").read_bytes(), form) for extension, form in forms.items()}
    assert said["ttl"] == said["nt"] == said["rdf"] == said["jsonld"]
    assert not [line for line in said["ttl"] if re.search(r"(^| )_:", line)]


def test_each_distribution_is_a_file_of_the_site_to_the_byte(site: Path) -> None:
    facts = Facts(triples((site / "catalog.ttl").read_bytes()))
    files = facts.iris(DATASET, DCAT + "distribution")
    paths = {iri: facts.value(iri, DCAT + "downloadURL").removeprefix(BYNET) for iri in files}
    assert set(paths.values()) == {path.relative_to(site).as_posix() for path in (site / "download").iterdir()} | {"feed.trig"}
    for iri, path in paths.items():
        content = (site / path).read_bytes()
        (checksum,) = facts.iris(iri, SPDX + "checksum")
        assert (facts.value(iri, DCAT + "byteSize"), facts.value(checksum, SPDX + "checksumValue")) == (str(len(content)), sha256(content).hexdigest())
        assert iri == f"{BYNET}catalog#{path.removeprefix('download/').replace('.', '-')}"
        assert {name.language for name in facts.terms(iri, DCTERMS + "title") if isinstance(name, Literal)} == {"da", "en"}


def test_the_catalogue_is_made_of_what_the_data_set_says_and_nothing_for_machines_alone() -> None:
    project, facts = described().project, Facts(catalogue_triples(described()))
    machinery = ("http://www.w3.org/ns/shacl#", "http://purl.org/vocab/vann/")
    own = [triple for triple in project.stated if triple.subject == project.dataset]
    kept = {
        triple
        for triple in own
        if not triple.predicate.value.startswith(machinery) and triple.predicate.value not in {DCTERMS + "spatial", OWL + "versionInfo"}
    }
    assert kept <= set(catalogue_triples(described()))
    assert facts.iris(DATASET, DCTERMS + "spatial") == ["https://sws.geonames.org/2618425/"]  # what the data says is the same city
    assert facts.value(DATASET, DCTERMS + "identifier") == DATASET
    assert facts.iris(DATASET, DCTERMS + "conformsTo") == [BYNET + "def", BYNET + "shapes"]
    assert facts.iris(DATASET, DQV + "hasQualityAnnotation") == [BYNET + "report"]
    assert facts.kinds(BYNET + "report") == {DQV + "QualityAnnotation"}


def test_the_danish_profile_finds_personal_data_and_confidentiality() -> None:
    facts, words = Facts(catalogue_triples(described())), "https://data.gov.dk/model/core/dcat-dk/"
    assert facts.iris(DATASET, words + "personalDataCategory") == ["https://data.gov.dk/concept/core/personaldata-type/GeneralPersonalData"]
    assert facts.iris(DATASET, words + "confidentialityType") == ["https://data.gov.dk/concept/core/confidentiality-type-eu-nato/Public"]


def test_the_build_names_every_source_file_with_its_hash_and_the_software_and_no_clock_time(site: Path) -> None:
    every = triples((site / "catalog.ttl").read_bytes())
    facts, build = Facts(every), BYNET + "catalog#build"
    used = {facts.value(entity, DCTERMS + "identifier"): facts.iris(entity, SPDX + "checksum") for entity in facts.iris(build, PROV + "used")}
    assert {"data/dataset.ttl", "ontology/bynet.ttl", "shapes/dataset.ttl"} <= set(used)
    for path, (checksum,) in used.items():
        assert facts.value(checksum, SPDX + "checksumValue") == sha256((ROOT / path).read_bytes()).hexdigest()
    software = {facts.name(agent, "en").split()[0] for agent in facts.iris(build, PROV + "wasAssociatedWith")}
    assert {"bynet", "pyshacl"} <= software
    assert {triple.subject.value for triple in every if triple.predicate.value == PROV + "wasGeneratedBy" and isinstance(triple.subject, NamedNode)} == {
        DATASET,
        BYNET + "report",
    }
    assert not [triple for triple in every if isinstance(triple.object, Literal) and triple.object.datatype.value.endswith("#dateTime")]


# --- little to go by


def test_a_data_set_with_only_a_title_still_has_a_catalogue_and_nothing_in_it_is_invented(tmp_path: Path) -> None:
    facts = Facts(catalogue_triples(made_of(tmp_path, "")))
    dataset, catalogue = EXAMPLE + "dataset", EXAMPLE + "catalog"
    assert facts.text(catalogue, DCTERMS + "title", "en") == "Catalogue of A dataset"
    assert facts.value(dataset, DCTERMS + "description") == "A dataset"
    assert facts.iris(dataset, DCTERMS + "publisher") == facts.iris(catalogue, DCTERMS + "publisher") == [catalogue + "#publisher"]
    assert facts.text(catalogue + "#publisher", FOAF + "name", "en") == "The publisher of example.org"
    assert facts.iris(dataset, DCTERMS + "language") == ["http://publications.europa.eu/resource/authority/language/ENG"]
    for predicate in (
        DCTERMS + "license",
        DCTERMS + "issued",
        DCTERMS + "modified",
        DCTERMS + "accessRights",
        DCAT + "theme",
        DCAT + "version",
        DCAT + "hasCurrentVersion",
    ):
        assert not facts.terms(dataset, predicate)
    assert not facts.terms(catalogue, DCAT + "themeTaxonomy")
    (some, *_more) = facts.iris(dataset, DCAT + "distribution")
    assert not facts.terms(some, DCTERMS + "issued")


def test_a_publisher_in_words_is_named_by_them(tmp_path: Path) -> None:
    facts = Facts(catalogue_triples(made_of(tmp_path, '<https://example.org/dataset> dcterms:publisher "The baths" .')))
    assert facts.value(facts.value(EXAMPLE + "dataset", DCTERMS + "publisher"), FOAF + "name") == "The baths"


def test_the_creator_stands_in_for_a_publisher_and_is_an_agent_with_a_name(tmp_path: Path) -> None:
    facts = Facts(catalogue_triples(made_of(tmp_path, SERVICE + RICH)))
    (author,) = facts.iris(EXAMPLE + "dataset", DCTERMS + "publisher")
    assert (author, facts.name(author, "en"), [*facts.kinds(author)]) == (EXAMPLE + "id/author", "The author", [FOAF + "Agent"])


def test_the_library_is_catalogued_in_its_own_languages_and_in_english_where_bynet_has_the_words() -> None:
    facts, dataset = Facts(catalogue_of(LIBRARY)), "https://library.example/catalogue"
    assert {str(title) for title in facts.terms(dataset, DCTERMS + "title")} == {'"A village library"@en', '"Eine Dorfbibliothek"@de'}
    assert [str(title) for title in facts.terms("https://library.example/catalog", DCTERMS + "title")] == ['"Catalogue of A village library"@en']
    assert facts.value(dataset, DCAT + "version") == "7"
    assert facts.iris(dataset, DCTERMS + "language") == [language_iri("de"), language_iri("en")]


def test_a_language_or_a_kind_of_file_that_has_no_known_name_gets_none() -> None:
    assert language_iri("en-GB").endswith("/ENG")
    assert language_iri("tlh") == ""
    assert licence_name("http://publications.europa.eu/resource/authority/licence/CC_BYSA_4_0") == "Creative Commons Attribution Share-Alike"
    assert licence_name("http://publications.europa.eu/resource/authority/licence/CC_BYNC_4_0") == licence_name("https://example.org/mine") == ""
    patch = file_type("Application/RDF-Patch; charset=utf-8")
    assert (patch.name, patch.media_type, patch.file_type) == ("RDF Patch", "", "")


# --- services, series, places


def test_a_service_that_the_data_names_is_in_the_catalogue_and_about_what_the_data_is_about(tmp_path: Path) -> None:
    every = catalogue_triples(made_of(tmp_path, SERVICE + RICH))
    facts = Facts(every)
    assert facts.iris(EXAMPLE + "catalog", DCAT + "service") == [EXAMPLE + "sparql"]
    assert facts.value(EXAMPLE + "sparql", DCAT + "keyword") == "water"
    assert facts.iris(EXAMPLE + "sparql", DCAT + "theme") == facts.iris(EXAMPLE + "dataset", DCAT + "theme")
    assert facts.kinds(EXAMPLE + "contact") == {"http://www.w3.org/2006/vcard/ns#Kind"}
    assert ([*facts.kinds(EXAMPLE + "id/host")], facts.value(EXAMPLE + "id/host", FOAF + "name")) == ([FOAF + "Agent"], "The host")


@needs_shapes
def test_a_service_that_says_all_has_all_that_is_recommended(tmp_path: Path) -> None:
    found = held_alone(graph_of(catalogue_triples(made_of(tmp_path, SERVICE + RICH))), "shapes_recommended")
    assert not [focus for _severity, focus, _path in found if focus == EXAMPLE + "sparql"]


def test_a_series_comes_along_with_its_publisher_and_is_no_second_data_set(tmp_path: Path) -> None:
    every = catalogue_triples(made_of(tmp_path, SERVICE + RICH))
    assert of_class(every, DCAT + "DatasetSeries") == {EXAMPLE + "series"}
    assert of_class(every, DCAT + "Dataset") == {EXAMPLE + "dataset"}
    assert iris(every, DCAT + "inSeries") == {EXAMPLE + "series"}


def test_a_place_has_the_name_that_portals_know_where_the_data_says_that_it_is_the_same(tmp_path: Path) -> None:
    facts = Facts(catalogue_triples(made_of(tmp_path, SERVICE + RICH)))
    town, hill = "https://sws.geonames.org/2618425/", EXAMPLE + "id/hill"
    assert set(facts.iris(EXAMPLE + "dataset", DCTERMS + "spatial")) == {town, hill}
    assert (facts.text(town, LABEL.value, "en"), facts.text(hill, LABEL.value, "en")) == ("The town", "The hill")
    assert facts.kinds(hill) == {DCTERMS + "Location"}
    assert not facts.kinds(town)  # what others have named is not ours to type


# --- from release to release

FIRST = (Published("download/all.nt", "application/n-triples", 10, "aa" * 32), Published("download/all.ttl", "text/turtle", 10, "bb" * 32))
LATER = "2027-01-02"


def later() -> Catalogue:
    """The second release: one file has changed, one has not, and one is new; the first one's catalogue is at hand."""
    first = replace(described(), files=FIRST, releases=(Release("1.0.0", "2026-11-23"),))
    changed = (FIRST[0], replace(FIRST[1], sha256="cc" * 32), Published("feed.trig", "application/trig", 10, "dd" * 32))
    date = NamedNode("http://www.w3.org/2001/XMLSchema#date")
    project = first.project
    dated = NamedNode(DCTERMS + "modified")
    stated = [triple for triple in project.stated if triple.subject != project.dataset or triple.predicate != dated]
    now = replace(project, stated=[*stated, Triple(project.dataset, dated, Literal(LATER, datatype=date))])
    releases = (*first.releases, Release("1.1.0", LATER, "1.0.0"))
    return replace(first, project=now, files=changed, releases=releases, earlier=catalogue_triples(first))


def test_a_file_keeps_the_day_it_was_first_published_and_is_modified_when_its_bytes_are() -> None:
    facts, first = Facts(catalogue_triples(later())), "2026-11-23"
    dates = {
        iri.rpartition("#")[2]: (facts.value(iri, DCTERMS + "issued"), facts.value(iri, DCTERMS + "modified"))
        for iri in facts.iris(DATASET, DCAT + "distribution")
    }
    assert dates == {"all-nt": (first, first), "all-ttl": (first, LATER), "feed-trig": (LATER, LATER)}
    assert (facts.value(BYNET + "catalog", DCTERMS + "issued"), facts.value(BYNET + "catalog", DCTERMS + "modified")) == (first, LATER)


def test_what_stays_keeps_its_iri_from_release_to_release() -> None:
    def named(every: Sequence[Triple]) -> set[str]:
        return of_class(every, DCAT + "Distribution") | of_class(every, SPDX + "Checksum") | of_class(every, DCAT + "Dataset")

    second = later()
    assert named(second.earlier) < named(catalogue_triples(second))


def test_releases_are_named_with_date_and_order_but_only_the_data_set_is_a_data_set() -> None:
    every = catalogue_triples(later())
    facts, release = Facts(every), BYNET + "release/1.1.0/"
    assert of_class(every, DCAT + "Dataset") == {DATASET}
    assert facts.iris(DATASET, DCAT + "hasCurrentVersion") == [release]
    assert facts.iris(release, DCAT + "previousVersion") == [BYNET + "release/1.0.0/"]
    assert (facts.value(release, DCTERMS + "issued"), facts.iris(BYNET + "release/1.0.0/", DCAT + "isVersionOf")) == (LATER, [DATASET])


def test_the_description_of_a_release_names_its_own_files_and_what_it_is_a_version_of() -> None:
    second = later()
    release, iri = second.releases[-1], BYNET + "release/1.1.0/"
    files = [Published("release/1.1.0/all.ttl", "text/turtle", 10, "cc" * 32), Published("release/1.1.0/changes.json", "application/json", 10, "ee" * 32)]
    facts = Facts(release_triples(second, release, files))
    assert facts.iris(iri, DCAT + "distribution") == [iri + "#all-ttl", iri + "#changes-json"]
    assert facts.value(iri + "#all-ttl", DCAT + "downloadURL") == BYNET + "release/1.1.0/all.ttl"
    assert facts.text(iri, DCTERMS + "title", "en").endswith(", version 1.1.0")
    ontology = Facts(release_triples(second, release, [Published("release/1.1.0/def.ttl", "text/turtle", 10, "cc" * 32)]))
    assert ontology.text(iri + "#def-ttl", DCTERMS + "title", "en") == "The bynet ontology (Turtle)"
    assert (facts.value(iri, DCAT + "version"), facts.value(iri, DCTERMS + "issued"), facts.value(iri, DCTERMS + "modified")) == ("1.1.0", LATER, LATER)
    assert facts.iris(DATASET, DCAT + "hasVersion") == [iri]
    assert facts.iris(iri, DCAT + "previousVersion") == [BYNET + "release/1.0.0/"]


def test_the_same_makes_the_same_whatever_the_order() -> None:
    first = described()
    turned = replace(first, files=first.files[::-1], sources=first.sources[::-1], software=dict(reversed([*first.software.items()])))
    assert catalogue_triples(turned) == catalogue_triples(first) == catalogue_triples(first)
    assert not [term for triple in catalogue_triples(first) for term in (triple.subject, triple.object) if isinstance(term, BlankNode)]


# --- the real consumer


def harvest(file: Path) -> list[dict[str, object]]:
    """Return what CKAN's own parser makes of a catalogue."""
    answer = subprocess.run([CKAN, Path(__file__).with_name("ckan_harvest.py"), file], capture_output=True, check=True, timeout=120)
    found: list[dict[str, object]] = json.loads(answer.stdout)
    return found


def resources(dataset: dict[str, object]) -> dict[str, dict[str, object]]:
    listed = dataset["resources"]
    assert isinstance(listed, list)
    return {resource["uri"]: resource for resource in listed}


def extras(dataset: dict[str, object]) -> dict[str, str]:
    listed = dataset["extras"]
    assert isinstance(listed, list)
    return {extra["key"]: extra["value"] for extra in listed}


@needs_ckan
@pytest.mark.parametrize("name", ["catalog.rdf", "catalog.ttl", "catalog.jsonld"])
def test_ckan_finds_one_data_set_with_everything_that_its_portals_show(site: Path, name: str) -> None:
    (dataset,) = harvest(site / name)
    facts, told = Facts(triples((site / "catalog.ttl").read_bytes())), extras(dataset)
    assert (told["uri"], dataset["version"], dataset["url"]) == (DATASET, "1.0.0", BYNET)
    assert dataset["title"] == facts.text(DATASET, DCTERMS + "title", "en")
    assert dataset["notes"] == facts.text(DATASET, DCTERMS + "description", "en")
    assert (told["publisher_uri"], told["publisher_name"], told["contact_name"]) == (BYNET + "id/agent/bynet", "bynet", "bynet")
    assert (told["temporal_start"], told["temporal_end"]) == ("2010-10-01", "2015-10-31")
    assert told["spatial_uri"] == "https://sws.geonames.org/2618425/"
    assert dataset["license_id"] == "cc-by"  # CKAN's own register of licences knows it by its name
    tags = dataset["tags"]
    assert isinstance(tags, list)
    assert {tag["name"] for tag in tags} == {keyword.value for keyword in facts.terms(DATASET, DCAT + "keyword") if isinstance(keyword, Literal)}
    files = resources(dataset)
    assert sorted(files) == facts.iris(DATASET, DCAT + "distribution")
    for iri, file in files.items():
        content = (site / str(file["url"]).removeprefix(BYNET)).read_bytes()
        assert (file["hash"], file["size"], file["url"]) == (sha256(content).hexdigest(), len(content), facts.value(iri, DCAT + "downloadURL"))
        assert (file["format"], file["mimetype"]) == (facts.value(iri, DCTERMS + "format"), facts.value(iri, DCAT + "mediaType"))
        assert (file["license"], file["name"]) == (facts.value(DATASET, DCTERMS + "license"), facts.text(iri, DCTERMS + "title", "en"))


@pytest.mark.no_cover
@needs_ckan
def test_ckan_updates_what_it_has_when_a_second_release_is_published_over_the_first(tmp_path: Path) -> None:
    # the harvester knows a data set by its guid, which is its URI, and a resource by its uri (ckanext/dcat/harvesters/rdf.py)
    project, site = tmp_path / "project", tmp_path / "site"
    for folder in ("data", "ontology", "shapes"):
        shutil.copytree(LIBRARY / folder, project / folder)
    release(project, "1.0.0", "2026-01-02", "One")
    publish(project, site)
    (before,) = harvest(site / "catalog.rdf")
    release(project, "1.1.0", "2026-03-04", "Two")
    publish(project, site)
    (after,) = harvest(site / "catalog.rdf")
    assert extras(before)["uri"] == extras(after)["uri"] == "https://library.example/catalogue"
    first, second = resources(before), resources(after)
    assert set(first) == set(second)
    assert (before["version"], after["version"]) == ("1.0.0", "1.1.0")
    hashes = {iri for iri in first if first[iri]["hash"] != second[iri]["hash"]}
    assert {"https://library.example/catalog#all-ttl", "https://library.example/catalog#feed-trig"} <= hashes < set(first)
    dates = {(iri in hashes, str(second[iri]["issued"]), str(second[iri]["modified"])) for iri in second}
    assert dates == {(True, "2026-01-02", "2026-03-04"), (False, "2026-01-02", "2026-01-02")}


def release(project: Path, version: str, day: str, title: str) -> None:
    """Give the library in *project* a version of a day, and another title."""
    file = project / "data/dataset.ttl"
    text = (LIBRARY / "data/dataset.ttl").read_text(encoding="utf-8")
    text = text.replace("    dcterms:issued", f'    dcat:version "{version}" ;\n    dcterms:modified "{day}"^^xsd:date ;\n    dcterms:issued')
    file.write_text(text.replace("A village library", f"A village library, {title}"), encoding="utf-8")


def publish(project: Path, site: Path) -> None:
    ended = bynet("--root", project, "publish", "--out", site)
    assert ended.code == 0, ended.err
