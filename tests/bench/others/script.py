"""The script that people write today: rdflib reads, pySHACL judges, rdflib writes. ``python -m bench.others.script DATA SHAPES FOLDER``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyshacl
import rdflib
from rdflib.namespace import SH
from rdflib.term import Node

_WORDS = (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent)


def main(data: str, shapes: str, folder: str) -> None:
    """Judge *data* by *shapes*, and write what was found and the data in two formats to *folder*."""
    graph = rdflib.Graph().parse(data, format="nt")
    _conforms, report, _text = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(shapes), inference="none", advanced=False)
    results = [[_said(report, result, word) for word in _WORDS] for result in report.objects(None, SH.result)]
    (Path(folder) / "results.json").write_text(json.dumps(results), encoding="utf-8")
    graph.serialize(Path(folder) / "all.ttl", format="turtle")
    graph.serialize(Path(folder) / "all.jsonld", format="json-ld")


def _said(report: rdflib.Graph, result: Node, word: rdflib.URIRef) -> str:
    value = report.value(result, word)
    return "" if value is None else str(value) if isinstance(value, rdflib.URIRef) else "path"


if __name__ == "__main__":
    main(*sys.argv[1:])
