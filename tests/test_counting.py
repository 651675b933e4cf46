"""Answers as a worker makes them, in this process: rows counted to the one, limits that hold to the byte, datasets, prefixes."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from publish.errors import BadQuery
from publish.gate import admit
from publish.serve.answering import Sink, answer
from publish.serve.counting import COUNTERS
from publish.serve.limits import Limits
from publish.serve.question import SOLUTIONS, TRIPLES, Question, Refused

FORMATS = {"srj": QueryResultsFormat.JSON, "srx": QueryResultsFormat.XML, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV}
HARD = ['"', '""', "{", "}", "},{", ":{", ",{", "[{", "\n", "\r\n", ",", "\\", '\\"', "<result>", "&lt;result>", "</result>", "\t", "?x", "'", " ", "é", "𝄞"]
PREDICATE = NamedNode("http://example.org/p")
texts = st.one_of(st.lists(st.sampled_from(HARD), max_size=8).map("".join), st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
terms = st.one_of(
    st.builds(Literal, texts),
    st.builds(lambda text: Literal(text, language="en"), texts),
    st.builds(lambda text: Literal(text, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")), texts),
    st.just(NamedNode("http://example.org/a?b&c=',d")),
    st.just(BlankNode("b")),
)


def stored(objects: list[NamedNode | BlankNode | Literal]) -> Store:
    store = Store()
    store.extend(Quad(NamedNode(f"http://example.org/{number}"), PREDICATE, term) for number, term in enumerate(objects))
    return store


def cut(content: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(content), *(place % (len(content) + 1) for place in places)})
    return [content[start:end] for start, end in pairwise(marks)]


@pytest.mark.parametrize("extension", SOLUTIONS)
@settings(max_examples=150, deadline=None)
@given(objects=st.lists(terms, max_size=6), width=st.integers(0, 3), places=st.lists(st.integers(0, 10_000), max_size=30))
@example(objects=[], width=0, places=[])
@example(objects=[Literal('\\"},{\\\\')] * 3, width=1, places=list(range(500)))
@example(objects=[Literal('<result>\n"\n","')] * 3, width=2, places=list(range(500)))
def test_rows_are_counted_to_the_one_wherever_the_bytes_are_cut(
    extension: str, objects: list[NamedNode | BlankNode | Literal], width: int, places: list[int]
) -> None:
    # width 0: no variable at all; 3: the third is never bound
    query = f"SELECT {' '.join(['?s', '?o', '?none'][:width])} {{ ?s ?p ?o }}" if width else "SELECT * { FILTER EXISTS { ?s ?p ?o } }"
    found = stored(objects).query(query)
    assert isinstance(found, QuerySolutions)
    content = found.serialize(format=FORMATS[extension]) or b""
    counter = COUNTERS[extension]()
    counted = [counter.count(piece) for piece in cut(content, places)]
    expected = len(objects) if width else int(bool(objects))
    assert counted[-1] == expected
    assert counted == sorted(counted)
    assert expected == rows_by_a_parser(extension, content)


def rows_by_a_parser(extension: str, content: bytes) -> int:
    """The rows that another parser of the format finds."""
    if extension == "srj":
        return len(json.loads(content)["results"]["bindings"])
    if extension == "srx":
        try:
            return len(ET.fromstring(content).findall(".//{*}result"))
        except ET.ParseError:  # characters that XML 1.0 can't hold, which pyoxigraph writes all the same
            return content.count(b"<result>")
    text = content.decode()
    if extension == "csv":
        return len([*csv.reader(io.StringIO(text, newline=""))]) - 1
    return text.count("\n") - 1


def answered(store: Store, question: Question, limits: Limits) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    sink = Sink(pieces.append, limits)
    answer(store, question, sink)
    return b"".join([*pieces, sink.rest()]), sink.rows


def numbers(count: int) -> Store:
    return stored([Literal(f'{number} "{{<result>}}",\n') for number in range(count)])


@pytest.mark.parametrize(
    ("query", "form", "extension"),
    [("SELECT * { ?s ?p ?o }", "SELECT", extension) for extension in SOLUTIONS]
    + [("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", extension) for extension in TRIPLES]
    + [("DESCRIBE ?s { ?s ?p ?o }", "DESCRIBE", extension) for extension in TRIPLES],
)
@pytest.mark.parametrize("count", [3, 3000])
def test_an_answer_at_the_limit_passes_and_one_more_row_or_byte_is_too_much(query: str, form: str, extension: str, count: int) -> None:
    store, question = numbers(count), Question(query, form, extension)
    content, rows = answered(store, question, Limits())
    assert rows == count
    exact = replace(Limits(), rows=count, answer_bytes=len(content))
    assert answered(store, question, exact)[1] == count
    with pytest.raises(Refused, match="rows") as refused:
        answered(store, question, replace(exact, rows=count - 1))
    assert refused.value.values == {"limit": count - 1}
    with pytest.raises(Refused, match="bytes") as refused:
        answered(store, question, replace(exact, answer_bytes=len(content) - 1))
    assert refused.value.values == {"limit": len(content) - 1}


def test_too_many_rows_stop_the_query_long_before_its_end() -> None:
    pieces: list[bytes] = []
    with pytest.raises(Refused, match="rows"):
        answer(numbers(1000), Question("SELECT * { ?a ?b ?c . ?d ?e ?f }", "SELECT", "tsv"), Sink(pieces.append, Limits(rows=1000)))
    assert sum(map(len, pieces)) < 300_000


@pytest.mark.parametrize("place", [10, 8_191, 8_192, 100_000])
@pytest.mark.parametrize("character", ["\0", "\x01", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_refused_and_never_half_an_answer(character: str, place: int) -> None:
    store = stored([Literal("x" * place + character)])
    for query, form, extension in (("SELECT * { ?s ?p ?o }", "SELECT", "srx"), ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", "rdf")):
        with pytest.raises(Refused, match="xml"):
            answered(store, Question(query, form, extension), Limits())
    assert answered(store, Question("SELECT * { ?s ?p ?o }", "SELECT", "srj"), Limits())[1] == 1


@pytest.mark.parametrize("extension", ["srx", "rdf"])
def test_what_xml_can_hold_is_answered_and_parses(extension: str) -> None:
    store = stored([Literal("\t\n\r <oxprefix: > \x7f\x85\ufffd\ue000\U0001fffe é")])
    query, form = ("SELECT * { ?s ?p ?o }", "SELECT") if extension == "srx" else ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT")
    content, rows = answered(store, Question(query, form, extension), Limits())
    assert rows == 1
    assert "<oxprefix: >" in "".join(ET.fromstring(content).itertext())


NAMING = "CONSTRUCT {{ ?s <http://example.org/{}> ?o }} WHERE {{ ?s ?p ?o }}"


@pytest.mark.parametrize("local", ["", "1", "a/", "a#"])
def test_a_property_that_rdf_xml_cannot_name_is_refused(local: str) -> None:
    with pytest.raises(Refused, match="xml"):
        answered(numbers(1), Question(NAMING.format(local), "CONSTRUCT", "rdf"), Limits())


@pytest.mark.parametrize("local", ["a", "-a", "1a", "a.b", "é"])
def test_a_property_that_rdf_xml_can_name_is_answered_and_parses(local: str) -> None:
    content = answered(numbers(1), Question(NAMING.format(local), "CONSTRUCT", "rdf"), Limits())[0]
    assert {str(predicate) for predicate in rdflib.Graph().parse(data=content, format="xml").predicates()} == {f"http://example.org/{local}"}


def test_turtle_has_the_prefixes_of_the_query() -> None:
    query = "PREFIX ex: <http://example.org/>\nCONSTRUCT { ?s ex:q ex:o } WHERE { ?s ?p ?o }"
    assert answered(numbers(1), Question.of(admit(query), "ttl"), Limits())[0] == b"@prefix ex: <http://example.org/> .\nex:0 ex:q ex:o .\n"


@pytest.mark.parametrize(
    ("prologue", "written"),
    [
        ("", ""),
        ("BASE <http://example.org/> PREFIX relative: <#>", ""),
        ("# PREFIX no: <http://no/>\nPREFIX a: <http://a/>PREFIX\tb-c: <urn:b:>", "@prefix a: <http://a/> .\n@prefix b-c: <urn:b:> .\n"),
        ("PREFIX : <http://example.org/>", "@prefix : <http://example.org/> .\n"),
    ],
)
def test_prefixes_are_those_that_the_query_declares_in_full(prologue: str, written: str) -> None:
    query = f"{prologue} CONSTRUCT {{ ?s ?p 'PREFIX x: <http://x/>' }} WHERE {{ ?s ?p ?o }}"
    content = answered(numbers(1), Question.of(admit(query), "ttl"), Limits())[0].decode()
    assert "".join(line for line in sorted(content.splitlines(keepends=True)) if line.startswith("@")) == written


G1, G2, NONE = "http://example.org/g1", "http://example.org/g2", "http://example.org/none"
COUNT = "SELECT (COUNT(*) AS ?c) {} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"


@pytest.mark.parametrize(
    ("clause", "default_graphs", "named_graphs", "expected"),
    [
        ("", (), (), 3 + 3),  # all graphs together, and each by its name
        (f"FROM <{G1}>", (), (), 1 + 0),
        (f"FROM <{G1}> FROM <{G2}>", (), (), 3 + 0),
        (f"FROM NAMED <{G2}>", (), (), 0 + 2),
        (f"FROM <{G1}> FROM NAMED <{G2}>", (), (), 1 + 2),
        (f"FROM <{NONE}>", (), (), 0),
        ("# FROM <http://example.org/g1>\n", (), (), 3 + 3),  # which is a comment
        ("", (G1,), (), 1 + 0),
        ("", (G1, G2), (), 3 + 0),
        ("", (), (G2,), 0 + 2),
        ("", (G1,), (G2, NONE), 1 + 2),
        ("", (NONE,), (), 0),
        (f"FROM <{G1}> FROM NAMED <{G1}>", (G2,), (), 2 + 0),  # the protocol's dataset goes before the query's
        (f"FROM <{G1}>", (), (G1,), 0 + 1),
    ],
)
def test_a_dataset_is_that_of_the_protocol_or_of_the_query_or_everything(
    clause: str, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...], expected: int
) -> None:
    store = Store()
    for number, graph in ((1, G1), (2, G2), (3, G2)):
        store.add(Quad(NamedNode(f"http://example.org/{number}"), PREDICATE, Literal(number), NamedNode(graph)))
    question = Question.of(admit(COUNT.format(clause)), "csv", (default_graphs, named_graphs))
    assert answered(store, question, Limits())[0] == f"c\r\n{expected}\r\n".encode()
    describing = Question.of(admit(f"DESCRIBE <http://example.org/1> {clause}"), "nt", (default_graphs, named_graphs))
    seen = G1 in default_graphs if default_graphs or named_graphs else f"FROM <{G1}>" in clause or not clause
    assert answered(store, describing, Limits())[1] == int(seen)


def test_a_mistake_in_a_query_has_its_place() -> None:
    with pytest.raises(BadQuery) as mistake:
        answered(Store(), Question("SELECT *\nWHERE { ?s ?p }", "SELECT", "srj"), Limits())
    assert (mistake.value.values["line"], mistake.value.values["column"]) == (2, 16)
