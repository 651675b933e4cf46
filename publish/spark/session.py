"""Start Apache Spark for one publication, and stop it, whatever happens."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO

from publish.errors import Mistake

with suppress(ImportError):
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

_NAME = "bynet"
_RAISED = re.compile(r"(?:Exception|Error): ")
_SETTINGS: Mapping[str, str] = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    "spark.sql.files.maxPartitionBytes": str(32 << 20),
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.ui.showConsoleProgress": "false",
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
    settings = {**_SETTINGS, **(_LOCAL if master and master.startswith("local") else {})}
    if master:
        settings["spark.master"] = master
    if partitions:
        settings["spark.sql.shuffle.partitions"] = str(partitions)
    with TemporaryFile() as log:
        try:
            session = _started(settings, log)
        except (PySparkException, Py4JError, OSError, RuntimeError) as error:
            raise Mistake("spark-failed", words=_said(log) or str(error)) from error
        try:
            yield session
        except (PySparkException, Py4JError) as error:
            raise Mistake("spark-stopped", words=_cause(error)) from error
        finally:
            _stop(session)


def _started(settings: Mapping[str, str], log: IO[bytes]) -> SparkSession:
    """Start a session; what Java says goes to *log*."""
    conf = SparkConf().setAppName(_NAME)
    for name, value in settings.items():
        conf.set(name, value)
    gateway = launch_gateway(conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]  # PySpark gives it no types
    return SparkSession(SparkContext(conf=conf, gateway=gateway))


def _stop(session: SparkSession) -> None:
    """Stop a session, and the Java that was started for it."""
    session.stop()
    gateway = SparkContext._gateway  # noqa: SLF001  # PySpark leaves Java running till this process ends
    if gateway is not None and hasattr(gateway, "proc"):
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001


def _said(log: IO[bytes]) -> str:
    """What *log* says went wrong: the first words of an exception, or the last of what is no part of a trace."""
    log.seek(0)
    lines = [line.strip() for line in log.read().decode(errors="replace").splitlines()]
    told = [line for line in lines if line and not line.startswith("at ")]
    raised = next((line for line in told if _RAISED.search(line)), "")
    return _RAISED.split(raised, 1)[-1] if raised else (told or [""])[-1]


def _cause(error: Exception) -> str:
    """What went wrong, in one line: the last of a trace of Python's, the first of anything else."""
    told: Mapping[str, str] = (error.getMessageParameters() if isinstance(error, PySparkException) else {}) or {}
    lines = [line for line in told.get("traceback", "").splitlines() if line.strip()]
    return lines[-1] if lines else str(error).strip().splitlines()[0]
