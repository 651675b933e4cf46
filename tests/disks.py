"""Publishing to a disk of its own, which is too small, too full of files, read-only or mounted in the site's place.

``python disks.py SCENARIO FOLDER [WORD ...]``, where it may mount (``unshare --map-root-user --mount``), so nobody else sees its disks. It prints
a JSON object a line, one for each attempt.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from aftermath import beside, damage
from publisher import release
from workbench import environment_of, tree

from publish.refusals import Refused
from publish.texts import text
from publish.write import write_site

PAGE = os.sysconf("SC_PAGE_SIZE")
ENOUGH = f"size={PAGE * 4096},nr_inodes=4096"
Attempt = dict[str, object]


def mount(folder: Path, options: str) -> None:
    """Mount a disk in memory at *folder*, or give the one there other options."""
    again = ["remount"] if folder.is_mount() else []
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([*again, options]), "none", folder], check=True)


def attempt(out: Path, **given: object) -> Attempt:
    """Put release 2 where release 1 is, and return what came of it."""
    told = ""
    try:
        write_site(out, release(2).items())
    except Refused as refused:
        told = text("en", f"mistake.{refused.name}", **refused.values)
    return {**given, "told": told, "damage": damage(out, 1 if told else 2), "beside": beside(out)}


def sizes(folder: Path) -> Iterator[Attempt]:
    """On disks of every size, page by page, until one is large enough."""
    yield from _growing(folder, "size", lambda disk: (disk.f_blocks - disk.f_bfree) * disk.f_frsize, PAGE)


def inodes(folder: Path) -> Iterator[Attempt]:
    """On disks for any number of files and folders, until one has room for all."""
    yield from _growing(folder, "nr_inodes", lambda disk: disk.f_files - disk.f_ffree, 1)


def _growing(folder: Path, option: str, used: Callable[[os.statvfs_result], int], step: int) -> Iterator[Attempt]:
    mount(folder, ENOUGH)
    out = folder / "site"
    write_site(out, release(1).items())
    size = used(os.statvfs(folder))
    done = False
    while not done:
        size += step
        mount(folder, f"{option}={size}")
        result = attempt(out, size=size)
        done = not result["told"]
        yield result


def command(folder: Path, first: str, option: str, *words: str) -> Iterator[Attempt]:
    """The whole command, on a disk with one option, ``ro`` or ``size={half}`` for half a new site, where the site *first* stands; in both languages."""
    mount(folder, "size=1g")
    out = folder / "site"
    subprocess.run(["cp", "-a", first, out], check=True)
    before = tree(out)
    disk = os.statvfs(folder)
    mount(folder, option.format(half=(disk.f_blocks - disk.f_bfree) * disk.f_frsize * 3 // 2))
    for language in ("en", "da"):
        program, *arguments = words
        ended = subprocess.run([program, "--lang", language, *arguments, "--out", out], env=environment_of({}), capture_output=True, text=True, check=False)
        yield {"code": ended.returncode, "out": ended.stdout, "told": ended.stderr, "same": tree(out) == before, "beside": beside(out)}


def mounted(folder: Path, *words: str) -> Iterator[Attempt]:
    """The whole command, to a folder where a disk is mounted."""
    (folder / "site").mkdir()
    mount(folder / "site", "size=1m")
    program, *arguments = words
    ended = subprocess.run([program, *arguments, "--out", folder / "site"], env=environment_of({}), capture_output=True, text=True, check=False)
    yield {"code": ended.returncode, "told": ended.stderr, "held": [*(folder / "site").iterdir()], "beside": beside(folder / "site")}


SCENARIOS: dict[str, Callable[..., Iterator[Attempt]]] = {"sizes": sizes, "inodes": inodes, "command": command, "mounted": mounted}

if __name__ == "__main__":
    scenario, place, *more = sys.argv[1:]
    for result in SCENARIOS[scenario](Path(place), *more):
        sys.stdout.write(json.dumps(result) + "\n")
