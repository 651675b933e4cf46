"""The official shapes of DCAT-AP 3.0.1, each file held against a catalogue on its own, as pySHACL sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import rdflib
from pyshacl import validate
from rdflib import DCTERMS, RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node
from workbench import SHARED

FOLDER = SHARED / "conformance/dcat-ap-3.0.1"
needs_shapes = pytest.mark.skipif(not FOLDER.is_dir(), reason="the official shapes are not on this machine")

Found = Counter[tuple[str, str, str]]
"""What was found: severity, focus node, property (where it is one), each with how often."""

_EU = "http://publications.europa.eu/resource/authority/"
_PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"
# the classes of what others have named; in a code list the class is skos:Concept too. Loaded when validating, never published
_CLASSES = {
    _EU + "access-right/": DCTERMS.RightsStatement,
    _EU + "data-theme/": SKOS.Concept,
    _EU + "file-type/": DCTERMS.MediaTypeOrExtent,
    _EU + "frequency/": DCTERMS.Frequency,
    _EU + "language/": DCTERMS.LinguisticSystem,
    _EU + "licence/": DCTERMS.LicenseDocument,
    _EU + "planned-availability/": SKOS.Concept,
    _PUBLISHER_TYPES: SKOS.Concept,
    "http://spdx.org/rdf/terms#checksumAlgorithm": URIRef("http://spdx.org/rdf/terms#ChecksumAlgorithm"),
    "http://www.w3.org/TR/sparql11-protocol/": DCTERMS.Standard,
    "https://sws.geonames.org/": DCTERMS.Location,
    "https://w3id.org/ldes/specification": DCTERMS.Standard,
    "https://www.iana.org/assignments/media-types/": DCTERMS.MediaType,
}


def read(*files: Path) -> Graph:
    graph = Graph(bind_namespaces="none")
    for file in files:
        graph.parse(file)
    return graph


def held_against(catalogue: Graph, name: str) -> Found:
    """Return what the shapes in the file *name* find in *catalogue*, with the classes of what others have named."""
    return _results(_with_stubs(catalogue), name)


def held_alone(catalogue: Graph, name: str) -> Found:
    """Return what the shapes in the file *name* find in *catalogue* and nothing else: recommendations are for what it describes itself."""
    return _results(catalogue, name)


@cache
def _shapes(name: str) -> Graph:
    graph = read(FOLDER / f"{name}.ttl")
    for shape in set(graph.objects(None, SH.property)) - set(graph.subjects(SH.path)):  # one, of data services: no processor can take it
        graph.remove((None, SH.property, shape))
    return graph


def _results(data: Graph, name: str) -> Found:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        _conforms, report, _text = validate(data, shacl_graph=_shapes(name), inplace=True, do_owl_imports=False)
    assert isinstance(report, Graph), report
    found: Found = Counter()
    for result in report.objects(None, SH.result):  # not their details, which are results too
        severity, focus, path = (report.value(result, word) for word in (SH.resultSeverity, SH.focusNode, SH.resultPath))
        found[str(severity).removeprefix(str(SH)), str(focus), str(path) if isinstance(path, URIRef) else ""] += 1
    return found


def _with_stubs(catalogue: Graph) -> Graph:
    graph = Graph(bind_namespaces="none")
    for triple in catalogue:
        graph.add(triple)
    for term in set(catalogue.objects()):
        for triple in _stubs(term):
            graph.add(triple)
    return graph


def _stubs(term: Node) -> Iterator[tuple[Node, Node, Node]]:
    if str(term) == _EU + "data-theme":
        yield from _scheme(term)
    for start, kind in _CLASSES.items():
        if isinstance(term, URIRef) and term.startswith(start):
            yield term, RDF.type, kind
            if start.startswith((_EU, _PUBLISHER_TYPES)):
                scheme = URIRef(_PUBLISHER_TYPES + "1.0" if start == _PUBLISHER_TYPES else start[:-1])
                yield from _scheme(scheme)
                yield term, SKOS.inScheme, scheme
                yield term, SKOS.prefLabel, Literal("a name", lang="en")


def _scheme(scheme: Node) -> Iterator[tuple[Node, Node, Node]]:
    yield scheme, RDF.type, SKOS.ConceptScheme
    yield scheme, DCTERMS.title, Literal("a list", lang="en")
