"""Put a new site where the old one was, whole or not at all.

The site is built beside the old one, synced to disk, and takes its place in one step; a reader and a machine that stops
see the old site or the new one, never a mixture. `MANIFEST` lists every file, in the format of sha256sum.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from publish.errors import OccupiedFolder

MANIFEST = "MANIFEST"

_CURRENT_FOLDER = -100  # AT_FDCWD of fcntl.h
_EXCHANGE = 2  # RENAME_EXCHANGE of linux/fs.h
_NAME = ".{}.bynet-{}"


def write_site(out: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Replace the site at *out* by *files* (path and content) and return how many there are: none where *out* holds just these already.

    Raises `OccupiedFolder` where *out* holds anything that bynet did not publish.
    """
    out = out.absolute()
    recover(out)
    refuse_occupied(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    new, old = (out.parent / _NAME.format(out.name, word) for word in ("new", "old"))
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    try:
        count = _build(new, files)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    if _holds(out, new / MANIFEST):
        shutil.rmtree(new, ignore_errors=True)
        return 0
    _sync(new)
    _swap(new, out, old)
    _sync(out.parent)
    for replaced in (new, old):
        shutil.rmtree(replaced, ignore_errors=True)
    return count


def refuse_occupied(out: Path) -> None:
    """Raise `OccupiedFolder` where *out* is there and is no folder, or holds a file that its MANIFEST does not list."""
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise OccupiedFolder("linked", folder=out)
    listed = {MANIFEST, *read_manifest(out)} if (out / MANIFEST).is_file() else set()
    for folder, folders, names in os.walk(out):
        links = (name for name in folders if (Path(folder) / name).is_symlink())
        for name in sorted([*names, *links]):
            path = (Path(folder) / name).relative_to(out).as_posix()
            if path not in listed:
                raise OccupiedFolder("occupied", folder=out, file=path)


def read_manifest(site: Path) -> dict[str, str]:
    """Return the sha256 (hexadecimal) of each file that the MANIFEST of *site* lists, by path."""
    lines = (site / MANIFEST).read_text(encoding="utf-8", errors="replace").splitlines()
    return {path: digest for digest, mark, path in (line.partition("  ") for line in lines) if mark}


def _holds(site: Path, manifest: Path) -> bool:
    """Whether *site* has *manifest*, and every file as it lists it."""
    if not (site / MANIFEST).is_file() or (site / MANIFEST).read_bytes() != manifest.read_bytes():
        return False
    paths = ((site / path, digest) for path, digest in read_manifest(site).items())
    return all(path.is_file() and sha256(path.read_bytes()).hexdigest() == digest for path, digest in paths)


def _build(folder: Path, files: Iterable[tuple[str, bytes]]) -> int:
    digests: dict[str, str] = {}
    made: set[Path] = set()
    folder.mkdir()
    folder.chmod(0o755)
    for path, content in files:
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        _write(target, content)
        digests[path] = sha256(content).hexdigest()
    lines = [f"{digest}  {path}\n" for path, digest in sorted(digests.items())]
    _write(folder / MANIFEST, "".join(lines).encode())
    for parent in {parent for path in made for parent in (path, *path.parents) if folder in parent.parents}:
        parent.chmod(0o755)
    return len(digests)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        os.fchmod(file.fileno(), 0o644)


def _swap(new: Path, out: Path, old: Path) -> None:
    """Put *new* in the place of *out*: in one step where the system can exchange two folders, else in two."""
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        out.rename(old)
        new.rename(out)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two paths in one step (Linux: renameat2); say whether the system could."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_CURRENT_FOLDER, os.fsencode(one), _CURRENT_FOLDER, os.fsencode(other), _EXCHANGE) == 0)


def recover(out: Path) -> None:
    """Bring back the old site at *out* where a publisher died between the two renames of a system without exchange."""
    out = out.absolute()
    old = out.parent / _NAME.format(out.name, "old")
    if old.exists() and not out.exists():
        old.rename(out)


def _sync(folder: Path) -> None:
    """Have everything written in the file system of *folder* on its disk (Linux: syncfs; elsewhere all file systems)."""
    sync = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if sync is None or sync(descriptor) != 0:
            os.sync()
    finally:
        os.close(descriptor)
