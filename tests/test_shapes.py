"""The shapes, proved by cases: ``tests/shapes/<shape file>/<what is odd>.ttl``.

A case states the validation results that it must give, all of them, each with its path where that is one property and with its
value where it has one; a case that states none must conform. Each case is held against the shape file of its folder
only, so that it can stay small; the real data is held against all of them.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pytest
import rdflib
from pyshacl import validate
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef

from publish.build import load_project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node

    from publish.model import Project

rdflib.NORMALIZE_LITERALS = False  # it is the spelling that a pattern checks

ROOT = Path(__file__).parents[1]
SHAPE_FILES = sorted((ROOT / "shapes").glob("*.ttl"))
CASES = sorted((ROOT / "tests/shapes").glob("*/*.ttl"))
LANGUAGES = ["da", "en"]
SHAPES = Namespace("https://w3id.org/bynet/shapes/")
OUTCOME = (SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape, SH.value)

Outcome = tuple[str, ...]


@cache
def project() -> Project:
    """Return the project itself, with all that its rules derive."""
    return load_project(ROOT)


def graph_of(triples: Iterable[pyoxigraph.Triple]) -> Graph:
    """Return *triples* as an rdflib graph without prefixes."""
    graph = Graph(bind_namespaces="none")
    for triple in triples:
        graph.add((as_rdflib(triple.subject), as_rdflib(triple.predicate), as_rdflib(triple.object)))
    return graph


def as_rdflib(term: object) -> Node:
    """Return a term of pyoxigraph as one of rdflib, a literal as it is spelt: rdflib's own parsers make P1D of PT24H."""
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    assert isinstance(term, pyoxigraph.Literal)
    datatype = None if term.language or term.datatype.value == str(XSD.string) else URIRef(term.datatype.value)
    return Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


def read_graph(*files: Path) -> Graph:
    """Return what stands in Turtle *files* as one rdflib graph."""
    return graph_of(quad.triple for file in files for quad in pyoxigraph.parse(path=file, format=pyoxigraph.RdfFormat.TURTLE))


@cache
def all_shapes() -> Graph:
    """Return the shapes of all files, with the prefixes that their SPARQL needs."""
    return graph_of(project().shapes_graph)


@cache
def shapes_of(stem: str) -> Graph:
    """Return the shapes of one file, with the prefixes that their SPARQL needs."""
    declarations = [triple for triple in all_shapes() if triple[1] in (SH.declare, SH.prefix, SH.namespace)]
    shapes = read_graph(ROOT / f"shapes/{stem}.ttl")
    for triple in declarations:
        shapes.add(triple)
    return shapes


def outcomes(report: Graph) -> Counter[Outcome]:
    """Return the validation results in *report*, each as the terms of `OUTCOME` that it has; a path only where it is an IRI."""
    found: Counter[Outcome] = Counter()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        terms = (report.value(result, word) for word in OUTCOME)
        found[tuple("" if term is None or isinstance(term, BNode) else term.n3() for term in terms)] += 1
    return found


def held_against(data: Graph, shapes: Graph) -> Counter[Outcome]:
    """Return what *shapes* find in *data*, without inference."""
    _conforms, report, _text = validate(data, shacl_graph=shapes, inplace=True, advanced=False, meta_shacl=False, do_owl_imports=False)
    assert isinstance(report, Graph), report
    return outcomes(report)


def constraints(shapes: Graph) -> set[tuple[str, str]]:
    """Return each shape that can give results of its own, with each constraint component that it uses.

    The component of ``sh:minCount`` is ``sh:MinCountConstraintComponent``, and so for every parameter but ``sh:sparql``;
    ``sh:property`` only passes results on. A shape inside ``sh:or``, ``sh:xone``, ``sh:not`` or a qualified value shape
    gives no results; the shape around it does.
    """
    inner = {member for word in (SH["or"], SH.xone, SH["and"]) for head in shapes.objects(None, word) for member in shapes.items(head)}
    inner |= {shape for word in (SH["not"], SH.qualifiedValueShape) for shape in shapes.objects(None, word)}
    inner |= {shape for outer in inner for shape in shapes.objects(outer, SH.property)}
    listed = set()
    for shape, word, _value in shapes:
        name = "SPARQL" if word == SH.sparql else str(word).removeprefix(str(SH))
        component = URIRef(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent")
        if shape not in inner and word != SH.property and component in SH:
            listed.add((shape.n3(), component.n3()))
    return listed


def unknown_words(graph: Graph) -> list[str]:
    """Return the words in SHACL's namespace that SHACL does not define, sorted."""
    words = {term for triple in graph for term in triple if isinstance(term, URIRef) and term.startswith(str(SH))}
    return sorted(str(word) for word in words if word not in SH)


def languages(graph: Graph, subject: Node, word: URIRef) -> list[str]:
    """Return the language tags of the texts that *subject* has for *word*, sorted."""
    return sorted(text.language or "" for text in graph.objects(subject, word) if isinstance(text, Literal))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_case_gives_exactly_the_results_that_it_states(case: Path) -> None:
    data = read_graph(case)
    stated = outcomes(data)
    for result in list(data.subjects(RDF.type, SH.ValidationResult)):
        data.remove((result, None, None))
    assert held_against(data, shapes_of(case.parent.name)) == stated


def test_every_constraint_of_every_shape_has_a_case_that_breaks_it() -> None:
    broken = {(shape, component) for case in CASES for _focus, _path, _severity, component, shape, _value in outcomes(read_graph(case))}
    assert constraints(all_shapes()) == broken


def test_every_shape_file_with_constraints_has_a_folder_with_a_conforming_case() -> None:
    with_constraints = {file.stem for file in SHAPE_FILES if constraints(read_graph(file))}
    conforming = {case.parent.name for case in CASES if not outcomes(read_graph(case))}
    assert conforming == {case.parent.name for case in CASES} == with_constraints


def test_no_word_of_shacl_is_misspelt() -> None:
    graph = read_graph(*CASES) + all_shapes()
    assert not unknown_words(graph)
    graph.add((URIRef("https://w3id.org/bynet/shapes/Tenure-member"), URIRef(f"{SH}minCont"), Literal(1)))
    assert unknown_words(graph) == [f"{SH}minCont"]


def test_every_property_shape_has_one_path_and_a_name_and_a_message_in_both_languages() -> None:
    shapes = all_shapes()
    for shape in shapes.subjects(RDF.type, SH.PropertyShape):
        assert len(list(shapes.objects(shape, SH.path))) == 1, shape
        assert languages(shapes, shape, SH.name) == languages(shapes, shape, SH.message) == LANGUAGES, shape
    assert set(shapes.subjects(SH.path)) == set(shapes.subjects(RDF.type, SH.PropertyShape))


def test_every_node_shape_has_a_label_and_its_own_constraints_a_message_in_both_languages() -> None:
    shapes = all_shapes()
    with_results = {shape for shape, component in constraints(shapes) if component != SH.SPARQLConstraintComponent.n3()}
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        assert languages(shapes, shape, RDFS.label) == LANGUAGES, shape
        assert shape.n3() not in with_results or languages(shapes, shape, SH.message) == LANGUAGES, shape
    for constraint in shapes.objects(None, SH.sparql):
        assert languages(shapes, constraint, SH.message) == LANGUAGES, constraint


def test_every_property_of_a_thing_stands_in_one_group_at_one_place() -> None:
    # a property shape inside sh:or is no part of a page: it is a condition
    shapes = all_shapes()
    groups = set(shapes.subjects(RDF.type, SH.PropertyGroup))
    orders = [order for group in groups for order in shapes.objects(group, SH.order)]
    assert len(groups) == len(orders) == len(set(orders))
    for group in groups:
        assert languages(shapes, group, RDFS.label) == languages(shapes, group, RDFS.comment) == LANGUAGES, group
    with_targets = {shape for word in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf) for shape in shapes.subjects(word)}
    placed = {shape for node in with_targets for shape in shapes.objects(node, SH.property) if isinstance(shapes.value(shape, SH.path), URIRef)}
    for shape in placed:
        assert len(list(shapes.objects(shape, SH.order))) == 1, shape
        assert set(shapes.objects(shape, SH.group)) <= groups, shape
        assert len(list(shapes.objects(shape, SH.group))) == 1, shape
    assert {group for shape in placed for group in shapes.objects(shape, SH.group)} == groups
    assert set(shapes.subjects(SH.group)) == placed


def test_what_the_calendar_adds_to_a_date_stands_apart_from_the_date() -> None:
    shapes = all_shapes()
    stated, *calculated = (shapes.value(SHAPES[f"TimeNode-{name}"], SH.group) for name in ("stated-date", "earliest-date", "latest-date"))
    assert stated == SHAPES["Group-time"]
    assert calculated == [SHAPES["Group-normalised"]] * 2


def test_every_property_of_the_data_has_a_shape_that_says_where_it_stands() -> None:
    placed = set(all_shapes().objects(None, SH.path))
    used = {URIRef(triple.predicate.value) for triple in project().data}
    assert used <= placed


def test_sparql_constraints_write_iris_with_prefixes_only() -> None:
    queries = [str(query) for query in all_shapes().objects(None, SH.select)]
    assert queries
    assert not [query for query in queries if "://" in query]


@pytest.mark.parametrize("part", ["data", "data and ontology"])
def test_the_projects_own_data_has_no_finding(part: str) -> None:
    ontology = project().triples("ontology") if "ontology" in part else []
    data = graph_of([*project().data, *ontology])
    assert not held_against(data, all_shapes())
