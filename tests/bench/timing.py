"""Run one command in fresh processes, and say how long it took and how much memory all its processes had at once at most."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOLD, ERRORS = "told", "errors"
"""The files in which a run leaves what it says."""
_PAUSE = 0.01
_SHARE = 20
"""Looking at the memory may take one part in so many of the time."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: seconds by the clock and of processors, bytes, exit status (none where it was stopped at its limit of time)."""

    seconds: float
    processors: float
    memory: int
    status: int | None


def run(command: Sequence[str], folder: Path, limit: float, environment: Mapping[str, str]) -> Ran:
    """Run *command* in *folder*, stop it after *limit* seconds, and leave what it says there in `TOLD` and `ERRORS`.

    The memory is the greatest sum of the proportional set sizes of the process and those under it, looked at a hundred times a second or less often,
    or the most that one of them ever had by the kernel's account, whichever is more.
    """
    with (folder / TOLD).open("wb") as told, (folder / ERRORS).open("wb") as errors:
        began, before = time.monotonic(), _used()
        running = subprocess.Popen(command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=told, stderr=errors, start_new_session=True)
        most, ended = 0, False
        while not ended and time.monotonic() - began < limit:
            looked = time.monotonic()
            most = max(most, _memory(_family(running.pid)))
            ended = _has_ended(running, max(_PAUSE, _SHARE * (time.monotonic() - looked)))
        seconds = time.monotonic() - began
        if not ended:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    return Ran(seconds, _used() - before, most, running.returncode if ended else None)


def _used() -> float:
    """The seconds of processors of all processes that this one has waited for, and of those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _has_ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether *process* ends within so many seconds: told as soon as it does."""
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    return process.returncode is not None


def _family(process: int) -> list[int]:
    """*process* and all under it."""
    found = [process]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, _text(children).split())
    return found


def _memory(processes: Sequence[int]) -> int:
    """What *processes* have now, memory that they share counted once, or the most that one of them had, whichever is more."""
    now = sum(_kibibytes(process, "smaps_rollup", "Pss:") for process in processes)
    return max([now, *(_kibibytes(process, "status", "VmHWM:") for process in processes)]) << 10  # what wait4 tells counts the process that forked


def _kibibytes(process: int, file: str, word: str) -> int:
    lines = _text(Path(f"/proc/{process}/{file}")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(word)), 0)


def _text(file: Path) -> str:
    """What the kernel says in *file*, nothing where the process has ended."""
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
