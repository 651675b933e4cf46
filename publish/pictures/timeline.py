"""A timeline: what lasted from when to when, each in a row of its own; what is not known of a time is drawn as not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from publish.pictures.days import date_of, day_number, lexical, marks
from publish.pictures.labels import SMALL, Label
from publish.pictures.text import LINE, clean, width, wrapped
from publish.pictures.times import Time, is_usable, read_time, say_date, words_of
from publish.shown import Row, Value
from publish.texts import Tongue, text

ROWS = 80
"""Rows that one picture shows at most: the first ones of the answer."""
WIDTH = 940
"""The width of the picture, in pixels."""
BAR = 14
"""The height of a bar, in pixels."""
_NAMES = 350
_START = _NAMES + 34
_END = WIDTH - 24
_HEAD = 34
_FADE = 64
_LEAST = 12
_PADDING = 18
_YEAR = 366
_LEGEND = {
    "solid": "picture.look-solid",
    "fade": "picture.look-fade",
    "within": "picture.look-within",
    "point": "picture.look-point",
    "derived": "picture.look-derived",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: ``solid``, ``fade-in``, ``fade-out``, ``within`` or ``point``; where it begins and how wide it is, in pixels."""

    look: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: the thing's label, its time in words and in parts, the outline of these; where the row is, in pixels."""

    label: Label
    time: tuple[str, ...]
    parts: tuple[Part, ...]
    outline: str
    derived: bool
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of the axis, or an entry of the legend: its words, how it looks, and where it is."""

    text: str
    look: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture: rows, axis and legend, its size; the first and the last time in words; how many rows have a usable time, and how many have not."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    legend: tuple[Mark, ...]
    width: int
    height: int
    bottom: int
    first: str
    last: str
    dated: int
    undated: int


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    left: int
    right: int

    def x(self, day: int) -> int:
        return self.left + (day - self.first) * (self.right - self.left) // max(self.last - self.first, 1)


def timeline_of(rows: Iterable[Row], value: Callable[[str], Value], language: Tongue) -> Timeline:
    """Return the picture of *rows* with ``thing`` and its ``begin`` or ``end``, or the bounds of these, in *language*."""
    read = [time for row in rows if (time := read_time(row))]
    dated = [time for time in read if is_usable(time)]
    shown = sorted(dict.fromkeys(dated[:ROWS]), key=lambda time: (min(time.days), max(time.days), time.iri))
    if not shown:
        return Timeline((), (), (), WIDTH, _HEAD, _HEAD, "", "", 0, len(read))
    scale = _scale(shown)
    bars = tuple(_bars(shown, scale, value, language))
    bottom = bars[-1].y + bars[-1].height
    axis = tuple(Mark(say_date(date, language), "", scale.x(day), _HEAD - 14) for day, *date in marks(scale.first, scale.last))
    legend = tuple(_legend(bars, bottom + 34, language))
    days = [day for time in shown for day in time.days]
    first, last = (say_date(lexical(day, day), language) for day in (min(days), max(days)))
    return Timeline(bars, axis, legend, WIDTH, max(mark.y for mark in legend) + 14, bottom, first, last, len(dated), len(read) - len(dated))


def _scale(shown: Sequence[Time]) -> _Scale:
    """From the first to the last of the days, in whole years or months, with room for what fades beyond them."""
    days = [day for time in shown for day in time.days]
    (year, month, _), (last_year, last_month, _) = date_of(min(days)), date_of(max(days))
    if max(days) - min(days) > _YEAR:
        month, last_month = 1, 12
    first = day_number(year, month, 1)
    last = day_number(last_year + last_month // 12, last_month % 12 + 1, 1)
    left = _START + _FADE * any(time.begin.earliest is None for time in shown)
    right = _END - _FADE * any(time.end.latest is None for time in shown)
    return _Scale(first, last, left, right)


def _bars(shown: Iterable[Time], scale: _Scale, value: Callable[[str], Value], language: Tongue) -> Iterator[Bar]:
    y = _HEAD
    for time in shown:
        thing = value(time.iri)
        lines = wrapped(clean(thing), _NAMES, 2)
        words = wrapped(words_of(time, language), _NAMES, 2, SMALL)
        height = (len(lines) + len(words)) * LINE + _PADDING
        parts = tuple(_parts(time, scale))
        yield Bar(Label(thing, lines, clean(thing)), words, parts, _outline(parts, y + (height - BAR) // 2), time.derived, y, height)
        y += height


def _parts(time: Time, scale: _Scale) -> Iterator[Part]:
    begin, end = time.begin, time.end
    if begin.earliest is None or begin.latest is None:
        yield from _open_begin(scale.x(end.earliest or 0), scale.x((end.latest or 0) + 1))
    elif end.earliest is None or end.latest is None:
        yield from _open_end(scale.x(begin.earliest), scale.x(begin.latest))
    else:
        yield from _closed([scale.x(begin.earliest), scale.x(begin.latest), scale.x(end.earliest + 1), scale.x(end.latest + 1)])


def _open_begin(earliest: int, latest: int) -> Iterator[Part]:
    yield Part("fade-in", earliest - _FADE, _FADE)
    yield Part("fade-out", earliest, max(latest - earliest, 2))


def _open_end(earliest: int, latest: int) -> Iterator[Part]:
    yield Part("fade-in", earliest, max(latest - earliest, 2))
    yield Part("fade-out", max(latest, earliest + 2), _FADE)


def _closed(edges: Sequence[int]) -> Iterator[Part]:
    """A bar from the *edges* in pixels: earliest and latest beginning, earliest and latest end."""
    start, begun, ending, stop = edges
    if stop - start < _LEAST:
        yield Part("point", (start + stop) // 2 - BAR // 2, BAR)
    elif begun >= ending:
        yield Part("within", start, stop - start)
    else:
        parts = (Part("fade-in", start, begun - start), Part("solid", begun, ending - begun), Part("fade-out", ending, stop - ending))
        yield from (part for part in parts if part.width > 0)


def _outline(parts: Sequence[Part], y: int) -> str:
    """The edges of a bar in the words of SVG, but not where it fades; none of a point."""
    first, last = parts[0], parts[-1]
    left, right = first.x, last.x + last.width
    if first.look == "point":
        return ""
    closed = f"M{left} {y}v{BAR}" * (first.look != "fade-in") + f"M{right} {y}v{BAR}" * (last.look != "fade-out")
    return f"M{left} {y}H{right}M{left} {y + BAR}H{right}{closed}"


def _legend(bars: Iterable[Bar], y: int, language: Tongue) -> Iterator[Mark]:
    """What the looks that are in the picture mean, in lines from the left."""
    looks = {part.look.partition("-")[0] for bar in bars for part in bar.parts} | {"derived" for bar in bars if bar.derived}
    x = 0
    for look, name in _LEGEND.items():
        if look in looks:
            said = text(language, name)
            if x and x + width(said, SMALL) + 44 > WIDTH:
                x, y = 0, y + 26
            yield Mark(said, look, x, y)
            x += width(said, SMALL) + 68
