"""What a parser reads, as plain values, and whether two readings say the same whatever their blank nodes are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple

from publish.model import RDF, XSD

Term = tuple[str, ...]
"""``("iri", iri)``, ``("blank", name)``, ``("literal", lexical form, datatype, language, direction)``, or empty for the default graph."""
Reading = frozenset[tuple[Term, Term, Term, Term]]

FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
}
"""pyoxigraph's formats, by the ending of a file's name."""
STRING, LANGUAGE_STRING = XSD + "string", RDF + "langString"

_ROUNDS = 30


def reading_of(quads: Iterable[Quad]) -> Reading:
    """Return what pyoxigraph read."""
    return frozenset((_term(quad.subject), _term(quad.predicate), _term(quad.object), _term(quad.graph_name)) for quad in quads)


def by_pyoxigraph(document: bytes, form: str, base: str | None = None) -> Reading:
    """Return what pyoxigraph reads in *document*, whose IRIs may be relative to *base*. Raises SyntaxError and ValueError."""
    return reading_of(pyoxigraph.parse(document, format=FORMATS[form], base_iri=base))


def from_second(told: Iterable[Sequence[Sequence[str]]]) -> Reading:
    """Return what `fuzz.second` told."""
    return frozenset((_told(subject), _told(predicate), _told(value), _told(graph)) for subject, predicate, value, graph in told)


def named_alike(reading: Reading) -> Counter[tuple[Term, ...]]:
    """Return *reading* with its blank nodes called after what is said of them, so that equal graphs are equal values.

    Graphs that only a search could tell apart are equal too: RDFC-1.0 would tell them, and takes for ever with some.
    """
    colours = {term: "" for quad in reading for term in quad if term[:1] == ("blank",)}
    if not colours:
        return Counter(reading)
    count = 0
    for _round in range(_ROUNDS):
        said: dict[Term, list[str]] = {node: [] for node in colours}
        for quad in reading:
            for place, term in enumerate(quad):
                if term in said:
                    said[term].append(repr([place, *(("", colours[other], other == term) if other in colours else other for other in quad)]))
        colours = {node: sha256(repr([colours[node], sorted(lines)]).encode()).hexdigest() for node, lines in said.items()}
        if len(set(colours.values())) == count:
            break
        count = len(set(colours.values()))
    return Counter(tuple(("blank", colours[term]) if term in colours else term for term in quad) for quad in reading)


def _term(term: object) -> Term:
    if isinstance(term, NamedNode):
        return ("iri", term.value)
    if isinstance(term, BlankNode):
        return ("blank", term.value)
    if isinstance(term, Literal):
        direction = "" if term.direction is None else str(term.direction)
        return ("literal", term.value, term.datatype.value, term.language or "", direction)
    if isinstance(term, Triple):
        return ("triple", str(term))
    assert isinstance(term, DefaultGraph)
    return ()


def _told(term: Sequence[str]) -> Term:
    if term[:1] == ["literal"]:
        _kind, lexical, datatype, language = term
        return ("literal", lexical, datatype or (LANGUAGE_STRING if language else STRING), language, "")
    return tuple(term)
