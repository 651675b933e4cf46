"""Rules: what follows is found to its end, stands apart from what is stated, and comes from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench import EXAMPLE, bynet, make_project, triples, turtle

from publish.derive import ROUNDS, derive
from publish.errors import BadQuery
from publish.model import sort_triples
from publish.query import Query
from publish.sparql import load, run

HEAD = "# title@en: T\n# description@en: D\nPREFIX def: <https://example.org/def/>\nPREFIX ex: <https://example.org/id/>\n\n"
CHAIN = turtle("".join(f"ex:n{number} def:knows ex:n{number + 1} .\n" for number in range(9)))
TRANSITIVE = "CONSTRUCT { ?a def:knows ?c } WHERE { ?a def:knows ?b . ?b def:knows ?c }\n"
ENDLESS = 'CONSTRUCT { ?next def:knows ?a } WHERE { ?a def:knows ?b BIND(IRI(CONCAT(STR(?a), "x")) AS ?next) }\n'


def rule(body: str) -> Query:
    return Query("urn:rule", "ontology/rules/r.rq", {"en": "T"}, {"en": "D"}, {"def": EXAMPLE + "def/", "ex": EXAMPLE + "id/"}, body, 6)


def test_rules_run_until_they_add_nothing() -> None:
    stated = triples(CHAIN)
    derived = derive(stated, [], [rule(TRANSITIVE)])
    assert len(derived) == 9 * 10 // 2 - 9
    assert derived == sort_triples(derived)
    assert not set(derived) & set(stated)
    assert derive([*stated, *derived], [], [rule(TRANSITIVE)]) == []


def test_a_rule_may_need_what_a_later_rule_adds() -> None:
    rules = [rule("CONSTRUCT { ?a def:third ?b } WHERE { ?a def:second ?b }"), rule("CONSTRUCT { ?a def:second ?b } WHERE { ?a def:first ?b }")]
    stated = triples("<urn:a> <https://example.org/def/first> <urn:b> .")
    assert [triple.predicate.value for triple in derive(stated, [], rules)] == [EXAMPLE + "def/second", EXAMPLE + "def/third"]


def test_judgements_are_derived_too_but_not_what_is_stated_already() -> None:
    stated, judgements = triples("<urn:a> <urn:p> 1 ."), triples("<urn:a> <urn:p> 1 , 2 .")
    assert derive(stated, judgements, []) == judgements[1:]


def test_a_rule_passes_a_number_on_as_the_data_spells_it() -> None:
    stated = triples('<urn:a> <https://example.org/def/price> 7.50 , 9 , "2012-10-08T24:00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime> .')
    copied = derive(stated, [], [rule("CONSTRUCT { ?a def:copy ?price } WHERE { ?a def:price ?price }")])
    assert {triple.object for triple in copied} == {triple.object for triple in stated}


def test_the_order_of_what_goes_in_makes_no_difference() -> None:
    stated = triples(CHAIN)
    assert derive(stated, [], [rule(TRANSITIVE)]) == derive(stated[::-1], [], [rule(TRANSITIVE)])


def test_endless_rules_stop_with_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BadQuery) as stopped:
        derive(triples(CHAIN), [], [rule(ENDLESS)])
    assert (stopped.value.name, stopped.value.values) == ("endless-rules", {"rounds": ROUNDS})
    circle = CHAIN + "ex:n9 def:knows ex:n0 .\n"
    root = make_project(tmp_path, {"data/chain.ttl": circle, "ontology/rules/endless.rq": HEAD.replace("PREFIX ex: <https://example.org/id/>\n", "") + ENDLESS})
    for command in (["check"], ["publish", "--out", str(tmp_path / "site")], ["show", "n1"]):
        ended = bynet("--root", root, *command)
        assert ended.code != 0
        assert "Traceback" not in ended.err
        assert str(ROUNDS) in ended.err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("body", ["SELECT ?a WHERE { ?a def:knows ex:n1 }\n", "ASK { ?a def:knows ex:n1 }\n"])
def test_a_rule_that_is_no_construct_is_a_finding_with_its_line(tmp_path: Path, body: str) -> None:
    root = make_project(tmp_path, {"data/chain.ttl": CHAIN, "ontology/rules/r.rq": HEAD + body})
    ended = bynet("--root", root, "check")
    assert ended.code == 1
    assert "ontology/rules/r.rq:6:" in ended.out
    assert "CONSTRUCT" in ended.out
    with pytest.raises(BadQuery):
        derive([], [], [rule(body)])


@pytest.mark.parametrize("word", ["SERVICE", "service", "SERVICE SILENT", "\\u0053ERVICE", "S\\u0045RVICE", "\\U00000053ERVICE"])
def test_a_query_never_leaves_the_machine(word: str) -> None:
    query = f"SELECT * WHERE {{ {word} <http://127.0.0.1:9/> {{ ?a ?b ?c }} }}"
    with pytest.raises(BadQuery) as refused:
        run(load([]), query, {})
    assert refused.value.name == "query-service"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { ?service ?p 'SERVICE' }",
        "SELECT * WHERE { ?a <urn:SERVICE> ?b } # SERVICE",
        "SELECT ?SERVICE WHERE { ?SERVICE ?p ?o }",
        "PREFIX service: <urn:> SELECT * { ?a service:SERVICE ?b }",
    ],
)
def test_the_word_alone_is_no_service(query: str) -> None:
    run(load([]), query, {})


@pytest.mark.parametrize(
    "query", ["LOAD <http://127.0.0.1:9/>", "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "SELECT * FROM <http://127.0.0.1:9/> WHERE { ?a ?b ?c", "", "DROP ALL"]
)
def test_only_a_query_is_a_query(query: str) -> None:
    with pytest.raises(BadQuery):
        run(load([]), query, {})


def test_a_graph_on_the_web_is_only_a_name() -> None:
    answer = run(load(triples("<urn:a> <urn:b> <urn:c> .")), "ASK FROM <http://127.0.0.1:9/> { ?a ?b ?c }", {})
    assert not bool(answer)
