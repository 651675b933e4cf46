"""A result of pySHACL as the process tells it: terms as N-Triples writes them, paths as SPARQL does, messages by language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import rdflib
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from publish.shapes.plan import told
from publish.shapes.terms import as_oxigraph

MOST = 5_000
"""How many results are told: more than anybody reads at once."""
_LONGEST = 10_000
"""The characters of a message, which a value may be in."""
Result = Mapping[str, Any]
"""What goes to JSON."""


def result_of(node: Node, triples: Iterable[tuple[Node, Node, Any]], shapes: rdflib.Graph) -> Result:
    """Return a validation result (SHACL, section 3.6.2), of its triples as pySHACL reports them: terms, some with the graph that they are from."""
    said: dict[Node, list[Node]] = {}
    for subject, predicate, value in triples:
        if subject == node:  # the others are details
            said.setdefault(predicate, []).append(value[1] if isinstance(value, tuple) else value)
    first = {predicate: values[0] for predicate, values in said.items()}
    constraint, shape = first.get(SH.sourceConstraint), first.get(SH.sourceShape)
    own = [] if constraint is not None and (constraint, SH.message, None) in shapes else list(shapes.objects(shape, SH.message))
    return {
        "focus_node": _shown(first.get(SH.focusNode)),
        "path": _path(shapes, first.get(SH.resultPath)),
        "value": _shown(first.get(SH.value)),
        "severity": str(first[SH.resultSeverity]).removeprefix(str(SH)),
        "shape": plain(shape),
        "component": str(first[SH.sourceConstraintComponent]).removeprefix(str(SH)),
        "messages": {language: _cut(text) for language, text in sorted(map(told, own or said.get(SH.resultMessage, [])))},
    }


def ordered(results: Iterable[Result]) -> list[Result]:
    """Return *results* in an order that has nothing to do with how they were found."""
    return sorted(results, key=lambda result: json.dumps(result, sort_keys=True))


def more(shape: str, results: Iterable[Result]) -> list[Result]:
    """Return how many *results* of a shape with that name there are, by their severity, instead of them."""
    counts = Counter(result["severity"] for result in results)
    return [{"shape": shape, "severity": severity, "count": count} for severity, count in sorted(counts.items())]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def plain(node: Node | None) -> str:
    """Return a node as findings have it: an IRI as it is, the label of a blank node as N-Triples writes it."""
    return _shown(node) if isinstance(node, rdflib.BNode) else str(node)


def _shown(term: Node | None) -> str:
    return "" if term is None else str(as_oxigraph(term))


def _path(graph: rdflib.Graph, path: Node | None) -> str:
    """A property path (SHACL, section 2.3.1): an IRI as it is, any other as SPARQL writes it, its IRIs in angle brackets."""
    if not isinstance(path, rdflib.BNode):
        return "" if path is None else str(path)

    def step(node: Node) -> str:
        return f"<{node}>" if isinstance(node, rdflib.URIRef) else f"({_path(graph, node)})"

    if (path, RDF.first, None) in graph:  # before all else, as pySHACL reads it: a node may be a list and have another path beside
        return "/".join(map(step, graph.items(path)))
    for word, sign in ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?")):
        if (path, word, None) in graph:
            return f"{step(next(graph.objects(path, word)))}{sign}"
    if (path, SH.inversePath, None) in graph:
        return f"^{step(next(graph.objects(path, SH.inversePath)))}"
    either = graph.value(path, SH.alternativePath)
    return "|".join(map(step, graph.items(either))) if either else ""
