"""What a release must not do: change what is out already, go back in time, or let an IRI vanish or mean something else.

W3C, Cool URIs for the Semantic Web; Data on the Web Best Practices, 7, 8, 11 and 27 (https://www.w3.org/TR/dwbp/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from pyoxigraph import Literal, NamedNode, Triple

from publish.errors import Mistake
from publish.model import DEPRECATED, LABEL, LABELS, RDFS, SHACL, TITLE, TYPE, XSD, Change, Release, Snapshot, best_label, sort_triples, tombstones
from publish.texts import LANGUAGES, text
from publish.turtle import Namespaces, declared_prefixes, write_turtle

SHOWN = 20
"""How many resources of a kind a refusal lists."""

_DAY = len("2026-01-01")
_NAME = NamedNode(SHACL + "name")
_REASON = NamedNode(RDFS + "comment")
_TRUE = Literal("true", datatype=NamedNode(XSD + "boolean"))


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to refuse a release: the name of its sentence, what fills that, and the lines that stand below it, by language."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def told(self, language: str) -> Iterator[str]:
        """Yield the sentence in *language*, and what stands below it."""
        yield text(language, f"history.{self.name}", **self.values)
        yield from (f"    {line}".rstrip() for line in self.lines.get(language, ()))


class BrokenHistory(Mistake):
    """A release that breaks what was published before, with every reason; nothing is written."""

    exit_code = 1

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("broken-history")
        self.reasons = tuple(reasons)

    def told(self, language: str) -> tuple[str, ...]:
        """Return the lines of all reasons."""
        return tuple(line for reason in self.reasons for line in reason.told(language))


def refuse(old: Snapshot, new: Snapshot, changes: Sequence[Change], released: Sequence[Release]) -> None:
    """Raise `BrokenHistory` with every reason why *new* may not follow *old* and what was *released* before; *changes* lie between the two."""
    refuse_base(old, new)
    refuse_broken(old, new, broken(old, new, changes), released)


def refuse_base(old: Snapshot, new: Snapshot) -> None:
    """Raise `BrokenHistory` where the two have not the same base."""
    if old.base != new.base:
        raise BrokenHistory([Reason("other-base", {"old": old.base, "new": new.base})])


def broken(old: Snapshot, new: Snapshot, changes: Sequence[Change]) -> dict[str, list[str]]:
    """Return the IRIs with which *new* breaks what *old* says, sorted, by the names of the reasons: all that is in the two, or in parts of them."""
    history = _History(old, new)
    return {
        "same-version": [change.iri for change in changes] if new.version == old.version else [],
        "vanished": history.vanished(),
        "tombstone-gone": history.tombstones_gone(),
        "revived": history.revived(),
        "other-meaning": history.of_other_classes(),
    }


def refuse_broken(old: Snapshot, new: Snapshot, iris: Mapping[str, Sequence[str]], released: Sequence[Release]) -> None:
    """Raise `BrokenHistory` where any of *iris*, as `broken` returns them, or the version or the date of *new* is a reason to.

    Of the two so much is needed as says what the data set is and what the first `SHOWN` of each reason are.
    """
    history = _History(old, new)
    reasons = [*history.version(iris["same-version"], released), *history.date(released), *history.lost(iris), *history.other_meaning(iris)]
    if reasons:
        raise BrokenHistory(reasons)


class _History:
    """Two snapshots under one base, held against each other: what each IRI of theirs is said to be."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        self._old, self._new = old, new
        self._before, self._after = _by_iri(old), _by_iri(new)
        self._graves = tombstones(chain.from_iterable(self._before.values()))
        self._new_graves = tombstones(chain.from_iterable(self._after.values()))
        self._names = Namespaces(declared_prefixes(chain.from_iterable((*old.graphs.values(), *new.graphs.values()))))

    def version(self, changed: Sequence[str], released: Sequence[Release]) -> Iterator[Reason]:
        old, new = self._old.version, self._new.version
        if not new:
            yield Reason("no-version", {"version": old})
        elif changed:
            yield Reason("same-version", {"version": old, "count": len(changed)}, self._listed(changed))
        elif new != old and new.casefold() in {release.version.casefold() for release in released}:  # each has a folder, everywhere
            yield Reason("used-version", {"version": new})

    def date(self, released: Sequence[Release]) -> Iterator[Reason]:
        last = max(day[:_DAY] for day in (self._old.modified, *(release.date for release in released)))
        if self._new.modified[:_DAY] < last:
            yield Reason("back-in-time", {"date": self._new.modified, "last": last})

    def vanished(self) -> list[str]:
        """IRIs that are in no graph any more, or of which no type is left, without being withdrawn."""
        gone = [iri for iri, told in self._before.items() if iri not in self._new_graves | self._graves and not self._after.get(iri)]
        gone += [iri for iri in self._after if _types(self._before.get(iri, ())) and not _types(self._after[iri]) and iri not in self._new_graves]
        return sorted(gone)

    def tombstones_gone(self) -> list[str]:
        """IRIs that were withdrawn, and of which nothing is said any more."""
        return sorted(iri for iri in self._graves - self._new_graves if not self._after.get(iri))

    def revived(self) -> list[str]:
        """IRIs that were withdrawn and stand for something again."""
        return sorted(iri for iri in self._graves - self._new_graves if self._after.get(iri))

    def of_other_classes(self) -> list[str]:
        """IRIs whose types are all others than before."""
        both = sorted(set(self._before) & set(self._after))
        return [iri for iri in both if (types := _types(self._after[iri])) and (had := _types(self._before[iri])) and not types & had]

    def lost(self, iris: Mapping[str, Sequence[str]]) -> Iterator[Reason]:
        gone, graves = iris["vanished"], iris["tombstone-gone"]
        yield from self._with_turtle("vanished", gone, {iri: self._grave(iri) for iri in gone[:SHOWN]})
        yield from self._with_turtle("tombstone-gone", graves, {iri: self._before[iri] for iri in graves[:SHOWN]})

    def other_meaning(self, iris: Mapping[str, Sequence[str]]) -> Iterator[Reason]:
        for name in ("revived", "other-meaning"):
            if iris[name]:
                yield Reason(name, {"count": len(iris[name])}, self._listed(iris[name]))

    def _with_turtle(self, name: str, iris: Sequence[str], graves: Mapping[str, Iterable[Triple]]) -> Iterator[Reason]:
        if iris:
            block = "".join(write_turtle(sort_triples(chain.from_iterable(graves.values())), self._names)).splitlines()
            lines = {language: (*block, *_more(len(iris), language)) for language in LANGUAGES}
            yield Reason(name, {"count": len(iris), "names": ", ".join(map(self._names.shorten, iris[:SHOWN]))}, lines)

    def _grave(self, iri: str) -> list[Triple]:
        """The tombstone to add: the names that the thing had, and a place for the reason in each language of the data set."""
        node = NamedNode(iri)
        languages = {
            triple.object.language or ""
            for triple in self._after.get(self._new.dataset, ())
            if triple.predicate == TITLE and isinstance(triple.object, Literal)
        }
        reasons = [Triple(node, _REASON, Literal("…", language=language)) for language in sorted(languages - {""} or {"en"})]
        labels = [triple for words in (LABELS, (_NAME,)) for triple in self._before[iri] if triple.predicate in words]
        return [*(Triple(node, LABEL, triple.object) for triple in labels), Triple(node, DEPRECATED, _TRUE), *reasons]

    def _listed(self, iris: Sequence[str]) -> dict[str, tuple[str, ...]]:
        return {language: (*(self._called(iri, language) for iri in iris[:SHOWN]), *_more(len(iris), language)) for language in LANGUAGES}

    def _called(self, iri: str, language: str) -> str:
        label = best_label([triple for triple in self._after.get(iri) or self._before.get(iri, []) if triple.predicate in LABELS], language)
        return f"{self._names.shorten(iri)} {label}".rstrip()


def _by_iri(snapshot: Snapshot) -> dict[str, list[Triple]]:
    """What is said of each IRI under the base, in whichever graph."""
    told: dict[str, list[Triple]] = {}
    for triple in chain.from_iterable(snapshot.graphs.values()):
        if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(snapshot.base):
            told.setdefault(triple.subject.value, []).append(triple)
    return told


def _types(triples: Iterable[Triple]) -> set[str]:
    return {triple.object.value for triple in triples if triple.predicate == TYPE and isinstance(triple.object, NamedNode)}


def _more(count: int, language: str) -> tuple[str, ...]:
    return (text(language, "history.more", count=count - SHOWN),) if count > SHOWN else ()
