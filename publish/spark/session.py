"""Start Apache Spark for one publication, and stop it, whatever happens."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from publish.errors import Mistake

with suppress(ImportError):
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

_NAME = "bynet"
_SETTINGS: Mapping[str, str] = {
    "spark.sql.adaptive.enabled": "false",  # shards stay as they are numbered
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    "spark.sql.execution.arrow.pyspark.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.files.maxPartitionBytes": str(32 << 20),
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}
"""What has to be so, whatever the cluster's own settings are."""
_LOCAL: Mapping[str, str] = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
"""Where the driver is the whole cluster: it is nobody else's to talk to."""


@contextmanager
def spark_session(master: str | None, partitions: int | None) -> Iterator[SparkSession]:
    """Have a session with *master*, or with what Spark's own settings name; what is shuffled is in so many *partitions*, where that is said.

    It is stopped when the block ends. Raises `Mistake` where Spark is not installed, does not start, or stops.
    """
    if "pyspark" not in sys.modules:
        raise Mistake("no-spark")
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(_NAME)
    settings = {**_SETTINGS, **(_LOCAL if master and master.startswith("local") else {})}
    if partitions:
        settings["spark.sql.shuffle.partitions"] = str(partitions)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = (builder.master(master) if master else builder).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise Mistake("spark-failed", words=str(error).strip().splitlines()[0]) from error
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()
