"""Reading is strict and complete: every mistake of every file, with its line; nothing half-loaded; nothing rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode
from workbench import EXAMPLE, LIBRARY, bynet, make_project, release, turtle, write_files

from publish.errors import BadBase, NoProject
from publish.intake.files import read_sources
from publish.lint import lint
from publish.model import XSD, Finding, Severity
from publish.read import find_project, read_project, split_prologue

THING = turtle('ex:one\n    a def:Thing ;\n    rdfs:label "One"@en ;\n.\n')
QUERY = "# title@en: T\n# description@en: D\nPREFIX def: <https://example.org/def/>\n\nSELECT ?thing WHERE { ?thing a def:Thing }\n"


def read_findings(root: Path) -> list[tuple[str, int, str]]:
    return [place(finding) for finding in read_project(root).findings]


def lint_findings(root: Path) -> list[tuple[str, int, str]]:
    project = read_project(root).project
    assert project is not None
    return sorted(place(finding) for finding in lint(project))


def place(finding: Finding) -> tuple[str, int, str]:
    return finding.file, finding.line, finding.rule


def objects(root: Path, name: str) -> list[Literal | object]:
    project = read_project(root).project
    assert project is not None
    return [triple.object for triple in project.stated if triple.subject == NamedNode(EXAMPLE + name)]


def test_a_whole_project_has_no_findings(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": THING, "ontology/questions/things.rq": QUERY})
    assert lint_findings(root) == []
    assert bynet("--root", root, "check").code == 0


def test_every_error_of_every_file_is_reported_with_its_line(tmp_path: Path) -> None:
    first = turtle('ex:one rdfs:label "One\\z" ;\n.\nex:two a def:Thing .\nex:three rdfs:label .\n')
    second = '@prefix ex: <https://example.org/id/> .\nex:a nope:b ex:c .\nex:d ex:e ex:f .\nex:g ex:h <a b> .\nex:i ex:j "x"^^ex:k .\n"no" ex:m ex:n .\n'
    root = make_project(
        tmp_path,
        {"data/first.ttl": first, "shapes/second.ttl": second, "data/latin.ttl": "ex:å".encode("latin-1"), "ontology/questions/bare.rq": "SELECT * {}\n"},
    )
    read = read_project(root)
    assert read.project is None
    found = [place(finding) for finding in read.findings]
    assert ("data/first.ttl", 5, "syntax") in found  # an escape that Turtle does not have
    assert ("data/first.ttl", 8, "syntax") in found
    assert [line for file, line, _rule in found if file == "shapes/second.ttl"] == [2, 4, 6]
    assert ("data/latin.ttl", 1, "not-utf-8") in found
    assert ("ontology/questions/bare.rq", 1, "query-head") in found


def test_a_file_of_nothing_but_errors_is_not_read_for_ever(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/wrong.ttl": "ex:a ex:b ex:c .\n" * 5000})
    assert [line for _file, line, _rule in read_findings(root)] == list(range(1, 1001))


@pytest.mark.parametrize("line", range(1, 8))
def test_the_line_of_an_error_is_the_line_of_the_error(tmp_path: Path, line: int) -> None:
    lines = [f"ex:s{number} rdfs:label 'x'@en ." for number in range(1, 8)]
    lines[line - 1] = "ex:wrong rdfs:label nothing ."
    head = "@prefix ex: <https://example.org/id/> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    root = make_project(tmp_path, {"data/lines.ttl": head + "\n".join(lines) + "\n"})
    assert read_findings(root) == [("data/lines.ttl", line + 2, "syntax")]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": b"\xef\xbb\xbf" + THING.encode()})
    assert objects(root, "id/one") == [NamedNode(EXAMPLE + "def/Thing"), Literal("One", language="en")]


def test_carriage_returns_stay_in_long_strings(tmp_path: Path) -> None:
    text = turtle('ex:one a def:Thing ; rdfs:label """a\r\nb\rc\td"""@en .\n').replace("\n", "\r\n").replace("\r\r\n", "\r\n")
    root = make_project(tmp_path, {"data/things.ttl": text})
    assert Literal("a\r\nb\rc\td", language="en") in objects(root, "id/one")


@pytest.mark.parametrize("lexical", ["007", "+1", "-0", "00"])
def test_lexical_forms_are_untouched(tmp_path: Path, lexical: str) -> None:
    written = turtle(f'ex:one a def:Thing ; def:size "{lexical}"^^xsd:integer , "1.50"^^xsd:decimal , "1.0E0"^^xsd:double , "1"^^xsd:boolean .\n')
    root = make_project(tmp_path, {"data/things.ttl": written})
    sizes = {(value.value, value.datatype.value) for value in objects(root, "id/one") if isinstance(value, Literal)}
    assert sizes == {(lexical, XSD + "integer"), ("1.50", XSD + "decimal"), ("1.0E0", XSD + "double"), ("1", XSD + "boolean")}


def test_what_is_not_utf_8_is_refused_on_its_line(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": THING.encode() + b"\n# \xff\n", "ontology/questions/q.rq": QUERY.encode() + b"\xc3"})
    assert set(read_findings(root)) == {
        ("data/things.ttl", THING.count("\n") + 2, "not-utf-8"),
        ("ontology/questions/q.rq", QUERY.count("\n") + 1, "not-utf-8"),
    }


def test_a_file_outside_the_project_is_not_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside.ttl": THING})
    root = make_project(tmp_path / "project", {})
    (root / "data/things.ttl").symlink_to(tmp_path / "outside.ttl")
    (root / "data/broken.ttl").symlink_to(tmp_path / "nothing.ttl")
    (root / "shapes").mkdir()
    (root / "shapes/folder.ttl").mkdir()
    assert sorted(read_findings(root)) == [
        ("data/broken.ttl", 0, "outside-project"),
        ("data/things.ttl", 0, "outside-project"),
        ("shapes/folder.ttl", 0, "outside-project"),
    ]


def test_a_dataset_without_a_base_is_no_project(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/dataset.ttl": THING})
    assert read_findings(root) == [("data/dataset.ttl", 0, "no-dataset")]


def test_blank_nodes_are_found_outside_the_lists_of_shapes(tmp_path: Path) -> None:
    data = turtle("ex:one a def:Thing ; def:knows [ a def:Thing ] .\nex:two a def:Thing ; def:knows ( ex:one ) .\n")
    shapes = turtle("shapes:Thing a sh:NodeShape ; sh:in ( ex:one ) ; sh:property [ sh:path def:knows ] .\n")
    root = make_project(tmp_path, {"data/things.ttl": data, "shapes/thing.ttl": shapes})
    first = data.count("@prefix") + 2
    found = [finding for finding in lint_findings(root) if finding[2] == "blank-node"]
    assert {finding[:2] for finding in found} == {("data/things.ttl", first), ("data/things.ttl", first + 1), ("shapes/thing.ttl", shapes.count("@prefix") + 2)}


def test_a_subject_described_in_two_files_is_found_in_the_second(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/a.ttl": THING, "data/b.ttl": THING})
    project = read_project(root).project
    assert project is not None
    (finding,) = lint(project)
    assert (finding.file, finding.rule, finding.focus_node) == ("data/b.ttl", "twice-described", EXAMPLE + "id/one")
    assert finding.line == THING.splitlines().index("    a def:Thing ;") + 1
    assert "data/a.ttl" in finding.message("en")


def test_an_unused_prefix_is_a_warning_on_its_line(tmp_path: Path) -> None:
    text = "PREFIX sh: <http://www.w3.org/ns/shacl#>\n" + THING.replace("@prefix def", "@prefix : <urn:x:> .\n@prefix def")
    root = make_project(tmp_path, {"data/things.ttl": text, "ontology/questions/q.rq": QUERY.replace("\n\n", "\nPREFIX sh: <http://www.w3.org/ns/shacl#>\n\n")})
    project = read_project(root).project
    assert project is not None
    found = lint(project)
    assert sorted(map(place, found)) == [
        ("data/things.ttl", 1, "unused-prefix"),
        ("data/things.ttl", 2, "unused-prefix"),
        ("ontology/questions/q.rq", 1, "unused-prefix"),
    ]
    assert {finding.severity for finding in found} == {Severity.WARNING}


def test_an_own_term_that_nothing_declares_is_found_in_data_and_queries(tmp_path: Path) -> None:
    data = turtle("ex:one a def:Thing ;\n  def:suportedBy ex:two ;\n  def:knows ex:one .\n")
    root = make_project(tmp_path, {"data/things.ttl": data, "ontology/questions/q.rq": QUERY.replace("?thing a def:Thing", "\n  ?thing a def:Think")})
    line = data.splitlines().index("  def:suportedBy ex:two ;") + 1
    assert lint_findings(root) == [
        ("data/things.ttl", line, "undeclared"),
        ("data/things.ttl", line, "undeclared"),
        ("ontology/questions/q.rq", 6, "undeclared"),
    ]


def test_words_in_strings_iris_and_comments_of_a_query_are_no_terms(tmp_path: Path) -> None:
    body = '?thing a def:Thing ; ?p "def:Nothing" . FILTER(?thing != <https://other.example/def:Nothing>) # def:Nothing'
    root = make_project(tmp_path, {"data/things.ttl": THING, "ontology/questions/q.rq": QUERY.replace("?thing a def:Thing", body).replace(" }\n", "\n}\n")})
    assert lint_findings(root) == []


def test_an_invalid_literal_is_found_and_left_as_it_is(tmp_path: Path) -> None:
    data = turtle('ex:one a def:Thing ;\n  def:size "1_000"^^xsd:integer ;\n  def:size "2023-02-30"^^xsd:date .\n')
    root = make_project(tmp_path, {"data/things.ttl": data})
    line = data.splitlines().index('  def:size "1_000"^^xsd:integer ;') + 1
    assert lint_findings(root) == [("data/things.ttl", line, "datatype"), ("data/things.ttl", line + 1, "datatype")]
    assert Literal("1_000", datatype=NamedNode(XSD + "integer")) in objects(root, "id/one")


def test_of_other_peoples_things_only_the_type_is_stated(tmp_path: Path) -> None:
    data = turtle('<https://other.example/x> a def:Thing .\n<https://other.example/y> rdfs:label "Y"@en .\n')
    root = make_project(tmp_path, {"data/things.ttl": data})
    assert lint_findings(root) == [("data/things.ttl", data.count("\n"), "foreign-subject")]


def test_a_base_is_a_whole_namespace_and_no_beginning_of_a_word(tmp_path: Path) -> None:
    hosts = ["https://example.org.evil.example/x", "https://example.org@evil.example/x", "HTTPS://EXAMPLE.org/x", "http://example.org/x"]
    root = make_project(tmp_path, {"data/things.ttl": turtle("".join(f'<{host}> rdfs:label "x"@en .\n' for host in hosts))})
    assert [finding[2] for finding in lint_findings(root)] == ["foreign-subject"] * 4


def test_an_empty_file_is_a_warning(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": THING, "data/empty.ttl": "# nothing yet\n"})
    project = read_project(root).project
    assert project is not None
    assert [(finding.file, finding.rule, finding.severity) for finding in lint(project)] == [("data/empty.ttl", "empty-file", Severity.WARNING)]


@pytest.mark.parametrize(
    ("query", "rule", "line"),
    [
        (QUERY.replace("?thing a", "?thing a a"), "query-unexpected", 5),
        (QUERY.replace("{ ?thing", "{\n\n  SERVICE <https://other.example/> { ?thing").replace("}", "} }"), "query-service", 7),
        (QUERY.replace("def:Thing }", "<https://example.org/def/Thing> . ?thing a def:Thing }"), "own-iri-in-full", 1),
    ],
)
def test_a_query_that_does_not_parse_or_asks_elsewhere_is_a_finding(tmp_path: Path, query: str, rule: str, line: int) -> None:
    root = make_project(tmp_path, {"data/things.ttl": THING, "ontology/questions/q.rq": query})
    assert ("ontology/questions/q.rq", line, rule) in lint_findings(root)


@pytest.mark.parametrize("body", ["DESCRIBE ?thing WHERE { ?thing a def:Thing }", "BASE <urn:x:>\nSELECT ?thing WHERE { ?thing a def:Thing }"])
def test_a_query_of_another_form_is_a_finding_and_no_crash(tmp_path: Path, body: str) -> None:
    head = QUERY.partition("SELECT")[0]
    root = make_project(tmp_path, {"data/things.ttl": THING, "ontology/questions/q.rq": f"{head}{body}\n"})
    assert lint_findings(root) == [("ontology/questions/q.rq", 5, "query-form")]
    ended = bynet("--root", root, "publish", "--out", tmp_path / "site")
    assert ended.code == 1
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("# ?thnig@en: Thing", "column-unknown"),
        ("# featured: first", "featured-place"),
        ("# featured: 0", "featured-place"),
        ("# featured: 1.5", "featured-place"),
    ],
)
def test_a_head_that_says_what_the_query_does_not_have_is_a_finding(tmp_path: Path, head: str, rule: str) -> None:
    told = "# ?thing@en: Thing\n# featured: 12\n"
    root = make_project(tmp_path, {"data/things.ttl": THING, "ontology/questions/q.rq": QUERY.replace("PREFIX", told + "PREFIX", 1)})
    assert lint_findings(root) == []
    (root / "ontology/questions/q.rq").write_text(QUERY.replace("PREFIX", f"{head}\nPREFIX", 1), encoding="utf-8")
    assert lint_findings(root) == [("ontology/questions/q.rq", 1, rule)]


def test_a_query_without_variables_has_no_columns(tmp_path: Path) -> None:
    asked = QUERY.replace("SELECT ?thing WHERE", "# ?thing@en: Thing\nASK")
    assert lint_findings(make_project(tmp_path, {"ontology/questions/q.rq": asked})) == [("ontology/questions/q.rq", 1, "column-unknown")]


def test_a_query_whose_name_is_no_name_for_a_page_is_a_finding(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"ontology/questions/What-is-it.rq": QUERY, "ontology/questions/what is it.rq": QUERY})
    assert sorted(read_findings(root)) == [("ontology/questions/What-is-it.rq", 0, "query-name"), ("ontology/questions/what is it.rq", 0, "published-name")]


def test_a_prologue_is_read_apart_from_the_query() -> None:
    prefixes, body, line = split_prologue("# title@en: T\nprefix a: <urn:a:>\n# between\nPREFIX : <urn:b:>\n\nASK { a:b ?c # PREFIX d: <urn:d:>\n :e }\n")
    assert prefixes == {"a": "urn:a:", "": "urn:b:"}
    assert body.startswith("ASK")
    assert line == 6


def test_blank_nodes_have_the_same_names_in_every_run(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"shapes/thing.ttl": turtle("shapes:Thing a sh:NodeShape ; sh:in ( ex:one ex:two ) .\n")})
    first, second = (read_project(root).project for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.triples("shapes") == second.triples("shapes")


@pytest.mark.parametrize(
    "base",
    [
        "",
        "data.example.org/",
        "https://data.example.org",
        "https://data.example.org/by",
        "urn:x/",
        "ftp://data.example.org/",
        "https:///",
        'https://a.example/"x"/',
        "https://a.example/b c/",
        "https://a.example/?q/",
        "file:///etc/",
        "https://a.example/<script>/",
        "https://a.example/\n/",
    ],
)
def test_a_bad_base_is_refused(base: str) -> None:
    with pytest.raises(BadBase):
        read_project(LIBRARY, base)


@pytest.mark.parametrize("base", ["https://data.example.org/", "http://localhost:8000/", "https://data.example.org/a/b/", "https://bücher.example/"])
def test_every_iri_moves_to_a_good_base(base: str) -> None:
    project = read_project(LIBRARY, base).project
    assert project is not None
    assert project.base == base
    texts = [str(triple) for part in project.sources for triple in project.triples(part)]
    assert not [text for text in texts if "library.example" in text]
    assert project.prefixes["book"] == f"{base}book/"
    assert {query.iri for query in project.questions} == {f"{base}questions/{file.stem}" for file in (LIBRARY / "ontology/questions").glob("*.rq")}


def test_a_base_ends_in_a_slash_since_each_iri_has_a_page(tmp_path: Path) -> None:
    for base in ("https://data.example.org/a#", "https://data.example.org/a", "http:///", "ftp://data.example.org/", "https://data.example.org/a b/"):
        with pytest.raises(BadBase):
            read_project(LIBRARY, base)
    root = make_project(tmp_path, {})
    dataset = root / "data/dataset.ttl"
    dataset.write_text(dataset.read_text().replace('preferredNamespaceUri "https://example.org/"', 'preferredNamespaceUri "https://example.org"'))
    assert [finding.rule for finding in read_project(root).findings] == ["bad-own-base"]


def test_a_text_that_mentions_the_base_is_left_alone_when_the_base_moves(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": turtle('ex:one a def:Thing ; rdfs:label "https://example.org/ is our home"@en .\n')})
    project = read_project(root, "https://moved.example/").project
    assert project is not None
    assert "https://example.org/ is our home" in {triple.object.value for triple in project.stated if isinstance(triple.object, Literal)}


def test_a_folder_without_a_dataset_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(NoProject):
        find_project(tmp_path, LIBRARY)
    assert find_project(LIBRARY, tmp_path) == LIBRARY


def test_the_current_folder_is_the_project_where_it_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_project(None, LIBRARY) == LIBRARY
    make_project(tmp_path, {})
    assert find_project(None, LIBRARY) == Path()


def test_blank_nodes_of_two_files_are_never_one(tmp_path: Path) -> None:
    text = turtle("ex:one def:list ( 1 ) .\n")
    root = make_project(tmp_path, {"shapes/a-b.ttl": text, "shapes/ab.ttl": text.replace("ex:one", "ex:two")})
    nodes = [{triple.object for triple in read_sources([root / file], root)[0][0].triples} for file in ("shapes/a-b.ttl", "shapes/ab.ttl")]
    assert not {node for node in nodes[0] & nodes[1] if isinstance(node, BlankNode)}


@pytest.mark.parametrize(
    ("version", "modified", "rule"), [("1/../../x", "2026-01-31", "bad-version"), ("next", "2026-01-31", "bad-version"), ("1.0.0", "", "no-date")]
)
def test_a_version_names_a_folder_and_has_a_date(tmp_path: Path, version: str, modified: str, rule: str) -> None:
    root = make_project(tmp_path, {"data/things.ttl": THING})
    release(root, version, modified)
    line = (root / "data/dataset.ttl").read_text(encoding="utf-8").split("dcat:version")[0].count("\n") + 1
    assert lint_findings(root) == [("data/dataset.ttl", line, rule)]
    release(root, "1.0.0-beta.2", "2026-01-31")
    assert lint_findings(root) == []
