"""The graphs of a release as they go into a triple store: those of its dump in N-Quads, under whatever base they have there.

They are what is stated and what is derived, the data that the site's own endpoint answers from, so that a query has one
answer everywhere. What the terms mean, the shapes and the queries are files beside it: in a store whose default graph is all
graphs together they would be among the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple

from publish.earlier import open_site
from publish.errors import BadBase, Mistake
from publish.gzipped import standing_in_parts, unpacked
from publish.intake.streamed import parse_stream
from publish.lines import Desk, Lines, has_blank_node, line_of
from publish.model import DATA_GRAPHS, DUMP

_ABSOLUTE = re.compile(r"https?://[^\s/?#]+/(?:[^\s?#]*/)?")


class BadRelease(Mistake):
    """A site that has no data to be put into a store, or data that bynet did not write."""


@dataclass(frozen=True, slots=True)
class Release:
    """The graphs of a release: the base of their names in a store, and the triples of each by its name."""

    base: str
    graphs: tuple[tuple[str, Lines], ...]


def read_release(site: str, base: str | None, desk: Desk) -> Release:
    """Return the graphs of the *site*, a folder or an address, under *base*, where that is not the data's own.

    Raises `BadBase` where *base* cannot be one, `BadRelease` and `BadSite` where the site has no such data.
    """
    if base is not None:
        _check(base)
    place = open_site(site)
    if place is None:
        raise BadRelease("push-no-site", place=site)
    dump = _Dump(site, tuple((path, place.read(path)) for path in standing_in_parts(DUMP, place.manifest)))
    own = dump.base()
    graphs = tuple((name, desk.sort(dump.lines(NamedNode(own + name)))) for name in DATA_GRAPHS)
    return Release(base or own, graphs)


def _check(base: str) -> None:
    try:
        is_base = _ABSOLUTE.fullmatch(NamedNode(base).value)
    except ValueError:
        is_base = None
    if not is_base:
        raise BadBase("bad-base", base=base)


@dataclass(frozen=True, slots=True)
class _Dump:
    """The dump of a site in N-Quads: where the site is, the path of each part of the dump there, and its content, which may be compressed."""

    site: str
    parts: tuple[tuple[str, bytes], ...]

    def base(self) -> str:
        """Return the base of the graphs' names, which is the same for all. Raises `BadRelease`."""
        names = {quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else "" for _path, quad in self._quads()}
        bases = {name.removesuffix(end) for name in names for end in DATA_GRAPHS if name.endswith(end)}
        if len(bases) != 1 or not names <= {base + name for base in bases for name in DATA_GRAPHS}:
            raise self._bad("push-no-graphs", self.parts[0][0])
        return bases.pop()

    def lines(self, graph: NamedNode) -> Iterator[bytes]:
        """Yield the triples of *graph* as lines. Raises `BadRelease`."""
        for path, quad in self._quads():
            if quad.graph_name == graph:
                if isinstance(quad.object, Triple):
                    raise self._bad("push-no-graphs", path)  # a term that bynet never publishes
                if has_blank_node(quad.triple):
                    raise self._bad("push-blank-node", path)
                yield line_of(quad.triple)

    def _quads(self) -> Iterator[tuple[str, Quad]]:
        """Yield what stands in each part, with its path."""
        for path, content in self.parts:
            try:
                yield from ((path, quad) for quad in parse_stream(unpacked(content, path), RdfFormat.N_QUADS))
            except (SyntaxError, ValueError) as error:
                raise self._bad("push-no-graphs", path) from error

    def _bad(self, name: str, path: str) -> BadRelease:
        return BadRelease(name, place=self.site, file=path)
