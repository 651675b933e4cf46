"""Graphs as somebody could send them who means harm, or has odd data: names, texts, languages, datatypes, lists, loops."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from fuzz.target import texts_of
from publish.datatypes import is_valid
from publish.intake.characters import FORBIDDEN
from publish.model import EDTF, RDF, RDFS, XSD

BASE = "https://example.org/"
_LOCALS = (*texts_of("local-names"), "x" * 300)
_FOREIGN = texts_of("foreign-iris")
_PREDICATES = texts_of("predicates")
_TEXTS = (*texts_of("texts"), "x" * 3000, "w " * 500)
_LEXICALS = (*texts_of("lexical-forms"), "9" * 400)
_XSD = "integer decimal double float boolean date dateTime gYear gYearMonth time duration anyURI string token hexBinary byte"
_OTHERS = (RDF + "HTML", RDF + "XMLLiteral", RDF + "JSON", EDTF + "EDTF", "http://www.opengis.net/ont/geosparql#wktLiteral", "urn:x:type", BASE + "def/type")
_DATATYPES = (*(XSD + name for name in _XSD.split()), *_OTHERS)
_LANGUAGES = ("en", "da", "en-GB", "zh-Hant-TW", "de-1996", "x-private", "ar", "und", "i-klingon", "EN", "a" * 8)

own = st.builds(
    lambda part, local: NamedNode(BASE + part + local),
    st.sampled_from(("id/", "def/", "shapes/", "")),
    st.sampled_from([local for local in _LOCALS if " " not in local]),
)
names = own | st.sampled_from(_FOREIGN).map(NamedNode)
texts = st.sampled_from(_TEXTS) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, language: Literal(text, language=language), texts, st.sampled_from(_LANGUAGES)),
    st.builds(lambda text, kind: Literal(text, datatype=NamedNode(kind)), st.sampled_from(_LEXICALS) | texts, st.sampled_from(_DATATYPES)),
)
_blanks = st.sampled_from("abcde").map(BlankNode)
_predicates = st.sampled_from(_PREDICATES).map(NamedNode) | own
_chain = st.sampled_from((RDF + "first", RDF + "rest")).map(NamedNode)
_links = st.builds(Quad, _blanks, _chain, _blanks | st.just(NamedNode(RDF + "nil")) | literals | names)
_quads = st.one_of(st.builds(Quad, names | _blanks, _predicates, names | literals | literals | _blanks), _links)


def _ends(first: BlankNode) -> st.SearchStrategy[NamedNode | BlankNode | Literal]:
    """How a list ends that begins at *first*."""
    nil: st.SearchStrategy[NamedNode | BlankNode | Literal] = st.just(NamedNode(RDF + "nil"))
    return st.one_of(nil, nil, nil, st.just(first), st.just(Literal("x")))


@st.composite
def lists(draw: st.DrawFn) -> list[Quad]:
    """An RDF list with odd members, some of them lists, perhaps one that goes round, has no end or more than one beginning."""
    name = draw(st.sampled_from("lmn"))
    members = draw(st.lists(names | literals | _blanks, min_size=1, max_size=4))
    nodes = [BlankNode(f"{name}{number}") for number in range(len(members))]
    ends: list[NamedNode | BlankNode | Literal] = [*nodes[1:], draw(_ends(nodes[0]))]
    first, rest = NamedNode(RDF + "first"), NamedNode(RDF + "rest")
    told = [quad for node, member, end in zip(nodes, members, ends, strict=True) for quad in (Quad(node, first, member), Quad(node, rest, end))]
    return [Quad(draw(names | _blanks), draw(_predicates), nodes[0]), *told]


graphs = st.builds(lambda parts, quads: [*quads, *(quad for part in parts for quad in part)], st.lists(lists(), max_size=2), st.lists(_quads, max_size=12))


def n_quads(quads: Sequence[Quad]) -> bytes:
    """Return *quads* as N-Quads."""
    return pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b""


def _in_graphs(quads: list[Quad], names: list[NamedNode]) -> bytes:
    return n_quads([Quad(quad.subject, quad.predicate, quad.object, names[number % len(names)]) if names else quad for number, quad in enumerate(quads)])


documents = st.builds(_in_graphs, graphs, st.lists(own, max_size=2))
"""N-Quads of graphs, in one graph without a name or in several with."""


_MEANT = (
    RDFS + "comment",
    RDFS + "seeAlso",
    "http://purl.org/dc/terms/description",
    "http://purl.org/dc/terms/source",
    "http://xmlns.com/foaf/0.1/homepage",
    BASE + "def/size",
)
_DOTS = (".", "..")
_allowed = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, language: Literal(text, language=language), texts, st.sampled_from([language for language in _LANGUAGES if "-" not in language])),
    st.builds(lambda text, kind: Literal(text, datatype=NamedNode(kind)), st.sampled_from(_LEXICALS), st.sampled_from(_DATATYPES[:-1])),
).filter(lambda literal: is_valid(literal.value, literal.datatype.value) and not FORBIDDEN.search(literal.value))


@st.composite
def _things(draw: st.DrawFn) -> bytes:
    locals_ = draw(st.lists(st.sampled_from([local for local in _LOCALS if local not in _DOTS]), min_size=1, max_size=4, unique_by=str.casefold))
    things = [NamedNode(f"{BASE}id/{local}") for local in locals_]
    told = [Triple(thing, NamedNode(RDF + "type"), NamedNode(BASE + "def/Thing")) for thing in things]
    others = st.sampled_from([*things, *map(NamedNode, _FOREIGN)])
    for thing in things:
        told += [
            Triple(
                thing,
                NamedNode(RDFS + "label"),
                Literal(draw(texts.filter(lambda text: not FORBIDDEN.search(text))), language=draw(st.sampled_from(("en", "da")))),
            )
        ]
        told += [Triple(thing, NamedNode(BASE + "def/knows"), other) for other in draw(st.lists(others, max_size=2))]
        told += [
            Triple(thing, NamedNode(predicate), value) for predicate, value in draw(st.lists(st.tuples(st.sampled_from(_MEANT), _allowed | others), max_size=4))
        ]
    return pyoxigraph.serialize(told, format=RdfFormat.N_TRIPLES) or b""


sound_things = _things()
"""N-Triples of things that a project may have, whose values are odd, and nothing wrong with them."""
