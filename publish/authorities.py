"""The names that others have given and that a catalogue has to use: media types, file types, languages, checksums, themes.

IANA's media types, the EU's authority tables (https://op.europa.eu/en/web/eu-vocabularies), SPDX's checksum algorithms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publish.licences import licence_of

EU = "http://publications.europa.eu/resource/authority/"
STABLE = EU + "planned-availability/STABLE"
THEMES = EU + "data-theme"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
PLACES = (EU + "country/", EU + "place/", EU + "continent/", "https://sws.geonames.org/")
"""What the IRIs begin with by which DCAT-AP names places."""

_IANA = "https://www.iana.org/assignments/media-types/"
GZIP = _IANA + "application/gzip"
_LICENCES = (  # by the beginning of its identifier in the SPDX list: what CKAN's own register of licences calls it
    ("CC-BY-SA-", "Creative Commons Attribution Share-Alike"),
    ("CC-BY-NC", ""),
    ("CC-BY-ND-", ""),
    ("CC-BY-", "Creative Commons Attribution"),
    ("CC0-", "Creative Commons CCZero"),
    ("ODbL-", "Open Data Commons Open Database License (ODbL)"),
    ("ODC-By-", "Open Data Commons Attribution License"),
    ("PDDL-", "Open Data Commons Public Domain Dedication and License (PDDL)"),
)
_LANGUAGES = {  # ISO 639-1 to the codes of the authority table: the 24 languages of the European Union
    "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA", "et": "EST",
    "fi": "FIN", "fr": "FRA", "ga": "GLE", "hr": "HRV", "hu": "HUN", "it": "ITA", "lt": "LIT", "lv": "LAV",
    "mt": "MLT", "nl": "NLD", "pl": "POL", "pt": "POR", "ro": "RON", "sk": "SLK", "sl": "SLV", "sv": "SWE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileType:
    """What a kind of file is called: its name for people, and its IRIs with IANA and in the EU's table (empty where there is none)."""

    name: str
    media_type: str
    file_type: str


_FILE_TYPES: Mapping[str, tuple[str, str]] = {
    "application/ld+json": ("JSON-LD", "JSON_LD"),
    "application/n-quads": ("N-Quads", "RDF_N_QUADS"),
    "application/n-triples": ("N-Triples", "RDF_N_TRIPLES"),
    "application/rdf+xml": ("RDF/XML", "RDF_XML"),
    "application/trig": ("TriG", "RDF_TRIG"),
    "text/turtle": ("Turtle", "RDF_TURTLE"),
    "application/json": ("JSON", "JSON"),
    "text/html": ("HTML", "HTML"),
    "text/plain": ("text", "TXT"),
}

_UNREGISTERED = {"application/rdf-patch": "RDF Patch"}  # known to people, but not to IANA or the EU


def file_type(media_type: str) -> FileType:
    """Return what a file of *media_type* (as in HTTP, with or without parameters) is called; only its name where it is not known to them."""
    name = media_type.partition(";")[0].strip().lower()
    if name not in _FILE_TYPES:
        return FileType(_UNREGISTERED.get(name, name), "", "")
    called, code = _FILE_TYPES[name]
    return FileType(called, _IANA + name, f"{EU}file-type/{code}")


def language_iri(tag: str) -> str:
    """Return the IRI of the language of a tag (``da``, ``en-GB``) in the EU's table, empty where it is not one of the EU's languages."""
    code = _LANGUAGES.get(tag.partition("-")[0].lower())
    return f"{EU}language/{code}" if code else ""


def licence_name(iri: str) -> str:
    """Return the English name by which portals know the licence *iri*, empty where none is known."""
    spdx = licence_of(iri).spdx
    return next((name for start, name in _LICENCES if spdx.startswith(start)), "")
