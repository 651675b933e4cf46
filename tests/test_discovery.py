"""What machines look for: VoID, schema.org, typed links, link set, sitemap, robots.txt."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pyoxigraph
import pytest
import rdflib
from catalogues import BASE, DATASET, catalogue, without
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, RdfFormat, Store, Triple
from workbench import ROOT, make_project, turtle

from publish.build import load_project
from publish.discovery import LINKSET, LINKSET_TYPE, Link, Place, dataset_links, linkset, resource_links, robots, sitemap
from publish.facts import Facts
from publish.model import DCAT, DCTERMS, VOID, Project
from publish.schemaorg import schema_org
from publish.sparql import load
from publish.statistics import statistics
from publish.turtle import Namespaces
from publish.void import Described, void_triples

FACTS = Facts(catalogue())
HOST = "https://host.example.net/data/"
HERE = Place(BASE, HOST, ("da", "en"), DATASET)
SCHEMA = "https://schema.org/"
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
# IANA's registry of link relations, as far as FAIR Signposting uses it
RELATIONS = {"author", "cite-as", "collection", "describedby", "describes", "item", "license", "linkset", "type"}
NAMES = ("all", "stated", "derived", "ontology")
DUMPS = ("download/all.trig", "download/all.nq", *(f"download/{name}.{form}" for name in NAMES for form in ("jsonld", "nt", "ttl")))


# VoID


def graphs_of(project: Project) -> dict[str, Sequence[Triple]]:
    return {"all": project.data, "stated": project.stated, "derived": project.derived}


def described(project: Project) -> Described:
    numbers = statistics(graphs_of(project), project.base)
    return Described(project.base, project.dataset, numbers, Facts(project.data), project.triples("ontology"), DUMPS, Namespaces(project.prefixes))


@cache
def our_project() -> Project:
    return load_project(ROOT)


@cache
def our_void() -> tuple[Triple, ...]:
    return tuple(void_triples(described(our_project())))


def number(store: Store, query: str) -> int:
    answer = store.query(query)
    assert isinstance(answer, QuerySolutions)
    (row,) = answer
    value = row[0]
    assert isinstance(value, Literal)
    return int(value.value)


def count_of(node: str, name: str) -> int:
    return int(Facts(our_void()).value(node, VOID + name))


COUNTS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "entities": 'SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "https://w3id.org/bynet/")) }',
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s a ?o }",
}


@pytest.mark.parametrize("part", ["all", "stated", "derived"])
@pytest.mark.parametrize("name", COUNTS)
def test_the_counts_of_void_are_those_of_sparql(name: str, part: str) -> None:
    store = load(graphs_of(our_project())[part])
    node = our_project().dataset.value if part == "all" else f"{our_project().base}void#graph/{part}"
    assert count_of(node, name) == number(store, COUNTS[name])


def test_every_class_and_property_has_a_partition_with_sparql_s_counts() -> None:
    store, facts = load(our_project().data), Facts(our_void())
    parts = {facts.value(part, VOID + "class"): part for part in facts.iris(our_project().dataset.value, VOID + "classPartition")}
    assert set(parts) == rows(store, "SELECT DISTINCT ?c { ?s a ?c }")
    for kind, part in parts.items():
        assert count_of(part, "entities") == number(store, f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{kind}> }}")
        assert count_of(part, "triples") == number(store, f"SELECT (COUNT(*) AS ?n) {{ ?s a <{kind}> ; ?p ?o }}")
        (example,) = facts.iris(part, VOID + "exampleResource")
        assert example == min(rows(store, f"SELECT ?s {{ ?s a <{kind}> }}"))
        assert example in facts.iris(our_project().dataset.value, VOID + "exampleResource")
    parts = {facts.value(part, VOID + "property"): part for part in facts.iris(our_project().dataset.value, VOID + "propertyPartition")}
    assert set(parts) == rows(store, "SELECT DISTINCT ?p { ?s ?p ?o }")
    for name, part in parts.items():
        assert count_of(part, "triples") == number(store, f"SELECT (COUNT(*) AS ?n) {{ ?s <{name}> ?o }}")
        assert count_of(part, "distinctSubjects") == number(store, f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s <{name}> ?o }}")
        assert count_of(part, "distinctObjects") == number(store, f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ ?s <{name}> ?o }}")


def rows(store: Store, query: str) -> set[str]:
    answer = store.query(query)
    assert isinstance(answer, QuerySolutions)
    return {term.value for row in answer if isinstance(term := row[0], NamedNode)}


def test_links_to_others_are_counted_by_predicate_and_place() -> None:
    store, facts = load(our_project().data), Facts(our_void())
    found = {}
    for part in facts.pointing("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", VOID + "Linkset"):
        predicate, space = facts.value(part, VOID + "linkPredicate"), facts.value(facts.value(part, VOID + "objectsTarget"), VOID + "uriSpace")
        where = f'?s <{predicate}> ?o FILTER(ISIRI(?o) && STRSTARTS(STR(?o), "{space}"))'
        assert count_of(part, "triples") == number(store, f"SELECT (COUNT(*) AS ?n) {{ {where} }}")
        assert count_of(part, "distinctObjects") == number(store, f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ {where} }}")
        assert facts.value(part, VOID + "subjectsTarget") == our_project().dataset.value
        assert part in facts.iris(our_project().dataset.value, VOID + "subset")
        found[predicate, space] = part
    same_as = "http://www.w3.org/2002/07/owl#sameAs"
    assert {(same_as, "http://www.wikidata.org/entity/"), (same_as, "https://sws.geonames.org/")} < set(found)
    assert not [space for _predicate, space in found if space.startswith(("http://www.w3.org/", our_project().base))]


def test_the_description_names_dumps_formats_vocabularies_and_its_own_document() -> None:
    facts, dataset, base = Facts(our_void()), our_project().dataset.value, our_project().base
    assert facts.iris(base + "void", "http://xmlns.com/foaf/0.1/primaryTopic") == [dataset]
    assert facts.iris(dataset, VOID + "dataDump") == sorted(base + path for path in DUMPS if path.startswith("download/all."))
    assert facts.iris(f"{base}void#graph/stated", VOID + "dataDump") == sorted(base + path for path in DUMPS if path.startswith("download/stated."))
    assert facts.value(dataset, VOID + "uriSpace") == base
    assert {iri.rsplit("/", 1)[-1] for iri in facts.iris(dataset, VOID + "feature")} == {"JSON-LD", "N-Quads", "N-Triples", "TriG", "Turtle"}
    vocabularies = facts.iris(dataset, VOID + "vocabulary")
    assert {"http://www.w3.org/ns/org#", "http://purl.org/dc/terms/", "http://www.w3.org/2004/02/skos/core#"} < set(vocabularies)
    assert set(facts.iris(dataset, VOID + "vocabulary")).intersection(
        triple.subject.value
        for triple in our_project().triples("ontology")
        if isinstance(triple.subject, NamedNode) and str(triple.object) == "<http://www.w3.org/2002/07/owl#Ontology>"
    )


def test_a_description_has_no_blank_node_and_is_the_same_in_any_order() -> None:
    assert not [term for triple in our_void() for term in triple if isinstance(term, BlankNode)]
    project = our_project()
    turned = Described(
        project.base,
        project.dataset,
        statistics({"derived": project.derived[::-1], "all": project.data[::-1], "stated": project.stated[::-1]}, project.base),
        Facts(project.data[::-1]),
        project.triples("ontology")[::-1],
        DUMPS[::-1],
        Namespaces(project.prefixes),
    )
    assert void_triples(turned) == list(our_void())


@pytest.mark.parametrize(
    ("iri", "space"),
    [
        ("http://www.wikidata.org/entity/Q1748", "http://www.wikidata.org/entity/"),
        ("https://sws.geonames.org/2618425/", "https://sws.geonames.org/"),
        ("http://www.w3.org/ns/org#member", "http://www.w3.org/ns/org#"),
        ("https://example.net/", "https://example.net/"),
        ("https://example.net", "https://example.net"),
        ("https://example.net/a:b", "https://example.net/"),
        ("urn:isbn:9788700000000", "urn:isbn:"),
        ("mailto:info@example.org", "mailto:"),
    ],
)
def test_a_place_that_is_linked_to_is_all_but_the_last_name(iri: str, space: str, tmp_path: Path) -> None:
    thing = f"ex:a\n    a def:Thing ;\n    def:knows <{iri}> ;\n.\n"
    facts = Facts(void_triples(described(load_project(make_project(tmp_path, {"data/things.ttl": turtle(thing)})))))
    (links,) = (part for part in facts.iris(DATASET, VOID + "subset") if VOID + "Linkset" in facts.kinds(part))
    assert facts.value(facts.value(links, VOID + "objectsTarget"), VOID + "uriSpace") == space
    assert facts.value(links, VOID + "triples") == "1"


def test_a_sparql_endpoint_is_named_where_the_data_names_it(tmp_path: Path) -> None:
    service = """\
<https://example.org/service>
    a <http://www.w3.org/ns/dcat#DataService> ;
    <http://purl.org/dc/terms/conformsTo> <https://www.w3.org/TR/sparql11-protocol/> ;
    <http://www.w3.org/ns/dcat#endpointURL> <https://example.net/sparql> ;
    <http://www.w3.org/ns/dcat#servesDataset> <https://example.org/dataset> ;
.
"""
    project = load_project(
        make_project(tmp_path, {"data/things.ttl": turtle("ex:a\n    a <urn:x:Odd> ;\n    def:knows <urn:x:y> ;\n.\n"), "data/service.ttl": service})
    )
    facts = Facts(void_triples(described(project)))
    assert facts.iris(DATASET, VOID + "sparqlEndpoint") == ["https://example.net/sparql"]
    assert len(facts.iris(DATASET, VOID + "classPartition")) == len({triple.object for triple in project.data if triple.predicate.value.endswith("#type")})


# schema.org


def in_schema_org(language: str = "en", *replaced: tuple[str, str]) -> dict[str, object]:
    languages = (language, *(other for other in ("da", "en") if other != language))
    read = json.loads(schema_org(Facts(catalogue(*replaced)), DATASET, languages))
    assert isinstance(read, dict)
    return read


def test_schema_org_says_what_the_catalogue_says() -> None:
    read = in_schema_org()
    files = read.pop("distribution")
    assert read == {
        "@context": SCHEMA,
        "@type": "Dataset",
        "@id": DATASET,
        "name": "Cities",
        "description": "Everything about cities.",
        "url": DATASET,
        "identifier": DATASET,
        "version": "1.2.0",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "creator": [
            {"@type": "Organization", "@id": BASE + "id/agent", "name": "The publishers", "url": BASE + "id/agent"},
            {"@type": "Person", "@id": BASE + "id/person", "name": "Åse {Ø}", "url": BASE + "id/person"},
        ],
        "publisher": {"@type": "Organization", "@id": BASE + "id/agent", "name": "The publishers", "url": BASE + "id/agent"},
        "keywords": ["city", "town & country"],
        "datePublished": "2026-01-02",
        "dateModified": "2026-03-04",
        "isAccessibleForFree": True,
        "isBasedOn": {"@type": "CreativeWork", "@id": BASE + "id/source", "name": "The source", "url": BASE + "id/source"},
        "spatialCoverage": {"@type": "Place", "@id": BASE + "id/place", "name": "The city", "sameAs": "http://www.wikidata.org/entity/Q1748"},
        "temporalCoverage": "2010-10-01/2015-10-31",
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": BASE + "catalog", "name": "Catalogue", "url": BASE + "catalog"},
        "inLanguage": ["en", "da"],
    }
    assert isinstance(files, list)
    assert files[1] == {
        "@type": "DataDownload",
        "@id": BASE + "catalog#all-ttl",
        "name": "All as ttl",
        "contentUrl": BASE + "download/all.ttl",
        "encodingFormat": "text/turtle",
        "contentSize": "100 B",
        "sha256": "aa" * 32,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "datePublished": "2026-01-02",
        "dateModified": "2026-03-04",
    }


def test_schema_org_speaks_the_language_of_the_page() -> None:
    read = in_schema_org("da")
    assert (read["name"], read["description"], read["keywords"], read["inLanguage"]) == ("Byer", "Alt om byer.", "by", ["da", "en"])


@pytest.mark.parametrize(
    ("start", "end", "interval"),
    [
        ('dcat:startDate "2010-10-01"^^xsd:date ;', "", "2010-10-01/.."),
        ("", 'dcat:endDate "2015-10-31"^^xsd:date', "../2015-10-31"),
        ("", "", None),
    ],
)
def test_a_period_without_an_end_is_open(start: str, end: str, interval: str | None) -> None:
    whole = 'dcat:startDate "2010-10-01"^^xsd:date ; dcat:endDate "2015-10-31"^^xsd:date'
    assert in_schema_org("en", (whole, f"{start} {end}")).get("temporalCoverage") == interval


def test_schema_org_is_json_ld_whose_every_word_is_schema_org_s() -> None:
    # the context is schema.org's own vocabulary, written out: nothing is fetched
    node = in_schema_org() | {"@context": {"@vocab": SCHEMA}}
    quads = list(pyoxigraph.parse(json.dumps(node), format=RdfFormat.JSON_LD))
    assert {quad.predicate.value for quad in quads if not quad.predicate.value.startswith(SCHEMA)} == {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type"}
    graph = rdflib.Graph(bind_namespaces="none").parse(
        data=pyoxigraph.serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b"", format="nt"
    )
    assert len(list(graph.subjects(rdflib.RDF.type, rdflib.URIRef(SCHEMA + "DataDownload")))) == 2
    assert not [quad for quad in quads if isinstance(quad.subject, BlankNode)]


def test_no_text_ends_the_script_that_schema_org_stands_in() -> None:
    hostile = r"</script><!-- & \u2028\u2029 -->"
    text = schema_org(Facts(catalogue(('"Cities"@en', f'"{hostile}"@en'))), DATASET, ("en",))
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text)["name"] == "</script><!-- & \u2028\u2029 -->"


# typed links


def targets(links: Iterable[Link], relation: str) -> list[str]:
    return [link.href for link in links if link.relation == relation]


def test_a_landing_page_says_what_fair_signposting_wants() -> None:
    page = HOST + "index.en.html"
    links = dataset_links(page, FACTS, HERE)
    assert {link.anchor for link in links} == {page}
    assert {link.relation for link in links} == RELATIONS - {"collection", "describes"}
    assert targets(links, "cite-as") == [DATASET]
    assert targets(links, "type") == [SCHEMA + "AboutPage", SCHEMA + "Dataset"]
    assert targets(links, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert targets(links, "author") == [BASE + "id/agent", BASE + "id/person"]
    assert {(link.href, link.media_type) for link in links if link.relation == "item"} == {
        (BASE + "download/all.nt", "application/n-triples"),
        (BASE + "download/all.ttl", "text/turtle"),
    }
    described_by = {link.href.removeprefix(HOST): link.media_type for link in links if link.relation == "describedby"}
    assert described_by["catalog.rdf"] == "application/rdf+xml"
    assert {"catalog.jsonld", "catalog.ttl", "cite/dataset.bib", "cite/dataset.ris", "dataset.jsonld", "dataset.ttl", "void.ttl"} < set(described_by)
    assert [(link.href, link.media_type) for link in links if link.relation == "linkset"] == [(HOST + LINKSET, LINKSET_TYPE)]


def test_the_page_of_a_resource_leads_to_its_iri_its_data_and_the_data_set() -> None:
    links = resource_links("id/place", "en", BASE + "id/place", FACTS, HERE)
    assert {link.anchor for link in links} == {HOST + "id/place.en.html"}
    assert {link.relation for link in links} == {"cite-as", "collection", "describedby", "license", "type"}
    assert targets(links, "cite-as") == [BASE + "id/place"]
    assert targets(links, "collection") == [DATASET]
    assert targets(links, "describedby") == [HOST + f"id/place.{form}" for form in ("jsonld", "nt", "ttl")]
    assert targets(links, "type") == [SCHEMA + "AboutPage"]
    assert {link.anchor for link in resource_links("id/place", "da", BASE + "id/place", FACTS, HERE)} == {HOST + "id/place.html"}


def contexts() -> list[dict[str, object]]:
    read = json.loads(linkset(FACTS, HERE))
    assert list(read) == ["linkset"]  # RFC 9264, section 4.2.1: the one member
    listed = read["linkset"]
    assert isinstance(listed, list)
    return listed


def linked() -> Iterator[tuple[str, str, str, str]]:
    for context in contexts():
        anchor = context["anchor"]
        assert isinstance(anchor, str)
        for relation, members in context.items():
            if relation != "anchor":
                assert isinstance(members, list)
                for member in members:
                    assert set(member) <= {"href", "type"}
                    assert all(isinstance(value, str) for value in member.values())
                    yield anchor, relation, member["href"], member.get("type", "")


def test_the_link_set_is_one_of_rfc_9264_and_needs_nothing_from_outside() -> None:
    links = list(linked())
    assert len(contexts()) == len({context["anchor"] for context in contexts()})  # section 4.2.2: a context object for each link context
    assert {relation for _anchor, relation, _href, _type in links} == RELATIONS - {"linkset"}
    assert all(
        iri.startswith(("https://", "http://")) for anchor, _relation, href, _type in links for iri in (anchor, href)
    )  # section 4: no relative references
    assert len(links) == len(set(links))


def test_the_link_set_holds_the_links_of_every_landing_page() -> None:
    links = set(linked())
    for anchor in (HOST, HOST + "index.html", HOST + "index.en.html", HOST + "dataset.html", HOST + "dataset.en.html"):
        wanted = {(anchor, link.relation, link.href, link.media_type) for link in dataset_links(anchor, FACTS, HERE) if link.relation != "linkset"}
        assert wanted == {link for link in links if link[0] == anchor}


def test_every_file_leads_back_to_the_landing_page_and_every_description_says_what_it_describes() -> None:
    links = list(linked())
    landing = [link for link in links if link[0] == HOST]
    items = {href for _anchor, relation, href, _type in landing if relation == "item"}
    assert items
    assert items == {anchor for anchor, relation, href, _type in links if relation == "collection" and href == HOST}
    described_by = {href for _anchor, relation, href, _type in landing if relation == "describedby"}
    assert described_by == {anchor for anchor, relation, href, _type in links if relation == "describes" and href == HOST}


def test_the_link_set_does_not_grow_with_the_data() -> None:
    everything = Facts([*catalogue(), *our_project().data])
    assert linkset(everything, HERE) == linkset(FACTS, HERE)


def test_a_data_set_without_files_has_links_too() -> None:
    links = dataset_links(HOST, Facts(without(DATASET, DCAT + "distribution")), HERE)
    assert targets(links, "item") == []
    assert targets(links, "cite-as") == [DATASET]


# sitemap and robots.txt


def locations(content: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(content).findall("s:url/s:loc", SITEMAP)]


def test_the_sitemap_lists_every_page_in_every_language_with_its_alternates() -> None:
    ((name, content),) = sitemap(["index", "id/place"], "2026-03-04", HERE)
    assert name == "sitemap.xml"
    root = ElementTree.fromstring(content)
    assert root.tag == f"{{{SITEMAP['s']}}}urlset"
    pages = [HOST + path for path in ("id/place.html", "id/place.en.html", "index.html", "index.en.html")]
    assert locations(content) == pages
    for url, own in zip(root.findall("s:url", SITEMAP), pages, strict=True):
        alternates = {(link.get("rel"), link.get("hreflang"), link.get("href")) for link in url.findall("x:link", SITEMAP)}
        stem = own.removesuffix(".en.html").removesuffix(".html")
        assert alternates == {("alternate", "da", stem + ".html"), ("alternate", "en", stem + ".en.html")}
        assert [element.text for element in url.findall("s:lastmod", SITEMAP)] == ["2026-03-04"]


def test_a_draft_s_sitemap_has_no_dates() -> None:
    ((_name, content),) = sitemap(["index"], "", HERE)
    assert b"lastmod" not in content


def test_addresses_in_a_sitemap_are_escaped() -> None:
    ((_name, content),) = sitemap(["index"], "", Place(BASE, "https://example.net/?a=1&b='<\">/", ("da",), DATASET))
    assert locations(content) == ["https://example.net/?a=1&b='<\">/index.html"]


def test_more_pages_than_a_sitemap_may_hold_make_an_index() -> None:
    paths = [f"id/{number}" for number in range(30_000)]
    files = dict(sitemap(paths, "2026-03-04", HERE))
    root = ElementTree.fromstring(files.pop("sitemap.xml"))
    assert root.tag == f"{{{SITEMAP['s']}}}sitemapindex"
    assert [element.text for element in root.findall("s:sitemap/s:loc", SITEMAP)] == [HOST + name for name in files]
    assert all(len(content) < 50_000_000 and len(locations(content)) <= 50_000 for content in files.values())
    assert Counter(address for content in files.values() for address in locations(content)) == Counter(
        address for path in paths for address in HERE.pages(path)
    )


def test_robots_may_read_everything_and_find_the_sitemap() -> None:
    parser = RobotFileParser()
    parser.parse(robots(HERE).splitlines())
    assert parser.can_fetch("anyone", HOST + "id/place.html")
    assert parser.site_maps() == [HOST + "sitemap.xml"]


def test_what_is_said_once_is_found_by_any_name() -> None:
    assert FACTS.name(BASE + "id/agent", "da") == "Forlaget"
    assert FACTS.name(BASE + "id/place", "da") == "Byen"
    assert FACTS.name(BASE + "nothing", "da") == ""
    assert FACTS.value(DATASET, DCTERMS + "nothing", DCTERMS + "issued") == "2026-01-02"
