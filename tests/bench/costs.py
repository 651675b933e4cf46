"""What publishing on Apache Spark costs, in words: what was measured, a model of it, and what the model says of sizes that were not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

PICTURE = "spark-costs.svg"
ALONE = 0
"""The number of partitions of a run without Spark."""
FORETOLD = (1_000_000_000, 10_000_000_000)
CORES = (16, 64, 256)
_HEAD = """\
# What publishing on Apache Spark costs

Written by `PYTHONPATH=tests python -m bench.spark --cores {cores} --partitions {partitions} {sizes}`, on this machine:

{machine}

The data are those of [How fast bynet is](speed.md), without faults. `bynet publish --engine spark --master local[CORES] --partitions PARTITIONS` and, beside
it, `bynet publish --resources none` without Spark publish them, each time in a fresh process. Seconds are by the clock, the median of so many rounds; beside
them are those of all processors together. Memory is the most that all processes of a run had at once. A run is right where its N-Triples are those that had
to come out.

![Seconds against triples, both on logarithmic scales]({picture})

| triples | cores | partitions | rounds | seconds | times without Spark | of processors | MB | right |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""
_MODEL = """
## A model of it

seconds = {start:.1f} + {each:.1f} * millions of triples / cores

fitted to the fastest number of partitions of each size, so that the sum of the squares of the relative errors is the least. Its errors:

| triples | cores | partitions | measured | by the model | error |
| ---: | ---: | ---: | ---: | ---: | ---: |
"""
_FORETOLD = """
## What it predicts

The model, and beside it what the largest run alone says where time is in proportion to triples / cores, without its share that is the same at any size:

| triples | cores | by the model | by the largest run |
| ---: | ---: | ---: | ---: |
"""
_ASSUMED = """
That is an extrapolation: the largest run that was measured has a {part} of a billion triples and {cores} cores of one machine. It holds where

- a core of the cluster computes as fast as one here, and reads and writes its share of the data at the speed of this machine's disk;
- what Spark moves between machines takes no longer than it took between processes here: a network of 10 Gbit/s or more for each 16 cores or so;
- there are at least as many partitions as cores, and each has some hundred thousand triples or more: else starting a task costs more than the task;
- no focus node and no value has a great part of all triples around it, since the partition that holds it lasts longer than the others;
- what one process does at the end, the catalogue, the numbers and the manifest, does not grow with the triples.

None of this was tried on a cluster of several machines. Sorting takes somewhat more than in proportion: for each ten times as many triples, a comparison
has about three steps more, of some twenty.
"""
_ALONE = """
## When to move

Without Spark, on {cores} cores: seconds = {start:.1f} + {each:.1f} * millions of triples. By the two models Spark is faster

| with so many cores | from so many triples on |
| ---: | ---: |
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of runs with the same data and the same choices: medians in seconds and bytes, and whether all were right."""

    triples: int
    cores: int
    partitions: int
    """`ALONE` without Spark."""
    seconds: float
    processors: float
    memory: int
    rounds: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Model:
    """Seconds that a run takes at any size, and seconds of one core for each triple."""

    start: float
    each: float

    def seconds(self, triples: int, cores: int = 1) -> float:
        return self.start + self.each * triples / cores


def fit(points: Sequence[tuple[float, float]]) -> Model:
    """Return the line through *points*, shares of triples and seconds, with the least squares of relative errors.

    Raises `ValueError` where all shares are the same.
    """
    weights = [seconds**-2 for _share, seconds in points]
    share = sum(weight * x for weight, (x, _y) in zip(weights, points, strict=True)) / sum(weights)
    mean = sum(weight * y for weight, (_x, y) in zip(weights, points, strict=True)) / sum(weights)
    spread = sum(weight * (x - share) ** 2 for weight, (x, _y) in zip(weights, points, strict=True))
    if not spread:
        raise ValueError("a model needs runs of two sizes")
    each = sum(weight * (x - share) * (y - mean) for weight, (x, y) in zip(weights, points, strict=True)) / spread
    return Model(mean - each * share, each)


def fastest(runs: Iterable[Run]) -> list[Run]:
    """Return the right run with the best number of partitions of each size and number of cores, in their order."""
    best: dict[tuple[int, int], Run] = {}
    for run in runs:
        key = run.triples, run.cores
        if run.partitions != ALONE and run.is_right and (key not in best or run.seconds < best[key].seconds):
            best[key] = run
    return [best[key] for key in sorted(best)]


def document(runs: Sequence[Run], machine: Sequence[str]) -> str:
    """Return the whole text about *runs*. Raises `ValueError` where they are of one size, or none is right."""
    ordered = sorted(runs, key=lambda run: (run.triples, run.partitions != ALONE, run.cores, run.partitions))
    best = fastest(runs)
    model = fit([(run.triples / run.cores, run.seconds) for run in best])
    alone = [run for run in ordered if run.partitions == ALONE and run.is_right]
    parts = [_head(ordered, machine), *_rows(ordered), _MODEL.format(start=model.start, each=model.each * 1e6), *_errors(best, model)]
    if len({run.triples for run in alone}) > 1:
        parts += _compared(model, fit([(run.triples, run.seconds) for run in alone]), alone[0].cores)
    return "".join([*parts, *_foretold(best, model)])


def _head(runs: Sequence[Run], machine: Sequence[str]) -> str:
    listed = {
        "cores": ",".join(map(str, sorted({run.cores for run in runs if run.partitions != ALONE}))),
        "partitions": ",".join(map(str, sorted({run.partitions for run in runs} - {ALONE}))),
        "sizes": " ".join(map(str, sorted({run.triples for run in runs}))),
        "machine": "\n".join(f"- {line}" for line in machine),
    }
    return _HEAD.format(picture=PICTURE, **listed)


def _rows(runs: Sequence[Run]) -> Iterator[str]:
    alone = {run.triples: run.seconds for run in runs if run.partitions == ALONE}
    for run in runs:
        partitions = "without Spark" if run.partitions == ALONE else f"{run.partitions}"
        times = f"{run.seconds / alone[run.triples]:.2f}" if run.triples in alone else ""
        told = f"{run.rounds} | {_seconds(run.seconds)} | {times} | {_seconds(run.processors)} | {run.memory / 1e6:.0f} | {'yes' if run.is_right else '**no**'}"
        yield f"| {run.triples:,} | {run.cores} | {partitions} | {told} |\n"


def _errors(runs: Sequence[Run], model: Model) -> Iterator[str]:
    for run in runs:
        by_model = model.seconds(run.triples, run.cores)
        error = f"{100 * (by_model / run.seconds - 1):+.0f} %"
        yield f"| {run.triples:,} | {run.cores} | {run.partitions} | {_seconds(run.seconds)} | {_seconds(by_model)} | {error} |\n"


def _compared(model: Model, alone: Model, cores: int) -> Iterator[str]:
    """From which size on Spark is faster than one machine."""
    yield _ALONE.format(cores=cores, start=alone.start, each=alone.each * 1e6)
    for number in (2, 4, *CORES):
        gained = alone.each - model.each / number
        least = (model.start - alone.start) / gained if gained > 0 else 0
        yield f"| {number} | {f'{max(0, round(least, -3)):,.0f}' if gained > 0 else 'never'} |\n"


def _foretold(best: Sequence[Run], model: Model) -> Iterator[str]:
    largest = max(best, key=lambda run: (run.triples, run.cores))
    each = max(0.0, largest.seconds - model.start) * largest.cores / largest.triples
    yield _FORETOLD
    for triples in FORETOLD:
        for cores in CORES:
            by_largest = model.start + each * triples / cores
            yield f"| {triples:,} | {cores} | {_time(model.seconds(triples, cores))} | {_time(by_largest)} |\n"
    yield _ASSUMED.format(part=f"{round(FORETOLD[0] / largest.triples):,}th", cores=largest.cores)


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 100 else f"{seconds:.1f}"


def _time(seconds: float) -> str:
    """Hours and minutes, rounded up: nothing is known to the second."""
    minutes = -(-int(seconds) // 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
