"""W3C's tests of the SPARQL 1.1 Protocol and Service Description, each under its name, against a server that runs.

They are made anew from the specification, over the graphs of the library: what the tests ask of three files of W3C's is asked of
what the library states and of what is derived. All cases of updates are here too: each is refused, and changes nothing.
"""

from __future__ import annotations

import csv
import io
import json
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import rdflib
from servicedescription import assert_conforms
from serving import Serving, serving
from urllib3 import BaseHTTPResponse, PoolManager

from publish.serve.description import SD

POOL = PoolManager(retries=False, timeout=30)
BASE = "https://library.example/"
STATED, DERIVED, NOWHERE = f"{BASE}stated", f"{BASE}derived", "https://graph.example/none"
IN_STATED = f"<{BASE}book/faust> a <{BASE}terms#Book>"
IN_DERIVED = f"<{BASE}book/faust> <{BASE}terms#nextTo> ?other"
BOTH_NAMED = f"ASK {{ GRAPH ?g1 {{ {IN_STATED} }} GRAPH ?g2 {{ {IN_DERIVED} }} }}"
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
RESULTS = "http://www.w3.org/2005/sparql-results#"


@dataclass(frozen=True, slots=True)
class Case:
    """A test of W3C's: what is sent (fields of the address; a body of a type)."""

    name: str
    method: str = "POST"
    fields: tuple[tuple[str, str], ...] = ()
    body: str | bytes = ""
    content_type: str = ""

    def send(self, server: Serving, **headers: str) -> BaseHTTPResponse:
        address = f"{server.endpoint}?{urlencode(self.fields)}" if self.fields else server.endpoint
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | ({"Content-Type": self.content_type} if self.content_type else {})
        return POOL.request(self.method, address, body=self.body or None, headers=sent, redirect=False)


def default(*graphs: str) -> tuple[tuple[str, str], ...]:
    return tuple(("default-graph-uri", graph) for graph in graphs)


def named(*graphs: str) -> tuple[tuple[str, str], ...]:
    return tuple(("named-graph-uri", graph) for graph in graphs)


def query(text: str) -> tuple[tuple[str, str], ...]:
    return (("query", text),)


def names(case: Case) -> str:
    return case.name


@pytest.fixture(scope="module")
def server(library_site: Path) -> Iterator[Serving]:
    with serving(library_site, "--budget", "600") as running:
        yield running


# queries

TRUE = [
    Case("query_get", "GET", query("ASK {}") + default(NOWHERE)),
    Case("query_post_form", "POST", default(NOWHERE), "query=ASK%20%7B%7D", FORM),
    Case("query_post_direct", "POST", (), "ASK {}", QUERY),
    Case("query_dataset_default_graphs_get", "GET", query(f"ASK {{ {IN_STATED} . {IN_DERIVED} }}") + default(STATED, DERIVED)),
    Case("query_dataset_default_graphs_post", "POST", default(STATED, DERIVED), f"ASK {{ {IN_STATED} . {IN_DERIVED} }}", QUERY),
    Case("query_dataset_named_graphs_get", "GET", query(BOTH_NAMED) + named(STATED, DERIVED)),
    Case("query_dataset_named_graphs_post", "POST", named(STATED, DERIVED), BOTH_NAMED, QUERY),
    Case("query_dataset_full", "POST", default(DERIVED) + named(STATED, DERIVED), f"ASK {{ {IN_DERIVED} GRAPH ?g {{ {IN_STATED} }} }}", QUERY),
    # what the protocol says goes before what the query says
    Case("query_multiple_dataset", "POST", named(STATED, DERIVED), BOTH_NAMED.replace("ASK", f"ASK FROM <{NOWHERE}>"), QUERY),
]
FALSE = [
    Case("query_dataset_default_graph: no other is in it", "GET", query(f"ASK {{ {IN_DERIVED} }}") + default(STATED)),
    Case("query_dataset_default_graph: none is named", "GET", query("ASK { GRAPH ?g { ?s ?p ?o } }") + default(STATED)),
    Case("query_dataset_default_graph: one that there is not is empty", "GET", query("ASK { ?s ?p ?o }") + default(NOWHERE)),
    Case("query_dataset_named_graphs: the default graph is empty", "GET", query("ASK { ?s ?p ?o }") + named(STATED, DERIVED)),
    Case("query_dataset_named_graphs: no other is named", "GET", query(BOTH_NAMED) + named(STATED)),
    Case("query_dataset_full: each where it is", "POST", default(DERIVED) + named(STATED), f"ASK {{ {IN_STATED} }}", QUERY),
    Case("query_multiple_dataset: not the query's", "POST", default(NOWHERE), f"ASK FROM <{STATED}> {{ {IN_STATED} }}", QUERY),
    Case("the query's own dataset", "POST", (), f"ASK FROM <{STATED}> {{ {IN_DERIVED} }}", QUERY),
    Case("the query's own named graphs", "POST", (), f"ASK FROM NAMED <{STATED}> {{ GRAPH ?g {{ {IN_DERIVED} }} }}", QUERY),
]
FORMATS = {
    Case("query_content_type_select", "POST", default(NOWHERE), "SELECT (1 AS ?value) {}", QUERY): ("srj", "srx", "csv", "tsv"),
    Case("query_content_type_ask", "POST", default(NOWHERE), "ASK {}", QUERY): ("srj", "srx"),
    Case("query_content_type_describe", "POST", default(NOWHERE), "DESCRIBE <http://example.org/>", QUERY): ("ttl", "nt", "jsonld", "rdf"),
    Case("query_content_type_construct", "POST", default(NOWHERE), "CONSTRUCT { <urn:s> <urn:p> 1 } WHERE {}", QUERY): ("ttl", "nt", "jsonld", "rdf"),
}
MEDIA = {
    "srj": "application/sparql-results+json",
    "srx": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
BAD = [
    Case("bad_query_method", "PUT", query("ASK {}"), "", FORM),
    Case("bad_multiple_queries", "GET", query("ASK {}") + query("SELECT * {}")),
    Case("bad_query_wrong_media_type", "POST", (), "ASK {}", "text/plain"),
    Case("bad_query_missing_form_type", "POST", (), "query=ASK%20%7B%7D"),
    Case("bad_query_missing_direct_type", "POST", (), "ASK {}"),
    Case("bad_query_non_utf8", "POST", (), "ASK {}".encode("utf-16"), f"{QUERY}; charset=UTF-16"),
    Case("bad_query_syntax", "GET", query("ASK {")),
    Case("bad_update_get", "GET", (("update", "CLEAR ALL"),)),
    Case("bad_multiple_updates", "POST", (), "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM),
    Case("bad_update_wrong_media_type", "POST", (), "CLEAR NAMED", "text/plain"),
    Case("bad_update_missing_form_type", "POST", (), "update=CLEAR%20NAMED"),
    Case("bad_update_non_utf8", "POST", (), "CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16"),
    Case("bad_update_syntax", "POST", (), "update=CLEAR%20XYZ", FORM),
    Case("bad_update_dataset_conflict", "POST", (("using-named-graph-uri", STATED),), f"WITH <{STATED}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", UPDATE),
]
CHANGE = f"CLEAR ALL ; INSERT DATA {{ GRAPH <{STATED}> {{ <urn:s> <urn:p> 1 }} }}"
UPDATES = [
    Case("update_post_form", "POST", (), "update=CLEAR+ALL", FORM),
    Case("update_post_direct", "POST", (), "CLEAR ALL", UPDATE),
    Case("update_dataset_default_graph", "POST", (("using-graph-uri", STATED),), CHANGE, UPDATE),
    Case("update_dataset_default_graphs", "POST", (("using-graph-uri", STATED), ("using-graph-uri", DERIVED)), CHANGE, UPDATE),
    Case("update_dataset_named_graphs", "POST", (("using-named-graph-uri", STATED), ("using-named-graph-uri", DERIVED)), CHANGE, UPDATE),
    Case("update_dataset_full", "POST", (("using-graph-uri", STATED), ("using-named-graph-uri", DERIVED)), CHANGE, UPDATE),
    Case("update_base_uri", "POST", (), f"INSERT DATA {{ GRAPH <{STATED}> {{ <urn:s> <urn:p> <test> }} }}", UPDATE),
    Case("an update where a query should be", "POST", (), "CLEAR ALL", QUERY),
    Case("a load where a query should be", "GET", query(f"LOAD <{NOWHERE}>")),
]


@pytest.mark.parametrize("case", TRUE, ids=names)
def test_a_query_is_answered_over_the_dataset_that_is_asked_for(server: Serving, case: Case) -> None:
    answer = case.send(server)
    assert (answer.status, answer.headers["Content-Type"]) == (200, MEDIA["srj"])
    assert answer.json() == {"head": {}, "boolean": True}


@pytest.mark.parametrize("case", FALSE, ids=names)
def test_a_query_is_answered_over_no_other_dataset(server: Serving, case: Case) -> None:
    answer = case.send(server)
    assert answer.status == 200
    assert answer.json() == {"head": {}, "boolean": False}


def test_without_a_dataset_the_default_graph_is_all_graphs_and_all_are_named(server: Serving) -> None:
    assert Case("", "GET", query(f"ASK {{ {IN_STATED} . {IN_DERIVED} }}")).send(server).json()["boolean"] is True
    graphs = Case("", "GET", query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")).send(server, Accept="text/csv")
    assert graphs.data.decode().split() == ["g", DERIVED, STATED]


@pytest.mark.parametrize("case", FORMATS, ids=names)
def test_each_format_is_given_to_who_asks_for_it_and_a_common_one_to_who_does_not(server: Serving, case: Case) -> None:
    formats = FORMATS[case]
    for extension, accept in [(formats[0], "*/*"), (formats[0], "image/png"), *((extension, MEDIA[extension]) for extension in formats)]:
        answer = case.send(server, Accept=accept)
        assert answer.status == 200
        assert answer.headers["Content-Type"].partition(";")[0] == MEDIA[extension]
        assert answer.headers["Vary"] == "Accept"
        assert told(answer) == {"SELECT": ["1"], "ASK": ["true"], "DESCRIBE": [], "CONSTRUCT": ["1"]}[str(case.body).split()[0]]


def told(answer: BaseHTTPResponse) -> list[str]:
    """The values of the first column, or yes or no, or the objects of the triples, as another program than bynet's own reads them."""
    extension = next(extension for extension, media_type in MEDIA.items() if answer.headers["Content-Type"].startswith(media_type))
    text = answer.data.decode()
    if extension == "srj":
        read = json.loads(text)
        return [str(read["boolean"]).lower()] if "boolean" in read else [next(iter(row.values()))["value"] for row in read["results"]["bindings"]]
    if extension == "srx":
        return [element.text or "" for element in ET.fromstring(text).iter() if element.tag in {f"{{{RESULTS}}}boolean", f"{{{RESULTS}}}literal"}]
    if extension in {"csv", "tsv"}:
        return [row[0] for row in csv.reader(io.StringIO(text), delimiter="," if extension == "csv" else "\t")][1:]
    return [str(value) for value in graph_of(answer).objects()]


def graph_of(answer: BaseHTTPResponse) -> rdflib.Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's JSON-LD parser uses a class that rdflib calls outdated
        return rdflib.Graph().parse(data=answer.data, format=answer.headers["Content-Type"].partition(";")[0])


def test_a_relative_iri_in_a_query_is_one_under_the_base_of_the_data(server: Serving) -> None:
    """query_content_type_construct has relative IRIs; what they are relative to is the service's to say (RFC 3986, 5.1.4)."""
    answer = Case("query_content_type_construct", "POST", (), "CONSTRUCT { <s> <p> 1 } WHERE {}", QUERY).send(server, Accept="application/n-triples")
    assert answer.status == 200
    assert answer.data.decode().startswith(f"<{BASE}s> <{BASE}p> ")
    answer = Case("", "POST", (), "SELECT * { <s> <p> ?o .\n?s ?p }", QUERY).send(server)
    assert answer.json()["line"] == 2  # of what is wrong, not of the relative IRIs


# what is refused


@pytest.mark.parametrize("case", BAD, ids=names)
def test_what_is_no_request_of_the_protocol_is_refused_and_why_is_told(server: Serving, case: Case) -> None:
    answer = case.send(server)
    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    problem = answer.json()
    assert problem["status"] == answer.status
    assert problem["detail"]


@pytest.mark.parametrize("case", UPDATES, ids=names)
def test_an_update_is_refused_in_clear_words_and_changes_nothing(server: Serving, case: Case) -> None:
    answer = case.send(server)
    assert answer.status == 400
    assert "SELECT, ASK, CONSTRUCT" in answer.json()["detail"]
    count = Case("", "GET", query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")).send(server, Accept="text/csv")
    assert count.data.decode().split() == ["n", "137"]


def test_who_is_refused_by_method_is_told_which_there_are(server: Serving) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        answer = Case("", method, query("ASK {}")).send(server)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_head_answers_as_get_does_without_the_content(server: Serving) -> None:
    for fields in (query("ASK {}"), query("ASK {"), ()):
        got, headed = (Case("", method, fields).send(server, Accept="application/n-triples") for method in ("GET", "HEAD"))
        assert headed.data == b""
        assert headed.status == got.status
        for name in ("Content-Type", "Content-Length", "ETag", "Vary"):
            assert headed.headers.get(name) == got.headers.get(name)
        assert got.headers["Content-Length"] == str(len(got.data))


def test_the_body_of_a_get_counts_for_nothing(server: Serving) -> None:
    assert Case("", "GET", query("ASK {}"), "update=CLEAR+ALL", FORM).send(server).json()["boolean"] is True


def test_an_address_that_is_too_long_is_refused(library_site: Path) -> None:
    with serving(library_site, "--request-bytes", "1000") as running:
        for length in (1100, 10_000, 16_000):
            answer = Case("", "GET", query("ASK {} #" + "x" * length)).send(running)
            assert (answer.status, answer.json()["limit"]) == (414, 1000)


# the service description


@pytest.mark.parametrize("accept", ["", "*/*", *(MEDIA[extension] for extension in ("ttl", "nt", "jsonld", "rdf"))])
def test_returns_rdf_and_has_endpoint_triple_and_conforms_to_schema(server: Serving, accept: str) -> None:
    answer = Case("returns-rdf", "GET").send(server, **({"Accept": accept} if accept else {}))
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith(accept if accept in MEDIA.values() else MEDIA["ttl"])
    graph = graph_of(answer)
    assert [str(value) for value in graph.objects(None, rdflib.URIRef(SD + "endpoint"))] == [server.endpoint]
    assert_conforms(graph)


def test_the_description_counts_what_the_endpoint_counts(server: Serving) -> None:
    graph = graph_of(Case("", "GET").send(server))
    asked = graph.query(
        f"""PREFIX sd: <{SD}> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?name ?count {{
            {{ ?named sd:name ?name ; sd:graph/void:triples ?count }} UNION {{ ?dataset sd:defaultGraph/void:triples ?count BIND ("" AS ?name) }}
        }}"""
    )
    described = {str(row[0]): str(row[1]) for row in asked if isinstance(row, rdflib.query.ResultRow)}
    assert set(described) == {"", STATED, DERIVED}
    for name, count in described.items():
        pattern = f"GRAPH <{name}> {{ ?s ?p ?o }}" if name else "?s ?p ?o"
        answer = Case("", "GET", query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")).send(server, Accept="text/csv")
        assert answer.data.decode().split() == ["n", count]
