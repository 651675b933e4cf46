"""Which of two literals is the less, as SPARQL's operators have it, and XML Schema where a time has no time zone.

Exact for numbers of any length. What cannot be compared has no order: neither is it less, nor the same, nor more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from publish.datatypes import is_valid
from publish.model import XSD

Value = tuple[str, str]
"""A literal: its lexical form and the IRI of its datatype."""

_Instant = tuple[Fraction, bool]
"""Seconds since some day, and whether the time zone is known."""

_LONGEST = 100
"""The characters of a time or duration that is worked with."""
_WHOLE = "integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
_FLOATS = {XSD + "float", XSD + "double"}
_NUMBERS = {XSD + name for name in (*_WHOLE.split(), "decimal")} | _FLOATS
_TEXTS = {XSD + name for name in ("string", "normalizedString", "token", "language")}
_TIME = re.compile(
    r"(?P<year>-?[0-9]+)(?:-(?P<month>[0-9]{2}))?(?:-(?P<day>[0-9]{2}))?"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9.]+))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DURATION = re.compile(r"(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9.]+)S)?)?")
_WIDEST = 14 * 3600
_CYCLE = 400
_DAYS_OF_CYCLE = 146_097


def order(one: Value, other: Value) -> int | None:
    """Return -1, 0 or 1, as *one* is less than, the same as or more than *other*; nothing where they cannot be compared."""
    family = _FAMILY.get(one[1], "")
    if not family or family != _FAMILY.get(other[1]) or not is_valid(*one) or not is_valid(*other):
        return None
    return _ORDERS[family](one, other)


def _numbers(one: Value, other: Value) -> int | None:
    if one[1] in _FLOATS or other[1] in _FLOATS:
        return _sign(float(one[0]), float(other[0]))
    return _sign(Decimal(one[0]), Decimal(other[0]))


def _texts(one: Value, other: Value) -> int | None:
    return _sign(one[0], other[0])


def _truths(one: Value, other: Value) -> int | None:
    return _sign(one[0] in {"true", "1"}, other[0] in {"true", "1"})


def _times(one: Value, other: Value) -> int | None:
    if max(len(one[0]), len(other[0])) > _LONGEST:
        return None
    (here, zoned), (there, other_zoned) = _instant(one), _instant(other)
    if zoned == other_zoned or abs(here - there) > _WIDEST:
        return _sign(here, there)
    return None  # within the widest time zones, XML Schema leaves it open


def _durations(one: Value, other: Value) -> int | None:
    if max(len(one[0]), len(other[0])) > _LONGEST:
        return None
    (months, seconds), (other_months, other_seconds) = _span(one[0]), _span(other[0])
    signs = {_sign(months, other_months), _sign(seconds, other_seconds)} - {0}
    return None if len(signs) > 1 else next(iter(signs), 0)


def _sign(one: object, other: object) -> int | None:
    if one < other:  # type: ignore[operator]  # both are of one kind
        return -1
    if one > other:  # type: ignore[operator]  # both are of one kind
        return 1
    return 0 if one == other else None  # NaN is none of these


def _instant(value: Value) -> _Instant:
    lexical = f"2000-01-01T{value[0]}" if value[1] == XSD + "time" else value[0]
    parts = _TIME.fullmatch(lexical)
    assert parts is not None
    year = int(parts["year"])
    day = date(_CYCLE * 5 + year % _CYCLE, int(parts["month"] or 1), int(parts["day"] or 1)).toordinal() + year // _CYCLE * _DAYS_OF_CYCLE
    seconds = Fraction(day * 86_400 + int(parts["hour"] or 0) * 3600 + int(parts["minute"] or 0) * 60) + Fraction(parts["second"] or 0)
    zone = parts["zone"]
    if zone and zone != "Z":
        seconds -= (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 3600 + int(zone[4:]) * 60)
    return seconds, zone is not None


def _span(lexical: str) -> tuple[int, Fraction]:
    """Months and seconds, which XML Schema keeps apart."""
    parts = _DURATION.fullmatch(lexical)
    assert parts is not None
    years, months, days, hours, minutes, seconds = (Fraction(part or 0) for part in parts.groups()[1:])
    sign = -1 if parts[1] else 1
    return sign * int(years * 12 + months), sign * (days * 86_400 + hours * 3600 + minutes * 60 + seconds)


_ORDERS: Mapping[str, Callable[[Value, Value], int | None]] = {
    "number": _numbers,
    "text": _texts,
    "boolean": _truths,
    "dateTime": _times,
    "date": _times,
    "time": _times,
    "gYearMonth": _times,
    "gYear": _times,
    "duration": _durations,
}
_FAMILY: Mapping[str, str] = {
    **{XSD + name: name for name in ("boolean", "date", "dateTime", "time", "gYearMonth", "gYear")},
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_TEXTS, "text"),
    XSD + "dateTimeStamp": "dateTime",
    **{XSD + name: "duration" for name in ("duration", "dayTimeDuration", "yearMonthDuration")},
}
