"""What pySHACL says of a project's files when it is asked itself: each result as a row of JSON. Run with the project's folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyoxigraph
import rdflib
from pyshacl import validate
from rdflib.namespace import SH
from rdflib.term import Node

rdflib.NORMALIZE_LITERALS = False


def graph_of(*folders: Path) -> rdflib.Graph:
    """The Turtle files of *folders*, read by rdflib's own parser of N-Triples, their lexical forms untouched."""
    graph = rdflib.Graph(bind_namespaces="none")
    for file in sorted(path for folder in folders for path in folder.rglob("*.ttl")):
        graph.parse(data="".join(f"{quad.triple} .\n" for quad in pyoxigraph.parse(path=str(file))), format="nt")
    return graph


def text(node: Node | None) -> str:
    if isinstance(node, rdflib.Literal):
        tail = f"@{node.language}" if node.language else f"^^<{node.datatype}>" if node.datatype else ""
        return f'"{node}"{tail}'
    return f"<{node}>" if isinstance(node, rdflib.URIRef) else str(node or "")


def main(root: Path) -> None:
    data = graph_of(root / "data", root / "ontology")
    _conforms, report, _text = validate(data, shacl_graph=graph_of(root / "shapes"), inference="none", advanced=False)
    assert isinstance(report, rdflib.Graph)
    rows = []
    for result in report.objects(None, SH.result):
        focus, path, severity, component, shape = (
            str(report.value(result, word) or "").removeprefix(str(SH) if word in {SH.resultSeverity, SH.sourceConstraintComponent} else "\0")
            for word in (SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape)
        )
        rows.append((focus, path, text(report.value(result, SH.value)), severity, component, shape))
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
