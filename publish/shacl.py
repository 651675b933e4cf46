"""The SHACL processor, alone in a process of its own: pySHACL reads two graphs from standard input and answers in JSON.

Run as ``python -m publish.shacl``. Standard input: one line of JSON with the length in bytes of the data and of the
shapes, then both as N-Triples. Standard output: one JSON object with ``results``, ``focus_nodes``, ``unknown_words`` and
``software``. Nothing is inferred: pySHACL's inference changes how rdflib reads literals, so types have to be in the data.

pySHACL judges. Two things make it quick without changing a result, as the W3C test suite and every case of the shapes
show: it gets an equivalent shapes graph that it can work through in fewer steps (`plan`), and its SPARQL is answered by
pyoxigraph (`Data`).
"""

from __future__ import annotations

import gc
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import pyoxigraph
import rdflib
from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat
from pyshacl import validate
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, RDFS
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.query import Result
from rdflib.term import Identifier, Node, Variable

from publish.sparql import run, words_of

rdflib.NORMALIZE_LITERALS = False

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_NO_HOLDER = (SH.deactivated, SH.path)
_NOT_VALIDATING = {SH.name, SH.description, SH.order, SH.group, SH.defaultValue, SH.message, RDFS.label, RDFS.comment}  # SHACL, section 2.3.2

_STORE = "SimpleMemory"  # the store that keeps no named graphs: nothing here has any
_MARK = "\x1f"
_BINDINGS = 3  # the place of initBindings among the other arguments of rdflib's Graph.query
_VARIABLE = re.compile(r"[?$](\w+)")
_NOT_PRE_BOUND = re.compile(r"\*|\bAS\b", re.IGNORECASE)
_NOT_PRE_BOUND_INSIDE = re.compile(r"\b(?:SELECT|GROUP|VALUES)\b|\bBOUND\s*\(\s*[?$](?:this|value|currentShape)\b", re.IGNORECASE)


class Data(rdflib.Graph):
    """A data graph that answers SPARQL with pyoxigraph, which reads dates and numbers as XSD does."""

    def __init__(self, triples: bytes) -> None:
        super().__init__(bind_namespaces="none")
        self._triples = triples
        self._answers: pyoxigraph.Store | None = None
        fill(self, triples)

    def query(self, query_object: Any, *others: Any, **options: Any) -> Result:  # noqa: ANN401  # as rdflib has it
        """Return the answer to a SPARQL query with its bindings (rdflib's fifth argument) pre-bound: by pyoxigraph where `pre_bound` can, else by rdflib."""
        bindings: Mapping[str, Node] | None = next(iter(others[_BINDINGS:]), None) or options.get("initBindings")
        query = pre_bound(str(query_object), bindings or {})
        if query is None:
            return super().query(query_object, *others, **options)
        if self._answers is None:
            self._answers = pyoxigraph.Store()
            self._answers.extend(pyoxigraph.parse(self._triples, format=RdfFormat.N_TRIPLES))
        answer = run(self._answers, query, {})
        if isinstance(answer, QueryBoolean):
            result = Result("ASK")
            result.askAnswer = bool(answer)
            return result
        assert isinstance(answer, QuerySolutions)
        result = Result("SELECT")
        names = [variable.value for variable in answer.variables]
        result.vars = [Variable(name) for name in names]
        result.bindings = [{Variable(name): _rdflib(row[name]) for name in names if row[name] is not None} for row in answer]
        return result


def pre_bound(query: str, bindings: Mapping[str, Node]) -> str | None:
    """Return *query* with the terms of *bindings* in the places of their variables (SHACL, section 5.3.1).

    Nothing where a term cannot stand for the variable: a blank node, a sub-select, BOUND, GROUP BY, ``SELECT *``.
    """
    words = words_of(query)
    start = words.find("{")
    if _NOT_PRE_BOUND.search(words[:start]) or _NOT_PRE_BOUND_INSIDE.search(words[start:]) or any(isinstance(term, rdflib.BNode) for term in bindings.values()):
        return None
    for match in reversed(list(_VARIABLE.finditer(words))):
        if match[1] in bindings:
            term = str(_oxigraph(bindings[match[1]]))
            query = query[: match.start()] + (term if match.start() > start else f"({term} AS ?{match[1]})") + query[match.end() :]
    return query


def read_graph(triples: bytes) -> rdflib.Graph:
    """Return N-Triples as an rdflib graph."""
    graph = rdflib.Graph(_STORE, bind_namespaces="none")
    fill(graph, triples)
    return graph


def fill(graph: rdflib.Graph, triples: bytes) -> None:
    """Add N-Triples to *graph*, parsed by pyoxigraph, their lexical forms untouched."""
    for quad in pyoxigraph.parse(triples, format=RdfFormat.N_TRIPLES):
        graph.add((_rdflib(quad.subject), _rdflib(quad.predicate), _rdflib(quad.object)))


def plan(shapes: rdflib.Graph) -> rdflib.Graph:
    """Return a shapes graph with the same results as *shapes*, without what does not validate and in fewer steps.

    pySHACL validates a property shape once for each focus node of the node shape that it belongs to. Where the node
    shapes of a property shape are used through their targets alone, the property shape gets those targets itself, and
    pySHACL validates all its focus nodes at once.
    """
    graph = rdflib.Graph(_STORE, bind_namespaces="none")
    typed = {*shapes.subjects(SH.path), *shapes.subjects(RDF.type, SH.NodeShape)}
    holders = {shape for shape in typed if _is_holder(shapes, shape)}
    freed = {prop for shape in holders for prop in shapes.objects(shape, SH.property) if _is_free(shapes, prop, holders)}
    for subject, predicate, value in shapes:
        if predicate == SH.property and value in freed:
            for target in _targets(shapes, subject):
                graph.add((value, *target))
        elif predicate not in _NOT_VALIDATING or subject not in typed:
            graph.add((subject, predicate, _marked(value) if predicate == SH.message else value))
    for shape in holders.intersection(shapes.subjects(SH.closed)):
        _let_through(graph, shape, [path for prop in shapes.objects(shape, SH.property) if prop in freed for path in shapes.objects(prop, SH.path)])
    return graph


def results(data: rdflib.Graph, shapes: rdflib.Graph) -> list[dict[str, object]]:
    """Return every validation result of *shapes* on *data* (SHACL, section 3.6.2), in no fixed order."""
    _conforms, report, _text = validate(data, shacl_graph=plan(shapes), inference="none", inplace=True, advanced=False, do_owl_imports=False, meta_shacl=False)
    if not isinstance(report, rdflib.Graph):
        raise TypeError(f"pySHACL gave no report: {report}")
    return [_result(report, node, shapes) for node in report.objects(None, SH.result)]


def focus_nodes(data: rdflib.Graph, shapes: rdflib.Graph) -> dict[str, int]:
    """Return how many focus nodes in *data* each shape with a target has, by the shape's IRI."""
    targeted = (shape for shape in ShapesGraph(shapes).shapes if any(map(list, shape.target())))
    return {str(shape.node): len(shape.focus_nodes(data)) for shape in targeted}


def unknown_words(shapes: rdflib.Graph) -> list[str]:
    """Return the IRIs in SHACL's namespace that SHACL does not define, sorted."""
    words = {term for triple in shapes for term in triple if isinstance(term, rdflib.URIRef) and term.startswith(str(SH))}
    return sorted(str(word) for word in words if word not in SH)


def _is_holder(shapes: rdflib.Graph, shape: Node) -> bool:
    """A node shape that is used through its targets alone, and needs nothing of its property shapes but their results."""
    if (None, None, shape) in shapes or any((shape, word, None) in shapes for word in _NO_HOLDER):
        return False
    siblings = ((prop, SH.qualifiedValueShapesDisjoint, None) in shapes for prop in shapes.objects(shape, SH.property))
    return any(_targets(shapes, shape)) and not any(siblings)


def _is_free(shapes: rdflib.Graph, prop: Node, holders: set[Node]) -> bool:
    """A property shape that only such node shapes use."""
    uses = shapes.subject_predicates(prop)
    return (
        (prop, SH.path, None) in shapes
        and not any(_targets(shapes, prop))
        and all(predicate == SH.property and subject in holders for subject, predicate in uses)
    )


def _let_through(graph: rdflib.Graph, shape: Node, paths: list[Node]) -> None:
    """Name *paths* in a closed shape: it closes over the paths of its property shapes, which it no longer has."""
    ignored = graph.value(shape, SH.ignoredProperties)
    graph.remove((shape, SH.ignoredProperties, None))
    members = Collection(graph, rdflib.BNode(), [*(graph.items(ignored) if ignored else ()), *paths])
    graph.add((shape, SH.ignoredProperties, members.uri))


def _targets(shapes: rdflib.Graph, shape: Node) -> Iterator[tuple[Node, Node]]:
    yield from ((target, value) for target in _TARGETS for value in shapes.objects(shape, target))
    if (shape, RDF.type, RDFS.Class) in shapes:
        yield SH.targetClass, shape


def _result(report: rdflib.Graph, node: Node, shapes: rdflib.Graph) -> dict[str, object]:
    def text(predicate: Node) -> str:
        value = report.value(node, predicate)
        return "" if value is None else str(value)

    focus, value, constraint, shape = (report.value(node, word) for word in (SH.focusNode, SH.value, SH.sourceConstraint, SH.sourceShape))
    told = constraint is not None and (constraint, SH.message, None) in shapes
    own = [] if told or shape is None else list(shapes.objects(shape, SH.message))
    return {
        "focus_node": "" if focus is None else str(_oxigraph(focus)),
        "path": _path(report, report.value(node, SH.resultPath)),
        "value": "" if value is None else str(_oxigraph(value)),
        "severity": text(SH.resultSeverity).removeprefix(str(SH)),
        "shape": text(SH.sourceShape),
        "component": text(SH.sourceConstraintComponent).removeprefix(str(SH)),
        "messages": dict(map(_message, own or report.objects(node, SH.resultMessage))),
    }


def _path(graph: rdflib.Graph, path: Node | None) -> str:
    """A property path (SHACL, section 2.3.1): an IRI as it is, any other as SPARQL writes it, its IRIs in angle brackets."""
    if not isinstance(path, rdflib.BNode):
        return "" if path is None else str(path)

    def step(node: Node) -> str:
        return f"<{node}>" if isinstance(node, rdflib.URIRef) else f"({_path(graph, node)})"

    for word, sign in ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?")):
        if (path, word, None) in graph:
            return f"{step(next(graph.objects(path, word)))}{sign}"
    if (path, SH.inversePath, None) in graph:
        return f"^{step(next(graph.objects(path, SH.inversePath)))}"
    either = graph.value(path, SH.alternativePath)
    return "|".join(map(step, graph.items(either))) if either else "/".join(map(step, graph.items(path)))


def _marked(message: Node) -> Node:
    """A message with its language in its text: pySHACL forgets the language when it fills in the values."""
    return rdflib.Literal(f"{message.language}{_MARK}{message}") if isinstance(message, rdflib.Literal) and message.language else message


def _message(message: Node) -> tuple[str, str]:
    """The language and the text of a message; English where it names none."""
    language, mark, text = str(message).partition(_MARK)
    if mark:
        return language, text
    return (message.language or "en") if isinstance(message, rdflib.Literal) else "en", str(message)


@cache
def _rdflib(term: object) -> Identifier:
    """Return a term of pyoxigraph as rdflib's."""
    if isinstance(term, pyoxigraph.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, pyoxigraph.Literal)
    datatype = None if term.language or term.datatype.value == str(rdflib.XSD.string) else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


def _oxigraph(term: Node) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    """Return a term of rdflib as pyoxigraph's."""
    if isinstance(term, rdflib.Literal):
        if term.language:
            return pyoxigraph.Literal(str(term), language=term.language)
        return pyoxigraph.Literal(str(term), datatype=pyoxigraph.NamedNode(term.datatype) if term.datatype else None)
    return pyoxigraph.BlankNode(str(term)) if isinstance(term, rdflib.BNode) else pyoxigraph.NamedNode(str(term))


def main() -> None:
    """Answer the one request on standard input."""
    gc.disable()  # one short request: there is nothing to collect that the end of the process does not
    lengths = json.loads(sys.stdin.buffer.readline())
    data = Data(sys.stdin.buffer.read(lengths["data"]))
    shapes = read_graph(sys.stdin.buffer.read(lengths["shapes"]))
    answer = {
        "focus_nodes": focus_nodes(data, shapes),
        "results": results(data, shapes),
        "unknown_words": unknown_words(shapes),
        "software": {name: version(name) for name in ("bynet", "pyoxigraph", "pyshacl", "rdflib")},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
