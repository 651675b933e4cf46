"""Files of a site as they are made: bytes, or a file that lies on the disk already and is put into its place as it is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """A file on the disk, beside the site: its path, its size in bytes, the sha256 (hexadecimal) of what was written to it."""

    path: Path
    size: int
    sha256: str

    def __len__(self) -> int:
        return self.size


Content = bytes | Made
File = tuple[str, Content]
"""A file of a site: its path there, and what it holds."""


def digest(content: Content) -> str:
    """Return the sha256 (hexadecimal) of *content*."""
    return content.sha256 if isinstance(content, Made) else sha256(content).hexdigest()
