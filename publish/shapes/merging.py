"""Put together what was found of suspects in several judgements: what one judgement of all of them would have found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from publish.shapes.results import MOST, more, ordered

Told = Mapping[str, Any]
"""What `publish.shapes.judgement` yields; what it yields of a shape has its number."""


def merged(judgements: Sequence[Sequence[Told]]) -> Iterator[Told]:
    """Yield what one judgement of all suspects would have yielded, from what was told of them in *judgements*, each of some.

    A shape that fails at any of its suspects finds nothing, and one that had no turn in one judgement had none.
    """
    yield from (piece for piece in judgements[0] if "number" not in piece)
    numbered = [{piece["number"]: piece for piece in told if "number" in piece} for told in judgements]
    room = MOST
    for number in sorted(set[int].intersection(*map(set, numbered))):
        pieces = [told[number] for told in numbered]
        piece = next((piece for piece in pieces if piece.get("failures")), None) or _together(pieces, room)
        room -= len(piece.get("results", ()))
        yield piece


def crowded(told: Sequence[Told], without: Collection[int]) -> bool:
    """Whether there was no room for all results in a judgement that has *told* of some of the shapes whose numbers are those *without*."""
    return any(piece.get("more") for piece in told) and any(piece.get("number") in without and piece.get("results") for piece in told)


def failed(told: Sequence[Told]) -> set[int]:
    """Return the numbers of the shapes that failed."""
    return {piece["number"] for piece in told if "number" in piece and piece.get("failures")}


def _together(pieces: Sequence[Told], room: int) -> Told:
    """What one judgement would tell of a shape, with *room* for so many results."""
    results = ordered(result for piece in pieces for result in piece["results"])
    untold = (one for piece in pieces for one in piece["more"])
    counted = ({"severity": one["severity"]} for one in untold for _ in range(one["count"]))
    return {**pieces[0], "results": results[:room], "more": more(pieces[0]["name"], chain(results[room:], counted))}
