"""A small job for Spark, in a process of its own: ``python tests/sparkjob.py MASTER FOLDER``.

It sums numbers by their remainders, in two stages with a shuffle between them. Each task leaves a file in FOLDER, named for its stage, partition and attempt,
so that another process knows how far the job is. What came of it is printed as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import SparkSession

NUMBERS, REMAINDERS, PARTITIONS = 20_000, 7, 6
_SECONDS = 0.4
"""How long a task lasts at least: long enough to be killed in the middle."""
SETTINGS = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": str(PARTITIONS),
    "spark.ui.showConsoleProgress": "false",
}


def main(master: str, folder: Path) -> None:
    """Run the job, and print what came of it: remainders and their sums."""
    builder = SparkSession.builder.master(master).appName("sums")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    numbers = session.range(0, NUMBERS, 1, PARTITIONS)
    parted = numbers.mapInArrow(_remainders(folder), "remainder long, number long").repartition(PARTITIONS, "remainder")
    rows = parted.mapInArrow(_sums(folder), "remainder long, total long").collect()
    session.stop()
    print(json.dumps(sorted((row.remainder, row.total) for row in rows)))


def _remainders(folder: Path) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def remainders(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        _note(folder, "first")
        for batch in batches:
            numbers = batch.column(0).to_pylist()
            yield pa.RecordBatch.from_pydict({"remainder": [number % REMAINDERS for number in numbers], "number": numbers})

    return remainders


def _sums(folder: Path) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def sums(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        _note(folder, "second")
        totals: dict[int, int] = {}
        for batch in batches:
            for remainder, number in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                totals[remainder] = totals.get(remainder, 0) + number
        yield pa.RecordBatch.from_pydict(
            {"remainder": [*totals], "total": [*totals.values()]}, schema=pa.schema([("remainder", pa.int64()), ("total", pa.int64())])
        )

    return sums


def _note(folder: Path, stage: str) -> None:
    """Say that a task of *stage* is under way, and take some time."""
    task = TaskContext.get()
    assert task
    (folder / f"{stage}-{task.partitionId()}-{task.taskAttemptId()}").touch()
    time.sleep(_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
