"""The data set as VoID describes it: dumps, counts, partitions by class and property, vocabularies, links to others.

Describing Linked Datasets with the VoID Vocabulary: https://www.w3.org/TR/void/. Every part has an IRI of its own under
``<base>void#``; there are no blank nodes. What is counted is counted in the graphs that are published as dumps.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from publish.facts import Facts, sparql_endpoints
from publish.model import DCTERMS, FOAF, LABEL, RDFS, TYPE, VOID, XSD, sort_triples
from publish.texts import every_language
from publish.turtle import Namespaces

_HOST = re.compile(r"[^:/?#]+://[^/?#]*/?")
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
    """What a VoID description is made of: the data set's graphs by the name of their dumps, the ontology, the dumps' paths on the site.

    The graph ``all`` is the data set itself, every other one a subset. *namespaces* give the parts their names.
    """

    base: str
    dataset: NamedNode
    graphs: Mapping[str, Sequence[Triple]]
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
        self._data = described.graphs["all"]
        self._own = described.base

    def triples(self) -> Iterator[Triple]:
        document, dataset = NamedNode(self._document), self._described.dataset
        yield Triple(document, TYPE, NamedNode(VOID + "DatasetDescription"))
        yield from _texts(document, LABEL, "void.title")
        yield from _texts(document, NamedNode(DCTERMS + "title"), "void.title")
        yield Triple(document, NamedNode(FOAF + "primaryTopic"), dataset)
        yield from self._head(dataset)
        yield from self._graph(dataset, self._data)
        yield from self._dumps(dataset, "all")
        for name, triples in self._described.graphs.items():
            if name != "all":
                subset = self._part("graph", name)
                yield Triple(dataset, NamedNode(VOID + "subset"), subset)
                yield from _texts(subset, LABEL, f"void.{name}")
                yield from self._graph(subset, triples)
                yield from self._dumps(subset, name)
        yield from self._classes(dataset)
        yield from self._properties(dataset)
        yield from self._linksets(dataset)

    def _head(self, dataset: NamedNode) -> Iterator[Triple]:
        facts = Facts(self._data)
        yield from facts.described(dataset.value, _HEAD)
        yield Triple(dataset, NamedNode(VOID + "uriSpace"), Literal(self._own))
        extensions = {path.rsplit(".", 1)[-1] for path in self._described.dumps}
        for extension in extensions & _FORMATS.keys():
            yield Triple(dataset, NamedNode(VOID + "feature"), NamedNode("http://www.w3.org/ns/formats/" + _FORMATS[extension]))
        for vocabulary in self._vocabularies():
            yield Triple(dataset, NamedNode(VOID + "vocabulary"), NamedNode(vocabulary))
        for endpoint in sparql_endpoints(facts, dataset.value):
            yield Triple(dataset, NamedNode(VOID + "sparqlEndpoint"), NamedNode(endpoint))

    def _graph(self, dataset: NamedNode, triples: Sequence[Triple]) -> Iterator[Triple]:
        yield Triple(dataset, TYPE, NamedNode(VOID + "Dataset"))
        subjects = {triple.subject for triple in triples}
        entities = {subject for subject in subjects if isinstance(subject, NamedNode) and subject.value.startswith(self._own)}
        counts = {
            "triples": len(triples),
            "entities": len(entities),
            "distinctSubjects": len(subjects),
            "distinctObjects": len({triple.object for triple in triples}),
            "properties": len({triple.predicate for triple in triples}),
            "classes": len({triple.object for triple in triples if triple.predicate == TYPE}),
        }
        yield from _counts(dataset, counts)

    def _dumps(self, dataset: NamedNode, name: str) -> Iterator[Triple]:
        for path in self._described.dumps:
            if path.rsplit("/", 1)[-1].rsplit(".", 1)[0] == name:
                yield Triple(dataset, NamedNode(VOID + "dataDump"), NamedNode(self._own + path))

    def _classes(self, dataset: NamedNode) -> Iterator[Triple]:
        members: dict[str, set[str]] = defaultdict(set)
        said: dict[str, int] = defaultdict(int)
        for triple in self._data:
            if isinstance(triple.subject, NamedNode):
                said[triple.subject.value] += 1
                if triple.predicate == TYPE and isinstance(triple.object, NamedNode):
                    members[triple.object.value].add(triple.subject.value)
        for kind, entities in members.items():
            part = self._part("class", self._name(kind))
            yield Triple(dataset, NamedNode(VOID + "classPartition"), part)
            yield Triple(part, TYPE, NamedNode(VOID + "Dataset"))
            yield Triple(part, NamedNode(VOID + "class"), NamedNode(kind))
            yield from _counts(part, {"entities": len(entities), "triples": sum(said[entity] for entity in entities)})
            own = sorted(entity for entity in entities if entity.startswith(self._own))
            for node in (dataset, part) if own else ():
                yield Triple(node, NamedNode(VOID + "exampleResource"), NamedNode(own[0]))

    def _properties(self, dataset: NamedNode) -> Iterator[Triple]:
        used: dict[str, list[Triple]] = defaultdict(list)
        for triple in self._data:
            used[triple.predicate.value].append(triple)
        for name, triples in used.items():
            part = self._part("property", self._name(name))
            yield Triple(dataset, NamedNode(VOID + "propertyPartition"), part)
            yield Triple(part, TYPE, NamedNode(VOID + "Dataset"))
            yield Triple(part, NamedNode(VOID + "property"), NamedNode(name))
            yield from _counts(part, _spread(triples))

    def _linksets(self, dataset: NamedNode) -> Iterator[Triple]:
        """Links to things that others describe: not to the terms that the data is written in, and not to classes."""
        vocabularies = {_namespace(term) for term in self._terms()}
        links: dict[tuple[str, str], list[Triple]] = defaultdict(list)
        for triple in self._data:
            if triple.predicate != TYPE and isinstance(triple.object, NamedNode) and not triple.object.value.startswith(self._own):
                space = _namespace(triple.object.value)
                if space not in vocabularies:
                    links[triple.predicate.value, space].append(triple)
        for (predicate, space), triples in links.items():
            place = quote(space.replace("://", "/"), safe="/")
            part, target = self._part("links", f"{self._name(predicate)}/{place}"), self._part("target", place)
            yield Triple(dataset, NamedNode(VOID + "subset"), part)
            yield Triple(part, TYPE, NamedNode(VOID + "Linkset"))
            yield Triple(part, NamedNode(VOID + "linkPredicate"), NamedNode(predicate))
            yield Triple(part, NamedNode(VOID + "subjectsTarget"), dataset)
            yield Triple(part, NamedNode(VOID + "objectsTarget"), target)
            yield from _counts(part, _spread(triples))
            yield Triple(target, TYPE, NamedNode(VOID + "Dataset"))
            yield Triple(target, NamedNode(VOID + "uriSpace"), Literal(space))

    def _terms(self) -> set[str]:
        """The properties and classes that the data is written in."""
        kinds = {triple.object.value for triple in self._data if triple.predicate == TYPE and isinstance(triple.object, NamedNode)}
        return kinds | {triple.predicate.value for triple in self._data}

    def _vocabularies(self) -> set[str]:
        """Of each term that is used: the ontology that it says it is defined by, else its namespace."""
        defined = Facts(self._described.ontology)
        return {next(iter(defined.iris(term, RDFS + "isDefinedBy")), _namespace(term)) for term in self._terms()}

    def _name(self, iri: str) -> str:
        """A name for *iri* in a fragment, one for one: its prefix and local name, or a hash where no prefix fits."""
        prefix, short = self._described.namespaces.split(iri)
        return short.replace(":", "/", 1) if prefix else sha256(iri.encode()).hexdigest()

    def _part(self, kind: str, name: str) -> NamedNode:
        return NamedNode(f"{self._document}#{kind}/{name}")


def _spread(triples: Sequence[Triple]) -> dict[str, int]:
    return {
        "triples": len(triples),
        "distinctSubjects": len({triple.subject for triple in triples}),
        "distinctObjects": len({triple.object for triple in triples}),
    }


def _counts(subject: NamedNode, counts: Mapping[str, int]) -> Iterator[Triple]:
    return (Triple(subject, NamedNode(VOID + name), Literal(str(count), datatype=_INTEGER)) for name, count in counts.items())


def _texts(subject: NamedNode, predicate: NamedNode, name: str) -> Iterable[Triple]:
    return (Triple(subject, predicate, Literal(words, language=language)) for language, words in every_language(name).items())


def _namespace(iri: str) -> str:
    """*iri* up to its last name: what all things of one vocabulary or one collection begin with. A host alone is its own."""
    host = _HOST.match(iri)
    bare = iri.rstrip("/#")
    last = max(bare.rfind(separator) for separator in ("/#" if host else "/#:"))
    return iri[: max(last + 1, host.end() if host else 0)]
