"""Put a new site where the old one was, whole or not at all.

The site is built beside the old one, synced to disk, read back, and takes its place in one step; a reader and a machine that
stops see the old site or the new one, never a mixture. Nothing is removed before what stands in its place is on the disk.
`MANIFEST` lists every file, in the format of sha256sum.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NoReturn

from publish.disk import exchange, sync_all, sync_folder
from publish.errors import OccupiedFolder
from publish.made import Content, File, digest
from publish.paths import SIGNATURE
from publish.refusals import Needs, Refused, told
from publish.reserve import reserved
from publish.stopping import later

MANIFEST = "MANIFEST"

_NAME = ".{}.bynet-{}"
_PARTING = 0.1
"""Seconds that whoever was on the way into the old site has to open a file there."""


@contextmanager
def replacing(out: Path) -> Iterator[Place]:
    """Have the place *out* of a site to oneself until the block ends.

    Raises `OccupiedFolder` where *out* holds anything that bynet did not publish, `BeingPublished`, and `Refused`.
    """
    out = out.absolute()
    with ExitStack() as held:
        with told(out):
            place = Place(out, held.enter_context(reserved(out)))
            if out.is_mount():
                raise Refused("mounted", place=out)
            place.recover()
            refuse_occupied(out)
        yield place


def write_site(out: Path, files: Iterable[File], prove: Callable[[Path], None] = lambda _folder: None) -> int:
    """Replace the site at *out* by *files* as `Place.replace` does, where nothing has to be known of the old site before."""
    with replacing(out) as place:
        return place.replace(files, prove)


@dataclass(frozen=True, slots=True)
class Place:
    """The place *out* of a site, which one process has to itself; *parent* is the descriptor of the folder around it."""

    out: Path
    parent: int

    @property
    def new(self) -> Path:
        """Where a site is built."""
        return self.out.parent / _NAME.format(self.out.name, "new")

    @property
    def work(self) -> Path:
        """Where lies what is worked with, and what the next publisher can use again."""
        return self.out.parent / _NAME.format(self.out.name, "work")

    @property
    def old(self) -> Path:
        """Where the old site is for a moment, where two folders can't change places in one step."""
        return self.out.parent / _NAME.format(self.out.name, "old")

    def recover(self) -> None:
        """Bring back the old site where a publisher died between the two renames of a system without exchange."""
        if self.old.exists() and not self.out.exists():
            self.old.rename(self.out)

    def replace(self, files: Iterable[File], prove: Callable[[Path], None], keep: Callable[[], None] = lambda: None) -> int:
        """Replace the site by *files* (path and content) and return how many there are: none where it holds just these already.

        *prove* is given the folder of the site before it takes its place, and raises what keeps it from that. Raises `Refused` and
        `OccupiedFolder`; the old site stands then. When the new one does, *keep* keeps what helps the next publisher, if it can.
        """
        needs = Needs(files)
        with told(self.out, needs):
            self._discard()
            try:
                count = _build(self.new, needs.counted())
                same = _holds(self.out, self.new / MANIFEST)
                stands = self.out if same else self.new
                sync_all(stands, self.parent)
                prove(stands)
                if not same:
                    self._swap()
            except BaseException:
                with later(), suppress(OSError):
                    self._discard()
                raise
            with later() as heard, suppress(OSError):  # the next publisher makes and removes what this one could not
                parted = time.monotonic() + (0 if same else _PARTING)
                keep()
                time.sleep(max(0.0, parted - time.monotonic()))
                self._discard()
                heard.clear()
        return 0 if same else count

    def _swap(self) -> None:
        """Put the new site in the place of the old one, for good; or raise `OSError`, and the old one stands."""
        refuse_occupied(self.out)
        with later() as heard:
            back = self._move()
            try:
                sync_folder(self.parent)
            except OSError:
                back()
                raise
            heard.clear()  # it is too late to stop

    def _move(self) -> Callable[[], object]:
        """Put the new site in its place: in one step where the system can exchange two folders, else in two. Return what undoes it."""
        if not self.out.exists():
            self.new.rename(self.out)
            return lambda: self.out.rename(self.new)
        if exchange(self.new, self.out):
            return lambda: exchange(self.new, self.out)
        self.out.rename(self.old)
        try:
            self.new.rename(self.out)
        except OSError:
            self.recover()
            raise
        return lambda: (self.out.rename(self.new), self.old.rename(self.out))

    def _discard(self) -> None:
        """Remove what is not the site, once it is certain on the disk what is."""
        if there := [folder for folder in (self.new, self.old) if folder.exists()]:
            sync_folder(self.parent)
            for folder in there:
                shutil.rmtree(folder)


def refuse_occupied(out: Path) -> None:
    """Raise `OccupiedFolder` where *out* is there and is no folder, or holds a file that its MANIFEST does not list."""
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise OccupiedFolder("linked", folder=out)
    listed = {MANIFEST, SIGNATURE, *read_manifest(out)} if (out / MANIFEST).is_file() else set()
    for folder, folders, names in os.walk(out, onerror=_refuse):
        links = (name for name in folders if (Path(folder) / name).is_symlink())
        for name in sorted([*names, *links]):
            path = (Path(folder) / name).relative_to(out).as_posix()
            if path not in listed:
                raise OccupiedFolder("occupied", folder=out, file=path)


def _refuse(error: OSError) -> NoReturn:
    """What can't be looked into may hold anything."""
    raise error


def read_manifest(site: Path) -> dict[str, str]:
    """Return the sha256 (hexadecimal) of each file that the MANIFEST of *site* lists, by path."""
    return listed_in((site / MANIFEST).read_text(encoding="utf-8", errors="replace"))


def listed_in(manifest: str) -> dict[str, str]:
    """Return the sha256 (hexadecimal) of each file that the text of a MANIFEST lists, by path."""
    return {path: digest for digest, mark, path in (line.partition("  ") for line in manifest.splitlines()) if mark}


def _holds(site: Path, manifest: Path) -> bool:
    """Whether *site* has *manifest*, and every file as it lists it."""
    if not (site / MANIFEST).is_file() or (site / MANIFEST).read_bytes() != manifest.read_bytes():
        return False
    paths = ((site / path, digest) for path, digest in read_manifest(site).items())
    return all(path.is_file() and sha256(path.read_bytes()).hexdigest() == digest for path, digest in paths)


def _build(folder: Path, files: Iterable[File]) -> int:
    digests: dict[str, str] = {}
    made: set[PurePosixPath] = set()
    _make(folder)
    for path, content in files:
        for parent in reversed(PurePosixPath(path).parents[:-1]):
            if parent not in made:
                made.add(parent)
                _make(folder / parent)
        _put(folder / path, content)
        digests[path] = digest(content)
    lines = [f"{digest}  {path}\n" for path, digest in sorted(digests.items())]
    _write(folder / MANIFEST, "".join(lines).encode())
    return len(digests)


def _make(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)


def _put(path: Path, content: Content) -> None:
    if isinstance(content, bytes):
        _write(path, content)
        return
    try:
        os.link(content.path, path)
    except OSError:  # a file system that knows no links
        shutil.copyfile(content.path, path)
    path.chmod(0o644)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        os.fchmod(file.fileno(), 0o644)
