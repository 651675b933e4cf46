"""The places that an index remembers, kept beside its file: it can be opened so without a look at all of the file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from publish.bulk.folder import filled
from publish.bulk.index import Index, opened

_WIDEST = 1 << 15
"""How many bytes may lie between two places, taken all together: with more, places are looked for anew."""


def remember(index: Index, path: Path) -> None:
    """Write the places of *index* beside its file, which is *path*."""
    filled(_beside(path), (b"%d %b" % (place, line) for place, line in zip(index.places, index.lines, strict=True)))


def remembered(path: Path, files: ExitStack) -> Index:
    """Return the index of the sorted lines in the file *path*, as it was remembered, open until *files* are closed."""
    kept = _beside(path).read_bytes().splitlines(keepends=True) if _beside(path).exists() else []
    size = path.stat().st_size
    if len(kept) * _WIDEST < size or not kept:
        return opened(path, files)
    pairs = [line.split(b" ", 1) for line in kept]
    return Index(files.enter_context(path.open("rb")).fileno(), size, [line for _place, line in pairs], [int(place) for place, _line in pairs])


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.places")
