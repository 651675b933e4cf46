"""The folder beside a site in which data are worked on: alone writes there.

What stands there is made anew where it is missing. A file that other runs of bynet may read takes its place in one step.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO


def made(folder: Path) -> Path:
    """Have a *folder*, and return it."""
    folder.mkdir(exist_ok=True)
    return folder


def emptied(folder: Path) -> Path:
    """Have an empty *folder*, and return it."""
    removed(folder)
    folder.mkdir()
    return folder


def removed(folder: Path) -> None:
    """Have no *folder*."""
    if folder.exists():
        shutil.rmtree(folder)


def filled(path: Path, pieces: Iterable[bytes]) -> Path:
    """Write *pieces* to a file, and return its path."""
    with path.open("wb") as file:
        file.writelines(pieces)
    return path


def put(path: Path, content: bytes) -> None:
    """Write a file that is whole, or is not there, whatever happens."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def out(path: Path, files: ExitStack) -> BinaryIO:
    """Return a new file to write to, and to read what was written, open until *files* are closed."""
    return files.enter_context(path.open("w+b"))


def adopt(new: Path, path: Path) -> None:
    """Have the file *new* take the place of *path*."""
    new.replace(path)


def drop(path: Path) -> None:
    """Have no file at *path*."""
    path.unlink(missing_ok=True)
