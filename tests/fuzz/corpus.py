"""The corpus: inputs that reach something of their own, one file a target. Those that people wrote have a name; those that were found are called by their hash.

Run as ``python -m fuzz.corpus TARGET FOLDER``, it takes those of the inputs in a folder that reach what nothing in the corpus of the target reaches.
In a file, a line ``%% NAME`` begins each input; the line feed before the next such line, and that at the end of the file, are no part of it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import coverage

import publish
from fuzz.target import Target
from fuzz.targets import target_of

FOLDER = Path(__file__).parents[1] / "corpus"
GROWN = 4
"""How many inputs that were found are kept of a target, the shortest first."""
LONGEST = 600
"""The bytes that such an input may have."""

_BEGINS = re.compile(rb"(?:\A|\n)%% ([^\n]+)\n")
_FOUND = re.compile(r"[0-9a-f]{12}")


def read(target: Target) -> dict[str, bytes]:
    """Return the corpus of *target*, by name."""
    file = FOLDER / (target.corpus or target.name)
    parts = _BEGINS.split(file.read_bytes().removesuffix(b"\n")) if file.is_file() else [b""]
    return {name.decode(): content for name, content in zip(parts[1::2], parts[2::2], strict=True)}


def write(target: Target, inputs: Mapping[str, bytes]) -> None:
    """Write the corpus of *target*."""
    content = b"\n".join(b"%% " + name.encode() + b"\n" + said for name, said in sorted(inputs.items()))
    (FOLDER / target.name).write_bytes(content + b"\n")


def written(inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return those of *inputs* that people wrote."""
    return {name: content for name, content in inputs.items() if not _FOUND.fullmatch(name)}


def grown(target: Target, found: Iterable[bytes]) -> dict[str, bytes]:
    """Return the corpus of *target* with those of the inputs *found* that reach code which none of the others reaches."""
    kept = written(read(target))
    known: set[object] = set()
    for content in kept.values():
        known |= reached(target.run, content) or set()
    before = len(kept)
    for content in sorted({*found}, key=lambda content: (len(content), content)):
        if len(kept) - before == GROWN:
            break
        new = (reached(target.run, content) or set()) - known if len(content) <= LONGEST and b"\n%% " not in b"\n" + content else set()
        if new:
            known |= new
            kept[sha256(content).hexdigest()[:12]] = content
    return kept


def reached(run: Callable[[bytes], None], content: bytes) -> set[object] | None:
    """Return the branches of bynet that *run* takes with *content*; None where it fails."""
    measured = coverage.Coverage(data_file=None, branch=True, source=[str(Path(publish.__file__).parent)], config_file=False, messages=False)
    measured.start()
    try:
        run(content)
    except Exception:  # a failure is told by whoever looks for them
        return None
    finally:
        measured.stop()
    data = measured.get_data()
    return {(file, arc) for file in data.measured_files() for arc in data.arcs(file) or ()}


if __name__ == "__main__":
    chosen = target_of(sys.argv[1])
    write(chosen, grown(chosen, [file.read_bytes() for file in sorted(Path(sys.argv[2]).iterdir())]))
