"""Measure what publishing on Apache Spark costs, and write docs/spark-costs.md.

``PYTHONPATH=tests python -m bench.spark [--cores 1,2] [--partitions 2,4,8] [--rounds N] [--tell] [SIZE ...]``. What was measured before is kept in ``.bench/``
and told again.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from statistics import median

from workbench import ROOT, bynet_command, environment_of

from bench.__main__ import machine as all_about
from bench.case import SEED, Case, fingerprint
from bench.cities import world
from bench.costs import ALONE, PICTURE, Run, document, fastest
from bench.generate import generate
from bench.plot import draw
from bench.timing import Ran, run

SIZES = (100_000, 1_000_000)
RESULTS = "spark.json"
_LIMIT = 3600.0


def machine() -> list[str]:
    """Return what the machine is and what runs on it, a line each."""
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr.splitlines()
    own = [f"{name} {version(name)}" for name in ("bynet", "pyspark", "pyarrow", "pyoxigraph")]
    return [all_about()[0], ", ".join([f"Python {platform.python_version()}", *own, *java[:1]])]


def commands(case: Case, site: Path, options: argparse.Namespace) -> Iterator[tuple[int, int, list[str]]]:
    """Yield what is run: cores, partitions (`ALONE` without Spark) and the command."""
    publish = ("--root", case.project, "publish", "--out", site)
    yield os.cpu_count() or 1, ALONE, bynet_command(*publish, "--resources", "none")
    for cores in options.cores:
        for partitions in options.partitions:
            spark = ("--engine", "spark", "--master", f"local[{cores}]", "--partitions", str(partitions))
            yield cores, partitions, bynet_command(*publish, *spark)


def measure(asked: int, options: argparse.Namespace) -> Iterator[Run]:
    """Measure about so many triples, and say so on the way; yield what came of each choice."""
    folder = options.work / f"spark-{asked}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "clean").mkdir(parents=True)
    written = generate(folder / "clean/project", world(asked, SEED), 0)
    case = Case(folder, written.triples + written.derived)
    for cores, partitions, command in commands(case, folder / "run/site", options):
        found = [_once(case, folder / "run", command) for _round in range(options.rounds)]
        ran, right = [one for one, _is_right in found], all(is_right for _one, is_right in found)
        seconds, processors = median(one.seconds for one in ran), median(one.processors for one in ran)
        print(f"{time.strftime('%H:%M:%S')} {asked:>12,} {cores} cores, {partitions} partitions: {seconds:.1f} s{'' if right else ', NOT right'}", flush=True)
        yield Run(asked, cores, partitions, seconds, processors, max(one.memory for one in ran), options.rounds, right)
    shutil.rmtree(folder)


def _once(case: Case, folder: Path, command: Sequence[str]) -> tuple[Ran, bool]:
    """Run *command* in *folder*, made anew, and say whether the right site came of it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "scratch").mkdir(parents=True)
    ran = run(command, folder, _LIMIT, environment_of({"SPARK_LOCAL_DIRS": str(folder / "scratch"), "SPARK_LOCAL_IP": "127.0.0.1"}))
    return ran, ran.status == 0 and is_right(case, folder / "site")


def is_right(case: Case, site: Path) -> bool:
    """Whether the N-Triples of *site*, in one file or many, are those that it has to have."""
    files = sorted([*(site / "download").glob("all.nt.gz"), *(site / "download").glob("all.*.nt.gz")])
    return fingerprint(chain.from_iterable(map(_lines, files))) == case.site


def _lines(file: Path) -> Iterator[bytes]:
    with gzip.open(file) as lines:
        yield from lines


def series(runs: Sequence[Run]) -> dict[str, list[tuple[int, float]]]:
    """Return the lines of the picture: seconds by triples, without Spark and with each number of cores."""
    found: dict[str, list[tuple[int, float]]] = {}
    for one in sorted([*fastest(runs), *(one for one in runs if one.partitions == ALONE)], key=lambda one: (one.partitions != ALONE, one.cores, one.triples)):
        name = f"without Spark, {one.cores} cores" if one.partitions == ALONE else f"Spark, local[{one.cores}]"
        found.setdefault(name, []).append((one.triples, one.seconds))
    return found


def kept(file: Path) -> list[Run]:
    """Return what was measured before."""
    return [Run(**one) for one in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def _numbers(words: str) -> list[int]:
    return [int(word) for word in words.split(",")]


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return what to exit with."""
    parser = argparse.ArgumentParser(prog="python -m bench.spark", description="Measure what publishing on Apache Spark costs.")
    parser.add_argument("--cores", type=_numbers, default=[1, os.cpu_count() or 1], help="of local[CORES], with commas")
    parser.add_argument("--partitions", type=_numbers, default=[2, 4, 8], help="with commas")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / ".bench", help="where all is done, and what was measured is kept")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the text and the picture go")
    parser.add_argument("--tell", action="store_true", help="measure nothing, and tell what was measured before")
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="SIZE")
    options = parser.parse_args(words)
    runs = {(one.triples, one.cores, one.partitions): one for one in kept(options.work / RESULTS)}
    for asked in [] if options.tell else options.sizes:
        for one in measure(asked, options):
            runs[one.triples, one.cores, one.partitions] = one
            (options.work / RESULTS).write_text(json.dumps([asdict(run) for _key, run in sorted(runs.items())], indent=1), encoding="utf-8")
    (options.docs / "spark-costs.md").write_text(document([*runs.values()], machine()), encoding="utf-8")
    (options.docs / PICTURE).write_text(draw(series([*runs.values()]), "Seconds against triples"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
