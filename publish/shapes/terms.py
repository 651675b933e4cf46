"""Terms and graphs as rdflib has them, made of what pyoxigraph reads, their lexical forms untouched.

rdflib makes a value of each literal as it makes the literal: it fills the memory with ``"1e1000000000"^^xsd:decimal`` and
parses HTML and XML. `tame` leaves it the values that are quickly made of valid lexical forms.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, partial

import pyoxigraph
import rdflib
from pyoxigraph import RdfFormat
from rdflib import RDF, XSD
from rdflib.term import Identifier, Node, URIRef
from rdflib.term import bind as value_by

from publish.datatypes import is_valid

rdflib.NORMALIZE_LITERALS = False

_STORE = "SimpleMemory"  # the store that keeps no named graphs: nothing here has any
_LONGEST = 1000
"""The characters of a literal of which a value is made: more digits than anybody compares."""
_DAY = len("2020-01-31")
_INTEGERS = ("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger")
_UNSIGNED = ("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte")
_VALUES: dict[URIRef, tuple[type, Callable[[str], object]]] = {
    **{XSD[name]: (int, int) for name in _INTEGERS + _UNSIGNED},
    XSD.boolean: (bool, lambda text: text in {"true", "1"}),
    XSD.decimal: (Decimal, Decimal),
    XSD.float: (float, float),
    XSD.double: (float, float),
    XSD.date: (date, lambda text: date.fromisoformat(text[:_DAY])),
    XSD.dateTime: (datetime, datetime.fromisoformat),
    XSD.time: (time, time.fromisoformat),
}
_WRITTEN: dict[type, Callable[[object], str]] = {bool: lambda value: str(value).lower(), datetime: lambda value: str(value).replace(" ", "T")}
"""How values are written that Python writes otherwise."""
_NO_VALUES = (RDF.HTML, RDF.XMLLiteral, XSD.base64Binary, XSD.dayTimeDuration, XSD.duration, XSD.hexBinary, XSD.yearMonthDuration)
_REWRITTEN = {XSD.normalizedString, XSD.token}


def tame() -> None:
    """Let rdflib, in the whole of this process, make no value of a literal that is not valid, and none that costs anything."""
    logging.disable()  # rdflib tells of each literal that has no value
    for datatype, (kind, make) in _VALUES.items():
        value_by(datatype, kind, partial(_value, make, str(datatype)), _WRITTEN.get(kind), datatype_specific=True)
    for datatype in _NO_VALUES:
        value_by(datatype, str, lambda _text: None, datatype_specific=True)


def read_graph(triples: bytes) -> rdflib.Graph:
    """Return N-Triples as an rdflib graph."""
    return fill(empty_graph(), triples)


def empty_graph() -> rdflib.Graph:
    """Return a graph without triples and without prefixes."""
    return rdflib.Graph(_STORE, bind_namespaces="none")


def fill(graph: rdflib.Graph, triples: bytes) -> rdflib.Graph:
    """Add N-Triples to *graph*, parsed by pyoxigraph, and return it."""
    for quad in pyoxigraph.parse(triples, format=RdfFormat.N_TRIPLES):
        graph.add((as_rdflib(quad.subject), as_rdflib(quad.predicate), as_rdflib(quad.object)))
    return graph


@cache
def as_rdflib(term: object) -> Identifier:
    """Return a term of pyoxigraph as rdflib's."""
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, pyoxigraph.Literal)
    datatype = None if term.language or term.datatype.value == str(XSD.string) else URIRef(term.datatype.value)
    if datatype in _REWRITTEN:  # rdflib collapses the spaces of these, and a literal with spaces too many is not valid
        literal = rdflib.Literal(term.value)
        literal.__setstate__((None, {"language": None, "datatype": datatype}))
        return literal
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


def as_oxigraph(term: Node) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    """Return a term of rdflib as pyoxigraph's."""
    if isinstance(term, rdflib.Literal):
        if term.language:
            return pyoxigraph.Literal(str(term), language=term.language)
        return pyoxigraph.Literal(str(term), datatype=pyoxigraph.NamedNode(term.datatype) if term.datatype else None)
    return pyoxigraph.BlankNode(str(term)) if isinstance(term, rdflib.BNode) else pyoxigraph.NamedNode(str(term))


def _value(make: Callable[[str], object], datatype: str, lexical: str) -> object:
    """The value of a literal, or nothing where it has none that can be made here."""
    if len(lexical) > _LONGEST or not is_valid(lexical, datatype):
        return None
    try:
        return make(lexical)
    except (ValueError, OverflowError):  # a year that Python does not know
        return None
