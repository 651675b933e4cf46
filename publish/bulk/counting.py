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
_REMEMBERED = 1 << 16
"""How many lines the kinds of subjects and of values may have that are told apart before they are counted."""

_Kind = tuple[bool, bool, tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]
"""What is counted of a subject: whether it is an IRI, and one under the base; of its lines the predicates, the tags, the classes and the spaces of links."""
_Use = tuple[bytes, bytes, frozenset[tuple[bytes, bytes]]]
"""What is counted of a value: how it is written, the space of the link that it is, its predicates and tags."""


class Numbers:
    """The numbers of some groups of lines, or the sum of such numbers."""

    def __init__(self, base: str) -> None:
        self._base = b"<" + base.encode()
        self._unlinked = (b'"', b"_", self._base)
        """How terms begin that are no links to anything elsewhere."""
        self._counts: Counter[tuple[bytes | str, ...]] = Counter()
        self._subjects: Counter[_Kind] = Counter()
        self._values: Counter[_Use] = Counter()
        self._room = _REMEMBERED
        self.firsts: dict[str, str] = {}
        """The first member of each class that is under the base."""

    @property
    def triples(self) -> int:
        """How many triples were counted, of all graphs of the data."""
        self._count()
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
        said = [fields for fields in group if fields[3] != ONTOLOGY]
        if not said:
            return
        _subject, predicates, values, tags = zip(*said, strict=True)
        unlinked = self._unlinked
        pairs = zip(predicates, values, strict=True)
        marks = tuple([value if predicate == _TYPE else b"" if value.startswith(unlinked) else _space(value) for predicate, value in pairs])
        kind = (subject.startswith(b"<"), subject.startswith(self._base), predicates, tags, marks)
        if kind not in self._subjects:
            self._make_room(len(said))
            for name in _classes(kind) if subject.startswith(self._base) else ():
                self.firsts.setdefault(name.decode(), subject[1:].decode())
        self._subjects[kind] += 1

    def value(self, value: bytes, group: Iterable[Fields]) -> None:
        """Add what stands in the turned lines of *value*."""
        said = frozenset([(predicate, tag) for _value, predicate, _subject, tag in group if tag != ONTOLOGY])
        use = (_form(value), b"" if value.startswith(self._unlinked) else _space(value), said)
        if use not in self._values:
            self._make_room(len(said))
        self._values[use] += 1

    def _make_room(self, lines: int) -> None:
        if lines > self._room:
            self._count()
        self._room -= lines

    def _count(self) -> None:
        """Count all that was only noted so far."""
        for kind, number in self._subjects.items():
            self._count_subjects(kind, number)
        for use, number in self._values.items():
            self._count_values(use, number)
        self._subjects.clear()
        self._values.clear()
        self._room = _REMEMBERED

    def _count_subjects(self, kind: _Kind, number: int) -> None:
        """Count that many subjects of one kind."""
        counts = self._counts
        _is_iri, is_entity, predicates, tags, marks = kind
        for name, wanted in GRAPHS.items():
            if triples := sum(tag in wanted for tag in tags):
                counts["graph", name, "triples"] += triples * number
                counts["graph", name, "subjects"] += number
                counts["graph", name, "entities"] += is_entity * number
        for class_name in _classes(kind):
            counts["class", class_name, "entities"] += number
            counts["class", class_name, "triples"] += len(predicates) * number
        seen: set[tuple[bytes | str, ...]] = set()
        for predicate, tag, mark in zip(predicates, tags, marks, strict=True):
            seen |= {("used", tag, predicate[1:]), ("property", predicate[1:], "subjects")}
            counts["property", predicate[1:], "triples"] += number
            if predicate == _TYPE:
                for name, wanted in GRAPHS.items():
                    counts["kind", name, mark] += number * (tag in wanted)
            elif mark:
                counts["link", predicate[1:], mark, "triples"] += number
                seen.add(("link", predicate[1:], mark, "subjects"))
        for key in seen:
            counts[key] += number

    def _count_values(self, use: _Use, number: int) -> None:
        """Count that many values that are used alike."""
        counts = self._counts
        form, space, said = use
        for name, wanted in GRAPHS.items():
            counts["graph", name, "objects"] += number * any(tag in wanted for _predicate, tag in said)
        for predicate in {predicate[1:] for predicate, _tag in said}:
            counts["property", predicate, "objects"] += number
            counts["form", predicate, form] += number
            if space and predicate != _TYPE[1:]:
                counts["link", predicate, space, "objects"] += number

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
        self._count()
        named: Counter[tuple[str, ...]] = Counter()
        for key, number in self._counts.items():
            named[tuple(part if isinstance(part, str) else part.decode() for part in key)] += number
        return {key: number for key, number in named.items() if number}


def _classes(kind: _Kind) -> list[bytes]:
    """The IRIs of the classes of IRIs of one kind."""
    is_iri, _is_entity, predicates, _tags, marks = kind
    return [mark[1:] for predicate, mark in zip(predicates, marks, strict=True) if is_iri and predicate == _TYPE and mark.startswith(b"<")]


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
