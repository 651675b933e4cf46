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
        self._new: Counter[tuple[bytes | str, ...]] = Counter()
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._found: set[tuple[str, ...]] = set()
        self._firsts: dict[str, str] = {}

    def told(self) -> bytes:
        """Return as JSON what was counted here."""
        named = [[*(part if isinstance(part, str) else str(part, "utf-8") for part in key), number] for key, number in self._new.items()]
        return json.dumps([named, [*self._found], self._firsts]).encode()

    def add(self, told: bytes) -> None:
        """Add what was counted in later pieces, as JSON."""
        counted, found, firsts = json.loads(told)
        for *key, number in counted:
            self._counts[tuple(key)] += number
        self._found.update(map(tuple, found))
        self._firsts = {**firsts, **self._firsts}

    def subject(self, subject: bytes, group: Sequence[Fields]) -> None:
        """Add what stands in the lines of *subject*."""
        counts = self._new
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
                self._found.update(("class", name, str(kind, "utf-8")) for name, tags in GRAPHS.items() if tag in tags)
                if kind.startswith(b"<") and subject.startswith(b"<"):
                    self._new[b"class", kind[1:], b"entities"] += 1
                    self._new[b"class", kind[1:], b"triples"] += len(said)
                    if subject.startswith(self._base):
                        self._firsts.setdefault(kind[1:].decode(), subject[1:].decode())

    def _properties(self, said: Sequence[Fields]) -> None:
        counts = self._new
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
        counts = self._new
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
        for key in self._counts:
            if key[0] == "form" and key[1] != TYPE.value:
                forms.setdefault(key[1], set()).add(key[2])
        for kind in self._names("class"):
            forms.setdefault(kind, set()).add("class")
            forms.setdefault(TYPE.value, set()).add("@id")
        return forms

    def statistics(self) -> Statistics:
        """Return all numbers."""
        counts = self._counts
        properties = {name: Spread(*(counts["property", name, what] for what in _SPREAD)) for name in self._names("property")}
        links = {(key[1], key[2]): Spread(*(counts["link", *key[1:3], what] for what in _SPREAD)) for key in sorted(counts) if key[0] == "link"}
        kinds = {
            kind: ClassCounts(counts["class", kind, "entities"], counts["class", kind, "triples"], self._firsts.get(kind, "")) for kind in self._names("class")
        }
        return Statistics({name: self._graph(name) for name in GRAPHS}, kinds, properties, without_terms(links, [*properties, *kinds]))

    def _graph(self, name: str) -> GraphCounts:
        properties = {key[2] for key in self._counts if key[0] == "used" and key[1].encode() in GRAPHS[name]}
        kinds = sum(key[:2] == ("class", name) for key in self._found)
        triples, entities, subjects, objects = (self._counts["graph", name, what] for what in _GRAPH)
        return GraphCounts(triples, entities, subjects, objects, len(properties), kinds)

    def _names(self, kind: str) -> list[str]:
        return sorted({key[1] for key in self._counts if key[0] == kind})


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


def counted(pieces: Iterable[bytes], base: str) -> Numbers:
    """Return the sum of numbers that were told of *pieces*, in their order."""
    numbers = Numbers(base)
    for told in pieces:
        numbers.add(told)
    return numbers
