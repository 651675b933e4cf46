"""Ask the queries of shapes, and take out of data on disk what pySHACL has to judge: suspects, and what their shapes can see around them (`publish.reach`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import RdfFormat, Store

from publish.bulk.graph import OnDisk
from publish.bulk.index import Index
from publish.bulk.lines import n_triples, of_all, with_predicates
from publish.bulk.looking import Looked, Shares
from publish.confined import Note
from publish.reach import reach
from publish.reach.loaded import shapes_of
from publish.reach.needs import Needs, found_lines
from publish.reach.screen import Screen, Suspect, answers

_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What queries of shapes found in all data, by the shape's number: *asked*; those of it that are *focus_nodes*, by the shape's name.

    *wide* are the names of the shapes that see more than what is around a focus node; *is_deep* where the judge has to go through all data itself.
    """

    asked: list[tuple[int, str]] | None
    focus_nodes: list[tuple[str, str]]
    wide: frozenset[str]
    is_deep: bool

    @classmethod
    def of(cls, piece: bytes) -> Found:
        """Return what `find` yielded as *piece*."""
        asked, focus_nodes, wide, is_deep = json.loads(piece)
        return cls(None if is_deep else [(number, node) for number, node in asked], [(shape, node) for shape, node in focus_nodes], frozenset(wide), is_deep)


def find(shares: Shares, looked: Looked, note: Note) -> Iterator[bytes]:
    """Yield one piece, for `Found.of`: what queries find, if that is not known of what was *looked* at. *note* is told of each shape before its query."""
    graph = OnDisk(shares.by_subject, shares.turned)
    screen = Screen(shares.shapes, shares.vocabulary)
    asked = looked.asked
    if asked is None and not screen.is_deep:
        asked = [*_asked(screen, shares.by_subject, graph, note)]
    yield found_piece(screen, graph, looked, asked or [])


def found_piece(screen: Screen, graph: OnDisk, looked: Looked, asked: Sequence[tuple[int, str]]) -> bytes:
    """Return the piece that `find` yields where queries have *asked* of the *graph* what they ask."""
    if screen.is_deep:
        return json.dumps([[], [], [], True]).encode()
    found = [(screen.shapes[number].name, node) for number, node in asked if screen.is_focus(number, node.encode(), graph)]
    names = {shape for shape, _node in (*looked.suspects, *found)}
    wide = [named.name for named in screen.shapes if named.name in names and not reach.reach_of(named).is_bounded]
    return json.dumps([asked, found, wide, False]).encode()


@dataclass(frozen=True, slots=True)
class Extract:
    """What suspects are judged by: the triples around them, and what only queries see, wherever it is; both as N-Triples."""

    data: bytes
    asked: bytes = b""

    @property
    def triples(self) -> int:
        """How many triples there are."""
        return self.data.count(b"\n") + self.asked.count(b"\n")


class Extracts:
    """Takes extracts out of data on disk."""

    def __init__(self, shares: Shares) -> None:
        self._by_subject = shares.by_subject
        self._graph = OnDisk(shares.by_subject, shares.turned)
        self._named = {named.name: named for named in shapes_of(shares.shapes)}
        self._known: dict[str, reach.Reach] = {}

    def of(self, suspects: Sequence[Suspect], most: int) -> tuple[Extract, int]:
        """Return the extract of the first of *suspects* that have *most* bytes together, one at least, and how many these are."""
        count = len(suspects)
        known = self._reaches(suspects)
        lines = reach.extract(self._graph, known, suspects)
        while sum(map(len, lines)) > most and count > 1:
            count = (count + 1) // 2
            lines = reach.extract(self._graph, known, suspects[:count])
        data = n_triples(b"".join(sorted(line.removesuffix(b"\n") + b"\n" for line in lines)))
        return Extract(data, _wherever(self._by_subject, self._graph, reach.needed(self._graph, known, suspects[:count]))), count

    def _reaches(self, suspects: Sequence[Suspect]) -> Mapping[str, reach.Reach]:
        for shape in {shape for shape, _node in suspects} - self._known.keys():
            self._known[shape] = reach.reach_of(self._named[shape])
        return self._known


def everything(by_subject: Index) -> Extract:
    """Return all triples."""
    return Extract(b"".join(n_triples(of_all(piece)) for piece in by_subject.pieces(_PIECE)))


def _asked(screen: Screen, by_subject: Index, graph: OnDisk, note: Note) -> Iterator[tuple[int, str]]:
    """Yield the nodes that queries find, each of them asked once for all focus nodes, with the numbers of their shapes."""
    if not screen.asked:
        return
    footprints = [one.question.predicates for one in screen.asked]
    store = _store(by_subject, None if None in footprints else frozenset(name for names in footprints for name in names or ()))
    for one in screen.asked:
        note(one.shape)
        yield from ((one.number, node.decode()) for node in answers(one, store, graph))


def _store(by_subject: Index, predicates: frozenset[bytes] | None) -> Store:
    store = Store()
    for piece in by_subject.pieces(_PIECE):
        store.bulk_load(n_triples(of_all(with_predicates(piece, predicates))), RdfFormat.N_TRIPLES)
    return store


def _wherever(by_subject: Index, graph: OnDisk, needed: Needs | None) -> bytes:
    """All triples that queries need wherever they are, as N-Triples."""
    predicates = needed.predicates if needed else None
    if predicates is not None and not predicates:
        return b""
    said = [n_triples(of_all(with_predicates(piece, predicates))) for piece in by_subject.pieces(_PIECE)]
    if needed and needed.finding:
        store = _store(by_subject, predicates)
        said += [n_triples(line.removesuffix(b"\n") + b"\n") for finding in needed.finding for line in found_lines(store, finding, graph)]
    return b"".join(said)
