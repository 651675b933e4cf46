"""The SPARQL 1.1 Protocol and Service Description: what is asked, in which format it is answered, what goes wrong and how that is told."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, serialize
from rdflib.namespace import VOID, XSD
from servicedescription import assert_conforms
from workbench import ROOT

from publish.errors import BadQuery, Mistake
from publish.serve.description import SD, description
from publish.serve.formats import MEDIA, choose
from publish.serve.problem import problem
from publish.serve.protocol import FORM, QUERY, UPDATE, BadRequest, Request, read_request
from publish.serve.question import FORMATS, Refused
from publish.texts import LANGUAGES, table

STATED, DERIVED = "https://library.example/stated", "https://library.example/derived"
DATA = "https://library.example/download/all.nq"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def encoded(*fields: tuple[str, str]) -> bytes:
    return urlencode(fields).encode()


# a request is read

GRAPHS = (("default-graph-uri", STATED), ("named-graph-uri", DERIVED), ("named-graph-uri", STATED))
ASKED = Request("ASK { ?s ?p 'æ+&%' }", (STATED,), (DERIVED, STATED))
ASK = ("query", ASKED.query)


@pytest.mark.parametrize(
    ("method", "address", "content_type", "body"),
    [
        ("GET", encoded(ASK, *GRAPHS), "", b""),
        ("HEAD", encoded(*GRAPHS, ASK), "", b""),
        ("POST", b"", FORM, encoded(ASK, *GRAPHS)),
        ("POST", encoded(*GRAPHS), FORM, encoded(ASK)),
        ("POST", encoded(*GRAPHS), QUERY, ASKED.query.encode()),
        ("POST", encoded(*GRAPHS), QUERY, b"\xef\xbb\xbf" + ASKED.query.encode()),
        ("POST", encoded(*GRAPHS), 'Application/SPARQL-Query ; Charset="UTF-8"', ASKED.query.encode()),
        ("POST", b"", "APPLICATION/X-WWW-FORM-URLENCODED;charset=utf-8", encoded(ASK, *GRAPHS)),
    ],
)
def test_each_way_of_asking_is_the_same_request(method: str, address: bytes, content_type: str, body: bytes) -> None:
    assert read_request(method, address, content_type, body) == ASKED


@pytest.mark.parametrize("address", [b"", b"&", b"format=json", b"x=%FF&%FF=%zz&%zz", b"default-graph-uri=", encoded(*GRAPHS)])
def test_a_get_without_a_query_asks_for_the_description(address: bytes) -> None:
    assert read_request("GET", address, "", b"") is None
    assert read_request("HEAD", address, FORM, b"query=ASK{}") is None


def test_what_the_protocol_does_not_know_counts_for_nothing() -> None:
    others = b"format=json&x=%FF&%FF=%zz&timeout=1&Query=SELECT&=&query%00=1&"
    assert read_request("GET", others + encoded(ASK), UPDATE, b"update=CLEAR+ALL") == Request(ASKED.query)
    assert read_request("POST", others, FORM, b"action=ask&" + encoded(ASK)) == Request(ASKED.query)


@pytest.mark.parametrize(
    ("refusal", "sent"),
    [
        (("no-query", 400), ("GET", b"query", "", b"")),
        (("no-query", 400), ("GET", b"query=", "", b"")),
        (("no-query", 400), ("GET", b"query=%0A+%09", "", b"")),
        (("no-query", 400), ("POST", b"", FORM, b"")),
        (("no-query", 400), ("POST", b"", FORM, b"Query=ASK")),
        (("no-query", 400), ("POST", b"", QUERY, b" \n")),
        (("no-query", 400), ("POST", b"", QUERY, b"\xef\xbb\xbf")),
        (("queries", 400), ("GET", b"query=ASK+%7B%7D&query=ASK+%7B%7D", "", b"")),
        (("queries", 400), ("GET", b"query=ASK+%7B%7D&query=", "", b"")),
        (("queries", 400), ("POST", b"query=ASK+%7B%7D", FORM, b"query=ASK+%7B%7D")),
        (("queries", 400), ("POST", b"query=ASK+%7B%7D", QUERY, b"ASK {}")),
        (("update", 400), ("GET", b"update=CLEAR+ALL", "", b"")),
        (("update", 400), ("GET", b"query=ASK+%7B%7D&update=", "", b"")),
        (("update", 400), ("POST", b"", FORM, b"query=ASK+%7B%7D&update=CLEAR+ALL")),
        (("update", 400), ("POST", b"update=CLEAR+ALL", QUERY, b"ASK {}")),
        (("update", 400), ("POST", b"", UPDATE, b"CLEAR ALL")),
        (("method", 405), ("PUT", b"query=ASK+%7B%7D", FORM, b"")),
        (("method", 405), ("DELETE", b"", "", b"")),
        (("method", 405), ("get", encoded(ASK), "", b"")),
        (("no-media-type", 400), ("POST", b"", "", b"query=ASK+%7B%7D")),
        (("no-media-type", 400), ("POST", b"", " ; charset=utf-8", b"ASK {}")),
        (("media-type", 415), ("POST", b"", "text/plain", b"ASK {}")),
        (("media-type", 415), ("POST", b"", "application/sparql-query+x", b"ASK {}")),
        (("media-type", 415), ("POST", b"", "multipart/form-data; boundary=x", b"ASK {}")),
        (("charset", 415), ("POST", b"", f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16"))),
        (("charset", 415), ("POST", b"", f"{FORM};x=y; CHARSET = 'latin1'", encoded(ASK))),
        (("not-text", 400), ("POST", b"", QUERY, "ASK {}".encode("utf-16"))),
        (("not-text", 400), ("POST", b"", QUERY, b"ASK { ?s ?p '\xed\xa0\x80' }")),
        (("not-text", 400), ("GET", b"query=ASK+%E6", "", b"")),
        (("not-text", 400), ("POST", b"default-graph-uri=%C0%80", FORM, encoded(ASK))),
        (("percent", 400), ("GET", b"query=ASK+%7B%7D%", "", b"")),
        (("percent", 400), ("GET", b"query=ASK+%7B%7D&default-graph-uri=%zz", "", b"")),
        (("percent", 400), ("POST", b"", FORM, b"query=SELECT+(100%+AS+?x)")),
        (("graph", 400), ("GET", encoded(ASK, ("default-graph-uri", "")), "", b"")),
        (("graph", 400), ("GET", encoded(ASK, ("default-graph-uri", "stated")), "", b"")),
        (("graph", 400), ("GET", encoded(ASK, ("named-graph-uri", "//library.example/stated")), "", b"")),
        (("graph", 400), ("GET", encoded(ASK, ("named-graph-uri", "https://library.example/the stated")), "", b"")),
        (("graph", 400), ("GET", encoded(ASK, ("named-graph-uri", f"<{STATED}>")), "", b"")),
    ],
)
def test_what_is_no_request_is_refused(refusal: tuple[str, int], sent: tuple[str, bytes, str, bytes]) -> None:
    with pytest.raises(BadRequest) as refused:
        read_request(*sent)
    assert (refused.value.name, refused.value.status) == refusal


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: text.strip() and not text.startswith("\ufeff")))
@example("\0")
@example("SELECT (1 + 1 AS ?x) { ?s ?p '%25;&=' }")
def test_a_query_arrives_as_it_was_sent(query: str) -> None:
    asked = Request(query)
    assert read_request("GET", encoded(("query", query)), "", b"") == asked
    assert read_request("POST", b"", FORM, encoded(("query", query))) == asked
    assert read_request("POST", b"", QUERY, query.encode()) == asked


@given(st.sampled_from(["GET", "HEAD", "POST", "PUT"]), st.binary(), st.sampled_from([FORM, QUERY, UPDATE, "", ";;=", "x"]), st.binary())
@example("GET", b"query=%&query=%FF", "", b"")
def test_whatever_is_sent_is_a_request_or_refused(method: str, address: bytes, content_type: str, body: bytes) -> None:
    for form in (address, b"query=" + address, b"query=ASK&named-graph-uri=" + address):
        try:
            asked = read_request(method, form, content_type, body)
        except BadRequest as refused:
            asked = None
            json.loads(problem(refused, "en", DATA).content)
        assert asked is None or asked.query.strip()


# a format is chosen


@pytest.mark.parametrize(
    ("accept", "table", "truth", "graph"),
    [
        ("", "srj", "srj", "ttl"),
        ("*/*", "srj", "srj", "ttl"),
        ("application/sparql-results+json", "srj", "srj", "jsonld"),
        ("application/sparql-results+xml", "srx", "srx", "ttl"),
        ("Application/SPARQL-Results+XML;charset=utf-8", "srx", "srx", "ttl"),
        ("text/csv", "csv", "srj", "ttl"),
        ("text/csv; header=present", "csv", "srj", "ttl"),
        ("text/tab-separated-values", "tsv", "srj", "ttl"),
        ("text/turtle", "srj", "srj", "ttl"),
        ("application/n-triples", "srj", "srj", "nt"),
        ("application/ld+json", "srj", "srj", "jsonld"),
        ('application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted"', "srj", "srj", "jsonld"),
        ("application/rdf+xml", "srj", "srj", "rdf"),
        # what else clients call them
        ("application/json", "srj", "srj", "jsonld"),
        ("application/xml", "srx", "srx", "rdf"),
        ("text/xml", "srx", "srx", "rdf"),
        ("text/plain", "srj", "srj", "nt"),
        ("text/n3", "srj", "srj", "ttl"),
        (BROWSER, "srx", "srx", "rdf"),
        # weights
        ("text/csv;q=0.8, application/sparql-results+xml;q=0.9", "srx", "srx", "ttl"),
        ("text/csv;q=0.9, application/sparql-results+xml;q=0.8", "csv", "srx", "ttl"),
        ("text/csv, */*;q=0.1", "csv", "srj", "ttl"),
        ("*/*, application/sparql-results+json;q=0, text/turtle;q=0", "srx", "srx", "nt"),
        ("application/json;q=0.5, application/sparql-results+xml;q=0.4", "srj", "srj", "jsonld"),
        ("application/json, application/sparql-results+xml", "srx", "srx", "jsonld"),
        ("text/*", "csv", "srx", "ttl"),
        ("application/*;q=0.5, text/tab-separated-values", "tsv", "srj", "nt"),
        # there is always an answer
        ("image/png", "srj", "srj", "ttl"),
        ("*/*;q=0", "srj", "srj", "ttl"),
        ("application/vnd.api+json", "srj", "srj", "jsonld"),
        (",;q=,//", "srj", "srj", "ttl"),
    ],
)
def test_the_format_is_what_the_client_prefers(accept: str, table: str, truth: str, graph: str) -> None:
    for form, extension in (("SELECT", table), ("ASK", truth), ("CONSTRUCT", graph), ("DESCRIBE", graph)):
        assert choose(form, accept) == (extension, MEDIA[extension])


@given(st.text(max_size=50), st.sampled_from(list(FORMATS)))
def test_whatever_is_accepted_there_is_a_format(accept: str, form: str) -> None:
    assert choose(form, accept)[0] in FORMATS[form]


# what goes wrong is told

MISTAKES: list[tuple[Mistake, int]] = [
    (BadRequest("method", HTTPStatus.METHOD_NOT_ALLOWED, method="PUT"), 405),
    (BadRequest("charset", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, found="utf-16"), 415),
    (BadRequest("media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, found="text/plain"), 415),
    (BadRequest("no-media-type"), 400),
    (BadRequest("update"), 400),
    (BadRequest("queries"), 400),
    (BadRequest("no-query"), 400),
    (BadRequest("graph", found="stated"), 400),
    (BadRequest("not-text", byte=7), 400),
    (BadRequest("percent"), 400),
    (BadRequest("request-long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit=262144), 413),
    (BadRequest("request-slow", HTTPStatus.REQUEST_TIMEOUT, limit=10.0), 408),
    (Refused("timeout", limit=10.0), 503),
    (Refused("memory", limit=512), 503),
    (Refused("rows", limit=1_000_000), 400),
    (Refused("answers", retry_after=1), 503),
    (Refused("bytes", limit=67_108_864), 400),
    (Refused("queue", limit=100, retry_after=3), 503),
    (Refused("budget", limit=30.0, retry_after=12), 429),
    (Refused("stopped"), 503),
    (Refused("xml"), 400),
]
NAMES = [mistake.name for mistake, _status in MISTAKES]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("mistake", "status"), MISTAKES, ids=NAMES)
def test_a_problem_is_told_with_its_limit_and_where_all_data_are(mistake: Mistake, status: int, language: str) -> None:
    told = problem(mistake, language, DATA)
    members = json.loads(told.content)
    assert (told.status, members["status"]) == (status, status)
    assert (told.headers["Content-Type"], told.headers["Content-Language"]) == ("application/problem+json", language)
    assert members["type"] == f"tag:w3id.org,2026:bynet/problem/{mistake.name}"
    assert re.fullmatch(r"\w[^\n]+\w", members["title"])
    assert re.fullmatch(r"\S[^\n]+\.", members["detail"])
    told_in_words = {name: value for name, value in mistake.values.items() if (mistake.name, name) != ("queue", "limit")}  # it is one of several
    for value in told_in_words.values():
        assert str(value).removesuffix(".0") in members["detail"]
    assert members.get("limit") == mistake.values.get("limit")
    assert ("data" in members) == isinstance(mistake, Refused)
    if "data" in members and mistake.name != "xml":
        assert members["data"] == DATA
        assert DATA in members["detail"]
    assert told.headers.get("Retry-After", "") == str(mistake.values.get("retry_after", ""))
    assert ("Allow" in told.headers) == (status == 405)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_query_that_does_not_parse_is_told_with_its_place(language: str) -> None:
    for name in (name for name in table(language, "mistake") if name.startswith("query-")):
        told = json.loads(problem(BadQuery(name, line=3, column=14, words="expected '}'"), language, DATA).content)
        assert (told["status"], told["line"], told["column"]) == (400, 3, 14)
        assert told["detail"].startswith("3:14: ")
        placeless = json.loads(problem(BadQuery(name, words="expected '}'"), language, DATA).content)
        assert "line" not in placeless
        assert re.match(r"[^\s:]", placeless["detail"])


def test_every_problem_has_its_words_and_all_words_have_their_problem() -> None:
    raised = {found[1] for file in (ROOT / "publish/serve").glob("*.py") for found in re.finditer(r'(?:BadRequest|Refused)\(\s*"([a-z-]+)"', file.read_text())}
    titles = {"query", "request", "limit"}
    for language in LANGUAGES:
        assert raised | titles == set(table(language, "problem"))
    assert raised == set(NAMES)


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Lu", "Nd"]), max_size=400))
@example("\ud800")
@example("\x1b[31m\r\n\u202e\u2028")
@example("x" * 100_000)
def test_what_a_client_sent_is_told_in_one_short_line_that_does_nothing(sent: str) -> None:
    for mistake in (BadRequest("graph", found=sent), BadRequest("method", method=sent), BadQuery("query-prefix", line=1, column=1, words=sent)):
        content = problem(mistake, "en", DATA).content
        detail = json.loads(content)["detail"]
        assert len(detail) < 320
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", detail)


# the service is described

ENDPOINT = "https://host.example/data/sparql"


def described(triples: list[Triple]) -> rdflib.Graph:
    return rdflib.Graph(bind_namespaces="none").parse(data=serialize(triples, format=RdfFormat.TURTLE), format="turtle")


def test_the_description_says_what_there_is() -> None:
    graph = described(description(ENDPOINT, "https://library.example/", {"stated": 109, "derived": 2}))
    assert_conforms(graph)
    asked = graph.query(
        f"""PREFIX sd: <{SD}> PREFIX void: <{VOID}>
        SELECT ?name ?count ?all {{
            ?service sd:endpoint <{ENDPOINT}> ; sd:defaultDataset ?dataset ; sd:availableGraphs/sd:namedGraph ?named .
            ?dataset sd:defaultGraph/void:triples ?all ; sd:namedGraph ?named .
            ?named sd:name ?name ; sd:graph/void:triples ?count .
        }} ORDER BY ?name"""
    )
    rows = [[str(value) for value in row] for row in asked if isinstance(row, rdflib.query.ResultRow)]
    assert rows == [[DERIVED, "2", "111"], [STATED, "109", "111"]]
    assert {value.datatype for value in graph.objects(None, VOID.triples) if isinstance(value, rdflib.Literal)} == {XSD.integer}


def test_the_description_is_the_same_each_time_and_says_each_thing_once() -> None:
    counts = {"stated": 109, "derived": 2}
    first = description(ENDPOINT, "https://library.example/", counts)
    assert first == description(ENDPOINT, "https://library.example/", dict(reversed(counts.items())))
    assert len(set(first)) == len(first)
