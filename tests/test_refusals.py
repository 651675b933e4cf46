"""What a disk or the system refuses a publisher: one line says what to do, in either language, and the old site stands whole with nothing beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from aftermath import beside, damage
from publisher import release
from workbench import LIBRARY, ROOT, bynet, bynet_command, environment_of, tree

from publish.refusals import Refused
from publish.texts import text
from publish.write import write_site

Figure = Callable[[str, int], None]
Files = Iterator[tuple[str, bytes]]
FUTURE = 4_000_000_000
"""Seconds since 1970: a day in 2096."""
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []
"""How the rights of files hold for the superuser too."""


@cache
def _unmountable() -> str:
    """Why no disk can be mounted here; an empty text where one can."""
    tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def on_a_disk(scenario: str, folder: Path, *words: str | Path) -> list[dict[str, object]]:
    """Return what `disks` says of each attempt; skip the test where no disk can be mounted."""
    if shutil.which("unshare") is None or _unmountable():
        pytest.skip(f"no disk can be mounted here: {_unmountable()}")
    script = [sys.executable, str(ROOT / "tests/disks.py"), scenario, str(folder), *map(str, words)]
    ended = subprocess.run(["unshare", "-rm", *script], env=environment_of({}), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize(("scenario", "words"), [("sizes", "the new site takes about 1 MB in 9 files"), ("inodes", "the new site has 17 beside")])
def test_on_a_disk_of_every_size_the_new_site_stands_or_it_is_told_what_is_missing(tmp_path: Path, scenario: str, words: str, figure: Figure) -> None:
    *refused, last = on_a_disk(scenario, tmp_path)
    assert len(refused) > 10
    for attempt in refused:
        assert words in str(attempt["told"]) or attempt["told"] == text("en", "mistake.disk-full", place=tmp_path)
    for attempt in (*refused, last):
        assert (attempt["damage"], attempt["beside"]) == ("", []), attempt
    figure("sizes of disks", len(refused) + 1)


@pytest.mark.parametrize(("option", "name"), [("size={half}", "disk-full-site"), ("ro", "read-only")])
def test_the_command_says_what_to_do_where_a_disk_is_full_or_read_only(tmp_path: Path, library_site: Path, option: str, name: str) -> None:
    project = another(tmp_path / "project")
    (tmp_path / "disk").mkdir()
    attempts = on_a_disk("command", tmp_path / "disk", library_site, option, *bynet_command("--root", project, "publish"))
    for attempt, language in zip(attempts, ("en", "da"), strict=True):
        assert (attempt["code"], attempt["out"], attempt["same"], attempt["beside"]) == (2, "", True, [])
        assert re.fullmatch(said(language, name), str(attempt["told"]))


def another(folder: Path) -> Path:
    """Another state of the library, which is published as other files."""
    shutil.copytree(LIBRARY, folder)
    books = folder / "data/books.ttl"
    books.write_text(books.read_text(encoding="utf-8").replace("t:pages 158", "t:pages 159"), encoding="utf-8")
    return folder


def said(language: str, name: str) -> str:
    """The whole of what is said of a mistake, as a pattern."""
    return "bynet: " + re.sub(r"\\\{\w+\\\}", ".+", re.escape(text(language, f"mistake.{name}"))) + "\n"


def test_a_folder_where_a_disk_is_mounted_is_told(tmp_path: Path) -> None:
    (attempt,) = on_a_disk("mounted", tmp_path, *bynet_command("--root", LIBRARY, "--lang", "en", "publish"))
    assert (attempt["code"], attempt["held"], attempt["beside"]) == (2, [], [])
    assert attempt["told"] == f"bynet: {text('en', 'mistake.mounted', place=tmp_path / 'site')}\n"


def test_a_folder_that_vanishes_meanwhile_is_told_and_not_made_again(tmp_path: Path) -> None:
    def vanishing(after: int) -> Files:
        for number, file in enumerate(release(2).items()):
            if number == after:
                shutil.rmtree(tmp_path / "web")
            yield file

    for after in (0, 5, 8):
        write_site(tmp_path / "web/site", release(1).items())
        with pytest.raises(Refused) as refused:
            write_site(tmp_path / "web/site", vanishing(after))
        assert (refused.value.name, refused.value.values["place"]) == ("gone", tmp_path / "web")
    write_site(tmp_path / "web/site", release(1).items())
    with pytest.raises(Refused) as refused:
        write_site(tmp_path / "web/site", release(2).items(), lambda _new: shutil.rmtree(tmp_path / "web"))
    assert refused.value.name == "gone"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("language", ["en", "da"])
def test_what_is_no_folder_is_named(tmp_path: Path, language: str) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("mine")
    for name in ("dangling", "file"):
        ended = bynet("--root", LIBRARY, "--lang", language, "publish", "--out", tmp_path / name / "web/site")
        assert (ended.code, ended.out, ended.err) == (2, "", f"bynet: {text(language, 'mistake.no-folder', place=tmp_path / name)}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "file"]


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("closed", ["web", "web/site/thing"])
def test_where_rights_are_missing_the_place_is_named(tmp_path: Path, closed: str, language: str) -> None:
    write_site(tmp_path / "web/site", release(1).items())
    (tmp_path / closed).chmod(0o555 if closed == "web" else 0o000)
    words = [*UNPRIVILEGED, *bynet_command("--root", LIBRARY, "--lang", language, "publish", "--out", tmp_path / "web/site")]
    ended = subprocess.run(words, env=environment_of({}), capture_output=True, text=True, check=False)
    (tmp_path / closed).chmod(0o755)
    told = f"bynet: {text(language, 'mistake.no-rights', place=tmp_path / closed)}\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", told)
    assert not damage(tmp_path / "web/site", 1)
    assert beside(tmp_path / "web/site") == []


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed: apt-get install faketime")
def test_a_clock_that_is_set_back_makes_no_difference(tmp_path: Path, library_site: Path) -> None:
    project = another(tmp_path / "project")
    for day, root in (("2095-01-01", project), ("1985-01-01", LIBRARY)):
        words = ["faketime", "-f", f"{day} 12:00:00", *bynet_command("--root", root, "publish", "--out", tmp_path / "site")]
        ended = subprocess.run(words, env=environment_of({}), capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        for path in (tmp_path / "site").rglob("*"):
            os.utime(path, (FUTURE, FUTURE))  # as if its clock had been the disk's
    assert tree(tmp_path / "site") == tree(library_site)
    assert beside(tmp_path / "site") == ["project"]
