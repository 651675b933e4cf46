"""What kinds of things there are: the class that says most of each thing, and the colour that pages and pictures give it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from publish.facts import Facts
from publish.model import DCAT, DCTERMS, DQV, OA, OWL, PROV, RDF, RDFS, SHACL, SKOS, SPDX, TIME

COLOURS = 16
"""How many colours there are: the CSS classes ``kind-0`` and so on; what has none of them is grey."""

_PLAIN = (DCAT, DCTERMS, DQV, OA, OWL, PROV, RDF, RDFS, SHACL, SKOS, SPDX, TIME, "http://www.w3.org/2006/vcard/ns#")
"""Vocabularies that say how something is described rather than what it is: their classes are grey."""


class Classes:
    """The classes of the things that *facts* describe; *base* is what the project's own IRIs begin with."""

    def __init__(self, facts: Facts, base: str) -> None:
        self._facts = facts
        self._base = base
        self._broader: dict[str, frozenset[str]] = {}
        self._sizes = Counter(kind for types in facts.typed.values() for kind in types)
        self._kinds = {iri: self._narrowest(types) for iri, types in facts.typed.items()}
        coloured = sorted({kind for kind in self._kinds.values() if not kind.startswith(_PLAIN)}, key=lambda kind: (not kind.startswith(base), kind))
        self._colours = {kind: f"kind-{number % COLOURS}" for number, kind in enumerate(coloured)}

    def kind(self, iri: str) -> str:
        """The class that says most of *iri*: one of the project's own before others, then the one with the fewest things; an empty text where it has none."""
        return self._kinds.get(iri, "")

    def colour(self, kind: str) -> str:
        """The CSS class of things of the class *kind*; an empty text where they are grey."""
        return self._colours.get(kind, "")

    def by_kind(self, iris: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """*iris* by the class that says most of each; those without one are left out."""
        found: dict[str, list[str]] = {}
        for iri in iris:
            if kind := self.kind(iri):
                found.setdefault(kind, []).append(iri)
        return found

    def all_kinds(self, iri: str) -> frozenset[str]:
        """The classes of *iri*, and what they are kinds of."""
        return frozenset().union(*(self.broader(kind) for kind in self._facts.kinds(iri)))

    def broader(self, kind: str) -> frozenset[str]:
        """*kind* and all classes that it is a kind of (``rdfs:subClassOf``)."""
        if kind not in self._broader:
            found, waiting = {kind}, [kind]
            while waiting:
                near = set(self._facts.iris(waiting.pop(), RDFS + "subClassOf")) - found
                found |= near
                waiting += near
            self._broader[kind] = frozenset(found)
        return self._broader[kind]

    def _narrowest(self, types: frozenset[str]) -> str:
        narrow = types - {broad for kind in types for broad in self.broader(kind) if broad != kind}
        return min(narrow or types, key=lambda kind: (not kind.startswith(self._base), kind.startswith(_PLAIN), self._sizes[kind], kind))


def is_thing(kind: str) -> bool:
    """Whether *kind* says what something is, and not only how it is described."""
    return bool(kind) and not kind.startswith(_PLAIN)
