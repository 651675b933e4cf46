"""The catalogue: what a data portal reads, made from what the data set says of itself and from the files that were really published.

DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/), a profile of DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/), with
what the Danish profile adds. Everything has an IRI that stays the same from release to release, so that a portal updates what it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from publish.about import About, Pairs
from publish.addresses import media_type
from publish.authorities import GZIP, STABLE, THEMES, file_type
from publish.facts import Facts
from publish.gzipped import ENDING, plain_name
from publish.model import (
    DCAT,
    DCTERMS,
    DQV,
    FOAF,
    LABEL,
    OA,
    OWL,
    PROV,
    SPDX,
    TYPE,
    XSD,
    Object,
    Project,
    Published,
    Release,
    sort_triples,
)
from publish.paths import whole_name
from publish.provenance import build_triples, checksum_triples, labelled, said
from publish.texts import every_language, text

_DCATAP = "http://data.europa.eu/r5r/"
_CONSISTENCY = NamedNode("http://www.w3.org/2016/05/ldqd#consistency")
_TITLE = DCTERMS + "title"
_DESCRIPTION = DCTERMS + "description"
_PUBLISHER = DCTERMS + "publisher"
_ISSUED = DCTERMS + "issued"
_MODIFIED = DCTERMS + "modified"
_IDENTIFIER = DCTERMS + "identifier"
_THEME = DCAT + "theme"
_VERSION = DCAT + "version"
_TERMS_OF_USE = (DCTERMS + "license", DCTERMS + "rights")
_PARTS = frozenset({"all", "stated", "derived", "codes", "ontology", "shapes", "queries", "feed", "changes"})
_DOCUMENT = NamedNode(FOAF + "Document")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a catalogue is made from.

    *files* are the files that can be downloaded now, *releases* all there are, oldest first; *sources* has the sha256 of each
    source file, *software* the version of each program; *earlier* is the catalogue that was published before, where there is one.
    """

    project: Project
    files: tuple[Published, ...]
    releases: tuple[Release, ...]
    sources: tuple[tuple[str, str], ...]
    software: Mapping[str, str]
    earlier: Sequence[Triple] = ()

    @property
    def iri(self) -> str:
        """The IRI of the catalogue."""
        return f"{self.project.base}catalog"


def catalogue_triples(described: Catalogue) -> list[Triple]:
    """Return the whole catalogue, sorted: itself, the data set with all that a portal needs, its files, its services, its making."""
    writer = _Writer(described, None)
    return sort_triples(
        [
            *writer.catalogue(),
            *writer.dataset(),
            *writer.files(described.files, f"{described.iri}#", writer.about.iri),
            *(triple for release in described.releases for triple in writer.release_facts(release)),
            *writer.quality(),
            *writer.about.around(),
            *build_triples(described.iri, described.sources, described.software),
        ]
    )


def release_triples(described: Catalogue, release: Release, files: Sequence[Published]) -> list[Triple]:
    """Return the description of one release, sorted: a data set of its own, a version of the whole one, with the *files* in its folder."""
    iri = f"{described.project.base}{release.path}"
    writer = _Writer(described, Literal(release.date, datatype=NamedNode(XSD + "date")))
    return sort_triples([*writer.release(release), *writer.files(files, f"{iri}#", iri), *writer.about.around()])


class _Writer:
    """Writes the parts of a catalogue as of *day*, else the day on which the data set last changed."""

    def __init__(self, described: Catalogue, day: Literal | None) -> None:
        self._made = described
        self._base = described.project.base
        self._build = NamedNode(f"{described.iri}#build")
        self.about = About(described.project, f"{described.iri}#publisher")
        self._earlier = Facts(described.earlier)
        self._day: Object | None = day or next(iter(self.about.said(_MODIFIED) or self.about.said(_ISSUED)), None)

    def catalogue(self) -> Iterator[Triple]:
        """The catalogue itself."""
        iri, base = self._made.iri, NamedNode(self._base)
        yield Triple(NamedNode(iri), TYPE, NamedNode(DCAT + "Catalog"))
        yield from self.about.worded(iri, _TITLE, "title")
        yield from self.about.worded(iri, _DESCRIPTION, "description")
        yield from said(iri, (FOAF + "homepage", base), (DCAT + "dataset", NamedNode(self.about.iri)))
        yield from said(iri, (_PUBLISHER, self.about.publisher()), *self.about.languages(), *self.about.places(), *self.about.copied(_TERMS_OF_USE))
        first = self._earlier.terms(iri, _ISSUED) or self.about.said(_ISSUED) or self.about.said(_MODIFIED)
        yield from said(iri, *((_ISSUED, day) for day in first[:1]), *self._changed_on(self._day))
        if any(theme.startswith(THEMES) for theme in (term.value for term in self.about.said(_THEME) if isinstance(term, NamedNode))):
            yield from said(iri, (DCAT + "themeTaxonomy", NamedNode(THEMES)))
        yield from said(iri, *((DCAT + "service", NamedNode(service)) for service in self.about.services()))

    def dataset(self) -> Iterator[Triple]:
        """The data set: all that it says of itself for others, its releases, how it was made and checked."""
        yield from self.about.own(self.about.iri)
        yield Triple(NamedNode(self._base), TYPE, _DOCUMENT)  # without a label: CKAN would show it instead of the address
        yield from said(self.about.iri, (DCAT + "landingPage", NamedNode(self._base)), (PROV + "wasGeneratedBy", self._build))
        yield from said(self.about.iri, (DQV + "hasQualityAnnotation", NamedNode(f"{self._base}report")))
        if not self.about.said(_IDENTIFIER):
            yield from said(self.about.iri, (_IDENTIFIER, Literal(self.about.iri)))
        yield from said(self.about.iri, *((_VERSION, version) for version in self.about.said(_VERSION) or self.about.said(OWL + "versionInfo")))
        current = [NamedNode(self._base + release.path) for release in self._made.releases[-1:]]
        yield from said(self.about.iri, *((DCAT + "hasCurrentVersion", release) for release in current))

    def release(self, release: Release) -> Iterator[Triple]:
        """One release, a data set of its own."""
        iri, page = f"{self._base}{release.path}", NamedNode(f"{self._base}{release.path}index.html")
        own = {_TITLE, _ISSUED, _MODIFIED, _IDENTIFIER, LABEL.value}
        yield from (triple for triple in self.about.own(iri) if triple.predicate.value not in own)
        yield from self.about.worded(iri, _TITLE, "release", version=release.version)
        yield from said(iri, (_IDENTIFIER, Literal(iri)), (DCAT + "landingPage", page))
        yield Triple(page, TYPE, _DOCUMENT)
        yield from said(self.about.iri, (DCAT + "hasVersion", NamedNode(iri)))
        yield from said(iri, *self._changed_on(self._day))
        yield from self.release_facts(release)

    def release_facts(self, release: Release) -> Iterator[Triple]:
        """The version of a release, its date, the one before.

        In a catalogue it has no class, or portals would take it for one more data set; so nothing there points at it with
        dcat:hasVersion, which DCAT-AP allows for what has the class only. The release's own description has both.
        """
        iri = f"{self._base}{release.path}"
        yield from said(iri, (_VERSION, Literal(release.version)), (_ISSUED, Literal(release.date, datatype=NamedNode(XSD + "date"))))
        yield from said(iri, (DCAT + "isVersionOf", NamedNode(self.about.iri)))
        if release.previous:
            yield from said(iri, (DCAT + "previousVersion", NamedNode(f"{self._base}{Release(release.previous, '').path}")))

    def files(self, files: Iterable[Published], names: str, dataset: str) -> Iterator[Triple]:
        """The distributions of *dataset*, one a file, or one for all parts of a file; their IRIs begin with *names*."""
        wholes: dict[str, list[Published]] = {}
        for file in files:
            wholes.setdefault(whole_name(file.path), []).append(file)
        for name, parts in wholes.items():
            iri = names + name.rsplit("/", 1)[-1].replace(".", "-")
            yield from said(dataset, (DCAT + "distribution", NamedNode(iri)))
            yield from self._file(parts, iri)

    def _file(self, parts: Sequence[Published], iri: str) -> Iterator[Triple]:
        file, urls = parts[0], [NamedNode(self._base + one.path) for one in parts]
        is_compressed = file.path.endswith(ENDING)
        form = file_type(media_type(plain_name(file.path)) if is_compressed else file.media_type)
        part = file.path.rsplit("/", 1)[-1].partition(".")[0]
        title = "catalogue.compressed" if is_compressed else "catalogue.file"
        yield Triple(NamedNode(iri), TYPE, NamedNode(DCAT + "Distribution"))
        for language in self.about.spoken():
            name = text(language, f"catalogue.{part}") if part in _PARTS else self.about.standard(self._base + part, language) or part
            yield from said(iri, (_TITLE, Literal(text(language, title, part=name, form=form.name), language=language)))
        kind = part if part in _PARTS else "ontology" if self.about.standard(self._base + part, "") else "other"
        yield from self.about.worded(iri, _DESCRIPTION, f"about-{kind}")
        yield from said(iri, (DCAT + "accessURL", urls[0] if len(urls) == 1 else NamedNode(self._made.iri)), (_DCATAP + "availability", NamedNode(STABLE)))
        yield from said(iri, *((DCAT + "downloadURL", url) for url in urls))
        yield from said(iri, (DCAT + "byteSize", Literal(str(sum(one.size for one in parts)), datatype=NamedNode(XSD + "nonNegativeInteger"))))
        known = ((DCAT + "mediaType", form.media_type), (DCTERMS + "format", form.file_type))
        yield from said(
            iri, *((predicate, NamedNode(name)) for predicate, name in known if name), *[(DCAT + "compressFormat", NamedNode(GZIP))] * is_compressed
        )
        yield from said(iri, *self.about.languages(), *self.about.copied(_TERMS_OF_USE), *self.about.conformed(part), *self._dates(iri, file.sha256))
        if len(parts) == 1:
            yield from checksum_triples(iri, file.sha256)

    def quality(self) -> Iterator[Triple]:
        """The validation report, as an annotation of the data set's quality (DQV, section 4.5; DCAT-AP-DK 3.0.0)."""
        report = f"{self._base}report"
        yield from labelled(report, DQV + "QualityAnnotation", every_language("report.title"))
        yield from said(report, (OA + "hasTarget", NamedNode(self.about.iri)), (OA + "motivatedBy", NamedNode(DQV + "qualityAssessment")))
        yield from said(report, (DQV + "inDimension", _CONSISTENCY), (PROV + "wasGeneratedBy", self._build))

    def _changed_on(self, day: Object | None) -> Pairs:
        return [(_MODIFIED, day)] if day else []

    def _dates(self, iri: str, sha256: str) -> Pairs:
        """When a file was first published and when its bytes last changed, as far as the catalogue before this one tells."""
        issued = next(iter(self._earlier.terms(iri, _ISSUED)), self._day)
        is_same = self._earlier.value(f"{iri}-sha256", SPDX + "checksumValue").lower() == sha256.lower()
        changed = next(iter(self._earlier.terms(iri, _MODIFIED)), self._day) if is_same else self._day
        return [*([(_ISSUED, issued)] if issued else []), *self._changed_on(changed)]
