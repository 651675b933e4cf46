"""A whole new site or the whole old one: whatever stops the publisher, wherever it is sent, whoever else writes there."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench import LIBRARY, bynet, environment_of, tree, write_files

from publish import write
from publish.disk import exchange
from publish.errors import OccupiedFolder
from publish.write import MANIFEST, read_manifest, refuse_occupied, replacing, write_site

OLD = [("index.html", b"old"), ("a/b/c.ttl", b"old c"), ("only-old.txt", b"")]
NEW = [("index.html", b"new"), ("a/b/d.ttl", b"new d"), ("download/all.ttl", b"\x00\xff" * 1000)]
# writes a site again and again, so that a kill at any moment is likely to hit the swap
SWAPPING = """
import sys
from pathlib import Path
from publish.write import write_site
number = 0
while True:
    number += 1
    write_site(Path(sys.argv[1]), [(f"{place}/page-{place}.txt", str(number).encode()) for place in range(40)])
"""


def assert_whole(site: Path) -> None:
    """Every file that the MANIFEST lists is there and right, and no other one."""
    listed = read_manifest(site)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert files == {MANIFEST, *listed}
    assert {path: hashlib.sha256((site / path).read_bytes()).hexdigest() for path in listed} == listed
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--quiet", "--strict", MANIFEST], cwd=site, check=True, capture_output=True)


def test_a_site_is_written_with_its_manifest(tmp_path: Path) -> None:
    assert write_site(tmp_path / "deep/er/site", NEW) == 3
    assert_whole(tmp_path / "deep/er/site")
    assert list(read_manifest(tmp_path / "deep/er/site")) == sorted(path for path, _content in NEW)
    assert (tmp_path / "deep/er/site/download/all.ttl").read_bytes() == b"\x00\xff" * 1000


def test_a_new_site_takes_the_place_of_the_old_one_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_site(tmp_path / "site", OLD)
    write_site(tmp_path / "site", NEW)
    assert_whole(tmp_path / "site")
    assert not (tmp_path / "site/only-old.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_site_that_would_be_the_same_is_left_alone(tmp_path: Path) -> None:
    write_site(tmp_path / "site", NEW)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted((tmp_path / "site").rglob("*"))}
    assert write_site(tmp_path / "site", reversed(NEW)) == 0
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted((tmp_path / "site").rglob("*"))} == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("damage", ["changed", "lost"])
def test_a_damaged_site_is_written_again(tmp_path: Path, damage: str) -> None:
    write_site(tmp_path / "site", NEW)
    page = tmp_path / "site/index.html"
    page.unlink() if damage == "lost" else page.write_bytes(b"NEW")
    assert write_site(tmp_path / "site", NEW) == 3
    assert_whole(tmp_path / "site")


def test_an_empty_folder_may_become_a_site(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write_site(tmp_path / "site", NEW)
    assert_whole(tmp_path / "site")


def test_where_folders_cannot_be_exchanged_the_swap_takes_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "exchange", lambda _one, _other: False)  # not every system can, and this one does
    write_site(tmp_path / "site", OLD)
    write_site(tmp_path / "site", NEW)
    assert_whole(tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_system_without_the_calls_of_linux_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _name, use_errno: object())  # a C library of another system
    write_files(tmp_path, {"one/a": "1", "two/b": "2"})
    assert exchange(tmp_path / "one", tmp_path / "two") is False
    write_site(tmp_path / "site", NEW)  # each file is synced by itself
    assert_whole(tmp_path / "site")
    monkeypatch.undo()
    assert exchange(tmp_path / "one", tmp_path / "two") is (sys.platform == "linux")
    assert (tmp_path / "one/b").read_text() == "2"
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "missing")


def test_a_place_that_nothing_was_put_in_is_left_as_it_was(tmp_path: Path) -> None:
    for before in ([], ["deep"]):
        for folder in before:
            (tmp_path / folder).mkdir()
        with replacing(tmp_path / "deep/er/site"):
            assert (tmp_path / "deep/er").is_dir()
        assert [path.name for path in tmp_path.iterdir()] == before


def test_what_died_between_the_two_steps_is_brought_back(tmp_path: Path) -> None:
    write_site(tmp_path / "site", OLD)
    before = tree(tmp_path / "site")
    (tmp_path / "site").rename(tmp_path / ".site.bynet-old")
    write_files(tmp_path, {".site.bynet-new/half": "half"})

    def broken() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_site(tmp_path / "site", broken())
    assert tree(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("foreign", ["notes.txt", "a/b/notes.txt", "index.html.orig", ".hidden", "a/new/x"])
def test_a_folder_that_holds_anything_else_is_refused_and_untouched(tmp_path: Path, foreign: str) -> None:
    write_site(tmp_path / "site", OLD)
    write_files(tmp_path / "site", {foreign: "mine"})
    before = tree(tmp_path)
    with pytest.raises(OccupiedFolder) as refused:
        write_site(tmp_path / "site", NEW)
    assert refused.value.values["file"] == foreign
    assert tree(tmp_path) == before


@pytest.mark.parametrize("listing", ["", "no manifest at all\n", "0000  other.txt\n", "\x00\xff"])
def test_a_manifest_of_somebody_elses_lets_nothing_in(tmp_path: Path, listing: str) -> None:
    write_files(tmp_path / "site", {MANIFEST: listing, "mine.txt": "mine"})
    with pytest.raises(OccupiedFolder):
        write_site(tmp_path / "site", NEW)
    assert (tmp_path / "site/mine.txt").read_text() == "mine"


def test_a_link_or_a_file_is_no_output_folder(tmp_path: Path) -> None:
    write_site(tmp_path / "real", OLD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("mine")
    before = tree(tmp_path / "real")
    for name in ("link", "dangling", "file"):
        with pytest.raises(OccupiedFolder):
            write_site(tmp_path / name, NEW)
        with pytest.raises(OccupiedFolder):
            refuse_occupied(tmp_path / name)
    assert tree(tmp_path / "real") == before
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_inside_a_site_is_foreign(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside/mine.txt": "mine"})
    write_site(tmp_path / "site", OLD)
    (tmp_path / "site/linked").symlink_to(tmp_path / "outside")
    with pytest.raises(OccupiedFolder):
        write_site(tmp_path / "site", NEW)
    assert (tmp_path / "outside/mine.txt").read_text() == "mine"


def test_modes_are_the_same_under_any_umask(tmp_path: Path) -> None:
    trees = []
    for mask in (0o000, 0o022, 0o077):
        before = os.umask(mask)
        try:
            write_site(tmp_path / f"site{mask}", NEW)
        finally:
            os.umask(before)
        trees.append((tree(tmp_path / f"site{mask}"), (tmp_path / f"site{mask}").stat().st_mode))
    assert trees[0] == trees[1] == trees[2]


@pytest.mark.parametrize("moment", range(4))
def test_a_publisher_that_is_killed_leaves_the_old_site_or_the_new_one(tmp_path: Path, moment: int) -> None:
    child = subprocess.Popen([sys.executable, "-P", "-c", SWAPPING, str(tmp_path / "site")], env=environment_of({}), stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (tmp_path / "site").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(moment * 0.053)
    child.kill()
    _out, errors = child.communicate()
    assert child.returncode == -signal.SIGKILL, errors.decode()
    assert_whole(tmp_path / "site")
    assert len({path.read_bytes() for path in (tmp_path / "site").rglob("page-*.txt")}) == 1
    write_site(tmp_path / "site", NEW)
    assert_whole(tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_command_refuses_a_folder_of_somebody_elses(tmp_path: Path) -> None:
    write_files(tmp_path, {"site/thesis.txt": "mine"})
    for language, word in (("en", "did not publish"), ("da", "ikke har udgivet")):
        ended = bynet("--root", LIBRARY, "--lang", language, "publish", "--out", tmp_path / "site")
        assert ended.code == 2
        assert "thesis.txt" in ended.err
        assert word in ended.err
        assert ended.out == ""
    assert tree(tmp_path).keys() == {"site", "site/thesis.txt"}
