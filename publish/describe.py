"""Turn sorted triples into resources: what is said about each IRI, what points at it, and what its neighbours are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.model import (
    DCTERMS,
    LABEL,
    LABELS,
    RDF,
    SHACL,
    SKOS,
    TYPE,
    Object,
    Resource,
    Subject,
    best_literal,
    sort_triples,
)
from publish.query import Query

_KINDS = {  # SHACL Advanced Features, section 9: the executable kinds of a SPARQL query
    "SELECT": ("SPARQLSelectExecutable", "select"),
    "ASK": ("SPARQLAskExecutable", "ask"),
    "CONSTRUCT": ("SPARQLConstructExecutable", "construct"),
}
_PARTS = (RDF + "subject", RDF + "predicate", RDF + "object")
_DESCRIPTION = NamedNode(DCTERMS + "description")
_NAME = NamedNode(SHACL + "name")
_PATH = NamedNode(SHACL + "path")
_CODES = (NamedNode(SKOS + "Concept"), NamedNode(SKOS + "ConceptScheme"))


def describe(triples: Sequence[Triple], derived: frozenset[Triple], base: str) -> Iterator[Resource]:
    """Yield a resource for each subject of sorted *triples* under *base*, by code point of its IRI."""
    labels = label_triples(triples)
    nested: dict[Subject, tuple[Triple, ...]] = {node: tuple(group) for node, group in groupby(triples, key=_subject) if isinstance(node, BlankNode)}
    pointing = sorted((triple for triple in triples if isinstance(triple.object, NamedNode) and isinstance(triple.subject, NamedNode)), key=_object)
    incoming = {node: tuple(group) for node, group in groupby(pointing, key=_object)}
    for node, group in groupby(triples, key=_subject):
        if isinstance(node, NamedNode) and node.value.startswith(base):
            own = tuple(_with_nested(group, nested))
            pointers = tuple(triple for triple in incoming.get(node.value, ()) if triple.subject != node)
            near = {triple.object for triple in own if triple.predicate != TYPE} | {triple.subject for triple in pointers}
            names = {term.value: labels[term.value] for term in near if isinstance(term, NamedNode) and term.value in labels}
            yield Resource(node.value, own, pointers, names, derived.intersection((*own, *pointers)))


def label_triples(triples: Iterable[Triple]) -> dict[str, tuple[Triple, ...]]:
    """Return the label triples (`rdfs:label`, else `skos:prefLabel`) of each IRI: those with a text, for a label can be anything."""
    found: dict[str, list[Triple]] = {}
    for triple in triples:
        if triple.predicate in LABELS and isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
            found.setdefault(triple.subject.value, []).append(triple)
    return {iri: tuple(labels) for iri, labels in found.items()}


def names(triples: Sequence[Triple], language: str) -> dict[str, Literal]:
    """Return what to call each IRI, in *language* where there is such a text: its label; `sh:name` for a property shape, and a property without label."""
    called = {iri: best for iri, labels in label_triples(triples).items() if (best := best_literal(labels, language))}
    paths = {triple.subject: triple.object for triple in triples if triple.predicate == _PATH}
    named = [triple for triple in triples if triple.predicate == _NAME and triple.subject in paths]
    for shape, group in groupby(named, key=_subject):
        name = best_literal(list(group), language)
        for node in (shape, paths[shape]):
            if isinstance(node, NamedNode) and name:
                called.setdefault(node.value, name)
    return called


def code_lists(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples of the SKOS concepts and concept schemes among *triples*, sorted."""
    every = list(triples)
    codes = {triple.subject for triple in every if triple.predicate == TYPE and triple.object in _CODES}
    return [triple for triple in every if triple.subject in codes]


def reified(triples: Iterable[Triple]) -> dict[Triple, list[str]]:
    """Return the IRIs of the statements (RDF Schema 1.1, section 5.3) that are about each triple, by code point."""
    parts: dict[Subject, dict[str, Object]] = {}
    for triple in triples:
        if triple.predicate.value in _PARTS and isinstance(triple.subject, NamedNode):
            parts.setdefault(triple.subject, {})[triple.predicate.value] = triple.object
    found: dict[Triple, list[str]] = {}
    for node, said in sorted(parts.items(), key=lambda part: str(part[0])):
        subject, predicate, value = (said.get(part) for part in _PARTS)
        if isinstance(node, NamedNode) and isinstance(subject, NamedNode) and isinstance(predicate, NamedNode) and value is not None:
            found.setdefault(Triple(subject, predicate, value), []).append(node.value)
    return found


def usage(triples: Iterable[Triple]) -> Counter[str]:
    """Return how often *triples* use each IRI as a property, or as a value, such as a class or a code."""
    every = list(triples)
    values = (triple.object.value for triple in every if isinstance(triple.object, NamedNode))
    return Counter(chain((triple.predicate.value for triple in every), values))


def query_triples(queries: Iterable[Query], dataset: NamedNode) -> list[Triple]:
    """Return *queries* as RDF, sorted: each a `sh:SPARQLExecutable` with its text, which runs as it is.

    *dataset* declares the prefixes too: whoever edits a query, or writes another one, finds them with `sh:prefixes`.
    """
    return sort_triples(triple for query in queries for triple in _query_triples(query, dataset))


def _query_triples(query: Query, dataset: NamedNode) -> Iterator[Triple]:
    iri = NamedNode(query.iri)
    kind, text = next(words for name, words in _KINDS.items() if query.kind == name)
    yield Triple(iri, TYPE, NamedNode(SHACL + "SPARQLExecutable"))
    yield Triple(iri, TYPE, NamedNode(SHACL + kind))
    yield Triple(iri, NamedNode(SHACL + text), Literal(query.code))
    yield Triple(iri, NamedNode(SHACL + "prefixes"), dataset)
    for language, words in query.titles.items():
        yield Triple(iri, LABEL, Literal(words, language=language))
    for language, words in query.descriptions.items():
        yield Triple(iri, _DESCRIPTION, Literal(words, language=language))


def _with_nested(triples: Iterable[Triple], nested: Mapping[Subject, tuple[Triple, ...]]) -> Iterator[Triple]:
    """Yield *triples* and those of the blank nodes that they reach (the lists of shapes), each once."""
    waiting = list(triples)
    seen: set[Triple] = set()
    for triple in waiting:  # which grows
        if triple not in seen:
            seen.add(triple)
            yield triple
            if isinstance(triple.object, BlankNode):
                waiting += nested.get(triple.object, ())


def _subject(triple: Triple) -> Subject:
    return triple.subject


def _object(triple: Triple) -> str:
    return triple.object.value if isinstance(triple.object, NamedNode) else ""
