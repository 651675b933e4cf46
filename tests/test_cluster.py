"""The cluster that Spark is tested with is a real one: it computes on both workers, goes on where one is lost, hears only this machine, and ends."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import psutil
import pytest
from cluster import WORKERS, Cluster, Member, end, needs_spark
from workbench import ROOT, environment_of

needs_spark()
from sparkjob import NUMBERS, PARTITIONS, REMAINDERS  # noqa: E402  # it imports PySpark, which may not be there

RIGHT = [[remainder, sum(range(remainder, NUMBERS, REMAINDERS))] for remainder in range(REMAINDERS)]

pytestmark = [pytest.mark.no_cover, pytest.mark.xdist_group("spark")]


def started(running: Cluster, folder: Path, **environment: str) -> subprocess.Popen[str]:
    folder.mkdir()
    command = [sys.executable, str(ROOT / "tests/sparkjob.py"), running.url, str(folder)]
    settings = environment_of({**running.environment, **environment})
    return subprocess.Popen(command, env=settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sent(folder: Path) -> dict[str, str]:
    """The environment that sends an archive to the cluster, and computes with the Python in it: this one, which leaves a file wherever it is started."""
    (folder / "bin").mkdir()
    (folder / "bin/python").write_text(f'#!/bin/sh\ntouch {folder}/used.$$\nexec {sys.executable} "$@"\n', encoding="utf-8")
    (folder / "bin/python").chmod(0o755)
    with tarfile.open(folder / "environment.tar.gz", "w:gz") as archive:
        archive.add(folder / "bin", arcname="bin")
    return {"PYSPARK_PYTHON": "./environment/bin/python", "PYSPARK_SUBMIT_ARGS": f"--archives {folder}/environment.tar.gz#environment pyspark-shell"}


def ended(job: subprocess.Popen[str]) -> list[list[int]]:
    """What came of *job*."""
    out, err = job.communicate(timeout=120)
    assert job.returncode == 0, err
    result: list[list[int]] = json.loads(out)
    return result


def test_a_job_is_done_by_both_workers_with_what_was_sent_along_and_nobody_else_can_reach_it(spark_cluster: Cluster, tmp_path: Path) -> None:
    job = started(spark_cluster, tmp_path / "tasks", **sent(tmp_path))
    most, heard = [0] * WORKERS, set[str]()
    while job.poll() is None:
        most = [*map(max, most, spark_cluster.running())]
        for process in (psutil.Process(job.pid), *(one for member in (spark_cluster.master, *spark_cluster.workers) for one in member.family())):
            heard |= listening(process)
        time.sleep(0.2)
    assert ended(job) == RIGHT
    assert min(most) > 0
    assert len([*(tmp_path / "tasks").iterdir()]) == 2 * PARTITIONS
    assert len([*tmp_path.glob("used.*")]) >= WORKERS
    assert heard == {"127.0.0.1"}


def listening(process: psutil.Process) -> set[str]:
    """The addresses at which *process* and all under it listen, none where it has ended."""
    try:
        found = [connection for one in (process, *process.children(recursive=True)) for connection in one.net_connections("inet")]
    except psutil.NoSuchProcess:
        return set()
    return {connection.laddr.ip.removeprefix("::ffff:") for connection in found if connection.status == psutil.CONN_LISTEN}


def test_a_job_ends_right_where_a_worker_is_killed_after_the_shuffle(spark_cluster: Cluster, tmp_path: Path) -> None:
    job = started(spark_cluster, tmp_path / "tasks")
    while job.poll() is None and not [*(tmp_path / "tasks").glob("second-*")]:
        time.sleep(0.02)
    spark_cluster.kill(0)
    assert ended(job) == RIGHT
    assert spark_cluster.running()[0] == 0
    assert len([*(tmp_path / "tasks").glob("first-*")]) > PARTITIONS  # what the lost worker had computed is computed again


def test_a_worker_that_was_killed_is_replaced(spark_cluster: Cluster) -> None:
    spark_cluster.kill(1)
    lost = spark_cluster.workers[1]
    spark_cluster.heal()
    assert lost.family() == []
    assert [len(worker.family()) for worker in spark_cluster.workers] == [1] * WORKERS


def test_nothing_is_left_of_what_is_ended(tmp_path: Path) -> None:
    command = ["bash", "-c", "trap '' TERM; sleep 60 & sleep 60 & wait"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    member = Member(process, tmp_path / "log")
    until = time.monotonic() + 30
    while len(member.family()) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(member.family()) == 3
    process.kill()
    process.wait(30)
    assert len(member.family()) == 2
    end(member)
    assert member.family() == []
