"""A small catalogue that has everything, for the tests of what is made of catalogues."""

from __future__ import annotations

from pyoxigraph import Triple
from workbench import triples

BASE = "https://example.org/"
DATASET = BASE + "dataset"

_FILE = """
<https://example.org/catalog#all-{name}>
    a dcat:Distribution ;
    dcterms:title "Alt som {name}"@da, "All as {name}"@en ;
    dcat:accessURL <https://example.org/download/all.{name}> ;
    dcat:downloadURL <https://example.org/download/all.{name}> ;
    dcat:byteSize "{size}"^^xsd:nonNegativeInteger ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/{media_type}> ;
    dcterms:format <http://publications.europa.eu/resource/authority/file-type/{file_type}> ;
    dcterms:issued "2026-01-02"^^xsd:date ;
    dcterms:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ;
    dcterms:modified "2026-03-04"^^xsd:date ;
    dcterms:rights <https://example.org/rights> ;
    spdx:checksum <https://example.org/catalog#all-{name}-sha256> .

<https://example.org/catalog#all-{name}-sha256>
    a spdx:Checksum ;
    spdx:algorithm spdx:checksumAlgorithm_sha256 ;
    spdx:checksumValue "{digest}"^^xsd:hexBinary .
"""
CATALOGUE = (
    """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/catalog>
    a dcat:Catalog ;
    dcat:dataset <https://example.org/dataset> ;
    dcterms:description "Et katalog."@da, "A catalogue."@en ;
    dcterms:publisher <https://example.org/id/agent> ;
    dcterms:title "Katalog"@da, "Catalogue"@en .

<https://example.org/dataset>
    a dcat:Dataset ;
    dcat:contactPoint <https://example.org/contact> ;
    dcat:distribution <https://example.org/catalog#all-nt>, <https://example.org/catalog#all-ttl> ;
    dcat:keyword "by"@da, "city"@en, "town & country"@en ;
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/REGI> ;
    dcat:version "1.2.0" ;
    dcterms:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
    dcterms:creator <https://example.org/id/agent>, <https://example.org/id/person> ;
    dcterms:description "Alt om byer."@da, "Everything about cities."@en ;
    dcterms:issued "2026-01-02"^^xsd:date ;
    dcterms:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ;
    dcterms:modified "2026-03-04"^^xsd:date ;
    dcterms:publisher <https://example.org/id/agent> ;
    dcterms:spatial <https://example.org/id/place> ;
    dcterms:temporal <https://example.org/period> ;
    dcterms:title "Byer"@da, "Cities"@en ;
    prov:wasDerivedFrom <https://example.org/id/source> .

<https://example.org/contact> a vcard:Kind ; vcard:fn "Redaktionen"@da, "The editors"@en .
<https://example.org/id/agent> a foaf:Agent ; foaf:name "Forlaget"@da, "The publishers"@en .
<https://example.org/id/person> a foaf:Agent, foaf:Person ; foaf:name "Åse {Ø}"@da, "Åse {Ø}"@en .
<https://example.org/id/place> a dcterms:Location ; rdfs:label "Byen"@da, "The city"@en ; owl:sameAs <http://www.wikidata.org/entity/Q1748> .
<https://example.org/id/source> a foaf:Document ; rdfs:label "Kilden"@da, "The source"@en .
<https://example.org/period> a dcterms:PeriodOfTime ; dcat:startDate "2010-10-01"^^xsd:date ; dcat:endDate "2015-10-31"^^xsd:date .
<https://example.org/rights> a dcterms:RightsStatement ; rdfs:label "Frit for alle"@da, "Free for all"@en .
"""
    + _FILE.format(name="ttl", size=100, media_type="text/turtle", file_type="RDF_TURTLE", digest="aa" * 32)
    + _FILE.format(name="nt", size=200, media_type="application/n-triples", file_type="RDF_N_TRIPLES", digest="bb" * 32)
)


def catalogue(*replaced: tuple[str, str]) -> list[Triple]:
    """Return the catalogue with texts of it replaced, everywhere they stand. A text that does not stand in it is a mistake of the test."""
    text = CATALOGUE
    for old, new in replaced:
        assert old in text, old
        text = text.replace(old, new)
    return triples(text)


def without(subject: str, predicate: str) -> list[Triple]:
    """Return the catalogue without what is said with *predicate* of whatever's IRI begins with *subject*."""
    every = catalogue()
    left = [triple for triple in every if not (triple.predicate.value == predicate and str(triple.subject).strip("<>").startswith(subject))]
    assert len(left) < len(every)
    return left
