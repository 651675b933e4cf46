"""The same input gives the same bytes: under any seed, language, time zone, umask and folder; and another base leaves no trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat
from workbench import LIBRARY, ROOT, bynet, bynet_command, canonical_of, environment_of, tree, triples

from publish.rebase import move_triple

BASE = "https://data.example.org/by/"
pytestmark = pytest.mark.no_cover
SURROUNDINGS = [
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": "da_DK.UTF-8", "TZ": "America/St_Johns"},
    {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "UTC", "PYTHONUTF8": "0", "COLUMNS": "20"},
]


def test_two_builds_are_the_same_to_the_byte(site: Path, tmp_path: Path) -> None:
    seeded = SURROUNDINGS[1] | {"HOME": str(tmp_path)}
    assert bynet("--root", ROOT, "publish", "--out", tmp_path / "other/name", **seeded).code == 0
    assert_same(tmp_path / "other/name", site)


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda surroundings: str(surroundings["LC_ALL"]))
def test_surroundings_make_no_difference(library_site: Path, tmp_path: Path, surroundings: dict[str, str]) -> None:
    assert bynet("--root", LIBRARY, "publish", "--out", tmp_path / "site", cwd=tmp_path, **surroundings).code == 0
    assert_same(tmp_path / "site", library_site)


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_a_umask_makes_no_difference(library_site: Path, tmp_path: Path, mask: int) -> None:
    subprocess.run(bynet_command("--root", LIBRARY, "publish", "--out", tmp_path / "site"), env=environment_of({}), umask=mask, check=True, capture_output=True)
    assert_same(tmp_path / "site", library_site)


def test_the_folder_its_names_order_and_dates_make_no_difference(library_site: Path, tmp_path: Path) -> None:
    files = [path for path in LIBRARY.rglob("*") if path.is_file()]
    for file in sorted(files, reverse=True):
        copy = tmp_path / "elsewhere" / file.relative_to(LIBRARY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
        os.utime(copy, (1, time.time() + 10**6))
    assert bynet("publish", cwd=tmp_path / "elsewhere").code == 0
    assert_same(tmp_path / "elsewhere/site", library_site)


def test_publishing_again_over_a_site_changes_no_byte(library_site: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert bynet("--root", LIBRARY, "publish", "--out", tmp_path / "site").code == 0
        assert_same(tmp_path / "site", library_site)


@pytest.mark.parametrize(("root", "old"), [(ROOT, "https://w3id.org/bynet/"), (LIBRARY, "https://library.example/")], ids=["project", "library"])
def test_another_base_gives_the_same_graph_and_leaves_no_trace_of_the_old_one(root: Path, old: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out, original = tmp_path / "site", request.getfixturevalue("site" if root == ROOT else "library_site")
    ended = bynet("--root", root, "publish", "--out", out, "--base-iri", BASE)
    assert ended.code == 0, ended.err
    name = old.removeprefix("https://").rstrip("/").encode()
    odd = {out / "browse/cases/terms/namespace-odd.txt", out / "browse/cases/dataset/base-odd.txt"}  # whose point is a namespace that is none
    assert [path for path in out.rglob("*") if path.is_file() and name in path.read_bytes() and path not in odd] == []
    assert tree(out).keys() >= {path for path in tree(original) if not path.startswith("iri/")}
    for graph in ("all", "stated", "derived", "ontology", "shapes", "codes"):
        moved = [move_triple(triple, BASE, old) for triple in triples((out / f"download/{graph}.nt").read_bytes(), RdfFormat.N_TRIPLES)]
        there = triples((original / f"download/{graph}.nt").read_bytes(), RdfFormat.N_TRIPLES)
        assert canonical_of(moved) == canonical_of(there)
        assert len(set(moved)) == len(there)


def test_a_bad_base_is_refused_in_both_languages(tmp_path: Path) -> None:
    for language, word in (("en", "base IRI"), ("da", "basis-IRI")):
        ended = bynet("--root", LIBRARY, "--lang", language, "publish", "--out", tmp_path / "site", "--base-iri", "data.example.org")
        assert ended.code == 2
        assert word in ended.err
        assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


def assert_same(one: Path, other: Path) -> None:
    first, second = tree(one), tree(other)
    assert sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path)) == []
