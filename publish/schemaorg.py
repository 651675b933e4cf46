"""The data set in the words of schema.org, for the search engines that read them: made of what the catalogue says, typed in nowhere.

https://schema.org/Dataset, and what Google asks of a data set's page:
https://developers.google.com/search/docs/appearance/structured-data/dataset
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from publish.facts import Facts
from publish.licences import licence_of
from publish.model import DCAT, DCTERMS, FOAF, OWL, PROV, SKOS, SPDX

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_SAME = (OWL + "sameAs", SKOS + "exactMatch")
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

Node = dict[str, object]


def schema_org(facts: Facts, dataset: str, languages: Sequence[str]) -> str:
    """Return the data set as JSON-LD, its texts in the first of *languages*; all of them are the languages that it has texts in.

    The text is safe inside ``<script type="application/ld+json">``: no character of it can end the element or the script.
    """
    described = _Described(facts, languages[0])
    node = {"@context": "https://schema.org/", "@type": "Dataset", "@id": dataset, **dict(described.dataset(dataset)), "inLanguage": list(languages)}
    return json.dumps(node, ensure_ascii=False, indent=1).translate(_IN_SCRIPT)


class _Described:
    """What the catalogue's facts are in schema.org, in one language."""

    def __init__(self, facts: Facts, language: str) -> None:
        self._facts = facts
        self._language = language

    def dataset(self, iri: str) -> Iterator[tuple[str, object]]:
        facts = self._facts
        yield from _given(
            {
                "name": facts.text(iri, DCTERMS + "title", self._language),
                "description": facts.text(iri, DCTERMS + "description", self._language),
                "url": facts.value(iri, DCAT + "landingPage") or iri,
                "identifier": facts.value(iri, DCTERMS + "identifier") or iri,
                "version": facts.value(iri, DCAT + "version", OWL + "versionInfo"),
                "license": [licence_of(licence).url for licence in facts.iris(iri, DCTERMS + "license")],
                "creator": [self._agent(agent) for agent in facts.iris(iri, DCTERMS + "creator", DCTERMS + "publisher")],
                "publisher": [self._agent(agent) for agent in facts.iris(iri, DCTERMS + "publisher")],
                "keywords": facts.texts(iri, DCAT + "keyword", self._language),
                "datePublished": facts.value(iri, DCTERMS + "issued"),
                "dateModified": facts.value(iri, DCTERMS + "modified"),
                "isAccessibleForFree": _PUBLIC in facts.iris(iri, DCTERMS + "accessRights"),
                "isBasedOn": [self._work(work) for work in facts.iris(iri, PROV + "wasDerivedFrom", DCTERMS + "source")],
                "spatialCoverage": [self._place(place) for place in facts.iris(iri, DCTERMS + "spatial")],
                "temporalCoverage": [text for period in facts.iris(iri, DCTERMS + "temporal") if (text := self._period(period))],
                "includedInDataCatalog": [self._catalogue(catalogue) for catalogue in facts.pointing(DCAT + "dataset", iri)],
                "distribution": [self._file(file) for file in facts.iris(iri, DCAT + "distribution")],
            }
        )

    def _agent(self, iri: str) -> Node:
        """A person or, for want of anything between, an organisation: search engines know no other agents."""
        kind = "Person" if FOAF + "Person" in self._facts.kinds(iri) else "Organization"
        return {"@type": kind, "@id": iri, "name": self._facts.name(iri, self._language) or iri, "url": self._facts.value(iri, FOAF + "homepage") or iri}

    def _work(self, iri: str) -> Node:
        return {"@type": "CreativeWork", "@id": iri, **dict(_given({"name": self._facts.name(iri, self._language), "url": iri}))}

    def _place(self, iri: str) -> Node:
        same = [other for predicate in _SAME for other in self._facts.iris(iri, predicate)]
        return {"@type": "Place", "@id": iri, **dict(_given({"name": self._facts.name(iri, self._language), "sameAs": same}))}

    def _period(self, iri: str) -> str:
        """An interval of ISO 8601, open with ``..`` where an end is not given."""
        start, end = (self._facts.value(iri, DCAT + name) for name in ("startDate", "endDate"))
        return f"{start or '..'}/{end or '..'}" if start or end else ""

    def _catalogue(self, iri: str) -> Node:
        return {"@type": "DataCatalog", "@id": iri, **dict(_given({"name": self._facts.text(iri, DCTERMS + "title", self._language), "url": iri}))}

    def _file(self, iri: str) -> Node:
        facts = self._facts
        checksums = facts.iris(iri, SPDX + "checksum")
        size = facts.value(iri, DCAT + "byteSize")
        kinds = [facts.value(iri, DCAT + "mediaType"), facts.value(iri, DCAT + "compressFormat")]
        said = {
            "name": facts.text(iri, DCTERMS + "title", self._language),
            "contentUrl": facts.value(iri, DCAT + "downloadURL", DCAT + "accessURL"),
            "encodingFormat": [kind.rpartition("/media-types/")[2] for kind in kinds if kind],  # of IANA's IRI of it
            "contentSize": f"{size} B" if size else "",
            "sha256": next((facts.value(checksum, SPDX + "checksumValue") for checksum in checksums), ""),
            "license": [licence_of(licence).url for licence in facts.iris(iri, DCTERMS + "license")],
            "datePublished": facts.value(iri, DCTERMS + "issued"),
            "dateModified": facts.value(iri, DCTERMS + "modified"),
        }
        return {"@type": "DataDownload", "@id": iri, **dict(_given(said))}


def _given(said: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield what is really said; of a list with one member, the member."""
    for name, value in said.items():
        if isinstance(value, list) and len(value) == 1:
            yield name, value[0]
        elif value:
            yield name, value
