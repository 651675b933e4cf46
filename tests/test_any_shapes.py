"""Shapes graphs of any kind, made at random: judging them never fails, and where pySHACL fails or finds something, it is told."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pytest
import rdflib
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pyshacl import validate
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node
from sealed import judged

from publish.shapes.components import COMPONENTS

EX = rdflib.Namespace("http://example.org/")
NODES = [*(EX[name] for name in ("S0", "S1", "S2")), *map(BNode, ("b0", "b1", "b2", "b3"))]
OF_SHAPES = ("node", "not", "property", "qualifiedValueShape", "and", "or", "xone", "sparql")
OF_LISTS = ("in", "languageIn", "ignoredProperties", "and", "or", "xone")
OF_PATHS = ("path", "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
PLAIN = ("class", "nodeKind", "minCount", "maxCount", "minLength", "pattern", "hasValue", "closed", "uniqueLang", "equals", "disjoint", "deactivated")
GRAPHS = 400
SENSE = 20
"""How many values that make sense there are to one that need not."""
COUNTS = ("qualifiedMinCount", "qualifiedMaxCount")
VALUES: list[Node] = [
    EX.C,
    EX.p,
    EX.q,
    SH.IRI,
    SH.Literal,
    Literal(1),
    Literal(0),
    Literal(-1),
    Literal("true", datatype=XSD.boolean),
    Literal("["),
    Literal("a"),
    Literal("1_0", datatype=XSD.integer),
]
SKELETON = [
    (EX.S0, RDF.type, SH.NodeShape),
    (EX.S0, SH.targetClass, EX.C),
    (EX.S1, SH.targetSubjectsOf, EX.p),
    (EX.S1, SH.path, EX.q),
    (EX.S2, SH.path, EX.p),
    (BNode("b0"), RDF.first, BNode("b1")),
    (BNode("b0"), RDF.rest, RDF.nil),
    (BNode("b2"), SH.path, EX.p),
]
DATA = "".join(f"<{EX}{thing}> <{RDF.type}> <{EX.C}> .\n<{EX}{thing}> <{EX.p}> <{EX}{other}> .\n" for thing, other in ("ab", "bc", "ca"))
DATA += f'<{EX.a}> <{EX.q}> "a"@en .\n<{EX.a}> <{EX.q}> "b"@en .\n<{EX.b}> <{EX.q}> "1"^^<{XSD.integer}> .\n'
Triple = tuple[Node, Node, Node]
Row = tuple[str, ...]


def _statements() -> st.SearchStrategy[Triple]:
    """One statement of a shapes graph: more often than not one that makes sense."""
    nodes, paths = st.sampled_from(NODES), st.sampled_from([*NODES, EX.p, EX.q])
    everything = st.sampled_from([*NODES, RDF.nil, *VALUES])

    def about(words: tuple[str, ...], values: st.SearchStrategy[Node]) -> st.SearchStrategy[Triple]:
        return st.tuples(nodes, st.sampled_from([SH[word] for word in words]), st.one_of(*[values] * SENSE, everything))

    lists = st.tuples(nodes, st.sampled_from([RDF.first, RDF.rest]), st.one_of(nodes, st.just(RDF.nil)))
    kinds = st.tuples(nodes, st.just(RDF.type), st.sampled_from([SH.NodeShape, SH.PropertyShape]))
    values = st.sampled_from(VALUES)
    return st.one_of(
        about(OF_SHAPES, nodes), about(OF_LISTS, nodes), about(OF_PATHS, paths), about(PLAIN, values), about(PLAIN, values), about(COUNTS, values), lists, kinds
    )


def as_text(triples: list[Triple]) -> str:
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        graph.add(triple)
    return str(graph.serialize(format="nt"))


def rows(results: Iterable[Mapping[str, str]]) -> Counter[Row]:
    """Results by focus node, value, component and shape; a blank node as ``_``."""
    found = Counter[Row]()
    for result in results:
        focus, value, shape = (result[key].strip("<>") for key in ("focus_node", "value", "shape"))
        named = shape if shape.startswith(EX) else "_"
        found[(*("_" if term.startswith("_:") else term for term in (focus, value)), result["component"], named)] += 1
    return found


def by_plain_pyshacl(shapes: str) -> Counter[Row] | None:
    """What pySHACL finds as it comes; nothing where it fails."""
    data, graph = (Graph(bind_namespaces="none").parse(data=text, format="nt") for text in (DATA, shapes))
    try:
        _conforms, report, _text = validate(data, shacl_graph=graph, inference="none", max_validation_depth=31)
        assert isinstance(report, Graph)
    except Exception:
        return None

    def text(result: Node, word: URIRef) -> str:
        node = report.value(result, word)
        return (
            "" if node is None else "_" if isinstance(node, BNode) else node.n3().strip("<>") if isinstance(node, Literal) else str(node).removeprefix(str(SH))
        )

    words = (SH.focusNode, SH.value, SH.sourceConstraintComponent, SH.sourceShape)
    return Counter(tuple(text(result, word) for word in words) for result in report.objects(None, SH.result))


def test_what_pyshacl_fails_at_or_finds_is_told(figure: Callable[[str, int], None]) -> None:
    @settings(max_examples=GRAPHS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(_statements(), min_size=1, max_size=5))
    def hold(statements: list[Triple]) -> None:
        shapes = as_text([*SKELETON, *statements])
        with pytest.MonkeyPatch.context() as patch:
            for component in COMPONENTS:
                for word in component.constraint_parameters():
                    patch.setitem(CONSTRAINT_PARAMETERS_MAP, word, component)
            found = judged(DATA, shapes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = by_plain_pyshacl(shapes)
        troubled = bool(found["faults"] or found["failures"])
        event(f"pySHACL {'fails' if plain is None else 'finds'}, told {troubled}")
        if plain is None:
            assert troubled
        elif not troubled:
            assert rows(found["results"]) == plain  # type: ignore[arg-type]  # JSON

    hold()
    figure("random shapes graphs", GRAPHS)
