"""Literals as people read them, in any language: dates and times, numbers, sizes.

Nothing is rounded, and nothing is guessed: what cannot be said exactly in a language is left to its lexical form. Pages use it, for Babel takes time to load.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.lists import format_list

from publish.datatypes import is_valid
from publish.dates import choice_words, date_words, html_date, interval_words, yearless
from publish.edtf import LONGEST, Choice, Date, Interval, read_edtf
from publish.language import Language, NoWords, language_of
from publish.model import EDTF, XSD
from publish.texts import Tongue

_INTEGERS = "integer nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger long int short byte"
_UNSIGNED = "unsignedLong unsignedInt unsignedShort unsignedByte"
_NUMBERS = {XSD + name for name in (*_INTEGERS.split(), *_UNSIGNED.split(), "decimal", "float", "double")}
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]*(?:[Ee][+-]?[0-9]{1,2})?")
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_CALENDAR = re.compile(rf"(-?[0-9]{{4,}})(?:-([0-9]{{2}})(?:-([0-9]{{2}}))?)?{_ZONE}")
_YEARLESS = re.compile(rf"--([0-9]{{2}})(?:-([0-9]{{2}}))?{_ZONE}")
_DAY = re.compile(rf"---([0-9]{{2}}){_ZONE}")
_CLOCK = re.compile(rf"([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}})(?:\.([0-9]+))?{_ZONE}")
_DURATION = re.compile(r"(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?")
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_SIZES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte")
_THOUSAND, _THREE_DIGITS = 1000, 100
_HTML_FRACTION = 3  # digits of a second that HTML takes
_MIDNIGHT = "24:00:00"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as people read it, and as HTML's ``datetime`` says it to programs: empty where HTML has no exact form of it."""

    text: str
    datetime: str = ""


def date_text(lexical: str, datatype: str, language: Tongue) -> Moment | None:
    """Return the date, time or duration *lexical* of *datatype* (an IRI of XSD or EDTF) in *language*.

    Nothing where it is of another datatype, no valid form of its own, longer than 100 characters, or where the language has no words for it.
    """
    words = _WORDS.get(datatype)
    if words is None or len(lexical) > LONGEST or not is_valid(lexical, datatype):
        return None
    try:
        return words(lexical, language_of(language))
    except NoWords:
        return None


def number_text(lexical: str, datatype: str, language: Tongue) -> str | None:
    """Return the number or truth value *lexical* of *datatype* (an IRI of XSD) in *language*, with all of its digits.

    Nothing where it is of another datatype, no valid form of its own, longer than 100 characters, or where the language has no words for it.
    """
    if len(lexical) > LONGEST or not is_valid(lexical, datatype):
        return None
    try:
        if datatype == XSD + "boolean":
            return language_of(language).say("yes" if lexical in ("true", "1") else "no")
        if datatype in _NUMBERS and _NUMBER.fullmatch(lexical):
            digits = f"{Decimal(lexical):f}"
            return language_of(language).round_number(digits if digits.strip("-0.") else digits.removeprefix("-"))
    except NoWords:
        pass
    return None


def size_text(size: int, language: Tongue) -> str:
    """Return a file's size of *size* bytes in *language*, else in English; a kilobyte is 1000 bytes, and three digits say enough."""
    try:
        spoken = language_of(language)
    except NoWords:
        spoken = language_of("en")
    power, amount = 0, Decimal(size)
    while amount >= _THOUSAND and power + 1 < len(_SIZES):
        power += 1
        exact = Decimal(size).scaleb(-3 * power)
        amount = exact.quantize(Decimal("0.1") if exact < _THREE_DIGITS else Decimal(1), ROUND_HALF_UP)
    return spoken.measure(amount, f"digital-{_SIZES[power]}", "short", "long")


def _calendar(lexical: str, language: Language) -> Moment:
    date, zone = _date_and_zone(lexical)
    return Moment(date_words(date, language) + _zoned(zone), html_date(date))


def _date_and_zone(lexical: str) -> tuple[Date, str]:
    year, month, day, zone = _parts(_CALENDAR, lexical)
    return Date(year, month, day, ("",) * (1 + bool(month) + bool(day))), zone


def _yearless(lexical: str, language: Language) -> Moment:
    month, day, zone = _parts(_YEARLESS, lexical)
    return Moment(yearless(Date("XXXX", month, day), language) + _zoned(zone), f"{month}-{day}" if day else "")


def _day(lexical: str, language: Language) -> Moment:
    day, zone = _parts(_DAY, lexical)
    return Moment(language.say("day-of-month", day=int(day)) + _zoned(zone))


def _time(lexical: str, language: Language) -> Moment:
    """A time with a zone is no time of HTML, which has none with zones."""
    text, html, zone = _clock(lexical, language)
    return Moment(text + _zoned(zone), "" if zone else html)


def _date_time(lexical: str, language: Language) -> Moment:
    day, _, clock = lexical.partition("T")
    text, html, zone = _clock(clock, language)
    date, _ = _date_and_zone(_day_after(day) if clock.startswith(_MIDNIGHT) else day)
    known = html and html_date(date)
    offset = "Z" if zone[1:] == "00:00" else zone
    return Moment(language.at(date_words(date, language), text) + _zoned(zone), f"{known}T{html}{offset}" if known else "")


def _day_after(day: str) -> str:
    """The day that begins where *day* ends, at 24:00."""
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError) as error:  # a year that Python's calendar has not
        raise NoWords from error


def _clock(lexical: str, language: Language) -> tuple[str, str, str]:
    """The time in words, as HTML says it (nothing where it is finer than HTML can say), and its zone."""
    hour, minute, second, fraction, zone = _parts(_CLOCK, lexical.replace(_MIDNIGHT, "00:00:00"))
    fraction = fraction.rstrip("0")
    pattern = language.locale.time_formats["medium" if fraction or second != "00" else "short"].pattern
    finer = {"s": lambda shown: f"{shown}{language.decimal_point}{fraction}"} if fraction else {}
    text = language.fill(pattern, time(int(hour), int(minute), int(second)), finer)
    html = f"{hour}:{minute}" + (f":{second}" if fraction or second != "00" else "") + (f".{fraction}" if fraction else "")
    return text, html if len(fraction) <= _HTML_FRACTION else "", zone


def _zoned(zone: str) -> str:
    return f" (UTC{'' if zone == 'Z' or zone[1:] == '00:00' else zone})" if zone else ""


def _duration(lexical: str, language: Language) -> Moment:
    """HTML has no years and months in a duration, whose length differs, and none below zero."""
    sign, *amounts = _parts(_DURATION, lexical)
    counted = [(amount, unit) for amount, unit in zip(amounts, _UNITS, strict=True) if amount.strip("0.")]
    counted = counted or [next((amount, unit) for amount, unit in zip(amounts, _UNITS, strict=True) if amount)]
    if any(len(amount.partition(".")[2].rstrip("0")) > _HTML_FRACTION for amount, _ in counted):
        raise NoWords
    text = format_list([language.measure(Decimal(sign + amount), f"duration-{unit}", "long", "short") for amount, unit in counted], "standard", language.locale)
    finer = len(amounts[-1].partition(".")[2]) > _HTML_FRACTION
    return Moment(text, "" if sign or amounts[0] or amounts[1] or finer else lexical)


def _edtf(lexical: str, language: Language) -> Moment:
    if is_valid(lexical, XSD + "dateTime") and "T" in lexical:
        return _date_time(lexical, language)
    match read_edtf(lexical):
        case Date() as said:
            return Moment(date_words(said, language), html_date(said))
        case Interval() as said:
            return Moment(interval_words(said, language))
        case Choice() as said:
            return Moment(choice_words(said, language))
    raise NoWords


def _parts(pattern: re.Pattern[str], lexical: str) -> list[str]:
    found = pattern.fullmatch(lexical)
    if found is None:
        raise NoWords
    return [part or "" for part in found.groups()]


_WORDS: Mapping[str, Callable[[str, Language], Moment]] = {
    XSD + "date": _calendar,
    XSD + "gYearMonth": _calendar,
    XSD + "gYear": _calendar,
    XSD + "gMonthDay": _yearless,
    XSD + "gMonth": _yearless,
    XSD + "gDay": _day,
    XSD + "dateTime": _date_time,
    XSD + "dateTimeStamp": _date_time,
    XSD + "time": _time,
    XSD + "duration": _duration,
    XSD + "yearMonthDuration": _duration,
    XSD + "dayTimeDuration": _duration,
    EDTF + "EDTF": _edtf,
    EDTF + "EDTF-level0": _edtf,
    EDTF + "EDTF-level1": _edtf,
    EDTF + "EDTF-level2": _edtf,
}
