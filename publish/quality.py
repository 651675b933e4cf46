"""How good the metadata are, in the way of the European Metadata Quality Assessment: five dimensions, 405 points.

The method: https://data.europa.eu/mqa/methodology. An indicator of the data set gives all its points or none; an indicator of
the files gives the share of its points that is the share of files which satisfy it, rounded down. Whether an address answers
only a live site can tell: those 80 points are listed and never given here. Two indicators ask for a portal's vocabularies and
lists of formats: what the methodology names is written down below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from publish.dcat_ap import duties_unmet
from publish.facts import Facts
from publish.licences import AUTHORITY as LICENCES
from publish.model import DCAT, DCTERMS, DQV, LABEL, TYPE, XSD, sort_triples
from publish.texts import every_language, text
from publish.turtle import Namespaces

_INTEGER = NamedNode(XSD + "integer")
_SHOWN = 3  # of what lacks something: enough to find it
_EU = "http://publications.europa.eu/resource/authority/"
_FILE_TYPES = _EU + "file-type/"
_ACCESS_RIGHTS = _EU + "access-right/"
_MEDIA_TYPES = ("http://www.iana.org/assignments/media-types/", "https://www.iana.org/assignments/media-types/")
_BOTH = ("CSV", "GEOJSON", "ICS", "JSON", "KML", "KMZ", "NETCDF", "ODS", "RSS", "XML")
_RDF = ("JSON_LD", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML")
_OPEN_ONLY = ("BMP", "DBF", "GZIP", "HTML", "JPEG2000", "PNG", "RTF", "TAR", "TIFF", "TSV", "TXT", "WMS_SRVC", "ZIP")
_NON_PROPRIETARY = frozenset(_FILE_TYPES + code for code in (*_BOTH, *_RDF, *_OPEN_ONLY))
_MACHINE_READABLE = frozenset(_FILE_TYPES + code for code in (*_BOTH, *_RDF, "RDFA", "SHP", "XLS", "XLSX"))

Test = Callable[[Facts, str], bool]
"""Whether a thing (a data set or a file, by its IRI) satisfies an indicator."""
Measure = Callable[[Facts, str], tuple[int, int, tuple[str, ...]]]
"""Of how many things that belong to a data set how many satisfy an indicator: (satisfied, examined, those that do not)."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator as it was measured: its points and the most it can give, and of how many things how many satisfy it.

    *lacking* names those that do not: IRIs, or for DCAT-AP's duties the thing and the property. An indicator that is not
    *answerable* needs a live site.
    """

    dimension: str
    name: str
    points: int
    maximum: int
    satisfied: int
    examined: int
    lacking: tuple[str, ...] = ()
    answerable: bool = True

    @property
    def is_full(self) -> bool:
        """All of its points are given."""
        return self.points == self.maximum


def score(catalogue: Sequence[Triple], dataset: str) -> tuple[Indicator, ...]:
    """Return every indicator for *dataset* as *catalogue* describes it, by dimension, in the order of the methodology."""
    facts = Facts(catalogue)
    return tuple(_measured(row, facts, dataset) for row in _TABLE)


def reached(indicators: Sequence[Indicator]) -> int:
    """The points that are given."""
    return sum(indicator.points for indicator in indicators)


def answerable(indicators: Sequence[Indicator]) -> int:
    """The most points that files can give."""
    return sum(indicator.maximum for indicator in indicators if indicator.answerable)


def rating(points: int) -> str:
    """The methodology's word for a score: ``excellent``, ``good``, ``sufficient`` or ``bad``."""
    return next(word for least, word in ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad")) if points >= least)


def summary(indicators: Sequence[Indicator], language: str) -> str:
    """Return the score in a line, and where files could raise it, how to see what would."""
    points, possible = reached(indicators), answerable(indicators)
    rest = sum(indicator.maximum for indicator in indicators) - possible
    words = {name: text(language, f"quality.{rating(value)}") for name, value in (("now", points), ("then", points + rest))}
    line = text(language, "quality.summary", points=points, possible=possible, rest=rest, **words)
    return line if points == possible else f"{line} {text(language, 'quality.more')}"


def listing(indicators: Sequence[Indicator], namespaces: Namespaces, language: str) -> Iterator[str]:
    """Yield a line for each dimension and under it one for each indicator, with its points and what would raise it."""
    for dimension in dict.fromkeys(indicator.dimension for indicator in indicators):
        inside = [indicator for indicator in indicators if indicator.dimension == dimension]
        yield f"{text(language, f'quality.{dimension}')}: {_points(reached(inside), sum(indicator.maximum for indicator in inside), language)}"
        for indicator in inside:
            yield f"  {_line(indicator, language)}{'' if indicator.is_full else _raise(indicator, namespaces, language)}"


def score_triples(indicators: Sequence[Indicator], dataset: str, report: str) -> list[Triple]:
    """Return the points that are given as a quality measurement of *dataset* (W3C DQV) in the validation report *report*, sorted."""
    metric, measurement = NamedNode(f"{report}/metadata-quality"), NamedNode(f"{report}/metadata-quality/points")
    labels = ((metric, every_language("quality.metric", possible=answerable(indicators))), (measurement, every_language("quality.measurement")))
    return sort_triples(
        [
            Triple(metric, TYPE, NamedNode(DQV + "Metric")),
            Triple(metric, NamedNode(DQV + "expectedDataType"), _INTEGER),
            *(Triple(node, LABEL, Literal(words, language=language)) for node, texts in labels for language, words in texts.items()),
            Triple(measurement, TYPE, NamedNode(DQV + "QualityMeasurement")),
            Triple(measurement, NamedNode(DQV + "computedOn"), NamedNode(dataset)),
            Triple(measurement, NamedNode(DQV + "isMeasurementOf"), metric),
            Triple(measurement, NamedNode(DQV + "value"), Literal(str(reached(indicators)), datatype=_INTEGER)),
            Triple(NamedNode(report), NamedNode(DQV + "hasQualityMeasurement"), measurement),
        ]
    )


def _line(indicator: Indicator, language: str) -> str:
    return f"{text(language, f'quality.{indicator.name}')}: {_points(indicator.points, indicator.maximum, language)}"


def _points(points: int, maximum: int, language: str) -> str:
    return text(language, "quality.points", points=points, maximum=maximum)


def _raise(indicator: Indicator, namespaces: Namespaces, language: str) -> str:
    names = [" ".join(namespaces.shorten(iri).strip("<>") for iri in words.split()) for words in indicator.lacking]
    shown = ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
    advice = text(language, f"advice.{indicator.name}")
    return f". {advice}{f' [{shown}]' if shown else ''}"


@dataclass(frozen=True, slots=True)
class _Row:
    dimension: str
    name: str
    maximum: int
    measure: Measure


def _measured(row: _Row, facts: Facts, dataset: str) -> Indicator:
    satisfied, examined, lacking = row.measure(facts, dataset)
    points = row.maximum * satisfied // examined if examined else 0
    return Indicator(row.dimension, row.name, points, row.maximum, satisfied, examined, lacking, answerable=row.measure is not _live)


def _dataset(test: Test) -> Measure:
    return lambda facts, dataset: (1, 1, ()) if test(facts, dataset) else (0, 1, (dataset,))


def _files(test: Test) -> Measure:
    def measure(facts: Facts, dataset: str) -> tuple[int, int, tuple[str, ...]]:
        files = facts.iris(dataset, DCAT + "distribution")
        lacking = tuple(file for file in files if not test(facts, file))
        return len(files) - len(lacking), len(files), lacking

    return measure


def _live(facts: Facts, dataset: str) -> tuple[int, int, tuple[str, ...]]:
    return 0, len(facts.iris(dataset, DCAT + "distribution")), ()


def _profile(facts: Facts, dataset: str) -> tuple[int, int, tuple[str, ...]]:
    """DCAT-AP's duties; the portal runs the official shapes, which are no part of this program (see `publish.dcat_ap`)."""
    unmet = tuple(f"{thing} {predicate}" for thing, predicate in duties_unmet(facts, dataset))
    return int(not unmet), 1, unmet


def _has(*predicates: str) -> Test:
    return lambda facts, iri: any(facts.value(iri, predicate).strip() for predicate in predicates)


def _is_from(predicate: str, *vocabularies: str) -> Test:
    """Whether there is a value, and every value is an IRI of one of *vocabularies*."""
    return lambda facts, iri: (
        bool(values := facts.iris(iri, predicate))
        and all(value.startswith(vocabularies) for value in values)
        and len(values) == len(facts.terms(iri, predicate))
    )


def _is_among(predicate: str, known: frozenset[str]) -> Test:
    return lambda facts, iri: bool(known.intersection(facts.iris(iri, predicate)))


def _both(first: Test, second: Test) -> Test:
    return lambda facts, iri: first(facts, iri) and second(facts, iri)


_TABLE = (
    _Row("findability", "keywords", 30, _dataset(_has(DCAT + "keyword"))),
    _Row("findability", "categories", 30, _dataset(_has(DCAT + "theme"))),
    _Row("findability", "place", 20, _dataset(_has(DCTERMS + "spatial"))),
    _Row("findability", "time", 20, _dataset(_has(DCTERMS + "temporal"))),
    _Row("accessibility", "access-url-answers", 50, _live),
    _Row("accessibility", "download-url", 20, _files(_has(DCAT + "downloadURL"))),
    _Row("accessibility", "download-url-answers", 30, _live),
    _Row("interoperability", "format", 20, _files(_has(DCTERMS + "format"))),
    _Row("interoperability", "media-type", 10, _files(_has(DCAT + "mediaType"))),
    _Row("interoperability", "format-vocabulary", 10, _files(_both(_is_from(DCTERMS + "format", _FILE_TYPES), _is_from(DCAT + "mediaType", *_MEDIA_TYPES)))),
    _Row("interoperability", "non-proprietary", 20, _files(_is_among(DCTERMS + "format", _NON_PROPRIETARY))),
    _Row("interoperability", "machine-readable", 20, _files(_is_among(DCTERMS + "format", _MACHINE_READABLE))),
    _Row("interoperability", "dcat-ap", 30, _profile),
    _Row("reusability", "licence", 20, _files(_has(DCTERMS + "license"))),
    _Row("reusability", "licence-vocabulary", 10, _files(_is_from(DCTERMS + "license", LICENCES))),
    _Row("reusability", "access-rights", 10, _dataset(_has(DCTERMS + "accessRights"))),
    _Row("reusability", "access-rights-vocabulary", 5, _dataset(_is_from(DCTERMS + "accessRights", _ACCESS_RIGHTS))),
    _Row("reusability", "contact-point", 20, _dataset(_has(DCAT + "contactPoint"))),
    _Row("reusability", "publisher", 10, _dataset(_has(DCTERMS + "publisher"))),
    _Row("contextuality", "rights", 5, _files(_has(DCTERMS + "rights"))),
    _Row("contextuality", "byte-size", 5, _files(_has(DCAT + "byteSize"))),
    _Row("contextuality", "issued", 5, _files(_has(DCTERMS + "issued"))),
    _Row("contextuality", "modified", 5, _files(_has(DCTERMS + "modified"))),
)
