"""The outline of the land: Natural Earth's, at a scale of 1:50 million, from a TopoJSON file (https://github.com/topojson/topojson-specification)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate

Position = tuple[float, float]
"""Longitude and latitude in degrees."""
Window = tuple[float, float, float, float]
"""West, south, east and north in degrees; the east may be beyond 180."""
_TURN = 360.0


def land(window: Window) -> Iterator[list[Position]]:
    """Yield the rings of the land inside of *window*, cut at its edges; holes are rings too."""
    for ring in rings():
        for turn in (-2 * _TURN, -_TURN, 0.0, _TURN, 2 * _TURN):
            moved = [(longitude + turn, latitude) for longitude, latitude in ring]
            if _meets(moved, window) and (cut := _clipped(moved, window)):
                yield cut


@cache
def rings() -> tuple[tuple[Position, ...], ...]:
    """Return the rings of all land, which are read from their file once."""
    topology = json.loads(files("publish").joinpath("vendor/land-50m.json").read_text(encoding="utf-8"))
    (east, north), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [[(x * east + left, y * north + bottom) for x, y in _summed(arc)] for arc in topology["arcs"]]
    polygons = [polygon for geometry in topology["objects"]["land"]["geometries"] for polygon in geometry["arcs"]]
    return tuple(tuple(_unwrapped(list(_joined(arcs, ring)))) for polygon in polygons for ring in polygon)


def _summed(arc: Sequence[Sequence[int]]) -> Iterable[tuple[int, int]]:
    """The positions of an arc, which has the differences between one and the next."""
    return accumulate(((x, y) for x, y in arc), lambda one, other: (one[0] + other[0], one[1] + other[1]))


def _joined(arcs: Sequence[Sequence[Position]], ring: Iterable[int]) -> Iterator[Position]:
    """The positions of a ring of arcs by their numbers; one that is negative is that arc from its end."""
    for number in ring:
        yield from (arcs[number] if number >= 0 else arcs[~number][::-1])[1:]


def _unwrapped(ring: Sequence[Position]) -> Iterator[Position]:
    """*ring* without jumps from one side of the date line to the other; one that goes around a pole is closed there."""
    turn, before = 0.0, ring[0][0]
    for longitude, latitude in ring:
        turn += _TURN * ((longitude - before < -_TURN / 2) - (longitude - before > _TURN / 2))
        before = longitude
        yield longitude + turn, latitude
    if abs(ring[-1][0] + turn - ring[0][0]) > _TURN / 2:
        pole = -90.0 if ring[0][1] < 0 else 90.0
        yield ring[-1][0] + turn, pole
        yield ring[0][0], pole


def _meets(ring: Sequence[Position], window: Window) -> bool:
    west, south, east, north = window
    longitudes, latitudes = [longitude for longitude, _ in ring], [latitude for _, latitude in ring]
    return min(longitudes) < east and max(longitudes) > west and min(latitudes) < north and max(latitudes) > south


def _clipped(ring: Sequence[Position], window: Window) -> list[Position]:
    """The part of *ring* in *window*, by Sutherland and Hodgman."""
    west, south, east, north = window
    part = list(ring)
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        part = list(_half(part, axis, _inside(limit, sign), limit))
    return part


def _inside(limit: float, sign: int) -> Callable[[float], bool]:
    return lambda number: number * sign >= limit * sign


def _half(ring: Sequence[Position], axis: int, inside: Callable[[float], bool], limit: float) -> Iterator[Position]:
    for before, position in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        if inside(before[axis]) != inside(position[axis]):
            share = (limit - before[axis]) / (position[axis] - before[axis])
            other = before[1 - axis] + share * (position[1 - axis] - before[1 - axis])
            yield (limit, other) if axis == 0 else (other, limit)
        if inside(position[axis]):
            yield position
