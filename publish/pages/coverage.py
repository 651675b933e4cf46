"""Which stretches of each source support which things: the passages of a source, what rests on each, and what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publish.model import OA
from publish.pages.passages import SPECIFIC_RESOURCE, Passage, passage
from publish.pages.showing import Showing
from publish.shown import Value

WIDTH = 1000
"""The width of the picture of a source, in its own units."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A passage: where it stands, how that is drawn (x and width of `WIDTH`), and the things that rest on it."""

    passage: Passage
    value: Value
    x: int
    width: int
    things: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Covered:
    """A source with its stretches in order; *reach* is where the last one ends, *covered* how many characters are in any."""

    source: Value
    stretches: Sequence[Stretch]
    reach: int
    covered: int


def coverage(showing: Showing, root: str) -> list[Covered]:
    """Return every source of which there are passages, by name."""
    facts = showing.site.facts
    places = [place for iri, kinds in facts.typed.items() if SPECIFIC_RESOURCE in kinds and (place := passage(iri, facts)) and place.source]
    by_source: dict[str, list[Passage]] = {}
    for place in sorted(places, key=lambda place: (place.start, place.end, place.iri)):
        by_source.setdefault(place.source, []).append(place)
    found = [_covered(showing.thing(source, root), passages, showing, root) for source, passages in by_source.items()]
    return sorted(found, key=lambda covered: (covered.source.text, covered.source.iri))


def _covered(source: Value, passages: Sequence[Passage], showing: Showing, root: str) -> Covered:
    reach = max(place.end for place in passages)
    return Covered(source, [_stretch(place, reach, showing, root) for place in passages], reach, _length(passages))


def _stretch(place: Passage, reach: int, showing: Showing, root: str) -> Stretch:
    facts = showing.site.facts
    resting = {iri for iri in facts.all_pointing(place.iri) if OA + "TextQuoteSelector" not in facts.kinds(iri)}
    things = sorted((showing.thing(iri, root) for iri in resting), key=lambda value: (value.text, value.iri))
    x, end = place.start * WIDTH // max(reach, 1), place.end * WIDTH // max(reach, 1)
    return Stretch(place, showing.thing(place.iri, root), x, max(end - x, 2), things)


def _length(passages: Sequence[Passage]) -> int:
    """The characters that are in any of *passages*, which are in order."""
    covered = reached = 0
    for place in passages:
        covered += max(place.end - max(place.start, reached), 0)
        reached = max(reached, place.end)
    return covered
