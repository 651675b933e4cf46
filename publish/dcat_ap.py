"""The duties of DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/) that a catalogue can be checked for without its shapes.

What is looked at: the mandatory properties of catalogues, data sets, series, files, services, agents and checksums, what may be
said once only, and the kind of the values (a text, an IRI, a date, a size). The official shapes look at more: the classes of
the values, and the other classes of the profile. Nothing found here is no proof that they find nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publish.facts import Facts
from publish.model import DCAT, DCTERMS, FOAF, RDF, SPDX, XSD, Object

_ADMS = "http://www.w3.org/ns/adms#"
_ANY = 10**9
_DATES = {XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth")}


def _is_iri(term: Object) -> bool:
    return isinstance(term, NamedNode)


def _is_text(term: Object) -> bool:
    return isinstance(term, Literal) and bool(term.value.strip())


def _is_date(term: Object) -> bool:
    return isinstance(term, Literal) and term.datatype.value in _DATES


def _is_size(term: Object) -> bool:
    return isinstance(term, Literal) and term.datatype.value == XSD + "nonNegativeInteger"


def _is_hexadecimal(term: Object) -> bool:
    return isinstance(term, Literal) and term.datatype.value == XSD + "hexBinary"


@dataclass(frozen=True, slots=True)
class _Duty:
    """Values of a property that a thing of one class has: at least so many, at most so many, all of one kind."""

    predicate: str
    least: int
    most: int
    kind: Callable[[Object], bool]


def _needed(*predicates: str, kind: Callable[[Object], bool], most: int = _ANY) -> tuple[_Duty, ...]:
    return tuple(_Duty(predicate, 1, most, kind) for predicate in predicates)


def _once(*predicates: str, kind: Callable[[Object], bool]) -> tuple[_Duty, ...]:
    return tuple(_Duty(predicate, 0, 1, kind) for predicate in predicates)


_TEXTS = _needed(DCTERMS + "title", DCTERMS + "description", kind=_is_text)
_DATED = _once(DCTERMS + "issued", DCTERMS + "modified", kind=_is_date)
_DUTIES: dict[str, tuple[_Duty, ...]] = {
    DCAT + "Catalog": (
        *_TEXTS,
        *_DATED,
        *_needed(DCTERMS + "publisher", kind=_is_iri, most=1),
        *_once(DCTERMS + "creator", DCTERMS + "license", DCTERMS + "rights", FOAF + "homepage", kind=_is_iri),
    ),
    DCAT + "Dataset": (
        *_TEXTS,
        *_DATED,
        *_once(DCTERMS + "accessRights", DCTERMS + "accrualPeriodicity", DCTERMS + "publisher", kind=_is_iri),
        *_once(DCAT + "version", kind=_is_text),
    ),
    DCAT + "DatasetSeries": (*_TEXTS, *_DATED, *_once(DCTERMS + "accrualPeriodicity", DCTERMS + "publisher", kind=_is_iri)),
    DCAT + "Distribution": (
        *_needed(DCAT + "accessURL", kind=_is_iri),
        *_DATED,
        *_once(
            DCTERMS + "format",
            DCTERMS + "license",
            DCTERMS + "rights",
            DCAT + "mediaType",
            DCAT + "compressFormat",
            SPDX + "checksum",
            _ADMS + "status",
            kind=_is_iri,
        ),
        *_once(DCAT + "byteSize", kind=_is_size),
    ),
    DCAT + "DataService": (
        *_needed(DCAT + "endpointURL", kind=_is_iri),
        *_needed(DCTERMS + "title", kind=_is_text),
        *_once(DCTERMS + "accessRights", DCTERMS + "license", DCTERMS + "publisher", kind=_is_iri),
    ),
    DCTERMS + "PeriodOfTime": _once(DCAT + "startDate", DCAT + "endDate", kind=_is_date),
    FOAF + "Agent": _needed(FOAF + "name", kind=_is_text),
    SPDX + "Checksum": (
        *_needed(SPDX + "algorithm", kind=_is_iri, most=1),
        *_needed(SPDX + "checksumValue", kind=_is_hexadecimal, most=1),
    ),
}


def duties_unmet(facts: Facts, dataset: str) -> list[tuple[str, str]]:
    """Return, for *dataset* and the catalogue it is in, each thing with the property by which it falls short, by code point."""
    return sorted({*_unlisted(facts, dataset), *_agents(facts), *_properties(facts)})


def _unlisted(facts: Facts, dataset: str) -> Iterator[tuple[str, str]]:
    catalogues = [catalogue for catalogue in facts.pointing(DCAT + "dataset", dataset) if DCAT + "Catalog" in facts.kinds(catalogue)]
    if not catalogues:
        yield dataset, DCAT + "dataset"
    if DCAT + "Dataset" not in facts.kinds(dataset):
        yield dataset, RDF + "type"
    for file in facts.iris(dataset, DCAT + "distribution"):
        if DCAT + "Distribution" not in facts.kinds(file):
            yield file, RDF + "type"


def _agents(facts: Facts) -> Iterator[tuple[str, str]]:
    for kind in (DCAT + "Catalog", DCAT + "Dataset"):
        for thing in facts.pointing(RDF + "type", kind):
            for agent in facts.iris(thing, DCTERMS + "publisher"):
                if FOAF + "Agent" not in facts.kinds(agent):
                    yield agent, RDF + "type"


def _properties(facts: Facts) -> Iterator[tuple[str, str]]:
    for kind, duties in _DUTIES.items():
        for thing in facts.pointing(RDF + "type", kind):
            for duty in duties:
                if not _met(facts.terms(thing, duty.predicate), duty):
                    yield thing, duty.predicate


def _met(values: Sequence[Object], duty: _Duty) -> bool:
    return duty.least <= len(values) <= duty.most and all(map(duty.kind, values))
