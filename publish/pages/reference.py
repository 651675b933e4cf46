"""The reference pages of a site: the ontology, the code lists, the questions, what is in it by class and by year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from publish.answered import Answered
from publish.model import OWL, RDF, RDFS, SHACL, SKOS
from publish.pages.classes import is_thing
from publish.pages.sections import DEFINITIONS, Line, Sections
from publish.pages.showing import Showing
from publish.pages.times import TEMPORAL_ENTITY, years
from publish.query import Query
from publish.shown import Value

_NUMBERS = re.compile("([0-9]{1,15})")
SHOWN = 200
"""How many things of a class the page of classes lists; search finds the others."""

_TERMS = {
    "classes": (OWL + "Class", RDFS + "Class"),
    "properties": (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty", RDF + "Property"),
}
_SAID_APART = {*DEFINITIONS, SKOS + "scopeNote", SKOS + "example", RDFS + "isDefinedBy"}


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the ontology: its name and IRI, what is said of it, how often the data use it, and the shapes that constrain it."""

    value: Value
    definitions: Sequence[Value]
    notes: Sequence[Value]
    examples: Sequence[Value]
    lines: Sequence[Line]
    used: int
    shapes: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Listed:
    """A heading with the things under it, and how many there are; *notes* explain it."""

    heading: Value
    things: Sequence[Value]
    total: int
    notes: Sequence[Value] = ()


class Reference:
    """What the reference pages of one language show; *usage* says how often the data use each class, property and code."""

    def __init__(self, showing: Showing, sections: Sections, usage: Mapping[str, int]) -> None:
        self._showing = showing
        self._sections = sections
        self._facts = showing.site.facts
        self._usage = usage

    def terms(self, root: str) -> dict[str, list[Term]]:
        """The terms of the project's own ontology: ``classes`` and ``properties``, each by name."""
        kinds = self._facts.typed
        own = {name: [iri for iri, types in kinds.items() if iri in self._showing.site.pages and types.intersection(of)] for name, of in _TERMS.items()}
        return {name: sorted((self._term(iri, root) for iri in iris), key=_by_name) for name, iris in own.items()}

    def codes(self, root: str) -> list[tuple[Listed, list[Term]]]:
        """Each code list with its codes, by name."""
        schemes = [iri for iri, types in self._facts.typed.items() if SKOS + "ConceptScheme" in types and iri in self._showing.site.pages]
        found = []
        for scheme in schemes:
            concepts = sorted((self._term(iri, root) for iri in self._facts.pointing(SKOS + "inScheme", scheme)), key=_by_name)
            notes = self._showing.texts(scheme, [*DEFINITIONS, SKOS + "scopeNote"])
            found.append((Listed(self._showing.thing(scheme, root), (), len(concepts), notes), concepts))
        return sorted(found, key=lambda pair: (pair[0].heading.text, pair[0].heading.iri))

    def questions(self, queries: Iterable[Query], answers: Mapping[str, Answered], root: str) -> list[tuple[Value, Sequence[Value], Answered | None]]:
        """Each of *queries* with what it asks and its answer, by title."""
        found = [(self._showing.thing(query.iri, root), self._showing.texts(query.iri, DEFINITIONS), answers.get(query.iri)) for query in queries]
        return sorted(found, key=lambda pair: (pair[0].text, pair[0].iri))

    def classes(self, root: str) -> list[Listed]:
        """What is in the data by class: things first, then what describes them."""
        site = self._showing.site
        by_kind = site.classes.by_kind(self._listed(site.pages)).items()
        listed = [
            Listed(self._showing.of_kind(kind, root), self._things(iris, root), len(iris), self._showing.texts(kind, DEFINITIONS)) for kind, iris in by_kind
        ]
        return sorted(listed, key=lambda one: (not is_thing(one.heading.iri), one.heading.text.casefold(), one.heading.iri))

    def figures(self, root: str) -> list[Listed]:
        """The classes of things of the data, with how many there are of each; a class of one thing is no figure."""
        site = self._showing.site
        data = (node.value for node in site.data if isinstance(node, NamedNode) and node.value in site.pages)
        listed = [
            Listed(self._showing.of_kind(kind, root), (), len(iris))
            for kind, iris in site.classes.by_kind(data).items()
            if len(iris) > 1 and self._is_counted(kind)
        ]
        return sorted(listed, key=lambda one: (one.heading.text.casefold(), one.heading.iri))

    def _is_counted(self, kind: str) -> bool:
        """A class that says what its things are, and of which some shape says what they have to fulfil."""
        return is_thing(kind) and self._showing.site.arrangement.is_target(kind)

    def years(self, root: str) -> list[tuple[int, list[Value]]]:
        """The things that were, or may have been, in each year."""
        found: dict[int, list[str]] = {}
        for iri in self._listed(self._showing.site.pages):
            if is_thing(self._showing.site.classes.kind(iri)) and not {TEMPORAL_ENTITY, RDF + "Statement"} & self._facts.kinds(iri):
                for year in years(iri, self._facts):
                    found.setdefault(year, []).append(iri)
        return [(year, self._things(iris, root)) for year, iris in sorted(found.items())]

    def _listed(self, iris: Iterable[str]) -> list[str]:
        """*iris* by name."""
        return sorted(iris, key=lambda iri: (_in_order(self._showing.name(iri)), iri))

    def _things(self, iris: Sequence[str], root: str) -> list[Value]:
        """The first of *iris*, as many as are shown."""
        return [self._showing.thing(iri, root) for iri in iris[:SHOWN]]

    def _term(self, iri: str, root: str) -> Term:
        showing = self._showing
        return Term(
            value=showing.thing(iri, root),
            definitions=showing.texts(iri, DEFINITIONS),
            notes=showing.texts(iri, [SKOS + "scopeNote"]),
            examples=showing.texts(iri, [SKOS + "example"]),
            lines=list(self._sections.plain(iri, _SAID_APART, root)),
            used=self._usage.get(iri, 0),
            shapes=[
                showing.thing(shape, root) for name in ("path", "targetClass", "class", "targetSubjectsOf") for shape in self._facts.pointing(SHACL + name, iri)
            ],
        )


def _by_name(one: Term) -> tuple[str, str]:
    return one.value.text.casefold(), one.value.iri


def _in_order(text: str) -> list[tuple[int, str]]:
    """The key by which names are sorted for people: without regard to case, and numbers in them by their size."""
    parts = _NUMBERS.split(text.casefold())
    return [(int(part), "") if number % 2 else (0, part) for number, part in enumerate(parts)]
