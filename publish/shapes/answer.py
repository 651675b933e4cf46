"""What the SHACL processor answers, as it goes through a pipe."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What shapes found in data, and what kept them from it; terms as N-Triples writes them.

    *faults* are wrong with the shapes as such, *failures* came up when they were asked, *stopped* are those at which the
    processor reached its limits; *unasked* is how many more had no turn; *more* is how many results are too many to be told.
    """

    results: Sequence[Mapping[str, Any]]
    focus_nodes: Mapping[str, int]
    faults: Sequence[Mapping[str, Any]]
    failures: Sequence[Mapping[str, str]]
    stopped: Sequence[Mapping[str, Any]]
    unasked: int
    more: Sequence[Mapping[str, Any]]
    unknown_words: Sequence[str]
    unsupported_words: Sequence[str]
    software: Mapping[str, str]


def software() -> dict[str, str]:
    """Return what judges, with the version of each."""
    return {name: version(name) for name in ("bynet", "pyoxigraph", "pyshacl", "rdflib")}


def understood(content: bytes) -> Answer:
    """Return the answer that *content* is, the JSON of ``publish.shacl``. Raises `ValueError` where it is none."""
    try:
        answer = json.loads(content)
        return answer_of(answer["judged"], list(answer["stopped"]), dict(answer["software"]))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(error) from error


def answer_of(told: Sequence[Mapping[str, Any]], stopped: Sequence[Mapping[str, Any]], software: Mapping[str, str]) -> Answer:
    """Return the answer that there is in what was *told* (`publish.shapes.judgement`) and in what is said of where that was *stopped*."""
    every = max([0, *(int(piece.get("shapes", 0)) for piece in told)])
    asked = sum(int(piece.get("asked", 0)) for piece in told) + sum(bool(stop["shape"]) for stop in stopped)
    return Answer(
        results=_all(told, "results"),
        focus_nodes={shape: int(count) for piece in told for shape, count in piece.get("focus_nodes", {}).items()},
        faults=_all(told, "faults"),
        failures=_all(told, "failures"),
        stopped=stopped,
        unasked=max(0, every - asked),
        more=_all(told, "more"),
        unknown_words=_all(told, "unknown_words"),
        unsupported_words=_all(told, "unsupported_words"),
        software=software,
    )


def _all(told: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [one for piece in told for one in piece.get(name, ())]
