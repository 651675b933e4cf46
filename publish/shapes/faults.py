"""What is wrong with shapes as such, so that no SHACL processor can judge by them: found before one is asked.

pySHACL raises an exception at some of it, passes over some, and never ends at the rest. A shape with a fault is left out, with
those that need it to be judged themselves; the others are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from publish.confined import Note
from publish.model import OWL, RDF, RDFS, REST, SHACL, TYPE, Object
from publish.shapes.structure import LISTS_OF_SHAPES, PATH, PATHS, PROPERTY, SHAPES, Cell, Inner, Net, circles, heights
from publish.shapes.texts import text_faults
from publish.shapes.values import fits, misfits

DEPTH = 30
"""How many shapes may stand in one another, and paths: more than anybody reads."""

_NODE_SHAPE, _PROPERTY_SHAPE = NamedNode(SHACL + "NodeShape"), NamedNode(SHACL + "PropertyShape")
_CLOSED = SHACL + "closed"
_FOR_PATHS = frozenset(SHACL + name for name in ("lessThan", "lessThanOrEquals", "maxCount", "minCount", "uniqueLang"))
"""What only a property shape says."""
_KNOWN_PREFIXES = {"rdf": RDF, "rdfs": RDFS, "owl": OWL}
"""What pySHACL declares in each query."""
_UPWARDS = (
    (SHAPES - {PROPERTY})
    | LISTS_OF_SHAPES
    | {REST.value, PATH, *PATHS}
    | {SHACL + name for name in ("declare", "ignoredProperties", "in", "languageIn", "parameter", "prefixes", "sparql")}
    | {SHACL + name for name in ("nodeValidator", "propertyValidator", "validator")}
)
"""The words with which a node needs another: what has a fault there has one too."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a shape: the rule, and the triple where it stands."""

    rule: str
    triple: Triple
    word: Object
    """What the message shows."""
    culprit: Object
    """What is left out."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What else the message says."""


def faults(net: Net, note: Note) -> list[Fault]:
    """Return what is wrong with the shapes in *net*, in a fixed order; *note* is told of each that has a text to be tried."""
    found = [*_values(net), *_kinds(net), *_missing(net), *_paths(net), *_nested(net)]
    prefixes = _prefixes(net)
    return found + [fault for triple in net.triples for fault in _texts(net, triple, prefixes, note)]


def left_out(net: Net, found: Iterable[Fault]) -> frozenset[Object]:
    """Return the nodes that have a fault, and those that need them to be judged."""
    nodes = {fault.culprit for fault in found}
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        needing = {triple.subject for triple in net.pointing(node) if triple.predicate.value in _UPWARDS or _is_closed(net, triple)}
        waiting += needing - nodes
        nodes |= needing
    return frozenset(nodes)


def without(net: Net, nodes: frozenset[Object]) -> list[Triple]:
    """Return the triples of *net* without those of *nodes*, and without the property shapes among *nodes* in others."""
    return [triple for triple in net.triples if triple.subject not in nodes and not (triple.predicate.value == PROPERTY and triple.object in nodes)]


def _is_closed(net: Net, triple: Triple) -> bool:
    """Whether *triple* puts a property shape into a closed shape, which closes over its path."""
    return triple.predicate.value == PROPERTY and bool(net.said(triple.subject, _CLOSED))


def _values(net: Net) -> Iterator[Fault]:
    """Values of the wrong kind, and too many."""
    for rule, triple, word in misfits(net):
        yield Fault(rule, triple, word, triple.subject)


def _kinds(net: Net) -> Iterator[Fault]:
    """Node shapes with a path, property shapes without, and constraints in SPARQL without a query."""
    for triple in net.triples:
        subject, word, value = triple.subject, triple.predicate.value, triple.object
        paths = net.said(subject, PATH)
        if triple.predicate == TYPE and value == _NODE_SHAPE and (paths or Triple(subject, TYPE, _PROPERTY_SHAPE) in net.said(subject, TYPE.value)):
            yield Fault("shape-kind", triple, value, subject)
        elif (triple.predicate == TYPE and value == _PROPERTY_SHAPE and not paths) or (word in _FOR_PATHS and not paths):
            yield Fault("shape-path", triple, value, subject)
        elif word == PROPERTY and not isinstance(value, Literal) and not net.said(value, PATH):
            yield Fault("shape-path", triple, value, value)
        elif word == SHACL + "sparql" and not isinstance(value, Literal) and not net.said(value, SHACL + "select"):
            yield Fault("shape-query", triple, value, subject)


def _missing(net: Net) -> Iterator[Fault]:
    """Shapes that nobody describes, and by which all would conform."""
    missing: dict[Object, list[Object]] = {}
    for triple in net.triples:
        if _is_nesting(triple) and triple.predicate.value != PROPERTY:
            if triple.object not in missing:
                shapes = [triple.object] if triple.predicate.value in SHAPES else net.members(triple.object)
                missing[triple.object] = [shape for shape in shapes if isinstance(shape, NamedNode) and not net.words(shape)]
            yield from (Fault("shape-missing", triple, shape, triple.subject) for shape in missing[triple.object])


def _paths(net: Net) -> Iterator[Fault]:
    """Paths that are none, that contain themselves, and that nobody could read."""
    starting = [triple for triple in net.triples if triple.predicate.value == PATH]
    steps: dict[Object, list[Object] | None] = {}
    waiting = [triple.object for triple in starting]
    while waiting:
        path = waiting.pop()
        if path not in steps:
            steps[path] = net.steps(path)
            waiting += steps[path] or ()
    edges = {path: following or [] for path, following in steps.items()}
    rules = {node: "path-circle" for nodes in circles(edges) for node in nodes}
    rules |= {path: "path-form" for path, following in steps.items() if following is None}
    rules |= {node: "path-depth" for node, height in heights(edges).items() if height > DEPTH}
    wrong = _with_what_leads_there(edges, rules)
    yield from (Fault(wrong[triple.object], triple, triple.object, triple.subject, {"depth": str(DEPTH)}) for triple in starting if triple.object in wrong)


def _with_what_leads_there(edges: Mapping[Object, Iterable[Object]], rules: Mapping[Object, str]) -> dict[Object, str]:
    """The rules that nodes break, themselves or by what they lead to."""
    back: dict[Object, list[Object]] = {}
    for node, others in edges.items():
        for other in others:
            back.setdefault(other, []).append(node)
    broken, waiting = dict(rules), list(rules)
    while waiting:
        node = waiting.pop()
        leading = [other for other in back.get(node, ()) if other not in broken]
        broken.update(dict.fromkeys(leading, broken[node]))
        waiting += leading
    return broken


def _nested(net: Net) -> Iterator[Fault]:
    """Shapes that lead back to themselves, and those that stand in one another too deep."""
    inner = net.nesting()
    circle = {node: nodes for nodes in circles(inner) for node in nodes}
    told: set[frozenset[Inner]] = set()
    for at in filter(_is_nesting, net.triples):
        nodes = circle.get(at.subject, frozenset())
        if nodes and nodes not in told and nodes & {at.object, Cell(at.object)}:
            told.add(nodes)
            yield Fault("shape-circle", at, at.subject, at.subject)
    too_high = {node for node, height in heights(inner, lambda node: not isinstance(node, Cell)).items() if height > DEPTH}
    topmost = too_high.difference(*(inner.get(node, ()) for node in too_high))
    for at in filter(_is_nesting, net.triples):
        if at.subject in topmost:
            topmost.remove(at.subject)
            yield Fault("shape-depth", at, at.subject, at.subject, {"depth": str(DEPTH)})


def _is_nesting(triple: Triple) -> bool:
    return triple.predicate.value in SHAPES | LISTS_OF_SHAPES


def _texts(net: Net, triple: Triple, prefixes: Mapping[str, str], note: Note) -> Iterator[Fault]:
    """A query, pattern or flags that cannot be used."""
    usable = prefixes if net.said(triple.subject, SHACL + "prefixes") else _KNOWN_PREFIXES
    for rule, words in text_faults(triple, usable, lambda: note(net.name(triple.subject))):
        yield Fault(rule, triple, triple.object, triple.subject, words)


def _prefixes(net: Net) -> dict[str, str]:
    """The prefixes that the shapes graph declares (SHACL, section 5.2.1), those that are some."""
    prefix, namespace = SHACL + "prefix", SHACL + "namespace"
    pairs = [(triple.object, said.object) for triple in net.triples if triple.predicate.value == prefix for said in net.said(triple.subject, namespace)]
    good = ((name, iri) for name, iri in pairs if fits(prefix, name) and fits(namespace, iri))
    return {name.value: iri.value for name, iri in good if isinstance(name, Literal) and isinstance(iri, Literal)}
