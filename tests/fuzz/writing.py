"""What bynet writes is read as what it was made from, by both parsers: every format, of whole graphs and of resources."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Sequence
from functools import cache, partial

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from workbench import PREFIXES

from fuzz import second
from fuzz.made import BASE, documents
from fuzz.parsers import Second
from fuzz.quads import Reading, by_pyoxigraph, named_alike, reading_of
from fuzz.target import Target
from publish.datatypes import is_valid
from publish.describe import describe
from publish.jsonld import Context
from publish.model import RDF, XSD, sort_triples
from publish.render import Notation, render_graph, render_graphs, render_resource
from publish.turtle import Namespaces

_MOST = 200
_COLLAPSED = {XSD + "token", XSD + "normalizedString"}
_NAMESPACES = Namespaces({**PREFIXES, "rdf": RDF, "all": BASE, "xs": "http://www.w3.org/2001/XMLSchema#", "urn": "urn:x:", "http": "https://other.example/"})


@cache
def rdflib() -> Second:
    """The second parser of this process."""
    begun = Second()
    atexit.register(begun.close)
    return begun


def graph(content: bytes) -> None:
    """N-Quads are written in each format, as one graph, as named graphs and resource by resource; both parsers read what they say."""
    quads = _quads(content)
    triples = sort_triples(quad.triple for quad in quads)
    for path, document in render_graph("x", triples, _notation(triples)):
        same(path, document, reading_of(Quad(*triple) for triple in triples))
    named = {
        quad.graph_name.value: [other.triple for other in quads if other.graph_name == quad.graph_name]
        for quad in quads
        if isinstance(quad.graph_name, NamedNode)
    }
    if named and not _share_blanks(named.values()):
        expected = reading_of(Quad(triple.subject, triple.predicate, triple.object, NamedNode(name)) for name, told in named.items() for triple in told)
        for path, document in render_graphs("x", {name: sort_triples(told) for name, told in named.items()}, _notation(triples)):
            same(path, document, expected)
    for resource in describe(triples, frozenset(), BASE):
        expected = reading_of(Quad(*triple) for triple in resource.graph)
        for path, document in render_resource(resource, _notation(triples)):
            same(path, document, expected)


def same(path: str, document: bytes, expected: Reading) -> None:
    """Both parsers read in *document*, whose format its *path* tells, what was *expected*."""
    form = path.rpartition(".")[2]
    wanted = named_alike(expected)
    for parser, read in (("pyoxigraph", partial(by_pyoxigraph, base=second.BASE)), ("rdflib", rdflib().read)):
        found = named_alike(read(document, form))
        lost, more = sorted((wanted - found).elements()), sorted((found - wanted).elements())
        assert not lost + more, f"{parser} reads {path} otherwise: {lost[:3]} became {more[:3]}"


def _share_blanks(graphs: Iterable[Sequence[Triple]]) -> bool:
    """Whether a blank node is in several graphs: the graphs of a data set are written one after the other, and have none in common."""
    blanks = [{term for triple in told for term in triple if isinstance(term, BlankNode)} for told in graphs]
    return sum(map(len, blanks)) > len(set().union(*blanks))


def _quads(content: bytes) -> Sequence[Quad]:
    """The quads of N-Quads that the gate would let through, none where it is none."""
    try:
        read = [*parse(content, format=RdfFormat.N_QUADS)]
    except (SyntaxError, ValueError):
        return []
    return [quad for quad in read[:_MOST] if not any(map(_is_refused, quad.triple))]


def _is_refused(term: object) -> bool:
    """Whether bynet lets no such term in: it is new in RDF 1.2; or its white space is no token's, which rdflib would change whatever it is told."""
    if isinstance(term, Literal):
        return term.direction is not None or (term.datatype.value in _COLLAPSED and not is_valid(term.value, term.datatype.value))
    return isinstance(term, Triple)


def _notation(triples: Sequence[Triple]) -> Notation:
    return Notation(BASE, _NAMESPACES, Context(triples, _NAMESPACES, BASE))


TARGETS = (Target("graph", graph, "n-quads", documents, examples=100),)
