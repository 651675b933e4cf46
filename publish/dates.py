"""Dates and stretches of time as people read them: from what `edtf` reads to words in a `Language`."""

from __future__ import annotations

import datetime

from babel.lists import format_list

from publish.edtf import OPEN, Choice, Date, Interval
from publish.language import Language, NoWords

_COMMON_YEARS = range(1000, 10000)  # written as they are; others with their era, or grouped
_DASH = "\u2013"
_LEAP_YEAR = 2000  # stands in for years that Python's calendar has not
_SEASONS = ("spring", "summer", "autumn", "winter")
_QUALIFIERS = {"?": "uncertain", "~": "approximate", "%": "uncertain-approximate"}
_PARTS = {"?": "uncertain-part", "~": "approximate-part", "%": "uncertain-approximate-part"}
_HEMISPHERES = ("northern", "southern")
_HALF_EARTHS, _QUARTERS = 25, 33  # the first of EDTF's numbers for a hemisphere's seasons, and for quarters
_STRETCHES = {37: (1, 4), 38: (5, 8), 39: (9, 12), 40: (1, 6), 41: (7, 12)}  # thirds and halves of a year, by EDTF's numbers: their months


def date_words(date: Date, language: Language) -> str:
    """Return *date* in words; `NoWords` where the language has none for it."""
    words = _certain(date, language)
    if date.significant:
        words = language.say("significant", date=words, digits=date.significant)
    if len(set(date.qualifiers)) == 1:
        return language.say(_QUALIFIERS[date.qualifiers[0]], date=words) if date.qualifiers[0] else words
    named = [(language.say(name), qualifier) for name, qualifier in zip(("its-year", "its-month", "its-day"), date.qualifiers, strict=False)]
    parts = {sign: ", ".join(name for name, qualifier in named if qualifier == sign) for sign in _PARTS}
    return f"{words} ({'; '.join(language.say(_PARTS[sign], parts=names) for sign, names in parts.items() if names)})"


def interval_words(interval: Interval, language: Language) -> str:
    """Return *interval* in words; `NoWords` where the language has none for it."""
    start, end = interval.start, interval.end
    if isinstance(start, str):
        return language.say("until" if start == OPEN else "beginning-unknown", end=_words(end, language))
    if isinstance(end, str):
        return language.say("onwards" if end == OPEN else "end-unknown", start=_words(start, language))
    if start == end:
        return date_words(start, language)
    return _short_interval(start, end, language) or language.between(date_words(start, language), date_words(end, language))


def choice_words(choice: Choice, language: Language) -> str:
    """Return *choice* in words; `NoWords` where the language has none for it."""
    members = [date_words(member, language) if isinstance(member, Date) else interval_words(member, language) for member in choice.members]
    listed = format_list(members, "or" if choice.one else "standard", language.locale)
    stretches = choice.one and any(isinstance(member, Interval) for member in choice.members)
    return language.say("one-of", dates=listed) if stretches else listed


def html_date(date: Date) -> str:
    """Return *date* as HTML's ``datetime`` says it (a valid year, month, date or yearless date string), or nothing where HTML has none."""
    if date.year == "XXXX" and date.day.isdigit() and date.month.isdigit() and not any(date.qualifiers):
        return f"{date.month}-{date.day}"
    if not date.is_plain or int(date.year) < 1:
        return ""
    return "-".join([f"{int(date.year):04}", *filter(None, (date.month, date.day))])


def dated(pattern: str, date: Date, language: Language) -> str:
    """Return a plain *date* as *pattern* says; `NoWords` for a year that the language cannot say within it."""
    day = datetime.date(_LEAP_YEAR, int(date.month or 1), int(date.day or 1))
    return language.fill(pattern, day, {"y": lambda _: _year(date.year, language), "G": lambda era: _era(date.year, era)})


def _words(end: Date | str, language: Language) -> str:
    if isinstance(end, str):
        raise NoWords
    return date_words(end, language)


def _certain(date: Date, language: Language) -> str:
    if "XX" in (date.month, date.day):
        return _unspecified(date, language)
    if "X" in date.year:
        return _in_unspecified_year(date, language)
    if date.month > "12":
        return _season(date, int(date.month), language)
    return dated(_pattern(date, language), date, language)


def _pattern(date: Date, language: Language) -> str:
    if date.day:
        return str(language.locale.date_formats["long"].pattern)
    return language.skeleton("yMMMM" if date.month else "y")


def _unspecified(date: Date, language: Language) -> str:
    """A day or month of the stated time that is not stated: of one or the other it says which."""
    month = "" if date.month == "XX" else date.month
    if date.day not in ("", "XX") or (not month and "X" in date.year):
        raise NoWords
    return language.say("day-unstated" if date.day else "month-unstated", date=_certain(Date(date.year, month), language))


def _in_unspecified_year(date: Date, language: Language) -> str:
    if date.month > "12":
        raise NoWords
    if not date.month:
        return _years(date.year, language)
    part = yearless(date, language)
    if date.year == "XXXX":
        return language.say("of-unstated-year", date=part)
    return language.say("in-years", date=part, years=_years(date.year, language))


def yearless(date: Date, language: Language) -> str:
    """Return the month, or the day and the month, of *date*."""
    return dated(language.skeleton("MMMMd") if date.day else "LLLL", Date("2000", date.month, date.day), language)


def _years(year: str, language: Language) -> str:
    if year == "XXXX":
        return language.say("unstated-year")
    first, last = year.replace("X", "0"), year.replace("X", "9")
    if int(first) not in _COMMON_YEARS:
        raise NoWords
    is_decade = year.endswith("X") and year[2] not in "0X"  # "the 2000s" would be a century to many
    return language.say("decade", first=first) if is_decade else language.say("years", first=first, last=last)


def _season(date: Date, number: int, language: Language) -> str:
    if number in _STRETCHES:
        first, last = (Date(date.year, f"{month:02}") for month in _STRETCHES[number])
        return interval_words(Interval(first, last), language)
    if number >= _QUARTERS:
        return dated(language.skeleton("yQQQQ"), Date(date.year, f"{3 * (number - _QUARTERS) + 1:02}"), language)
    season = language.say(_SEASONS[(number - 21) % 4], year=_year(date.year, language))
    return language.say(_HEMISPHERES[(number - _HALF_EARTHS) // 4], season=season) if number >= _HALF_EARTHS else season


def _year(year: str, language: Language) -> str:
    """A year of four digits as it is; others with their era, or with their digits in groups: 45 BC is the year -44 of astronomers."""
    number = int(year)
    if number in _COMMON_YEARS:
        return year
    if language.skeleton("y") != "y":
        raise NoWords
    counted = number if number > 0 else 1 - number
    digits = language.number(str(counted)) if counted >= _COMMON_YEARS.stop else str(counted)
    return digits if number >= _COMMON_YEARS.stop else f"{digits} {language.locale.eras['abbreviated'][int(number > 0)]}"


def _era(year: str, era: str) -> str:
    """The era in a pattern that has one, as Thai has of quarters."""
    if int(year) not in _COMMON_YEARS:
        raise NoWords
    return era


def _short_interval(start: Date, end: Date, language: Language) -> str:
    """As *8 to 9 October 2012*, where both ends are of one precision and the language has such a form; else nothing."""
    if not all(each.is_plain and int(each.year) in _COMMON_YEARS for each in (start, end)) or len(start.qualifiers) != len(end.qualifiers):
        return ""
    differing = "y" if start.year != end.year else "M" if start.month != end.month else "d"
    patterns = language.interval("yMMMd" if start.day else "yMMMM" if start.month else "y", differing)
    if not patterns:
        return ""
    first, last = (dated(pattern, date, language) for pattern, date in zip(patterns, (start, end), strict=True))
    if first.endswith(_DASH) and " " in first:  # between words, not within one: 8. oktober - 9. november
        first = f"{first[:-1].rstrip()} {_DASH} "
    return first + last
