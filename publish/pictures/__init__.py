"""Pictures of what a question answers, made when the site is: who is connected, what lasted when, what is where; and of an ontology.

A question says what it is a picture of in its head (``# picture: network``); the names of its variables say what is what:

======== ========================== ===========================================================================================
picture  variables                  and perhaps
======== ========================== ===========================================================================================
network  from, to, through          as: in what part; it is written on the line, which leads to what the two are joined through
timeline thing, begin, end          beginEarliest and beginLatest, endEarliest and endLatest in their place; derived
map      place, latitude, longitude
======== ========================== ===========================================================================================

Ends of a network and what joins them are IRIs. A time is a date, a month or a year (``xsd:date``, ``xsd:gYearMonth``, ``xsd:gYear``, EDTF of
that form): a month for ``begin`` says that it began on one of its days. Both bounds, or none, say the same of any days. One of beginning and
end may be left out, and then fades. What is ``derived`` (true) is dashed. Coordinates are decimal degrees of WGS 84.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pyoxigraph import Triple

from publish.pictures.land import rings
from publish.pictures.map import map_of
from publish.pictures.network import network_of
from publish.pictures.ontology import ontology_of
from publish.pictures.timeline import timeline_of
from publish.shown import Row, Value
from publish.texts import Tongue, text

_NAME = 8


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, ready for its template: the template's name, what it needs, and what the picture shows in a sentence or two."""

    template: str
    values: Mapping[str, object]
    summary: str


def drawing(kind: str, rows: Sequence[Row], value: Callable[[str], Value], language: Tongue) -> Drawing:
    """Return the picture of *kind*, ``network``, ``timeline`` or ``map``, of *rows*; *value* gives a thing's label, link and colour by its IRI."""
    return _DRAWN[kind](rows, value, language)


def load(kinds: Collection[str]) -> None:
    """Have in memory what pictures of *kinds* are drawn on."""
    if "map" in kinds:
        rings()


def ontology_drawing(triples: Iterable[Triple], base: str, value: Callable[[str], Value], language: Tongue) -> Drawing:
    """Return the diagram of the classes and properties under *base* that *triples*, of ontologies and shapes, tell of."""
    scene = ontology_of(triples, base, value)
    said = [text(language, "picture.ontology", classes=len(scene.classes), properties=scene.properties)]
    if scene.left_out:
        said.append(text(language, "picture.ontology-left-out", count=scene.left_out))
    return _drawing("ontology", scene, said, text(language, "picture.ontology-region"))


def _network(rows: Sequence[Row], value: Callable[[str], Value], language: Tongue) -> Drawing:
    scene = network_of(rows, value)
    said = [text(language, "picture.network", things=scene.all_things, connections=scene.all_connections)]
    if scene.hub:
        said.append(text(language, "picture.network-hub", hub=scene.hub))
    if len(scene.things) < scene.all_things or scene.connections < scene.all_connections:
        said.append(
            text(
                language,
                "picture.network-left-out",
                things=len(scene.things),
                all_things=scene.all_things,
                connections=scene.connections,
                all_connections=scene.all_connections,
            )
        )
    return _drawing("network", scene, said, text(language, "picture.network-region"))


def _timeline(rows: Sequence[Row], value: Callable[[str], Value], language: Tongue) -> Drawing:
    scene = timeline_of(rows, value, language)
    said = [text(language, "picture.timeline", things=scene.dated)]
    if scene.bars:
        said.append(text(language, "picture.timeline-span", first=scene.first, last=scene.last))
    if len(scene.bars) < scene.dated:
        said.append(text(language, "picture.timeline-left-out", shown=len(scene.bars), all=scene.dated))
    if scene.undated:
        said.append(text(language, "picture.timeline-undated", count=scene.undated))
    return _drawing("timeline", scene, said, text(language, "picture.timeline-region"))


def _map(rows: Sequence[Row], value: Callable[[str], Value], language: Tongue) -> Drawing:
    scene = map_of(rows, value)
    said = [text(language, "picture.map", places=scene.placed)]
    if len(scene.spots) < scene.placed:
        said.append(text(language, "picture.map-left-out", shown=len(scene.spots), all=scene.placed))
    if scene.unplaced:
        said.append(text(language, "picture.map-unplaced", count=scene.unplaced))
    if scene.unnamed:
        said.append(text(language, "picture.map-unnamed", count=scene.unnamed))
    return _drawing("map", scene, said, text(language, "picture.map-region"))


def _drawing(kind: str, scene: object, said: Sequence[str], region: str) -> Drawing:
    """The picture with a name of its own: a page may have several, whose parts may not be called the same."""
    name = "picture-" + sha256(repr((scene, region)).encode()).hexdigest()[:_NAME]
    return Drawing(f"pictures/{kind}.svg", {"kind": kind, "name": name, "scene": scene, "region": region}, " ".join(said))


_DRAWN: Mapping[str, Callable[[Sequence[Row], Callable[[str], Value], Tongue], Drawing]] = {"network": _network, "timeline": _timeline, "map": _map}
