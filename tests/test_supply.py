"""Where bynet comes from: packages with their hashes, a bill of materials for each release, workflows that run nothing but what was looked at."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from audit import told
from locks import Pinned, locked, unpinned
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_readme import blocks
from vendor import packages
from workbench import ROOT
from workflows import faults

LOCKS = ("requirements.lock", "tests/requirements-spark.txt", "tests/requirements-ckan.txt", "tests/requirements-audit.txt")
CLIENTS = ("tests/feed-client", "tests/sparql-client")
AUDITING = ROOT / ".venv-audit/bin/python"
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SAID: Mapping[str, Any] = tomllib.loads((ROOT / "tests/sbom.toml").read_text(encoding="utf-8"))
LOCKED = locked(ROOT / "requirements.lock")
AUDITED = LOCKED | locked(ROOT / "tests/requirements-spark.txt")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))


def asked_for(lock: str) -> list[Requirement]:
    """What the packages of a lock file were chosen for."""
    if lock == "requirements.lock":
        project = PROJECT["project"]
        return [*map(Requirement, (*project["dependencies"], *project["optional-dependencies"]["test"], *PROJECT["build-system"]["requires"]))]
    lines = (ROOT / lock).with_suffix(".in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


# lock files


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_nothing_but_pinned_and_hashed_packages(lock: str, figure: Callable[[str, int], None]) -> None:
    assert unpinned((ROOT / lock).read_text(encoding="utf-8")) == []
    held = locked(ROOT / lock)
    assert all(package.hashes for package in held.values())
    figure("packages pinned with hashes", len(held))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_every_requirement_in_a_version_that_satisfies_it(lock: str) -> None:
    held = locked(ROOT / lock)
    asked = {canonicalize_name(one.name): one.specifier for one in asked_for(lock)}
    assert [name for name, versions in asked.items() if name not in held or held[name].version not in versions] == []
    assert asked


def test_the_lock_file_of_spark_is_for_what_the_extra_asks_for_and_agrees_with_the_other() -> None:
    assert sorted(map(str, asked_for("tests/requirements-spark.txt"))) == sorted(
        map(str, map(Requirement, PROJECT["project"]["optional-dependencies"]["spark"]))
    )
    assert [name for name, package in AUDITED.items() if name in LOCKED and package.version != LOCKED[name].version] == []


@pytest.mark.parametrize("line", ["click==8.1.7", "click>=8 \\\n    --hash=sha256:" + "0" * 64, "click==8.1.7 \\\n    --hash=md5:" + "0" * 32])
def test_a_package_that_is_not_pinned_with_a_hash_is_found(line: str) -> None:
    assert unpinned((ROOT / LOCKS[0]).read_text(encoding="utf-8") + line + "\n") == line.splitlines()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_lock_file_of_npm_has_a_hash_of_every_package(client: str, figure: Callable[[str, int], None]) -> None:
    listed = json.loads((ROOT / client / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    own = json.loads((ROOT / client / "package.json").read_text(encoding="utf-8"))
    assert listed.pop("")["dependencies"] == own["dependencies"]
    assert [name for name, package in listed.items() if not re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package.get("integrity", ""))] == []
    figure("packages pinned with hashes", len(listed))


def installing(text: str) -> Iterator[str]:
    """What *text* has installed, a command line each."""
    return (line.strip() for line in text.splitlines() if re.search(r"\b(?:pip|npm|uv) (?:install|ci|sync|wheel)\b", line))


def is_held_to_hashes(line: str) -> bool:
    """Whether what *line* installs is what a lock file says, or is the project itself and nothing else."""
    return "--require-hashes" in line or {"--no-deps", "--no-build-isolation"} <= set(line.split()) or "npm ci " in line


def test_nothing_is_installed_but_what_a_lock_file_holds() -> None:
    files = (ROOT / "Makefile", ROOT / ".ci/run", *(ROOT / ".github/workflows").iterdir())
    lines = [line for file in files for line in installing(file.read_text(encoding="utf-8"))]
    assert len(lines) > 4
    assert [line for line in lines if not is_held_to_hashes(line)] == []
    assert [line for line in ("pip install build", "python -m pip install --no-deps .", "npm install n3") if is_held_to_hashes(line)] == []


# the bill of materials


@pytest.fixture(scope="module")
def auditing() -> Path:
    """The Python of the environment that writes the bill."""
    if not AUDITING.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the environment of the bill of materials is not there: make .venv-audit/ready")
    return AUDITING


def written(python: Path, folder: Path, **environment: str) -> bytes:
    ended = subprocess.run(
        [python, ROOT / "tests/sbom.py", folder], cwd=folder.parent, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f"{folder}/bynet-{PROJECT['project']['version']}.cdx.json\n"
    return Path(ended.stdout.rstrip("\n")).read_bytes()


@pytest.fixture(scope="module")
def bill(auditing: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bill as `make sbom` writes it; that is where CycloneDX's own schema is asked, strictly."""
    return written(auditing, tmp_path_factory.mktemp("bill") / "dist")


def required(packaged: Distribution, extras: set[str]) -> set[str]:
    """What a package, with *extras*, needs on any system and any Python that bynet supports."""
    lines = [Requirement(line) for line in packaged.requires or ()]
    return {str(canonicalize_name(one.name)) for one in lines if one.marker is None or is_somewhere(one.marker, extras)}


def is_somewhere(marker: Marker, extras: set[str]) -> bool:
    places = ({"sys_platform": sys, "platform_system": system, "os_name": name} for sys, system, name in SYSTEMS)
    pythons = ({"python_version": version, "python_full_version": f"{version}.0"} for version in PYTHONS)
    return any(marker.evaluate({**place, **python, "extra": extra}) for (place, python), extra in product(product(places, pythons), {"", *extras}))


def test_the_table_of_licences_names_what_bynet_needs_to_run_and_nothing_else() -> None:
    asked = [canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]]
    reached: set[str] = set()
    while asked:
        name = asked.pop()
        reached.add(name)
        asked += [other for other in SAID[name]["needs"] if other not in reached]
    assert sorted(SAID) == sorted(reached)


@pytest.mark.parametrize("name", sorted(SAID))
def test_the_table_of_licences_says_what_the_package_says(name: str) -> None:
    try:
        packaged = distribution(name)
    except PackageNotFoundError:
        marker = LOCKED[name].marker
        assert marker, f"{name} is not installed"
        assert not Marker(marker).evaluate()
        pytest.skip(f"{name} is for other systems than this one ({marker})")
    asking = [*map(Requirement, PROJECT["project"]["dependencies"]), *(Requirement(line) for other in SAID for line in needs_of(other))]
    extras = {extra for one in asking if canonicalize_name(one.name) == name for extra in one.extras}
    assert sorted(SAID[name]["needs"]) == sorted(required(packaged, extras))
    told_by = " ".join(words for key in ("License-Expression", "License", "Classifier") for words in packaged.metadata.get_all(key, []))
    assert any(re.search(rf"\b{word}\b", told_by) for word in licence_words(SAID[name]["licence"])), told_by


def needs_of(name: str) -> Sequence[str]:
    try:
        return distribution(name).requires or ()
    except PackageNotFoundError:
        return ()


def licence_words(expression: str) -> list[str]:
    """The licences of an SPDX expression, and the first words of those that classifiers name in another way."""
    return [word for licence in re.split(r" (?:AND|OR) ", expression) for word in (re.escape(licence), f"{licence.partition('-')[0]} (?:Software )?License")]


def test_the_bill_lists_what_the_wheel_needs_as_the_lock_file_pins_it(bill: bytes, figure: Callable[[str, int], None]) -> None:
    listed = {one["name"]: one for one in json.loads(bill)["components"] if one["purl"].startswith("pkg:pypi/")}
    assert sorted(listed) == sorted(SAID)
    for name, one in listed.items():
        assert one["purl"] == f"pkg:pypi/{name}@{LOCKED[name].version}"
        assert one["version"] == LOCKED[name].version
        assert [file["content"] for file in one["externalReferences"][0]["hashes"]] == sorted(LOCKED[name].hashes)
        assert one["licenses"]
    figure("components of the bill of materials", len(json.loads(bill)["components"]))


def test_the_bill_lists_the_libraries_that_the_wheel_carries_with_the_hashes_of_their_files(bill: bytes) -> None:
    listed = {one["purl"].replace("%40", "@"): one for one in json.loads(bill)["components"] if one["purl"].startswith("pkg:npm/")}
    assert sorted(listed) == sorted(f"pkg:npm/{package.name}@{package.version}" for package in packages())
    for package in packages():
        inside = listed[f"pkg:npm/{package.name}@{package.version}"]["components"]
        files = {one["name"]: one["hashes"][0]["content"] for one in inside if one["type"] == "file"}
        assert files == {f"publish/vendor/{name}": content for name, content in package.hashes.items()}
    within = {one["name"] for one in listed["pkg:npm/@zazuko/yasgui@4.6.2"]["components"] if one["type"] == "library"}
    assert {"codemirror", "jquery", "autocomplete.js"} <= within


def test_the_bill_says_which_package_needs_which(bill: bytes) -> None:
    document = json.loads(bill)
    needs = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    itself = document["metadata"]["component"]["bom-ref"]
    assert itself == f"pkg:pypi/bynet@{PROJECT['project']['version']}"
    reached, asked = set[str](), [itself]
    while asked:
        reached.add(place := asked.pop())
        asked += [other for other in needs[place] if other not in reached]
    assert reached == {itself, *(one["bom-ref"] for one in document["components"])}


def test_the_bill_is_the_same_on_another_day_in_another_place(bill: bytes, auditing: Path, tmp_path: Path) -> None:
    assert written(auditing, tmp_path / "elsewhere", TZ="Pacific/Auckland", PYTHONHASHSEED="7", LC_ALL="C") == bill
    assert "timestamp" not in json.loads(bill)["metadata"]


# what is known against them


ONE, OTHER = Pinned("one", "1.0", "", ("0" * 64,)), Pinned("other", "2.0", "", ("1" * 64,))
FOUND = {"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-0-0", "fix_versions": ["1.1"], "aliases": [], "description": ""}]}
NONE = {"name": "other", "version": "2.0", "vulns": []}
SKIPPED = {"name": "other", "skip_reason": "nobody knows it"}


@pytest.mark.parametrize(
    ("found", "reason", "status", "word"),
    [
        ([{**FOUND, "vulns": []}, NONE], "", 0, "No known vulnerabilities in 2 packages."),
        ([FOUND, NONE], "", 1, "one 1.0: PYSEC-0-0, put right in 1.1"),
        ([FOUND, SKIPPED], "", 1, "in 1 of 2 packages"),
        ([{**FOUND, "vulns": []}, SKIPPED], "", 2, "Not audited: 1 of 2"),
        ([], "no route", 2, "Not audited: 2 of 2 packages, so nothing is proved (no route)."),
    ],
)
def test_an_audit_that_did_not_ask_for_everything_does_not_pass(found: list[dict[str, Any]], reason: str, status: int, word: str) -> None:
    lines, ended = told([ONE, OTHER], found, reason)
    assert ended == status
    assert word in "\n".join(lines)


def test_an_audit_without_a_network_says_so_in_one_line_and_is_no_pass(auditing: Path) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    ended = subprocess.run([auditing, ROOT / "tests/audit.py"], env={**os.environ, **nowhere}, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode, ended.stderr) == (2, "")
    assert re.fullmatch(rf"Not audited: {len(AUDITED)} of {len(AUDITED)} packages, so nothing is proved .*\n", ended.stdout)


# workflows


def workflows() -> dict[str, str]:
    """Every workflow of the project, and every one that its documents show, by where it stands."""
    found = {file.name: file.read_text(encoding="utf-8") for file in sorted((ROOT / ".github/workflows").iterdir())}
    for page in ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md"))):
        text = (ROOT / page).read_text(encoding="utf-8")
        shown = {f"{page}:{block.line}": block.text for block in blocks(text) if block.language == "yaml"}
        assert text.count("uses:") == sum(block.count("uses:") for block in shown.values()), page
        found |= shown
    return found


@pytest.mark.parametrize("place", workflows())
def test_a_workflow_runs_only_what_was_looked_at_and_may_do_only_what_it_needs(place: str) -> None:
    assert list(faults(workflows()[place])) == []


def test_there_is_a_workflow_for_changes_one_for_releases_and_one_for_sites() -> None:
    assert len(workflows()) >= 3
    assert {"ci.yml", "release.yml"} <= set(workflows())


def test_every_workflow_takes_an_action_in_the_same_version() -> None:
    pins: dict[str, set[str]] = {}
    for text in workflows().values():
        for action, version in re.findall(r"uses: ([\w./-]+)@(\S+ # \S+)", text):
            pins.setdefault(action, set()).add(version)
    assert [action for action, versions in pins.items() if len(versions) > 1] == []
    assert len(pins) > 5


PLANTED = {
    "a tag": ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7 # v7.0.1"),
    "a short hash": ("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@3d3c42e"),
    "no version": (" # v7.0.1", ""),
    "a strange event": ("  pull_request:\n", "  pull_request_target:\n"),
    "kept credentials": ("persist-credentials: false", "persist-credentials: true"),
    "rights for all": ("permissions: {}\n", "permissions: write-all\n"),
    "rights by default": ("permissions: {}\n", ""),
    "rights for nothing": ("      contents: read\n", "      contents: write\n"),
    "no rights named": ("    permissions:\n      contents: read\n    steps", "    steps"),
    "an event that speaks": ("run: make audit", "run: echo ${{ github.event.pull_request.title }}"),
    "a branch that speaks": ("run: make audit", "run: echo ${{ github.head_ref }}"),
    "a secret": ("run: make audit", "run: make audit\n        env:\n          TOKEN: ${{ secrets.TOKEN }}"),
    "a hidden action": ("- run: make audit", '- {"uses": "evil/action@main"}'),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_fault_in_a_workflow_is_found(planted: str) -> None:
    text = workflows()["ci.yml"]
    right, wrong = PLANTED[planted]
    assert right in text
    assert list(faults(text.replace(right, wrong))) != []


def test_a_release_that_is_published_outside_its_environment_is_found() -> None:
    assert list(faults(workflows()["release.yml"].replace("    environment: pypi\n", ""))) == ["publish: environment: none, where a release is published"]
