"""Hostile Turtle in a project's data: never a crash, never a hang, never a silent change, and the answer that is right."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from workbench import BAD_INPUTS, bynet, make_project

REFUSED = {"syntax", "not-utf-8", "triple-term"}
# what each file has to give: the engine's rules among its findings (none: nothing but what every one of these files has)
EXPECTED: dict[str, set[str]] = {
    "T01-bom": set(),
    "T03-crlf-long-string": set(),
    "T05-utf16": {"not-utf-8"},
    "T07-overlong-utf8": {"not-utf-8"},
    "T09-surrogate-escape": {"syntax"},
    "T11-escape-out-of-range": {"syntax"},
    "T15-iri-space": {"syntax"},
    "T17-iri-gt-injection": {"syntax"},
    "T19-iri-braces": {"syntax"},
    "T21-missing-dot": {"syntax"},
    "T23-langtag-injection": {"syntax"},
    "T33-bnode-clash": {"blank-node"},
    "T37-decimal-exp": {"datatype"},
    "T39-integer-5000": set(),
    "T41-integer-forms": {"datatype"},
    "T43-dates": {"datatype"},
    "T45-normalise": set(),
    "T47-long-iri": set(),
    "T53-list-cycle": set(),
    "T55-list-no-first": {"blank-node"},
    "T57-truncated": {"not-utf-8"},
    "T59-empty": {"empty-file"},
    "T61-canon-clique-8": {"blank-node"},
    "T63-canon-prism-40": {"blank-node"},
    "T65-prefix-script": {"syntax"},
    "T69-many-errors": {"syntax"},
    "T73-duration-bomb": set(),
    "T75-base64": {"datatype"},
}
ORDINARY = {"foreign-subject", "unused-prefix"}  # these files speak of ex.org, under prefixes that not all of them use
CASES = sorted(path.stem for path in BAD_INPUTS.glob("T*.ttl")) if BAD_INPUTS.is_dir() else []
SECONDS = 20

pytestmark = pytest.mark.skipif(not CASES, reason="the hostile inputs are not beside the project")


def project_with(folder: Path, case: str) -> Path:
    return make_project(folder, {"data/hostile.ttl": (BAD_INPUTS / f"{case}.ttl").read_bytes()})


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_answered_in_time_with_the_right_findings(tmp_path: Path, case: str) -> None:
    started = time.monotonic()
    ended = bynet("--root", project_with(tmp_path, case), "check", "--format", "json")
    assert time.monotonic() - started < SECONDS
    assert ended.code == 1
    assert "Traceback" not in ended.err
    findings = json.loads(ended.out)
    rules = {finding["rule"] for finding in findings if finding["file"] == "data/hostile.ttl"}
    lines = (BAD_INPUTS / f"{case}.ttl").read_bytes().count(b"\n") + 1
    assert all(0 <= finding["line"] <= lines for finding in findings)
    if case in EXPECTED:
        assert rules - ORDINARY == EXPECTED[case]
    assert all(finding["line"] for finding in findings if finding["rule"] in REFUSED)
    assert not any(ord(letter) < 32 and letter != "\n" for letter in ended.out)


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_formatted_or_refused_and_never_half_written(tmp_path: Path, case: str) -> None:
    root = project_with(tmp_path, case)
    before = (root / "data/hostile.ttl").read_bytes()
    ended = bynet("--root", root, "format")
    assert "Traceback" not in ended.err
    if ended.code:
        assert (root / "data/hostile.ttl").read_bytes() == before
    else:
        assert bynet("--root", root, "format", "--check").code == 0


def test_every_wrong_date_is_found_and_every_odd_one_is_left(tmp_path: Path) -> None:
    findings = json.loads(bynet("--root", project_with(tmp_path, "T43-dates"), "check", "--format", "json").out)
    wrong = {finding["value"].split('"')[1] for finding in findings if finding["rule"] == "datatype"}
    assert wrong == {"2023-02-30", "2023-01-01T25:00:00", "20230101", "2023-W01", "2023-06-31Z"}


def test_many_errors_are_all_reported(tmp_path: Path) -> None:
    findings = json.loads(bynet("--root", project_with(tmp_path, "T69-many-errors"), "check", "--format", "json").out)
    assert [finding["line"] for finding in findings] == list(range(4, 54))


def test_look_alikes_of_a_base_are_foreign(tmp_path: Path) -> None:
    root = project_with(tmp_path, "T71-iri-host-tricks")
    (root / "data/hostile.ttl").write_bytes((root / "data/hostile.ttl").read_bytes().replace(b"ex.org", b"example.org").replace(b"EX.org", b"EXAMPLE.org"))
    findings = json.loads(bynet("--root", root, "check", "--format", "json").out)
    assert len({finding["focus_node"] for finding in findings if finding["rule"] == "foreign-subject"}) >= 4
