"""Which queries pass the gate: what only asks does, what would leave the machine does not, however it is written; and it takes little time to say so."""

from __future__ import annotations

import time

import pytest

from publish.errors import BadQuery
from publish.gate import Bounds, admit, admitting

LEAVING = [
    "SELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
    "SELECT * { service silent ?x { ?s ?p ?o } }",
    "ASK { FILTER(trueSERVICE<http://h/>{ ?s ?p ?o }) }",
    "SELECT * { ?s ?p 1SERVICE<http://h/> { } }",
    "PREFIX x: <http://h/> ASK { ?s ?p ?o SERVICEx:y { ?a ?b ?c } }",
    *(
        f"PREFIX {name}: <http://g/> PREFIX x: <http://h/> ASK {{ ?t a {name}:o SERVICE{more}x:y {{ ?a ?b ?c }} }}"
        for name in ("GRAPH", "graph", "FROM", "named", "mygraph")
        for more in ("", "SILENT")
    ),
]
ASKING = {
    "SELECT * { ?s ?p ?o }": "SELECT",
    "BASE <http://b/> PREFIX : <x#> ASK { :a :b <c> }": "ASK",
    "# SERVICE <http://h/> { }\nDESCRIBE <http://a/SERVICE>": "DESCRIBE",
    "SELECT ?service { ?service <http://h/SERVICE> 'SERVICE <http://h/> { }'@en }": "SELECT",
    "PREFIX service: <http://h/> SELECT * { GRAPH service:g { ?s service:p ?o } }": "SELECT",
    "PREFIX service: <http://h/> SELECT * FROM service:a FROM NAMED service:b { ?s ?p ?o }": "SELECT",
    'CONSTRUCT { ?s ?p ( 1 2.5 1e3 ) } WHERE { ?s ?p [ ?q \'a\' ; ?r """b"c"""^^<http://t/> ] . FILTER(?a < ?b && ?c >= 1 || !BOUND(?d)) }': "CONSTRUCT",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s (<http://p/>|^<http://q/>)*/!(<http://r/>|^a) ?o } GROUP BY ?o HAVING(?n > 1) ORDER BY DESC(?n) LIMIT 5": "SELECT",
    "SELECT * { VALUES (?x ?y) { (UNDEF 1) (<http://a/> 'b') } FILTER(?x IN (1, 2) && NOT EXISTS { ?x ?y ?z } && REGEX(STR(?x), 'a', 'i')) }": "SELECT",
}


@pytest.mark.parametrize("query", LEAVING)
def test_no_query_leaves_the_machine(query: str) -> None:
    with pytest.raises(BadQuery) as told:
        admit(query)
    assert told.value.name == "query-service"


@pytest.mark.parametrize("query", ASKING)
def test_what_only_asks_passes(query: str) -> None:
    assert admit(query).form == ASKING[query]


def test_the_dataset_and_the_prefixes_are_those_of_the_query() -> None:
    query = admit("PREFIX a: <http://a/> PREFIX b-c: <b> SELECT * FROM a:g { ?s ?p 'FROM' }")
    assert (query.dataset, dict(query.prefixes)) == (True, {"a": "http://a/", "b-c": "b"})
    assert not admit("SELECT * { ?from <http://FROM/> 'FROM' } # FROM").dataset


@pytest.mark.parametrize(
    "query",
    [
        f"PREFIX a: <http://{'a' * 125_000}> SELECT * {{ VALUES ?x {{ {'a: ' * 40_000}}} }}",
        f"BASE <http://{'a' * 125_000}> {'PREFIX a:<> ' * 10_000} ASK {{}}",
        f"SELECT ({'1 + ' * 60_000}1 AS ?x) {{}}",
        f"SELECT * {{ {'a:b ' * 60_000}}}",
    ],
)
def test_reading_takes_time_in_proportion_and_little_at_once(query: str) -> None:
    begun, longest = time.process_time(), 0.0
    steps = admitting(query, Bounds())
    try:
        while next(steps) is None:
            longest, begun = max(longest, time.process_time() - begun), time.process_time()
    except BadQuery:
        pass
    assert max(longest, time.process_time() - begun) < 0.2  # some milliseconds, and seconds where it is not so
