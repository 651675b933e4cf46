"""The questions as examples: the form of https://github.com/sib-swiss/sparql-examples, and that each runs as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store, parse
from rdflib import RDF, RDFS, SDO, SH, Graph, URIRef
from workbench import LIBRARY, ROOT, bynet, make_project, triples, turtle

from publish.addresses import media_type
from publish.examples import EXAMPLES

QUESTIONS = sorted((ROOT / "ontology/questions").glob("*.rq"))
BASE = "https://w3id.org/bynet/"
QUESTION = """\
# title@da: Hvad er der?
# title@en: What is there?
# description@da: Alle ting.
# description@en: All things.
PREFIX def: <https://example.org/def/>

SELECT ?thing
WHERE {
  ?thing a def:Thing .
}
ORDER BY ?thing
"""
THING = turtle('ex:one\n    a def:Thing ;\n    rdfs:label "One"@en ;\n.\n')
SERVICE = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

ex:feeds
    a dcat:DataService ;
    rdfs:label "Feeds"@en ;
    dcterms:conformsTo <https://www.w3.org/TR/sparql11-http-rdf-update/> ;
    dcat:endpointURL <https://data.example.org/feeds> ;
    dcat:servesDataset <https://example.org/dataset> ;
.

ex:queries
    a dcat:DataService ;
    rdfs:label "Queries"@en ;
    dcterms:conformsTo <https://www.w3.org/TR/sparql11-protocol/> ;
    dcat:endpointURL <https://data.example.org/sparql> ;
    dcat:servesDataset <https://example.org/dataset> ;
.
"""


@pytest.fixture(scope="module")
def examples(site: Path) -> Graph:
    """The examples of the project's own site, as a program finds them."""
    return read(site)


def read(site: Path) -> Graph:
    return Graph(bind_namespaces="none").parse(site / EXAMPLES, format="turtle")


def executables(graph: Graph) -> list[URIRef]:
    return sorted(node for node in graph.subjects(RDF.type, SH.SPARQLExecutable) if isinstance(node, URIRef))


def published(folder: Path, files: dict[str, str]) -> Path:
    """Publish a small project with one question and *files*; return its site."""
    root = make_project(folder / "project", {"ontology/questions/things.rq": QUESTION, "data/things.ttl": THING, **files})
    ended = bynet("--root", root, "publish", "--out", folder / "site")
    assert ended.code == 0, ended.err
    return folder / "site"


def test_every_question_is_an_example_and_nothing_else_is(examples: Graph) -> None:
    assert executables(examples) == sorted(URIRef(f"{BASE}questions/{file.stem}") for file in QUESTIONS)
    assert media_type(EXAMPLES).startswith("text/turtle")


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.stem)
def test_an_example_has_the_form_that_the_collection_asks_for(file: Path, examples: Graph) -> None:
    # the constraints of the collection's own shapes: one query, a comment with a language; key words do not begin or end with a space
    example = URIRef(f"{BASE}questions/{file.stem}")
    assert SH.SPARQLSelectExecutable in set(examples.objects(example, RDF.type))
    assert len([*examples.objects(example, SH.select), *examples.objects(example, SH.ask), *examples.objects(example, SH.construct)]) == 1
    head = dict(line.removeprefix("# title@").split(": ", 1) for line in file.read_text(encoding="utf-8").splitlines()[:2])
    comments = [*examples.objects(example, RDFS.comment)]
    assert {comment.language: str(comment) for comment in comments if isinstance(comment, rdflib.Literal)} == head
    assert len(comments) == len(head)
    for word in examples.objects(example, SDO.keywords):
        assert isinstance(word, rdflib.Literal)
        assert word.language in head
        assert str(word) == str(word).strip() != ""


def test_an_example_has_the_names_of_what_it_asks_for_as_key_words(examples: Graph) -> None:
    words = set(examples.objects(URIRef(f"{BASE}questions/networks-of-copenhagen"), SDO.keywords))
    assert rdflib.Literal("Network membership", lang="en") in words
    assert rdflib.Literal("København", lang="da") in words


def test_the_query_that_the_collection_is_read_with_finds_queries_that_run_as_they_are(site: Path) -> None:
    # what the collection's README asks an endpoint, and what its editor shows; nobody has to look up a prefix
    store = Store()
    store.load(path=site / EXAMPLES, format=RdfFormat.TURTLE)
    found = store.query("""
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
        SELECT DISTINCT ?sq ?query {
          ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|spex:describe ?query .
        } ORDER BY ?sq""")
    assert isinstance(found, QuerySolutions)
    data = Store()
    data.bulk_extend(parse((site / "download/all.nt").read_bytes(), format=RdfFormat.N_TRIPLES))
    answers = [data.query(query.value) for _iri, query in found]
    tables = [answer.serialize(format=QueryResultsFormat.TSV) if isinstance(answer, QuerySolutions) else None for answer in answers]
    assert sorted(tables, key=str) == sorted((file.with_suffix(".tsv").read_bytes() for file in QUESTIONS), key=str)


def test_the_prefixes_of_the_queries_are_declared_beside_them(examples: Graph) -> None:
    declared = {
        (str(examples.value(declaration, SH.prefix)), str(examples.value(declaration, SH.namespace)))
        for example in executables(examples)
        for dataset in examples.objects(example, SH.prefixes)
        for declaration in examples.objects(dataset, SH.declare)
    }
    for file in QUESTIONS:
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("PREFIX ")]
        assert {(name.removesuffix(":"), iri.strip("<>")) for _word, name, iri in lines} <= declared


def test_examples_have_no_blank_nodes_and_say_of_a_query_what_its_own_page_says(site: Path) -> None:
    said = {*triples((site / EXAMPLES).read_bytes())}
    assert "_:" not in {str(term)[:2] for triple in said for term in (triple.subject, triple.object)}
    questions = {triple for triple in triples((site / "download/queries.ttl").read_bytes()) if str(triple.subject).startswith(f"<{BASE}questions/")}
    assert questions < said


def test_an_example_names_the_endpoints_that_answer_sparql_and_no_others(tmp_path: Path) -> None:
    graph = read(published(tmp_path, {"data/services.ttl": SERVICE}))
    assert [*graph.subject_objects(SDO.target)] == [(URIRef("https://example.org/questions/things"), URIRef("https://data.example.org/sparql"))]


def test_without_an_endpoint_no_example_names_one(library_site: Path) -> None:
    graph = read(library_site)
    assert len(executables(graph)) == len([*(LIBRARY / "ontology/questions").glob("*.rq")])
    assert SH.SPARQLAskExecutable in set(graph.objects(None, RDF.type))
    assert not [*graph.objects(None, SDO.target)]


def test_a_new_endpoint_changes_no_query(tmp_path: Path) -> None:
    # the feed tells of queries that changed: where they can be asked is no change of theirs
    before, after = published(tmp_path / "before", {}), published(tmp_path / "after", {"data/services.ttl": SERVICE})
    assert (before / "download/queries.ttl").read_bytes() == (after / "download/queries.ttl").read_bytes()
    assert (before / EXAMPLES).read_bytes() != (after / EXAMPLES).read_bytes()


def test_a_project_without_questions_has_no_examples(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": THING})
    assert bynet("--root", root, "publish", "--out", tmp_path / "site").code == 0
    assert not (tmp_path / "site" / EXAMPLES).exists()
