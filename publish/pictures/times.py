"""Times as a timeline shows them: from a row of an answer, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publish.model import EDTF, XSD
from publish.pictures.days import Span, lexical, span
from publish.shown import Row
from publish.texts import Tongue, text
from publish.wording import date_text

_UNKNOWN = Span(None, None)
_TRUE = ("true", "1")


@dataclass(frozen=True, slots=True)
class Time:
    """When a thing, by its IRI, began and ended, as far as that is known; whether this is derived."""

    iri: str
    begin: Span
    end: Span
    derived: bool

    @property
    def days(self) -> tuple[int, ...]:
        """The days that are known of it."""
        every = (self.begin.earliest, self.begin.latest, self.end.earliest, self.end.latest)
        return tuple(day for day in every if day is not None)


def read_time(row: Row) -> Time | None:
    """Return what *row* says of its ``thing``: ``begin`` and ``end``, or both bounds of either; nothing where it has no thing."""
    thing = row.get("thing")
    if not isinstance(thing, NamedNode):
        return None
    derived = row.get("derived")
    begin, end = (_bounds(row, name) for name in ("begin", "end"))
    return Time(thing.value, begin, end, isinstance(derived, Literal) and derived.value in _TRUE)


def is_usable(time: Time) -> bool:
    """Whether anything is known of *time*, and no end is before its beginning."""
    pairs = ((time.begin.earliest, time.begin.latest), (time.end.earliest, time.end.latest), (time.begin.earliest, time.end.latest))
    return bool(time.days) and all(one is None or other is None or one <= other for one, other in pairs)


def words_of(time: Time, language: Tongue) -> str:
    """Return when it was, in *language*."""
    begin, end = (_spoken(bounds, language) for bounds in (time.begin, time.end))
    if begin and end and time.begin != time.end:
        return _interval(time, language) or text(language, "picture.from-to", begin=begin, end=end)
    if begin and end:
        return begin
    return text(language, "picture.from", begin=begin) if begin else text(language, "picture.until", end=end)


def say_date(date: Sequence[str], language: Tongue) -> str:
    """Return a date, given as its lexical form and the name of its datatype, as people read it in *language*."""
    said = date_text(date[0], XSD + date[1], language)
    return said.text if said else date[0]


def _bounds(row: Row, name: str) -> Span:
    """The days that a beginning or an end can be: what it is itself, or else from the one bound to the other."""
    itself, low, high = (span(row.get(name + part)) for part in ("", "Earliest", "Latest"))
    if itself.earliest is not None:
        return itself
    return _UNKNOWN if low.earliest is None or high.latest is None else Span(low.earliest, high.latest)


def _spoken(bounds: Span, language: Tongue) -> str:
    if bounds.earliest is None or bounds.latest is None:
        return ""
    date = lexical(bounds.earliest, bounds.latest)
    if date[0]:
        return say_date(date, language)
    earliest, latest = (say_date(lexical(day, day), language) for day in (bounds.earliest, bounds.latest))
    return text(language, "picture.between", earliest=earliest, latest=latest)


def _interval(time: Time, language: Tongue) -> str:
    """From one date to another as people write both at once, where each is one date."""
    dates = [lexical(bounds.earliest, bounds.latest)[0] for bounds in (time.begin, time.end) if bounds.earliest is not None and bounds.latest is not None]
    said = date_text("/".join(dates), EDTF + "EDTF", language) if all(dates) else None
    return said.text if said else ""
