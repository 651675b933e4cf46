"""Run every system in turn, round after round, and keep what each run took."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from workbench import ROOT, environment_of

from bench.case import Case, edit, restore
from bench.systems import AGAIN, SYSTEMS, System
from bench.timing import Ran, run

LONG = 60
"""Seconds: what takes longer is measured once, not in every round."""
RAN, STOPPED, FAILED, ABSENT = "ran", "stopped", "failed", "absent"


@dataclass(slots=True)
class Measured:
    """What came of one system at one size: how the last run ended, seconds by the clock, bytes and seconds of processors of each, and if all were right."""

    state: str
    seconds: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    processors: list[float] = field(default_factory=list)
    is_right: bool | None = None
    """None where nothing is judged."""
    note: str = ""
    """What is missing."""

    @property
    def time(self) -> float:
        """The median of the seconds."""
        return median(self.seconds)

    @property
    def work(self) -> float:
        """The median of the seconds of processors."""
        return median(self.processors)

    @property
    def peak(self) -> int:
        """The greatest memory of all runs, in bytes."""
        return max(self.memory)


@dataclass(slots=True)
class Size:
    """All that was measured at one size."""

    triples: int
    """What others read."""
    machine: Sequence[str]
    day: str
    load: float
    """Of the machine before: processes that wanted to run, over one minute."""
    systems: dict[str, Measured] = field(default_factory=dict)


def measure(case: Case, rounds: int, limit: float, names: Collection[str]) -> Iterator[tuple[str, Measured]]:
    """Measure the systems of these *names* so many times in turn, each run for *limit* seconds at most; yield each after each of its runs."""
    found: dict[str, Measured] = {}
    for _round in range(rounds):
        restore(case)
        for system in (system for system in SYSTEMS if system.name in names):
            measured = found.setdefault(system.name, Measured(ABSENT, note=system.missing(case)))
            is_open = measured.state in {RAN, ABSENT} and max(measured.seconds, default=0) < LONG
            if not measured.note and is_open and _is_possible(system, case):
                _measure(system, case, limit, measured)
                yield system.name, measured
            elif measured.note and not _round:
                yield system.name, measured
        shutil.rmtree(case.folder / "runs", ignore_errors=True)


def _measure(system: System, case: Case, limit: float, measured: Measured) -> None:
    """Run *system* once more."""
    folder = case.folder / "runs" / (system.folder or "own")
    if system.name == AGAIN:
        edit(case.project)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    ran = run(system.command(case, folder), folder, limit, environment_of({"PYTHONPATH": str(ROOT / "tests")}))
    measured.seconds.append(ran.seconds)
    measured.memory.append(ran.memory)
    measured.processors.append(ran.processors)
    measured.state, is_right = _judged(system, case, folder, ran)
    if is_right is not None:
        measured.is_right = is_right and measured.is_right is not False


def _judged(system: System, case: Case, folder: Path, ran: Ran) -> tuple[str, bool | None]:
    """How a run ended, and whether what it left is right. One that judges may exit with 1: what it found says whether it did."""
    if ran.status is None:
        return STOPPED, None
    if ran.status not in ({0, 1} if system.is_right else {0}):
        return FAILED, None
    try:
        return RAN, system.is_right(case, folder) if system.is_right else None
    except (OSError, ValueError, KeyError):  # nothing there, or nothing that can be read
        return FAILED, None


def _is_possible(system: System, case: Case) -> bool:
    """Whether there is a site to publish once more, for that."""
    return system.name != AGAIN or (case.folder / "runs" / system.folder / "site").exists()


def load() -> float:
    """Return the load of the machine over the last minute."""
    return round(os.getloadavg()[0], 1)


def keep(sizes: Mapping[int, Size], file: Path) -> None:
    """Write what was measured to *file*, for `kept`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({str(size): asdict(one) for size, one in sorted(sizes.items())}, indent=1), encoding="utf-8")


def kept(file: Path) -> dict[int, Size]:
    """Return what was measured before, by size; nothing where nothing was."""
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {int(size): Size(**one | {"systems": {name: Measured(**row) for name, row in one["systems"].items()}}) for size, one in told.items()}
