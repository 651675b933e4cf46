"""A licence by its IRI: its identifier in the SPDX licence list, and the address of its text.

The EU's authority table of licences (https://publications.europa.eu/resource/authority/licence) and Creative Commons' own
IRIs are known; of any other licence nothing is known but its IRI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AUTHORITY = "http://publications.europa.eu/resource/authority/licence/"

_CREATIVE_COMMONS = re.compile(r"CC_BY(NC)?(ND|SA)?_([1-4])_([05])")
_CREATIVE_COMMONS_IRI = re.compile(r"https?://creativecommons\.org/licenses/(by(?:-nc)?(?:-nd|-sa)?)/([1-4]\.[05])/?(?:legalcode|deed)?(?:\.[a-z]{2})?")
_OTHERS = {
    "CC0": ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC_BL": ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "ODC_BY": ("ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "ODC_PDDL": ("PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its identifier in the SPDX list (empty where it is not known) and where its text is."""

    spdx: str
    url: str


def licence_of(iri: str) -> Licence:
    """Return what is known of the licence *iri*; its text is taken to be at the IRI itself where nothing is known."""
    if found := _CREATIVE_COMMONS_IRI.fullmatch(iri):
        return _creative_commons(found[1], found[2])
    code = iri.removeprefix(AUTHORITY)
    if code != iri and (found := _CREATIVE_COMMONS.fullmatch(code)):
        kind = "-".join(["by", *(part.lower() for part in found.group(1, 2) if part)])
        return _creative_commons(kind, f"{found[3]}.{found[4]}")
    return Licence(*_OTHERS[code]) if code != iri and code in _OTHERS else Licence("", iri)


def _creative_commons(kind: str, version: str) -> Licence:
    return Licence(f"CC-{kind.upper()}-{version}", f"https://creativecommons.org/licenses/{kind}/{version}/")
