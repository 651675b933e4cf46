"""Put the lines of a data set into shards that follow one another, the same ones whenever and wherever that is done.

A shard begins where a block begins (`publish.bulk.blocks`): shards are written as the same blocks as the whole is on one machine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from publish.bulk.blocks import SUBJECTS
from publish.spark.rows import batches_of, rows_in

ORDERED = "shard int, s string, p string, o string, g string"
_SAMPLED = 100
"""How many places are looked at for each shard: enough that shards differ by some per cent."""


def in_shards(lines: DataFrame, shards: int) -> DataFrame:
    """Return tagged *lines* with the numbers of their shards, at most so many *shards*: what is in one comes before all that is in the next."""
    starts = _starts(lines, shards)
    shared = lines.sparkSession.sparkContext.broadcast(starts)
    return lines.select("s", "p", "o", "g").mapInArrow(lambda batches: _numbered(batches, shared.value), ORDERED)


def _starts(lines: DataFrame, shards: int) -> list[str]:
    """The subjects with which all shards but the first begin."""
    subjects = lines.select("s").distinct().where(F.crc32(F.col("s").cast("binary")) % SUBJECTS == 0)
    thinned = max(1, subjects.count() // (_SAMPLED * shards))
    sample = sorted(row.s for row in subjects.where(F.pmod(F.xxhash64("s"), F.lit(thinned)) == 0).collect())
    return sorted({sample[len(sample) * number // shards] for number in range(1, shards)}) if sample else []


def _numbered(batches: Iterable[pa.RecordBatch], starts: Sequence[str]) -> Iterator[pa.RecordBatch]:
    return batches_of(((bisect_right(starts, row[0]), *row) for row in rows_in(batches)), ORDERED)
