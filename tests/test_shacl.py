"""The SHACL processor as it is run here: the W3C test suite and every case of the project's own shapes, in a closed process too; and its SPARQL."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat, Triple
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node
from sealed import judged
from workbench import ROOT, SHARED, environment_of

from publish.build import load_project
from publish.errors import BadQuery
from publish.shapes.components import COMPONENTS
from publish.shapes.data import Data, pre_bound
from publish.shapes.judgement import _Judge, judge
from publish.shapes.structure import Net
from publish.shapes.terms import as_oxigraph, as_rdflib, read_graph, tame

SUITE = SHARED / "conformance/w3c-shacl/tests"
CASES = ROOT / "tests/shapes"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
# What is not done here: $shapesGraph; sh:uniqueLang "1"; prefixes of what sh:prefixes imports.
NOT_IMPLEMENTED = {"sparql/pre-binding/shapesGraph-001", "sparql/node/prefixes-001"}
DIFFERENT = {"core/property/uniqueLang-002"}
# What rdflib's SPARQL finds and pyoxigraph's does not: that a text is less than a date, which SPARQL leaves without an order.
ORDERED_BY_RDFLIB = {"time-node/earliest-day-as-text.ttl"}

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C SHACL test suite is not beside the project")
pytestmark = pytest.mark.filterwarnings("ignore")  # pySHACL warns of the suite's own oddities

Found = Mapping[str, list[Mapping[str, str]]]
"""What is found, by kind: results, faults, failures."""
Row = tuple[str, ...]


@pytest.fixture(autouse=True)
def _components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge with the components that the process installs, and only here: other tests ask pySHACL as it comes."""
    for component in COMPONENTS:
        for word in component.constraint_parameters():
            monkeypatch.setitem(CONSTRAINT_PARAMETERS_MAP, word, component)


def suite_cases() -> list[str]:
    files = (path for path in SUITE.glob("**/*.ttl") if (path.name != "manifest.ttl" and "sht:Validate" in path.read_text(encoding="utf-8")))
    return sorted(path.relative_to(SUITE).as_posix().removesuffix(".ttl") for path in files)


@cache
def n_triples(path: Path) -> str:
    """The file's triples, its lexical forms untouched."""
    quads = pyoxigraph.parse(path.read_bytes(), format=RdfFormat.TURTLE, base_iri=path.as_uri())
    return as_text(quad.triple for quad in quads)


def as_text(triples: Iterable[Triple]) -> str:
    return (pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def suite_case(case: str) -> tuple[str, str, list[Row] | None]:
    """The data and the shapes of one of the suite's cases, and the results that it expects: none where it expects a failure."""
    manifest = read_graph(n_triples(SUITE / f"{case}.ttl").encode())
    test = manifest.value(predicate=RDF.type, object=SHT.Validate)
    action, expected = manifest.value(test, MF.action), manifest.value(test, MF.result)
    data, shapes = (n_triples(Path(str(manifest.value(action, word)).removeprefix("file://"))) for word in (SHT.dataGraph, SHT.shapesGraph))
    return data, shapes, None if expected == SHT.Failure else list(stated_rows(manifest, manifest.objects(expected, SH.result)))


def stated_rows(report: rdflib.Graph, nodes: Iterable[Node]) -> Iterator[Row]:
    """Each result as its focus node, value, severity and component; a blank node as ``_``."""
    words = (SH.focusNode, SH.value, SH.resultSeverity, SH.sourceConstraintComponent)
    yield from (tuple(_shown(report.value(node, word)) for word in words) for node in nodes)


def _shown(term: Node | None) -> str:
    return "" if term is None else "_" if isinstance(term, rdflib.BNode) else str(as_oxigraph(term))


def found_rows(found: Found) -> Iterator[Row]:
    for result in found["results"]:
        terms = ("_" if result[key].startswith("_:") else result[key] for key in ("focus_node", "value"))
        words = (result[key] for key in ("severity", "component"))
        yield (*terms, *(f"<{word if ':' in word else SH + word}>" for word in words))


@cache
def own_cases() -> Mapping[str, tuple[str, str, list[Row]]]:
    """The cases of the project's own shapes: data, shapes, and the results that they state."""
    words = {str(SH[name]) for name in ("declare", "prefix", "namespace")}
    declared = as_text(triple for triple in load_project(ROOT).shapes_graph if triple.predicate.value in words)
    cases = {}
    for path in sorted(CASES.glob("*/*.ttl")):
        report = read_graph(n_triples(path).encode())
        results = set(report.subjects(RDF.type, SH.ValidationResult))
        triples = (quad.triple for quad in pyoxigraph.parse(n_triples(path), format=RdfFormat.N_TRIPLES))
        nodes = {as_oxigraph(node) for node in results}
        data = as_text(triple for triple in triples if triple.subject not in nodes)
        cases[path.relative_to(CASES).as_posix()] = (data, n_triples(ROOT / f"shapes/{path.parent.name}.ttl") + declared, list(stated_rows(report, results)))
    return cases


@needs_suite
@pytest.mark.parametrize("case", suite_cases())
def test_w3c_case(case: str) -> None:
    hold(case, judged(*suite_case(case)[:2]))  # type: ignore[arg-type]  # JSON


def hold(case: str, found: Found) -> None:
    """Hold what is *found* against what the suite's *case* expects."""
    expected = suite_case(case)[2]
    if expected is None or case in NOT_IMPLEMENTED:
        assert found["faults"] or found["failures"]
    else:
        assert (Counter(found_rows(found)) == Counter(expected)) is (case not in DIFFERENT)
        assert not found["faults"]
        assert not found["failures"]


@pytest.mark.no_cover
def test_a_closed_process_finds_the_same_and_misses_no_module(figure: Callable[[str, int], None]) -> None:
    asked = [(case, *suite_case(case)[:2]) for case in (suite_cases() if SUITE.is_dir() else ())]
    asked += [(case, data, shapes) for case, (data, shapes, _expected) in own_cases().items()]
    command = [sys.executable, str(Path(__file__).with_name("sealed.py"))]
    answer = json.loads(subprocess.run(command, env=environment_of({}), input=json.dumps(asked).encode(), capture_output=True, check=True).stdout)
    assert (answer["ended"], answer["missed"]) == ("", [])
    for case in suite_cases() if SUITE.is_dir() else ():
        hold(case, answer["found"][case])
    for case, (_data, _shapes, expected) in own_cases().items():
        assert (Counter(found_rows(answer["found"][case])) == Counter(expected)) is (case not in ORDERED_BY_RDFLIB), case
        assert not answer["found"][case]["faults"]
    figure("graphs judged by a closed process", len(answer["found"]))


def test_the_process_finds_what_closed_shapes_of_this_project_state() -> None:
    cases = {case: asked for case, asked in own_cases().items() if "shacl#closed>" in asked[1]}
    assert len(cases) > 5
    for case, (data, shapes, expected) in cases.items():
        assert Counter(found_rows(judged(data, shapes))) == Counter(expected), case  # type: ignore[arg-type]  # JSON


SHACL = "http://www.w3.org/ns/shacl#"
TARGET = f"<urn:s> <{SHACL}targetClass> <urn:c> .\n<urn:s> <{SHACL}nodeKind> <{SHACL}Literal> .\n"


def test_a_component_that_cannot_be_made_is_told_and_the_shapes_are_asked() -> None:
    shapes = f"{TARGET}<urn:component> <{RDF.type}> <{SHACL}ConstraintComponent> .\n"
    found = judged(f"<urn:a> <{RDF.type}> <urn:c> .\n", shapes)
    assert [(failure["shape"], failure["rule"]) for failure in found["failures"]] == [("urn:component", "shape-failed")]  # type: ignore[index]  # JSON
    assert len(found["results"]) == 1


def test_a_shape_that_goes_too_deep_is_told() -> None:
    data = "".join(f"<urn:{number}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:{number + 1}> .\n" for number in range(3000))
    found = judged(f"{data}<urn:3000> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:c> .\n", TARGET)
    assert found["failures"] == [{"shape": "urn:s", "rule": "shape-crash", "words": ""}]


def test_a_query_that_fails_when_it_is_asked_is_told_by_its_rule() -> None:
    query = "SELECT $this WHERE { $this $PATH ?value }"  # with the path in its place, no query any more
    shapes = TARGET + f'<urn:s> <{SHACL}sparql> _:q .\n_:q <{SHACL}select> "{query}" .\n<urn:s> <{SHACL}path> <urn:p> .\n'
    found = judged(f"<urn:a> <{RDF.type}> <urn:c> .\n", shapes.replace("$PATH ?value", "$PATH? ?value ?value"))
    assert [failure["rule"] for failure in found["failures"] + found["faults"]] == ["query-unexpected"]  # type: ignore[index]  # JSON


def test_what_pyshacl_makes_no_shapes_of_is_a_failed_check() -> None:
    graph = read_graph(f"<urn:s> <{RDF.type}> <{SHACL}NodeShape> .\n<urn:s> <{SHACL}path> <urn:p> .\n".encode())
    (told,) = _Judge(Data(b""), graph, Net([])).each(0, lambda _words: None)
    assert [failure["rule"] for failure in told["failures"]] == ["check-failed"]  # type: ignore[attr-defined]  # JSON


def test_the_first_results_are_told_and_the_others_counted() -> None:
    data = "".join(f"<urn:{number}> <{RDF.type}> <urn:c> .\n" for number in range(5_003))
    told = list(judge(data.encode(), TARGET.encode(), 0, lambda _words: None))
    assert len([result for piece in told for result in piece.get("results", ())]) == 5_000  # type: ignore[attr-defined]  # JSON
    assert [more for piece in told for more in piece.get("more", ())] == [{"shape": "urn:s", "severity": "Violation", "count": 3}]  # type: ignore[attr-defined]  # JSON


def test_a_judgement_goes_on_after_the_shapes_that_had_their_turn() -> None:
    noted: list[str] = []
    told = list(judge(b"", f"{TARGET}<urn:t> <{SHACL}targetClass> <urn:c> .\n".encode(), 1, noted.append))
    assert [piece for piece in told if "faults" in piece] == []
    assert sum("asked" in piece for piece in told) == 1
    assert noted[-1] == "1 urn:t"


@pytest.fixture
def tamed() -> Iterator[None]:
    """Literals as the process has them, until the test is over."""
    tame()
    yield
    logging.disable(logging.NOTSET)
    rdflib.term._reset_bindings()


@pytest.mark.usefixtures("tamed")
@pytest.mark.parametrize(
    ("lexical", "datatype", "value"),
    [
        ("007", "integer", 7),
        ("1_000", "integer", None),
        ("9" * 5000, "integer", None),
        ("1e1000000000", "decimal", None),
        ("1.50", "decimal", Decimal("1.5")),
        ("1", "boolean", True),
        ("maybe", "boolean", None),
        ("2020-01-31Z", "date", date(2020, 1, 31)),
        ("12020-01-31", "date", None),
        ("2020-01-31T24:00:00", "dateTime", None),
        ("<b>" * 20_000, "hexBinary", None),
        ("P99999999999999999999Y", "duration", None),
        ("a  b ", "token", "a  b "),
    ],
)
def test_a_literal_has_a_value_only_where_it_is_valid_and_costs_nothing(lexical: str, datatype: str, value: object) -> None:
    term = pyoxigraph.Literal(lexical, datatype=NamedNode(str(rdflib.XSD) + datatype))
    literal = as_rdflib(term)
    assert isinstance(literal, rdflib.Literal)
    assert literal.value == value
    assert (str(literal), as_oxigraph(literal)) == (lexical, term)


HOSTILE_TEXTS = ('"', "\n", "\r", "}", '" } . SERVICE <http://127.0.0.1/> { ?a ?b ?c } #', "\\", "\\u0022", "'''", "?this", "$other", "\u007f")


def splices_no_text(bind: Callable[[str, Mapping[str, Node]], str | None]) -> None:
    """Hold *bind*, which puts values into a query, to it: each is there as N-Triples writes it, and means itself."""
    query = "SELECT $this ?value WHERE { $this <http://ex.org/p> ?value FILTER(?value != $other) }"
    thing, word = NamedNode("http://ex.org/a"), NamedNode("http://ex.org/p")
    for text in HOSTILE_TEXTS:
        bound = bind(query, {"this": rdflib.URIRef(thing.value), "other": rdflib.Literal(text)})
        written = str(pyoxigraph.Literal(text))
        assert bound == f"SELECT ({thing} AS ?this) ?value WHERE {{ {thing} {word} ?value FILTER(?value != {written}) }}"
        store = pyoxigraph.Store()
        store.add(pyoxigraph.Quad(thing, word, pyoxigraph.Literal(text)))
        assert not list(store.query(bound))  # type: ignore[arg-type]  # solutions
    with pytest.raises(ValueError, match="IRI"):
        bind(query, {"this": rdflib.URIRef("http://ex.org/> <http://ex.org/p> ?o . ?s")})


def test_a_value_is_never_spliced_into_a_query_as_text(figure: Callable[[str, int], None]) -> None:
    splices_no_text(pre_bound)
    figure("hostile texts in queries", len(HOSTILE_TEXTS))


def test_a_planted_splice_of_text_is_found() -> None:
    def naive(query: str, bindings: Mapping[str, Node]) -> str:
        for name, term in bindings.items():
            written = f"<{term}>" if isinstance(term, rdflib.URIRef) else f'"{term}"'
            query = query.replace(f"SELECT ${name}", f"SELECT ({written} AS ?{name})").replace(f"${name}", written)
        return query

    with pytest.raises((AssertionError, SyntaxError)):
        splices_no_text(naive)


def test_a_literal_that_is_a_focus_node_says_nothing_in_a_query() -> None:
    data = Data(b'<http://ex.org/a> <http://ex.org/p> "x" .\n')
    query = "SELECT $this ?value WHERE { $this <http://ex.org/p> ?value }"
    assert list(data.query(query, initBindings={"this": rdflib.Literal("x")})) == []
    assert len(list(data.query(query, initBindings={"this": rdflib.URIRef("http://ex.org/a")}))) == 1
    with pytest.raises(BadQuery):
        data.query("SELECT $this WHERE { SERVICE SILENT <http://127.0.0.1/> { $this ?p ?o } }", initBindings={"this": rdflib.Literal("x")})
    with pytest.raises(BadQuery):
        data.query("SELECT * WHERE { SERVICE SILENT <http://127.0.0.1/> { $this ?p ?o } }", initBindings={"this": rdflib.BNode()})


@pytest.mark.usefixtures("tamed")
def test_a_tame_rdflib_still_writes_values_as_they_are_written() -> None:
    said = '{"@id": "https://example.org/a", "https://example.org/b": [true, 1, 2.5]}'
    written = {(str(value), value.datatype) for value in rdflib.Graph().parse(data=said, format="json-ld").objects() if isinstance(value, rdflib.Literal)}
    assert written == {("true", XSD.boolean), ("1", XSD.integer), ("2.5", XSD.double)}
    assert str(rdflib.Literal(datetime(2020, 1, 31, 12, tzinfo=UTC), datatype=XSD.dateTime)) == "2020-01-31T12:00:00+00:00"
