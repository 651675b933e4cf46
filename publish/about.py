"""What a data set says of itself, as a data portal needs it, and what can truly be told where it says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.authorities import PLACES, language_iri, licence_name
from publish.facts import Facts
from publish.model import DCAT, DCTERMS, FOAF, LABEL, OWL, PROV, RDFS, SHACL, SKOS, TYPE, VANN, Object, Project
from publish.provenance import said
from publish.texts import LANGUAGES, text

Pairs = list[tuple[str, Object]]
"""Properties' IRIs, each with a value."""

_DESCRIPTION = DCTERMS + "description"
_TITLE = DCTERMS + "title"
_PUBLISHER = DCTERMS + "publisher"
_CREATOR = DCTERMS + "creator"
_LANGUAGE = DCTERMS + "language"
_SPATIAL = DCTERMS + "spatial"
_AGENT = FOAF + "Agent"
_NAME = FOAF + "name"
_LDES = "https://w3id.org/ldes/specification"
_SAME = (OWL + "sameAs", SKOS + "exactMatch")
_DATASET = NamedNode(DCAT + "Dataset")
_SUBJECTS = (DCAT + "theme", DCAT + "keyword")
_DATA = frozenset({"all", "stated", "derived", "codes"})  # not the feed: it tells of past states, which the shapes of now need not fit
_TRAVELLING: Mapping[str, str] = {  # the things that come with what points at them, by property: each is of this class
    _PUBLISHER: _AGENT,
    _CREATOR: _AGENT,
    DCTERMS + "rightsHolder": _AGENT,
    DCTERMS + "contributor": _AGENT,
    DCAT + "contactPoint": "http://www.w3.org/2006/vcard/ns#Kind",
    DCTERMS + "temporal": DCTERMS + "PeriodOfTime",
    DCAT + "inSeries": DCAT + "DatasetSeries",
    DCTERMS + "provenance": DCTERMS + "ProvenanceStatement",
    DCTERMS + "rights": DCTERMS + "RightsStatement",
    PROV + "qualifiedAttribution": PROV + "Attribution",
    PROV + "agent": _AGENT,
    "http://www.w3.org/ns/adms#identifier": "http://www.w3.org/ns/adms#Identifier",
}
# what a portal has no use for, and what a catalogue says in its own way
_LEFT_OUT = frozenset(
    {
        SHACL + "declare",
        *(VANN + name for name in ("preferredNamespacePrefix", "preferredNamespaceUri")),
        OWL + "versionInfo",
        DCAT + "version",
        _SPATIAL,
        _PUBLISHER,
    }
)


class About:
    """What *project* says of its data set; *nobody* is the IRI of the publisher where it names none."""

    def __init__(self, project: Project, nobody: str) -> None:
        self.iri = project.dataset.value
        self._project = project
        self._nobody = nobody
        self._facts = Facts(project.stated)
        self._documents = Facts(triple for part in ("ontology", "shapes") for triple in project.triples(part))
        self._standards = self._documents.pointing(TYPE.value, OWL + "Ontology")
        self._triples: dict[str, list[Triple]] = {}
        for triple in project.stated:
            if isinstance(triple.subject, NamedNode) and not isinstance(triple.object, BlankNode):
                self._triples.setdefault(triple.subject.value, []).append(triple)

    def own(self, iri: str) -> Iterator[Triple]:
        """What the data set says of itself, said of *iri*, with what can be told of it where it says nothing."""
        for triple in self._triples.get(self.iri, ()):
            if triple.predicate.value not in _LEFT_OUT and not (_travels(triple) and isinstance(triple.object, Literal)):
                yield Triple(NamedNode(iri), triple.predicate, triple.object)
        titles = self.said(_TITLE) or self.said(LABEL.value) or [Literal(self.iri)]
        descriptions = self.said(_DESCRIPTION) or self.said(RDFS + "comment") or titles
        yield from said(iri, *((_TITLE, title) for title in titles), *((_DESCRIPTION, words) for words in descriptions))
        yield from said(iri, (_PUBLISHER, self.publisher()), *self.languages(), *self.places(), *self.conformed("all"))

    def said(self, predicate: str) -> list[Object]:
        """The values of a property of the data set, sorted."""
        return self._facts.terms(self.iri, predicate)

    def copied(self, predicates: Iterable[str]) -> Pairs:
        """The properties of the data set among *predicates*, with their values."""
        return [(predicate, term) for predicate in predicates for term in self.said(predicate)]

    def worded(self, iri: str, predicate: str, name: str, **values: object) -> Iterator[Triple]:
        """The words *name* of the catalogue, said of *iri* in each language that bynet speaks."""
        for language in self.spoken():
            title = self._facts.text(self.iri, _TITLE, language) or self._facts.name(self.iri, language) or self.iri
            yield from said(iri, (predicate, Literal(text(language, f"catalogue.{name}", title=title, **values), language=language)))

    def spoken(self) -> tuple[str, ...]:
        """The languages of the data set that bynet speaks, else English."""
        return tuple(language for language in self._project.languages if language in LANGUAGES) or ("en",)

    def languages(self) -> Pairs:
        """The languages that the data set says, else those of its titles."""
        tags = sorted({title.language for title in self.said(_TITLE) if isinstance(title, Literal) and title.language})
        return self.copied([_LANGUAGE]) or [(_LANGUAGE, NamedNode(iri)) for tag in tags if (iri := language_iri(tag))]

    def places(self) -> Pairs:
        """The places that the data set is about, by the names that portals know."""
        return [(_SPATIAL, NamedNode(self._authority(place))) for place in self._facts.iris(self.iri, _SPATIAL)]

    def services(self) -> list[str]:
        """The services that the data describes as serving the data set, by code point."""
        return self._facts.pointing(DCAT + "servesDataset", self.iri)

    def conformed(self, part: str) -> Pairs:
        """What the file *part* conforms to: the data to the ontology and the shapes, the feed to its specification too."""
        standards = [*self._standards] if part in _DATA else []
        return [(DCTERMS + "conformsTo", NamedNode(iri)) for iri in [*standards, *([_LDES] if part == "feed" else [])]]

    def standard(self, iri: str, language: str) -> str:
        """What the ontology *iri* is called in *language*; an empty text where it is none."""
        return (self._documents.text(iri, _TITLE, language) or self._documents.name(iri, language) or iri) if iri in self._standards else ""

    def publisher(self) -> NamedNode:
        """The publisher that the data set names, else its creator, else whoever publishes at its address."""
        named = (*self._facts.iris(self.iri, _PUBLISHER), *self._facts.iris(self.iri, _CREATOR))
        return NamedNode(next(iter(named), self._nobody))

    def around(self) -> Iterator[Triple]:
        """What the data set and its services point to and a portal needs: publisher, contact point, period, series, places, standards, sources."""
        for node, kind in self._travelling().items():
            yield from (triple for triple in self._triples.get(node, ()) if triple.predicate != TYPE or triple.object != _DATASET)
            yield from self._named(node, kind)
        yield from self._fallback_publisher()
        yield from self._place_names()
        for service in self.services():
            missing = [predicate for predicate in _SUBJECTS if not self._facts.terms(service, predicate)]
            yield from said(service, *self.copied(missing))  # it is about what the data set is about
        for iri in self._standards:
            yield Triple(NamedNode(iri), TYPE, NamedNode(DCTERMS + "Standard"))
            yield from said(iri, *((_TITLE, title) for title in self._documents.terms(iri, _TITLE) or self._documents.terms(iri, LABEL.value)))
        names = {iri: licence_name(iri) for iri in self._facts.iris(self.iri, DCTERMS + "license")}
        yield from (Triple(NamedNode(iri), NamedNode(_TITLE), Literal(name, language="en")) for iri, name in names.items() if name)
        for source in self._facts.iris(self.iri, PROV + "wasDerivedFrom"):
            yield from said(source, *((LABEL.value, label) for label in self._facts.terms(source, LABEL.value)))

    def _travelling(self) -> dict[str, str]:
        """The things that come along, each with the class that it has to have there."""
        found = dict.fromkeys(self.services(), DCAT + "DataService")
        waiting = [self.iri, *found]
        while waiting:
            pointed = self._triples.get(waiting.pop(), ())
            near = {triple.object.value: _TRAVELLING[triple.predicate.value] for triple in pointed if _travels(triple) and isinstance(triple.object, NamedNode)}
            new = {node: kind for node, kind in near.items() if node not in found and node != self.iri and node in self._triples}
            found |= new
            waiting += new
        return found

    def _named(self, node: str, kind: str) -> Iterator[Triple]:
        yield Triple(NamedNode(node), TYPE, NamedNode(kind))
        if kind == _AGENT and not self._facts.terms(node, _NAME):
            yield from said(node, *((_NAME, label) for label in self._facts.terms(node, LABEL.value)))

    def _fallback_publisher(self) -> Iterator[Triple]:
        publisher = self.publisher().value
        if publisher == self._nobody:
            host = urlsplit(self._project.base).hostname or self._project.base
            words = {language: text(language, "catalogue.publisher", host=host) for language in self.spoken()}
            names = self.said(_PUBLISHER) or self.said(_CREATOR) or [Literal(name, language=language) for language, name in words.items()]
            yield Triple(NamedNode(publisher), TYPE, NamedNode(_AGENT))
            yield from said(publisher, *((_NAME, name) for name in names))

    def _place_names(self) -> Iterator[Triple]:
        for place in self._facts.iris(self.iri, _SPATIAL):
            iri = self._authority(place)
            yield from said(iri, *((LABEL.value, label) for label in self._facts.terms(place, LABEL.value)))
            if not iri.startswith(PLACES):
                yield Triple(NamedNode(iri), TYPE, NamedNode(DCTERMS + "Location"))

    def _authority(self, place: str) -> str:
        """The IRI by which portals know *place*, where the data says that it is the same; else its own."""
        same = (other for predicate in _SAME for other in self._facts.iris(place, predicate))
        return place if place.startswith(PLACES) else next((other for other in same if other.startswith(PLACES)), place)


def _travels(triple: Triple) -> bool:
    return triple.predicate.value in _TRAVELLING
