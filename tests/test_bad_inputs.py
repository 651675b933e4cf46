"""Hostile files among a project's data or sent in by others: never a crash, never a hang, never a silent change, and the answer that is right."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, Triple
from workbench import BAD_INPUTS, bynet, bynet_command, environment_of, make_project, measured, needed

from publish.intake.gate import SYNTAXES, admit

# what each file has to give: the engine's rules among its findings (none: nothing but what every one of these files has)
EXPECTED: dict[str, set[str]] = {
    "T01-bom": set(),
    "T03-crlf-long-string": set(),
    "T05-utf16": {"not-utf-8"},
    "T07-overlong-utf8": {"not-utf-8"},
    "T09-surrogate-escape": {"syntax"},
    "T11-escape-out-of-range": {"syntax"},
    "T13-control-chars": {"control"},
    "T15-iri-space": {"syntax"},
    "T17-iri-gt-injection": {"syntax"},
    "T19-iri-braces": {"syntax"},
    "T21-missing-dot": {"syntax"},
    "T23-langtag-injection": {"syntax"},
    "T25-langtag-case": set(),
    "T27-bidi": {"bidi", "iri-bidi"},
    "T29-nfc-nfd": {"iri-nfc"},
    "T31-base-file": {"iri-scheme"},
    "T33-bnode-clash": {"blank-node"},
    "T35-xmlliteral-lol": set(),
    "T37-decimal-exp": {"datatype"},
    "T39-integer-5000": set(),
    "T41-integer-forms": {"datatype"},
    "T43-dates": {"datatype"},
    "T45-normalise": set(),
    "T47-long-iri": set(),
    "T49-nest-list-20000": {"too-deep"},
    "T51-nest-triple-terms": {"too-deep"},
    "T53-list-cycle": set(),
    "T55-list-no-first": {"blank-node"},
    "T57-truncated": {"not-utf-8"},
    "T59-empty": {"empty-file"},
    "T61-canon-clique-8": {"blank-node"},
    "T63-canon-prism-40": {"blank-node"},
    "T65-prefix-script": {"syntax"},
    "T67-redefine-prefix": set(),
    "T69-many-errors": {"syntax"},
    "T71-iri-host-tricks": set(),
    "T73-duration-bomb": set(),
    "T75-base64": {"datatype"},
    "N01-nt-control": {"syntax"},
    "N03-nt-iri-newline": {"syntax"},
    "N04-trig-graph-hijack": {"named-graph"},
    "J01-remote-context": {"json-context", "json-key"},
    "J03-import": {"json-context", "json-key"},
    "J05-context-flood": {"json-context", "json-key"},
    "J07-relative-context": {"json-context", "json-key"},
    "J09-deep-array": {"too-deep"},
    "J11-nan": {"syntax"},
    "J13-lone-surrogate": {"control"},
    "J15-base-file": {"iri-scheme"},
    "J17-bad-lang": {"json-language"},
    "J19-bom-json": set(),
    "J21-base64-keyword": {"iri-relative", "json-keyword"},
    "X01-xxe-file": {"xml-doctype"},
    "X03-billion-laughs": {"xml-doctype"},
    "X05-external-dtd": {"xml-doctype"},
    "X07-parsetype-literal": set(),
    "X09-xml-base-file": {"iri-scheme"},
    "X11-encoding-utf7": {"xml-encoding"},
    "C01-formula": {"input-kind"},
    "C03-ragged": {"input-kind"},
    "C05-huge-field": {"input-kind"},
    "C07-utf16": {"input-kind"},
    "C09-iri-template": {"input-kind"},
    "Z01-zip-bomb": {"input-kind"},
    "Z03-tar-symlink": {"input-kind"},
}
ORDINARY = {"foreign-subject"}  # these files speak of ex.org, and the project of example.org
WHOLE_FILE = {"input-kind", "empty-file"}
KINDS = {"ttl", "nt", "trig", "jsonld", "rdfxml", "csv", "archive"}
FILES = (
    {case["id"]: BAD_INPUTS / case["file"] for case in json.loads((BAD_INPUTS / "cases.json").read_text()) if case["kind"] in KINDS}
    if BAD_INPUTS.is_dir()
    else {}
)
CASES = sorted(case for case, file in FILES.items() if file.suffix == ".ttl")
SECONDS, MEBIBYTES = 10, 1000

pytestmark = pytest.mark.skipif(not FILES, reason="the hostile inputs are not beside the project")


def project_with(folder: Path, case: str) -> Path:
    return make_project(folder, {"data/hostile.ttl": (BAD_INPUTS / f"{case}.ttl").read_bytes()})


def test_every_hostile_file_is_expected_here() -> None:
    assert FILES.keys() == EXPECTED.keys()


@pytest.mark.no_cover
@pytest.mark.parametrize("case", sorted(FILES))
def test_a_hostile_file_is_answered_within_limits_with_the_right_findings(tmp_path: Path, case: str, figure: Callable[[str, int], None]) -> None:
    ended = measured("--root", make_project(tmp_path, {}), "check", FILES[case], "--format", "json")
    assert ended.seconds < SECONDS
    assert ended.memory < MEBIBYTES
    assert ended.code == 1
    assert "Traceback" not in ended.err
    findings = json.loads(ended.out)
    assert {finding["file"] for finding in findings} == {FILES[case].as_posix()}
    assert {finding["rule"] for finding in findings} - ORDINARY == EXPECTED[case]
    lines = FILES[case].read_bytes().count(b"\n") + 1
    assert all(0 < finding["line"] <= lines for finding in findings if finding["rule"] not in WHOLE_FILE)
    assert not any(ord(letter) < 32 and letter != "\n" for letter in ended.out)
    figure("hostile files", 1)


def test_no_hostile_file_reaches_the_network_or_another_file(tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    needed("strace", "unshare")
    files = sorted(FILES.values())
    command = [
        *("unshare", "--net", "--map-root-user", sys.executable, Path(__file__).with_name("canary.py"), tmp_path / "told.json"),
        *("strace", "--follow-forks", "--trace=open,openat,openat2,readlink,connect,sendto,sendmsg", "--output", tmp_path / "calls"),
        *bynet_command("--root", make_project(tmp_path / "project", {}), "check", "--format", "json", *files),
    ]
    ended = subprocess.run(list(map(str, command)), env=environment_of({}), capture_output=True, check=False)
    assert ended.returncode == 1, ended.stderr.decode()
    assert {finding["file"] for finding in json.loads(ended.stdout)} == {file.as_posix() for file in files}
    assert json.loads((tmp_path / "told.json").read_text()) == {"packets": 0, "calls": 0}
    calls = (tmp_path / "calls").read_text(errors="replace")
    assert FILES["X01-xxe-file"].name in calls
    assert not re.search(r'"/etc/(?:passwd|hostname|shadow)"|sa_family=AF_INET', calls)
    figure("hostile files without a packet or a foreign read", len(files))


def read(case: str, content: bytes | None = None) -> list[Triple]:
    return [quad.triple for quad in admit(case, content or FILES[case].read_bytes(), SYNTAXES[FILES[case].suffix]).quads]


def texts(case: str) -> list[str]:
    return [triple.object.value for triple in read(case) if isinstance(triple.object, Literal)]


def test_what_is_accepted_is_read_to_the_character() -> None:
    assert read("T01-bom") == read("T01-bom", FILES["T01-bom"].read_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert texts("T03-crlf-long-string") == [FILES["T03-crlf-long-string"].read_bytes().decode().split('"""')[1]]
    assert texts("T45-normalise") == ["01", "1.50", "1.0E0", "+1", "2023-01-01T00:00:00+00:00"]
    assert len({*read("T25-langtag-case")}) == 1
    assert len({triple.subject for triple in read("T33-bnode-clash")}) == 4
    assert [len(text) for text in texts("T39-integer-5000")] == [5000]
    assert texts("T35-xmlliteral-lol")[0].endswith("<l>&h;</l>")
    assert "<script" in texts("X07-parsetype-literal")[0]


@pytest.mark.no_cover
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
