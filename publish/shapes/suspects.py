"""The focus nodes that may not conform, which are the only ones to be judged where all others are known to conform (`publish.reach`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.model import Object


@dataclass(frozen=True, slots=True)
class Suspects:
    """By the name of each shape with a target, how many *focus_nodes* it has, and the *nodes* to be judged, as N-Triples writes them.

    *asked* is N-Triples that only queries need beside the data; the shapes whose numbers are those *without* have none that is judged.
    """

    focus_nodes: Mapping[str, int]
    nodes: Mapping[str, Sequence[str]]
    asked: bytes = b""
    without: frozenset[int] = frozenset()

    def of(self, shape: str) -> list[Object]:
        """Return the focus nodes of *shape* to be judged."""
        written = "".join(f"<urn:a> <urn:b> {node} .\n" for node in self.nodes.get(shape, ()))
        return [quad.object for quad in pyoxigraph.parse(written, format=RdfFormat.N_TRIPLES)]
