"""What each shape of a project can see, told to people: worked out in a child process, for shapes may come from a stranger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.confined import Note, Stopped, confined, limits_for
from publish.errors import CheckFailed
from publish.model import Project
from publish.texts import text
from publish.turtle import Namespaces


def reach_of_shapes(project: Project, language: str) -> list[str]:
    """Return lines that tell what each shape with a target can see beside its focus nodes, in the order of their IRIs.

    Raises `CheckFailed` where that can't be worked out within limits.
    """
    from publish.reach.reach import reaches  # noqa: PLC0415  # takes long to start, and nothing else in `check` needs it
    from publish.reach.ways import ways  # noqa: PLC0415
    from publish.shapes.loading import prepare  # noqa: PLC0415

    shapes = pyoxigraph.serialize(project.shapes_graph, format=RdfFormat.N_TRIPLES) or b""
    shown = Namespaces(project.prefixes).shortened

    def compute(_note: Note) -> Iterator[bytes]:
        for name, reach in sorted(reaches(shapes).items()):
            paths = ways(reach.trails, shown)
            if paths or reach.unbounded:
                yield json.dumps([name, paths, [(one.reason, shown(one.part)) for one in reach.unbounded]]).encode()

    prepare()
    try:
        pieces = confined(compute, limits_for(0))
    except Stopped as stopped:
        raise CheckFailed("check-failed", words=stopped.reason) from stopped
    return [line for name, paths, more in map(json.loads, pieces) for line in _told(shown(f"<{name}>"), paths, more, language)]


def _told(shape: str, paths: Iterable[str], more: Sequence[tuple[str, str]], language: str) -> Iterator[str]:
    """What a *shape* can see: *paths* from a focus node; and why it sees *more*: a word and a part of a query (`publish.reach.reach.Unbounded`)."""
    yield text(language, "said.reach-none" if more else "said.reach", shape=shape)
    yield from (f"  {path}" for path in paths)
    yield from (f"  {text(language, f'said.reach-{reason}', part=part)}" for reason, part in more)
