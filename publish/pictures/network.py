"""A network: who is connected with whom, and through what; the things in boxes, what connects them on the lines between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from pyoxigraph import NamedNode

from publish.pictures.labels import Box, Label, line_box, line_size, of_thing, on_line, thing_box, thing_size
from publish.pictures.layout import ACROSS, DOWN, Plan, drawn, laid_out, roomy
from publish.shown import Row, Value

THINGS = 60
"""Things that one picture shows at most: the best connected ones."""
LIMITS = (80, 56, 40, 28)
"""Connections that one picture shows at most: the first number with which it is not too wide."""
BUNDLE = 8
"""Connections between the same things that stand in one box at most."""
_WAYS = ((DOWN, 1100), (ACROSS, 1400))
# and how wide a picture may be, in pixels


@dataclass(frozen=True, slots=True)
class Network:
    """The picture: things, boxes of connections, the paths of the lines between; its size in pixels; how many there are in all; the best connected thing."""

    things: tuple[Box, ...]
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    width: int
    height: int
    connections: int
    all_things: int
    all_connections: int
    hub: str


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a picture shows: things, and the connections between the same ones together; and their labels."""

    kept: Sequence[str]
    bundles: Sequence[tuple[_Connection, ...]]
    things: Sequence[Label]
    between: Sequence[Sequence[Label]]


@dataclass(frozen=True, slots=True)
class _Connection:
    """What connects, what it does so as (both may be empty), and the things at its ends."""

    through: str
    role: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def ends(self) -> tuple[str, ...]:
        return (*self.sources, *self.targets)


def network_of(rows: Iterable[Row], value: Callable[[str], Value]) -> Network:
    """Return the picture of *rows* with ``from``, ``to``, ``through`` and perhaps ``as``; rows that lack an end or what connects are left out."""
    every = _connections(rows)
    degrees = Counter(end for connection in every for end in connection.ends)
    tried: list[tuple[int, int, Network]] = []
    for limit in LIMITS:
        chosen = _chosen(every, degrees, limit, value)
        links = list(_links(chosen.kept, chosen.bundles))
        sizes = [*map(thing_size, chosen.things), *map(line_size, chosen.between)]
        for way, widest in _WAYS:
            plan = laid_out(roomy(sizes, links) if way == ACROSS else sizes, links, way)
            tried.append((plan.width, len(tried), _network(chosen, plan, len(degrees), len(every))))
            if plan.width <= widest:
                return tried[-1][2]
    return min(tried)[2]


def _chosen(every: Sequence[_Connection], degrees: Mapping[str, int], limit: int, value: Callable[[str], Value]) -> _Chosen:
    kept, shown = _best(every, degrees, limit)
    bundles = list(_bundles(shown))
    between = [[on_line(value(each.role or each.through), value(each.through or each.role)) for each in bundle] for bundle in bundles]
    return _Chosen(kept, bundles, [of_thing(value(iri)) for iri in kept], between)


def _network(chosen: _Chosen, plan: Plan, things: int, connections: int) -> Network:
    return Network(
        things=tuple(thing_box(label, "thing", place) for label, place in zip(chosen.things, plan.places, strict=False)),
        boxes=tuple(line_box(labels, place) for labels, place in zip(chosen.between, plan.places[len(chosen.kept) :], strict=True)),
        paths=tuple(map(drawn, plan.lines)),
        width=plan.width,
        height=plan.height,
        connections=sum(map(len, chosen.bundles)),
        all_things=things,
        all_connections=connections,
        hub=chosen.things[0].full if chosen.things else "",
    )


def _connections(rows: Iterable[Row]) -> list[_Connection]:
    """What connects, once for each thing that connects and what it does so as, in a fixed order."""
    ends: dict[tuple[str, ...], tuple[set[str], set[str]]] = {}
    for row in rows:
        one, other, through, role = (_iri(row, name) for name in ("from", "to", "through", "as"))
        if one and other and (through or role):
            sources, targets = ends.setdefault((through, role) if through else ("", role, one, other), (set(), set()))
            sources.add(one)
            targets.add(other)
    return [_Connection(key[0], key[1], tuple(sorted(sources)), tuple(sorted(targets - sources))) for key, (sources, targets) in sorted(ends.items())]


def _iri(row: Row, name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, NamedNode) else ""


def _best(every: Sequence[_Connection], degrees: Mapping[str, int], limit: int) -> tuple[list[str], list[_Connection]]:
    """The best connected things, the best one first, each beside one before it where there is such a one; and the connections among them."""
    ranks = {iri: rank for rank, iri in enumerate(_grown(every, degrees))}
    whole = sorted(rank for rank in (_complete(connection, ranks) for connection in every) if rank < THINGS)
    count = max(whole[limit], 2) if len(whole) > limit else THINGS
    shown = [
        _Connection(
            connection.through, connection.role, *(tuple(end for end in part if ranks[end] < count) for part in (connection.sources, connection.targets))
        )
        for connection in every
        if _complete(connection, ranks) < count
    ][:limit]
    met = {end for connection in shown for end in connection.ends}
    return [iri for iri in ranks if iri in met], shown


def _complete(connection: _Connection, ranks: Mapping[str, int]) -> int:
    """The rank from which on a connection joins two things, or the one that it joins with itself."""
    found = sorted(ranks[end] for end in connection.ends)
    return found[min(1, len(found) - 1)]


def _grown(every: Sequence[_Connection], degrees: Mapping[str, int]) -> list[str]:
    """The first things of a walk from the best connected one, always on to the best connected that was seen."""
    joined: dict[str, list[_Connection]] = {}
    for connection in every:
        for end in connection.ends:
            joined.setdefault(end, []).append(connection)
    order: dict[str, None] = {}
    walked: set[int] = set()
    for start in sorted(joined, key=lambda iri: (-degrees[iri], iri)):
        heap = [(-degrees[start], start)]
        while heap:
            iri = heappop(heap)[1]
            if iri in order:
                continue
            order[iri] = None
            for connection in joined[iri]:
                if id(connection) not in walked:
                    walked.add(id(connection))
                    for end in connection.ends:
                        heappush(heap, (-degrees[end], end))
    return list(order)


def _bundles(shown: Iterable[_Connection]) -> Iterator[tuple[_Connection, ...]]:
    """The connections between the same ends together, a few in a box."""
    same: dict[tuple[tuple[str, ...], tuple[str, ...]], list[_Connection]] = {}
    for connection in sorted(shown, key=lambda each: (each.role, each.through)):
        same.setdefault((connection.sources, connection.targets), []).append(connection)
    for ends in sorted(same):
        yield from (tuple(same[ends][start : start + BUNDLE]) for start in range(0, len(same[ends]), BUNDLE))


def _links(kept: Sequence[str], bundles: Sequence[Sequence[_Connection]]) -> Iterator[tuple[int, int]]:
    """From the things to the box of what connects them and on, by their numbers."""
    numbers = {iri: number for number, iri in enumerate(kept)}
    for number, bundle in enumerate(bundles, len(kept)):
        yield from ((numbers[end], number) for end in bundle[0].sources)
        yield from ((number, numbers[end]) for end in bundle[0].targets)
