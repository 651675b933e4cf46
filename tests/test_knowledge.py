"""The knowledge itself: what is stated, what follows from it, and the questions that it must answer (`test_questions` asks them).

What is held against the source page and the design tables is skipped where they are absent: they are no part of the project.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import rdflib
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
)

from publish.build import load_project
from publish.model import OA, OWL, RDF, RDFS, SKOS, TYPE, Project
from publish.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib.term import Node

Term = NamedNode | BlankNode | Literal
Row = tuple[Term | None, ...]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
QUESTIONS = sorted((ROOT / "ontology/questions").glob("*.rq"))
RULES = sorted((ROOT / "ontology/rules").glob("*.rq"))
HEAD = re.compile(
    r"# title@da: \S.*\n# title@en: \S.*\n# description@da: \S.*\n# description@en: \S.*\n(# confidence: [a-z]+\n)?"
    r"(# \?\w+@da: \S.*\n# \?\w+@en: \S.*\n)*(# (picture|featured): \w+\n)*(PREFIX \S+: <\S+>\n)+\n[A-Z]"
)

# which derived statements answer to which row of the design's table of conclusions
CONCLUSIONS = {
    "D01": ("frank-jensen-lord-mayor-of-copenhagen",),
    "D02": ("frank-jensen-eurocities-chair-start",),
    "D03": ("mayors-in-c40-steering-group",),
    "D04": ("copenhagen-not-a-megacity",),
    "D05": ("green-growth-second-workshop", "green-growth-third-workshop"),
    "D06": ("writing-of-the-page-earliest",),
    "D07": ("copenhagen-member-of-eurocities",),
    "D08": ("c40-steering-group-election-earliest", "c40-steering-group-election-latest"),
    "D09": ("chinese-green-investment-in-danish-kroner",),
    "D10": ("hanna-gronkiewicz-waltz-eurocities-chair-start",),
    "D12": ("sustainable-urban-development-agreement-place", "sustainable-urban-development-agreement-time"),
    "D13": ("global-green-growth-forum-time",),
    "D14": ("green-growth-meetings-in-copenhagen",),
    "D15": ("green-growth-network-part-of-c40",),
}
# says a membership again as one plain link; the design has no row for it
RESTATED = "copenhagen-member-of-c40"

DEF = "https://w3id.org/bynet/def/"
ID = "https://w3id.org/bynet/id/"
DERIVED = ID + "derived/"
ORG = "http://www.w3.org/ns/org#"
TIME = "http://www.w3.org/2006/time#"
DERIVED_STATEMENT = NamedNode(DEF + "DerivedStatement")
FACT = NamedNode(DEF + "Fact")
IDENTITY = [NamedNode(iri) for iri in (OWL + "sameAs", RDFS + "seeAlso", SKOS + "exactMatch", SKOS + "closeMatch", "http://purl.org/dc/terms/relation")]
IDENTITY_SCHEMES = {"Wikidata", "GeoNames", "EU place", "EU country", "EU currency", "NUTS"}

needs_design = pytest.mark.skipif(not SHARED.is_dir(), reason="the source page and the design tables are not beside the project")


class Passage(NamedTuple):
    """A row of the design's table of passages."""

    name: str
    start: int
    end: int
    kind: str


@pytest.fixture(scope="module")
def project() -> Project:
    """The whole project, with everything that follows from it: the one place where the knowledge is loaded."""
    return load_project(ROOT)


@pytest.fixture(scope="module")
def store(project: Project) -> Store:
    """Stated and derived triples in one default graph, as a triple store sees them."""
    return filled([*project.stated, *project.derived])


@pytest.fixture(scope="module")
def graph(project: Project) -> Iterator[rdflib.Graph]:
    """The same triples in rdflib, their literals left as they are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        yield parsed([*project.stated, *project.derived])


def filled(triples: Iterable[Triple]) -> Store:
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def parsed(triples: Iterable[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    graph.parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    return graph


def term(node: Node | None) -> Term | None:
    """Return the term of pyoxigraph that is the term *node* of rdflib; no term for no term."""
    match node:
        case rdflib.URIRef():
            return NamedNode(str(node))
        case rdflib.Literal(language=str(language)):
            return Literal(str(node), language=language)
        case rdflib.Literal(datatype=rdflib.URIRef() as datatype):
            return Literal(str(node), datatype=NamedNode(str(datatype)))
        case rdflib.Literal():
            return Literal(str(node))
    assert node is None, "a blank node has no place in an answer"
    return None


def rows_of(solutions: QuerySolutions | QueryBoolean) -> list[Row]:
    assert isinstance(solutions, QuerySolutions)
    return [tuple(solution) for solution in solutions]


def select(store: Store, query: str) -> list[Row]:
    solutions = store.query(query, prefixes={"def": DEF, "oa": OA, "rdf": RDF})
    assert isinstance(solutions, QuerySolutions)
    return rows_of(solutions)


def construct(store: Store, rule: Path) -> set[Triple]:
    triples = store.query(rule.read_text())
    assert isinstance(triples, QueryTriples)
    return set(triples)


def construct_by_rdflib(graph: rdflib.Graph, rule: Path) -> set[Triple]:
    return {Triple(term(s), term(p), term(o)) for s, p, o in graph.query(rule.read_text())}  # type: ignore[arg-type, misc]  # rows of a CONSTRUCT


def table(name: str) -> list[dict[str, str]]:
    with (SHARED / "design" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def design_passages() -> list[Passage]:
    return [Passage(row["id"], int(row["start"]), int(row["end"]), row["kind"]) for row in table("facts.csv")]


def source_page() -> str:
    return next((SHARED / "source").glob("*.txt")).read_bytes().decode()


# the questions


def test_there_are_at_least_25_questions() -> None:
    assert len(QUESTIONS) >= 25


@pytest.mark.parametrize("file", [*QUESTIONS, *RULES], ids=lambda file: file.stem)
def test_every_query_says_what_it_is_in_both_languages(file: Path) -> None:
    text = file.read_text()
    assert HEAD.match(text)
    prefixes = re.findall(r"^PREFIX (\S+):", text, re.MULTILINE)
    body = re.sub(r'"[^"\n]*"', '""', re.sub(r"^ *(#|PREFIX).*\n", "", text, flags=re.MULTILINE))
    assert prefixes == sorted(prefixes)
    assert set(prefixes) == set(re.findall(r"(?<![\w?-])([a-z][a-z0-9-]*):", body))


def test_every_question_has_an_answer_and_every_answer_a_question() -> None:
    assert [file.with_suffix(".tsv") for file in QUESTIONS] == sorted((ROOT / "ontology/questions").glob("*.tsv"))


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.stem)
def test_every_question_has_an_answer_in_a_fixed_order(file: Path) -> None:
    assert "ORDER BY" in file.read_text()
    assert len(file.with_suffix(".tsv").read_text().splitlines()) > 1


# what is stated


@needs_design
def test_every_stated_passage_supports_a_fact_and_no_other_passage_does(store: Store) -> None:
    query = "SELECT DISTINCT ?start ?end { ?fact a def:Fact ; def:supportedBy/oa:hasSelector ?position . ?position oa:start ?start ; oa:end ?end }"
    expected = {(row.start, row.end) for row in design_passages() if row.kind in {"stated", "claim"}}
    assert {ends(row) for row in select(store, query)} == expected


@needs_design
def test_passages_are_those_of_the_page_but_the_withheld_ones(store: Store) -> None:
    query = "SELECT ?start ?end { ?passage a def:SourcePassage ; oa:hasSelector ?position . ?position oa:start ?start ; oa:end ?end }"
    listed = [ends(row) for row in select(store, query)]
    assert sorted(listed) == sorted((row.start, row.end) for row in design_passages() if row.kind != "withheld")


@needs_design
def test_withheld_passages_are_only_counted(store: Store) -> None:
    query = "SELECT ?end ?count { ?passage def:withheld ?count ; oa:hasSelector/oa:end ?end }"
    counts: dict[int, int] = {}
    last = 0
    for row in design_passages():
        if row.kind == "withheld":
            counts[last] = counts.get(last, 0) + 1
        else:
            last = row.end
    assert dict(ends(row) for row in select(store, query)) == counts


@needs_design
def test_key_words_are_few_and_stand_inside_their_passage(store: Store) -> None:
    page = source_page()
    query = "SELECT ?start ?end ?words { ?position oa:start ?start ; oa:end ?end ; oa:refinedBy/oa:exact ?words }"
    for start, end, words in select(store, query):
        assert isinstance(words, Literal)
        assert 1 <= len(words.value.split()) <= 6
        assert words.value in page[number(start) : number(end)]


@needs_design
def test_withheld_words_stand_in_no_file() -> None:
    # only the names of files are told: a failing test must not publish the words either
    words = withheld_words()
    found = [file for file in project_files() if any(word in text for text in (readable(file),) for word in words)]
    assert found == []


@needs_design
def test_outside_identifiers_are_the_verified_ones(project: Project) -> None:
    links = table("links.csv")
    used = {triple.object.value for triple in project.stated if triple.predicate in IDENTITY and isinstance(triple.object, NamedNode)}
    assert used == {row["iri"] for row in links if row["scheme"] in IDENTITY_SCHEMES}
    registers = re.compile("|".join({re.escape(re.sub(r"[^/]*/?$", "", row["iri"])) for row in links}))
    mentioned = {node.value for triple in project.stated for node in triple if isinstance(node, NamedNode) and registers.match(node.value)}
    assert mentioned <= {row["iri"] for row in links}


def ends(row: Row) -> tuple[int, int]:
    return number(row[0]), number(row[1])


def number(value: Term | None) -> int:
    assert isinstance(value, Literal)
    return int(value.value)


def withheld_words() -> set[str]:
    """Return what must stand nowhere, in lower case: each withheld text, any two words of a name, the first half of an address."""
    page, words, before = source_page(), set[str](), ""
    for row in design_passages():
        text = page[row.start : row.end].strip(" ,").lower()
        if row.kind == "withheld":
            words |= {text, text.partition("@")[0]}
            if before != "withheld":
                words |= {f"{one} {other}" for one, other in combinations(text.split(), 2)}
        before = row.kind
    return words


def project_files() -> Iterator[Path]:
    """Every file of the checkout but the machinery's own: hidden folders, caches, what is built, and the numbers of lines that tests ran through."""
    skipped = {"__pycache__", "node_modules", "site", "dist", "build", "htmlcov"}
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        if (
            file.is_file()
            and not parts[-1].startswith(".coverage")
            and not any(part in skipped or (part.startswith(".") and part != ".github") for part in parts[:-1])
        ):
            yield file


def readable(file: Path) -> str:
    return file.read_bytes().decode(errors="replace").lower()


# what follows


@needs_design
def test_every_conclusion_of_the_design_is_drawn_as_surely_as_it_says(store: Store) -> None:
    conclusions = {row["id"]: row for row in table("derived.csv")}
    assert set(conclusions) == set(CONCLUSIONS)
    for row, slugs in CONCLUSIONS.items():
        for slug in slugs:
            found = select(store, f"SELECT ?confidence {{ <{DERIVED}{slug}> a def:DerivedStatement ; def:confidence ?confidence }}")
            confidence = re.split(r"\W", conclusions[row]["confidence"], maxsplit=1)[0]
            assert found == [(NamedNode(f"https://w3id.org/bynet/code/confidence/{confidence}"),)], row


@needs_design
def test_every_conclusion_names_premises_on_all_the_passages_that_it_rests_on(store: Store) -> None:
    passages = {row.name: (row.start, row.end) for row in design_passages()}
    for conclusion in table("derived.csv"):
        needed = {passages[name] for name in conclusion["premises"].split()}
        for slug in CONCLUSIONS[conclusion["id"]]:
            query = f"SELECT ?start ?end {{ <{DERIVED}{slug}> def:premise/def:supportedBy/oa:hasSelector ?position . ?position oa:start ?start ; oa:end ?end }}"
            assert needed <= {ends(row) for row in select(store, query)}, slug


def test_nothing_else_is_concluded(store: Store) -> None:
    found = {row[0] for row in select(store, "SELECT ?derived { ?derived a def:DerivedStatement }")}
    assert found == {NamedNode(DERIVED + slug) for slugs in [*CONCLUSIONS.values(), (RESTATED,)] for slug in slugs}


def test_every_derived_statement_names_one_derived_triple(project: Project) -> None:
    statements = [triple.subject for triple in project.derived if triple.predicate == TYPE and triple.object == DERIVED_STATEMENT]
    named = named_triples(project)
    assert len(named) == len(statements)
    assert set(named.values()) == {1}
    assert set(named) <= set(project.derived)
    assert set(named).isdisjoint(project.stated)


def test_every_derived_triple_is_named_by_a_derived_statement_or_describes_what_one_names(project: Project) -> None:
    named = named_triples(project)
    statements = {triple.subject for triple in project.derived if triple.predicate == TYPE and triple.object == DERIVED_STATEMENT}
    stated = {triple.subject for triple in project.stated}
    new = {node for triple in named for node in (triple.subject, triple.object) if node not in stated}
    others = [triple for triple in project.derived if triple not in named and triple.subject not in statements | new]
    assert others == []


def test_every_derived_statement_names_its_rule_its_confidence_and_facts(store: Store) -> None:
    rules = {NamedNode(f"https://w3id.org/bynet/rules/{file.stem}") for file in RULES}
    query = """SELECT ?derived (COUNT(DISTINCT ?rule) AS ?rules) (COUNT(DISTINCT ?confidence) AS ?confidences) (SAMPLE(?rule) AS ?one) {
      ?derived a def:DerivedStatement, rdf:Statement ; def:rule ?rule ; def:confidence ?confidence } GROUP BY ?derived"""
    for derived, count, confidences, rule in select(store, query):
        assert (number(count), number(confidences)) == (1, 1), derived
        assert rule in rules
    assert select(store, "SELECT ?derived { ?derived a def:DerivedStatement . FILTER NOT EXISTS { ?derived def:premise ?fact . ?fact a def:Fact } }") == []
    assert select(store, "SELECT ?derived { ?derived def:premise ?premise . FILTER NOT EXISTS { ?premise def:supportedBy ?passage } }") == []


def test_facts_are_stated_or_derived_and_never_both(project: Project) -> None:
    supported = {triple.subject for triple in project.stated if triple.predicate.value == DEF + "supportedBy"}
    stated, derived = (
        {triple.subject for triple in triples if triple.predicate == TYPE and triple.object == FACT} for triples in (project.stated, project.derived)
    )
    assert stated == supported
    assert derived.isdisjoint(stated)
    assert derived <= {triple.subject for triple in named_triples(project)}


@pytest.mark.parametrize("rule", RULES, ids=lambda file: file.stem)
def test_a_rule_adds_nothing_to_what_is_derived_already(rule: Path, store: Store, project: Project) -> None:
    made = construct(store, rule)
    assert made
    assert made <= set(project.derived)


@pytest.mark.parametrize("rule", RULES, ids=lambda file: file.stem)
def test_a_rule_makes_the_same_in_rdflib(rule: Path, store: Store, graph: rdflib.Graph) -> None:
    assert construct_by_rdflib(graph, rule) == construct(store, rule)


def test_a_general_rule_names_no_single_thing(project: Project) -> None:
    def things(rule: Query) -> list[str]:
        kinds = [name for name, iri in rule.prefixes.items() if "/id/" in iri]
        return [name for kind in kinds for name in re.findall(rf"\b{kind}:[\w-]+", re.sub(r'"[^"]*"', "", rule.body))]

    assert {rule.file: things(rule) for rule in project.rules if things(rule)} == {}


@pytest.mark.parametrize(
    ("rule", "subject", "predicate", "value"),
    [
        ("start-from-end-and-duration", "when/frank-jensen-eurocities-chair", TIME + "hasBeginning", "when/chinese-investment"),
        ("successor-begins", "when/hanna-gronkiewicz-waltz-eurocities-chair", TIME + "hasBeginning", "when/chinese-investment"),
        ("parallel-events-share-time", "event/global-green-growth-forum", DEF + "when", "when/chinese-investment"),
        ("member-of-through-body", "membership/copenhagen-eurocities-board", ORG + "organization", "network/eurocities"),
    ],
)
def test_a_rule_is_silent_where_the_source_speaks(rule: str, subject: str, predicate: str, value: str, project: Project) -> None:
    file = ROOT / "ontology/rules" / f"{rule}.rq"
    spoken = Triple(NamedNode(ID + subject), NamedNode(predicate), NamedNode(ID + value))
    assert construct(filled(project.stated), file)
    assert construct(filled([*project.stated, spoken]), file) == set()


@pytest.mark.parametrize(("date", "bounds"), [("2014-23", {"2014-09-01", "2014-11-30"}), ("2014-24", set()), ("2014-03", set()), ("XXXX-21", set())])
def test_only_a_season_that_lies_in_one_year_gets_bounds(date: str, bounds: set[str], project: Project) -> None:
    triples = [Triple(triple.subject, triple.predicate, Literal(date)) if triple.predicate.value == DEF + "statedDate" else triple for triple in project.stated]
    made = construct(filled(triples), ROOT / "ontology/rules/season-bounds.rq")
    days = {DEF + "earliestDate", DEF + "latestDate"}
    assert {triple.object.value for triple in made if triple.predicate.value in days and isinstance(triple.object, Literal)} == bounds


def named_triples(project: Project) -> Counter[Triple]:
    """Return how many derived statements name each triple."""
    named = Counter[Triple]()
    query = "SELECT ?subject ?predicate ?object { ?derived a def:DerivedStatement ; rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object }"
    for subject, predicate, value in select(filled(project.derived), query):
        assert isinstance(subject, NamedNode)
        assert isinstance(predicate, NamedNode)
        assert value is not None
        named[Triple(subject, predicate, value)] += 1
    return named


# what the ontology entails


@pytest.fixture(scope="module")
def entailed(project: Project) -> tuple[list[str], list[tuple[str, str]]]:
    return closure_of([*project.triples("ontology"), *project.stated, *project.derived])


def test_the_ontology_contradicts_nothing(entailed: tuple[list[str], list[tuple[str, str]]]) -> None:
    assert entailed[0] == []


def test_the_ontology_adds_no_type_that_is_not_stated(entailed: tuple[list[str], list[tuple[str, str]]]) -> None:
    assert {kind for _thing, kind in entailed[1]} == {OWL + "Thing"}


def test_the_closure_would_see_a_contradiction_and_a_surprising_type(project: Project) -> None:
    city = NamedNode("https://w3id.org/bynet/id/city/copenhagen")
    contradiction = Triple(city, TYPE, NamedNode(DEF + "CityNetwork"))
    surprise = Triple(city, NamedNode(DEF + "supportedBy"), city)
    errors, types = closure_of([*project.triples("ontology"), contradiction, surprise, Triple(city, TYPE, NamedNode(DEF + "City"))])
    assert errors
    assert (city.value, DEF + "SourcePassage") in types


def closure_of(triples: Iterable[Triple]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the errors that an OWL 2 RL closure of *triples* finds and the types that it adds, owl:sameAs left out."""
    lines = "".join(f"{triple} .\n" for triple in triples if triple.predicate.value != OWL + "sameAs")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(close, lines).result()


def close(lines: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Run in a process of its own."""
    import owlrl  # type: ignore[import-untyped]  # noqa: PLC0415 - changes how rdflib reads literals, for the whole process

    graph = rdflib.Graph(bind_namespaces="none")
    graph.parse(data=lines, format="nt")
    before = set(graph.subject_objects(rdflib.RDF.type))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    errors = sorted(str(message) for message in graph.objects(None, rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")))
    added = set(graph.subject_objects(rdflib.RDF.type)) - before
    return errors, sorted((str(thing), str(kind)) for thing, kind in added if isinstance(thing, rdflib.URIRef) and thing.startswith("https://w3id.org/bynet/"))
