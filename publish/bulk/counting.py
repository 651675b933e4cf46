"""Count what stands in sorted lines, piece by piece: the numbers of `publish.statistics`, and how the values of each property are written.

What is counted by subject is counted in lines by subject, what is counted by object in turned ones: no piece parts a subject or an object,
so that the numbers of all pieces add up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from publish.bulk.lines import DERIVED, ONTOLOGY, STATED, Fields
from publish.model import TYPE
from publish.statistics import ALL, ClassCounts, GraphCounts, Spread, Statistics, namespace, without_terms

GRAPHS: Mapping[str, frozenset[bytes]] = {
    ALL: frozenset((STATED, DERIVED)),
    "stated": frozenset((STATED,)),
    "derived": frozenset((DERIVED,)),
}
"""The graphs of the data, with the tags of the lines that are in them."""
_TYPE = b"<" + TYPE.value.encode()
_GRAPH = ("triples", "entities", "subjects", "objects")
_SPREAD = ("triples", "subjects", "objects")


class Numbers:
    """The numbers of some groups of lines, or the sum of such numbers."""

    def __init__(self, base: str) -> None:
        self._base = b"<" + base.encode()
        self._counts: Counter[tuple[bytes | str, ...]] = Counter()
        self.firsts: dict[str, str] = {}
        """The first member of each class that is under the base."""

    @property
    def triples(self) -> int:
        """How many triples were counted, of all graphs of the data."""
        return self._counts["graph", ALL, "triples"]

    def told(self) -> str:
        """Return the numbers as JSON."""
        return json.dumps([[[*key, number] for key, number in self._named().items()], self.firsts])

    def add(self, told: str) -> None:
        """Add numbers of lines that come after those that were counted, as JSON."""
        counted, firsts = json.loads(told)
        for *key, number in counted:
            self._counts[tuple(key)] += number
        self.firsts = {**firsts, **self.firsts}

    def subtract(self, told: str) -> None:
        """Take away numbers, as JSON; the first members of classes stay."""
        for *key, number in json.loads(told)[0]:
            self._counts[tuple(key)] -= number

    def subject(self, subject: bytes, group: Sequence[Fields]) -> None:
        """Add what stands in the lines of *subject*."""
        counts = self._counts
        said = [one for one in group if one[3] != ONTOLOGY]
        is_entity = subject.startswith(self._base)
        for name, tags in GRAPHS.items():
            if number := sum(one[3] in tags for one in said):
                counts[b"graph", name, b"triples"] += number
                counts[b"graph", name, b"subjects"] += 1
                counts[b"graph", name, b"entities"] += is_entity
        self._kinds(subject, said)
        self._properties(said)

    def _kinds(self, subject: bytes, said: Sequence[Fields]) -> None:
        for _subject, predicate, kind, tag in said:
            if predicate == _TYPE:
                self._counts.update((b"kind", name, kind) for name, tags in GRAPHS.items() if tag in tags)
                if kind.startswith(b"<") and subject.startswith(b"<"):
                    self._counts[b"class", kind[1:], b"entities"] += 1
                    self._counts[b"class", kind[1:], b"triples"] += len(said)
                    if subject.startswith(self._base):
                        self.firsts.setdefault(kind[1:].decode(), subject[1:].decode())

    def _properties(self, said: Sequence[Fields]) -> None:
        counts = self._counts
        seen: set[tuple[bytes, ...]] = set()
        for _subject, predicate, value, tag in said:
            seen.add((b"used", tag, predicate[1:]))
            counts[b"property", predicate[1:], b"triples"] += 1
            seen.add((b"property", predicate[1:], b"subjects"))
            if predicate != _TYPE and value.startswith(b"<") and not value.startswith(self._base):
                space = _space(value)
                counts[b"link", predicate[1:], space, b"triples"] += 1
                seen.add((b"link", predicate[1:], space, b"subjects"))
        counts.update(seen)

    def value(self, value: bytes, group: Iterable[Fields]) -> None:
        """Add what stands in the turned lines of *value*."""
        counts = self._counts
        said = {(predicate, tag) for _value, predicate, _subject, tag in group if tag != ONTOLOGY}
        for name, tags in GRAPHS.items():
            counts[b"graph", name, b"objects"] += any(tag in tags for _predicate, tag in said)
        form = _form(value)
        for predicate in {predicate[1:] for predicate, _tag in said}:
            counts[b"property", predicate, b"objects"] += 1
            counts[b"form", predicate, form] += 1
            if predicate != _TYPE[1:] and value.startswith(b"<") and not value.startswith(self._base):
                counts[b"link", predicate, _space(value), b"objects"] += 1

    def forms(self) -> dict[str, set[str]]:
        """Return how the values of each property are written, and ``class`` for each class, as `publish.jsonld.Context` takes them."""
        forms: dict[str, set[str]] = {}
        for kind, *rest in self._named():
            if kind == "form" and rest[0] != TYPE.value:
                forms.setdefault(rest[0], set()).add(rest[1])
            elif kind == "class":
                forms.setdefault(rest[0], set()).add("class")
                forms.setdefault(TYPE.value, set()).add("@id")
        return forms

    def statistics(self) -> Statistics:
        """Return all numbers."""
        counts = self._named()
        keys = sorted(counts)
        names = {kind: [*dict.fromkeys(key[1] for key in keys if key[0] == kind)] for kind in ("class", "property")}
        properties = {name: Spread(*(counts.get(("property", name, what), 0) for what in _SPREAD)) for name in names["property"]}
        links = {(key[1], key[2]): Spread(*(counts.get(("link", *key[1:3], what), 0) for what in _SPREAD)) for key in keys if key[0] == "link"}
        kinds = {name: ClassCounts(counts["class", name, "entities"], counts["class", name, "triples"], self.firsts.get(name, "")) for name in names["class"]}
        graphs = {name: _graph(name, counts) for name in GRAPHS}
        return Statistics(graphs, kinds, properties, without_terms(links, [*properties, *kinds]))

    def _named(self) -> dict[tuple[str, ...], int]:
        """The counts that are not nothing, by texts."""
        named: Counter[tuple[str, ...]] = Counter()
        for key, number in self._counts.items():
            named[tuple(part if isinstance(part, str) else part.decode() for part in key)] += number
        return {key: number for key, number in named.items() if number}


def _graph(name: str, counts: Mapping[tuple[str, ...], int]) -> GraphCounts:
    triples, entities, subjects, objects = (counts.get(("graph", name, what), 0) for what in _GRAPH)
    properties = {key[2] for key in counts if key[0] == "used" and key[1].encode() in GRAPHS[name]}
    kinds = {key[2] for key in counts if key[:2] == ("kind", name)}
    return GraphCounts(triples, entities, subjects, objects, len(properties), len(kinds))


@lru_cache(maxsize=65536)
def _space(value: bytes) -> bytes:
    return namespace(value[1:].decode()).encode()


def _form(value: bytes) -> bytes:
    """How a term is written in JSON-LD: the same as `publish.jsonld` says of it."""
    if not value.startswith(b'"'):
        return b"@id"
    if value.endswith(b'"'):
        return b"http://www.w3.org/2001/XMLSchema#string"
    return value[value.rindex(b'"^^<') + 4 : -1] if value.endswith(b">") else b"@language"
