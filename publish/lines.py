"""Graphs as sorted lines of canonical N-Triples on disk: they are compared, counted and hashed in little memory, however large they are.

A graph without blank nodes has one canonical form (RDFC-1.0, https://www.w3.org/TR/rdf-canon/): its triples as canonical
N-Triples, each once, by code point. ``LC_ALL=C sort FILE.nt | sha256sum`` gives the same hash.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from itertools import groupby, islice
from typing import IO

from pyoxigraph import BlankNode, Triple

RUN = 200_000
"""How many lines are sorted in memory at once."""

_RUNS = 100
"""How many sorted runs are merged at once."""

BLANK = re.compile(rb'_:|.*> _:[^ "]* \.\n')
"""What fits at the beginning of a line with a blank node."""

Tagged = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Lines:
    """Sorted lines, each once, each ending in a line feed: how many, how many bytes, their sha256 (hexadecimal). One reader at a time."""

    count: int
    size: int
    sha256: str
    file: IO[bytes]

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(0)
        return iter(self.file)

    def open(self) -> IO[bytes]:
        """Return the file with all lines, at its beginning."""
        self.file.seek(0)
        return self.file


class Desk:
    """Where lines lie until the block ends: in files without a name, of which nothing stays however the program ends."""

    def __init__(self) -> None:
        self._files = ExitStack()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_error: object) -> None:
        self._files.close()

    def sort(self, lines: Iterable[bytes]) -> Lines:
        """Return *lines* by code point, each once."""
        with ExitStack() as scratch:
            runs: list[IO[bytes]] = []
            source = iter(lines)
            while run := sorted(set(islice(source, RUN))):
                runs.append(_file(scratch, run))
                if len(runs) == _RUNS:  # no more files than a process may have open
                    merged = _file(scratch, merge(*runs))
                    for done in runs:
                        done.close()
                    runs = [merged]
            return self.keep(merge(*runs))

    def keep(self, lines: Iterable[bytes]) -> Lines:
        """Return *lines*, which are sorted already, each once."""
        file = _file(self._files, ())
        digest = sha256()
        count = size = 0
        for line, _same in groupby(lines):
            file.write(line)
            digest.update(line)
            count += 1
            size += len(line)
        file.flush()
        return Lines(count, size, digest.hexdigest(), file)

    def differences(self, old: Lines, new: Lines) -> tuple[Lines, Lines]:
        """Return the lines that only *new* has, and those that only *old* has."""
        with ExitStack() as scratch:
            missing, extra = _file(scratch, ()), _file(scratch, ())
            for line, tags in groupby(tagged(old, new), key=lambda pair: pair[0]):
                found = [tag for _line, tag in tags]
                if len(found) == 1:
                    (missing if found[0] else extra).write(line)
            return self.keep(_rewound(missing)), self.keep(_rewound(extra))


def _file(files: ExitStack, lines: Iterable[bytes]) -> IO[bytes]:
    """A file with *lines*, at its beginning, until *files* are closed."""
    file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # *files* closes it
    file.writelines(lines)
    return _rewound(file)


def tagged(*sources: Iterable[bytes]) -> Iterator[Tagged]:
    """Yield the lines of several sorted sources in one order, each with the number of its source."""
    return merge(*(_numbered(source, number) for number, source in enumerate(sources)))


def line_of(triple: Triple) -> bytes:
    """Return the canonical N-Triples of *triple*, with its line feed."""
    return f"{triple} .\n".encode()


def has_blank_node(triple: Triple) -> bool:
    """Whether a blank node stands in *triple*."""
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _numbered(source: Iterable[bytes], number: int) -> Iterator[Tagged]:
    return ((line, number) for line in source)


def _rewound(file: IO[bytes]) -> IO[bytes]:
    file.flush()
    file.seek(0)
    return file
