"""Shapes as pySHACL loads them: those that are sound, planned, and without the constraint components that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyoxigraph
import rdflib
from pyoxigraph import RdfFormat
from pyshacl.constraints.constraint_component import CustomConstraintComponentFactory
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF
from rdflib.namespace import SH

from publish.shapes.components import install
from publish.shapes.data import Data
from publish.shapes.faults import Fault, left_out, without
from publish.shapes.plan import plan, targets
from publish.shapes.structure import Net
from publish.shapes.terms import as_oxigraph, read_graph, tame


def prepare() -> None:
    """Make this process ready: what pySHACL and rdflib would import when it is needed has to be there before everything is closed."""
    tame()
    install()
    Data(b"")  # rdflib finds its stores when the first graph is made
    read_graph(b"")


def sound(net: Net, found: list[Fault]) -> rdflib.Graph:
    """Return the shapes graph *net* without what has one of the faults *found*."""
    return read_graph(pyoxigraph.serialize(without(net, left_out(net, found)), format=RdfFormat.N_TRIPLES) or b"")


def loaded(shapes: rdflib.Graph) -> ShapesGraph:
    """Return *shapes*, planned, as pySHACL has them. Raises its `ReportableRuntimeError`, or `ValueError`, where it makes no shapes of them."""
    planned = ShapesGraph(plan(shapes))
    list(planned.shapes)
    return planned


def leave_out_broken_components(planned: ShapesGraph, net: Net) -> Iterator[Mapping[str, str]]:
    """Take the constraint components of somebody's own that can't be used out of *planned*, and yield each as a failure.

    They would fail every shape: pySHACL makes all of them for each shape.
    """
    for node in sorted(planned.graph.subjects(RDF.type, SH.ConstraintComponent), key=str):
        try:
            CustomConstraintComponentFactory(planned, node)
        except MemoryError:
            raise
        except Exception as error:  # whatever it is, it is no pass
            planned.graph.remove((node, RDF.type, SH.ConstraintComponent))
            yield {"shape": net.name(as_oxigraph(node)), "rule": "shape-failed", "words": first_line(error)}


def in_order(planned: ShapesGraph) -> list[Shape]:
    """Return the shapes in a fixed order."""
    return sorted(planned.shapes, key=lambda shape: str(shape.node))


def is_targeted(shape: Shape, shapes: rdflib.Graph) -> bool:
    """Say whether *shape* has a target in *shapes*, as they were before they were planned."""
    return any(targets(shapes, shape.node)) or bool(shape.implicit_class_targets())  # type: ignore[no-untyped-call]  # pySHACL gives it no types


def first_line(error: Exception) -> str:
    """Return the first line of what *error* says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
