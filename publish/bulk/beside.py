"""Compute ahead, in closed processes side by side, what is wanted later: files of a site in parts, while others are written."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from functools import partial

from publish.confined import Limits, Note, Stopped
from publish.parallel import Compute, confined_each
from publish.publication import Part
from publish.render import File

_LIMITS = Limits(seconds=120.0, memory=1024)
"""For a part."""


def begun(parts: Sequence[Part], kept: Sequence[int]) -> Generator[File, None, None]:
    """Return the files that *parts* make, in their order; the first of them begins to be made now. The processes may read the descriptors *kept*.

    A part that a closed process can't make, whatever the reason, is made in this one: what is wrong with it is told as ever.
    """
    return _files(parts, confined_each([partial(_packed, part) for part in parts], _LIMITS, kept))


def ahead(compute: Compute) -> Generator[bytes, None, None]:
    """Return what *compute* yields, which begins to be computed now, and is waited for when it is wanted; nothing where a closed process can't."""
    return _wanted(confined_each([compute], _LIMITS))


def _wanted(answers: Generator[list[bytes] | Stopped, None, None]) -> Generator[bytes, None, None]:
    with closing(answers):
        for answer in answers:
            yield from () if isinstance(answer, Stopped) else answer


def _files(parts: Sequence[Part], answers: Generator[list[bytes] | Stopped, None, None]) -> Generator[File, None, None]:
    with closing(answers):
        for part, answer in zip(parts, answers, strict=True):
            yield from part() if isinstance(answer, Stopped) else map(_unpacked, answer)


def _packed(part: Part, _note: Note) -> Iterable[bytes]:
    """The files that *part* makes: all are made before the first is told, for nobody listens at once."""
    return [*(path.encode() + b"\n" + content for path, content in part())]


def _unpacked(piece: bytes) -> File:
    path, _, content = piece.partition(b"\n")
    return path.decode(), content
