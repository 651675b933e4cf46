"""The data set as VoID describes it: dumps, counts, partitions by class and property, vocabularies, links to others.

Describing Linked Datasets with the VoID Vocabulary: https://www.w3.org/TR/void/. Every part has an IRI of its own under
``<base>void#``; there are no blank nodes. What is counted is counted in the graphs that are published as dumps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from publish.facts import Facts, sparql_endpoints
from publish.gzipped import plain_name
from publish.model import DCTERMS, FOAF, LABEL, RDFS, TYPE, VOID, XSD, sort_triples
from publish.paths import whole_name
from publish.statistics import ALL, Spread, Statistics, namespace
from publish.texts import every_language
from publish.turtle import Namespaces

_INTEGER = NamedNode(XSD + "integer")
_FORMATS = {  # the unique URIs of formats, https://www.w3.org/ns/formats/
    "jsonld": "JSON-LD",
    "nq": "N-Quads",
    "nt": "N-Triples",
    "trig": "TriG",
    "ttl": "Turtle",
}
_HEAD = tuple(DCTERMS + name for name in ("title", "description", "creator", "publisher", "license", "issued", "modified"))


@dataclass(frozen=True, slots=True)
class Described:
    """What a VoID description is made of: the data set's numbers, its graphs by the name of their dumps; what it says of itself; the ontology.

    The graph ``all`` is the data set itself, every other one a subset. *dumps* are the paths of the dumps on the site; *namespaces* give
    the parts their names.
    """

    base: str
    dataset: NamedNode
    numbers: Statistics
    facts: Facts
    ontology: Sequence[Triple]
    dumps: Sequence[str]
    namespaces: Namespaces


def void_document(base: str) -> str:
    """Return the IRI of the VoID description of the data set under *base*."""
    return base + "void"


def void_triples(described: Described) -> list[Triple]:
    """Return the whole description, sorted."""
    return sort_triples(_Description(described).triples())


class _Description:
    def __init__(self, described: Described) -> None:
        self._described = described
        self._document = void_document(described.base)
        self._numbers = described.numbers
        self._own = described.base

    def triples(self) -> Iterator[Triple]:
        document, dataset = NamedNode(self._document), self._described.dataset
        yield Triple(document, TYPE, NamedNode(VOID + "DatasetDescription"))
        yield from _texts(document, LABEL, "void.title")
        yield from _texts(document, NamedNode(DCTERMS + "title"), "void.title")
        yield Triple(document, NamedNode(FOAF + "primaryTopic"), dataset)
        yield from self._head(dataset)
        yield from self._graph(dataset, ALL)
        yield from self._dumps(dataset, ALL)
        for name in self._numbers.graphs:
            if name != ALL:
                subset = self._part("graph", name)
                yield Triple(dataset, NamedNode(VOID + "subset"), subset)
                yield from _texts(subset, LABEL, f"void.{name}")
                yield from self._graph(subset, name)
                yield from self._dumps(subset, name)
        yield from self._classes(dataset)
        yield from self._properties(dataset)
        yield from self._linksets(dataset)

    def _head(self, dataset: NamedNode) -> Iterator[Triple]:
        facts = self._described.facts
        yield from facts.described(dataset.value, _HEAD)
        yield Triple(dataset, NamedNode(VOID + "uriSpace"), Literal(self._own))
        extensions = {plain_name(path).rsplit(".", 1)[-1] for path in self._described.dumps}
        for extension in extensions & _FORMATS.keys():
            yield Triple(dataset, NamedNode(VOID + "feature"), NamedNode("http://www.w3.org/ns/formats/" + _FORMATS[extension]))
        for vocabulary in self._vocabularies():
            yield Triple(dataset, NamedNode(VOID + "vocabulary"), NamedNode(vocabulary))
        for endpoint in sparql_endpoints(facts, dataset.value):
            yield Triple(dataset, NamedNode(VOID + "sparqlEndpoint"), NamedNode(endpoint))

    def _graph(self, dataset: NamedNode, name: str) -> Iterator[Triple]:
        yield Triple(dataset, TYPE, NamedNode(VOID + "Dataset"))
        numbers = self._numbers.graphs[name]
        counts = {
            "triples": numbers.triples,
            "entities": numbers.entities,
            "distinctSubjects": numbers.subjects,
            "distinctObjects": numbers.objects,
            "properties": numbers.properties,
            "classes": numbers.classes,
        }
        yield from _counts(dataset, counts)

    def _dumps(self, dataset: NamedNode, name: str) -> Iterator[Triple]:
        for path in self._described.dumps:
            if plain_name(whole_name(path)).rsplit("/", 1)[-1].rsplit(".", 1)[0] == name:
                yield Triple(dataset, NamedNode(VOID + "dataDump"), NamedNode(self._own + path))

    def _classes(self, dataset: NamedNode) -> Iterator[Triple]:
        for kind, numbers in self._numbers.classes.items():
            part = self._part("class", self._name(kind))
            yield Triple(dataset, NamedNode(VOID + "classPartition"), part)
            yield Triple(part, TYPE, NamedNode(VOID + "Dataset"))
            yield Triple(part, NamedNode(VOID + "class"), NamedNode(kind))
            yield from _counts(part, {"entities": numbers.entities, "triples": numbers.triples})
            for node in (dataset, part) if numbers.example else ():
                yield Triple(node, NamedNode(VOID + "exampleResource"), NamedNode(numbers.example))

    def _properties(self, dataset: NamedNode) -> Iterator[Triple]:
        for name, numbers in self._numbers.properties.items():
            part = self._part("property", self._name(name))
            yield Triple(dataset, NamedNode(VOID + "propertyPartition"), part)
            yield Triple(part, TYPE, NamedNode(VOID + "Dataset"))
            yield Triple(part, NamedNode(VOID + "property"), NamedNode(name))
            yield from _counts(part, _spread(numbers))

    def _linksets(self, dataset: NamedNode) -> Iterator[Triple]:
        """Links to things that others describe: not to the terms that the data is written in, and not to classes."""
        for (predicate, space), numbers in self._numbers.links.items():
            place = quote(space.replace("://", "/"), safe="/")
            part, target = self._part("links", f"{self._name(predicate)}/{place}"), self._part("target", place)
            yield Triple(dataset, NamedNode(VOID + "subset"), part)
            yield Triple(part, TYPE, NamedNode(VOID + "Linkset"))
            yield Triple(part, NamedNode(VOID + "linkPredicate"), NamedNode(predicate))
            yield Triple(part, NamedNode(VOID + "subjectsTarget"), dataset)
            yield Triple(part, NamedNode(VOID + "objectsTarget"), target)
            yield from _counts(part, _spread(numbers))
            yield Triple(target, TYPE, NamedNode(VOID + "Dataset"))
            yield Triple(target, NamedNode(VOID + "uriSpace"), Literal(space))

    def _vocabularies(self) -> set[str]:
        """Of each term that is used: the ontology that it says it is defined by, else its namespace."""
        defined = Facts(self._described.ontology)
        return {next(iter(defined.iris(term, RDFS + "isDefinedBy")), namespace(term)) for term in (*self._numbers.classes, *self._numbers.properties)}

    def _name(self, iri: str) -> str:
        """A name for *iri* in a fragment, one for one: its prefix and local name, or a hash where no prefix fits."""
        prefix, short = self._described.namespaces.split(iri)
        return short.replace(":", "/", 1) if prefix else sha256(iri.encode()).hexdigest()

    def _part(self, kind: str, name: str) -> NamedNode:
        return NamedNode(f"{self._document}#{kind}/{name}")


def _spread(numbers: Spread) -> dict[str, int]:
    return {"triples": numbers.triples, "distinctSubjects": numbers.subjects, "distinctObjects": numbers.objects}


def _counts(subject: NamedNode, counts: Mapping[str, int]) -> Iterator[Triple]:
    return (Triple(subject, NamedNode(VOID + name), Literal(str(count), datatype=_INTEGER)) for name, count in counts.items())


def _texts(subject: NamedNode, predicate: NamedNode, name: str) -> Iterable[Triple]:
    return (Triple(subject, predicate, Literal(words, language=language)) for language, words in every_language(name).items())
