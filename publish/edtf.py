"""Dates in the Extended Date/Time Format (ISO 8601-2:2019, EDTF of the Library of Congress), read into values.

Levels 0 and 1, and of level 2 what occurs: qualified parts, sets, unspecified digits at the end of a year, significant digits, seasons and quarters.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

LONGEST = 100
"""Characters; what is longer is not read."""
UNKNOWN, OPEN = "", ".."
"""The ends of an interval that are no date."""

_QUALIFIER = r"[?~%]?"
_YEAR = r"-?[0-9]{4}|[0-9]{1,3}X{1,3}|XXXX|Y-?[1-9][0-9]{4,}|Y-?[1-9][0-9]*E[1-9][0-9]?"
_DATE = re.compile(
    rf"({_QUALIFIER})({_YEAR})(?:S([1-9][0-9]?))?({_QUALIFIER})"
    rf"(?:-({_QUALIFIER})(XX|[0-4][0-9])({_QUALIFIER})(?:-({_QUALIFIER})(XX|[0-3][0-9])({_QUALIFIER}))?)?"
)
_PLAIN = re.compile(r"-?[0-9]+")
_MONTHS, _SEASONS = range(1, 13), range(21, 42)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as precise as it is stated: the parts that are not are empty.

    A *year* is a whole number, astronomically counted, or four characters with an X for each digit that is not specified;
    *month* is two digits, a season's from 21 to 41 too, or XX; *day* is two digits or XX. *qualifiers* has for each part that is
    there what is said of it: ``?`` uncertain, ``~`` approximate, ``%`` both, or nothing. *significant* digits the year has, or 0 where all.
    """

    year: str
    month: str = ""
    day: str = ""
    qualifiers: tuple[str, ...] = ("",)
    significant: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is a year, month or day of the calendar, and nothing is reserved."""
        parts = (self.month or "01", self.day or "01")
        return _PLAIN.fullmatch(self.year) is not None and "XX" not in parts and parts[0] <= "12" and not any(self.qualifiers) and not self.significant

    @property
    def order(self) -> tuple[int, str, str]:
        """Where it stands among plain dates."""
        return int(self.year), self.month, self.day


@dataclass(frozen=True, slots=True)
class Interval:
    """From one date to another, both included; an end that is no date is UNKNOWN or OPEN."""

    start: Date | str
    end: Date | str


@dataclass(frozen=True, slots=True)
class Choice:
    """Several dates or stretches of time: *one* of them is meant, else all."""

    members: tuple[Date | Interval, ...]
    one: bool


def read_edtf(text: str) -> Date | Interval | Choice | None:
    """Return what *text* says, or nothing where it is no EDTF, is longer than `LONGEST`, or says more than can be kept."""
    if len(text) > LONGEST:
        return None
    if text[:1] + text[-1:] in ("[]", "{}"):
        members = tuple(map(_member, text[1:-1].split(",")))
        return Choice(tuple(member for member in members if member), text[0] == "[") if all(members) else None
    return _interval(*text.split("/")) if text.count("/") == 1 else _date(text)


def _member(text: str) -> Date | Interval | None:
    return _interval(*(end or OPEN for end in text.split(OPEN))) if text.count(OPEN) == 1 else _date(text)


def _interval(first: str, last: str) -> Interval | None:
    start, end = (text if text in (UNKNOWN, OPEN) else _date(text) for text in (first, last))
    if start is None or end is None or (isinstance(start, str) and isinstance(end, str)):
        return None
    if isinstance(start, Date) and isinstance(end, Date) and start.is_plain and end.is_plain and start.order > end.order:
        return None
    return Interval(start, end)


def _date(text: str) -> Date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    before_year, year, significant, after_year, before_month, month, after_month, before_day, day, after_day = (part or "" for part in found.groups())
    if "X" in year and len(year) != len("XXXX"):
        return None
    parts = 1 + bool(month) + bool(day)
    befores, afters = (before_year, before_month, before_day), (after_year, after_month, after_day)
    # a qualifier on the right holds for all parts up to it, one on the left for its own part only
    qualifiers = tuple(_together(befores[part] + "".join(afters[part:])) for part in range(parts))
    return Date(_whole(year), month, day, qualifiers, int(significant or 0)) if year != "-0000" and _is_in_calendar(year, month, day) else None


def _together(qualifiers: str) -> str:
    return "%" if len(set(qualifiers)) > 1 else qualifiers[:1]


def _whole(year: str) -> str:
    """A year's number: of ``Y17E3`` it is 17000; of one with an X the year as it is."""
    digits, _, zeros = year.removeprefix("Y").partition("E")
    return year if "X" in year else str(int(digits) * 10 ** int(zeros or 0))


def _is_in_calendar(year: str, month: str, day: str) -> bool:
    if "X" in day or not day:
        return not month or "X" in month or int(month) in _MONTHS or (int(month) in _SEASONS and not day)
    if "X" in month or int(month) not in _MONTHS:
        return False
    known = year if _PLAIN.fullmatch(year) else "2000"  # a leap year, as the one that is meant may be
    return 1 <= int(day) <= monthrange(2000 + int(known) % 400, int(month))[1]
