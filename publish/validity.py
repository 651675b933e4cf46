"""What a site says of itself for those who get a copy of it: which data set and release it is, and until when it is valid.

It stands in a file that the MANIFEST lists: who has proved the MANIFEST knows that nobody has set the day later.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

VALIDITY = "validity.json"
NEVER = "never"
"""The day that is none: the site is valid for good."""

_NAMES = {"base": "base", "dataset": "dataset", "version": "version", "released": "released", "until": "validUntil"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Validity:
    """The base IRI and the IRI of a data set, its version and the day of it, and the last day on which a copy is valid (UTC).

    Version and day are empty where the data set has none; *until* is empty where a copy is valid for good.
    """

    base: str
    dataset: str
    version: str
    released: str
    until: str

    def is_over(self, day: date) -> bool:
        """Return whether a copy is valid no more on *day*."""
        return bool(self.until) and date.fromisoformat(self.until) < day


def as_json(validity: Validity) -> str:
    """Return what the file says; what is empty is left out."""
    said = {name: getattr(validity, field) for field, name in _NAMES.items()}
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False, indent=2) + "\n"


def read_validity(content: bytes) -> Validity:
    """Return what the file *content* says. Raises `ValueError` where it is none."""
    try:
        said = json.loads(content)
    except RecursionError as error:
        raise ValueError from error
    known = {field: said.get(name, "") for field, name in _NAMES.items()} if isinstance(said, dict) else {}
    if not all(isinstance(value, str) for value in known.values()) or not known.get("dataset") or (known["until"] and not is_day(known["until"])):
        raise ValueError(said)
    return Validity(**known)


def validity_of(site: Path) -> Validity:
    """Return what the site in a folder says of itself. Raises `ValueError` where its file is none."""
    return read_validity((site / VALIDITY).read_bytes())


def is_day(words: str) -> bool:
    """Return whether *words* are a day as xsd:date has it, without a zone, such as 2027-05-01."""
    try:
        return _DAY.fullmatch(words) is not None and bool(date.fromisoformat(words))
    except ValueError:
        return False
