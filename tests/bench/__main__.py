"""Measure bynet beside others, and write docs/speed.md: ``PYTHONPATH=tests python -m bench [--rounds N] [--only NAME ...] [--tell] [SIZE ...]``.

What was measured at other sizes before is kept in ``.bench/`` and told again.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import distributions, version
from pathlib import Path

from workbench import ROOT

from bench.case import prepare
from bench.java import versions
from bench.measure import RAN, Measured, Size, keep, kept, load, measure
from bench.plot import draw
from bench.speed import ALL_FLOORS, ALL_OF_JENA, PICTURE, document, series
from bench.systems import AGAIN, CHECK, PACKAGES, PUBLISH, RUST, SCRIPT, SYSTEMS, TOPBRAID, TURBO

SIZES = (10_000, 100_000, 1_000_000)
RESULTS = "results.json"
_SHOWN = (PUBLISH, SCRIPT, ALL_OF_JENA, CHECK, AGAIN, TURBO, TOPBRAID, RUST, ALL_FLOORS)


def machine() -> list[str]:
    """Return what the machine is and what runs on it, a line each."""
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    own = [f"{name} {version(name)}" for name in ("bynet", "pyoxigraph", "pyshacl", "rdflib")]
    others = sorted(f"{one.name} {one.version}" for one in distributions(path=[str(PACKAGES)]) if one.name in {"pyshacl-turbo", "shacl-rust"})
    return [
        f"{os.cpu_count()} cores ({_processor()}), {gibibytes:.0f} GiB of memory, {platform.system()} on {platform.machine()}",
        ", ".join([f"Python {platform.python_version()}", *own, *others]),
        *([", ".join(versions(PACKAGES))] if versions(PACKAGES) else []),
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "of a kind that is not told")


def measure_size(asked: int, options: argparse.Namespace) -> Iterator[Size]:
    """Measure at one size, and say so on the way; yield what there is after each run."""
    folder = options.work / str(asked)
    shutil.rmtree(folder, ignore_errors=True)
    before = load()
    case = prepare(folder, asked)
    size = Size(case.triples, machine(), time.strftime("%Y-%m-%d"), before)
    for name, measured in measure(case, options.rounds, options.limit, options.only or [system.name for system in SYSTEMS]):
        size.systems[name] = measured
        print(f"{time.strftime('%H:%M:%S')} {asked:>10,} {name}: {_told(measured)}", flush=True)
        yield size
    shutil.rmtree(folder)


def _told(measured: Measured) -> str:
    if not measured.seconds:
        return f"not there: {measured.note}"
    right = {None: "", True: ", right", False: ", NOT right"}[measured.is_right]
    return f"{measured.state if measured.state != RAN else ''} {measured.seconds[-1]:.2f} s, {measured.memory[-1] / 1e6:.0f} MB{right}".strip()


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return what to exit with."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure bynet beside others.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=900, help="seconds of one run at most")
    parser.add_argument("--only", action="append", choices=[system.name for system in SYSTEMS], help="measure only this; may be given again")
    parser.add_argument("--work", type=Path, default=ROOT / ".bench", help="where all is done, and what was measured is kept")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the table and the picture go")
    parser.add_argument("--tell", action="store_true", help="measure nothing, and tell what was measured before")
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="SIZE")
    options = parser.parse_args(words)
    sizes = kept(options.work / RESULTS)
    for asked in [] if options.tell else options.sizes:
        old = sizes[asked].systems if options.only and asked in sizes else {}
        for size in measure_size(asked, options):
            sizes[asked] = replace(size, systems=old | size.systems)
            keep(sizes, options.work / RESULTS)
    (options.docs / "speed.md").write_text(document(sizes), encoding="utf-8")
    (options.docs / PICTURE).write_text(draw(series(sizes, _SHOWN), "Seconds against triples"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
