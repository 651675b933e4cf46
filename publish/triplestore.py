"""What a triple store has to be able to do so that a release can be put into it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from publish.exchange import Exchange
from publish.lines import Desk, Lines
from publish.storeplaces import Places
from publish.values import same_values

MISSING, EXTRA, VALUES, TRIAL = ASIDE = ("missing", "extra", "values", "trial")
"""What is put aside for a moment in graphs of its own: what a graph lacks, what it has beside that, values to be replaced, and what is only tried."""

Sent = Callable[[int, int], None]
"""What is told how many bytes of how many have been sent."""
Pairs = Callable[[Lines, Lines], Iterator[tuple[bytes, bytes]]]


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph in a store: *name* under *base*."""

    base: str
    name: str

    @property
    def iri(self) -> str:
        """Its IRI."""
        return self.base + self.name

    def aside(self, role: str) -> str:
        """Return the IRI of the graph where something is put that belongs to it, for a moment."""
        return f"{self.base}push-{self.name}-{role}"


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What has to happen to *graph*: all that it should hold, what of that it lacks, and what it holds beside that."""

    graph: Graph
    wanted: Lines
    missing: Lines
    extra: Lines

    @property
    def is_needed(self) -> bool:
        """Whether anything differs."""
        return bool(self.missing.count or self.extra.count)


class TripleStore(ABC):
    """One store that can be changed."""

    pairs: Pairs = staticmethod(same_values)
    """Which lines could be the same to the store, so that it is asked."""

    def __init__(self, exchange: Exchange, places: Places, desk: Desk) -> None:
        self.exchange = exchange
        self.places = places
        self._desk = desk

    @abstractmethod
    def read(self, graph: str) -> Lines:
        """Return the triples of *graph*; none where there is no such graph."""

    @abstractmethod
    def fill(self, graph: str, lines: Lines, sent: Sent) -> None:
        """Add *lines* to a graph that is nobody else's."""

    @abstractmethod
    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs that are nobody else's; one that is not there is none the less removed."""

    @abstractmethod
    def leftovers(self, graphs: Sequence[Graph]) -> list[str]:
        """Return what a push that was cut off has put aside for *graphs* and left there, as far as the store can say."""

    @abstractmethod
    def knock(self, graph: Graph) -> None:
        """Change nothing, as a change is made: who may not is told before anything is sent."""

    @abstractmethod
    def change(self, changes: Sequence[GraphChange], sent: Sent) -> None:
        """Bring about all of *changes*."""
