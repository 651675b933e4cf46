"""The libraries that bynet carries are what their packages carry, byte for byte, and their licences come with them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from vendor import FOLDER, TABLE, NotFetched, Package, changed, fetched, packages, renew, sha256, unmentioned

OFFLINE = re.compile(r"\b(?:ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b")


@pytest.fixture(scope="module")
def carried() -> Mapping[str, dict[str, bytes]]:
    """The files of each package, as npm gives them."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the packages that bynet carries can't be fetched")
    try:
        return {package.name: fetched(package) for package in packages()}
    except NotFetched as error:
        if OFFLINE.search(str(error)):
            pytest.skip(f"npm has no network: {str(error).splitlines()[-1]}")
        raise


def test_each_file_has_the_hash_that_the_table_gives_it() -> None:
    for package in packages():
        assert {name: sha256((FOLDER / name).read_bytes()) for name in package.sources} == package.hashes


def test_the_table_names_every_file() -> None:
    named = {TABLE} | {name for package in packages() for name in [*package.sources, *package.texts]}
    assert {file.name for file in FOLDER.iterdir()} == named


@pytest.mark.parametrize("page", ["sparql", "search"])
def test_each_page_comes_with_its_own_libraries_and_their_licences(page: str, site: Path) -> None:
    named = {TABLE} | {name for package in packages() if package.purpose == page for name in [*package.sources, *package.texts]}
    assert len(named) > 1
    assert {file.name: file.read_bytes() for file in (site / page / "vendor").iterdir()} == {name: (FOLDER / name).read_bytes() for name in named}


def test_what_only_publishing_needs_is_not_published(site: Path) -> None:
    assert {package.purpose for package in packages()} <= {"sparql", "search", "build"}
    names = {name for package in packages() if package.purpose == "build" for name in [*package.sources, *package.texts]}
    assert not [file for file in site.rglob("*") if file.name in names]


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.name)
def test_the_packages_give_the_same_bytes(package: Package, carried: Mapping[str, dict[str, bytes]]) -> None:
    assert changed(package, carried[package.name]) == []


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.name)
def test_the_licences_name_every_package_that_is_inside(package: Package, carried: Mapping[str, dict[str, bytes]]) -> None:
    assert unmentioned(package, carried[package.name]) == set()


def test_what_was_changed_by_hand_is_found_and_renewed(carried: Mapping[str, dict[str, bytes]], tmp_path: Path) -> None:
    copy = shutil.copytree(FOLDER, tmp_path / "vendor")
    broken = b"// changed by hand\n" + (copy / "web.js").read_bytes()
    (copy / "web.js").write_bytes(broken)
    table = (copy / TABLE).read_text(encoding="utf-8")
    (copy / TABLE).write_text(table.replace(sha256((FOLDER / "web.js").read_bytes()), sha256(broken)), encoding="utf-8")
    (package,) = (package for package in packages(copy) if "web.js" in package.sources)
    assert changed(package, carried[package.name], copy) == ["web.js"]
    renew(package, carried[package.name], copy)
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == {file.name: file.read_bytes() for file in FOLDER.iterdir()}
