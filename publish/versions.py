"""Join what `bynet diff` compares: two versions of a data set, each a site, a dump, a project or a revision of one in git."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from publish.build import Unsound, load_project
from publish.changes import as_json, as_text, patch
from publish.diff import comparable, compare
from publish.dump import is_dump, read_dump
from publish.earlier import open_site, read_snapshot
from publish.model import Change, Snapshot
from publish.publication import Publication
from publish.read import DATASET_FILE
from publish.revision import checkout

LINES: Mapping[str, Callable[[Snapshot, Snapshot, Sequence[Change], str], Iterable[str]]] = {
    "text": as_text,
    "summary": lambda old, new, changes, language: [next(as_text(old, new, changes, language))],
}
"""What is told to people, in a language."""
DOCUMENTS: Mapping[str, Callable[[Snapshot, Snapshot, Sequence[Change]], str]] = {
    "json": as_json,
    "patch": lambda _old, new, changes: patch(changes, new.base),
}
"""What is told to programs."""


def differences(old: str, new: str | None, find_project: Callable[[], Path]) -> tuple[Snapshot, Snapshot, tuple[Change, ...]]:
    """Return two versions and what lies between them; the second is the project as it is where no *new* is given. Raises `Mistake`.

    A project that is held against what was published under another base is read under that one.
    """
    project = cache(find_project)
    published, republished = _published(old), _published(new) if new else None
    before = published or _project(old, project, republished.base if republished else "")
    after = republished or _project(new, project, published.base if published else "")
    before, after = comparable(before, after)
    return before, after, compare(before, after)


def _published(name: str) -> Snapshot | None:
    """The data set of a site or of a dump; nothing where *name* is neither."""
    if not name:
        return None
    path = Path(name)
    if path.is_file() and is_dump(path):
        return read_dump(path)
    site = open_site(name)
    return read_snapshot(site) if site else None


def _project(name: str | None, find_project: Callable[[], Path], base: str) -> Snapshot:
    """The data set of a project: of the folder *name*, else of the revision of that name in git; without a name as it is now."""
    if name is None:
        return _load(find_project(), base)
    if name and (Path(name) / DATASET_FILE).is_file():
        return _load(Path(name), base)
    with checkout(find_project(), name) as folder:
        return _load(folder, base)


def _load(folder: Path, base: str) -> Snapshot:
    try:
        return Publication(load_project(folder, base or None)).snapshot
    except Unsound as unsound:
        unsound.exit_code = 2  # 1 says that there are differences
        raise
