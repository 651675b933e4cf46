"""A publisher for tests of faults, in a process of its own: ``python publisher.py FOLDER RELEASE [MUTANT]``.

It puts a release of a small site where `publish.write` puts sites, and then says that it is published. A mutant is a planted fault in
how that is done, which the tests have to find.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from publish import write
from publish.disk import sync_all
from publish.errors import Mistake
from publish.stopping import Stopped, heed, ignore
from publish.texts import text
from publish.write import Place, read_manifest, write_site

PUBLISHED = "Published"
SHARED = ("index.html", "style.css", "thing/one.html", "thing/one.ttl", "thing/deep/er/two.ttl", "download/all.nt")


def release(number: int) -> dict[str, bytes]:
    """The files of a release by path: those of every release in its own words, one that never changes, one that no other release has."""
    files = {path: f"{path} of release {number}\n".encode() * (1 + 700 * path.endswith(".nt")) for path in SHARED}
    return files | {"robots.txt": b"the same in all\n", f"thing/only-{number}.txt": b"", f"only/{number}/page.html": b"%d" % number}


def publish(out: Path, number: int) -> None:
    """Publish a release, and say so."""

    def prove(folder: Path) -> None:
        """Read everything back, as the command does."""
        for path in read_manifest(folder):
            (folder / path).read_bytes()

    write_site(out, release(number).items(), prove)
    say()


def say() -> None:
    """Say that the release is published."""
    os.write(1, f"{PUBLISHED}\n".encode())


def _in_place(place: Place, files: Iterable[tuple[str, bytes]], _prove: Callable[[Path], None]) -> int:
    """Writes file by file where readers look."""
    shutil.rmtree(place.out)
    count = write._build(place.out, files)
    sync_all(place.out, place.parent)
    return count


def _removed_first(place: Place) -> Callable[[], object]:
    """Removes the old site before the new one stands, on a disk that is slow."""
    shutil.rmtree(place.out)
    time.sleep(0.02)
    place.new.rename(place.out)
    return lambda: None


def _said_first(place: Place) -> Callable[[], object]:
    """Says that it is published before that is on the disk."""
    back = _MOVE(place)
    say()
    return back


def _removed_unsynced(place: Place) -> None:
    """Removes what others left behind before it is certain what stands."""
    for folder in (place.new, place.old):
        shutil.rmtree(folder, ignore_errors=True)


_MOVE = Place._move
MUTANTS: dict[str, tuple[object, str, object]] = {
    "nothing synced before the swap": (write, "sync_all", lambda *_arguments: None),
    "nothing synced after the swap": (write, "sync_folder", lambda _folder: None),
    "written in place": (Place, "replace", _in_place),
    "the old one removed first": (Place, "_move", _removed_first),
    "said before it is so": (Place, "_move", _said_first),
    "what was left removed unsynced": (Place, "_discard", _removed_unsynced),
}


RACES: dict[str, tuple[object, str, object]] = {"nobody waits": (fcntl, "flock", lambda _lock, _how: None)}
"""Mutants that only several publishers or readers find."""


def main() -> int:
    """Publish as the arguments say; return how the process ends, which is as the command would."""
    out, number, *mutants = sys.argv[1:]
    for mutant in mutants:
        owner, name, fault = {**MUTANTS, **RACES}[mutant]
        setattr(owner, name, fault)
    heed()
    try:
        publish(Path(out), int(number))
    except Mistake as mistake:
        sys.stderr.write(text("en", f"mistake.{mistake.name}", **mistake.values) + "\n")
        return mistake.exit_code
    except Stopped as stopped:
        ignore()
        sys.stderr.write(text("en", "mistake.interrupted") + "\n")
        return 128 + stopped.number
    return 0


if __name__ == "__main__":
    sys.exit(main())
