"""Shapes from a stranger: each gets the right answer with its line, in time, and nothing is fetched, read or passed over.

The shapes are in ``tests/hostile/``, in blocks: a comment says what is wrong, another one which rules have to tell it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from canary import PORT
from workbench import BAD_INPUTS, bynet, bynet_command, environment_of, make_project, needed, triples, turtle

from publish.model import SHACL

HOSTILE = Path(__file__).parent / "hostile"
SECONDS, MIB = 10, 1024
"""What each may take: of a processor, for others use it too while tests run, and of memory."""
BY_THE_CLOCK = 60
ORDINARY = {"blank-node", "foreign-subject", "undeclared", "unused-prefix", "shape-without-focus", "twice-described"}
"""What the engine's own rules find in each of these files."""
PROLOGUE = (HOSTILE / "faulty-shapes.ttl").read_text(encoding="utf-8").split("\n\n")[1] + "\n"
IDS = "https://example.org/id/"
SHAPES = "https://example.org/shapes/"
THING = turtle("ex:one a def:Thing ; def:size 5 ; def:knows ex:one .\n")
SOUND = turtle("shapes:sound a sh:NodeShape ; sh:targetClass def:Thing ; sh:nodeKind sh:Literal .\n")
"""A shape that every thing breaks: it has its turn whatever stands beside it."""
NODE = "shapes:hostile a sh:NodeShape ; sh:targetClass def:Thing ; "
QUERY = 'sh:sparql [ sh:prefixes <https://example.org/dataset> ; sh:select "%s" ] .'
# what is too long for a file: a shape, and the rule that tells it
LONG = {
    "60 times not": (f"sh:not {'[ sh:not ' * 60} [ sh:class def:Thing ] {']' * 60} .", "shape-depth"),
    "a chain of 3,000 shapes": (
        f"sh:not shapes:n0 . {' '.join(f'shapes:n{n} sh:not shapes:n{n + 1} .' for n in range(3000))} shapes:n3000 sh:nodeKind sh:IRI .",
        "shape-depth",
    ),
    "a tree of or": (f"sh:or ( {'[ sh:or ( ' * 40} [ sh:class def:Thing ] {') ]' * 40} ) .", "shape-depth"),
    "a path as deep as a well": (f"sh:property [ sh:path {'[ sh:inversePath ' * 60} def:size {']' * 60} ] .", "path-depth"),
    "a pattern of 20,000 groups": (f'sh:pattern "{"(" * 20000}{")" * 20000}" .', "bad-pattern"),
    "a query too deep": (f'sh:sparql [ sh:select "SELECT $this {"{" * 5000} {"}" * 5000}" ] .', "query-too-deep"),
    "a count too long": (f"sh:minLength {'9' * 5000} .", "shape-failed"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """How a check ended, what it found beside the ordinary, and what it took: *seconds* of a processor, *elapsed* by the clock."""

    code: int
    findings: list[dict[str, Any]]
    err: str
    seconds: float
    elapsed: float
    mib: float

    def rules(self, file: str) -> set[str]:
        return {finding["rule"] for finding in self.findings if finding["file"] == file}

    def at_lines(self, file: str) -> dict[int, set[str]]:
        """The rules by line."""
        rules: dict[int, set[str]] = {}
        for finding in self.findings:
            if finding["file"] == file:
                rules.setdefault(finding["line"], set()).add(finding["rule"])
        return rules


def checked(folder: Path, files: Mapping[str, str | bytes], *before: str) -> Measured:
    """Check a project of *files*, with another command before, and measure it: of the memory that of its largest process."""
    root = make_project(folder / "project", files)
    command = [*before, *bynet_command("--root", root, "check", "--format", "json")]
    started = time.monotonic()
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, env=environment_of({}), stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.monotonic() - started
    found = [finding for finding in json.loads((folder / "out").read_bytes()) if finding["rule"] not in ORDINARY]
    return Measured(process.returncode, found, (folder / "err").read_text(), usage.ru_utime + usage.ru_stime, elapsed, usage.ru_maxrss / 1024)


def held_to_its_limits(measured: Measured) -> None:
    assert measured.code == 1
    assert measured.seconds < SECONDS
    assert measured.elapsed < BY_THE_CLOCK
    assert measured.mib < MIB
    assert "Traceback" not in measured.err


def blocks(content: str) -> dict[str, tuple[int, set[str]]]:
    """What is wrong with each shape of a file: the line of the shape, and the rules."""
    lines = content.splitlines()
    marked = [number for number, line in enumerate(lines) if line.startswith("# rules: ")]
    return {lines[number - 1].removeprefix("# "): (number + 2, set(lines[number].removeprefix("# rules: ").split())) for number in marked}


FAULTY = blocks((HOSTILE / "faulty-shapes.ttl").read_text(encoding="utf-8"))


def test_each_faulty_shape_is_told_with_its_line_and_the_others_are_asked(tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    faulty = (HOSTILE / "faulty-shapes.ttl").read_text(encoding="utf-8")
    long = [NODE.replace("hostile", f"long{number}") + shape for number, (shape, _rule) in enumerate(LONG.values())]
    files = {"shapes/faulty.ttl": faulty, "shapes/long.ttl": "\n".join([PROLOGUE, *long, ""]), "shapes/sound.ttl": SOUND, "data/thing.ttl": THING}
    measured = checked(tmp_path, files)
    held_to_its_limits(measured)
    assert measured.at_lines("shapes/faulty.ttl") == dict(FAULTY.values())
    after = PROLOGUE.count("\n") + 2
    assert measured.at_lines("shapes/long.ttl") == {after + number: {rule} for number, (_shape, rule) in enumerate(LONG.values())}
    about_shapes = [finding for finding in measured.findings if finding["file"].startswith("shapes/")]
    assert {finding["severity"] for finding in about_shapes if finding["rule"] != "imports"} == {"Violation"}
    assert all(set(finding["messages"]) == {"da", "en"} for finding in about_shapes)
    assert [finding["shape"] for finding in measured.findings if finding["rule"].endswith("Component")] == [SHAPES + "sound"]
    figure("hostile shapes", len(FAULTY) + len(LONG))


def test_a_hostile_value_is_judged_as_it_is_written(tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    shapes, data = (HOSTILE.joinpath(f"subtle-{part}.ttl").read_text(encoding="utf-8") for part in ("shapes", "data"))
    shapes = shapes.replace('"HUGE"', f'"{"m" * 3_000_000}"')
    data = data.replace("HUGE", "9" * 6000).replace("MARKUP", "<b>" * 20_000)
    measured = checked(tmp_path, {"shapes/subtle.ttl": shapes, "data/subtle.ttl": data})
    held_to_its_limits(measured)
    results = [finding for finding in measured.findings if finding["rule"].endswith("Component")]
    bad = {IDS + name for name in re.findall(r"^ex:(bad-[a-z-]+)", data, re.MULTILINE)}
    assert {finding["focus_node"] for finding in results if finding["file"] == "data/subtle.ttl"} == bad
    assert {finding["value"][:8] for finding in results if finding["file"] == "shapes/subtle.ttl"} == {'"bad: a\\', '"<p>bad:'}
    assert all(finding["line"] and finding["severity"] == "Violation" for finding in results)
    assert measured.rules("shapes/subtle.ttl") == {"NodeKindConstraintComponent", "datatype"}
    filled = next(finding for finding in results if finding["focus_node"] == IDS + "bad-backslash")
    assert filled["messages"]["en"] == r"{?x} https://example.org/id/bad-backslash C:\dir \1 \g<0> {?this} {0} {"
    assert all(len(finding["messages"].get("en", "")) <= 10_001 for finding in results)
    figure("hostile values", len(re.findall(r"^ex:(?:bad|good)-", data, re.MULTILINE)))


def test_what_is_told_of_hostile_shapes_is_told_in_every_form(tmp_path: Path) -> None:
    shapes = "".join((HOSTILE / f"{name}-shapes.ttl").read_text(encoding="utf-8") for name in ("faulty", "subtle", "calling")).replace("file:///", "http:///")
    nameless = PROLOGUE + "[] a sh:NodeShape ; sh:targetClass def:Nothing ; sh:nodeKind sh:IRI .\n"
    data = (HOSTILE / "subtle-data.ttl").read_text(encoding="utf-8").replace("HUGE", "9" * 60)
    root = make_project(tmp_path, {"shapes/hostile.ttl": shapes, "shapes/nameless.ttl": nameless, "data/subtle.ttl": data})
    told = {form: bynet("--root", root, "--lang", "da", "check", "--format", form) for form in ("json", "sarif", "text", "turtle")}
    assert {(ended.code, "Traceback" in ended.err) for ended in told.values()} == {(1, False)}
    findings = json.loads(told["json"].out)
    assert {"shapes/hostile.ttl", "shapes/nameless.ttl", "data/subtle.ttl"} == {finding["file"] for finding in findings}
    assert len(json.loads(told["sarif"].out)["runs"][0]["results"]) == len(findings) >= len(told["text"].out.splitlines()) > len(FAULTY)
    report = [triple for triple in triples(told["turtle"].out) if triple.predicate.value == SHACL + "result"]
    assert len(report) == len(findings)


MANY = turtle("".join(f"ex:t{number} a def:Thing ; def:size {number} ; def:knows ex:t{number + 1} .\n" for number in range(300)))
BOMBED = MANY.replace("size 0", f'size "{"a" * 60}!"')
DOUBLED = "BIND('0123456789' AS ?v0) " + " ".join(f"BIND(CONCAT(?v{number}, ?v{number}) AS ?v{number + 1})" for number in range(40))
JOINED = " . ".join(f"?a{number} ?b{number} ?c{number}" for number in range(5))
LEVELS = "".join(f"shapes:{name}{level} a sh:NodeShape ; sh:and ( shapes:n{level + 1} shapes:m{level + 1} ) .\n" for level in range(25) for name in "nm")
CHAIN = turtle("".join(f"ex:k{number} rdfs:subClassOf ex:k{number + 1} .\n" for number in range(3000)) + "ex:k3000 rdfs:subClassOf def:Deep . ex:z a ex:k0 .\n")
# shapes, data, and the rule that tells of it: what takes long or much is stopped and named
COSTLY: dict[str, tuple[str, str, str]] = {
    "a pattern without end": ('sh:property [ sh:path def:size ; sh:pattern "^(a+)+$" ; sh:flags "im" ] .', BOMBED, "shape-time"),
    "a join without end": (QUERY % f"SELECT $this {{ $this a def:Thing . {JOINED} FILTER(?a0 = ?c4 && ?b0 = ?a4) }}", MANY, "shape-time"),
    "a join without end in a query inside": (QUERY % f"SELECT $this {{ {{ SELECT $this {{ $this ?p ?o . {JOINED} }} }} }}", MANY, "shape-time"),
    "shapes that branch at each level": (
        f"sh:node shapes:n0 .\n{LEVELS} shapes:n25 a sh:NodeShape ; sh:class def:Other . shapes:m25 a sh:NodeShape ; sh:class def:Other .",
        THING,
        "shape-time",
    ),
    "a text that doubles": (QUERY % f"SELECT $this {{ $this a def:Thing {DOUBLED} FILTER(STRLEN(?v40) > 5) }}", THING, "shape-memory"),
    "a chain of 3,000 subclasses": ("sh:targetClass def:Deep ; sh:nodeKind sh:Literal .", CHAIN, "shape-crash"),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_a_shape_that_takes_too_much_is_stopped_and_named_and_the_others_are_asked(tmp_path: Path, name: str, figure: Callable[[str, int], None]) -> None:
    shape, data, rule = COSTLY[name]
    files = {"shapes/hostile.ttl": PROLOGUE + NODE + shape + "\n", "shapes/sound.ttl": SOUND, "data/things.ttl": data, "data/thing.ttl": THING}
    measured = checked(tmp_path, files)
    held_to_its_limits(measured)
    (stopped,) = (finding for finding in measured.findings if finding["file"] == "shapes/hostile.ttl")
    assert (stopped["rule"], stopped["severity"], stopped["focus_node"]) == (rule, "Violation", SHAPES + "hostile")
    assert stopped["line"] == PROLOGUE.count("\n") + 1
    assert SHAPES + "sound" in {finding["shape"] for finding in measured.findings}
    figure("hostile shapes", 1)


def test_more_than_can_be_judged_or_told_is_counted(tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    pattern = 'shapes:p{} a sh:NodeShape ; sh:targetClass def:Thing ; sh:property [ sh:path def:size ; sh:pattern "b{}" ] .\n'
    values = " ; ".join(f'def:size "v{number}"' for number in range(10_000))
    files = {
        "shapes/hostile.ttl": PROLOGUE + "".join(pattern.format(number, number) for number in range(1000)),
        "data/things.ttl": turtle(f"ex:one a def:Thing ; {values} .\n"),
    }
    measured = checked(tmp_path, files)
    held_to_its_limits(measured)
    assert "shape-time" in measured.rules("shapes/hostile.ttl") <= {"shape-time", "more-results"}
    assert measured.rules("shapes") == {"shapes-unasked"}
    figure("hostile shapes", 1000)


# data for each case, and the rules found in the shapes' file and in the data
RIGHT: dict[str, tuple[str, set[str], set[str]]] = {
    "S01-import-http": (":a a :C .", {"imports"}, set()),
    "S03-import-in-data": (":a a :C . <http://ex.org/o> owl:imports <http://127.0.0.1:9/x> .", set(), {"imports"}),
    "S05-sparql-service": (":a a :C .", {"query-service"}, set()),
    "S07-sparql-cartesian": (":a a :C ." + "".join(f" :x{number} :q :y{number} ." for number in range(300)), {"shape-time"}, set()),
    "S09-recursive-shape": (":a a :C ; :k :b . :b a :C ; :k :a .", {"shape-circle"}, set()),
    "S11-path-cycle": (":a a :C .", {"path-circle"}, set()),
    "S13-bad-regex": (':a a :C ; :p "(((" .', {"bad-pattern"}, set()),
    "S15-deactivate-from-data": (
        ":a a :C ; :p 1, 2 . :PS sh:deactivated true . :S sh:deactivated true .",
        set(),
        {"MaxCountConstraintComponent"},
    ),
    "S17-unknown-component": (':a a :C ; :p "x", "y" .', {"unknown-word", "value-iri"}, set()),
    "S19-sparql-this-injection": (':a a :C ; :p "\\"} SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } #\\n}" .', set(), {"SPARQLConstraintComponent"}),
    "S21-ill-typed-int": (
        ':a a :C ; :d "1_000"^^xsd:integer, "1e3"^^xsd:integer, " "^^xsd:integer, "1,5"^^xsd:integer, 7 .',
        set(),
        {"DatatypeConstraintComponent", "datatype"},
    ),
    "S23-deep-shape": (":a a :C .", {"too-deep"}, set()),
}


@pytest.mark.skipif(not BAD_INPUTS.is_dir(), reason="the hostile inputs are not beside the project")
@pytest.mark.parametrize("case", sorted(path.name.removesuffix(".shapes.ttl") for path in BAD_INPUTS.glob("S*.shapes.ttl")))
def test_a_hostile_case_gets_the_right_answer(tmp_path: Path, case: str, figure: Callable[[str, int], None]) -> None:
    data, in_shapes, in_data = RIGHT[case]
    content = (BAD_INPUTS / f"{case}.shapes.ttl").read_bytes()
    measured = checked(tmp_path, {"shapes/hostile.ttl": content, "data/things.ttl": f"{PROLOGUE}@prefix : <http://ex.org/> .\n{data}"})
    held_to_its_limits(measured)
    assert (measured.rules("shapes/hostile.ttl"), measured.rules("data/things.ttl")) == (in_shapes, in_data)
    assert all(finding["line"] for finding in measured.findings)
    assert len([finding for finding in measured.findings if finding["rule"] == "DatatypeConstraintComponent"]) == (4 if case.startswith("S21") else 0)
    assert all(finding["focus_node"] == "http://ex.org/S" for finding in measured.findings if finding["rule"].startswith(("shape", "path", "bad", "query")))
    figure("hostile shapes", 1)


def test_nothing_is_fetched_and_no_file_is_read_and_each_attempt_is_told(tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    needed("strace", "unshare")
    file, trace, told = tmp_path / "secret.ttl", tmp_path / "trace", tmp_path / "told.json"
    file.write_text("<urn:a> <urn:b> <urn:c> .\n")
    address = f"http://127.0.0.1:{PORT}/x"
    shapes = (HOSTILE / "calling-shapes.ttl").read_text(encoding="utf-8").replace("http://canary/x", address).replace("file:///canary", file.as_uri())
    data = f"{PROLOGUE}ex:one a def:Thing ; owl:imports <{address}> ; sh:shapesGraph <{address}2> .\n"
    alone = ("unshare", "--net", "--map-root-user", sys.executable, str(Path(__file__).with_name("canary.py")), str(told))
    watched = ("strace", "--follow-forks", "--trace=%network,open,openat,openat2,creat", "--output", str(trace))
    measured = checked(tmp_path, {"shapes/calling.ttl": shapes, "data/thing.ttl": data}, *alone, *watched)
    assert json.loads(told.read_text()) == {"packets": 0, "calls": 0}
    calls = trace.read_text(errors="replace").splitlines()
    assert [call for call in calls if "calling.ttl" in call]
    assert [call for call in calls if file.name in call or re.search(r" (socket|connect|sendto|sendmsg|bind)\(", call)] == []
    assert (measured.code, "Traceback" in measured.err) == (1, False)
    assert measured.at_lines("shapes/calling.ttl") == dict(blocks(shapes).values())
    assert [finding["rule"] for finding in measured.findings if finding["file"] == "data/thing.ttl"] == ["imports", "imports"]
    figure("shapes that would fetch or read", len(blocks(shapes)) + 2)
