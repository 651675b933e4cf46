"""A resource as sections of statements: grouped, ordered and named as its shapes say, each statement with where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.model import DCTERMS, LABELS, OA, RDF, RDFS, SHACL, SKOS, SPDX, TYPE, Object, Resource, Subject, term_key
from publish.pages.arrangement import NOWHERE, Position
from publish.pages.classes import is_thing
from publish.pages.passages import SPECIFIC_RESOURCE, Passage, passage
from publish.pages.showing import Showing
from publish.pages.times import is_temporal, said
from publish.shown import Value
from publish.turtle import rdf_lists, statement_order

HAS_UNIT = "http://qudt.org/schema/qudt/hasUnit"
"""QUDT's property from a figure to its unit; a project's own may be a sub-property of it."""
SHOWN = 100
"""How many things that point at a resource are shown, of each kind and property."""

DEFINITIONS = (SKOS + "definition", RDFS + "comment", DCTERMS + "description")
"""The properties that say what a thing is, best first."""

_CODE = {SHACL + form for form in ("select", "ask", "construct")}
_REIFICATION = {RDF + name for name in ("subject", "predicate", "object")}
_UNSAID = {SHACL + "prefixes"}
"""The properties that say nothing of what they point at."""
_NESTED = {OA + "TextPositionSelector", OA + "TextQuoteSelector", SPDX + "Checksum"}
_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as a page shows it: its value, and where that stands, comes from and is made of.

    *anchor* is its stable name on the page (empty inside another statement); *passage* is set where the value is a passage of
    *source*; *inside* is what is said of a value that only makes sense here; *because* tells of a derived one.
    """

    value: Value
    anchor: str = ""
    is_derived: bool = False
    is_code: bool = False
    unit: Line | None = None
    passage: Passage | None = None
    source: Value | None = None
    inside: tuple[Line, ...] = ()
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A property by its name and its statements."""

    name: Value
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Because:
    """The node that says where a derived statement comes from, and what it says: rule, premises, how sure."""

    node: Value
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading; the heading is empty where no shape groups them."""

    anchor: str
    heading: Value
    notes: tuple[Value, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A thing that points at the resource: by what property, when that was, and whether it is derived."""

    value: Value
    role: Value
    dates: tuple[tuple[Value | None, Value], ...]
    is_derived: bool


@dataclass(frozen=True, slots=True)
class Pointing:
    """The things of one class that point at a resource: those that are shown, and how many there are."""

    kind: Value
    pointers: tuple[Pointer, ...]
    total: int


class Sections:
    """What pages of one language show of resources."""

    def __init__(self, showing: Showing) -> None:
        self._showing = showing
        self._site = showing.site
        self._facts = showing.site.facts
        self._units = {HAS_UNIT, *self._facts.pointing(RDFS + "subPropertyOf", HAS_UNIT)}
        self._lists = rdf_lists(self._facts.unnamed)
        self._dates: dict[str, tuple[tuple[Value | None, Value], ...]] = {}

    def own(self, resource: Resource, root: str) -> list[Section]:
        """The sections of what is said of *resource*, but its types and labels."""
        told = _Told(resource.iri, root, rdf_lists(resource.own))
        lead = self._leading(resource.iri)
        own = [triple for triple in resource.own if triple.subject == NamedNode(resource.iri) and triple.predicate not in (TYPE, *LABELS)]
        own = [triple for triple in own if not lead or (triple != lead and not self._says_the_same(triple, lead))]
        positions = self._positions(resource.iri, own)
        ordered = self._ordered(own, told, positions)
        sections = groupby(ordered, key=lambda line: positions.get(line.name.iri, NOWHERE).group)
        return [self._section(group, tuple(lines), root) for group, lines in sections]

    def pointing(self, resource: Resource, root: str) -> list[Pointing]:
        """What points at *resource*, by class; what is shown inside it is left out."""
        told = {iri for triple in resource.own for iri in self._site.reified.get(triple, ())}
        kinds: dict[str, list[Triple]] = {}
        for triple in resource.incoming:
            predicate, subject = triple.predicate.value, triple.subject
            if isinstance(subject, NamedNode) and predicate not in _UNSAID and not (predicate in _REIFICATION and subject.value in told):
                kinds.setdefault(self._site.classes.kind(subject.value), []).append(triple)
        found = [self._pointing(kind, triples, resource, root) for kind, triples in kinds.items()]
        return sorted(found, key=lambda pointing: (self._rank_of(pointing), pointing.kind.text, pointing.kind.iri))

    def _rank_of(self, pointing: Pointing) -> int:
        """0 for things, 1 for statements about triples, which say again what stands elsewhere, 2 for what only describes."""
        if not is_thing(pointing.kind.iri):
            return 2
        return int(RDF + "Statement" in self._facts.kinds(pointing.pointers[0].value.iri))

    def lead(self, iri: str) -> list[Statement]:
        """What says in a sentence or two what *iri* is: its definition or description in the page's language, else in any; nothing where that is its name."""
        lead = self._leading(iri)
        return [Statement(self._showing.term(lead.object, ""), _anchor(lead))] if lead else []

    def _leading(self, iri: str) -> Triple | None:
        texts = [triple for triple in self._facts.described(iri, DEFINITIONS) if isinstance(triple.object, Literal)]
        ranked = sorted(texts, key=lambda triple: (self._rank(triple), DEFINITIONS.index(triple.predicate.value), str(triple.object)))
        return next((triple for triple in ranked[:1] if self._showing.term(triple.object, "").text != self._showing.name(iri)), None)

    def _says_the_same(self, triple: Triple, lead: Triple) -> bool:
        """Whether *triple* is *lead*, which is in the page's language, in another language."""
        return triple.predicate == lead.predicate and not self._rank(lead) and self._rank(triple) > 0

    def _rank(self, triple: Triple) -> int:
        """0 for a text in the page's language, 1 in English, 2 in any other."""
        language = getattr(triple.object, "language", "")
        return 0 if language == self._showing.language else 1 if language == "en" else 2

    def line(self, predicate: str, values: Iterable[Object], root: str) -> Line:
        """A line of values that are no statement of a page's resource."""
        return Line(self._showing.thing(predicate, root), tuple(Statement(self._showing.term(value, root)) for value in values))

    def plain(self, iri: str, apart: Set[str], root: str) -> Iterator[Line]:
        """Lines of what is said of *iri* but its types, its labels and the properties *apart*, in the order of all that bynet writes.

        They have no anchors, and tell of nothing that is inside or behind a value.
        """
        told = _Told(iri, root, self._lists, _DEPTH)
        return self._lines(sorted(self._own(iri, apart), key=lambda triple: (self._order(triple.predicate.value), term_key(triple.object))), told, {})

    def dates(self, iri: str) -> tuple[tuple[Value | None, Value], ...]:
        """When *iri* is: each date, with the name of the property of OWL-Time that it begins or ends by."""
        if iri not in self._dates:  # what says much stands on many pages
            dates = said(iri, self._facts)
            self._dates[iri] = tuple((self._showing.thing(part, "") if part else None, self._showing.literal(date)) for part, date in dates)
        return self._dates[iri]

    def _pointing(self, kind: str, triples: Sequence[Triple], resource: Resource, root: str) -> Pointing:
        named = [(self._property(triple.predicate.value, triple.subject.value, root), triple.subject.value, triple) for triple in triples]  # type: ignore[union-attr]  # IRIs
        named.sort(key=lambda one: (one[0].text, self._showing.name(one[1]), one[1]))
        pointers = [Pointer(self._showing.thing(iri, root), role, self.dates(iri), triple in resource.derived) for role, iri, triple in named[:SHOWN]]
        return Pointing(self._showing.of_kind(kind, root) if kind else Value(""), tuple(pointers), len(named))

    def _property(self, predicate: str, iri: str, root: str) -> Value:
        """A property by what the shapes of *iri* call it, where nothing else names it in the page's language."""
        return self._named(predicate, self._positions(iri, ()).get(predicate, NOWHERE), root)

    def _positions(self, iri: str, own: Sequence[Triple]) -> Mapping[str, Position]:
        classes = self._site.classes
        pointing = {f"^{predicate}" for predicate in self._facts.pointed_with(iri)}
        return self._site.arrangement.positions(classes.kind(iri), classes.all_kinds(iri) | {triple.predicate.value for triple in own} | pointing)

    def _named(self, predicate: str, position: Position, root: str) -> Value:
        thing = self._showing.thing(predicate, root)
        called = None if predicate in self._site.pages else self._showing.best(position.names)  # its own name is what its ontology says
        return replace(thing, text=called.text, language=called.language, kind="") if called else replace(thing, kind="")

    def _section(self, group: str, lines: tuple[Line, ...], root: str) -> Section:
        if not group:
            return Section("", Value(""), (), lines)
        anchor = group.removeprefix(self._site.base).replace("/", "-")
        return Section(anchor, self._showing.thing(group, root), tuple(self._showing.texts(group, [RDFS + "comment"])), lines)

    def _order(self, predicate: str) -> object:
        return statement_order(NamedNode(predicate), self._site.namespaces)

    def _lines(self, triples: Iterable[Triple], told: _Told, positions: Mapping[str, Position]) -> Iterator[Line]:
        for predicate, group in groupby(triples, key=lambda triple: triple.predicate.value):
            every = list(group)
            spoken = [triple for triple in every if isinstance(triple.object, Literal) and triple.object.language == self._showing.language]
            statements = [self._statement(triple, end, told) for triple in spoken or every for end in told.ends(triple)]
            statements = [*_with_anchors_of_their_own(statements)]
            if not any(isinstance(triple.object, BlankNode) for triple in every):  # the members of a list have an order
                statements.sort(key=lambda statement: (statement.passage.start if statement.passage else 0, statement.value.text, statement.value.iri))
            yield Line(self._named(predicate, positions.get(predicate, NOWHERE), told.root), tuple(statements))

    def _statement(self, triple: Triple, end: Object, told: _Told) -> Statement:
        value = self._showing.term(end, told.root)
        derived = triple in self._site.derived
        place = passage(value.iri, self._facts) if value.iri and SPECIFIC_RESOURCE in self._facts.kinds(value.iri) else None
        return Statement(
            value=value,
            anchor=_anchor(triple) if told.depth == 0 else "",
            is_derived=derived,
            is_code=triple.predicate.value in _CODE,
            unit=self._unit(triple, told) if value.number else None,
            passage=place,
            source=self._showing.thing(place.source, told.root) if place and place.source else None,
            inside=self._inside(value.iri, told) if value.iri else (),
            because=self._because(triple, told) if derived and told.depth == 0 else (),
        )

    def _unit(self, triple: Triple, told: _Told) -> Line | None:
        subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
        units = [(predicate, iri) for predicate in sorted(self._units) for iri in self._facts.iris(subject, predicate)]
        return self.line(units[0][0], [NamedNode(iri) for _predicate, iri in units], told.root) if units else None

    def _inside(self, iri: str, told: _Told) -> tuple[Line, ...]:
        """What is said of a value that nobody looks for by itself: a time, a place in a text, a checksum."""
        if told.depth >= _DEPTH or iri == told.iri or not (_NESTED & self._facts.kinds(iri) or is_temporal(iri, self._facts)):
            return ()
        return self._node(iri, told, frozenset())

    def _because(self, triple: Triple, told: _Told) -> tuple[Because, ...]:
        nodes = [iri for iri in self._site.reified.get(triple, ()) if iri != told.iri]
        return tuple(Because(self._showing.thing(iri, told.root), self._node(iri, told.below, _REIFICATION)) for iri in nodes)

    def _own(self, iri: str, apart: Set[str]) -> list[Triple]:
        return [triple for triple in self._facts.said(iri) if triple.predicate not in (TYPE, *LABELS) and triple.predicate.value not in apart]

    def _node(self, iri: str, told: _Told, apart: Set[str]) -> tuple[Line, ...]:
        own = self._own(iri, apart)
        positions = self._positions(iri, own)
        return tuple(self._ordered(own, replace(told, depth=told.depth + 1), positions))

    def _ordered(self, triples: Sequence[Triple], told: _Told, positions: Mapping[str, Position]) -> Iterator[Line]:
        """Lines in the order that the shapes give, else in that of all that bynet writes."""
        order = {triple.predicate.value: (positions.get(triple.predicate.value, NOWHERE), self._order(triple.predicate.value)) for triple in triples}
        return self._lines(sorted(triples, key=lambda triple: (order[triple.predicate.value], term_key(triple.object))), told, positions)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is being told of: the resource, the way to the site's folder, the members of lists by their head, and how deep inside another statement."""

    iri: str
    root: str
    lists: Mapping[Subject, Sequence[Object]]
    depth: int = 0

    @property
    def below(self) -> _Told:
        return replace(self, depth=_DEPTH - 1)

    def ends(self, triple: Triple) -> Sequence[Object]:
        """The value of a triple: the members where it is a list."""
        return self.lists.get(triple.object, (triple.object,)) if isinstance(triple.object, BlankNode) else (triple.object,)


def _anchor(triple: Triple) -> str:
    """The name on a page of the statement that *triple* makes: the same as long as it says the same."""
    return f"s-{sha256(str(triple).encode()).hexdigest()[:10]}"


def _with_anchors_of_their_own(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The *statements*, where the members of a list, which are one statement together, have anchors that tell them apart."""
    seen: Counter[str] = Counter()
    for statement in statements:
        seen[statement.anchor] += 1
        count = seen[statement.anchor]
        yield replace(statement, anchor=f"{statement.anchor}-{count}") if statement.anchor and count > 1 else statement
