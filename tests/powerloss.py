"""What a disk may hold after the power went, at any moment of a publisher: its system calls are replayed, and what was not synced is lost in many ways.

The file system is the least that POSIX promises (as in "All File Systems Are Not Created Equal", OSDI 2014, which calls its tool ALICE):

- What a call did is on the disk for certain once a later sync of it has returned, and at any time before that perhaps.
- fsync of a file makes its content and its mode certain, not its name. fsync of a folder makes the names in it certain. syncfs and sync make
  everything certain that was done before.
- What is not certain reaches the disk in any order, each part or not: the content of a file, half of it, its mode, a name that came or went.
- One rename, or exchange of two names, is one change: all of it is on the disk, or nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path

from aftermath import PROOF
from publisher import PUBLISHED
from tracing import WRITING, Call

FOLDER, FILE = "folder", "file"
_EXCHANGE = "RENAME_EXCHANGE"
_RANDOM = 10
_MANY = 100
_HALF = 0.5


@dataclass(slots=True)
class Node:
    """A file or a folder as a disk holds it."""

    kind: str
    content: bytes = b""
    mode: int = 0
    names: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """Content that was written into the file *node*, from *start* on."""

    node: int
    start: int
    content: bytes

    def apply(self, nodes: dict[int, Node]) -> None:
        old = nodes[self.node].content.ljust(self.start, b"\0")
        nodes[self.node].content = old[: self.start] + self.content + old[self.start + len(self.content) :]


@dataclass(frozen=True, slots=True)
class Moded:
    """A mode that *node* was given."""

    node: int
    mode: int

    def apply(self, nodes: dict[int, Node]) -> None:
        nodes[self.node].mode = self.mode


@dataclass(frozen=True, slots=True)
class Named:
    """Names that came, went (none) or changed, in one step: the folder, the name, what it names from now on."""

    names: tuple[tuple[int, str, int | None], ...]

    def apply(self, nodes: dict[int, Node]) -> None:
        for folder, name, node in self.names:
            if node is None:
                nodes[folder].names.pop(name, None)
            else:
                nodes[folder].names[name] = node


Change = Written | Moded | Named


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a publisher: the changes so far, by number, those of them that are certain, and how often it has said that it is done."""

    count: int
    certain: frozenset[int]
    said: int


class Disk:
    """A folder as it was, and what was done to it since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start: dict[int, Node] = {}
        self.changes: list[Change] = []
        self.moments = [Moment(0, frozenset(), 0)]
        self._take(folder)
        self._now = {number: Node(node.kind, node.content, node.mode, dict(node.names)) for number, node in self.start.items()}

    def _take(self, path: Path) -> int:
        number = len(self.start)
        node = self.start[number] = Node(FOLDER if path.is_dir() else FILE, mode=path.stat().st_mode & 0o777)
        if path.is_dir():
            node.names = {inner.name: self._take(inner) for inner in sorted(path.iterdir())}
        else:
            node.content = path.read_bytes()
        return number

    def state(self) -> State:
        """Return what it held at the beginning."""
        return State(self.start, 0)

    def replay(self, calls: Iterable[Call]) -> Disk:
        """Take in what *calls* did, one moment after the other; return this."""
        for call in calls:
            if call.name in WRITING and any(isinstance(part, bytes) and part.startswith(PUBLISHED.encode()) for part in call.arguments):
                self._moment((), said=1)
            elif call.succeeded and call.changes(self.folder):
                _CALLS[call.name](self, call)
        return self

    def from_now_on(self) -> Disk:
        """Look only at what is on the disk from now on, not at what was there meanwhile; return this."""
        del self.moments[:-1]
        return self

    def where_it_matters(self) -> Disk:
        """Look only at the moments around those when something became certain or was said; return this."""
        turns = {place for place, (one, other) in enumerate(pairwise(self.moments)) if (one.certain, one.said) != (other.certain, other.said)}
        self.moments = [moment for place, moment in enumerate(self.moments) if turns & {place - 2, place - 1, place, place + 1}]
        return self

    def _moment(self, changes: Sequence[Change], certain: Iterable[int] = (), said: int = 0) -> None:
        for change in changes:
            change.apply(self._now)
        self.changes += changes
        last = self.moments[-1]
        self.moments.append(Moment(len(self.changes), last.certain.union(certain), last.said + said))

    def _find(self, path: Path) -> int:
        """The node at *path*, as it is now."""
        node = 0
        for name in path.relative_to(self.folder).parts:
            node = self._now[node].names[name]
        return node

    def _new(self, kind: str) -> int:
        number = len(self._now)
        self.start[number], self._now[number] = Node(kind), Node(kind)
        return number

    def open(self, call: Call) -> None:
        (path,) = call.paths
        around = self._find(path.parent)
        if path.name not in self._now[around].names:
            node = self._new(FILE)
            self._moment([Named(((around, path.name, node),)), Moded(node, int(str(call.arguments[-1]), 8) & ~0o022)])
        elif any("O_TRUNC" in str(argument) for argument in call.arguments):
            raise NotImplementedError(call)

    def make_folder(self, call: Call) -> None:
        (path,) = call.paths
        node = self._new(FOLDER)
        self._moment([Named(((self._find(path.parent), path.name, node),)), Moded(node, int(str(call.arguments[-1]), 8) & ~0o022)])

    def write(self, call: Call) -> None:
        node = self._find(call.paths[0])
        content = next(part for part in call.arguments if isinstance(part, bytes))
        start = int(str(call.arguments[-1])) if call.name == "pwrite64" else len(self._now[node].content)
        self._moment([Written(node, start, content)])

    def mode(self, call: Call) -> None:
        mode = next(int(str(part), 8) for part in call.arguments[1:] if isinstance(part, str) and part.isdigit())
        self._moment([Moded(self._find(call.paths[0]), mode)])

    def rename(self, call: Call) -> None:
        one, other = call.paths
        here, there = ((self._find(path.parent), path.name) for path in (one, other))
        replaced = self._find(other) if any(_EXCHANGE in str(part) for part in call.arguments) else None
        self._moment([Named(((*there, self._find(one)), (*here, replaced)))])

    def remove(self, call: Call) -> None:
        (path,) = call.paths
        self._moment([Named(((self._find(path.parent), path.name, None),))])

    def sync(self, call: Call) -> None:
        self._moment([], range(len(self.changes)))

    def sync_one(self, call: Call) -> None:
        node = self._find(call.paths[0])
        self._moment([], [number for number, change in enumerate(self.changes) if _is_of(change, node)])

    def passed(self, call: Call) -> None:
        """What leaves nothing on a disk."""


_CALLS: dict[str, Callable[[Disk, Call], None]] = {
    **dict.fromkeys(("open", "openat"), Disk.open),
    **dict.fromkeys(("mkdir", "mkdirat"), Disk.make_folder),
    **dict.fromkeys(WRITING, Disk.write),
    **dict.fromkeys(("chmod", "fchmod", "fchmodat"), Disk.mode),
    **dict.fromkeys(("rename", "renameat", "renameat2"), Disk.rename),
    **dict.fromkeys(("unlink", "unlinkat", "rmdir"), Disk.remove),
    **dict.fromkeys(("sync", "syncfs"), Disk.sync),
    **dict.fromkeys(("fsync", "fdatasync"), Disk.sync_one),
    "flock": Disk.passed,
}


def _is_of(change: Change, node: int) -> bool:
    """Whether a sync of *node* makes *change* certain."""
    return any(folder == node for folder, _name, _named in change.names) if isinstance(change, Named) else change.node == node


Entry = tuple[bytes | None, int]
"""The content of a file (none: a folder), and its mode."""


@dataclass(frozen=True, slots=True)
class State:
    """What a disk holds after the power went, and how often it had been said that it is done."""

    nodes: dict[int, Node]
    said: int

    def held(self, path: str) -> dict[str, Entry]:
        """What stands at *path* and below, by path from there; nothing where there is nothing."""
        number = 0
        for name in filter(None, path.split("/")):
            if name not in self.nodes[number].names:
                return {}
            number = self.nodes[number].names[name]
        return dict(self._below("", number))

    def _below(self, path: str, number: int) -> Iterator[tuple[str, Entry]]:
        node = self.nodes[number]
        yield path, (node.content if node.kind == FILE else None, node.mode)
        for name, inner in node.names.items():
            yield from self._below(f"{path}/{name}" if path else name, inner)


def states(disk: Disk) -> Iterator[State]:
    """Yield what *disk* may hold after the power went, at each moment and after many a loss."""
    for moment in disk.moments:
        pending = [(number, disk.changes[number]) for number in range(moment.count) if number not in moment.certain]
        for lost, torn in dict.fromkeys(_losses(pending)):
            nodes = {number: Node(node.kind, node.content, node.mode, dict(node.names)) for number, node in disk.start.items()}
            for number, change in enumerate(disk.changes[: moment.count]):
                if number not in lost:
                    change.apply(nodes)
            if torn:
                torn.apply(nodes)
            yield State(nodes, moment.said)


def _losses(pending: Sequence[tuple[int, Change]]) -> Iterator[tuple[frozenset[int], Written | None]]:
    """Yield what is lost of what is not certain, and what one file has in its place.

    Nothing is lost, or all, one, all but one, what came before, by kind, by folder, by chance; in a proof also every two, and all but every two.
    """
    numbers = frozenset(number for number, _change in pending)
    yield frozenset(), None
    yield numbers, None
    for number, change in pending:
        yield frozenset({number}), None
        yield numbers - {number}, None
        yield frozenset(other for other in numbers if other < number), None
        if isinstance(change, Written):
            yield frozenset({number}), Written(change.node, change.start, change.content[: len(change.content) // 2])
            yield frozenset({number}), Written(change.node, change.start, bytes(len(change.content)))
    for kind in (Written, Moded, Named):
        of_kind = frozenset(number for number, change in pending if isinstance(change, kind))
        yield of_kind, None
        yield numbers - of_kind, None
    for folder in {named[0] for _number, change in pending if isinstance(change, Named) for named in change.names}:
        yield frozenset(number for number, change in pending if _is_of(change, folder)), None
    if PROOF and len(pending) < _MANY:
        yield from ((frozenset(pair), None) for pair in combinations(sorted(numbers), 2))
        yield from ((numbers.difference(pair), None) for pair in combinations(sorted(numbers), 2))
    chance = random.Random(len(pending))
    for _time in range(_RANDOM if pending else 0):
        yield frozenset(number for number in sorted(numbers) if chance.random() < _HALF), None


def lay_out(state: State, folder: Path) -> None:
    """Write *state* to *folder*, which is empty."""
    for path, (content, mode) in state.held("").items():
        place = folder / path
        if content is None:
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(content)
        place.chmod(mode)
