"""A map: places on the outline of the land, each with its name beside it where there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians

from pyoxigraph import Literal, NamedNode

from publish.pictures.labels import Label
from publish.pictures.land import Position, Window, land
from publish.pictures.text import LINE, clean, width, wrapped
from publish.shown import Row, Value

PLACES = 100
"""Places that one map shows at most: the first ones of the answer."""
WIDTH = 940
"""The width of the picture, in pixels."""
_LOW, _HIGH = 0.4, 0.62
# of the height as a part of the width
_LEAST = 12.0
# degrees of latitude that a map shows at least: the outline is coarse
_MARGIN = 0.18
_EDGE = 85.0
_NARROWEST = 0.2
_ROOM = 180
_NEAR = 4
_DOT = 6
_SHIFTS = (0, -18, 18, -36, 36, -54, 54, -72, 72, -90, 90)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: its label, in no lines where there is no room; where its dot is; how lines are aligned, where the first is, and the way there from the dot."""

    label: Label
    x: int
    y: int
    anchor: str
    at: tuple[int, int]
    lead: str


@dataclass(frozen=True, slots=True)
class Map:
    """The picture: the path of the land, the places, its size; how many rows have usable coordinates, how many have not, how many names found no room."""

    land: str
    spots: tuple[Spot, ...]
    width: int
    height: int
    placed: int
    unplaced: int
    unnamed: int


Area = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""


def map_of(rows: Iterable[Row], value: Callable[[str], Value]) -> Map:
    """Return the map of *rows* with ``place``, ``latitude`` and ``longitude`` (degrees, WGS 84)."""
    read = [(term.value, _position(row)) for row in rows if isinstance(term := row.get("place"), NamedNode)]
    placed = {iri: position for iri, position in read if position}
    unplaced = len({iri for iri, _ in read} - placed.keys())
    shown = list(placed.items())[:PLACES]
    if not shown:
        return Map("", (), WIDTH, round(WIDTH * _LOW), 0, unplaced, 0)
    window, height = _window([position for _, position in shown])
    project = _projection(window, height)
    dots = [(value(iri), project(_turned(position, window))) for iri, position in sorted(shown)]
    spots = tuple(_spots(dots, height))
    unnamed = sum(not spot.label.lines for spot in spots)
    return Map("".join(_paths(window, project)), spots, WIDTH, height, len(placed), unplaced, unnamed)


def _position(row: Row) -> Position | None:
    """Longitude and latitude, where both are numbers on the globe."""
    try:
        longitude, latitude = (float(term.value if isinstance(term := row.get(name), Literal) else "") for name in ("longitude", "latitude"))
    except ValueError:
        return None
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None  # noqa: PLR2004  # the globe's own


def _window(positions: Sequence[Position]) -> tuple[Window, int]:
    """What the map shows, with a margin; and its height in pixels."""
    west, east = _stretch(sorted({longitude % 360 for longitude, _ in positions}))
    latitudes = [latitude for _, latitude in positions]
    middle = (min(latitudes) + max(latitudes)) / 2
    high = max((max(latitudes) - min(latitudes)) * (1 + 2 * _MARGIN), _LEAST)
    narrow = max(cos(radians(middle)), _NARROWEST)
    wide = max((east - west) * (1 + 2 * _MARGIN) * narrow, high / _HIGH)
    wide = min(wide, 360 * narrow)
    high = min(max(high, wide * _LOW), wide * _HIGH) if wide < 360 * narrow else max(high, wide * _LOW)
    south, north = max(middle - high / 2, -_EDGE), min(middle + high / 2, _EDGE)
    center = (west + east) / 2
    return (center - wide / narrow / 2, south, center + wide / narrow / 2, north), round(WIDTH * (north - south) / wide)


def _stretch(longitudes: Sequence[float]) -> tuple[float, float]:
    """The shortest way around the globe that passes all sorted *longitudes*: from where to where, eastwards."""
    gaps = [(after - before, after) for before, after in zip(longitudes, [*longitudes[1:], longitudes[0] + 360], strict=True)]
    gap, after = max(gaps)
    start = after % 360
    start -= 360 * (start > 180)  # noqa: PLR2004  # half a turn
    return start, start + 360 - gap


def _turned(position: Position, window: Window) -> Position:
    """*position* with its longitude in *window*."""
    return window[0] + (position[0] - window[0]) % 360, position[1]


def _projection(window: Window, height: int) -> Callable[[Position], tuple[int, int]]:
    west, south, east, north = window
    return lambda position: (round((position[0] - west) / (east - west) * WIDTH), round((north - position[1]) / (north - south) * height))


def _paths(window: Window, project: Callable[[Position], tuple[int, int]]) -> Iterator[str]:
    """The land in the words of SVG: each step as a difference, none smaller than a few pixels."""
    for ring in land(window):
        points: list[tuple[int, int]] = []
        for point in map(project, ring):
            if not points or max(abs(point[0] - points[-1][0]), abs(point[1] - points[-1][1])) >= _NEAR:
                points.append(point)
        if len(points) >= _NEAR:
            steps = (f"{x - left} {y - top}" for (left, top), (x, y) in pairwise(points))
            yield f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z"


def _spots(dots: Sequence[tuple[Value, tuple[int, int]]], height: int) -> Iterator[Spot]:
    """The places with their names where there is room for them, none on another or on a dot."""
    taken: list[Area] = [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for _, (x, y) in dots]
    for value, (x, y) in dots:
        label = clean(value)
        lines = wrapped(label, _ROOM, 2)
        size = max(map(width, lines)) + 4, len(lines) * LINE
        found = next((place for place in _places((x, y), size, height) if not any(_cross(area, other) for area in place[0] for other in taken)), None)
        if not found:
            yield Spot(Label(value, (), label), x, y, "start", (x, y), "")
            continue
        areas, anchor, at = found
        taken += areas
        lead = f"M{x} {y}L{at[0]} {at[1] - 5}" if len(areas) > 1 else ""
        yield Spot(Label(value, lines, label), x, y, anchor, at, lead)


def _places(dot: tuple[int, int], size: tuple[int, int], height: int) -> Iterator[tuple[list[Area], str, tuple[int, int]]]:
    """Where a label of *size* could stand beside a *dot*, the best place first: what it covers, how its lines are aligned, where its first line is."""
    x, y = dot
    wide, high = size
    near = [
        (x + 11, y - high // 2, "start"),
        (x - 11 - wide, y - high // 2, "end"),
        (x - wide // 2, y - 10 - high, "middle"),
        (x - wide // 2, y + 10, "middle"),
    ]
    far = [(left, y + shift - high // 2, anchor) for shift in _SHIFTS for left, anchor in ((x + 34, "start"), (x - 34 - wide, "end"))]
    for number, (left, top, anchor) in enumerate([*near, *far]):
        area = (left, top, left + wide, top + high)
        if min(left, top) > 0 and area[2] < WIDTH and area[3] < height:
            at = {"start": left, "end": left + wide, "middle": left + wide // 2}[anchor]
            lead = _lead(dot, (at, top + LINE // 2)) if number >= len(near) else []
            yield [area, *lead], anchor, (at, top + 14)


def _lead(dot: tuple[int, int], end: tuple[int, int]) -> list[Area]:
    """What a line from a dot to its label covers, beyond the dot itself, in small squares."""
    steps = [(dot[0] + (end[0] - dot[0]) * step // 12, dot[1] + (end[1] - dot[1]) * step // 12) for step in range(4, 11)]
    return [(x - 1, y - 1, x + 1, y + 1) for x, y in steps]


def _cross(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
