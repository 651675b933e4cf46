"""Any number of hostile queries, made up from a seed: some from a small grammar of nasty parts, some by spoiling good ones."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from attacks import CANARY, CANARY_FILE

_TOKEN = re.compile(r'"[^"\n]*"|<[^<>\s]*>|[?$]?[\w:-]+|\s+|.', re.DOTALL)
_LONGEST = 60_000
_TERMS = (
    "?s",
    "?p",
    "?o",
    "?a",
    "?b",
    "_:x",
    "<x:a>",
    f"<{CANARY}/x>",
    f"<{CANARY_FILE}>",
    "1",
    "1e400",
    "'a'@da",
    '"""\n"""',
    "true",
    "()",
    "[]",
    "(1 2)",
    "-0.0",
)
_VERBS = ("?p", "a", "<x:p>", "!a", "(a|^a)*", "!(a|^a)+", "(!a)/(!a)?", "^!a", "<http://www.w3.org/2000/01/rdf-schema#label>", "?q", "((((a))))*")
_VALUES = (
    *("?s", "?o", "1", "0", "-1", "1e999", "9223372036854775807", "''", "'a'", "RAND()", "NOW()", "UUID()", "BNODE()", "COUNT(*)", "MAX(?o)"),
    *("GROUP_CONCAT(?o; SEPARATOR=?s)", "'\\uD800'", "'\\u0000'", "'\U0001f600'", "'2024-02-30'^^<http://www.w3.org/2001/XMLSchema#date>"),
)
_CALLS = (
    *("STR({})", "STRLEN(CONCAT({}, {}))", "REGEX({}, '(a*)*b')", "REGEX({}, '[')", "REPLACE({}, '', '$1')", "SUBSTR({}, -5, 1e9)", "!{}", "-({})"),
    *("({} / {})", "({} * {})", "({} IN ({}, {}))", "IF({}, {}, {})", "COALESCE({}, {})", "IRI({})", "STRDT({}, IRI({}))", "STRLANG({}, '-')"),
    *("ENCODE_FOR_URI({})", "MD5({})", "SHA512({})", "YEAR({})", "TZ({})", "EXISTS { {} }", "xsd:integer({})", "<x:f>({})", "SERVICE({})"),
)
_PARTS = (
    *("OPTIONAL {{ {} }}", "MINUS {{ {} }}", "FILTER NOT EXISTS {{ {} }}", "{{ {} }} UNION {{ {} }}", "GRAPH ?g {{ {} }}", "{{ SELECT * {{ {} }} LIMIT 3 }}"),
    *("{{ SELECT (COUNT(*) AS ?n) {{ {} }} GROUP BY ?s HAVING(?n > 1) }}", f"SERVICE SILENT <{CANARY}/y> {{{{ {{}} }}}}", f"GRAPH <{CANARY}/z> {{{{ {{}} }}}}"),
    *("LATERAL {{ {} }}", "{{ {} ", "{} }}"),
)
_WHOLES = (
    *("SELECT * {{ {} }}", "SELECT DISTINCT * {{ {} }} ORDER BY ?o LIMIT 100", "ASK {{ {} }}", "CONSTRUCT {{ ?s ?p ?o . _:b ?p [] }} WHERE {{ {} }}"),
    *(
        "DESCRIBE ?s {{ {} }}",
        "DESCRIBE * {{ {} }} LIMIT 5",
        f"SELECT * FROM <{CANARY}/f> FROM NAMED <{CANARY_FILE}> {{{{ {{}} }}}}",
        "SELECT * {{ {} }} OFFSET 99999999999",
    ),
    *("INSERT {{ ?s ?p ?o }} WHERE {{ {} }}", "SELECT * {{ {} }} VALUES (?s ?o) {{ (UNDEF 1) }}", "\ufeffSELECT*{{{}}}", "select(sum(?o)as?x){{{}}}group by?s"),
    *("SELECT (COUNT(DISTINCT ?o) AS ?n) {{ {} }}", "BASE <x:> PREFIX : <#> SELECT * {{ {} }}", "CONSTRUCT WHERE {{ {} }}", "SELECT * {{ {} }} LIMIT 50"),
)
_SPOILS = (
    *(
        "\0",
        "\ufeff",
        "\u202e",
        "\\u0022",
        "\\u007D",
        "\\U0010FFFF",
        "\\uD83D",
        "#",
        "'",
        '"',
        '"""',
        "'''",
        "<",
        ">",
        "<<",
        "{|",
        "|}",
        "^",
        "^^",
        "@",
        "%",
        "\\",
    ),
    *(
        "}",
        "{",
        ")",
        "(",
        "SERVICE",
        "\\u0053ERVICE",
        "INSERT",
        "FROM",
        "*",
        "+",
        "?",
        "..",
        ";;",
        "\r",
        "\u2028",
        "e\u0301",
        "\U000e0041",
        "--",
        "~",
        "LATERAL",
    ),
)


def nasty(seed: int, questions: Sequence[str]) -> Iterator[bytes]:
    """Yield hostile queries without end, the same for the same *seed* and *questions*."""
    chance = random.Random(seed)
    while True:
        query = chance.choice(questions) if chance.random() < 0.6 else _made_up(chance)
        for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
            query = chance.choice(_SPOILERS)(chance, query, questions)[:_LONGEST]
        content = query.encode("utf-8", "surrogatepass")
        yield _flipped(chance, content) if chance.random() < 0.05 else content


def _made_up(chance: random.Random) -> str:
    return chance.choice(_WHOLES).format(_group(chance, 4))


def _group(chance: random.Random, depth: int) -> str:
    return " ".join(_part(chance, depth) for _ in range(chance.randint(1, 3)))


def _part(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if depth and kind < 0.35:
        form = chance.choice(_PARTS)
        return form.format(*(_group(chance, depth - 1) for _ in range(2)))
    if kind < 0.5:
        return f"FILTER({_value(chance, 4)})"
    if kind < 0.6:
        return f"BIND({_value(chance, 4)} AS ?x{chance.randint(1, 9)})"
    # one pattern leads to the next, lest most of what is made up is a product, which only takes time
    return f"?s {chance.choice(_VERBS)} {chance.choice(_TERMS)} ."


def _value(chance: random.Random, depth: int) -> str:
    if not depth or chance.random() < 0.4:
        return chance.choice(_VALUES)
    parts = chance.choice(_CALLS).split("{}")
    return "".join(part + (_value(chance, depth - 1) if number < len(parts) - 1 else "") for number, part in enumerate(parts))


def _cut(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    place = chance.randint(0, len(query))
    return query[:place] if chance.random() < 0.7 else query[place:]


def _repeated(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    start, end = sorted(chance.randint(0, len(query)) for _ in range(2))
    end = min(end, start + 60)
    return query[:end] + query[start:end] * chance.choice((1, 1, 2, 5, 500)) + query[end:]


def _nested(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    start, end = query.find("{"), query.rfind("}") + 1
    begin, close = chance.choice((("{", "}"), ("{ FILTER EXISTS ", "}"), ("{ OPTIONAL ", "}"), ("{ { SELECT * ", "} }"), ("{ MINUS ", "}"), ("(", ")")))
    times = chance.choice((1, 2, 10, 150, 400, 5000))
    return query[:start] + begin * times + query[start:end] + close * times + query[end:]


def _joined(chance: random.Random, query: str, questions: Sequence[str]) -> str:
    return query + chance.choice((" ", ";", "\n", "} {", "")) + chance.choice(questions)


def _swapped(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    tokens = _TOKEN.findall(query)
    for _ in range(min(len(tokens), chance.choice((1, 2, 20)))):
        first, second = (chance.randrange(len(tokens)) for _ in range(2))
        tokens[first], tokens[second] = tokens[second], tokens[first]
    return "".join(tokens)


def _dropped(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    tokens = _TOKEN.findall(query)
    return "".join(token for token in tokens if chance.random() > 0.03)


def _spoiled(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    for _ in range(chance.choice((1, 1, 3))):
        place = chance.randint(0, len(query))
        query = query[:place] + chance.choice(_SPOILS) * chance.choice((1, 1, 1, 300)) + query[place:]
    return query


def _shouted(chance: random.Random, query: str, _questions: Sequence[str]) -> str:
    return "".join(letter.swapcase() if chance.random() < 0.2 else letter for letter in query)


def _flipped(chance: random.Random, content: bytes) -> bytes:
    spoiled = bytearray(content or b"\0")
    for _ in range(3):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


_SPOILERS: tuple[Callable[[random.Random, str, Sequence[str]], str], ...] = (_cut, _repeated, _nested, _joined, _swapped, _dropped, _spoiled, _shouted)
