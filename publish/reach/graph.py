"""Data as a screen sees it: what is said of a node, and what points at it. Terms are as lines have them (`publish.bulk.lines`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from publish.reach.terms import QUOTE

About = Mapping[bytes, Sequence[bytes]]
"""What is said of a node: its values by predicate, each once."""
_NOTHING: About = {}
_REMEMBERED = 1 << 19
"""How many nodes are remembered by their class, in some hundred bytes each."""


class Graph(Protocol):
    """Triples that can be looked up from both ends."""

    def about(self, node: bytes) -> About:
        """Return what is said of *node*; nothing of a literal, and of a node that is no subject."""

    def pointing(self, node: bytes, predicate: bytes) -> Sequence[bytes]:
        """Return the subjects of the triples with *predicate* whose value is *node*, each once."""


class InMemory:
    """The triples of *lines*, with or without their line feeds, each once."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._about: dict[bytes, dict[bytes, list[bytes]]] = {}
        self._pointing: dict[tuple[bytes, bytes], list[bytes]] = {}
        for line in dict.fromkeys(line.removesuffix(b"\n") for line in lines):
            subject, predicate, value = line.split(b"\t")
            self._about.setdefault(subject, {}).setdefault(predicate, []).append(value)
            self._pointing.setdefault((value, predicate), []).append(subject)

    def about(self, node: bytes) -> About:
        """Return what is said of *node*."""
        return self._about.get(node, _NOTHING)

    def pointing(self, node: bytes, predicate: bytes) -> Sequence[bytes]:
        """Return the subjects of the triples with *predicate* whose value is *node*."""
        return self._pointing.get((node, predicate), ())


class Sight:
    """A graph as it is seen from one focus node after the other, with what is remembered on the way."""

    __slots__ = ("_graph", "_node", "_own", "memories", "pointing", "room")

    def __init__(self, graph: Graph, memories: int) -> None:
        self._graph = graph
        self._node, self._own = b"", _NOTHING
        self.pointing = graph.pointing
        self.memories: tuple[dict[bytes, bool], ...] = tuple({} for _number in range(memories))
        """Whether nodes are of a class, for each constraint that asks for one."""
        self.room = _REMEMBERED // max(1, memories)
        """How many nodes there is room for in each of them."""

    def focus(self, node: bytes, about: About) -> None:
        """Look from *node*, of which *about* is said."""
        self._node, self._own = node, about

    def about(self, node: bytes) -> About:
        """Return what is said of *node*."""
        if node == self._node:
            return self._own
        return _NOTHING if node[0] == QUOTE else self._graph.about(node)
