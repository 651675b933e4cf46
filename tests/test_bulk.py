"""A project whose data lie on disk is found to be what it is found to be in memory: the same findings, focus nodes and triples, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from bench.cities import world
from bench.generate import generate
from test_check import SHAPE
from workbench import BAD_INPUTS, LIBRARY, ROOT, make_project, release, turtle

from publish import shacl
from publish.build import check_project
from publish.bulk.publishing import check_on_disk
from publish.bulk.work import Work
from publish.confined import Limits, limits_for
from publish.processor import Processor
from publish.publication import Checked
from publish.shapes.answer import Answer, understood

ONE = 'ex:one a def:Thing ; rdfs:label "One"@en .\n'
HEAD = "# title@en: T\n# description@en: D\nPREFIX def: <https://example.org/def/>\nPREFIX ex: <https://example.org/id/>\n\n"
DEEP = "ex:a def:knows " + "(" * 150 + ")" * 150 + " .\n"
PRODUCT = " ".join(f"?a{number} ?b{number} ?c{number} ." for number in range(6))
ENDLESS = f"WHERE {{ {PRODUCT} FILTER(?a0 = ?c5 && ?a1 = ?c4) }}\n"
HIGH = "".join(f"def:C{number} a rdfs:Class ; rdfs:subClassOf def:C{number + 1} .\n" for number in range(2000))
MANY = "".join(f"ex:n{number} a def:Thing ; def:size {number} .\n" for number in range(150))

# what stands wrong in Turtle files beside one that is right, each with files of its own: prefixes are added to those that use any
MISTAKES: dict[str, Mapping[str, str | bytes]] = {
    "nothing": {},
    "terms that nothing declares": {"data/b.ttl": "ex:a a def:Thong ; def:nothing ex:b , def:Other .\n"},
    "a term that another file of data declares": {
        "data/b.ttl": "ex:a a def:New ; def:newer ex:b .\n",
        "data/c.ttl": "def:New a rdfs:Class .\ndef:newer a def:New .\n",
    },
    "a term that only follows": {"data/b.ttl": "ex:a a def:New .\n", "data/derived/c.ttl": "def:New a rdfs:Class .\n"},
    "an own thing that has no statement is no term": {"data/b.ttl": "ex:a def:knows ex:nobody .\n"},
    "a withdrawn thing that is mentioned": {
        "data/b.ttl": "ex:gone <http://www.w3.org/2002/07/owl#deprecated> true ; <http://purl.org/dc/terms/isReplacedBy> ex:one .\n",
        "data/c.ttl": "ex:a a def:Thing ; def:knows ex:gone .\nex:b <http://purl.org/dc/terms/isReplacedBy> ex:gone .\n",
        "ontology/d.ttl": "def:d rdfs:label 'D'@en ; rdfs:seeAlso ex:gone .\n",
    },
    "a withdrawn thing that is described": {
        "data/b.ttl": "ex:gone a def:Thing ; <http://www.w3.org/2002/07/owl#deprecated> true .\n",
        "data/c.ttl": "ex:a def:knows ex:gone .\n",
    },
    "a term of the ontology that is withdrawn": {
        "ontology/d.ttl": "def:d <http://www.w3.org/2002/07/owl#deprecated> true .\n",
        "data/c.ttl": "ex:a def:knows def:d .\n",
    },
    "a subject in two files": {"data/b.ttl": ONE, "data/c.ttl": "ex:one def:size 1 .\n"},
    "a subject in data and ontology": {"data/b.ttl": "def:Thing def:size 1 .\n"},
    "a subject in data and judgements": {"data/derived/b.ttl": "ex:one def:size 1 .\n"},
    "a subject in data and shapes": {"data/b.ttl": "shapes:a def:size 1 .\n", "shapes/b.ttl": "shapes:a a sh:NodeShape .\n"},
    "a statement in two files": {"data/b.ttl": "ex:b def:size 1 , 2 .\n", "data/c.ttl": "ex:b def:size 1 .\n"},
    "pages with one name": {"data/b.ttl": "ex:Three a def:Thing .\n", "data/c.ttl": "ex:three a def:Thing .\nex:THREE a def:Thing .\n"},
    "pages with one name in one file": {"data/b.ttl": "ex:Three a def:Thing .\nex:three a def:Thing .\n"},
    "a page with the name of a term's": {"data/b.ttl": "<https://example.org/def/thing> a def:Thing .\n<https://example.org/DATASET> a def:Thing .\n"},
    "a page with the name of one beside the data": {"data/b.ttl": "<https://example.org/ID/one> a def:Thing .\n"},
    "the page of the report": {
        "data/b.ttl": "<https://example.org/validation> a def:Thing .\n",
        "data/c.ttl": "<https://example.org/Validation/x> a def:Thing .\n",
    },
    "a page with an escape": {
        "data/b.ttl": "<https://example.org/id/%6Fne> a def:Thing .\n<https://example.org/id/ø> a def:Thing .\n<https://example.org/id/Ø> a def:Thing .\n"
    },
    "things of others": {"data/b.ttl": "<https://other.example/x> a def:Thing .\n<https://other.example/y> def:size 1 .\n"},
    "look-alikes of the base": {"data/b.ttl": "<https://example.org.evil.example/x> def:size 1 .\n<https://example.org> def:size 2 .\n"},
    "the base itself": {"data/b.ttl": "<https://example.org/> a def:Thing .\n"},
    "dots": {"data/b.ttl": "<https://example.org/id/../x> a def:Thing .\n<https://example.org/id/%2e/x> a def:Thing .\n"},
    "a prefix without use": {"data/b.ttl": b"@prefix no: <urn:no:> .\n@prefix def: <https://example.org/def/> .\n<https://example.org/id/b> a def:Thing .\n"},
    "the prefix of a datatype": {"data/b.ttl": 'ex:b def:size 1 , "2"^^xsd:integer , "2020-01-01"^^xsd:date .\n'},
    "a prefix that another one is longer than": {"data/b.ttl": "@prefix e: <https://example.org/> .\nex:b def:size 1 .\n"},
    "values that datatypes do not allow": {
        "data/b.ttl": 'ex:b def:size "x"^^xsd:integer , "2023-02-30"^^xsd:date , "1e0"^^xsd:decimal , " 1"^^xsd:integer .\n'
    },
    "blank nodes": {"data/b.ttl": "ex:b def:knows [ def:size 1 ] , ( 1 2 ) .\n[] def:size 2 .\n", "data/c.ttl": "_:a def:size 3 .\n"},
    "an empty file": {"data/b.ttl": "# nothing yet\n", "data/c.ttl": b"", "data/d.ttl": "@prefix ex: <urn:x:> .\n"},
    "control characters": {"data/b.ttl": b'<https://example.org/id/b> <https://example.org/def/size> "\x1b[31m" .\n'},
    "a control character by its escape": {"data/b.ttl": 'ex:b def:size "\\u001B[31m" .\n'},
    "escapes": {"data/b.ttl": 'ex:b def:size "\\u00e5\\t\\n\\r\\"\\\\" , "\\U0001F600" ; def:\\u0073ize 3 .\n<https://example.org/id/\\u00e5> def:size 4 .\n'},
    "what is told from right to left": {"data/b.ttl": 'ex:b def:size "\u202ex" , "\u2067y" .\n'},
    "what is not UTF-8": {"data/b.ttl": b"# \xff\n", "data/c.ttl": ONE},
    "too deep": {"data/b.ttl": DEEP, "data/c.ttl": "ex:c def:knows <a b> .\n"},
    "errors in two files": {"data/b.ttl": "ex:b def:knows <a b> .\nex:c def:nothing ex:d .\n", "data/c.ttl": "ex:b ex:c .\n"},
    "errors in data and shapes": {"data/b.ttl": "ex:b def:knows <a b> .\n", "shapes/c.ttl": "shapes:b sh:c .\n"},
    "an error in the ontology and one that is none": {"data/b.ttl": "ex:b def:nothing 1 .\n", "ontology/c.ttl": "no turtle\n"},
    "errors in judgements": {"data/b.ttl": "ex:b def:nothing 1 .\n", "data/derived/c.ttl": "no turtle\n"},
    "an error in the dataset's own file": {"data/dataset.ttl": "no turtle\n", "data/b.ttl": "nor this\n"},
    "a dataset without a base": {"data/dataset.ttl": ONE, "data/b.ttl": "ex:b def:nothing 1 .\n"},
    "a query among the data": {
        "data/b.ttl": 'ex:b sh:select "SELECT" ; sh:pattern "(" .\n',
        "data/c.ttl": "ex:c <http://www.w3.org/2002/07/owl#imports> <urn:x:> .\n",
    },
    "an IRI with a scheme that runs": {"data/b.ttl": "ex:b def:knows <javascript:alert(1)> .\n", "data/c.ttl": "ex:c def:knows <file:///etc/passwd> .\n"},
    "an IRI that is not composed": {"data/b.ttl": "<https://example.org/id/A\u030a> a def:Thing .\nex:c def:size 'x'^^<urn:A\u030a> .\n"},
    "triple terms": {"data/b.ttl": "ex:b def:knows <<( ex:b def:size 1 )>> .\n"},
    "languages": {"data/b.ttl": 'ex:b rdfs:label "x"@en--ltr , "y"@EN-gb , "z"@en-GB , "w"@x-abcdefgh-ijklmnop-qrstuvwx-yzabcdef .\n'},
    "a title in a language too long": {
        "data/b.ttl": f'<https://example.org/dataset> <http://purl.org/dc/terms/title> "x"@en-{"x" * 8}-{"y" * 8}-{"z" * 8}-{"w" * 8} .\n'
    },
    "a judgement that is stated already": {"data/derived/b.ttl": ONE + "ex:two def:size 1 .\n"},
    "the dataset in another file too": {"data/b.ttl": '<https://example.org/dataset> <http://www.w3.org/ns/dcat#version> "1/2" .\n'},
    "a rule that asks elsewhere": {"ontology/rules/r.rq": f"{HEAD}CONSTRUCT {{ ?a def:knows ?b }} WHERE {{ SERVICE <urn:x> {{ ?a a def:Thing }} }}\n"},
    "a rule that is no rule": {"ontology/rules/r.rq": f"{HEAD}SELECT ?a WHERE {{ ?a def:knows ex:n1 }}\n"},
    "a rule that does not parse": {"ontology/rules/r.rq": f"{HEAD}CONSTRUCT {{ ?a def:knows }} WHERE {{}}\n", "data/b.ttl": "ex:b def:nothing 1 .\n"},
    "a question that does not parse": {"ontology/questions/r.rq": f"{HEAD}SELECT ?a WHERE {{ ?a def:knows }}\n"},
    "a question about terms that nothing declares": {
        "ontology/questions/r.rq": f"{HEAD}SELECT ?a WHERE {{ ?a def:nothing ?b ; a def:InData }}\n",
        "data/b.ttl": "def:InData a rdfs:Class .\n",
    },
    "other kinds of files": {"data/more.jsonld": "{}", "data/table.csv": "a,b\n", "data/Bad Name.ttl": ONE.replace("one", "three")},
    "a rule that brings what shapes forbid": {
        "ontology/rules/r.rq": f"{HEAD}CONSTRUCT {{ ?a def:size 500 . ?a a def:Thing }} WHERE {{ ?b def:knows ?a }}\n",
        "data/b.ttl": 'ex:b def:knows ex:c , ex:one .\nex:c rdfs:label "C"@en .\n',
        "shapes/thing.ttl": SHAPE,
    },
    "classes without end above one another": {
        "ontology/c.ttl": "".join(f"def:C{number} a rdfs:Class ; rdfs:subClassOf def:C{number + 1} .\n" for number in range(2000))
        + "def:C2000 a rdfs:Class ; rdfs:subClassOf def:Thing .\n",
        "data/b.ttl": MANY + "ex:deep a def:C0 ; def:size 11 .\n",
        "shapes/thing.ttl": SHAPE,
    },
    "shapes": {"data/b.ttl": MANY + 'ex:x a def:Thing ; rdfs:label "X"@en ; def:size "x"^^xsd:integer , 11 , "y" .\n', "shapes/thing.ttl": SHAPE},
    "a shape that can't be used": {"data/b.ttl": MANY, "shapes/thing.ttl": SHAPE.replace("sh:maxInclusive 10", 'sh:pattern "["')},
    "a shape with a word that SHACL does not have": {"shapes/thing.ttl": SHAPE.replace("sh:minCount", "sh:mincount")},
    "data about shapes": {"data/b.ttl": MANY + "shapes:Thing sh:deactivated true .\n", "shapes/thing.ttl": SHAPE},
}
STOPPED = {
    "ontology/rules/r.rq": f"# title@en: T\n# description@en: D\nCONSTRUCT {{ ?a0 ?b0 ?c5 }} {ENDLESS}",
    "ontology/questions/q.rq": f"# title@en: T\n# description@en: D\nSELECT ?a0 {ENDLESS}",
}


class Nearby(Processor):
    """A SHACL processor that judges in a child of this process, which has loaded already what it takes long to load."""

    def __enter__(self) -> Nearby:
        shacl.prepare()
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def ask(self, data: bytes, shapes: bytes) -> None:
        self._data, self._shapes = data, shapes

    def answer(self) -> Answer:
        limits = limits_for(self._data.count(b"\n") + self._shapes.count(b"\n"))
        return understood(shacl.answer(self._data, self._shapes, limits))


def silent(_stage: str, **_values: object) -> None:
    """Be told how far it is."""


def in_memory(root: Path, base: str | None = None) -> Checked:
    with Nearby() as processor:
        return check_project(root, processor, base)


def on_disk(root: Path, folder: Path, base: str | None = None) -> Checked:
    folder.mkdir(exist_ok=True)
    with ExitStack() as files:
        return check_on_disk(root, base, Work(folder, files, silent))[0]


def assert_same(root: Path, folder: Path, base: str | None = None) -> Checked:
    """Check a project both ways and return what was found."""
    expected, found = in_memory(root, base), on_disk(root, folder, base)
    assert found.findings == expected.findings
    assert found.validation.focus_nodes == expected.validation.focus_nodes
    assert found.validation.findings == expected.validation.findings
    assert found.is_sound == expected.is_sound
    if found.is_sound:
        assert found.triples == expected.triples
    return expected


def project_of(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    prefixed = {name: text if isinstance(text, bytes) or name.endswith((".rq", ".csv", ".jsonld")) else turtle(text) for name, text in files.items()}
    return make_project(folder, {"data/a.ttl": turtle(ONE), **prefixed})


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_wrong_is_the_same_on_disk(tmp_path: Path, mistake: str) -> None:
    root = project_of(tmp_path / "project", MISTAKES[mistake])
    expected = assert_same(root, tmp_path / "work")
    assert on_disk(root, tmp_path / "work").findings == expected.findings  # of the runs that are there already
    assert_same(root, tmp_path / "moved", "https://moved.example/a/")


@pytest.mark.parametrize("file", STOPPED)
def test_a_query_without_end_is_named_on_disk(tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publish.bulk.held.limits_for", lambda _triples: Limits(seconds=1.0))
    root = project_of(tmp_path / "project", {file: STOPPED[file], "data/b.ttl": MANY})
    (found,) = on_disk(root, tmp_path / "work").findings
    assert (found.file, found.line, found.rule) == (file, 3, "query-time")


@pytest.mark.parametrize(("version", "modified"), [("1/../x", "2026-01-31"), ("1.0.0", ""), ("1.0.0", "2026-01-31")])
def test_versions_are_held_against_the_same_rules_on_disk(tmp_path: Path, version: str, modified: str) -> None:
    root = project_of(tmp_path / "project", {})
    release(root, version, modified)
    assert_same(root, tmp_path / "work")


@pytest.mark.parametrize("root", [ROOT, LIBRARY], ids=["project", "library"])
def test_a_clean_project_is_clean_on_disk(tmp_path: Path, root: Path) -> None:
    assert assert_same(root, tmp_path / "work").findings == ()


@pytest.mark.parametrize(("triples", "faults"), [(6_000, 0), (6_000, 60)])
def test_what_was_planted_is_found_on_disk(tmp_path: Path, triples: int, faults: int) -> None:
    generate(tmp_path / "project", world(triples, 7), faults)
    assert len(assert_same(tmp_path / "project", tmp_path / "work").findings) >= faults


@pytest.mark.skipif(not BAD_INPUTS.is_dir(), reason="the hostile inputs are not beside the project")
@pytest.mark.parametrize("case", sorted(path.name for path in BAD_INPUTS.glob("*.ttl") if not path.name.startswith("S")))
def test_a_hostile_file_is_judged_the_same_on_disk(tmp_path: Path, case: str) -> None:
    assert_same(make_project(tmp_path / "project", {"data/hostile.ttl": (BAD_INPUTS / case).read_bytes()}), tmp_path / "work")
