"""The SHACL processor as it is run here against the W3C test suite, and against pySHACL as it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from publish.shacl import Data, _oxigraph, read_graph, results

SUITE = Path(__file__).parents[2] / "shared/conformance/w3c-shacl/tests"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
# What pySHACL 0.40.1 does not do itself: $shapesGraph; sh:uniqueLang "1"; prefixes of what sh:prefixes imports.
NOT_IMPLEMENTED = {"sparql/pre-binding/shapesGraph-001", "sparql/node/prefixes-001"}
DIFFERENT = {"core/property/uniqueLang-002"}

pytestmark = pytest.mark.filterwarnings("ignore")  # pySHACL warns of the suite's own oddities


def cases() -> list[str]:
    files = (path for path in SUITE.glob("**/*.ttl") if (path.name != "manifest.ttl" and "sht:Validate" in path.read_text(encoding="utf-8")))
    return sorted(path.relative_to(SUITE).as_posix().removesuffix(".ttl") for path in files)


def n_triples(path: Path) -> bytes:
    """The file's triples, its lexical forms untouched."""
    quads = pyoxigraph.parse(path.read_bytes(), format=RdfFormat.TURTLE, base_iri=path.as_uri())
    return pyoxigraph.serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b""


def expected_rows(report: rdflib.Graph, nodes: Iterator[Node]) -> Counter[tuple[str, ...]]:
    """Each result as its focus node, value, severity and component; a blank node as ``_``."""
    words = (SH.focusNode, SH.value, SH.resultSeverity, SH.sourceConstraintComponent)
    return Counter(tuple(_shown(report.value(node, word)) for word in words) for node in nodes)


def _shown(term: Node | None) -> str:
    if isinstance(term, rdflib.Literal):
        return str(_oxigraph(term))
    return "" if term is None else "_" if isinstance(term, rdflib.BNode) else f"<{term}>"


def found_rows(data: rdflib.Graph, shapes: rdflib.Graph) -> Counter[tuple[str, ...]]:
    def row(result: dict[str, object]) -> tuple[str, ...]:
        terms = [("_" if str(result[key]).startswith("_:") else str(result[key])) for key in ("focus_node", "value")]
        words = (str(result[key]) for key in ("severity", "component"))
        return (*terms, *(f"<{word if ':' in word else SH + word}>" for word in words))

    return Counter(map(row, results(data, shapes)))


@pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C SHACL test suite is not beside the project")
@pytest.mark.parametrize("case", cases())
def test_w3c_case(case: str) -> None:
    path = SUITE / f"{case}.ttl"
    manifest = read_graph(n_triples(path))
    test = manifest.value(predicate=RDF.type, object=SHT.Validate)
    action = manifest.value(test, MF.action)
    data_file, shapes_file = (Path(str(manifest.value(action, word)).removeprefix("file://")) for word in (SHT.dataGraph, SHT.shapesGraph))
    data, shapes = Data(n_triples(data_file)), read_graph(n_triples(shapes_file))
    expected = manifest.value(test, MF.result)
    if expected == SHT.Failure or case in NOT_IMPLEMENTED:
        with pytest.raises(Exception):  # noqa: B017, PT011  # the suite asks for a failure, of whatever kind
            results(data, shapes)
    else:
        found = found_rows(data, shapes)
        assert (found == expected_rows(manifest, manifest.objects(expected, SH.result))) is (case not in DIFFERENT)
