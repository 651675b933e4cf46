"""The queries that are sent to the endpoint to knock it over, as values.

`wires` has what is done below the queries, `nasty` makes up any number of others, `clients` sends them all. Where a query names
an address to fetch, it is that of a canary, which tells whether anybody came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from workbench import BAD_INPUTS, ROOT

CANARY = "http://127.0.0.1:18999"
"""The address that the queries name, until `Attack.against` puts another in its place."""
CANARY_FILE = "file:///canary"


@dataclass(frozen=True, slots=True)
class Attack:
    """A query that ought not to be answered, or not at any price."""

    name: str
    query: bytes
    accept: str = "application/sparql-results+json, text/turtle;q=0.9"

    def against(self, canary: str, file: str) -> Attack:
        """The same with the addresses of a real *canary* and of a real *file* in place of those that it names."""
        query = self.query.replace(CANARY.encode(), canary.encode()).replace(CANARY_FILE.encode(), file.encode())
        return Attack(self.name, query, self.accept)


ALL = "?s ?p ?o"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
COUNT = f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}"
STAR = f"SELECT * {{ {' '.join(f'?s ?p{number} ?o{number} .' for number in range(200))} }}"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
_DOUBLED = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(30))
_LENGTH = 250_000


def _attack(name: str, query: str, accept: str = "") -> Attack:
    return Attack(name, query.encode(), accept) if accept else Attack(name, query.encode())


def _filled(name: str, begin: str, part: str, end: str = "") -> Attack:
    """A query as long as one may be, of one *part* again and again."""
    return _attack(f"250 kB of {name}", begin + part * ((_LENGTH - len(begin) - len(end)) // len(part.encode())) + end)


SLOW = (
    _attack("a count over a product of four", COUNT),
    _attack("200 joined patterns", STAR),
    _attack("sorting a product", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?c ?i"),
    _attack("sorting a product by chance", "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()"),
    _attack("all that is different in a product", "SELECT DISTINCT ?a ?e ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"),
    _attack("paths of any length, from everywhere", "SELECT (COUNT(*) AS ?n) { ?a (!<x:z>|^!<x:z>)* ?b . ?b (!<x:y>)* ?c . ?c (!<x:y>)+ ?d }"),
    _attack("a string of a whole product", "SELECT (GROUP_CONCAT(?c) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"),
    _attack("a string doubled 30 times", f"SELECT (STRLEN(?x30) AS ?n) {{ BIND('aaaaaaaaaaaaaaaa' AS ?x0) {_DOUBLED} }}"),
    _attack("a large regular expression", f"SELECT * {{ {ALL} . ?a ?b ?c . ?d ?e ?f FILTER(REGEX(STR(?o), '((a{{1,100}}){{1,100}}){{1,100}}b')) }}"),
    _attack("an answer of a whole product", f"SELECT * {{ {PRODUCT} }}"),
    _attack("an answer of a whole product, in XML", f"SELECT * {{ {PRODUCT} }}", "application/sparql-results+xml"),
    _attack("a graph of a whole product", "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"),
    _attack("a description of everything", "DESCRIBE ?a ?b ?c ?d { ?a ?b ?c . ?d ?e ?f }"),
    _attack("a thousand million rows of no data", f"SELECT * {{ {' '.join(f'VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 0 }}' for n in range(9))} }}"),
    _attack("nothing, looked for in a product", f"ASK {{ {PRODUCT} FILTER(?a = ?a && ?c = <x:none>) }}"),
    _attack("an offset beyond a product", f"SELECT * {{ {PRODUCT} }} OFFSET 999999999999 LIMIT 1"),
    _attack("what is not in a product", f"SELECT * {{ {ALL} MINUS {{ ?s ?q ?r . {PRODUCT} }} }}"),
    _attack("a filter that asks a product each time", f"SELECT * {{ {ALL} FILTER NOT EXISTS {{ {PRODUCT} FILTER(?a = ?l && ?a != ?a) }} }}"),
    _attack("200 optional patterns", f"SELECT * {{ {ALL} {' '.join(f'OPTIONAL {{ ?x{n} ?y{n} ?z{n} }}' for n in range(200))} }}"),
)
DEEP = (
    _attack("20,000 parentheses", f"SELECT * {{ FILTER({'(' * 20_000}1{')' * 20_000}) }}"),
    _attack("20,000 groups in groups", f"SELECT * {{ {'{' * 20_000}{'}' * 20_000} }}"),
    _attack("5,000 EXISTS in EXISTS", f"SELECT * {{ {'FILTER EXISTS { ' * 5_000}{'}' * 5_000} }}"),
    _attack("3,000 selections in selections", f"SELECT * {{ {'{ SELECT * { ' * 3_000}{'} }' * 3_000} }}"),
    _attack("10,000 paths in paths", f"SELECT * {{ ?s {'(' * 10_000}<x:p>{')*' * 10_000} ?o }}"),
    _attack("20,000 nodes in nodes", f"SELECT * {{ {'[ <x:p> ' * 20_000}1{' ]' * 20_000} <x:p> 1 }}"),
    _attack("20,000 lists in lists", f"SELECT * {{ {'( ' * 20_000}{' )' * 20_000} <x:p> 1 }}"),
    _attack("5,000 functions in functions", f"SELECT ({'STR(' * 5_000}1{')' * 5_000} AS ?x) {{}}"),
    _attack("5,000 IFs in IFs", f"SELECT ({'IF(true, ' * 5_000}1{', 1)' * 5_000} AS ?x) {{}}"),
    _attack("3,000 triples in triples", f"SELECT * {{ {'<<( ' * 3_000}<x:s> <x:p> <x:o>{' )>> <x:p> <x:o> )>>' * 2_999} }}"),
    _attack("100,000 brackets that never close", f"SELECT * {{ {'(' * 100_000}"),
    _attack("5,000 BINDs in a row", f"SELECT * {{ {' '.join(f'BIND({n} AS ?x{n})' for n in range(5_000))} }}"),
    _attack("5,000 OPTIONALs in a row", f"SELECT * {{ {ALL} {'OPTIONAL { ?s ?p ?o } ' * 5_000} }}"),
    _attack("5,000 MINUSes in a row", f"SELECT * {{ {ALL} {'MINUS { ?s <x:p> ?o } ' * 5_000} }}"),
    _attack("10,000 UNIONs", f"SELECT * {{ {'{ ?s ?p ?o } UNION ' * 10_000}{{}} }}"),
    _attack("100,000 times not", f"ASK {{ FILTER({'!' * 100_000}true) }}"),
    _attack("100,000 times minus", f"SELECT ({'- ' * 100_000}1 AS ?x) {{}}"),
    _attack("a sum of 60,000", f"SELECT ({'1 + ' * 60_000}1 AS ?x) {{}}"),
    _attack("60,000 times or", f"ASK {{ FILTER({'1 ||' * 60_000}1) }}"),
    _attack("a path of 20,000 steps", f"SELECT * {{ ?s {'<x:p>/' * 20_000}<x:p> ?o }}"),
    _attack("a path of 20,000 ways", f"SELECT * {{ ?s {'<x:p>|' * 20_000}<x:p> ?o }}"),
    _attack("50,000 stars", f"SELECT * {{ ?s <x:p>{'*' * 50_000} ?o }}"),
    _attack("5,000 patterns", f"SELECT * {{ {'?s ?p ?o . ' * 5_000} }}"),
    _attack("5,000 different patterns", f"SELECT * {{ {' '.join(f'?s{n} ?p{n} ?o{n} .' for n in range(5_000))} }}"),
    _attack("40,000 values", f"SELECT * {{ VALUES ?x {{ {'<x:p> ' * 40_000}}} }}"),
    _attack("one of 40,000", f"SELECT * {{ {ALL} . ?a ?b ?c FILTER(?s IN ({', '.join(['<x:p>'] * 40_000)})) }}"),
    _attack("10,000 prefixes", "".join(f"PREFIX p{n}: <x:{n}>\n" for n in range(10_000)) + "ASK {}"),
    _attack("2,000 variables", f"SELECT {' '.join(f'?x{n}' for n in range(2_000))} {{ {ALL} . ?a ?b ?c }}"),
)
LONG = (
    _filled("brackets", "SELECT * { ", "{}", "}"),
    _filled("variables", "SELECT ", "?a "),
    _filled("semicolons", "SELECT * { ?s ?p ?o ", ";"),
    _filled("names", "SELECT * { ", "a:b "),
    _filled("names with dots", "SELECT * { a:b", ".a"),
    _filled("escapes", "SELECT * { ", "\\u0041"),
    _filled("escaped backslashes", 'SELECT * { ?s ?p "', "\\\\"),
    _filled("a string that never ends", 'SELECT * { ?s ?p "', "a"),
    _filled("a long string that never ends", 'SELECT * { ?s ?p """', 'a" '),
    _filled("quotes", "SELECT * { ?s ?p ", "'"),
    _filled("an IRI that never ends", "SELECT * { <x:", "a"),
    _filled("less than", "SELECT * { FILTER(1 ", "<"),
    _filled("comments", "ASK {} ", "#\n"),
    _filled("blanks", "ASK {", " ", "}"),
    _filled("one name", "SELECT * { ?", "a"),
    _filled("digits", "SELECT (", "9", " AS ?x) {}"),
    _filled("e", "SELECT (1", "e"),
    _filled("language tags", 'SELECT * { ?s ?p "a"@a', "-a"),
    _filled("at signs", "SELECT * { ", "@"),
    _filled("percent signs", "SELECT * { a:", "%"),
    _filled("names under a host of 125 kB", f"PREFIX a: <http://{'a' * 125_000}> SELECT * {{ VALUES ?x {{ ", "a: ", "}}"),
    _filled("prefixes without an IRI under a base of 125 kB", f"BASE <http://{'a' * 125_000}> ", "PREFIX a:<>", "ASK {}"),
    _filled("letters beyond Unicode's first plane", "SELECT * { ?s ?p '", "\U0001f600", "' }"),
    _filled("zero-width letters", "SELECT * { ?a", "\u200d"),
    _filled("nothing but NUL", "", "\0"),
)
OUTSIDE = (
    _attack("SERVICE", f"SELECT * {{ SERVICE <{CANARY}/1> {{ {ALL} }} }}"),
    _attack("SERVICE SILENT", f"SELECT * {{ service silent <{CANARY}/2> {{ {ALL} }} }}"),
    _attack("SERVICE by a variable", f"SELECT * {{ BIND(<{CANARY}/3> AS ?x) SERVICE ?x {{ {ALL} }} }}"),
    _attack("SERVICE in escapes", f"SELECT * {{ \\u0053\\U00000045RVICE <{CANARY}/4> {{ {ALL} }} }}"),
    _attack(
        "SERVICE in a name after a name with the prefix GRAPH",
        f"PREFIX GRAPH: <x:g> PREFIX x: <{CANARY}/12> ASK {{ ?t a GRAPH:o SERVICEx:y {{ {ALL} }} }}",
    ),
    _attack(
        "SERVICE SILENT in a name after a name with the prefix named",
        f"PREFIX mynamed: <x:g> PREFIX x: <{CANARY}/13> ASK {{ ?t a mynamed:o SERVICESILENTx:y {{ {ALL} }} }}",
    ),
    _attack("SERVICE deep down", f"ASK {{ FILTER EXISTS {{ {{ SELECT * {{ SERVICE <{CANARY}/5> {{ {ALL} }} }} }} }} }}"),
    _attack("SERVICE after a comment that is none", f"SELECT * {{ ?s <x:#> ?o . SERVICE <{CANARY}/6> {{ {ALL} }} }}"),
    _attack("FROM an address", f"SELECT * FROM <{CANARY}/7> {{ {ALL} }}"),
    _attack("FROM NAMED an address", f"SELECT * FROM NAMED <{CANARY}/8> {{ GRAPH ?g {{ {ALL} }} }}"),
    _attack("GRAPH of an address", f"SELECT * {{ GRAPH <{CANARY}/9> {{ {ALL} }} }}"),
    _attack("FROM a file", f"SELECT * FROM <{CANARY_FILE}> {{ {ALL} }}"),
    _attack("FROM NAMED a file", f"SELECT * FROM NAMED <{CANARY_FILE}> {{ GRAPH <{CANARY_FILE}> {{ {ALL} }} }}"),
    _attack("DESCRIBE an address", f"DESCRIBE <{CANARY}/10> <{CANARY_FILE}>"),
    _attack("LOAD", f"LOAD <{CANARY}/11>"),
    _attack("LOAD of a file", f"LOAD SILENT <{CANARY_FILE}> INTO GRAPH <x:g>"),
    _attack("INSERT", "INSERT DATA { <x:a> <x:b> <x:c> }"),
    _attack("DELETE", "DELETE WHERE { ?s ?p ?o }"),
    _attack("DROP", "DROP ALL"),
    _attack("an update after a query", "SELECT * { ?s ?p ?o } ; DROP ALL"),
)
ODD = (
    _attack("numbers beyond any", "SELECT (1e308*1e308 AS ?a) (9223372036854775807+1 AS ?b) (1/0 AS ?c) (1/3.0*99999999999999999999999999 AS ?d) {}"),
    _attack("a limit beyond any", f"SELECT * {{ {ALL} }} LIMIT 99999999999999999999999"),
    _attack("characters that XML can't hold", "SELECT ('\\u0001\\uFFFE' AS ?x) {}", "application/sparql-results+xml"),
    _attack("a property that RDF/XML can't name", "CONSTRUCT { <x:a> <x:1/> 1 } {}", "application/rdf+xml"),
    _attack("half a character, escaped", "SELECT ('\\uD800' AS ?x) {}"),
    Attack("bytes that are no text", b"SELECT * { ?s ?p '\xff\xfe\xc0\x80' }"),
    Attack("half a character in bytes", b"SELECT * { ?s ?p '\xed\xa0\x80' }"),
    Attack("NUL in a query", b"SELECT * { ?s ?p '\0' }"),
    Attack("UTF-16", "SELECT * { ?s ?p ?o }".encode("utf-16")),
    _attack("a byte order mark", "\ufeffASK {}"),
    _attack("nothing", ""),
    _attack("blank", " \n"),
)
ATTACKS = (*SLOW, *DEEP, *LONG, *OUTSIDE, *ODD)


def bad_inputs() -> list[Attack]:
    """The hostile queries and updates beside the project; none where they are not there."""
    if not BAD_INPUTS.is_dir():
        return []
    cases = json.loads((BAD_INPUTS / "cases.json").read_text(encoding="utf-8"))
    return [Attack(f"{case['id']}: {case['attacks']}", (BAD_INPUTS / case["file"]).read_bytes()) for case in cases if case["kind"] in {"sparql", "update"}]


def project_questions() -> dict[str, str]:
    """The project's questions, by name."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "ontology/questions").glob("*.rq"))}
