"""Makes trails: place by place, path by path."""

from __future__ import annotations

from collections import defaultdict

from publish.reach.paths import Chain, Choice, Path, Repeated, Step
from publish.reach.trails import ANY, END, Edge, Trails


class Weaver:
    """Trails in the making."""

    def __init__(self) -> None:
        self._edges: dict[int, dict[Edge, None]] = defaultdict(dict)
        self._same: dict[int, set[int]] = defaultdict(set)
        self._fixed: dict[bytes, int] = {}
        self._count = END + 1

    def place(self) -> int:
        """Return a new place."""
        self._count += 1
        return self._count - 1

    def fixed(self, term: bytes) -> int:
        """Return the place where a term stands whatever the focus node is."""
        if term not in self._fixed:
            self._fixed[term] = self.place()
        return self._fixed[term]

    def join(self, place: int, other: int) -> None:
        """Let all that is seen from *other* be seen from *place* too."""
        self._same[place].add(other)

    def see(self, place: int, predicate: bytes) -> None:
        """Let the triples with *predicate* be seen of which a node in *place* is the subject."""
        self._edges[place][Edge(predicate, is_inverse=False, to=END)] = None

    def see_all(self, place: int) -> None:
        """Let all triples be seen of which a node in *place* is the subject."""
        self.see(place, ANY)

    def follow(self, path: Path, place: int) -> int:
        """Return the place to which *path* leads from *place*."""
        if isinstance(path, Step):
            end = self.place()
            self._edges[place][Edge(path.predicate, path.is_inverse, end, path.in_query)] = None
            return end
        if isinstance(path, Chain):
            for part in path.parts:
                place = self.follow(part, place)
            return place
        end = self.place()
        if isinstance(path, Choice):
            for part in path.parts:
                self.join(self.follow(part, place), end)
        else:
            self._repeat(path, place, end)
        return end

    def _repeat(self, path: Repeated, place: int, end: int) -> None:
        start = self.place()
        self.join(place, start)
        once = self.follow(path.part, start)
        self.join(once, end)
        if path.is_endless:
            self.join(once, start)
        if path.is_optional:
            self.join(place, end)

    def woven(self) -> Trails:
        """Return the trails."""
        places = [[edge for same in sorted(self._around(place)) for edge in self._edges.get(same, ())] for place in range(self._count)]
        return Trails(tuple(tuple(dict.fromkeys(edges)) for edges in places), tuple((place, term) for term, place in self._fixed.items()))

    def _around(self, place: int) -> set[int]:
        found, waiting = {place}, [place]
        while waiting:
            new = self._same.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found
