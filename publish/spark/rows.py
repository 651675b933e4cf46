"""Rows as they go between Spark and Python: tuples here, record batches of Arrow there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

Row = tuple[Any, ...]
_AT_ONCE = 20_000
_TYPES = {"string": pa.string(), "int": pa.int32(), "long": pa.int64(), "binary": pa.binary()}

LINES = "s string, p string, o string"
"""The columns of a line: subject, predicate and object, as lines have them (`publish.bulk.lines`)."""


def rows_in(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """Yield the rows of *batches*."""
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def batches_of(rows: Iterable[Row], columns: str) -> Iterator[pa.RecordBatch]:
    """Yield *rows* as batches with *columns*, named and typed as Spark writes a schema."""
    schema = schema_of(columns)
    waiting = iter(rows)
    while some := [*islice(waiting, _AT_ONCE)]:
        yield pa.RecordBatch.from_arrays(_arrays(some, schema), schema=schema)


def table_of(rows: Iterable[Row], columns: str) -> pa.Table:
    """Return *rows* as a table with *columns*."""
    schema = schema_of(columns)
    return pa.Table.from_arrays(_arrays([*rows], schema), schema=schema)


def schema_of(columns: str) -> pa.Schema:
    """Return *columns* as Arrow writes a schema."""
    return pa.schema([(name, _TYPES[kind]) for name, kind in (column.split() for column in columns.split(","))])


def line_of(row: Sequence[str | None]) -> bytes:
    """Return the fields of a row as a line, without its end."""
    return "\t".join(field or "" for field in row).encode()


def _arrays(rows: Sequence[Row], schema: pa.Schema) -> list[pa.Array]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return [pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)]
