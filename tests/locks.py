"""What a lock file of pip pins: each package in one version, with the SHA-256 of every file that may be installed as it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PINNED = re.compile(
    r"""
        ^(?P<name>[a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(?P<version>\S+)(?:[ ];[ ](?P<marker>.+?))?[ ]\\
        (?P<hashes>(?:\n[ ]{4}--hash=sha256:[0-9a-f]{64}(?:[ ]\\)?)+)$""",
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A package: its name as the index has it, its version, where it is needed (empty for everywhere), and the SHA-256 of its files."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pinned(text: str) -> Iterator[Pinned]:
    """Yield the packages that the lock file *text* pins."""
    for match in _PINNED.finditer(text):
        yield Pinned(match["name"], match["version"], match["marker"] or "", tuple(re.findall(r"[0-9a-f]{64}", match["hashes"])))


def unpinned(text: str) -> list[str]:
    """Return the lines of the lock file *text* that pin nothing, comments aside."""
    return [line for line in _PINNED.sub("", text).splitlines() if line.strip() and not line.startswith("#")]


def locked(file: Path) -> dict[str, Pinned]:
    """Return the packages of the lock *file* by their names."""
    return {one.name: one for one in pinned(file.read_text(encoding="utf-8"))}
