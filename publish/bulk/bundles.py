"""Split resources into bundles by what their paths begin with, so that a rule about prefixes leads from each to its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from os.path import commonprefix

MOST = 500
"""How many resources a bundle has, unless they can't be told apart."""
_OPAQUE = re.compile("[%?#]")
"""Where the part of a path begins that a host decodes, or never sees: no prefix goes beyond."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All resources whose paths begin with *prefix* and with no longer one of another bundle: how many."""

    prefix: str
    count: int


@dataclass(slots=True)
class _Node:
    """What is known of the paths that begin with *prefix*: how many, how many have nothing more, the bundles below it, the shortest prefix they may have."""

    prefix: str
    count: int = 0
    ending: int = 0
    below: list[Bundle] = field(default_factory=list)
    least: int = 1


def visible(path: str) -> str:
    """Return the part of *path* (of an IRI, under the base) by which it is put into a bundle."""
    return _OPAQUE.split(path, maxsplit=1)[0]


def split(paths: Iterable[str], most: int = MOST) -> Iterator[Bundle]:
    """Yield the bundles of *paths*, which are sorted, each once: of *most* resources, or fewer.

    A prefix has all of the first folder's name, so that what is in no folder of the data is in no bundle. In memory are no more than
    *most* of the bundles.
    """
    open_nodes = [_Node("")]
    for path in map(visible, paths):
        if not path:
            continue
        yield from _closed(open_nodes, commonprefix([path, open_nodes[-1].prefix]), most)
        open_nodes += [_Node(path[:length]) for length in range(len(open_nodes[-1].prefix) + 1, len(path) + 1)]
        least = path.find("/") + 1 or 1
        open_nodes[-1].ending += 1
        for node in open_nodes:
            node.count += 1
            node.least = max(node.least, least)
            if node.count > most:
                yield from node.below
                node.below = []
    yield from _closed(open_nodes, None, most)


def _closed(nodes: list[_Node], start: str | None, most: int) -> Iterator[Bundle]:
    """Close all *nodes* that are no beginning of *start*, and yield the bundles that are certain."""
    while nodes and (start is None or not start.startswith(nodes[-1].prefix)):
        node = nodes.pop()
        if node.count <= most and len(node.prefix) >= node.least:
            bundles = [Bundle(node.prefix, node.count)]
        else:
            bundles = [*node.below, *[Bundle(node.prefix, node.ending)] * bool(node.ending)]
        if not nodes or nodes[-1].count > most:
            yield from bundles
        else:
            nodes[-1].below += bundles
