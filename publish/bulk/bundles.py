"""Split resources into bundles by what their paths begin with, so that a rule about prefixes leads from each to its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST = 500
"""How many resources a bundle has, unless they can't be told apart."""
_OPAQUE = re.compile("[%?#]")
"""Where the part of a path begins that a host decodes, or never sees: no prefix goes beyond."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All resources whose paths begin with one of *prefixes*, which are equally long, and with no longer one of another bundle: how many."""

    prefixes: tuple[str, ...]
    count: int


@dataclass(slots=True)
class _Node:
    """Paths that have their first *depth* characters in common: one of them, how many, how many have no more, the shortest prefix that they may have.

    *below* are the bundles of what is below, and *last* the one to which more may be added, should the node not be one bundle itself.
    """

    path: str
    depth: int
    count: int = 0
    ending: int = 0
    least: int = 1
    below: list[Bundle] = field(default_factory=list)
    last: Bundle | None = None

    def parts(self) -> list[Bundle]:
        """Return the bundles of what is below and of what ends here."""
        ending = [Bundle((self.path[: self.depth],), self.ending)] * bool(self.ending)
        return [*self.below, *([self.last] if self.last else []), *ending]

    def add(self, prefix: str, count: int, most: int) -> None:
        """Add what is below with a *prefix* of its own: to the last bundle, as long as that has room."""
        if self.last and len(self.last.prefixes[0]) == len(prefix) and self.last.count + count <= most:
            self.last = Bundle((*self.last.prefixes, prefix), self.last.count + count)
        else:
            self.below += [self.last] if self.last else []
            self.last = Bundle((prefix,), count)


def visible(path: str) -> str:
    """Return the part of *path* (of an IRI, under the base) by which it is put into a bundle."""
    return _OPAQUE.split(path, maxsplit=1)[0]


def split(paths: Iterable[str], most: int = MOST) -> Iterator[Bundle]:
    """Yield the bundles of *paths*, which are sorted, each once: of *most* resources, or fewer; their order is none.

    A prefix has all of the first folder's name, so that what is in no folder of the data is in no bundle. Bundles are yielded as soon as they are
    certain: what is in memory does not grow with the data.
    """
    nodes = [_Node("", 0)]
    last = ""
    for path in filter(None, map(visible, paths)):
        depth = _in_common(last, path)
        yield from _closed(nodes, depth, most)
        if depth < len(path):
            nodes.append(_Node(path, len(path), 0, 0, path.find("/") + 1 or 1))
        nodes[-1].count += 1
        nodes[-1].ending += 1
        last = path
    yield from _closed(nodes, 0, most)
    yield from nodes[0].parts()


def _in_common(one: str, other: str) -> int:
    """How many characters both begin with: sorted paths differ near their ends."""
    most = min(len(one), len(other))
    step = 1
    least = most
    while one[:least] != other[:least]:
        most, least, step = least - 1, max(0, least - step), step * 2
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[least:middle] == other[least:middle] else (least, middle - 1)
    return least


def _closed(nodes: list[_Node], depth: int, most: int) -> Iterator[Bundle]:
    """Close all *nodes* that go deeper than *depth*, so that the last one is that deep, and yield the bundles that are certain."""
    while nodes[-1].depth > depth:
        node = nodes.pop()
        if nodes[-1].depth < depth < node.depth:
            nodes.append(_Node(node.path, depth))
        parent = nodes[-1]
        length = max(parent.depth + 1, node.least)
        if node.count <= most and length <= node.depth:
            parent.add(node.path[:length], node.count, most)
        else:
            parent.below += node.parts()
        parent.count += node.count
        parent.least = max(parent.least, node.least)
        if parent.count > most:
            yield from parent.below
            parent.below = []
