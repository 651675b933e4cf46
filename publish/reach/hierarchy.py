"""Which classes are below which, as the data says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from publish.reach.terms import SUBCLASS
from publish.shapes.structure import circles, heights

_DEEPEST = 200
"""How many classes may stand above one another: pySHACL follows them by functions that call themselves, and fails at some more."""


class Hierarchy:
    """The classes below each class, by the triples with rdfs:subClassOf among *lines*."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._below: dict[bytes, list[bytes]] = {}
        for line in lines:
            subject, predicate, value = line.removesuffix(b"\n").split(b"\t")
            if predicate == SUBCLASS:
                self._below.setdefault(value, []).append(subject)
        self.is_deep = _height(self._below) > _DEEPEST
        """Whether pySHACL might fail at it."""

    def below(self, kind: bytes) -> frozenset[bytes]:
        """Return *kind* and the classes below it."""
        found, waiting = {kind}, [kind]
        while waiting:
            new = [below for below in self._below.get(waiting.pop(), ()) if below not in found]
            found.update(new)
            waiting += new
        return frozenset(found)


def _height(below: Mapping[bytes, Sequence[bytes]]) -> int:
    """At least the most classes above one another; those in a circle count all."""
    if len(below) < _DEEPEST:
        return len(below)
    around = {kind: min(circle) for circle in circles(below) for kind in circle}
    sizes: dict[bytes, int] = {}
    for kind in around.values():
        sizes[kind] = sizes.get(kind, 0) + 1
    edges: dict[bytes, list[bytes]] = {}
    for kind, others in below.items():
        name = around.get(kind, kind)
        edges.setdefault(name, []).extend(other for other in (around.get(other, other) for other in others) if other != name)
    return max(heights(edges, lambda kind: sizes.get(kind, 1)).values(), default=0)
