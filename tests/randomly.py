"""Shapes graphs that make sense, and data that they may fit, made at random: both as Turtle, by Hypothesis."""

from __future__ import annotations

import pyoxigraph
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

PREFIXES = """@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
Text = st.SearchStrategy[str]

_IRIS = ("ex:a", "ex:b", "ex:c", "ex:C", "ex:D")
_LITERALS = (
    *('"a"', '"ab"', '"a"@en', '"b"@en', '"a"@da', '"a"@en-gb', '"x\\ty"', '""', "1", '"01"^^xsd:integer', '"+1"^^xsd:byte', "2", "1.0", "1e0", "true"),
    *('"1"^^xsd:boolean', '"2020-01-01"^^xsd:date', '"2020-01-01Z"^^xsd:date', '"2020-13-01"^^xsd:date', '"2020"^^xsd:gYear', '"x"^^xsd:integer', '"a"^^ex:C'),
)
_PREDICATES = ("ex:p", "ex:q", "ex:r")
_CLASSES = ("ex:C", "ex:D", "ex:E")

subjects = st.sampled_from(("ex:a", "ex:b", "ex:c", "ex:d", "_:n"))
terms = st.one_of(st.sampled_from((*_IRIS, "ex:d", "_:n")), st.sampled_from(_LITERALS))
predicates = st.sampled_from(_PREDICATES)
classes = st.sampled_from(_CLASSES)


def _many(strategy: Text, least: int, most: int, between: str) -> Text:
    return st.lists(strategy, min_size=least, max_size=most, unique=True).map(between.join)


def _words(form: str, *values: Text) -> Text:
    return st.tuples(*values).map(lambda chosen: form.format(*chosen))


statements = st.one_of(
    _words("{0} {1} {2} .", subjects, predicates, terms),
    _words("{0} {1} {2} .", subjects, predicates, subjects),
    _words("{0} a {1} .", subjects, classes),
    _words("{0} rdfs:subClassOf {1} .", classes, classes),
)
data = _many(statements, 1, 14, "\n")

_steps = st.one_of(predicates, _words("[ sh:inversePath {0} ]", predicates))
paths = st.one_of(
    predicates,
    predicates,
    _steps,
    st.recursive(
        _steps,
        lambda inner: st.one_of(
            _words("( {0} {1} )", inner, inner),
            _words("[ sh:alternativePath ( {0} {1} ) ]", inner, inner),
            _words("[ sh:zeroOrMorePath {0} ]", inner),
            _words("[ sh:oneOrMorePath {0} ]", inner),
            _words("[ sh:zeroOrOnePath {0} ]", inner),
            _words("[ sh:inversePath {0} ]", inner),
        ),
        max_leaves=3,
    ),
)

_KINDS = ("IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
_DATATYPES = ("xsd:string", "xsd:integer", "xsd:date", "xsd:boolean", "xsd:decimal", "rdf:langString", "rdfs:Literal", "ex:C")
_OF_VALUES = [
    _words("sh:class {0}", classes),
    _words("sh:nodeKind sh:{0}", st.sampled_from(_KINDS)),
    _words("sh:datatype {0}", st.sampled_from(_DATATYPES)),
    _words("sh:{0} {1}", st.sampled_from(("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")), st.sampled_from(_LITERALS)),
    _words("sh:{0} {1}", st.sampled_from(("minLength", "maxLength")), st.sampled_from("012")),
    _words('sh:pattern "{0}"', st.sampled_from(("a", "^a$", "^http", "^$", "[0-9]", "A"))),
    _words('sh:pattern "{0}" ; sh:flags "i"', st.sampled_from(("A", "B"))),
    _words("sh:languageIn ( {0} )", _many(st.sampled_from(('"en"', '"da"', '"EN-GB"', '"*"')), 1, 2, " ")),
    _words("sh:in ( {0} )", _many(terms.filter(lambda term: term != "_:n"), 0, 5, " ")),
    _words("sh:hasValue {0}", terms.filter(lambda term: term != "_:n")),
    _words("sh:equals {0}", predicates),
    _words("sh:disjoint {0}", predicates),
]
_OF_NODES = [
    _words("sh:closed {0} ; sh:ignoredProperties ( {1} )", st.sampled_from(("true", "false")), _many(st.sampled_from((*_PREDICATES, "rdf:type")), 0, 3, " "))
]
_OF_PROPERTIES = [
    _words("sh:minCount {0}", st.sampled_from("012")),
    _words("sh:maxCount {0}", st.sampled_from("012")),
    _words("sh:minCount {0} ; sh:maxCount 1", st.sampled_from("01")),
    _words("sh:uniqueLang {0}", st.sampled_from(("true", "false"))),
    _words("sh:lessThan {0}", predicates),
    _words("sh:lessThanOrEquals {0}", predicates),
]
_SHARED = ("sh:deactivated true", 'sh:message "m"@en', "sh:severity sh:Warning")


def _once(listed: list[str]) -> str:
    """Constraints joined, each word once."""
    chosen: dict[str, str] = {}
    for text in listed:
        words = {part.split()[0] for part in text.split(" ; ") if text.startswith("sh:")}
        if not words & chosen.keys():
            chosen |= dict.fromkeys(words, "")
            chosen[min(words)] = text
    return " ; ".join(filter(None, chosen.values()))


def _constraints(inner: Text, own: list[Text]) -> Text:
    nested = [
        _words("sh:node [ {0} ]", inner),
        _words("sh:not [ {0} ]", inner),
        _words("sh:{0} ( [ {1} ] [ {2} ] )", st.sampled_from(("and", "or", "xone")), inner, inner),
        _words("sh:property [ sh:path {0} ; {1} ]", paths, _properties(inner)),
    ]
    choice = st.one_of(*_OF_VALUES, *_OF_VALUES, *own, *own, *nested, st.sampled_from(_SHARED) if own is _OF_NODES else st.nothing())
    return st.lists(choice, min_size=1, max_size=3).map(_once)


def _properties(inner: Text) -> Text:
    counted = _words(
        "sh:qualifiedValueShape [ {0} ] ; sh:{1} {2} ; sh:qualifiedValueShapesDisjoint {3}",
        inner,
        st.sampled_from(("qualifiedMinCount", "qualifiedMaxCount")),
        st.sampled_from("012"),
        st.sampled_from(("true", "false")),
    )
    return st.lists(st.one_of(*_OF_VALUES, *_OF_PROPERTIES, *_OF_PROPERTIES, counted), min_size=1, max_size=3).map(_once)


_leaves = st.lists(st.one_of(*_OF_VALUES), min_size=1, max_size=2).map(_once)
node_constraints = st.recursive(_leaves, lambda inner: _constraints(inner, _OF_NODES), max_leaves=3)

_targets = _many(
    st.one_of(
        _words("sh:targetClass {0}", classes),
        _words("sh:targetSubjectsOf {0}", predicates),
        _words("sh:targetObjectsOf {0}", predicates),
        _words("sh:targetNode {0}", st.one_of(st.sampled_from((*_IRIS, "ex:nowhere")), st.sampled_from(_LITERALS))),
        st.just("a rdfs:Class"),
    ),
    1,
    2,
    " ; ",
)

_VARIABLES = ("$this", "?x", "?y", "?value")
_IN_QUERIES = ("ex:p", "ex:q", "^ex:p", "ex:p/ex:q", "ex:p|ex:r", "ex:p*", "ex:q+", "ex:p/^ex:q", "a", "ex:p?")
variables = st.sampled_from(_VARIABLES)
_joined = _words("{0} {1} {2} .", variables, st.sampled_from(_IN_QUERIES), variables)
triple_patterns = st.one_of(
    *[_joined] * 5,
    _words("{0} {1} {2} .", variables, st.sampled_from(_IN_QUERIES), st.one_of(variables, st.sampled_from((*_IRIS, "1", '"a"@en')))),
    _words("{0} ?any {1} .", variables, variables),
)
_expressions = st.one_of(
    _words("{0} {1} {2}", variables, st.sampled_from(("=", "!=", "<")), st.one_of(variables, st.sampled_from(_LITERALS))),
    _words("isIRI({0})", variables),
    _words('STRSTARTS(STR({0}), "http")', variables),
)


def _groups(inner: Text) -> Text:
    more = st.one_of(
        triple_patterns,
        _words("OPTIONAL {{ {0} }}", inner),
        _words("{{ {0} }} UNION {{ {1} }}", inner, inner),
        _words("FILTER NOT EXISTS {{ {0} }}", inner),
        _words("FILTER EXISTS {{ {0} }}", inner),
        _words("FILTER({0})", _expressions),
        _words("FILTER({0} || NOT EXISTS {{ {1} }})", _expressions, inner),
        _words("{{ {0} }}", inner),
        _words("{{ SELECT $this {0} WHERE {{ {1} }} }}", st.sampled_from(("?x", "?value", "(COUNT(?x) AS ?y)")), inner),
        _words("BIND(STR({0}) AS ?text)", variables),
    )
    return st.tuples(triple_patterns, st.lists(more, max_size=3)).map(lambda parts: " ".join([parts[0], *dict.fromkeys(parts[1])]))


groups = st.recursive(triple_patterns, _groups, max_leaves=4)
_any = _words("FILTER {0}EXISTS {{ {1} ?any ?other }}", st.sampled_from(("", "NOT ")), st.sampled_from(("$this", "?x", "?value")))
selects = _words("SELECT {0}$this ?value WHERE {{ {1} {2} }}", st.sampled_from(("", "DISTINCT ")), _groups(groups), st.one_of(st.just(""), st.just(""), _any))


def _query(text: str) -> str:
    return f'sh:sparql [ sh:prefixes ex: ; sh:select """{text}""" ]'


def shape(number: int, with_queries: float) -> Text:
    """A shape with a target: a node shape, or a property shape, with a query in some."""
    queries = st.one_of(*[selects.map(_query)] * 4, st.just("")) if with_queries else st.just("")
    node = _words("ex:S{0} a sh:NodeShape ; {1} ; {2} ; {3} .", st.just(str(number)), _targets, node_constraints, queries)
    prop = _words("ex:S{0} {1} ; sh:path {2} ; {3} ; {4} .", st.just(str(number)), _targets, paths, _properties(_leaves), queries)
    return st.one_of(node, prop).map(lambda text: text.replace("; ;", ";").replace(" ;  .", " ."))


DECLARED = 'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .'
core_shapes = st.tuples(shape(0, 0), shape(1, 0)).map("\n".join)
query_shapes = st.tuples(shape(0, 1), st.just(DECLARED)).map("\n".join)


def as_n_triples(turtle: str) -> str:
    """Turtle with the prefixes of this file, as N-Triples."""
    quads = pyoxigraph.parse(PREFIXES + turtle, format=RdfFormat.TURTLE)
    return (pyoxigraph.serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b"").decode()
