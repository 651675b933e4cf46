"""Boxes and the lines between them, placed in layers so that no line goes through a box; the same on every machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import graphlay

MARGIN = 12
"""Pixels around everything."""
_RADIUS = 8
_CLEAR = 3
_PORT = 14
# pixels between two lines at a box
_GAPS = ((20.0, 16.0), (28.0, 20.0), (40.0, 28.0))
# between boxes, and between lines and boxes: the first ones by which no line comes too near to a box

Point = tuple[int, int]
Options = Mapping[str, object]

DOWN: Options = {"direction": "topbottom", "compaction": {"mode": "priority"}}
"""From above to below, close together: where the layers are narrow."""
ACROSS: Options = {"direction": "leftright"}
"""From the left to the right: where many are side by side."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a box is, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box is, its left upper corner, and how large it is, in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each box is and how each line goes, in the order in which they were given; how large all of it is, in pixels."""

    places: tuple[Place, ...]
    lines: tuple[tuple[Point, ...], ...]
    width: int
    height: int


def laid_out(sizes: Sequence[Size], links: Sequence[tuple[int, int]], way: Options) -> Plan:
    """Return the plan of boxes of *sizes* with *links* between them, each from the number of a box to that of another; *way* is `DOWN` or `ACROSS`."""
    if not sizes:
        return Plan((), (), 2 * MARGIN, 2 * MARGIN)
    graph = graphlay.Graph()
    for size in sizes:
        graph.node(width=size.width, height=size.height)
    for source, target in links:
        graph.edge(source, target)
    touching: dict[int, Plan] = {}
    for gap, clear in _GAPS:
        plan = _plan(graph, sizes, {**way, **_spaced(gap, clear)})
        faults = sum(1 for _ in touched(plan, links))
        if not faults:
            return plan
        touching.setdefault(faults, plan)
    return touching[min(touching)]


def roomy(sizes: Sequence[Size], links: Sequence[tuple[int, int]]) -> list[Size]:
    """Return *sizes*, high enough for all lines at either side of a box, where these go `ACROSS`."""
    leaving, arriving = (Counter(link[side] for link in links) for side in (0, 1))
    ports = [max(leaving[number], arriving[number]) for number in range(len(sizes))]
    return [Size(size.width, max(size.height, count * _PORT + 6)) for size, count in zip(sizes, ports, strict=True)]


def touched(plan: Plan, links: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of each line of *plan* and of each box that it goes through or comes too near to, though it does not end there."""
    for number, (line, ends) in enumerate(zip(plan.lines, links, strict=True)):
        for start, end in pairwise(line):
            left, right = sorted((start[0], end[0]))
            top, bottom = sorted((start[1], end[1]))
            for box, place in enumerate(plan.places):
                beside = right < place.x - _CLEAR or left > place.x + place.width + _CLEAR
                if not (beside or bottom < place.y - _CLEAR or top > place.y + place.height + _CLEAR) and box not in ends:
                    yield number, box


def drawn(points: Sequence[Point]) -> str:
    """Return the path of a line through *points*, in the words of SVG, with its corners rounded."""
    first, *rest = points
    words = [f"M{first[0]} {first[1]}"]
    for before, corner, after in zip(points, rest, rest[1:], strict=False):
        entry, leaving = _towards(corner, before), _towards(corner, after)
        words.append(f"L{entry[0]} {entry[1]}Q{corner[0]} {corner[1]} {leaving[0]} {leaving[1]}")
    return "".join([*words, f"L{points[-1][0]} {points[-1][1]}"])


def _spaced(gap: float, clear: float) -> Options:
    spacing = {"layer_gap": 34.0, "node_gap": gap, "dummy_gap": clear, "port_gap": float(_PORT), "isolated_gap": 26.0}
    return {"spacing": spacing, "routing": {"bundle_parallel": False}}


def _plan(graph: graphlay.Graph, sizes: Sequence[Size], options: Options) -> Plan:
    raw = graphlay.layout(graph, options=options).raw
    left, top = (_whole(raw["bounds"]["min"][axis]) - MARGIN for axis in "xy")
    right, bottom = (_whole(raw["bounds"]["max"][axis]) + MARGIN for axis in "xy")
    places = tuple(
        Place(_whole(node["center"]["x"] - size.width / 2) - left, _whole(node["center"]["y"] - size.height / 2) - top, size.width, size.height)
        for node, size in zip(raw["nodes"], sizes, strict=True)
    )
    return Plan(places, tuple(_points(edge, left, top) for edge in raw["edges"]), right - left, bottom - top)


def _towards(corner: Point, other: Point) -> Point:
    """The point near *corner* on the way to *other*, where its rounding begins: halfway at most."""
    length = max(abs(other[0] - corner[0]), abs(other[1] - corner[1]), 1)
    step = min(_RADIUS, length // 2)
    return corner[0] + (other[0] - corner[0]) * step // length, corner[1] + (other[1] - corner[1]) * step // length


def _whole(number: float) -> int:
    """The nearest pixel; of two the right or lower one, so that boxes and lines that meet still do."""
    return floor(number + 0.5)


def _points(edge: Mapping[str, list[Mapping[str, float]]], left: int, top: int) -> tuple[Point, ...]:
    points = [(_whole(point["x"]) - left, _whole(point["y"]) - top) for point in edge["points"]]
    return tuple(point for number, point in enumerate(points) if not number or point != points[number - 1])
