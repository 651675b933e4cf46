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

_ROUNDS = 3

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
        self._found: dict[str, Lines] = {}
        """What each graph held when it was last read."""

    def bring(self, release: Release) -> Pushed:
        """Bring the store to *release*. What a push before this one has put aside is used, and gone in the end.

        What that push asked for last may be done by the store meanwhile: what differs afterwards is changed too.
        """
        self._told("reading-store")
        graphs = [(Graph(release.base, name), wanted) for name, wanted in release.graphs]
        added = removed = 0
        for again in range(_ROUNDS + 1):
            changes = [self._change(graph, wanted) for graph, wanted in graphs]
            needed = [change for change in changes if change.is_needed]
            if not needed or again == _ROUNDS:
                break
            added += sum(change.missing.count for change in needed)
            removed += sum(change.extra.count for change in needed)
            self._store.knock(needed[0].graph)
            self._store.change(needed, self._sent)
            self._told("comparing-store")
        if left := self._store.leftovers([graph for graph, _wanted in graphs]):
            self._store.drop(left)
        agreements = tuple(self._agreement(graph, wanted) for graph, wanted in graphs)
        return Pushed(added, removed, self._store.exchange.sent, self._store.exchange.count, agreements)

    def _change(self, graph: Graph, wanted: Lines) -> GraphChange:
        """What is to be changed: of values that the store may have in its own writing, those that it writes otherwise when it is given them."""
        there = self._found[graph.iri] = self._store.read(graph.iri)
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

    def _agreement(self, graph: Graph, wanted: Lines) -> Agreement:
        there = self._found[graph.iri]
        return agreement(graph.iri, (wanted, there), self._desk.differences(there, wanted), self._desk)

    def _sent(self, done: int, whole: int) -> None:
        self._told("pushing", percent=100 * done // max(whole, 1))


def _nobody(_done: int, _whole: int) -> None:
    """Tell nobody."""


def summary(pushed: Pushed, language: str) -> str:
    """Return a line that says what the push took."""
    if not pushed.added and not pushed.removed:
        return text(language, "push.unchanged" if all(graph.is_exact for graph in pushed.graphs) else "push.otherwise")
    return text(language, "push.pushed", added=pushed.added, removed=pushed.removed, kib=-(-pushed.sent // 1024), requests=pushed.requests)
