"""The house style of Turtle, exactly, and that no graph is changed by being written: in any format, for any reader."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from workbench import LIBRARY, PREFIXES, ROOT, canonical, canonical_by_rdflib, canonical_of, triples

from publish.jsonld import Context, write_graph
from publish.model import FIRST, NIL, REST, TYPE, XSD, Object, sort_triples
from publish.render import Notation, render_graphs
from publish.turtle import Namespaces, rdf_lists, read_term, write_term, write_trig, write_turtle

NAMESPACES = Namespaces(PREFIXES | {"label": "https://example.org/label/"})
SOURCES = sorted([*ROOT.glob("ontology/**/*.ttl"), *ROOT.glob("data/**/*.ttl"), *ROOT.glob("shapes/**/*.ttl"), *LIBRARY.glob("**/*.ttl")])

MESSY = """\
@prefix ex: <https://example.org/id/> .
@prefix def: <https://example.org/def/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:forth-bridge def:size "2"^^xsd:integer , 1.50 ; rdfs:label "Forth Bridge"@en ;
  def:knows ex:forth-bridge-north-tower, <https://other.example/é>, ex:Zebra ; a def:Thing;
  def:open true, "maybe" ; def:note '''two
lines, "quoted" \\\\ and \"\"\" three'''@en ; rdfs:label "Forth-broen"@da .
ex:forth-bridge-north-tower def:size 1.0E0, "1.0"^^xsd:double , 007 ; def:made "1890-03-04"^^xsd:date .
ex:Zebra def:list ( 1 ( ex:Zebra ) "b"@en ) , () .
"""
NEAT = '''\
@prefix def: <https://example.org/def/> .
@prefix ex: <https://example.org/id/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:Zebra
    def:list ( 1 ( ex:Zebra ) "b"@en ) ;
    def:list rdf:nil ;
.

ex:forth-bridge
    a def:Thing ;
    rdfs:label "Forth Bridge"@en ;
    rdfs:label "Forth-broen"@da ;
    def:knows ex:Zebra ;
    def:knows ex:forth-bridge-north-tower ;
    def:knows <https://other.example/é> ;
    def:note """two
lines, "quoted" \\\\ and \\"\\"" three"""@en ;
    def:open "maybe" ;
    def:open true ;
    def:size 1.50 ;
    def:size 2 ;
.

ex:forth-bridge-north-tower
    def:made "1890-03-04"^^xsd:date ;
    def:size "007"^^xsd:integer ;
    def:size "1.0"^^xsd:double ;
    def:size 1.0E0 ;
.
'''


def written(graph: Iterable[Triple], namespaces: Namespaces = NAMESPACES) -> str:
    return "".join(write_turtle(sort_triples(graph), namespaces))


def test_the_house_style_is_exact() -> None:
    namespaces = Namespaces(PREFIXES | {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"})
    assert written(triples(MESSY), namespaces) == NEAT
    assert written(triples(NEAT), namespaces) == NEAT
    assert canonical(NEAT, RdfFormat.TURTLE) == canonical(MESSY, RdfFormat.TURTLE)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_is_written_follows_the_style_line_by_line(file: Path) -> None:
    lines = written(triples(file.read_bytes())).split("\n")
    long = "\n".join(lines).count('"""') > 0
    prefixes = [line for line in lines if line.startswith("@prefix")]
    assert prefixes == sorted(prefixes, key=lambda line: line.split(":")[0])
    assert lines[-1] == ""
    if not long:
        form = re.compile(r"@prefix [\w-]*: <[^>]*> \.|<[^>]*>|[\w-]+:[\w.-]*|    (?:a|[\w-]+:[\w-]+|<[^>]*>) \S.* ;|\.|")
        assert [line for line in lines if not form.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Literal("5", datatype=NamedNode(XSD + "integer")), "5"),
        (Literal("+5", datatype=NamedNode(XSD + "integer")), '"+5"^^xsd:integer'),
        (Literal("007", datatype=NamedNode(XSD + "integer")), '"007"^^xsd:integer'),
        (Literal("-5", datatype=NamedNode(XSD + "integer")), "-5"),
        (Literal("1.50", datatype=NamedNode(XSD + "decimal")), "1.50"),
        (Literal("5.", datatype=NamedNode(XSD + "decimal")), '"5."^^xsd:decimal'),
        (Literal(".5", datatype=NamedNode(XSD + "decimal")), '".5"^^xsd:decimal'),
        (Literal("5", datatype=NamedNode(XSD + "double")), '"5"^^xsd:double'),
        (Literal("5e0", datatype=NamedNode(XSD + "double")), "5e0"),
        (Literal("INF", datatype=NamedNode(XSD + "double")), '"INF"^^xsd:double'),
        (Literal("1", datatype=NamedNode(XSD + "boolean")), '"1"^^xsd:boolean'),
        (Literal("1_0", datatype=NamedNode(XSD + "integer")), '"1_0"^^xsd:integer'),
        (Literal("x"), '"x"'),
        (Literal('say "x" \\ \t'), '"say \\"x\\" \\\\ \\t"'),
        (Literal("a\nb", language="en"), '"""a\nb"""@en'),
        (Literal('a\n"'), '"""a\n\\""""'),
        (Literal("a\r\nb\x00\x7f"), '"""a\\u000D\nb\\u0000\\u007F"""'),
        (NamedNode("https://example.org/id/a.b"), "ex:a.b"),
        (NamedNode("https://example.org/id/a."), "<https://example.org/id/a.>"),
        (NamedNode("https://example.org/id/"), "ex:"),
        (NamedNode("https://example.org/id/-a"), "<https://example.org/id/-a>"),
        (NamedNode("https://example.org/id/a/b"), "<https://example.org/id/a/b>"),
        (NamedNode("https://example.org/id/é"), "<https://example.org/id/é>"),
    ],
)
def test_a_term_is_written_in_its_shortest_exact_form(term: Object, text: str) -> None:
    assert write_term(term, NAMESPACES) == text
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    assert [triple.object for triple in triples(f"{prefixes}<urn:s> <urn:p> {text} .")] == [term]
    assert read_term(str(term)) == term


def test_the_longest_namespace_wins() -> None:
    namespaces = Namespaces({"a": "https://x.example/", "b": "https://x.example/b/", "c": "https://x.example/b/"})
    assert namespaces.shorten("https://x.example/b/one") == "b:one"
    assert namespaces.shorten("https://x.example/one") == "a:one"
    assert namespaces.shorten("https://x.example/b/one/two") == "<https://x.example/b/one/two>"
    assert namespaces.expand("b:one") == "https://x.example/b/one"
    assert namespaces.expand("no:one") is None
    assert namespaces.expand("one") is None


def test_only_used_prefixes_are_declared() -> None:
    graph = triples('<https://example.org/id/a> <urn:p> "x"^^<http://www.w3.org/2001/XMLSchema#date> , 5 , "<https://example.org/def/>" .')
    assert re.findall(r"@prefix (\w+):", written(graph)) == ["ex", "xsd"]


ODD_LISTS = {
    "without a first": "<urn:s> <urn:p> _:l . _:l rdf:rest rdf:nil .",
    "without a rest": "<urn:s> <urn:p> _:l . _:l rdf:first 1 .",
    "two firsts": "<urn:s> <urn:p> _:l . _:l rdf:first 1 , 2 ; rdf:rest rdf:nil .",
    "more than a list": "<urn:s> <urn:p> _:l . _:l rdf:first 1 ; rdf:rest rdf:nil ; a <urn:c> .",
    "pointed at twice": "<urn:s> <urn:p> _:l . <urn:t> <urn:p> _:l . _:l rdf:first 1 ; rdf:rest rdf:nil .",
    "pointed at by nothing": "_:l rdf:first 1 ; rdf:rest rdf:nil .",
    "a shared tail": "<urn:s> <urn:p> _:l , _:t . _:l rdf:first 1 ; rdf:rest _:t . _:t rdf:first 2 ; rdf:rest rdf:nil .",
    "an open end": "<urn:s> <urn:p> _:l . _:l rdf:first 1 ; rdf:rest <urn:end> .",
    "a blank end": "<urn:s> <urn:p> _:l . _:l rdf:first 1 ; rdf:rest _:end .",
    "its own tail": "<urn:s> <urn:p> _:l . _:l rdf:first 1 ; rdf:rest _:m . _:m rdf:first 2 ; rdf:rest _:l .",
    "its own member": "_:l rdf:first _:l ; rdf:rest rdf:nil .",
    "members of each other": "_:l rdf:first _:m ; rdf:rest rdf:nil . _:m rdf:first _:l ; rdf:rest rdf:nil .",
    "a cycle of names": "<urn:s> <urn:p> <urn:l> . <urn:l> rdf:first 1 ; rdf:rest <urn:l> .",
    "a list of lists": "<urn:s> <urn:p> ( ( ) ( ( 1 ) ) rdf:nil ) , ( ) , ( ( 2 ) ) .",
    "a list in a blank node": "<urn:s> <urn:p> [ <urn:q> ( 1 [ <urn:q> 2 ] ) ] .",
    "a literal tail": '<urn:s> <urn:p> _:l . _:l rdf:first 1 ; rdf:rest "no" .',
}


@pytest.mark.parametrize("name", sorted(ODD_LISTS))
def test_an_odd_list_is_lost_in_no_format(name: str) -> None:
    assert_same_everywhere(triples("@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + ODD_LISTS[name]))


def test_lists_are_found_by_their_heads() -> None:
    graph = sort_triples(triples("<urn:s> <urn:p> ( 1 2 ) ."))
    members = [value for value in rdf_lists(graph).values() if value]
    assert [[str(member) for member in value] for value in members] == [
        ['"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"2"^^<http://www.w3.org/2001/XMLSchema#integer>']
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_random_graph_is_the_same_in_every_format_for_every_reader(seed: int) -> None:
    assert_same_everywhere(random_graph(random.Random(seed)))


def assert_same_everywhere(graph: Iterable[Triple]) -> None:
    """Write *graph* in each format, read that in both parsers, and compare the canonical graphs."""
    ordered = sort_triples(graph)
    expected = canonical_of(ordered)
    context = Context(ordered, NAMESPACES, PREFIXES["def"])
    texts = {
        RdfFormat.TURTLE: "".join(write_turtle(ordered, NAMESPACES)),
        RdfFormat.N_TRIPLES: "".join(f"{triple} .\n" for triple in ordered),
        RdfFormat.JSON_LD: "".join(write_graph(ordered, context)),
    }
    for form, text in texts.items():
        assert canonical(text, form) == expected, text
        assert canonical_by_rdflib(text, form) == expected, text


def test_graphs_of_a_dataset_stay_apart() -> None:
    graphs = {
        "https://example.org/id/one": sort_triples(triples("<urn:s> <urn:p> 1 , ( 2 3 ) .")),
        "urn:two": sort_triples(triples('<urn:s> <urn:p> "x"@en .')),
    }
    named = Dataset(Quad(triple.subject, triple.predicate, triple.object, NamedNode(iri)) for iri, graph in graphs.items() for triple in graph)
    named.canonicalize(canonicalization())
    notation = Notation("https://example.org/", NAMESPACES, Context([], NAMESPACES, ""))
    files = dict(render_graphs("all", graphs, notation))
    assert set(files) == {"all.trig", "all.nq"}
    assert files["all.trig"].decode() == "".join(write_trig(graphs, NAMESPACES))
    for name, form in (("all.trig", RdfFormat.TRIG), ("all.nq", RdfFormat.N_QUADS)):
        found = Dataset(parse(files[name], format=form))
        found.canonicalize(canonicalization())
        assert sorted(map(str, found)) == sorted(map(str, named))


def canonicalization() -> CanonicalizationAlgorithm:
    return CanonicalizationAlgorithm.RDFC_1_0


# random graphs: every kind of term in every place where it may stand

TEXTS = [
    "",
    "x",
    "two words",
    "a\nb",
    "a\r\nb",
    "\t",
    '"',
    '""',
    '"""',
    "'''",
    "\\",
    "\\n",
    'a"\n',
    "\x00",
    "\x7f\x85\u2028",
    "å—→",
    "𝄞",
    "\u202eevil",
    "</script>",
    "<b>&amp;",
    "é",
    "e\u0301",
    "1",
    "true",
    " ",
    "@en",
    "^^",
    "#",
    "%",
    "_:b0",
    "https://example.org/",
    "-0",
    "00",
]
LANGUAGES = ["en", "da", "en-gb", "zh-hant-tw", "x-private", "de-1996"]
NUMBERS = [("integer", text) for text in ("0", "-0", "007", "+1", "12", "999999999999999", "9999999999999999", "1_000", "", "9" * 5000)]
NUMBERS += [("decimal", text) for text in ("1.50", "5.", ".5", "-0.0", "+1.0", "1e9", "0.0000000001", "0.00", "123456789012345678901234567890.0")] + [
    ("double", text) for text in ("1.0E0", "5e0", "INF", "NaN", "5", "5.e1", "-1E-1")
]
NUMBERS += [("boolean", text) for text in ("true", "false", "1", "0", "TRUE")] + [
    ("date", "2023-02-30"),
    ("gYear", "0099"),
    ("anyURI", "../x y"),
    ("string", "plain"),
]
NAMES = [
    "a",
    "label",
    "a.b",
    "a.",
    "-a",
    "é",
    "a/b",
    "a?q=1&r=2#f",
    "a#b",
    "",
    "%41",
    "a(b)",
    "a'b",
    "a;b,c",
    "a~b!$*+=",
    "0",
    "_",
    "a:b",
    "index",
    "id",
    "type",
    "@id",
]
IRIS = [
    "urn:x:y",
    "mailto:a@b.example",
    "label:x",
    "id:x",
    "ex:x",
    "type:x",
    "https://other.example/é?q#f",
    "http://例え.example/",
    "tel:+45-1",
    "https://example.org.evil.example/x",
    "urn:label:x",
]


def random_graph(choice: random.Random) -> list[Triple]:
    nodes = [BlankNode(f"b{number}") for number in range(3)]
    iris = [NamedNode(f"https://example.org/{choice.choice(['id/', 'def/', ''])}{name}") for name in choice.sample(NAMES, 6)] + [
        NamedNode(iri) for iri in choice.sample(IRIS, 4)
    ]
    predicates = [
        NamedNode(f"https://example.org/{place}{name}") for place, name in zip(["def/", "label/", "", "def/"], choice.sample(NAMES, 4), strict=True)
    ] + [NamedNode("urn:p:q"), TYPE]
    makers: list[Callable[[], Object]] = [
        lambda: choice.choice(iris),
        lambda: choice.choice(nodes),
        lambda: Literal(choice.choice(TEXTS)),
        lambda: Literal(choice.choice(TEXTS), language=choice.choice(LANGUAGES)),
        lambda: typed(*choice.choice(NUMBERS)),
        lambda: Literal(choice.choice(TEXTS), datatype=choice.choice(iris)),
    ]
    kind = {predicate: choice.sample(makers, choice.choice([1, 1, 2, 6])) for predicate in predicates} | {TYPE: makers[:2]}
    graph: list[Triple] = []
    for _ in range(choice.randint(1, 60)):
        predicate = choice.choice(predicates)
        subjects: list[NamedNode | BlankNode] = [*iris, *nodes]
        graph.append(Triple(choice.choice(subjects), predicate, choice.choice(kind[predicate])()))
    for number in range(choice.randint(0, 3)):
        graph += random_list(
            choice, f"l{number}x", Triple(choice.choice(iris), predicates[number], NIL), [choice.choice(makers)() for _ in range(choice.randint(0, 4))]
        )
    return graph


def random_list(choice: random.Random, name: str, holder: Triple, members: list[Object]) -> list[Triple]:
    nodes: list[NamedNode | BlankNode] = [BlankNode(f"{name}{number}") for number in range(len(members))]
    ends = [*nodes[1:], NIL][: len(nodes)]
    links = [Triple(node, FIRST, member) for node, member in zip(nodes, members, strict=True)]
    links += [Triple(node, REST, end) for node, end in zip(nodes, ends, strict=True)]
    head = nodes[0] if nodes else NIL
    return [Triple(holder.subject, holder.predicate, head), *choice.sample(links, len(links))]


def typed(datatype: str, text: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))
