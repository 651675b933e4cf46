"""Render resources and whole graphs: a format is one function and one row in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple

from publish.jsonld import Context, write_graph, write_resource
from publish.model import Resource
from publish.paths import page_path
from publish.turtle import Namespaces, write_trig, write_turtle

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Notation:
    """What the RDF formats need to know beside the triples."""

    base: str
    namespaces: Namespaces
    context: Context


@dataclass(frozen=True, slots=True)
class Format:
    """One RDF format: its media type, and how a resource and a graph are written in it."""

    media_type: str
    resource: Callable[[Resource, Notation], str]
    graph: Callable[[Sequence[Triple], Notation], Iterable[str]]


def _turtle(triples: Sequence[Triple], notation: Notation) -> Iterable[str]:
    return write_turtle(triples, notation.namespaces)


def _n_triples(triples: Sequence[Triple], _notation: Notation) -> Iterable[str]:
    return (f"{triple} .\n" for triple in triples)


def _json_ld(triples: Sequence[Triple], notation: Notation) -> Iterable[str]:
    return write_graph(triples, notation.context)


FORMATS: Mapping[str, Format] = {
    "ttl": Format("text/turtle", lambda resource, notation: "".join(_turtle(resource.graph, notation)), _turtle),
    "jsonld": Format("application/ld+json", lambda resource, notation: write_resource(resource, notation.context), _json_ld),
    "nt": Format("application/n-triples", lambda resource, notation: "".join(_n_triples(resource.graph, notation)), _n_triples),
}


def render_resource(resource: Resource, notation: Notation) -> Iterator[File]:
    """Yield the files of one resource, one a format; each holds the same graph."""
    path = page_path(resource.iri, notation.base)
    for extension, form in FORMATS.items():
        yield f"{path}.{extension}", form.resource(resource, notation).encode()


def render_graph(path: str, triples: Sequence[Triple], notation: Notation) -> Iterator[File]:
    """Yield the files of a whole graph of sorted triples, one a format."""
    for extension, form in FORMATS.items():
        yield f"{path}.{extension}", "".join(form.graph(triples, notation)).encode()


def render_graphs(path: str, graphs: Mapping[str, Sequence[Triple]], notation: Notation) -> Iterator[File]:
    """Yield TriG and N-Quads of several graphs, by the IRI of each."""
    yield f"{path}.trig", "".join(write_trig(graphs, notation.namespaces)).encode()
    quads = (Quad(triple.subject, triple.predicate, triple.object, NamedNode(iri)) for iri, triples in sorted(graphs.items()) for triple in triples)
    yield f"{path}.nq", pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b""
