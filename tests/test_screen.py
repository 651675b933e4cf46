"""What is found with a screen is what pySHACL finds by itself: on every case of the shapes, the W3C test suite, and at random."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import screening
from hypothesis import HealthCheck, event, given, settings
from hypothesis.strategies import SearchStrategy
from pyoxigraph import Literal, NamedNode
from pyshacl.constraints.core.cardinality_constraints import MinCountConstraintComponent
from pyshacl.constraints.core.other_constraints import HasValueConstraintComponent
from pyshacl.constraints.core.shape_based_constraints import NodeConstraintComponent
from pyshacl.constraints.core.value_constraints import NodeKindConstraintComponent
from randomly import as_n_triples, core_shapes, data, query_shapes
from rdflib import RDF, XSD
from screening import InMemory, by_pyshacl, by_screen, installed, lines
from test_shacl import needs_suite, own_cases, suite_case, suite_cases

from publish import shacl
from publish.confined import Limits
from publish.reach import hierarchy, joins, needs, queries, reach, screen, targets, terms, trails, values, verdicts, weaver, wholes
from publish.reach.paths import Chain
from publish.shapes.answer import understood
from publish.shapes.components import Datatype
from publish.shapes.suspects import Suspects
from publish.shapes.terms import as_rdflib

pytestmark = pytest.mark.filterwarnings("ignore")  # pySHACL warns of the suite's own oddities
PROOF = bool(os.environ.get("BYNET_PROOF"))
GRAPHS = 5_000 if PROOF else 250
EACH = 1 if PROOF else 10
"""Of how many own cases one is tried."""
Figure = Callable[[str, int], None]


@pytest.fixture(autouse=True)
def _components() -> Iterator[None]:
    """Judge with the components that the process installs, and only here: other tests ask pySHACL as it comes."""
    with installed():
        yield


def hold(triples: str, shapes: str) -> tuple[int, int]:
    """Hold what is found in both ways against each other; return how many focus nodes there are, and how many pySHACL had to judge."""
    plain, screened = by_pyshacl(triples, shapes), by_screen(triples, shapes)
    assert (screened.found, screened.focus_nodes) == (plain.found, plain.focus_nodes)
    return sum(plain.focus_nodes.values()), screened.judged


@needs_suite
def test_the_w3c_suite_is_found_the_same(figure: Figure) -> None:
    held = [hold(*suite_case(case)[:2]) for case in suite_cases()]
    figure("cases of the W3C suite", len(held))
    figure("focus nodes", sum(count for count, _judged in held))
    assert len(held) > 100


def test_every_case_of_the_shapes_is_found_the_same(figure: Figure) -> None:
    cases = list(own_cases().values())[::EACH]
    held = [(hold(triples, shapes), expected) for triples, shapes, expected in cases]
    conforming = [counts for counts, expected in held if not expected]
    figure("cases of the shapes", len(cases))
    figure("focus nodes", sum(count for (count, _judged), _expected in held))
    figure("focus nodes that conform, of which pySHACL was not asked", sum(count - judged for count, judged in conforming))
    assert sum(judged for _count, judged in conforming) * 20 < sum(count for count, _judged in conforming)


@pytest.mark.no_cover
@pytest.mark.parametrize("shapes", [core_shapes, query_shapes], ids=["core", "queries"])
def test_shapes_and_data_at_random_are_found_the_same(shapes: SearchStrategy[str], figure: Figure) -> None:
    counted, judged = [0], [0]

    @settings(max_examples=GRAPHS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data, shapes)
    def try_one(triples: str, made: str) -> None:
        count, suspects = hold(as_n_triples(triples), as_n_triples(made))
        event(f"passed {count > suspects}, judged {suspects > 0}")
        counted[0] += count
        judged[0] += suspects

    try_one()
    figure("random shapes and data", GRAPHS)
    figure("focus nodes that passed", counted[0] - judged[0])
    assert judged[0] * 10 < counted[0] * 9
    assert judged[0] > GRAPHS / 10


def always(*_anything: object) -> Callable[..., bool]:
    """Make a check that everything keeps to."""
    return lambda *_others: True


def shape(constraints: str, target: str = "sh:targetSubjectsOf ex:p") -> str:
    return f"ex:S a sh:NodeShape ; {target} ; {constraints} ."


def prop(constraints: str) -> str:
    return shape(f"sh:property [ {constraints} ]")


def query(pattern: str) -> str:
    declared = "ex: sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://example.org/' ] . "
    return declared + shape(f"sh:sparql [ sh:prefixes ex: ; sh:select '''SELECT $this ?value {{ {pattern} }}''' ]")


COMPONENT = """ex:component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:prefixes ex: ; sh:ask "ASK { $value ex:q ?x FILTER(?x >= $least) }" ] .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/" ] . """
ONE, TWO = "ex:a ex:p 1 .", "ex:a ex:p ex:b . ex:c ex:q ex:d ."
TRIPLE = "ex:a ex:p ex:b , ex:f . ex:b ex:r 1 . ex:c ex:q ex:d ."
CLASSES = "ex:a a ex:C ; ex:p ex:b . ex:b a ex:D . ex:D rdfs:subClassOf ex:C ."
PLANTED: dict[str, tuple[object, object, object, str, str]] = {
    "kind of node": (values.OF_VALUES, NodeKindConstraintComponent, always, ONE, prop("sh:path ex:p ; sh:nodeKind sh:IRI")),
    "datatype": (values.OF_VALUES, Datatype, always, ONE, prop("sh:path ex:p ; sh:datatype xsd:string")),
    "lexical form": (values, "is_valid", always(), "ex:a ex:p '2020-13-01'^^xsd:date .", prop("sh:path ex:p ; sh:datatype xsd:date")),
    "order": (values, "order", lambda *_: -1, ONE, prop("sh:path ex:p ; sh:maxInclusive 0")),
    "least count": (wholes.OF_ALL, MinCountConstraintComponent, always, ONE, prop("sh:path ex:q ; sh:minCount 1")),
    "value wanted": (wholes.OF_ALL, HasValueConstraintComponent, always, ONE, prop("sh:path ex:p ; sh:hasValue 2")),
    "language tag": (wholes, "language", lambda _: b"", "ex:a ex:p 'a'@en, 'b'@en .", prop("sh:path ex:p ; sh:uniqueLang true")),
    "closed": (verdicts, "_closed", always, ONE, shape("sh:closed true")),
    "shape in a shape": (verdicts._OF_SHAPES, NodeConstraintComponent, always, ONE, shape("sh:node [ sh:class ex:C ]")),
    "not": (verdicts, "_counting", always, ONE, shape("sh:not [ sh:nodeKind sh:IRI ]")),
    "class below": (hierarchy.Hierarchy, "below", lambda _, kind: {kind}, CLASSES, shape("sh:nodeKind sh:IRI", "sh:targetClass ex:C")),
    "target by value": (targets.Targets, "of_object", lambda *_: (), TWO, shape("sh:nodeKind sh:Literal", "sh:targetObjectsOf ex:p")),
    "target by node": (screen.Look, "named", lambda _: None, TWO, shape("sh:class ex:C", "sh:targetNode ex:nobody")),
    "questions": (screening, "ask", lambda *_: [], ONE, query("$this ex:p 1")),
    "scope in a question": (queries, "bound", lambda _: queries.Bound.ALWAYS, TWO, query("$this ex:p ?y { ?x ex:p ?z FILTER(?x = $this) }")),
    "what a question is asked of": (needs, "predicates_in", lambda _: frozenset(), TWO, query("$this ex:p ?y . ?z ex:p ?y")),
    "what a question finds out": (screen, "complete", lambda *_: None, TRIPLE, query("$this ex:p ?x FILTER EXISTS { ?x ?property ?z }")),
    "what queries find out": (screening, "found_lines", lambda *_: (), TRIPLE, query("$this ex:p ?value . ?y ex:q ex:d FILTER NOT EXISTS { ?value ?any ?z }")),
    "what queries in queries see": (
        *(queries, "predicates_anywhere", lambda _: frozenset(), TWO),
        query("{ SELECT $this ?value { $this ex:p ?y . ?value ex:q ex:d } }").replace("SELECT $this ?value { {", "SELECT $this ?value WHERE { {", 1),
    ),
    "what queries see anywhere": (reach, "needs_of", lambda _: needs.Needs(frozenset()), TWO, query("$this ex:p ?y . ?z ex:q ex:d")),
    "reach of classes": (reach, "_ABOVE", Chain(()), CLASSES, prop("sh:path ex:p ; sh:class ex:C ; sh:minCount 2")),
    "reach of closed": (weaver.Weaver, "see_all", lambda *_: None, ONE, shape("sh:closed true")),
    "reach of pairs": (weaver.Weaver, "see", lambda *_: None, "ex:a ex:p 1 ; ex:q 1 .", prop("sh:path ex:p ; sh:equals ex:q ; sh:minCount 2")),
    "reach of paths": (weaver.Weaver, "_repeat", lambda *_: None, TWO, prop("sh:path [ sh:oneOrMorePath ex:p ] ; sh:maxCount 0")),
    "reach of nested shapes": (reach, "inner_shapes", lambda _: (), TWO, shape("sh:node [ sh:property [ sh:path ex:p ; sh:maxCount 0 ] ]")),
    "reach of own components": (reach, "own_constraints", lambda _: [], "ex:a ex:p ex:b . ex:b ex:q 2 .", COMPONENT + prop("sh:path ex:p ; ex:least 1")),
    "spelling": (trails.Edge, "is_lost", lambda *_: False, "ex:a ex:p 1 . ex:b ex:q '01'^^xsd:integer .", query("$this ex:p ?v . ?x ex:q ?v")),
    "optional patterns": (joins.Joins, "_optional", lambda _, pattern, scope: scope, TWO, query("$this ex:p ?x OPTIONAL { $this ex:p ?value }")),
    "patterns in conditions": (joins, "exists_in", lambda _: (), "ex:a ex:p 1 ; ex:r 2 .", query("$this ex:p ?value FILTER(EXISTS { $this ex:r 2 })")),
    "paths that may be empty": (joins, "rootless", lambda _: None, TWO, query("$this ex:none? $this")),
}
"""Mistakes: what is replaced where by what, and data and shapes at which it shows."""


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_mistake_is_found(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, instead, triples, shapes = PLANTED[planted]
    asked = as_n_triples(triples), as_n_triples(shapes)
    hold(*asked)
    if isinstance(owner, dict):
        monkeypatch.setitem(owner, name, instead)
    else:
        monkeypatch.setattr(owner, str(name), instead)
    with pytest.raises(AssertionError):
        hold(*asked)


TEXTS = ("", "a", 'say "a"', "back\\slash", "tab\tline\nreturn\r", "\u007f\u0001\u0085\u2028", "\\u0041", "\U0001f600", "'^^<b>", '"@en')


@pytest.mark.parametrize("said", TEXTS)
def test_terms_of_lines_are_read_as_what_they_are(said: str) -> None:
    written = (Literal(said), Literal(said, language="en-GB"), Literal(said, datatype=NamedNode("urn:d")))
    read = [(terms.literal(str(term).encode()), terms.text(str(term).encode())) for term in written]
    assert read == [((said, "", str(XSD.string)), said), ((said, "en-gb", str(RDF.langString)), said), ((said, "", "urn:d"), said)]
    assert [terms.language(str(term).encode()) for term in written] == [b"", b"en-gb", b""]
    assert [terms.line_term(as_rdflib(term)) for term in written] == [str(term).encode() for term in written]


def test_looks_at_parts_add_up() -> None:
    triples, shapes = as_n_triples(CLASSES + "ex:b ex:p 1 ."), as_n_triples(shape("sh:class ex:D ; sh:property [ sh:path ex:p ; sh:class ex:D ]"))
    graph = InMemory(lines(triples))
    made = screen.Screen(shapes.encode(), lines(triples))
    parts = []
    for node, about in graph.groups():
        look = screen.Look(made, graph)
        look.subject(node, about)
        parts.append(look.seen)
    assert sum((part.focus_nodes for part in parts), Counter[str]()) == {"http://example.org/S": 2}
    assert {node for part in parts for _shape, node in part.suspects} == {b"<http://example.org/a", b"<http://example.org/b"}


def test_classes_so_high_that_pyshacl_may_fail_are_said_to_be_deep() -> None:
    chain = [f"<urn:{number}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:{number + 1}> .\n" for number in range(300)]
    circle = "<urn:300> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:0> .\n"
    assert hierarchy.Hierarchy(lines("".join(chain))).is_deep
    assert hierarchy.Hierarchy(lines("".join(chain) + circle)).is_deep
    assert not hierarchy.Hierarchy(lines("".join(chain[::2]))).is_deep


def test_suspects_alone_are_judged() -> None:
    triples, shapes = as_n_triples("ex:a ex:p 1 . ex:b ex:p 1 ."), as_n_triples(shape("sh:class ex:C"))
    suspects = Suspects({"http://example.org/S": 7}, {"http://example.org/S": ["<http://example.org/b>"]})
    answer = understood(shacl.answer(triples.encode(), shapes.encode(), Limits(), suspects))
    assert [result["focus_node"] for result in answer.results] == ["<http://example.org/b>"]
    assert answer.focus_nodes == {"http://example.org/S": 7}
