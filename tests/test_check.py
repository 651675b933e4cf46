"""`bynet check`: what is wrong, where it stands and what to do, in every form; and never a pass that was not earned."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib.namespace import SH
from workbench import LIBRARY, ROOT, Ended, bynet, canonical, canonical_by_rdflib, environment_of, make_project, triples, turtle

from publish.model import SHACL, Severity

SHAPE = turtle(
    """\
shapes:Thing
    a sh:NodeShape ;
    sh:property shapes:Thing-size ;
    sh:property shapes:Thing-label ;
    sh:targetClass def:Thing ;
.

shapes:Thing-label
    a sh:PropertyShape ;
    sh:message "Et navn mangler."@da ;
    sh:message "A label is missing."@en ;
    sh:minCount 1 ;
    sh:path rdfs:label ;
    sh:severity sh:Warning ;
.

shapes:Thing-size
    a sh:PropertyShape ;
    sh:datatype xsd:integer ;
    sh:maxInclusive 10 ;
    sh:message "Størrelsen er højst 10."@da ;
    sh:message "The size is at most 10."@en ;
    sh:path def:size ;
.
"""
)
ONE = 'ex:one\n    a def:Thing ;\n    rdfs:label "One"@en ;\n    def:size 5 ;\n.\n'
BIG = turtle(ONE + '\nex:two\n    a def:Thing ;\n    rdfs:label "Two"@en ;\n    def:size 500 ;\n.\n')
NAMELESS = turtle(ONE + "\nex:two\n    a def:Thing ;\n    def:size 5 ;\n.\n")
# another engine's word for each kind of finding must be the same as ours: the data changed in many small ways
VARIANTS = {
    "as it is": ("books.ttl", "", ""),
    "no shelf": ("books.ttl", "    t:standsOn shelf:nature ;\n", ""),
    "a shelf that is none": ("books.ttl", "t:standsOn shelf:nature", "t:standsOn subject:theatre"),
    "two numbers of pages": ("books.ttl", "    t:pages 502 ;\n", "    t:pages 502 ;\n    t:pages 503 ;\n"),
    "pages in words": ("books.ttl", "t:pages 64", 't:pages "sixty-four"@en'),
    "pages of another datatype": ("books.ttl", "t:pages 64", 't:pages "64"^^xsd:int'),
    "an odd truth": ("books.ttl", "t:lentOut true", 't:lentOut "1"^^xsd:boolean'),
    "a dear book": ("books.ttl", "t:price 7.50", "t:price 750.00"),
    "a price in words": ("books.ttl", "t:price 7.50", 't:price "cheap"'),
    "no shelves at all": ("shelves.ttl", "a t:Shelf", "a t:Book"),
    "everything": ("books.ttl", "shelf:drama", "shelf:nowhere"),
}


def check(root: Path, *options: str, language: str = "en") -> Ended:
    return bynet("--root", root, "--lang", language, "check", *options)


def found(root: Path) -> list[dict[str, Any]]:
    listed = json.loads(check(root, "--format", "json").out)
    assert isinstance(listed, list)
    return listed


def thing_project(folder: Path, things: str, **files: str) -> Path:
    return make_project(folder, {"data/things.ttl": things, "shapes/thing.ttl": SHAPE} | {name.replace("__", "/"): text for name, text in files.items()})


def library_with(folder: Path, file: str, old: str, new: str) -> Path:
    root = folder / "library"
    shutil.copytree(LIBRARY, root)
    text = (root / "data" / file).read_text(encoding="utf-8")
    assert not old or old in text
    (root / "data" / file).write_text(text.replace(old, new), encoding="utf-8")
    return root


def line_of(text: str, line: str) -> int:
    return text.splitlines().index(line) + 1


def test_a_clean_project_exits_with_0(tmp_path: Path) -> None:
    for language, word in (("en", "No findings"), ("da", "Ingen fund")):
        ended = check(thing_project(tmp_path, turtle(ONE)), language=language)
        assert (ended.code, ended.out) == (0, "")
        assert word in ended.err


def test_a_violation_exits_with_1_and_says_where_it_stands_in_both_languages(tmp_path: Path) -> None:
    root = thing_project(tmp_path, BIG)
    line = line_of(BIG, "    def:size 500 ;")
    for language, severity, message in (("en", "Violation", "The size is at most 10."), ("da", "Brud", "Størrelsen er højst 10.")):
        ended = check(root, language=language)
        assert ended.code == 1
        assert ended.out == f"data/things.ttl:{line}: {severity}: {message} [ex:two def:size]\n"


def test_misuse_exits_with_2(tmp_path: Path) -> None:
    for arguments in (["--root", tmp_path, "check"], ["check", "--format", "pdf"], ["check", "--nothing"], ["nothing"], ["--lang", "de", "check"]):
        ended = bynet(*arguments)
        assert ended.code == 2
        assert ended.out == ""
        assert "Traceback" not in ended.err


def test_a_project_that_cannot_be_read_exits_with_1_and_every_finding(tmp_path: Path) -> None:
    ended = check(thing_project(tmp_path, "ex:a ex:b ex:c .\n", data__more="", **{"data__x.ttl": "@prefix : <a b> .\n"}))
    assert ended.code == 1
    assert "data/things.ttl:1:" in ended.out
    assert "data/x.ttl:1:" in ended.out


def test_a_warning_alone_does_not_stop_publishing_and_a_violation_does(tmp_path: Path) -> None:
    warned = thing_project(tmp_path / "warned", NAMELESS)
    assert check(warned).code == 1
    ended = bynet("--root", warned, "publish", "--out", tmp_path / "site")
    assert ended.code == 0
    assert "Warning: A label is missing." in ended.err
    before = (tmp_path / "site/MANIFEST").read_bytes()
    violated = thing_project(tmp_path / "violated", BIG)
    for language, word in (("en", "Nothing was published"), ("da", "Intet er udgivet")):
        ended = bynet("--root", violated, "--lang", language, "publish", "--out", tmp_path / "site")
        assert ended.code == 1
        assert ended.out == ""
        assert word in ended.err
    assert (tmp_path / "site/MANIFEST").read_bytes() == before


def test_findings_are_sorted_and_stand_in_their_files(tmp_path: Path) -> None:
    more = turtle('ex:three\n    a def:Thing ;\n    def:size "x"^^xsd:integer ;\n    def:size 11 ;\n.\n')
    root = thing_project(tmp_path, BIG, **{"data__more.ttl": more})
    listed = found(root)
    places = [(finding["file"], finding["line"]) for finding in listed]
    assert places == sorted(places)
    assert {file for file, _line in places} == {"data/more.ttl", "data/things.ttl"}
    for finding in listed:
        text = (root / finding["file"]).read_text(encoding="utf-8").splitlines()[finding["line"] - 1]
        assert finding["value"] in ("", '"500"^^<http://www.w3.org/2001/XMLSchema#integer>') or re.search(r"def:size|a def:Thing", text)


def test_json_is_exact(tmp_path: Path) -> None:
    (finding,) = found(thing_project(tmp_path, BIG))
    assert finding == {
        "severity": "Violation",
        "file": "data/things.ttl",
        "line": line_of(BIG, "    def:size 500 ;"),
        "column": 0,
        "rule": "MaxInclusiveConstraintComponent",
        "focus_node": "https://example.org/id/two",
        "path": "https://example.org/def/size",
        "value": '"500"^^<http://www.w3.org/2001/XMLSchema#integer>',
        "shape": "https://example.org/shapes/Thing-size",
        "messages": {"da": "Størrelsen er højst 10.", "en": "The size is at most 10."},
    }


def test_sarif_is_what_a_code_review_page_reads(tmp_path: Path) -> None:
    root = thing_project(
        tmp_path, BIG.replace('    rdfs:label "Two"@en ;\n', ""), **{"data__unused.ttl": "@prefix no: <urn:no:> .\n" + turtle('ex:z rdfs:label "Z"@en .\n')}
    )
    for language, message in (("en", "The size is at most 10."), ("da", "Størrelsen er højst 10.")):
        log = json.loads(check(root, "--format", "sarif", language=language).out)
        assert log["version"] == "2.1.0"
        assert log["$schema"].endswith("sarif-schema-2.1.0.json")
        (run,) = log["runs"]
        driver = run["tool"]["driver"]
        assert driver["name"] == "bynet"
        assert re.fullmatch(r"\d+\.\d+\.\d+", driver["version"])
        rules = [rule["id"] for rule in driver["rules"]]
        assert len(rules) == len(set(rules))
        assert {result["level"] for result in run["results"]} == {"error", "warning"}
        assert message in {result["message"]["text"] for result in run["results"]}
        for result in run["results"]:
            assert result["ruleId"] in rules
            (location,) = result["locations"]
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert (root / uri).is_file()
            assert 1 <= location["physicalLocation"]["region"]["startLine"] <= len((root / uri).read_text(encoding="utf-8").splitlines())
    assert json.loads(check(thing_project(tmp_path / "clean", turtle(ONE)), "--format", "sarif").out)["runs"][0]["results"] == []


def test_sarif_has_the_column_of_a_syntax_error(tmp_path: Path) -> None:
    root = thing_project(tmp_path, turtle("ex:one rdfs:label nothing .\n"))
    (result,) = json.loads(check(root, "--format", "sarif").out)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] == 4
    assert region["startColumn"] > 1


def test_turtle_is_the_report(tmp_path: Path) -> None:
    out = check(thing_project(tmp_path, BIG), "--format", "turtle").out
    assert canonical(out, RdfFormat.TURTLE) == canonical_by_rdflib(out, RdfFormat.TURTLE)
    texts = {(triple.predicate.value.removeprefix(SHACL), str(triple.object).strip('"<>')) for triple in triples(out)}
    assert ("conforms", 'false"^^<http://www.w3.org/2001/XMLSchema#boolean') in texts
    assert ("focusNode", "https://example.org/id/two") in texts
    assert ("resultPath", "https://example.org/def/size") in texts
    assert ("sourceConstraintComponent", SHACL + "MaxInclusiveConstraintComponent") in texts
    assert ("resultSeverity", SHACL + "Violation") in texts


def test_turtle_of_a_project_that_cannot_be_read_is_a_report_too(tmp_path: Path) -> None:
    out = check(thing_project(tmp_path, "nonsense"), "--format", "turtle").out
    assert {"conforms", "result"} <= {triple.predicate.value.removeprefix(SHACL) for triple in triples(out)}


def test_a_shape_without_focus_node_is_a_finding_unless_a_case_has_one(tmp_path: Path) -> None:
    idle = turtle("shapes:Idle\n    a sh:NodeShape ;\n    sh:nodeKind sh:IRI ;\n    sh:targetClass def:Idle ;\n.\n")
    terms = turtle('def:Idle\n    a rdfs:Class ;\n    rdfs:label "Idle"@en ;\n.\n')
    root = thing_project(tmp_path, turtle(ONE), **{"shapes__idle.ttl": idle, "ontology__idle.ttl": terms})
    assert [(finding["rule"], finding["file"], finding["severity"]) for finding in found(root)] == [("shape-without-focus", "shapes/idle.ttl", "Warning")]
    case = root / "tests/shapes/idle/case.ttl"
    case.parent.mkdir(parents=True)
    case.write_text(turtle("ex:idle\n    a def:Idle ;\n.\n"))
    assert found(root) == []


def test_a_misspelt_word_of_shacl_is_a_finding(tmp_path: Path) -> None:
    root = thing_project(tmp_path, turtle(ONE))
    (root / "shapes/thing.ttl").write_text(SHAPE.replace("sh:minCount 1", "sh:mincount 1"))
    (finding,) = found(root)
    assert (finding["rule"], finding["file"]) == ("unknown-word", "shapes/thing.ttl")
    assert finding["line"] == line_of(SHAPE, "    sh:minCount 1 ;")
    assert "sh:mincount" in check(root).out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sh:maxInclusive 10", 'sh:pattern "["', "has a pattern that does not work"),
        ("sh:maxInclusive 10", "sh:sparql shapes:Thing-sparql", "has no sh:select"),
        ("sh:minCount 1", 'sh:minCount "many"', "takes a whole number"),
        ("sh:path rdfs:label", 'sh:path "label"', "has a property path that is none"),
    ],
)
def test_a_shape_that_cannot_be_used_is_a_violation_at_its_line_and_never_a_pass(tmp_path: Path, old: str, new: str, words: str) -> None:
    root = thing_project(tmp_path, turtle(ONE))
    (root / "shapes/thing.ttl").write_text(SHAPE.replace(old, new))
    ended = check(root)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "No findings" not in ended.err
    assert re.search(rf"^shapes/thing\.ttl:{line_of(SHAPE, f'    {old} ;')}: Violation: .*{words}", ended.out, re.MULTILINE)
    published = bynet("--root", root, "publish", "--out", tmp_path / "site")
    assert published.code == 1
    assert not (tmp_path / "site").exists()


def test_a_processor_that_cannot_start_is_a_failed_check(tmp_path: Path) -> None:
    root = thing_project(tmp_path / "project", turtle(ONE))
    (tmp_path / "broken/rdflib").mkdir(parents=True)
    (tmp_path / "broken/rdflib/__init__.py").write_text("raise SystemExit(3)\n")
    ended = bynet("--root", root, "check", PYTHONPATH=str(tmp_path / "broken"))
    assert ended.code == 1
    assert "No findings" not in ended.err
    assert "Traceback" not in ended.err


def test_a_shape_that_is_a_class_has_its_things_for_focus_nodes(tmp_path: Path) -> None:
    root = thing_project(tmp_path, turtle(ONE))
    text = SHAPE.replace("a sh:NodeShape ;", "a rdfs:Class ;\n    a sh:NodeShape ;").replace("sh:targetClass def:Thing", 'rdfs:label "Thing"@en')
    (root / "shapes/thing.ttl").write_text(text)
    (root / "data/things.ttl").write_text(turtle(ONE.replace("a def:Thing", "a shapes:Thing").replace("5", "500")))
    assert [finding["rule"] for finding in found(root)] == ["MaxInclusiveConstraintComponent"]


@pytest.mark.no_cover
@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_the_result_is_that_of_plain_pyshacl(tmp_path: Path, variant: str) -> None:
    root = library_with(tmp_path, *VARIANTS[variant])
    ours = Counter(
        (finding["focus_node"], finding["path"], finding["value"], finding["severity"], finding["rule"], finding["shape"])
        for finding in found(root)
        if finding["rule"].endswith("Component")
    )
    assert ours == results_of_pyshacl(root)
    assert bool(ours) is (variant != "as it is")


def results_of_pyshacl(root: Path) -> Counter[tuple[str, ...]]:
    """What pySHACL says itself, in a process of its own, of the same files."""
    script = Path(__file__).with_name("plain_pyshacl.py")
    answer = subprocess.run([sys.executable, script, root], env=environment_of({}), capture_output=True, check=True)
    return Counter(tuple(row) for row in json.loads(answer.stdout))


def test_what_the_data_says_about_shapes_changes_nothing(tmp_path: Path) -> None:
    off = turtle("shapes:Thing sh:deactivated true .\nshapes:Thing-size sh:deactivated true .\n")
    root = thing_project(tmp_path, BIG, **{"data__off.ttl": off})
    assert "MaxInclusiveConstraintComponent" in {finding["rule"] for finding in found(root)}


def test_a_constraint_in_sparql_may_not_leave_the_machine(tmp_path: Path) -> None:
    sparql = """\
shapes:Away
    sh:message "away"@en ;
    sh:select "SELECT $this WHERE { SERVICE <http://127.0.0.1:9/> { $this ?p ?o } }" ;
.

"""
    root = thing_project(tmp_path, turtle(ONE))
    (root / "shapes/thing.ttl").write_text(turtle(sparql + SHAPE.partition("\n\n")[2].replace("sh:maxInclusive 10", "sh:sparql shapes:Away")))
    ended = check(root)
    assert ended.code == 1
    assert "No findings" not in ended.err


def test_severities_are_those_of_shacl() -> None:
    assert {SHACL + severity for severity in Severity} == {str(SH.Violation), str(SH.Warning), str(SH.Info)}
    assert pyshacl.__version__.startswith("0.40.")
    assert rdflib.__version__.startswith("7.")


def test_the_projects_own_data_is_clean() -> None:
    assert bynet("--root", ROOT, "check").code == 0


@pytest.mark.parametrize(
    ("constraint", "rule"),
    [
        ('sh:pattern "["', "bad-pattern"),
        ("sh:sparql shapes:Thing-sparql", "query-service"),
    ],
)
def test_a_shape_that_cannot_work_is_named_with_its_line(tmp_path: Path, constraint: str, rule: str) -> None:
    root = thing_project(tmp_path, turtle(ONE))
    query = '\nshapes:Thing-sparql a sh:SPARQLConstraint ; sh:select "SELECT $this { SERVICE <http://127.0.0.1/> { $this ?p ?o } }" .\n'
    (root / "shapes/thing.ttl").write_text(SHAPE.replace("sh:maxInclusive 10", constraint) + (query if "sparql" in constraint else ""))
    found = [finding for finding in json.loads(check(root, "--format", "json").out) if finding["rule"] == rule]
    assert [(finding["file"], finding["severity"]) for finding in found] == [("shapes/thing.ttl", "Violation")]
    assert found[0]["line"] > 1


def test_a_path_of_several_steps_is_shown_as_sparql_writes_it(tmp_path: Path) -> None:
    root = thing_project(tmp_path, turtle(ONE))
    shape = (root / "shapes/thing.ttl").read_text()
    (root / "shapes/thing.ttl").write_text(
        shape.replace("sh:path def:size", "sh:path ( def:size rdfs:label ) ;\n    sh:minCount 9 ;\n    sh:severity sh:Warning")
    )
    text, report = check(root), check(root, "--format", "turtle")
    assert "def:size/rdfs:label]" in text.out
    assert (report.code, "sh:resultPath" in report.out) == (1, False)
    assert bynet("--root", root, "publish", "--out", tmp_path / "site").code == 0


def test_a_site_among_the_sources_is_refused(tmp_path: Path) -> None:
    root = thing_project(tmp_path, turtle(ONE))
    for folder in ("ontology", "data", "shapes/deep"):
        ended = bynet("--root", root, "publish", "--out", root / folder / "site")
        assert (ended.code, (root / folder / "site").exists()) == (2, False)
