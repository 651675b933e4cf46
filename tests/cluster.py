"""A real cluster of Apache Spark on loopback: a master and its workers, child processes that end by their own ids, each with what it started."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from workbench import environment_of

LOOPBACK = "127.0.0.1"
WORKERS = 2
_PATIENCE = 60
"""Seconds that a process may take to start, or to end once it was told to."""
_DEPLOYED = "org.apache.spark.deploy"
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""What halves the work of a Java that lives for some seconds only."""
_BOUND = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
"""What ends a part of the cluster where the tests that started it are killed (Linux)."""
_DEFAULTS = {
    "spark.cores.max": str(WORKERS),
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.defaultJavaOptions": " ".join(_QUICK),
    "spark.driver.host": LOOPBACK,
    "spark.executor.defaultJavaOptions": " ".join(_QUICK),
    "spark.executor.memory": "512m",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.shuffle.io.retryWait": "500ms",
    "spark.shuffle.readHostLocalDisk": "false",  # what a worker has is lost with it, as on another machine
    "spark.ui.enabled": "false",
}
"""The cluster's own settings, which hold where a driver has none: a job begins when it has both workers, and soon notices that one is lost."""
_MASTER_IS_AT = re.compile(r"spark://127\.0\.0\.1:[1-9][0-9]*")
_REGISTERED = re.compile(r"Successfully registered with master")


@dataclass(frozen=True, slots=True)
class Member:
    """A process of the cluster, and the file in which it says what it does."""

    process: subprocess.Popen[bytes]
    log: Path

    def family(self) -> list[psutil.Process]:
        """The process, where it still runs, and what it started: all of its session, which it began. An executor is there, and the Python of that."""
        found = []
        for number in psutil.pids():
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                if os.getsid(number) == self.process.pid and (process := psutil.Process(number)).status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return sorted(found, key=lambda one: one.pid != self.process.pid)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A master that runs, at `url`, with its workers."""

    url: str
    master: Member
    workers: list[Member]
    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What a driver needs that this process has not."""
        return surroundings(self.folder)

    def running(self) -> list[int]:
        """How many processes there are under each worker: none where no executor runs."""
        return [sum(one.pid != worker.process.pid for one in worker.family()) for worker in self.workers]

    def kill(self, number: int) -> None:
        """Kill a worker with its executor and all under that at once, as a machine that loses its power does."""
        end_at_once(self.workers[number])

    def heal(self) -> None:
        """Put a new worker in the place of each that was killed."""
        for number, worker in enumerate(self.workers):
            if worker.process.poll() is not None:
                self.workers[number] = _worker(self.folder, number, self.url)
        for worker in self.workers:
            _awaited(worker, _REGISTERED.search)


def missing() -> str:
    """Return what is needed for Spark and is not there; nothing where all is."""
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("pyarrow") is None:
        return "PySpark is not installed: make .venv/spark"
    return "" if shutil.which("java") or os.environ.get("JAVA_HOME") else "Java is not installed: apt-get install openjdk-17-jre-headless"


def needs_spark() -> None:
    """Skip where Spark cannot run, saying so; fail where CI is set."""
    word = missing()
    if word and os.environ.get("CI"):
        pytest.fail(word)
    elif word:
        pytest.skip(word, allow_module_level=True)


def surroundings(folder: Path) -> dict[str, str]:
    """Return the environment of whatever speaks with Spark, in a cluster or alone.

    It is on loopback only, quick to start, and leaves its files in *folder*; what it computes in Python it computes with this Python.
    """
    (folder / "scratch").mkdir(exist_ok=True)
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in _DEFAULTS.items()), encoding="ascii")
    own = {"SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_DIRS": str(folder / "scratch"), "SPARK_LOCAL_IP": LOOPBACK}
    return own | {"PYSPARK_PYTHON": sys.executable, "SPARK_LAUNCHER_OPTS": " ".join(_QUICK)}


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a master and `WORKERS` workers with a core each until the block ends; all that they write is in *folder*.

    Skips the test where Spark is not there, and fails it where CI is set.
    """
    needs_spark()
    members: list[Member] = []
    running: list[Cluster] = []
    try:
        members.append(_start(folder, "master", ["master.Master", "--host", LOOPBACK, "--port", "0", "--webui-port", "0"]))
        url = _awaited(members[0], _MASTER_IS_AT.search)[0]
        running.append(Cluster(url, members[0], [], folder))
        for number in range(WORKERS):
            running[0].workers.append(_worker(folder, number, url))
        running[0].heal()
        yield running[0]
    finally:
        for member in (*(one for each in running for one in each.workers), *members):
            end(member)


def _worker(folder: Path, number: int, url: str) -> Member:
    words = ["--host", LOOPBACK, "--webui-port", "0", "--work-dir", str(folder / f"work-{number}"), "--cores", "1", "--memory", "1g", url]
    return _start(folder, f"worker-{number}", ["worker.Worker", *words])


def _start(folder: Path, name: str, words: Sequence[str]) -> Member:
    """Start a part of the cluster, in a session of its own: what is typed at a terminal does not reach it."""
    log = folder / f"{name}.log"
    command = [*_BOUND, _java(), *_QUICK, "-Xmx256m", "-cp", f"{_home() / 'jars'}/*", f"{_DEPLOYED}.{words[0]}", *words[1:]]
    scala = next((_home() / "jars").glob("spark-core_*.jar")).name.split("_")[1].split("-")[0]  # a worker asks for it before it starts an executor
    environment = environment_of(surroundings(folder) | {"SPARK_HOME": str(_home()), "SPARK_SCALA_VERSION": scala})
    environment.pop("COVERAGE_PROCESS_CONFIG", None)  # what workers compute in Python is covered by tests that call it: they are ended without having a say
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
    return Member(process, log)


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin/java") if home else "java"


def _home() -> Path:
    """Where the package of PySpark keeps Spark."""
    found = importlib.util.find_spec("pyspark")
    assert found
    assert found.origin
    return Path(found.origin).parent


def _awaited(member: Member, found: Callable[[str], re.Match[str] | None]) -> re.Match[str]:
    """Wait until *member* says what is looked for."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and member.process.poll() is None:
        if match := found(member.said()):
            return match
        time.sleep(0.05)
    raise RuntimeError(f"Spark did not start:\n{member.said()}")


def end(member: Member) -> None:
    """End *member* as the system would, and kill what is left of it and of what it had started."""
    member.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        member.process.wait(_PATIENCE)
    end_at_once(member)


def end_at_once(member: Member) -> None:
    """Kill *member* and all that it had started, the first one first: it can't start anew what it loses."""
    until = time.monotonic() + _PATIENCE
    while (family := member.family()) and time.monotonic() < until:
        for process in family:
            with suppress(psutil.NoSuchProcess):  # another process that got the same number is none of them
                process.kill()
        member.process.poll()
        time.sleep(0.01)
    member.process.wait(_PATIENCE)
