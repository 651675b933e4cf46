"""Tell what changed between two snapshots: as an RDF Patch, as JSON for programs, and in words for a reviewer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.controls import plain, plain_json
from publish.model import DCAT, DCTERMS, LABELS, OWL, PROV, RDFS, SHACL, TIME, TYPE, Change, ChangeKind, Object, Snapshot, best_label
from publish.snapshots import ALL, GRAPHS
from publish.texts import LANGUAGES, table, text
from publish.turtle import Namespaces, declared_prefixes, rdf_lists, statement_order, write_term

MEMBERSHIP = "http://www.w3.org/ns/org#Membership"
_OF_THE_RELEASE = {DCAT + "version", OWL + "versionInfo", DCTERMS + "modified"}
_ENDS = {DCAT + "endDate", OWL + "deprecated", PROV + "endedAtTime", PROV + "invalidatedAtTime", TIME + "hasEnd"}
_NAME = NamedNode(SHACL + "name")
_SUBCLASS, _SUBPROPERTY = NamedNode(RDFS + "subClassOf"), NamedNode(RDFS + "subPropertyOf")
WORDS = ("added", "changed", "ended", "withdrawn")
"""What can have happened to a resource, as it is counted."""
BEGIN, END = "TX .\n", "TC .\n"
"""The first and the last row of a patch."""


def patch(changes: Iterable[Change], base: str) -> str:
    """Return *changes* as an RDF Patch (https://afs.github.io/rdf-delta/rdf-patch.html) of quads in the graphs ``<base>stated`` and so on.

    It has no identifier, so that the same changes are the same text. Blank nodes have the names of `diff.name_by_structure`.
    """
    told = list(changes)
    return BEGIN + "".join(removals(told, base)) + "".join(additions(told, base)) + END


def removals(changes: Iterable[Change], base: str) -> Iterator[str]:
    """Yield the rows of a patch for all that is removed."""
    return (_row("D", graph, triple, base) for change in changes for graph, triple in change.removed)


def additions(changes: Iterable[Change], base: str) -> Iterator[str]:
    """Yield the rows of a patch for all that is added."""
    return (_row("A", graph, triple, base) for change in changes for graph, triple in change.added)


def as_json(old: Snapshot | None, new: Snapshot, changes: Sequence[Change]) -> str:
    """Return *changes* with the two versions, how many there are of each class, and each resource: types, labels, statements in N-Triples."""
    return document(Told(old, new, changes), changes)


def document(told: Told, changes: Iterable[Change]) -> str:
    """Return as JSON what is *told* of all changes, and *changes* one by one."""
    old, new = told.old, told.new
    said = {
        "version": new.version,
        "previous": old.version if old else "",
        "date": new.modified,
        "dataset": new.dataset,
        "summary": {language: told.summary(language) for language in LANGUAGES},
        "counts": [{"class": kind, "labels": told.labels(kind), **counts} for kind, counts in told.counts.items()],
        "changes": [told.document(change) for change in changes],
    }
    return plain_json(json.dumps(said, ensure_ascii=False, indent=1)) + "\n"


def as_text(old: Snapshot | None, new: Snapshot, changes: Sequence[Change], language: str) -> Iterator[str]:
    """Yield the summary, then each resource with what was removed (-) and added (+), in the words of *language*."""
    told = Told(old, new, changes)
    yield told.summary(language)
    for change in changes:
        yield ""
        yield told.heading(change, language)
        yield from told.statements(change, language)


class Told:
    """What is needed to tell of *changes*: what each resource is called and what it is, before and after."""

    def __init__(self, old: Snapshot | None, new: Snapshot, changes: Sequence[Change]) -> None:
        self.old, self.new, self._changes = old, new, changes
        self._names = Namespaces(declared_prefixes(chain(_triples(old), _triples(new))))

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many resources of each class were added, changed, ended and withdrawn; the data set itself is not counted."""
        counts: dict[str, dict[str, int]] = {}
        for change in self._changes:
            if change.iri != self.new.dataset:
                counts.setdefault(self.kind(change.iri), dict.fromkeys(WORDS, 0))[self._word(change)] += 1
        return in_order(counts, self.new.base)

    @property
    def count(self) -> int:
        """How many resources changed."""
        return len(self._changes)

    def summary(self, language: str) -> str:
        """One line: how many of what were added, changed, ended or withdrawn, and whether the catalogue's own description changed."""
        if self.old is None:
            return text(language, "changes.first-release", count=self.count)
        if not self.count:
            return text(language, "changes.none")
        parts = [self._counted(kind, counts, language) for kind, counts in self.counts.items()]
        return "; ".join([*parts, *self._catalogue(language)])

    def heading(self, change: Change, language: str) -> str:
        """What a resource is called, its name, and what happened to it."""
        return f"{self._called(change.iri, language)}: {text(language, f'changes.{self._word(change)}')}"

    def statements(self, change: Change, language: str) -> Iterator[str]:
        """Yield the statements that a resource lost (-) and gained (+), by property; lists stand in one line."""
        lines = [*self._signed("-", change.removed, language), *self._signed("+", change.added, language)]
        yield from (line for _place, line in sorted(lines))

    def document(self, change: Change) -> dict[str, object]:
        """One resource for programs."""
        return {
            "iri": change.iri,
            "kind": change.kind.value,
            "ended": self._word(change) == "ended",
            "class": self.kind(change.iri),
            "types": sorted(self._types(change.iri)),
            "labels": self.labels(change.iri),
            "added": [{"graph": graph, "statement": f"{triple} ."} for graph, triple in change.added],
            "removed": [{"graph": graph, "statement": f"{triple} ."} for graph, triple in change.removed],
        }

    def labels(self, iri: str) -> dict[str, str]:
        """What *iri* is called, by language: as it is now, else as it was; a term of a known vocabulary in bynet's own words."""
        short = self._names.shorten(iri)
        known = {language: words[short] for language in LANGUAGES if short in (words := table(language, "term"))}
        said = {triple.object.language or "": triple.object.value for triple in self._labels.get(iri, []) if isinstance(triple.object, Literal)}
        return dict(sorted({**known, **said}.items()))

    def kind(self, iri: str) -> str:
        """The class that says most of *iri*: one that is no broader class of another of its own; an empty text where it has none."""
        return self.kind_of(self._types(iri))

    def kind_of(self, types: AbstractSet[str]) -> str:
        """The class among *types* that says most."""
        narrow = types - {broad for kind in types for broad in self._broader(kind) if broad != kind}
        own = [kind for kind in narrow or types if kind.startswith(self.new.base)]
        return min(own or narrow or types, default="")

    @cached_property
    def _before(self) -> Mapping[str, list[Triple]]:
        return _by_iri(_triples(self.old))

    @cached_property
    def _after(self) -> Mapping[str, list[Triple]]:
        return _by_iri(_triples(self.new))

    @cached_property
    def _labels(self) -> Mapping[str, list[Triple]]:
        """The labels of each IRI, as they are now, else as they were; of a property shape its names."""
        told = [(iri, words, triples) for words in ((_NAME,), LABELS) for known in (self._before, self._after) for iri, triples in known.items()]
        labels = ((iri, [triple for triple in triples if triple.predicate in words]) for iri, words, triples in told)
        return {iri: found for iri, found in labels if found}

    def _types(self, iri: str) -> set[str]:
        return _objects(self._after.get(iri, ()), TYPE) or _objects(self._before.get(iri, ()), TYPE)

    def _broader(self, kind: str) -> set[str]:
        return self._closure(kind, _SUBCLASS)

    def _closure(self, iri: str, relation: NamedNode) -> set[str]:
        found, waiting = {iri}, [iri]
        while waiting:
            near = _objects(self._after.get(waiting.pop(), ()), relation) - found
            found |= near
            waiting += near
        return found

    def _word(self, change: Change) -> str:
        if change.kind == ChangeKind.CREATE:
            return "added"
        if change.kind == ChangeKind.DELETE:
            return "withdrawn" if _objects(self._before.get(change.iri, ()), TYPE) or not self._after.get(change.iri) else "changed"
        return "ended" if self._has_ended(change.iri, self._after) and not self._has_ended(change.iri, self._before) else "changed"

    def _has_ended(self, iri: str, told: Mapping[str, list[Triple]]) -> bool:
        """It has an end of its own; or it is a membership, which is a state, over a time that has one."""
        near = [iri]
        if any(MEMBERSHIP in self._broader(kind) for kind in self._types(iri)):
            near += [triple.object.value for triple in told.get(iri, ()) if isinstance(triple.object, NamedNode) and triple.predicate != TYPE]
        return any(self._is_end(triple) for node in near for triple in told.get(node, ()))

    def _is_end(self, triple: Triple) -> bool:
        return bool(_ENDS & self._closure(triple.predicate.value, _SUBPROPERTY)) and not (isinstance(triple.object, Literal) and triple.object.value == "false")

    def _counted(self, kind: str, counts: Mapping[str, int], language: str) -> str:
        name = self._name(kind, language) if kind else text(language, "changes.other")
        told = ", ".join(f"{count} {text(language, f'changes.{word}')}" for word, count in counts.items() if count)
        return f"{name if ':' in name else name[:1].upper() + name[1:]}: {told}"

    def _catalogue(self, language: str) -> Iterator[str]:
        """Whether the data set's own description changed, but for its version and date; nothing where it is not in what was compared."""
        if self.new.dataset in self._after or self.new.dataset in self._before:
            own = (change for change in self._changes if change.iri == self.new.dataset)
            said = {triple.predicate.value for change in own for _graph, triple in (*change.added, *change.removed)} - _OF_THE_RELEASE
            names = ", ".join(sorted(self._name(iri, language) for iri in said))
            yield text(language, "changes.catalogue-changed", properties=names) if names else text(language, "changes.catalogue-unchanged")

    def _signed(self, sign: str, facts: Iterable[tuple[str, Triple]], language: str) -> Iterator[tuple[tuple[object, ...], str]]:
        graphs = {triple: graph for graph, triple in facts}
        lists = rdf_lists(list(graphs))

        def written(term: Object) -> str:
            if isinstance(term, BlankNode) and term in lists:
                return f"( {' '.join(map(written, lists[term]))} )"
            return self._called(term.value, language) if isinstance(term, NamedNode) else write_term(term, self._names)

        for triple, graph in graphs.items():
            if triple.subject not in lists:
                derived = f" ({text(language, 'page.derived')})" if graph == "derived" else ""
                value = written(triple.object)
                order = statement_order(triple.predicate, self._names)
                yield (*order, sign == "+", value), f"  {sign} {self._name(triple.predicate.value, language)}: {value}{derived}"

    def _called(self, iri: str, language: str) -> str:
        """What *iri* is called, with its short name behind; the short name alone where it has no label."""
        short = self._names.shorten(iri)
        name = self._name(iri, language)
        return short if name == short.strip("<>") else f"{name} ({short})"

    def _name(self, iri: str, language: str) -> str:
        labels = best_label(self._labels.get(iri, []), language)
        return labels or table(language, "term").get(self._names.shorten(iri), self._names.shorten(iri).strip("<>"))


def in_order(counts: Mapping[str, dict[str, int]], base: str) -> dict[str, dict[str, int]]:
    """Return the counts of classes in their order: those under *base* first, that of what has no class last."""
    return dict(sorted(counts.items(), key=lambda count: (not count[0].startswith(base), not count[0], count[0])))


def _row(sign: str, graph: str, triple: Triple, base: str) -> str:
    """A row of a patch; what stands in no graph that has a name stands in the default graph."""
    place = f" {NamedNode(base * (graph in GRAPHS) + graph)}" if graph != ALL else ""
    return plain(f"{sign} {triple}{place} .\n")


def _triples(snapshot: Snapshot | None) -> Iterator[Triple]:
    return chain.from_iterable(snapshot.graphs.values()) if snapshot else iter(())


def _by_iri(triples: Iterable[Triple]) -> dict[str, list[Triple]]:
    told: dict[str, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            told.setdefault(triple.subject.value, []).append(triple)
    return told


def _objects(triples: Iterable[Triple], predicate: NamedNode) -> set[str]:
    return {triple.object.value for triple in triples if triple.predicate == predicate and isinstance(triple.object, NamedNode)}
