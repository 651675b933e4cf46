"""Count what stands in the lines of all shards, as on one machine (`publish.bulk.counting`), and find what is used and withdrawn there."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from publish.bulk.counting import Numbers
from publish.bulk.graph import about
from publish.bulk.looking import Looked, is_used_undescribed, is_withdrawn
from publish.model import Project
from publish.spark.gathering import shard_of
from publish.spark.rows import rows_in, table_of

_TOLD = "shard int, told string"


def counted(frame: Project, ordered: DataFrame, shards: int) -> Looked:
    """Return the numbers of all lines, in shards that follow one another; which IRIs are withdrawn; which are own ones that *frame* does not describe."""
    shared = ordered.sparkSession.sparkContext.broadcast(frame)
    looked = Looked(frame.base)
    turned = ordered.select(shard_of("o", shards).alias("shard"), F.col("o"), F.col("p"), F.col("s"), F.col("g"))
    passes = (
        ordered.groupBy("shard").applyInArrow(lambda table: _subjects(table, shared.value), _TOLD),
        turned.groupBy("shard").applyInArrow(lambda table: _values(table, shared.value), _TOLD),
    )
    for told in passes:
        for row in sorted(told.collect(), key=lambda row: int(row.shard)):
            looked.add(row.told)
    return looked


def _subjects(table: pa.Table, frame: Project) -> pa.Table:
    numbers, withdrawn = Numbers(frame.base), []
    for subject, rows in groupby(sorted(rows_in(table.to_batches())), key=itemgetter(1)):
        group = [[field.encode() for field in row[1:]] for row in rows]
        numbers.subject(subject.encode(), group)
        if is_withdrawn(about(group)):
            withdrawn.append(subject[1:])
    return _told(table, numbers, withdrawn=withdrawn)


def _values(table: pa.Table, frame: Project) -> pa.Table:
    numbers, wanted = Numbers(frame.base), []
    is_used = is_used_undescribed(frame)
    for value, rows in groupby(sorted(rows_in(table.to_batches())), key=itemgetter(1)):
        group = [[field.encode() for field in row[1:]] for row in rows]
        numbers.value(value.encode(), group)
        if is_used(value.encode(), {fields[1] for fields in group}):
            wanted.append(value[1:])
    return _told(table, numbers, undescribed=wanted)


def _told(table: pa.Table, numbers: Numbers, **found: list[str]) -> pa.Table:
    said = {"focus_nodes": {}, "suspects": [], "undescribed": [], "withdrawn": [], "numbers": numbers.told(), **found}
    return table_of([(table.column("shard")[0].as_py(), json.dumps(said))], _TOLD)
