"""A process under strace: which of its system calls change a folder, and how it ends where one of them is its last, fails or is interrupted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from workbench import environment_of

READING = frozenset(
    {"access", "close", "dup", "execve", "faccessat", "faccessat2", "fadvise64", "fcntl", "fstat", "fstatfs", "getcwd", "getdents64", "ioctl", "lseek"}
    | {"lstat", "mmap", "newfstatat", "open", "pread64", "read", "readlink", "readlinkat", "stat", "statfs", "statx"}
)
"""The calls that change nothing on a disk, but for `open` and `openat` where they make or cut a file."""
WRITING = frozenset({"write", "pwrite64"})
_MAKING = re.compile(r"O_CREAT|O_TRUNC|O_TMPFILE")
_LINE = re.compile(r"(\w+)\((.*)\) += (-?\d+|\?).*")
_DESCRIPTOR = re.compile(r"(?:\d+|AT_FDCWD)<([^>]*)>(?:\(deleted\))?")
_DIED = 128


@dataclass(frozen=True, slots=True)
class Call:
    """One system call: its name, its arguments (texts as bytes, descriptors as the paths they stand for), whether it succeeded.

    *number* says which one of its name it is, from 1.
    """

    name: str
    arguments: tuple[bytes | Path | str, ...]
    succeeded: bool
    number: int

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths that it is about; of a name in a folder the whole."""
        found: list[Path] = []
        around: Path | None = None
        for argument in self.arguments:
            if isinstance(argument, Path):
                found += [around] if around else []
                around = argument
            elif isinstance(argument, bytes) and self.name not in WRITING:
                found.append((around or Path()) / os.fsdecode(argument))
                around = None
        return (*found, around) if around else tuple(found)

    def changes(self, folder: Path) -> bool:
        """Whether it could change anything in *folder*, or what of it is on the disk."""
        made = self.name not in READING if self.name not in {"open", "openat"} else any(_MAKING.search(str(argument)) for argument in self.arguments)
        return made and any(path.is_relative_to(folder) for path in self.paths)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process under strace ended: its status (above 128 by a signal), and what it said."""

    code: int
    out: str
    err: str


@cache
def _forbidden() -> str:
    """Why strace may not trace here; an empty text where it may."""
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def need_strace() -> None:
    """Skip the test where processes can't be traced, saying why; where strace is not installed, fail where CI is set."""
    if shutil.which("strace") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("strace is not installed: apt-get install strace")
    if forbidden := _forbidden():
        pytest.skip(f"strace may not trace here: {forbidden}")


def strace(command: Sequence[str | Path], *options: str, **environment: str) -> Ended:
    """Run *command*, its main thread alone under strace with *options*."""
    traced = ["strace", "-qqq", "-o", os.devnull, *options, *map(str, command)]
    known = environment_of({"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **environment})
    surroundings = {name: value for name, value in known.items() if not name.startswith("COVERAGE")}  # it would write files of its own
    ended = subprocess.run(traced, env=surroundings, capture_output=True, text=True, stdin=subprocess.DEVNULL, umask=0o022, check=False)
    return Ended(ended.returncode if ended.returncode >= 0 else _DIED - ended.returncode, ended.stdout, ended.stderr)


def injected(command: Sequence[str | Path], call: Call, fault: str, **environment: str) -> Ended:
    """Run *command* with *fault* (``signal=KILL``, ``error=EIO``) in the place of one of its calls, or just before it."""
    return strace(command, "-e", f"trace={call.name}", "-e", f"inject={call.name}:{fault}:when={call.number}", **environment)


def calls(command: Sequence[str | Path], *options: str, **environment: str) -> list[Call]:
    """Return the system calls of *command*, one after the other."""
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as log:
        ended = strace(command, "-y", "-xx", "-s", "100000000", "-o", log.name, *options, **environment)
        assert "Traceback" not in ended.err, ended.err
        return [*_parsed(log)]


def _parsed(lines: Iterable[str]) -> Iterable[Call]:
    counts: Counter[str] = Counter()
    for line in lines:
        if match := _LINE.fullmatch(line.rstrip("\n")):
            name = match[1]
            counts[name] += 1
            yield Call(name, tuple(map(_argument, match[2].split(", "))), match[3].isdigit(), counts[name])


def _argument(written: str) -> bytes | Path | str:
    if descriptor := _DESCRIPTOR.fullmatch(written):
        return Path(os.fsdecode(_bytes(descriptor[1])))
    return _bytes(written[1:-1]) if written.startswith('"') and written.endswith('"') else written


def _bytes(hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal.replace(r"\x", "")) if hexadecimal.startswith(r"\x") else hexadecimal.encode()
