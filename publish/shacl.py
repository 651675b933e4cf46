"""The SHACL processor, alone in a process of its own: pySHACL reads two graphs from standard input and answers in JSON.

Run as ``python -m publish.shacl``. Standard input: one line of JSON with the length in bytes of the data and of the
shapes, then both as N-Triples. Standard output: one JSON object with ``results``, ``focus_nodes`` and ``software``.
Nothing is inferred: pySHACL's inference changes how rdflib reads literals, so types have to be in the data.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.metadata import version

import pyoxigraph
import rdflib
from pyshacl import validate
from pyshacl.shapes_graph import ShapesGraph
from rdflib.namespace import SH
from rdflib.term import Node

rdflib.NORMALIZE_LITERALS = False


def read_graph(triples: bytes) -> rdflib.Graph:
    """Return N-Triples as an rdflib graph, parsed by pyoxigraph, with the lexical forms untouched."""
    graph = rdflib.Graph(bind_namespaces="none")
    for quad in pyoxigraph.parse(triples, format=pyoxigraph.RdfFormat.N_TRIPLES):
        graph.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
    return graph


def results(data: rdflib.Graph, shapes: rdflib.Graph) -> list[dict[str, object]]:
    """Return every validation result of *shapes* on *data* (SHACL, section 3.6.2), in no fixed order."""
    _conforms, report, _text = validate(data, shacl_graph=shapes, inference="none", inplace=True, advanced=False, do_owl_imports=False, meta_shacl=False)
    if not isinstance(report, rdflib.Graph):
        raise TypeError(f"pySHACL gave no report: {report}")
    return [_result(report, node) for node in report.subjects(rdflib.RDF.type, SH.ValidationResult)]


def focus_nodes(data: rdflib.Graph, shapes: rdflib.Graph) -> dict[str, int]:
    """Return how many focus nodes in *data* each shape with a target has, by the shape's IRI."""
    targeted = (shape for shape in ShapesGraph(shapes).shapes if any(map(list, shape.target())))
    return {str(shape.node): len(shape.focus_nodes(data)) for shape in targeted}


def unknown_words(shapes: rdflib.Graph) -> list[str]:
    """Return the IRIs in SHACL's namespace that SHACL does not define, sorted."""
    words = {term for triple in shapes for term in triple if isinstance(term, rdflib.URIRef) and term.startswith(str(SH))}
    return sorted(str(word) for word in words if word not in SH)


def _result(report: rdflib.Graph, node: Node) -> dict[str, object]:
    def text(predicate: Node) -> str:
        value = report.value(node, predicate)
        return "" if value is None else str(value)

    return {
        "focus_node": text(SH.focusNode),
        "path": text(SH.resultPath),
        "value": _n_triples(report.value(node, SH.value)),
        "severity": text(SH.resultSeverity).removeprefix(str(SH)),
        "shape": text(SH.sourceShape),
        "constraint": text(SH.sourceConstraint),
        "component": text(SH.sourceConstraintComponent).removeprefix(str(SH)),
        "messages": {_language(message): str(message) for message in report.objects(node, SH.resultMessage)},
    }


def _n_triples(term: Node | None) -> str:
    """The text of a term as pyoxigraph writes it, so that the other process can compare."""
    if isinstance(term, rdflib.Literal):
        literal = pyoxigraph.Literal(str(term), language=term.language) if term.language else pyoxigraph.Literal(str(term), datatype=term.datatype and pyoxigraph.NamedNode(term.datatype))
        return str(literal)
    return "" if term is None else f"_:{term}" if isinstance(term, rdflib.BNode) else f"<{term}>"


def _language(message: Node) -> str:
    return (message.language or "en") if isinstance(message, rdflib.Literal) else "en"


def _node(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> Node:
    if isinstance(term, pyoxigraph.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, pyoxigraph.Literal)
    datatype = None if term.language or term.datatype.value == str(rdflib.XSD.string) else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


def main() -> None:
    """Answer the one request on standard input."""
    lengths = json.loads(sys.stdin.buffer.readline())
    data, shapes = (read_graph(sys.stdin.buffer.read(lengths[part])) for part in ("data", "shapes"))
    answer = {
        "focus_nodes": focus_nodes(data, shapes),
        "results": results(data, shapes),
        "unknown_words": unknown_words(shapes),
        "software": {name: version(name) for name in ("pyshacl", "rdflib", "pyoxigraph")},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
