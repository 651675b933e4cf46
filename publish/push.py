"""Put a release into a triple store: read what is there, change what differs, look again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from publish.agreement import Agreement, agreement
from publish.lines import Desk, Lines
from publish.opening import Address, opened
from publish.releasegraphs import Release, read_release
from publish.texts import text
from publish.triplestore import TRIAL, Graph, GraphChange, TripleStore
from publish.values import without_kept

Told = Callable[..., None]
"""What is told each stage by the name of its text, with what fills that."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to push: the *site* with the release, a folder or an address; the store; what the graphs' names begin with there, if not with the data's base."""

    site: str
    store: Address
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: how many triples it added and removed, how many bytes it sent in how many requests, and how each graph is now."""

    added: int
    removed: int
    sent: int
    requests: int
    graphs: tuple[Agreement, ...]

    @property
    def is_right(self) -> bool:
        """Whether the store holds the release, if written otherwise here and there."""
        return all(graph.is_right for graph in self.graphs)


def push(order: Order, told: Told) -> Pushed:
    """Bring the graphs in the store to what the release has, and return what that took. What else the store holds is not touched.

    Raises a `Mistake` where there is no release, `BadStore` and `BadCredentials`, and `StoreFailed` where the store does not
    do its part; whatever was done by then, the same push ends right when it is made again.
    """
    with Desk() as desk:
        told("reading-release")
        release = read_release(order.site, order.base, desk)
        with opened(order.store, desk) as store:
            return _Push(store, desk, told).bring(release)


class _Push:
    """One push to one store."""

    def __init__(self, store: TripleStore, desk: Desk, told: Told) -> None:
        self._store = store
        self._desk = desk
        self._told = told

    def bring(self, release: Release) -> Pushed:
        """Bring the store to *release*. What a push before this one has put aside is used, and gone in the end."""
        self._told("reading-store")
        graphs = [Graph(release.base, name) for name, _lines in release.graphs]
        found = [self._store.read(graph.iri) for graph in graphs]
        changes = [self._change(graph, wanted, there) for graph, (_name, wanted), there in zip(graphs, release.graphs, found, strict=True)]
        if needed := [change for change in changes if change.is_needed]:
            self._sent(0, 1)
            self._store.knock(needed[0].graph)
            self._store.change(needed, self._sent)
        if left := self._store.leftovers(graphs):
            self._store.drop(left)
        self._told("comparing-store")
        agreements = tuple(self._agreement(change, there) for change, there in zip(changes, found, strict=True))
        added, removed = sum(change.missing.count for change in changes), sum(change.extra.count for change in changes)
        return Pushed(added, removed, self._store.exchange.sent, self._store.exchange.count, agreements)

    def _change(self, graph: Graph, wanted: Lines, there: Lines) -> GraphChange:
        """What is to be changed: of values that the store may have in its own writing, those that it writes otherwise when it is given them."""
        missing, extra = self._desk.differences(there, wanted)
        asked = self._desk.sort(line for line, _other in self._store.pairs(missing, extra))
        if asked.count:
            missing, extra = without_kept((missing, extra), asked, self._tried(graph, asked), self._desk)
        return GraphChange(graph, wanted, missing, extra)

    def _tried(self, graph: Graph, asked: Lines) -> Lines:
        """Return how the store gives back what it is given."""
        name = graph.aside(TRIAL)
        self._store.knock(graph)
        self._store.drop([name])
        self._store.fill(name, asked, _nobody)
        kept = self._store.read(name)
        self._store.drop([name])
        return kept

    def _agreement(self, change: GraphChange, there: Lines) -> Agreement:
        now = self._store.read(change.graph.iri) if change.is_needed else there
        return agreement(change.graph.iri, (change.wanted, now), self._desk.differences(now, change.wanted), self._desk)

    def _sent(self, done: int, whole: int) -> None:
        self._told("pushing", percent=100 * done // max(whole, 1))


def _nobody(_done: int, _whole: int) -> None:
    """Tell nobody."""


def summary(pushed: Pushed, language: str) -> str:
    """Return a line that says what the push took."""
    if not pushed.added and not pushed.removed:
        return text(language, "push.unchanged")
    return text(language, "push.pushed", added=pushed.added, removed=pushed.removed, kib=-(-pushed.sent // 1024), requests=pushed.requests)
