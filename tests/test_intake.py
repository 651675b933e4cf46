"""The gate for input: each rule on inputs of its own, and what a stranger's queries, rules and templates may take."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workbench import LIBRARY, bynet, make_project, measured, turtle

from publish.intake.gate import SYNTAXES, admit

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://example.org/def/">'
A_CONTEXT = '"@context": {"p": {"@id": "https://example.org/p", "@container": "@language"}, "lang": "@language", "id": "@id"}'
# what to call it, its syntax, its text, and each fault as its rule and line
INPUTS: dict[str, tuple[str, str, list[tuple[str, int]]]] = {
    "a bracket in a string": (".ttl", '<urn:a> <urn:b> "' + "(" * 300 + '" .', []),
    "brackets in comments and long strings": (".ttl", f"# {'[' * 200}\n<urn:a> <urn:b> '''{'(' * 200}\n''' .", []),
    "brackets after an escaped quote": (".ttl", '<urn:a> <urn:b> "\\"' + "(" * 200 + '" .', []),
    "collections in one another": (".ttl", "\n<urn:a> <urn:b> " + "(" * 101 + ")" * 101 + " .", [("too-deep", 2)]),
    "property lists in one another": (".ttl", "<urn:a> <urn:b> " + "[ <urn:c> " * 150 + "1" + "]" * 150 + " .", [("too-deep", 1)]),
    "a hundred collections in one another": (".ttl", "<urn:a> <urn:b> " + "(" * 100 + ")" * 100 + " .", []),
    "triple terms in N-Triples": (".nt", "<urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 5000 + "<urn:c>" + " )>>" * 5000 + " .\n", [("too-deep", 1)]),
    "one triple term": (".nt", "<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .\n", [("triple-term", 1)]),
    "a control character by its escape": (".ttl", '\n<urn:a> <urn:b> "\\u001B[31m" .', [("control", 2)]),
    "a non-character": (".nt", '<urn:a> <urn:b> "\ufdd0" .\n', [("control", 1)]),
    "C1's control sequence introducer": (".ttl", '# \u009b\n<urn:a> <urn:b> "c" .', [("control", 1)]),
    "an isolate that turns a text": (".ttl", '<urn:a> <urn:b> "\u2067x" .', [("bidi", 1)]),
    "javascript": (".ttl", "<urn:a> <urn:b> <javascript:alert(1)> .", [("iri-scheme", 1)]),
    "a file in capitals": (".nt", "<urn:a> <urn:b> <FILE:///etc/passwd> .\n", [("iri-scheme", 1)]),
    "a file as a datatype": (".nt", '<urn:a> <urn:b> "x"^^<file:///etc/passwd> .\n', [("iri-scheme", 1)]),
    "a relative IRI in Turtle": (".ttl", "<a> <urn:b> <urn:c> .", [("syntax", 1)]),
    "a relative IRI in RDF/XML": (".rdf", f'{RDF}\n<rdf:Description rdf:about="a"><e:p>x</e:p></rdf:Description></rdf:RDF>', [("iri-relative", 2)]),
    "elements in one another": (".rdf", RDF + "<rdf:Description><e:p>" * 60 + "</e:p></rdf:Description>" * 60 + "</rdf:RDF>", [("too-deep", 1)]),
    "XML that is not closed": (".rdf", RDF + "\n<rdf:Description>\n", [("syntax", 3)]),
    "a parameter entity": (".rdf", '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>' + RDF + "</rdf:RDF>", [("xml-doctype", 1)]),
    "Latin-1": (".rdf", '<?xml version="1.0" encoding="ISO-8859-1"?>' + RDF + "</rdf:RDF>", [("xml-encoding", 1)]),
    "a context in a term": (".jsonld", '{"@context":\n{"t": {"@id": "urn:t",\n"@context": "https://example.org/c"}}}', [("json-context", 3)]),
    "a context in an array in an array": (".jsonld", '{"@context": [{}, [\n"https://example.org/c"]]}', [("json-context", 2)]),
    "a key twice": (".jsonld", '{"@id": "urn:a", "urn:b": 1,\n"urn:\\u0062": 2}', [("json-twice", 2)]),
    "objects in one another": (".jsonld", '{"urn:b":' * 4000 + "1" + "}" * 4000, [("too-deep", 1)]),
    "a language under another name": (".jsonld", f'{{{A_CONTEXT},\n"id": "urn:a", "urn:b": {{"@value": "x", "lang": "en us"}}}}', [("json-language", 2)]),
    "a language as a key": (".jsonld", f'{{{A_CONTEXT},\n"id": "urn:a", "p": {{"en us": "x", "da": "y"}}}}', [("json-language", 2)]),
    "an IRI with a space": (".jsonld", '{"@id": "https://example.org/a b", "urn:b": 1}', [("json-iri", 1)]),
    "a key with a space": (".jsonld", '{"@id": "urn:a", "https://example.org/a b": 1}', [("json-iri", 1)]),
    "half of a pair": (".jsonld", '{"@id": "urn:a", "urn:b": "\\udc00"}', [("control", 1)]),
    "a comment in JSON": (".jsonld", '{"@id": "urn:a", /* no */ "urn:b": 1}', [("syntax", 1)]),
    "JSON that is cut": (".jsonld", '{"@id": "urn:a",\n"urn:b": ', [("syntax", 2)]),
    "nothing": (".jsonld", "", [("syntax", 1)]),
    "a key that a slash comes before": (".jsonld", '{"@id": "urn:a",\n"a/b:c": 1}', [("json-iri", 2)]),
    "a key that begins with a colon": (".jsonld", '{"@id": "urn:a",\n":c": 1}', [("json-iri", 2)]),
    "a term that a context gives no IRI": (".jsonld", '{"@context": {\n"p": "name"}, "@id": "urn:a", "p": 1}', [("json-iri", 2)]),
    "a term that a context gives a term": (".jsonld", '{"@context": {"q": "urn:q", "p": "q"}, "@id": "urn:a", "p": 1}', []),
    "JSON without a value": (".jsonld", '{"@id": "urn:a", "urn:p":\n{"@type": "@json"}}', [("syntax", 2)]),
    "JSON in a list of types": (".jsonld", '{"@id": "urn:a", "urn:p":\n{"@type": ["@json"], "@value": {}}}', [("syntax", 2)]),
    "a language without a text": (".jsonld", '{"@id": "urn:a", "urn:p":\n{"@language": "da"}}', [("syntax", 2)]),
    "a blank node without a name": (".jsonld", '{"@id": "urn:a", "urn:p":\n{"@id": "_:"}}', [("json-iri", 2)]),
    "a keyword for a name": (".jsonld", '{"@id": "urn:a", "urn:p":\n{"@id": "@type"}}', [("json-iri", 2)]),
    "a name like a keyword": (".jsonld", '{"@id": "urn:a", "urn:p": 1,\n"@type": "@city"}', [("json-keyword", 2)]),
    "a list that is right": (".jsonld", f'{{{A_CONTEXT}, "id": "https://example.org/a", "p": {{"en": "x", "da": ["y", "z"]}}}}', []),
}


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_each_rule_tells_the_line(name: str, figure: Callable[[str, int], None]) -> None:
    suffix, text, faults = INPUTS[name]
    admitted = admit("input", text.encode(), SYNTAXES[suffix])
    assert [(fault.rule, fault.line) for fault in admitted.faults] == faults
    figure("unfamiliar inputs", 1)


def amplified(prefix: int, uses: int) -> str:
    """A small text whose prefix stands for a long IRI."""
    return f"@prefix a: <urn:{'x' * prefix}> .\n" + "a:b a:b a:b, a:c .\n" * uses


BOMBS = {
    "a long prefix used often": ("data/x.ttl", amplified(60_000, 200_000), "input-memory"),
    "more than a file may have": ("data/x.ttl", "# \n" * (11 << 20), "input-size"),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_file_that_grows_when_it_is_read_is_given_up_in_time(tmp_path: Path, name: str) -> None:
    file, text, rule = BOMBS[name]
    ended = measured("--root", make_project(tmp_path, {file: text}), "check", "--format", "json")
    assert (ended.code, {finding["rule"] for finding in json.loads(ended.out)}) == (1, {rule})
    assert ended.seconds < 15
    assert ended.memory < 1000


HEAD = "# title@en: A title\n# description@en: A description.\n# title@da: En titel\n# description@da: En beskrivelse.\n"
MANY = turtle("".join(f"ex:n{number} a def:Thing ; def:size {number} .\n" for number in range(150)))
PRODUCT = " ".join(f"?a{number} ?b{number} ?c{number} ." for number in range(6))
VALUES = " ".join(f"VALUES ?v{number} {{ {' '.join(map(str, range(100)))} }}" for number in range(6))
PROGRAMS = {
    "ontology/rules/endless.rq": (f"CONSTRUCT {{ ?a0 ?b0 ?c5 }} WHERE {{ {PRODUCT} FILTER(?a0 = ?c5 && ?a1 = ?c4) }}\n", "query-time"),
    "ontology/questions/endless.rq": (f"SELECT ?a0 WHERE {{ {PRODUCT} FILTER(?a0 = ?c5) }} ORDER BY ?a0\n", "query-time"),
    "ontology/questions/values.rq": (f"SELECT * WHERE {{ {VALUES} }} ORDER BY ?v0\n", "query-"),
}


@pytest.mark.parametrize("file", sorted(PROGRAMS))
def test_a_query_without_end_is_named_with_its_line(tmp_path: Path, file: str) -> None:
    body, rule = PROGRAMS[file]
    root = make_project(tmp_path, {"data/things.ttl": MANY, file: HEAD + body})
    ended = measured("--root", root, "check", "--format", "json")
    (finding,) = [finding for finding in json.loads(ended.out) if finding["rule"].startswith(rule)]
    assert (finding["file"], finding["line"], finding["severity"]) == (file, 5, "Violation")
    assert ended.seconds < 30  # six of its own, however busy the machine
    published = bynet("--root", root, "publish", "--out", tmp_path / "site")
    assert (published.code, (tmp_path / "site").exists()) == (1, False)


TEMPLATES = {
    "a loop in a loop": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a text as long as one likes": "{{ ('a' * 99999) * 99999999 }}",
    "a power of a power": "{{ 9 ** 9 ** 9 ** 9 }}",
}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_without_end_is_named_and_nothing_is_published(tmp_path: Path, name: str) -> None:
    theme = {"theme/templates/search.html": TEMPLATES[name]}
    root = make_project(tmp_path, {"data/things.ttl": turtle('ex:one a def:Thing ; rdfs:label "One"@en .\n'), **theme})
    ended = measured("--root", root, "publish", "--out", tmp_path / "site")
    assert ended.code == 1
    assert "theme/templates/search.html:1" in ended.err
    assert len(ended.err.strip().splitlines()[-1]) < 400
    assert (ended.memory < 2000, (tmp_path / "site").exists()) == (True, False)


def test_contributed_facts_are_held_against_the_project(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": turtle('ex:one a def:Thing ; rdfs:label "One"@en .\n')})
    given = tmp_path / "facts.jsonld"
    given.write_text('{"@id": "https://example.org/id/two", "@type": "https://example.org/def/Thing",\n"https://example.org/def/size": 7}')
    assert bynet("--root", root, "check", given).code == 0
    given.write_text('{"@id": "https://example.org.evil.example/two", "@type": "https://example.org/def/Thing"}')
    assert "is not one of this project's own IRIs" in bynet("--root", root, "check", given).out
    given.write_text('{"@id": "https://example.org/id/../../two", "@type": "https://example.org/def/Thing"}')
    assert "leads to another address" in bynet("--root", root, "check", given).out


NESTED = b"<urn:a> <urn:b> " + b"<<( <urn:a> <urn:b> " * 30_000 + b"<urn:c>" + b" )>>" * 30_000 + b" .\n"
ENTITIES = b"<!DOCTYPE a [<!ENTITY a 'aaaa'>" + b"".join(b"<!ENTITY %c '&%c;&%c;&%c;&%c;'>" % (n + 1, n, n, n, n) for n in range(97, 120)) + b"]><a>&x;</a>"
DEADLY = {
    "download/all.jsonld": b'{"urn:b":' * 4000 + b"1" + b"}" * 4000,
    "download/stated.nt": NESTED,
    "catalog.rdf": ENTITIES,
    "catalog.ttl": NESTED,
}


@pytest.mark.parametrize("path", sorted(DEADLY))
def test_a_site_of_somebody_else_kills_nobody_who_reads_it(tmp_path: Path, library_site: Path, path: str) -> None:
    site = tmp_path / "site"
    shutil.copytree(library_site, site)
    (site / path).write_bytes(DEADLY[path])
    listed = dict(line.split("  ")[::-1] for line in (site / "MANIFEST").read_text().splitlines())
    listed[path] = hashlib.sha256(DEADLY[path]).hexdigest()
    (site / "MANIFEST").write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(listed.items())))
    verified = measured("verify", site)
    assert (verified.code, path in verified.out) == (1, True)
    for arguments in (("diff", site, LIBRARY), ("--root", LIBRARY, "publish", "--previous", site, "--out", tmp_path / "new")):
        ended = measured(*arguments)
        assert ended.code in (0, 2)
        assert "Traceback" not in ended.err
        assert (ended.seconds < 20, ended.memory < 1000) == (True, True)


def test_other_kinds_among_the_sources_are_refused_by_name(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/more.jsonld": "{}", "data/table.csv": "a,b\n", "data/old.zip": b"PK", "data/README.md": "about"})
    findings = json.loads(bynet("--root", root, "check", "--format", "json").out)
    assert [(finding["file"], finding["rule"]) for finding in findings] == [(f"data/{name}", "not-turtle") for name in ("more.jsonld", "old.zip", "table.csv")]


def test_one_input_that_kills_its_reader_costs_no_other_its_answer(tmp_path: Path) -> None:
    bomb = amplified(60_000, 200_000)
    root = make_project(tmp_path, {"data/a.ttl": "no turtle\n", "data/b.ttl": bomb, "data/c.ttl": "no turtle\n"})
    findings = json.loads(bynet("--root", root, "check", "--format", "json").out)
    assert [(finding["file"], finding["rule"]) for finding in findings] == [("data/a.ttl", "syntax"), ("data/b.ttl", "input-memory"), ("data/c.ttl", "syntax")]
