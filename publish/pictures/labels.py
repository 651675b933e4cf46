"""What stands in the boxes of a picture: a thing, or all that leads from one thing to another, each with its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publish.pictures.layout import Place, Size
from publish.pictures.text import LINE, clean, even, width
from publish.shown import Value

SMALL = 13
"""The size of the type of what stands on lines, in pixels."""
_ROOM = 170
_NARROW = 140
_BETWEEN = 6


@dataclass(frozen=True, slots=True)
class Label:
    """What is written, and where: its link, its lines, what it is called in full."""

    value: Value
    lines: tuple[str, ...]
    full: str


@dataclass(frozen=True, slots=True)
class Member:
    """A label in a box, with its strip of it: the left upper corner and the size in pixels."""

    label: Label
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box and its labels, from above: the left upper corner and the size in pixels; *look* is how it is drawn."""

    members: tuple[Member, ...]
    look: str
    x: int
    y: int
    width: int
    height: int


def of_thing(value: Value) -> Label:
    """Return the label of a thing."""
    full = clean(value)
    return Label(value, even(full, _ROOM, 3), full)


def on_line(shown: Value, link: Value) -> Label:
    """Return a label on a line: what it says is *shown*, where it leads is *link*; in full it is called both."""
    said = clean(shown)
    return Label(link, even(said, _NARROW, 2, SMALL), said if shown == link else f"{said}: {clean(link)}")


def thing_size(label: Label) -> Size:
    """Return how large the box of a thing has to be."""
    return Size(_even(max(map(width, label.lines)) + 30), len(label.lines) * LINE + 18)


def line_size(labels: Sequence[Label]) -> Size:
    """Return how large the box of *labels* on a line has to be."""
    widest = max(width(line, SMALL) for label in labels for line in label.lines)
    return Size(_even(widest + 18), sum(_strip(label) for label in labels) + 2)


def thing_box(label: Label, look: str, place: Place) -> Box:
    """Return the box of a thing at *place*."""
    return Box((Member(label, place.x, place.y, place.width, place.height),), look, place.x, place.y, place.width, place.height)


def line_box(labels: Sequence[Label], place: Place) -> Box:
    """Return the box of *labels* on a line at *place*."""
    tops = [place.y + 1 + sum(map(_strip, labels[:number])) for number in range(len(labels))]
    members = (Member(label, place.x, top, place.width, _strip(label)) for label, top in zip(labels, tops, strict=True))
    return Box(tuple(members), "on-line", place.x, place.y, place.width, place.height)


def _even(number: int) -> int:
    """A size whose half is whole, as the middle of a box is placed."""
    return number + number % 2


def _strip(label: Label) -> int:
    return len(label.lines) * LINE + _BETWEEN
