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
from publish.reach.screen import Screen, ask
from publish.reach.terms import n_term
from publish.shapes.suspects import Suspects, read, written

_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Extract:
    """What the judge gets: the suspects, with what queries see wherever it is, and the triples around them as N-Triples; the suspects that queries found."""

    suspects: Suspects
    data: bytes
    asked: list[tuple[str, str]]

    @classmethod
    def of(cls, piece: bytes) -> Extract:
        """Return the extract that `extract` yielded as *piece*."""
        head, _, rest = piece.partition(b"\n")
        length, wherever, asked = json.loads(head)
        return cls(read(rest[:length], rest[length : length + wherever]), rest[length + wherever :], [(shape, node) for shape, node in asked])


def extract(shares: Shares, looked: Looked, note: Note) -> Iterator[bytes]:
    """Yield one piece: what is to be judged of all that was *looked* at. *note* is told of each shape before a query of its is asked."""
    graph = OnDisk(shares.by_subject, shares.turned)
    asked = [*_asked(shares, graph, note)] if looked.asked is None else looked.asked
    suspects = [(shape, node.encode()) for shape, node in dict.fromkeys([*looked.suspects, *asked])]
    known = reach.reaches(shares.shapes) if suspects else {}
    data = n_triples(b"".join(sorted(line.removesuffix(b"\n") + b"\n" for line in reach.extract(graph, known, suspects))))
    nodes: dict[str, list[str]] = {}
    for shape, node in suspects:
        nodes.setdefault(shape, []).append(n_term(node).decode())
    told = written(Suspects(looked.focus_nodes, nodes))
    wherever = _wherever(shares.by_subject, reach.footprint(known, suspects))
    yield json.dumps([len(told), len(wherever), asked]).encode() + b"\n" + told + wherever + data


def _asked(shares: Shares, graph: OnDisk, note: Note) -> Iterator[tuple[str, str]]:
    """Yield the suspects that are found by queries, each of them asked once for all focus nodes."""
    screen = Screen(shares.shapes, shares.vocabulary)
    if not screen.asked:
        return
    footprints = [one.question.predicates for one in screen.asked]
    store = _store(shares.by_subject, None if None in footprints else frozenset(name for names in footprints for name in names or ()))
    for one in screen.asked:
        note(one.shape)
        yield from ((shape, node.decode()) for shape, node in ask(screen, one, store, graph))


def _store(by_subject: Index, predicates: frozenset[bytes] | None) -> Store:
    store = Store()
    for piece in by_subject.pieces(_PIECE):
        store.bulk_load(n_triples(of_all(with_predicates(piece, predicates))), RdfFormat.N_TRIPLES)
    return store


def _wherever(by_subject: Index, predicates: frozenset[bytes] | None) -> bytes:
    """All triples with one of *predicates*, as N-Triples."""
    if predicates is not None and not predicates:
        return b""
    return b"".join(n_triples(of_all(with_predicates(piece, predicates))) for piece in by_subject.pieces(_PIECE))
