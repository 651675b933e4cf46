"""What queries can see of data on disk: asked of that alone they answer as they do of everything, and rules make the same lines."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from workbench import LIBRARY, ROOT, make_project, turtle

from publish.answered import answered
from publish.bulk.asking import derived, derived_triples, store_of
from publish.bulk.footprint import footprint
from publish.bulk.index import Index, opened
from publish.bulk.lines import STATED, tagged
from publish.derive import derive
from publish.model import Project
from publish.query import Query
from publish.read import read_project

CITIES = Path(__file__).parent / "bench/project"
DATA = turtle(
    "".join(
        f'ex:n{number} a def:Thing ; def:size {number % 4}.{number % 3}0 , "{number:03}"^^xsd:integer ;'
        f' rdfs:label "N{number}"@en ; def:knows ex:n{number * 3 % 10} .\n'
        for number in range(10)
    )
)
SEEN = [
    "?a def:knows ?b VALUES ?a { ex:n1 ex:n2 }",
    "?a a def:Thing MINUS { ?a def:knows ex:n0 }",
    "?a a def:Thing OPTIONAL { ?a def:knows/rdfs:label ?b }",
    "?a def:size ?b FILTER(NOT EXISTS { ?a def:knows ?a })",
    "?a def:size ?b FILTER(EXISTS { ?a rdfs:label ?c . FILTER(EXISTS { ?a def:knows ?d . ?d def:size ?b }) })",
    "?a def:size ?c BIND(EXISTS { ?a def:knows ex:n0 } AS ?b)",
    "{ SELECT ?a (COUNT(?c) AS ?b) { ?a ^def:knows ?c } GROUP BY ?a HAVING(EXISTS { ?a def:size ?d }) } ?a rdfs:label ?e",
    "{ ?a def:knows ?b } UNION { ?a rdfs:label ?b }",
    "?a def:knows+ ?b",
    "ex:n1 def:knows* ?b . ?a def:knows ?b",
    "?a def:knows* ex:n1 . BIND(1 AS ?b)",
    "?a def:knows? ex:n1 . BIND(1 AS ?b)",
    "?a (def:knows|^def:knows)/def:size ?b",
    "?a def:knows* ?b",
    "?a def:knows? ?b",
    "?a (def:knows*/def:size?) ?b",
    "?a !def:knows ?b",
    "?a !(def:knows|^a) ?b",
    "?a ?b ?c",
    "?a ?p ?b FILTER(?p = def:size)",
    "GRAPH ?g { ?a def:knows ?b }",
    "{ SELECT * { ?a ?b ?c } }",
    "?a a def:Thing FILTER(EXISTS { ?a ?p ?b })",
    "?a a def:Thing . BIND(IRI(CONCAT(STR(?a), '0')) AS ?b)",
    "",
]


@contextmanager
def indexed(project: Project) -> Iterator[Index]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as files:
        path = Path(folder) / "stated"
        path.write_bytes(tagged(project.stated, STATED))
        yield opened(path, files)


def project_of(root: Path) -> Project:
    project = read_project(root).project
    assert project
    return project


def hold(data: Index, query: Query) -> bool:
    """Hold the answer of all data against that of what *query* can see; return whether that is less."""
    predicates = footprint([query])
    whole, part = (answered(store_of(data, seen), query) for seen in (None, predicates))
    assert (part and sorted(part.content.splitlines())) == (whole and sorted(whole.content.splitlines()))
    return predicates is not None


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Project:
    query = "# title@en: T\n# description@en: D\nPREFIX def: <https://example.org/def/>\n\nSELECT ?a WHERE { ?a def:knows ?b }\n"
    return project_of(
        make_project(tmp_path_factory.mktemp("project"), {"data/things.ttl": DATA, "ontology/questions/q.rq": query, "ontology/rules/r.rq": query})
    )


@pytest.mark.parametrize("where", SEEN)
def test_a_query_is_answered_from_what_it_sees(things: Project, where: str) -> None:
    with indexed(things) as data:
        for form in ("SELECT ?a ?b", "SELECT (COUNT(*) AS ?a)", "ASK"):
            hold(data, replace(things.questions[0], body=f"{form} WHERE {{ {where} }}\n", prefixes=things.prefixes))


@pytest.mark.parametrize("root", [ROOT, LIBRARY, CITIES], ids=["project", "library", "cities"])
def test_questions_of_projects_are_answered_from_what_they_see(root: Path) -> None:
    project = project_of(root)
    with indexed(project) as data:
        assert any(list(map(partial(hold, data), project.questions)))


RULES = [
    "CONSTRUCT { ?b def:size ?s } WHERE { ?a def:knows ?b ; def:size ?s }",
    "CONSTRUCT { ?b def:size 7.50 , 1.0 , 01 , 1e0 } WHERE { ?a def:knows ?b }",
    "CONSTRUCT { ?b def:sum ?t } WHERE { ?a def:knows ?b ; def:size ?s . ?b def:size ?u . BIND(?s + ?u AS ?t) }",
    "CONSTRUCT { ?a def:sum ?s } WHERE { { SELECT ?a (COUNT(?t) AS ?s) { ?a def:size ?t } GROUP BY ?a } }",
    "CONSTRUCT { ?a ?p ?s } WHERE { ?a ?p ?s ; def:knows ex:n0 }",
    'CONSTRUCT { ?a def:date "2020-01-01"^^xsd:date , "1"^^xsd:boolean ; rdfs:label "x"@en } WHERE { ?a def:knows ex:n0 }',
]
SPELT = 'ex:x def:other 7.5 , 2.20 , 1.00 , "1.0E0"^^xsd:double , "0001"^^xsd:integer , "true"^^xsd:boolean .\n'


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("more", ["", SPELT])
def test_rules_make_the_same_lines_as_in_memory(tmp_path: Path, things: Project, rule: str, more: str) -> None:
    own = project_of(make_project(tmp_path, {"data/things.ttl": DATA, **({"data/x.ttl": turtle(more)} if more else {})}))
    frame = replace(own, rules=(replace(things.rules[0], body=rule + "\n", prefixes=own.prefixes),))
    expected = derive(own.stated, [], frame.rules)
    with indexed(own) as stated:
        piece, _seen = derived(frame, stated, lambda _file: None)
    assert sorted(map(str, derived_triples(piece))) == sorted(map(str, expected))
