"""The constraints of a shape as pySHACL makes them of it, and the shapes that stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.core.logical_constraints import AndConstraintComponent, NotConstraintComponent, OrConstraintComponent, XoneConstraintComponent
from pyshacl.constraints.core.other_constraints import ClosedConstraintComponent
from pyshacl.constraints.core.shape_based_constraints import (
    NodeConstraintComponent,
    PropertyConstraintComponent,
    QualifiedValueShapeConstraintComponent,
)
from pyshacl.errors import ConstraintLoadWarning
from rdflib.namespace import SH
from rdflib.term import Node

from publish.shapes.components import COMPONENTS

Component = Any
"""A constraint component of pySHACL, of which it gives no types."""
Shape = Any
"""A shape of pySHACL, of which it gives no types."""

_MADE_BY: Mapping[Node, type] = {**CONSTRAINT_PARAMETERS_MAP, **{word: component for component in COMPONENTS for word in component.constraint_parameters()}}


class Unusable(Exception):
    """A constraint at which pySHACL raises an exception, or might."""


def constraints_of(shape: Shape) -> list[Component]:
    """Return the constraints of *shape*. Raises `Unusable` where one can't be made, and where one is by a component of somebody's own."""
    made = known_constraints(shape)
    if own_constraints(shape):
        raise Unusable
    return made


def known_constraints(shape: Shape) -> list[Component]:
    """Return the constraints of *shape* by the components of SHACL. Raises `Unusable` where one can't be made."""
    kinds = dict.fromkeys(_MADE_BY[word] for word, _value in shape.sg.predicate_objects(shape.node) if word in _MADE_BY)
    return [component for kind in kinds for component in _made(kind, shape)]


def own_constraints(shape: Shape) -> list[Component]:
    """Return the constraints of *shape* by components of somebody's own. Raises `Unusable` where one can't be made."""
    try:
        return [component.make_validator_for_shape(shape) for component in shape.find_custom_constraints()]
    except MemoryError:
        raise
    except Exception as error:
        raise Unusable from error


def members(component: Component) -> list[list[Shape]]:
    """Return the shapes in a constraint, by the lists in which they stand, if they do. Raises `Unusable` where one of them is none."""
    kind = type(component)
    if kind in _LISTS:
        lists = [list(component.shape.sg.graph.items(head)) for head in getattr(component, _LISTS[kind])]
        if not all(lists):
            raise Unusable
    elif kind in _SHAPES:
        lists = [[node] for node in getattr(component, _SHAPES[kind])]
    else:
        return []
    found = [[_shape(component.shape, node) for node in nodes] for nodes in lists]
    wanted = {PropertyConstraintComponent: True, ClosedConstraintComponent: True, NodeConstraintComponent: False}.get(kind)
    if wanted is not None and any(shape.is_property_shape is not wanted for shapes in found for shape in shapes):
        raise Unusable
    return found


def siblings(component: Component, own: Node) -> list[Shape]:
    """Return the shapes to which what conforms to *own* may not conform in a qualified constraint (SHACL, section 4.7.3)."""
    graph = component.shape.sg
    if not component.is_disjoint:
        return []
    around = {other for parent in graph.subjects(SH.property, component.shape.node) for other in graph.objects(parent, SH.property)}
    nodes = {shape for other in around for shape in graph.objects(other, SH.qualifiedValueShape)} - {own}
    return [shape for shape in (component.shape.get_other_shape(other) for other in nodes) if shape is not None]


def inner_shapes(component: Component) -> Iterator[Shape]:
    """Yield the shapes that a constraint asks about its values. Raises `Unusable` as `members` does."""
    if isinstance(component, ClosedConstraintComponent):
        return
    for shapes in members(component):
        yield from shapes
        if isinstance(component, QualifiedValueShapeConstraintComponent):
            yield from siblings(component, shapes[0].node)


def _made(kind: type, shape: Shape) -> Iterable[Component]:
    try:
        return [kind(shape)]
    except ConstraintLoadWarning:  # pySHACL passes over these
        return []
    except MemoryError:
        raise
    except Exception as error:
        raise Unusable from error


def _shape(shape: Shape, node: Node) -> Shape:
    found = shape.get_other_shape(node)
    if found is None:
        raise Unusable
    return found


_LISTS: Mapping[type, str] = {AndConstraintComponent: "and_list", OrConstraintComponent: "or_list", XoneConstraintComponent: "xone_nodes"}
_SHAPES: Mapping[type, str] = {
    NotConstraintComponent: "not_list",
    NodeConstraintComponent: "node_shapes",
    PropertyConstraintComponent: "property_shapes",
    ClosedConstraintComponent: "property_shapes",
    QualifiedValueShapeConstraintComponent: "value_shapes",
}
