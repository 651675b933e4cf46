"""The focus nodes that may not conform, which are the only ones to be judged where all others are known to conform (`publish.reach`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.model import Object


@dataclass(frozen=True, slots=True)
class Suspects:
    """By the name of each shape with a target, how many *focus_nodes* it has, and the *nodes* to be judged, as N-Triples writes them.

    *asked* is N-Triples that only queries need beside the data.
    """

    focus_nodes: Mapping[str, int]
    nodes: Mapping[str, Sequence[str]]
    asked: bytes = b""

    def of(self, shape: str) -> list[Object]:
        """Return the focus nodes of *shape* to be judged."""
        written = "".join(f"<urn:a> <urn:b> {node} .\n" for node in self.nodes.get(shape, ()))
        return [quad.object for quad in pyoxigraph.parse(written, format=RdfFormat.N_TRIPLES)]


def written(suspects: Suspects) -> bytes:
    """Return *suspects* as JSON, without what queries need."""
    return json.dumps({"focus_nodes": dict(suspects.focus_nodes), "nodes": {name: list(nodes) for name, nodes in suspects.nodes.items()}}).encode()


def read(content: bytes, asked: bytes) -> Suspects:
    """Return the suspects that `written` wrote, with what queries need."""
    return Suspects(**json.loads(content), asked=asked)
