"""Move what was read to another base: every IRI under the old base to the new one, as a term, never as text.

Two literals hold a namespace and move with it: `vann:preferredNamespaceUri` and `sh:namespace`. Queries name their own
IRIs by prefix only, so that their PREFIX lines are all that moves.
"""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from publish.model import SHACL, VANN, Object, Source
from publish.query import Query

_HOLDS_NAMESPACE = (NamedNode(VANN + "preferredNamespaceUri"), NamedNode(SHACL + "namespace"))


def move_source(source: Source, old: str, new: str) -> Source:
    """Return *source* with its prefixes and triples under the base *new*; its text stays as the file has it."""
    if old == new:
        return source
    prefixes = {name: move_iri(iri, old, new) for name, iri in source.prefixes.items()}
    return replace(source, prefixes=prefixes, triples=tuple(move_triple(triple, old, new) for triple in source.triples))


def move_query(query: Query, old: str, new: str) -> Query:
    """Return *query* with its prefixes under the base *new*, and its IRI there, named after its file."""
    prefixes = {name: move_iri(iri, old, new) for name, iri in query.prefixes.items()}
    return replace(query, iri=new + query.file.removeprefix("ontology/").removesuffix(".rq"), prefixes=prefixes)


def move_triple(triple: Triple, old: str, new: str) -> Triple:
    """Return *triple* with every IRI under the base *old* under the base *new* instead."""

    def moved(term: Object) -> Object:
        if isinstance(term, NamedNode):
            return NamedNode(move_iri(term.value, old, new))
        if isinstance(term, Literal) and not term.language:
            text = move_iri(term.value, old, new) if triple.predicate in _HOLDS_NAMESPACE else term.value
            return Literal(text, datatype=NamedNode(move_iri(term.datatype.value, old, new)))
        return term

    return Triple(moved(triple.subject), moved(triple.predicate), moved(triple.object))  # type: ignore[arg-type]  # a term keeps its kind


def move_iri(iri: str, old: str, new: str) -> str:
    """Return *iri* under the base *new* instead of *old*; as it is where it is not under that."""
    return new + iri.removeprefix(old) if iri.startswith(old) else iri
