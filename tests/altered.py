"""The command with a planted fault in how it writes: ``python altered.py FAULT [ARGUMENT ...]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from publish import turtle, write
from publish.disk import sync_all
from publish.jsonld import NodeWriter
from publish.start import main
from publish.turtle import Told

MANY = 3


def _replaced(module: ModuleType, name: str, old: str, new: str) -> None:
    """Write something else in one place of what a function writes, piece by piece."""
    right: Callable[..., Iterator[str]] = getattr(module, name)
    setattr(module, name, lambda *arguments: (piece.replace(old, new) for piece in right(*arguments)))


def _dropped() -> None:
    """Leave out the last property of each node with many."""
    right = NodeWriter.node

    def node(writer: NodeWriter, subject: str, told: Told) -> dict[str, object]:
        written = right(writer, subject, told)
        if len(written) > MANY:
            written.popitem()
        return written

    NodeWriter.node = node  # type: ignore[method-assign, assignment]  # the fault


def _elsewhere() -> None:
    """Write one file to another place than the one that is listed."""
    right = write._write
    write._write = lambda path, content: right(path.with_name("robot.txt") if path.name == "robots.txt" else path, content)


def _flipped() -> None:
    """Have a disk that turns one bit."""

    def sync(folder: Path, parent: int) -> None:
        page = folder / "index.html"
        content = bytearray(page.read_bytes())
        content[len(content) // 2] ^= 1
        page.write_bytes(content)
        sync_all(folder, parent)

    write.sync_all = sync  # type: ignore[attr-defined]  # where it is called from


FAULTS: dict[str, Callable[[], None]] = {
    "an unescaped literal": lambda: _replaced(turtle, "write_turtle", '\\"', '"'),
    "a lost language tag": lambda: _replaced(turtle, "write_turtle", '"en sti"@da', '"en sti"'),
    "a normalised number": lambda: _replaced(turtle, "write_turtle", '"007"^^xsd:integer', "7"),
    "a dropped triple": _dropped,
    "a file elsewhere": _elsewhere,
    "a bit that a disk turned": _flipped,
}

if __name__ == "__main__":
    FAULTS[sys.argv.pop(1)]()
    main()
