"""How much of what stands in a data set: what VoID tells of its graphs, classes, properties and links to others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from publish.model import TYPE

_HOST = re.compile(r"[^:/?#]+://[^/?#]*/?")
ALL = "all"


@dataclass(frozen=True, slots=True)
class GraphCounts:
    """The numbers of a graph: its triples, subjects under the base (entities), subjects, objects, properties and classes, each counted once."""

    triples: int
    entities: int
    subjects: int
    objects: int
    properties: int
    classes: int


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """The numbers of a class: its members, the triples about these, and the first of them under the base (empty where there is none)."""

    entities: int
    triples: int
    example: str


@dataclass(frozen=True, slots=True)
class Spread:
    """The numbers of some triples: how many, and of how many subjects and objects."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of a data set: of its graphs by name (``all`` is the whole), its classes and properties by IRI, its links by property and `namespace`."""

    graphs: Mapping[str, GraphCounts]
    classes: Mapping[str, ClassCounts]
    properties: Mapping[str, Spread]
    links: Mapping[tuple[str, str], Spread]


def statistics(graphs: Mapping[str, Sequence[Triple]], base: str) -> Statistics:
    """Return the numbers of *graphs*, of which `ALL` is the whole; entities are the subjects under *base*."""
    used: dict[str, list[Triple]] = defaultdict(list)
    links: dict[tuple[str, str], list[Triple]] = defaultdict(list)
    for triple in graphs[ALL]:
        used[triple.predicate.value].append(triple)
        if triple.predicate != TYPE and isinstance(triple.object, NamedNode) and not triple.object.value.startswith(base):
            links[triple.predicate.value, namespace(triple.object.value)].append(triple)
    return Statistics(
        {name: _graph(triples, base) for name, triples in graphs.items()},
        _classes(graphs[ALL], base),
        {name: _spread(triples) for name, triples in used.items()},
        without_terms({link: _spread(triples) for link, triples in links.items()}, [*used, *_kinds(graphs[ALL])]),
    )


def without_terms(links: Mapping[tuple[str, str], Spread], terms: Iterable[str]) -> dict[tuple[str, str], Spread]:
    """Return those of *links* that lead to things, not to what the data is written in: the namespaces of *terms*, its properties and classes."""
    vocabularies = set(map(namespace, terms))
    return {link: spread for link, spread in links.items() if link[1] not in vocabularies}


def namespace(iri: str) -> str:
    """Return *iri* up to its last name: what all things of one vocabulary or one collection begin with. A host alone is its own."""
    host = _HOST.match(iri)
    bare = iri.rstrip("/#")
    last = max(bare.rfind(separator) for separator in ("/#" if host else "/#:"))
    return iri[: max(last + 1, host.end() if host else 0)]


def _graph(triples: Sequence[Triple], base: str) -> GraphCounts:
    subjects = {triple.subject for triple in triples}
    return GraphCounts(
        triples=len(triples),
        entities=sum(isinstance(subject, NamedNode) and subject.value.startswith(base) for subject in subjects),
        subjects=len(subjects),
        objects=len({triple.object for triple in triples}),
        properties=len({triple.predicate for triple in triples}),
        classes=len({triple.object for triple in triples if triple.predicate == TYPE}),
    )


def _classes(triples: Sequence[Triple], base: str) -> dict[str, ClassCounts]:
    members: dict[str, set[str]] = defaultdict(set)
    said: dict[str, int] = defaultdict(int)
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            said[triple.subject.value] += 1
            if triple.predicate == TYPE and isinstance(triple.object, NamedNode):
                members[triple.object.value].add(triple.subject.value)
    return {
        kind: ClassCounts(
            len(entities),
            sum(said[entity] for entity in entities),
            min((entity for entity in entities if entity.startswith(base)), default=""),
        )
        for kind, entities in members.items()
    }


def _kinds(triples: Iterable[Triple]) -> set[str]:
    return {triple.object.value for triple in triples if triple.predicate == TYPE and isinstance(triple.object, NamedNode)}


def _spread(triples: Sequence[Triple]) -> Spread:
    return Spread(len(triples), len({triple.subject for triple in triples}), len({triple.object for triple in triples}))
