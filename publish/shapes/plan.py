"""An equivalent shapes graph that pySHACL works through in fewer steps, as the W3C test suite and every case of the shapes show."""

from __future__ import annotations

from collections.abc import Iterator

import rdflib
from rdflib import RDF, RDFS
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

from publish.shapes.terms import empty_graph

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_NO_HOLDER = (SH.deactivated, SH.path)
_NOT_VALIDATING = {SH.name, SH.description, SH.order, SH.group, SH.defaultValue, SH.message, RDFS.label, RDFS.comment}  # SHACL, section 2.3.2
_MARK = "\x1f"


def plan(shapes: rdflib.Graph) -> rdflib.Graph:
    """Return a shapes graph with the same results as *shapes*, without what does not validate and in fewer steps.

    pySHACL validates a property shape once for each focus node of the node shape that it belongs to. Where the node
    shapes of a property shape are used through their targets alone, the property shape gets those targets itself, and
    pySHACL validates all its focus nodes at once.
    """
    graph = empty_graph()
    typed = {*shapes.subjects(SH.path), *shapes.subjects(RDF.type, SH.NodeShape)}
    holders = {shape for shape in typed if _is_holder(shapes, shape)}
    freed = {prop for shape in holders for prop in shapes.objects(shape, SH.property) if _is_free(shapes, prop, holders)}
    for subject, predicate, value in shapes:
        if predicate == SH.property and value in freed:
            for target in targets(shapes, subject):
                graph.add((value, *target))
        elif predicate not in _NOT_VALIDATING or subject not in typed:
            graph.add((subject, predicate, _marked(value) if predicate == SH.message else value))
    for shape in holders.intersection(shapes.subjects(SH.closed)):
        _let_through(graph, shape, [path for prop in shapes.objects(shape, SH.property) if prop in freed for path in shapes.objects(prop, SH.path)])
    return graph


def _marked(message: Node) -> Node:
    """A message with its language in its text: pySHACL forgets the language when it fills in the values."""
    return rdflib.Literal(f"{message.language}{_MARK}{message}") if isinstance(message, rdflib.Literal) and message.language else message


def told(message: Node) -> tuple[str, str]:
    """Return the language and the text of a message, of the planned graph or not; English where it names none."""
    language, mark, text = str(message).partition(_MARK)
    if mark:
        return language, text
    return (message.language or "en") if isinstance(message, rdflib.Literal) else "en", str(message)


def _is_holder(shapes: rdflib.Graph, shape: Node) -> bool:
    """A node shape that is used through its targets alone, and needs nothing of its property shapes but their results."""
    if (None, None, shape) in shapes or any((shape, word, None) in shapes for word in _NO_HOLDER):
        return False
    siblings = ((prop, SH.qualifiedValueShapesDisjoint, None) in shapes for prop in shapes.objects(shape, SH.property))
    return any(targets(shapes, shape)) and not any(siblings)


def _is_free(shapes: rdflib.Graph, prop: Node, holders: set[Node]) -> bool:
    """A property shape that only such node shapes use."""
    uses = shapes.subject_predicates(prop)
    return (
        (prop, SH.path, None) in shapes
        and not any(targets(shapes, prop))
        and all(predicate == SH.property and subject in holders for subject, predicate in uses)
    )


def _let_through(graph: rdflib.Graph, shape: Node, paths: list[Node]) -> None:
    """Name *paths* in a closed shape: it closes over the paths of its property shapes, which it no longer has."""
    ignored = graph.value(shape, SH.ignoredProperties)
    graph.remove((shape, SH.ignoredProperties, None))
    members = Collection(graph, rdflib.BNode(), [*(graph.items(ignored) if ignored else ()), *paths])
    graph.add((shape, SH.ignoredProperties, members.uri))


def targets(shapes: rdflib.Graph, shape: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the targets of *shape*, each as its word and what it selects."""
    yield from ((target, value) for target in _TARGETS for value in shapes.objects(shape, target))
    if (shape, RDF.type, RDFS.Class) in shapes:
        yield SH.targetClass, shape
