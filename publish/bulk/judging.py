"""Take out of data on disk what pySHACL has to judge: the suspects, and what their shapes can see around them (`publish.reach`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import RdfFormat, Store

from publish.bulk.graph import OnDisk
from publish.bulk.index import Index
from publish.bulk.lines import n_triples, of_all, with_predicates
from publish.bulk.looking import Looked, Shares
from publish.confined import Note
from publish.reach import reach
from publish.reach.needs import Needs, found_lines
from publish.reach.screen import Screen, answers
from publish.reach.terms import n_term
from publish.shapes.suspects import Suspects, read, written

_PIECE = 4 << 20
_ALL = b"all"


@dataclass(frozen=True, slots=True)
class Extract:
    """What the judge gets: the suspects, with what queries see wherever it is, and the triples around them as N-Triples; what queries found.

    Without suspects the triples are all there are, for the judge to go through itself.
    """

    suspects: Suspects | None
    data: bytes
    asked: list[tuple[int, str]]

    @classmethod
    def of(cls, piece: bytes) -> Extract:
        """Return the extract that `extract` yielded as *piece*."""
        head, _, rest = piece.partition(b"\n")
        if head == _ALL:
            return cls(None, rest, [])
        length, wherever, asked = json.loads(head)
        return cls(read(rest[:length], rest[length : length + wherever]), rest[length + wherever :], [(number, node) for number, node in asked])


def extract(shares: Shares, looked: Looked, note: Note) -> Iterator[bytes]:
    """Yield one piece: what is to be judged of all that was *looked* at. *note* is told of each shape before a query of its is asked."""
    graph = OnDisk(shares.by_subject, shares.turned)
    screen = Screen(shares.shapes, shares.vocabulary)
    if screen.is_deep:
        yield _ALL + b"\n" + b"".join(n_triples(of_all(piece)) for piece in shares.by_subject.pieces(_PIECE))
        return
    asked = [*_asked(screen, shares.by_subject, graph, note)] if looked.asked is None else looked.asked
    found = ((screen.shapes[number].name, node) for number, node in asked if screen.is_focus(number, node.encode(), graph))
    suspects = [(shape, node.encode()) for shape, node in dict.fromkeys([*looked.suspects, *found])]
    names = {shape for shape, _node in suspects}
    known = {named.name: reach.reach_of(named) for named in screen.shapes if named.name in names}
    data = n_triples(b"".join(sorted(line.removesuffix(b"\n") + b"\n" for line in reach.extract(graph, known, suspects))))
    nodes: dict[str, list[str]] = {}
    for shape, node in suspects:
        nodes.setdefault(shape, []).append(n_term(node).decode())
    told = written(Suspects(looked.focus_nodes, nodes))
    wherever = _wherever(shares.by_subject, graph, reach.needed(graph, known, suspects))
    yield json.dumps([len(told), len(wherever), asked]).encode() + b"\n" + told + wherever + data


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
