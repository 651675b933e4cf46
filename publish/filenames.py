"""The names of a project's files: one that can't be shown, or that a site can't have on every machine, is found before anything else uses it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from publish.controls import printable
from publish.findings import found
from publish.model import Finding
from publish.paths import is_file_name

_FOLDERS = ("data", "ontology", "shapes", "tests/shapes", "theme")
_PUBLISHED = ("ontology/*.png", "ontology/questions/*.rq", "ontology/rules/*.rq", "tests/shapes/*/*.ttl")
"""The files that are published under their own names."""


def unfit_names(root: Path) -> Iterator[Finding]:
    """Yield what is wrong with the names of the files of the project in *root*."""
    files = sorted(path.relative_to(root).as_posix() for path in chain.from_iterable((root / folder).rglob("*") for folder in _FOLDERS))
    yield from (found(printable(file), 0, "file-name", word=printable(file)) for file in files if printable(file) != file)
    published = sorted(path.relative_to(root).as_posix() for path in chain.from_iterable(map(root.glob, _PUBLISHED)))
    first: dict[str, str] = {}
    for file in published:
        names = file.removeprefix("tests/shapes/").removeprefix("ontology/").split("/")
        if not all(map(is_file_name, names)):
            yield found(printable(file), 0, "published-name", word=printable(names[-1]))
        elif (other := first.setdefault(file.casefold(), file)) != file:
            yield found(file, 0, "same-file", other=other)
