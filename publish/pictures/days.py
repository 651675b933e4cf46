"""Days, counted over any number of years; what stretch of days a date can mean; the marks of an axis of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal

_DATE = re.compile(r"(-?[0-9]{4,6})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:T.*|Z|[+-][0-9]{2}:[0-9]{2})?")
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_STEPS = (1, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 3000, 6000, 12000, 60000, 120000, 600000, 1200000, 6000000, 24000000)
# of months between two marks
_FEBRUARY = 2
_MARKS, _NAMED = 9, 5  # at most; fewer where each has the name of a month


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that a time can be, by number; one that is not known is None."""

    earliest: int | None
    latest: int | None


def span(term: object) -> Span:
    """Return the days that *term* can be, a literal such as 2012, 2012-10 or 2012-10-08; no days where it is none of these."""
    found = _DATE.fullmatch(term.value) if isinstance(term, Literal) else None
    if not found:
        return Span(None, None)
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if month > len(_MONTHS) or day > _days(year, month or 12):
        return Span(None, None)
    return Span(day_number(year, month or 1, day or 1), day_number(year, month or 12, day or _days(year, month or 12)))


def day_number(year: int, month: int, day: int) -> int:
    """Return the number of a day of the Gregorian calendar, counted from the first one of the year 0."""
    before = 365 * year + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    return before + sum(_days(year, earlier) for earlier in range(1, month)) + day - 1


def date_of(number: int) -> tuple[int, int, int]:
    """Return year, month and day of the day with that *number*."""
    year = number * 400 // 146097
    year += number >= day_number(year + 1, 1, 1)
    rest = number - day_number(year, 1, 1)
    month = 1
    while rest >= _days(year, month):
        rest -= _days(year, month)
        month += 1
    return year, month, rest + 1


def lexical(earliest: int, latest: int) -> tuple[str, str]:
    """Return the days from *earliest* to *latest* as a date and the name of its XML Schema datatype; two empty texts where no date is just these days."""
    year, month, day = date_of(earliest)
    number = f"{'-' * (year < 0)}{abs(year):04}"
    if earliest == latest:
        return f"{number}-{month:02}-{day:02}", "date"
    if (earliest, latest) == (day_number(year, month, 1), day_number(year, month, _days(year, month))):
        return f"{number}-{month:02}", "gYearMonth"
    if (earliest, latest) == (day_number(year, 1, 1), day_number(year, 12, 31)):
        return number, "gYear"
    return "", ""


def marks(first: int, last: int) -> Iterator[tuple[int, str, str]]:
    """Yield the marks of an axis from day *first* to day *last*: the day's number, the date and its datatype; nine at most."""
    start, end = _month(first), _month(last)
    step = next((step for step in _STEPS if (end - start) // step < (_MARKS if step >= len(_MONTHS) else _NAMED)), _STEPS[-1])
    for month in range(-(-start // step) * step, end + 1, step):
        day = day_number(month // 12, month % 12 + 1, 1)
        if first <= day <= last:
            number = f"{'-' * (month < 0)}{abs(month // 12):04}"
            yield (day, number, "gYear") if step >= len(_MONTHS) else (day, f"{number}-{month % 12 + 1:02}", "gYearMonth")


def _month(number: int) -> int:
    year, month, _ = date_of(number)
    return 12 * year + month - 1


def _days(year: int, month: int) -> int:
    leap = month == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTHS[month - 1] + leap
