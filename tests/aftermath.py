"""What is found where a publisher was at work: the site, whole or not, and what it left behind."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from publisher import release
from tracing import Call

from publish.write import MANIFEST, read_manifest, write_site

PROOF = bool(os.environ.get("BYNET_PROOF"))
"""Whether every case is tried, not some of each kind: that takes minutes."""
_AROUND = 3


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A new folder until the block ends, in memory where the system has such a disk: its syncs wait for nobody."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="bynet-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def publishing(out: Path, number: int, *mutants: str) -> list[str]:
    """The command that puts a release of the small site at *out*."""
    return [sys.executable, "-P", str(Path(__file__).with_name("publisher.py")), str(out), str(number), *mutants]


def held(site: Path) -> dict[str, bytes]:
    """The content of each file in *site*, by path."""
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def damage(out: Path, *releases: int) -> str:
    """Say what is wrong with the site at *out*, which has to be one of *releases* of the small site (0: none), whole; an empty text where nothing is."""
    if not out.exists():
        return "" if 0 in releases else "there is no site"
    there = held(out)
    if not any(there == whole(number) for number in releases):
        return f"neither of {releases}: {sorted(there)}"
    return ""


def whole(number: int) -> dict[str, bytes]:
    """The files of a release of the small site, with the MANIFEST."""
    files = release(number)
    return files | {MANIFEST: "".join(f"{sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())).encode()}


def whole_site(site: Path) -> bool:
    """Whether every file that the MANIFEST of any site lists is there and right, and no other one."""
    there = {path: sha256(content).hexdigest() for path, content in held(site).items() if path != MANIFEST}
    return there == read_manifest(site)


def beside(out: Path) -> list[str]:
    """What stands beside the site at *out*."""
    return sorted(path.name for path in out.parent.iterdir() if path != out)


def clean_up(out: Path, number: int) -> str:
    """Publish a release over whatever is at *out*; say what is wrong then, with the site or beside it."""
    write_site(out, release(number).items())
    return damage(out, number) or " ".join(beside(out))


def chosen(calls: Sequence[Call]) -> list[Call]:
    """All *calls* in a proof; else those around the swap, and the first and the last one of each kind."""
    if PROOF:
        return [*calls]
    kinds = [[place for place, call in enumerate(calls) if call.name == name] for name in {call.name for call in calls}]
    return [calls[place] for place in sorted({place for kind in kinds for place in (kind[0], kind[-1])} | {*swapping(calls)})]


def swapping(calls: Sequence[Call]) -> range:
    """The places in *calls* of those around the one by which the new site stands."""
    swap = next(place for place, call in enumerate(calls) if call.name.startswith("rename"))
    return range(max(0, swap - _AROUND), min(len(calls), swap + _AROUND + 1))


def spread(calls: Sequence[Call], number: int) -> list[Call]:
    """So many of *calls*, the last one and others in even steps before it."""
    return [calls[len(calls) * step // number - 1] for step in range(1, number + 1)]
