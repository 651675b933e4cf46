"""Triples by subject and predicate: what is said of a thing, asked for by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.model import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, Object, best_label, term_key

_NAMES = (FOAF + "name", RDFS + "label", SKOS + "prefLabel")
_SPARQL = {
    "http://www.w3.org/TR/sparql11-protocol/",
    "https://www.w3.org/TR/sparql11-protocol/",
    "https://www.w3.org/ns/sparql-service-description#",
}


class Facts:
    """What *triples* say, by the IRI of the thing and of the property; what blank nodes are in, which only lists are made of, stands in `unnamed`."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[tuple[str, str], list[Triple]] = {}
        self._pointing: dict[tuple[str, str], list[str]] = {}
        self._pointed: dict[str, set[str]] = {}
        self._all: dict[str, list[Triple]] = {}
        self.unnamed: list[Triple] = []
        for triple in triples:
            if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
                self.unnamed.append(triple)
            if isinstance(triple.subject, NamedNode):
                self._said.setdefault((triple.subject.value, triple.predicate.value), []).append(triple)
                self._all.setdefault(triple.subject.value, []).append(triple)
                if isinstance(triple.object, NamedNode):
                    self._pointing.setdefault((triple.predicate.value, triple.object.value), []).append(triple.subject.value)
                    self._pointed.setdefault(triple.object.value, set()).add(triple.predicate.value)

    def terms(self, subject: str, predicate: str) -> list[Object]:
        """The values of a property, each once, in the order of all that bynet writes."""
        return sorted({triple.object for triple in self._said.get((subject, predicate), ())}, key=term_key)

    def iris(self, subject: str, *predicates: str) -> list[str]:
        """The IRIs among the values of the first of *predicates* that has any."""
        every = ([term.value for term in self.terms(subject, predicate) if isinstance(term, NamedNode)] for predicate in predicates)
        return next((found for found in every if found), [])

    def texts(self, subject: str, predicate: str, language: str) -> list[str]:
        """The texts of a property that are in *language* or in none, each once."""
        literals = (term for term in self.terms(subject, predicate) if isinstance(term, Literal))
        return list(dict.fromkeys(term.value for term in literals if (term.language or language) == language))

    def text(self, subject: str, predicate: str, language: str) -> str:
        """The text of a property in *language*, else in English, else the first one, else an empty text."""
        return best_label(self._said.get((subject, predicate), ()), language)

    def value(self, subject: str, *predicates: str) -> str:
        """The text or IRI of the first value of the first of *predicates* that has one, else an empty text."""
        every = (term for predicate in predicates for term in self.terms(subject, predicate))
        return next((term.value for term in every if isinstance(term, Literal | NamedNode)), "")

    def name(self, iri: str, language: str) -> str:
        """What to call *iri* in *language*; an empty text where nothing names it."""
        return next((text for predicate in _NAMES if (text := self.text(iri, predicate, language))), "")

    def pointing(self, predicate: str, iri: str) -> list[str]:
        """The things that point at *iri* with *predicate*, by code point."""
        return sorted(set(self._pointing.get((predicate, iri), ())))

    def all_pointing(self, iri: str) -> list[str]:
        """The things that point at *iri* with any property, by code point."""
        return sorted({subject for predicate in self._pointed.get(iri, ()) for subject in self._pointing[predicate, iri]})

    def pointed_with(self, iri: str) -> frozenset[str]:
        """The properties with which anything points at *iri*."""
        return frozenset(self._pointed.get(iri, ()))

    def kinds(self, iri: str) -> frozenset[str]:
        """The classes of *iri*."""
        return self.typed.get(iri, frozenset())

    @cached_property
    def typed(self) -> dict[str, frozenset[str]]:
        """The classes of each thing that has any."""
        return {iri: frozenset(self.iris(iri, RDF + "type")) for iri, predicate in self._said if predicate == RDF + "type"}

    def said(self, subject: str) -> list[Triple]:
        """All triples of *subject*, in the order in which they were given."""
        return self._all.get(subject, [])

    def described(self, subject: str, predicates: Sequence[str]) -> list[Triple]:
        """The triples of *subject* with one of *predicates*."""
        return [triple for predicate in predicates for triple in self._said.get((subject, predicate), ())]


def sparql_endpoints(facts: Facts, dataset: str) -> list[str]:
    """Return the addresses where *dataset* can be asked in SPARQL: of the data services that serve it and conform to the protocol, by code point."""
    services = (service for service in facts.pointing(DCAT + "servesDataset", dataset) if _SPARQL.intersection(facts.iris(service, DCTERMS + "conformsTo")))
    return sorted({endpoint for service in services for endpoint in facts.iris(service, DCAT + "endpointURL")})
