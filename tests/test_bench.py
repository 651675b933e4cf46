"""The made-up cities that speed is measured with: the same for the same choices, clean, and with the faults that were planted and no others."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench.__main__ import RESULTS, main
from bench.case import prepare
from bench.cities import KINDS, world
from bench.conformance import PAGE, PARTS
from bench.conformance import main as ask_about_the_suite
from bench.faults import FAULTS, plant
from bench.generate import EXPECTED, generate
from bench.measure import ABSENT, FAILED, RAN, STOPPED, Measured, Size, kept
from bench.plot import HEIGHT, draw
from bench.reports import Report, path_as_read, report_in
from bench.speed import document
from bench.systems import AGAIN, CHECK, PUBLISH, REFUSED, RUST, SYSTEMS, TOPBRAID, TURBO
from bench.timing import run
from bench.validators import DISK, MEMORY, PYSHACL, VALIDATORS
from test_shacl import DIFFERENT, NOT_IMPLEMENTED, needs_suite, suite_cases
from workbench import ROOT, bynet, tree, triples

pytestmark = pytest.mark.no_cover
LARGE = 100_000
"""Triples: at this size, as at a small one, bynet has to find what was planted."""
ALL_FAULTS = 2 * len(FAULTS)


def found(project: Path) -> list[tuple[str, str, str]]:
    """What bynet finds in *project*: focus node, path and constraint component, sorted."""
    told = json.loads(bynet("--root", project, "check", "--format", "json").out)
    return sorted((finding["focus_node"], finding["path"], finding["rule"]) for finding in told)


def expected(project: Path) -> list[tuple[str, str, str]]:
    told = json.loads((project.parent / EXPECTED).read_text(encoding="ascii"))
    return sorted((result["focus"], result["path"], result["component"]) for result in told)


def test_made_up_cities_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "other"):
        generate(tmp_path / name / "project", world(2_000, 7), 20)
    assert tree(tmp_path / "one") == tree(tmp_path / "other")
    generate(tmp_path / "third/project", world(2_000, 8), 20)
    assert tree(tmp_path / "one") != tree(tmp_path / "third")


def test_made_up_cities_are_as_many_triples_as_asked_for(tmp_path: Path) -> None:
    for asked in (10_000, 50_000):
        written = generate(tmp_path / str(asked), world(asked, 7), 0)
        assert written.triples + written.derived == pytest.approx(asked, rel=0.03)


def test_nothing_is_wrong_with_made_up_cities(tmp_path: Path) -> None:
    project = tmp_path / "project"
    generate(project, world(5_000, 7), 0, "1.0.0")
    ended = bynet("--root", project, "check")
    assert (ended.code, ended.out) == (0, "")
    assert bynet("--root", project, "format", "--check").code == 0
    assert expected(project) == []


@pytest.mark.parametrize("triples", [5_000, LARGE])
def test_what_was_planted_is_found_and_nothing_else(triples: int, tmp_path: Path) -> None:
    project = tmp_path / "project"
    generate(project, world(triples, 7), ALL_FAULTS)
    assert found(project) == expected(project)


def test_publishing_from_disk_finds_the_same(tmp_path: Path) -> None:
    project = tmp_path / "project"
    generate(project, world(LARGE, 7), ALL_FAULTS)
    checked, refused = bynet("--root", project, "check"), bynet("--root", project, "publish", "--resources", "none", "--out", tmp_path / "site")
    assert refused.code == 1
    assert refused.err.startswith(checked.out)
    assert not (tmp_path / "site").exists()


def test_faults_of_every_kind_are_planted_each_in_a_thing_of_its_own() -> None:
    made = world(20_000, 7)
    planted = plant(ALL_FAULTS, made)
    assert {fault.fault for fault in planted} == set(FAULTS)
    assert len({fault.name for fault in planted}) == ALL_FAULTS
    named = {name for kind in KINDS for name, _lines in KINDS[kind](made)}
    assert named.issuperset(fault.name for fault in planted)


def test_more_faults_than_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="at most fit in so few triples"):
        plant(1_000_000, world(2_000, 7))


def size_of(**seconds: float) -> Size:
    """Made-up measurements of one system each."""
    names = {system.name.replace(" ", "_"): system.name for system in SYSTEMS}
    rows = {names[name]: Measured(RAN, [took, took, 9 * took], [200_000_000], [took]) for name, took in seconds.items()}
    return Size(10_481, ["2 cores"], "2026-01-01", 0.1, rows)


def test_the_table_tells_medians_ratios_and_what_is_met() -> None:
    size = size_of(bynet_publish=2, bynet_check=1, rdflib_and_pySHACL=30, read=0.5, Turtle=0.5, **{"JSON-LD": 0.5, "N-Triples": 0.5, "N-Quads": 0.5})
    size.systems[RUST] = Measured(RAN, [0.25], [90_000_000], [0.5], is_right=True)
    size.systems[TURBO] = Measured(RAN, [0.1], [90_000_000], [0.1], is_right=False)
    size.systems[TOPBRAID] = Measured(STOPPED, [900], [90_000_000], [900])
    size.systems["riot, Turtle"] = Measured(ABSENT, note="apt-get install libapache-jena-java")
    size.systems["riot, N-Triples"] = Measured(FAILED, [1], [90_000_000], [1])
    told = document({10_000: size})
    rows = {row.split(" | ")[0].removeprefix("| "): row.removesuffix(" |").split(" | ")[1:] for row in told.splitlines() if row.startswith("| ")}
    assert rows["rdflib and pySHACL"][1:6] == ["3", "30.0", "15.00", "30.0", "200"]
    assert rows["shacl-rust"][1:] == ["1", "0.25", "0.12", "0.50", "90", "yes"]
    assert rows["pyshacl-turbo"][-1] == "**no**"
    assert rows["TopBraid SHACL"][1:3] == ["1", "at least 900"]
    assert rows["riot, Turtle"][1] == "not there: apt-get install libapache-jena-java"
    assert rows["riot, N-Triples"][2] == "failed"
    assert rows["twice the five floors, one after the other, and the fastest right validation"] == ["5.50 s", "2.00 s", "met"]
    assert rows["the same, reading counted once"] == ["1.50 s", "2.00 s", "**not met**"]
    assert rows["bynet publish: 10 times faster than rdflib and pySHACL"] == ["3.00 s", "2.00 s", "met"]
    assert rows["bynet check: 2 times faster than TopBraid SHACL"] == ["450 s", "1.00 s", "met"]


def test_growth_is_told_of_each_size_and_ten_times_that() -> None:
    told = document({10_000: size_of(bynet_publish=2), 100_000: size_of(bynet_publish=30)})
    assert "| 10,000 | 100,000 | 15.0 | 200 | **not met** |" in told


def test_the_picture_has_a_line_for_each_system_and_no_name_on_another() -> None:
    points = {f"system {number}": [(10_000, 1.0), (1_000_000, 100.0)] for number in range(9)}
    picture = ElementTree.fromstring(draw(points, "Seconds < hours"))  # well-formed
    texts = [text for text in picture.iter("{http://www.w3.org/2000/svg}text") if (text.text or "").startswith("system")]
    heights = sorted(float(text.get("y", "")) for text in texts)
    assert len(texts) == len(points)
    assert all(higher - lower > 13 for lower, higher in pairwise(heights))
    assert heights[0] > 0
    assert heights[-1] < HEIGHT


def test_bynet_and_the_floors_are_measured_and_told(tmp_path: Path) -> None:
    words = [word for name in (PUBLISH, AGAIN, CHECK, REFUSED, "read", "N-Quads") for word in ("--only", name)]
    assert main([*words, "--rounds", "1", "--work", str(tmp_path), "--docs", str(tmp_path), "2000"]) == 0
    measured = kept(tmp_path / RESULTS)[2000].systems
    assert {name: (row.state, row.is_right) for name, row in measured.items()} == {
        PUBLISH: (RAN, True),
        AGAIN: (RAN, True),
        CHECK: (RAN, True),
        REFUSED: (RAN, True),
        "read": (RAN, None),
        "N-Quads": (RAN, None),
    }
    assert all(row.seconds[0] > 0 and row.memory[0] > 1_000_000 for row in measured.values())
    assert f"| {PUBLISH} | " in (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {RESULTS, "speed.md", "speed.svg"}


def test_a_run_is_stopped_at_its_limit_and_its_memory_is_that_of_all_its_processes(tmp_path: Path) -> None:
    stopped = run(["sleep", "60"], tmp_path, 0.3, os.environ)
    assert stopped.status is None
    assert 0.3 <= stopped.seconds < 5
    held = "held = bytearray(60_000_000)\nimport os, time\nif not os.fork(): held = bytearray(50_000_000)\ntime.sleep(0.5)\n"
    ran = run([sys.executable, "-c", held], tmp_path, 60, os.environ)
    assert ran.status == 0
    assert 110_000_000 < ran.memory < 190_000_000


def test_results_that_differ_are_not_right(tmp_path: Path) -> None:
    case = prepare(tmp_path, 2_000)
    rust = next(system for system in SYSTEMS if system.name == RUST)
    assert rust.is_right
    told = [[focus, path, f"http://www.w3.org/ns/shacl#{component}"] for focus, path, component in sorted(case.expected)]
    for results, is_right in ((told, True), (told[1:], False), ([*told, ["https://cities.example/id/city/c1", "", "X"]], False)):
        (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
        assert rust.is_right(case, tmp_path) is is_right


TRIED = ("core/path/path-complex-001", "core/property/uniqueLang-002", "sparql/pre-binding/pre-binding-006")
"""A path of several steps, values that rdflib changes, and a failure that is expected."""


def rows_of(page: Path) -> dict[str, list[str]]:
    """The counts and failed cases in the table of *page*, by the validator's name."""
    rows = [row.removesuffix(" |").split(" | ") for row in page.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    return {row[0].removeprefix("| "): row[2:] for row in rows}


@needs_suite
def test_each_validator_that_is_there_is_asked_about_the_suite(tmp_path: Path) -> None:
    assert ask_about_the_suite(["--docs", str(tmp_path), *TRIED]) == 0
    rows = rows_of(tmp_path / PAGE)
    assert rows.keys() >= {validator.name for validator in VALIDATORS}
    assert rows["validator"][:2] == ["core, of 2", "SPARQL, of 1"]
    for name in (MEMORY, DISK, PYSHACL):
        assert rows[name] == ["1", "1", "`core/property/uniqueLang-002`"]
    there = [validator.name for validator in VALIDATORS if not validator.missing()]
    assert all(rows[name][0] in {"1", "2"} for name in there)


@needs_suite
def test_the_page_tells_of_the_whole_suite_and_of_bynet_what_its_tests_say() -> None:
    rows = rows_of(ROOT / "docs" / PAGE)
    counts = in_parts(suite_cases())
    failed = NOT_IMPLEMENTED | DIFFERENT
    assert rows["validator"][:2] == [f"{words}, of {count}" for words, count in zip(PARTS.values(), counts, strict=True)]
    for name in (MEMORY, DISK):
        assert set(re.findall("`(.*?)`", rows[name][-1])) == failed
        assert list(map(int, rows[name][:2])) == [count - wrong for count, wrong in zip(counts, in_parts(failed), strict=True)]


def in_parts(cases: Iterable[str]) -> list[int]:
    """How many of *cases* there are in each part of the suite."""
    cases = list(cases)
    return [sum(case.startswith(f"{part}/") for case in cases) for part in PARTS]


RESULT = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
<urn:r> a sh:ValidationReport ; sh:conforms false ; sh:result [ sh:focusNode <urn:a> ; sh:value "x"@en ; sh:resultSeverity sh:Info ;
    sh:sourceConstraintComponent sh:ClassConstraintComponent ; sh:resultPath ( <urn:p> [ sh:inversePath [ sh:alternativePath ( <urn:q> <urn:r> ) ] ] ) ] .
"""


def test_a_report_is_told_by_what_it_says() -> None:
    told = report_in(triples(RESULT))
    assert told == Report(
        conforms=False,
        results=(
            (
                "<urn:a>",
                path_as_read("<urn:p>/^(<urn:q>|<urn:r>)"),
                "<http://www.w3.org/ns/shacl#ClassConstraintComponent>",
                '"x"@en',
                "<http://www.w3.org/ns/shacl#Info>",
            ),
        ),
    )
    for changed in (RESULT.replace("false", "true"), RESULT.replace("sh:Info", "sh:Warning"), RESULT.replace("<urn:q> <urn:r>", "<urn:r> <urn:q>")):
        assert report_in(triples(changed)) not in (told, None)
    assert report_in(triples(RESULT.replace("a sh:ValidationReport ;", ""))) is None


def test_a_path_is_the_same_however_many_parentheses_it_has() -> None:
    assert path_as_read("<urn:p>/((^(<urn:q>)))") == path_as_read("(<urn:p> / ^<urn:q>)")
    assert path_as_read("^(<urn:p>*)") != path_as_read("(^<urn:p>)*")
    assert path_as_read("<urn:p>/<urn:q>*") != path_as_read("(<urn:p>/<urn:q>)*")
