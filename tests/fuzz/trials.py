"""Targets that are no part of bynet: they fail in every way there is, so that it is seen that each is told."""

from __future__ import annotations

import os

from fuzz.target import Target


def hangs(_content: bytes) -> None:
    """Never ends."""
    while True:
        pass


def fills(_content: bytes) -> None:
    """Takes more memory than there should be need of."""
    bytearray(8 << 30)


def crashes(_content: bytes) -> None:
    """Ends the process."""
    os.abort()


def fails(content: bytes) -> None:
    """Raises what it should not, at some inputs."""
    if len(content) > 3:
        raise KeyError(content)


def ends(_content: bytes) -> None:
    """Does what it should."""


TARGETS = tuple(Target(run.__name__, run, examples=20) for run in (hangs, fills, crashes, fails, ends))
