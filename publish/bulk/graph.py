"""Sorted lines on disk as a graph that can be looked up from both ends (`publish.reach.graph`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from publish.bulk.index import Index
from publish.bulk.lines import Fields
from publish.reach.graph import About

_REMEMBERED = 65536
"""How many answers are kept of each kind."""


class OnDisk:
    """The triples of tagged lines, *by_subject* and *turned*, in whatever graphs they are."""

    def __init__(self, by_subject: Index, turned: Index) -> None:
        self._by_subject, self._turned = by_subject, turned
        self.about = lru_cache(_REMEMBERED)(self._about)
        self.pointing = lru_cache(_REMEMBERED)(self._pointing)

    def predicates_of(self, node: bytes) -> set[bytes]:
        """Return the predicates of the triples whose value is *node*."""
        return {line.split(b"\t")[1] for line in self._turned.matching(node + b"\t").splitlines()}

    def _about(self, node: bytes) -> About:
        """Return what is said of *node*."""
        return about(line.split(b"\t") for line in self._by_subject.matching(node + b"\t").splitlines())

    def _pointing(self, node: bytes, predicate: bytes) -> Sequence[bytes]:
        """Return the subjects of the triples with *predicate* whose value is *node*."""
        lines = self._turned.matching(b"%b\t%b\t" % (node, predicate)).splitlines()
        return list(dict.fromkeys(line.split(b"\t")[2] for line in lines))


def about(lines: Iterable[Fields]) -> About:
    """Return what the *lines* of one subject say of it."""
    said: dict[bytes, list[bytes]] = {}
    for _subject, predicate, value, _tag in lines:
        values = said.setdefault(predicate, [])
        if not values or values[-1] != value:  # the same triple can stand in two graphs
            values.append(value)
    return said
