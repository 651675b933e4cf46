"""Look at data on disk, share by share, side by side: which focus nodes surely conform, what stands in it how often, what nobody describes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from publish.bulk.counting import Numbers
from publish.bulk.graph import OnDisk, about
from publish.bulk.index import Index
from publish.bulk.lines import STATED, groups, of_all, with_predicates
from publish.confined import Note
from publish.model import OWL, RDFS, TYPE, Project
from publish.parallel import WORKERS
from publish.reach.graph import About
from publish.reach.screen import Look, Screen

_PIECE = 1 << 20
_SHARE = 16 << 20
_ROUNDS = 2
"""How many shares there are for each processor, of a size that makes it worth while to make the shapes ready once more."""
_TYPE = b"<" + TYPE.value.encode()
_DEPRECATED = b"<" + OWL.encode() + b"deprecated"
_SUBCLASS = frozenset({b"<" + RDFS.encode() + b"subClassOf"})
_TRUE = (b'"true"', b'"1"')
"""How a literal begins that says that its subject is deprecated (`publish.model.tombstones`)."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What there is to look at: lines by subject and turned, the lines that say which class is under which, the shapes as N-Triples."""

    by_subject: Index
    turned: Index
    vocabulary: Sequence[bytes]
    shapes: bytes


class Looked:
    """What was seen in all data of a project with a *base*.

    *focus_nodes* is how many focus nodes each shape has, *suspects* are those that may not conform; *asked* are the nodes that queries of
    shapes found, by the shape's number, once they were asked. *undescribed* are IRIs that are used and that no file describes,
    *withdrawn* those that no longer are anything.
    """

    def __init__(self, base: str, told: str = "{}") -> None:
        said = json.loads(told)
        self.numbers = Numbers(base)
        self.focus_nodes: Counter[str] = Counter()
        self.suspects: list[tuple[str, str]] = []
        self.undescribed: list[str] = []
        self.withdrawn: list[str] = []
        self.asked: list[tuple[int, str]] | None = None
        if said:
            self.add(told)
            self.asked = None if said["asked"] is None else [(number, node) for number, node in said["asked"]]

    def add(self, told: str) -> None:
        """Add what was seen of another share, as JSON."""
        said = json.loads(told)
        self.focus_nodes.update(said["focus_nodes"])
        self.suspects += [(shape, node) for shape, node in said["suspects"]]
        self.undescribed += said["undescribed"]
        self.withdrawn += said["withdrawn"]
        self.numbers.add(said["numbers"])

    def told(self) -> str:
        """Return all of it as JSON."""
        names = ("focus_nodes", "suspects", "undescribed", "withdrawn", "asked")
        return json.dumps({name: getattr(self, name) for name in names} | {"numbers": self.numbers.told()})


def tasks(frame: Project, shares: Shares) -> Iterator[partial[Iterator[bytes]]]:
    """Yield a computation for each share of the lines by subject, then for each of the turned ones: one that says what it saw, as JSON."""
    for index, compute in ((shares.by_subject, _subjects), (shares.turned, _values)):
        size = max(_SHARE, index.size // (_ROUNDS * WORKERS) + 1)
        yield from (partial(compute, frame, shares, ends) for ends in index.shares(size))


def vocabulary(by_subject: Index) -> list[bytes]:
    """Return the lines that say which class is under which, without tags."""
    return [line for piece in by_subject.pieces(_PIECE) for line in of_all(with_predicates(piece, _SUBCLASS)).splitlines()]


def vocabulary_again(before: Iterable[bytes], changed: Iterable[bytes], by_subject: Index) -> list[bytes]:
    """Return what `vocabulary` returns, from what it returned *before* the tagged lines *changed* that are in *by_subject* or were."""
    touched = {*of_all(with_predicates(b"".join(changed), _SUBCLASS)).splitlines()}
    return sorted({*before} - touched | {line for line in touched if by_subject.matching(line + b"\t")})


def _subjects(frame: Project, shares: Shares, ends: tuple[int, int], _note: Note) -> Iterator[bytes]:
    look = _look(shares)
    numbers = Numbers(frame.base)
    withdrawn = []
    for piece in shares.by_subject.pieces(_PIECE, *ends):
        for subject, group in groups(piece):
            said = about(group)
            look.subject(subject, said)
            numbers.subject(subject, group)
            if is_withdrawn(said):
                withdrawn.append(subject)
    if not ends[0]:
        look.named()
    yield _told(look, numbers, withdrawn=withdrawn)


def _values(frame: Project, shares: Shares, ends: tuple[int, int], _note: Note) -> Iterator[bytes]:
    look = _look(shares)
    numbers = Numbers(frame.base)
    is_wanted = undescribed(frame, shares.by_subject)
    wanted = []
    for piece in shares.turned.pieces(_PIECE, *ends):
        for value, group in groups(piece):
            predicates = {fields[1] for fields in group}
            look.value(value, predicates)
            numbers.value(value, group)
            if is_wanted(value, predicates):
                wanted.append(value)
    yield _told(look, numbers, wanted=wanted)


def undescribed(frame: Project, by_subject: Index) -> Callable[[bytes, Collection[bytes]], bool]:
    """Return what says of an IRI whether it is used, with some predicates, as one of the project's own, and no file describes it (`publish.lint`)."""
    is_used = is_used_undescribed(frame)

    def is_wanted(value: bytes, predicates: Collection[bytes]) -> bool:
        return is_used(value, predicates) and not states(by_subject, value)

    return is_wanted


def is_used_undescribed(frame: Project) -> Callable[[bytes, Collection[bytes]], bool]:
    """Return what says the same of an IRI where nothing is known of the data: whether no other file describes it."""
    described = {b"<" + iri.encode() for iri in frame.described}
    base = b"<" + frame.base.encode()
    own = tuple(b"<" + iri.encode() for iri in frame.prefixes.values() if iri.startswith(frame.base) and iri != frame.base)

    def is_used(value: bytes, predicates: Collection[bytes]) -> bool:
        is_own = value.startswith(base) and bool(predicates) and (value.startswith(own) or _TYPE in predicates)
        return is_own and value not in described

    return is_used


def is_withdrawn(said: About) -> bool:
    """Whether what is *said* of a node makes it a tombstone (`publish.model.tombstones`)."""
    return _DEPRECATED in said and _TYPE not in said and any(value.startswith(_TRUE) for value in said[_DEPRECATED])


def states(by_subject: Index, node: bytes) -> bool:
    """Whether a file of data says anything of *node*."""
    return any(line.endswith(b"\t" + STATED) for line in by_subject.matching(node + b"\t").splitlines())


def _look(shares: Shares) -> Look:
    return Look(Screen(shares.shapes, shares.vocabulary), OnDisk(shares.by_subject, shares.turned))


def _told(look: Look, numbers: Numbers, withdrawn: Sequence[bytes] = (), wanted: Sequence[bytes] = ()) -> bytes:
    said = {
        "focus_nodes": look.seen.focus_nodes,
        "suspects": [(shape, node.decode()) for shape, node in look.seen.suspects],
        "undescribed": [value[1:].decode() for value in wanted],
        "withdrawn": [subject[1:].decode() for subject in withdrawn],
        "numbers": numbers.told(),
    }
    return json.dumps(said).encode()
