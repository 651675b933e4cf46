"""The shapes that the judge will ask (`publish.shapes.judgement`), by the same names, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat
from pyshacl.errors import ReportableRuntimeError

from publish.reach.constraints import Shape
from publish.reach.targets import Target, target_of
from publish.shapes.faults import faults
from publish.shapes.loading import in_order, is_targeted, leave_out_broken_components, loaded, sound
from publish.shapes.results import plain
from publish.shapes.structure import Net


@dataclass(frozen=True, slots=True)
class Named:
    """A shape with a target: as pySHACL loads it, by the name that answers give it. It *is_counted* where answers tell its focus nodes."""

    name: str
    shape: Shape
    target: Target
    is_counted: bool


def shapes_of(shapes: bytes) -> Sequence[Named]:
    """Return the shapes in *shapes*, N-Triples, that the judge will ask: none where pySHACL makes no shapes of them."""
    net = Net(quad.triple for quad in pyoxigraph.parse(shapes, format=RdfFormat.N_TRIPLES))
    graph = sound(net, faults(net, lambda _words: None))
    try:
        planned = loaded(graph)
    except (ReportableRuntimeError, ValueError):
        return []
    list(leave_out_broken_components(planned, net))
    named = (Named(plain(shape.node), shape, target_of(shape), is_targeted(shape, graph)) for shape in in_order(planned))
    return [one for one in named if one.target]
