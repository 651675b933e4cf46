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
    """What the judge gets: the suspects, with what queries see wherever it is, and the triples around them as N-Triples."""

    suspects: Suspects
    data: bytes

    @classmethod
    def of(cls, piece: bytes) -> Extract:
        """Return the extract that `extract` yielded as *piece*."""
        head, _, rest = piece.partition(b"\n")
        length, asked = json.loads(head)
        return cls(read(rest[:length], rest[length : length + asked]), rest[length + asked :])


def extract(shares: Shares, looked: Looked, note: Note) -> Iterator[bytes]:
    """Yield one piece: what is to be judged of all that was *looked* at. *note* is told of each shape before a query of its is asked."""
    graph = OnDisk(shares.by_subject, shares.turned)
    nodes = {shape: [node.encode() for node in listed] for shape, listed in looked.suspects.items()}
    for shape, found in _asked(shares, graph, note):
        nodes.setdefault(shape, []).append(found)
    known = {name: one for name, one in reach.reaches(shares.shapes).items() if name in nodes} if nodes else {}
    suspects = [(shape, node) for shape, listed in nodes.items() for node in dict.fromkeys(listed)]
    lines = reach.extract(graph, known, suspects)
    data = n_triples(b"".join(sorted(line.removesuffix(b"\n") + b"\n" for line in lines)))
    listed = {shape: [n_term(node).decode() for node in dict.fromkeys(found)] for shape, found in nodes.items()}
    told = written(Suspects(looked.focus_nodes, listed))
    asked = _wherever(shares.by_subject, reach.footprint(known, suspects))
    yield json.dumps([len(told), len(asked)]).encode() + b"\n" + told + asked + data


def _asked(shares: Shares, graph: OnDisk, note: Note) -> Iterator[tuple[str, bytes]]:
    """Yield the suspects that are found by queries, each of them asked once for all focus nodes."""
    screen = Screen(shares.shapes, shares.vocabulary)
    if not screen.asked:
        return
    footprints = [one.question.predicates for one in screen.asked]
    store = _store(shares.by_subject, None if None in footprints else frozenset(name for names in footprints for name in names or ()))
    for one in screen.asked:
        note(one.shape)
        yield from ask(screen, one, store, graph)


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
