"""What is installed: a wheel that carries the project's knowledge, and the project that is taken where none is named."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
KNOWLEDGE = ("data", "ontology", "shapes", "tests/shapes")


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def run(*command: str | Path, cwd: Path) -> Ended:
    ended = subprocess.run(command, cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=False, timeout=300)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def succeed(*command: str | Path, cwd: Path) -> Ended:
    ended = run(*command, cwd=cwd)
    assert ended.code == 0, ended.err
    return ended


def pip(*arguments: str | Path, cwd: Path = ROOT) -> None:
    """Run pip as a machine without a network would."""
    succeed(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--no-index", "--no-deps", cwd=cwd)


def build_wheel(project: Path, folder: Path) -> Path:
    pip("wheel", "--no-build-isolation", "--wheel-dir", folder, project)
    (wheel,) = folder.glob("bynet-*.whl")
    return wheel


def content(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that ``pip install .`` would install."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that holds the wheel, and sees of this environment only the packages that it requires."""
    environment = tmp_path_factory.mktemp("environment")
    succeed(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    pip("--python", environment / "bin/python", "install", wheel)
    (library,) = environment.glob("lib/python*/site-packages")
    (library / "required.pth").write_text(sysconfig.get_path("purelib"))  # the paths file of the checkout's own install is not read from there
    return environment / "bin/bynet"


# the wheel


def test_the_wheel_carries_ontology_data_and_shapes(wheel: Path) -> None:
    bundled = {name.removeprefix("publish/bundled/"): data for name, data in content(wheel).items() if name.startswith("publish/bundled/")}
    assert bundled == {f"{folder}/{path}": data for folder in KNOWLEDGE for path, data in files(ROOT / folder).items()}


def test_the_wheel_carries_the_code_and_both_licences(wheel: Path) -> None:
    names = content(wheel)
    code = {f"publish/{path}" for path in files(ROOT / "publish") if "__pycache__" not in path}
    assert code <= set(names)
    assert {name.partition(".dist-info/")[2] for name in names if "/licenses/" in name} == {"licenses/LICENSE", "licenses/LICENSE-DATA"}
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"publish", "bynet"}


def test_a_wheel_made_from_the_source_archive_is_the_same(wheel: Path, tmp_path: Path) -> None:
    succeed(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", tmp_path, cwd=ROOT)
    (archive,) = tmp_path.glob("bynet-*.tar.gz")
    assert content(build_wheel(archive, tmp_path)) == content(wheel)


def test_an_installed_bynet_publishes_the_same_site_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    outside = succeed(installed, "publish", "--out", "site", cwd=here)
    succeed(Path(sysconfig.get_path("scripts")) / "bynet", "--root", ROOT, "publish", "--out", there, cwd=tmp_path)
    assert "Project: the data that came with bynet" in outside.err
    one, other = files(here / "site"), files(there)
    assert sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path)) == []
    assert [path.name for path in here.iterdir()] == ["site"]


# which project is taken


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The smallest project: a dataset with a base."""
    folder = tmp_path / "other"
    (folder / "data").mkdir(parents=True)
    (folder / "data/dataset.ttl").write_text(
        '<https://example.org/dataset> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/vocab/vann/preferredNamespaceUri> "https://example.org/" .\n'
    )
    return folder


def test_without_a_project_here_the_bundled_one_is_taken_and_bynet_says_so(installed: Path, tmp_path: Path) -> None:
    ended = succeed(installed, "query", "SELECT ?title { bynet:dataset dcterms:title ?title }", cwd=tmp_path)
    assert "Copenhagen" in ended.out
    assert ended.err.startswith("Project: the data that came with bynet")


def test_a_project_in_the_current_folder_is_taken_and_bynet_says_so(installed: Path, other: Path) -> None:
    ended = succeed(installed, "query", "SELECT ?dataset { ?dataset a <http://www.w3.org/ns/dcat#Dataset> }", cwd=other)
    assert ended == Ended(0, "dataset\n-----------------------------\n<https://example.org/dataset>\n", "Project: this folder\n")


def test_the_project_that_root_names_is_taken_without_a_word(installed: Path, other: Path, tmp_path: Path) -> None:
    ended = succeed(installed, "--root", other, "query", "ASK { <https://example.org/dataset> ?property ?value }", cwd=tmp_path)
    assert ended == Ended(0, "yes\n", "")


def test_a_root_without_a_project_is_a_mistake_in_one_line(installed: Path, tmp_path: Path) -> None:
    ended = run(installed, "--root", "nowhere", "check", cwd=tmp_path)
    assert ended == Ended(2, "", "bynet: nowhere is no bynet project: it has no data/dataset.ttl. Name another folder with --root.\n")
