"""What several test files share: sites that are published once a session, and from then on only read; a browser."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from browsing import browser
from cluster import Cluster, cluster
from playwright.sync_api import Browser
from workbench import LIBRARY, ROOT, bynet

signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background a shell has it ignored, and so would be every command here


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run half as many tests again as there are processors: for a quarter of their time they wait for a disk, a browser, a clock."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Leave what a test starts out of the coverage where the test itself is left out, by the mark ``no_cover``.

    Tests have it that do again what others do: with coverage every process takes two to three times as long.
    """
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("no_cover"):
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        return (yield)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the project's own data, published by the command."""
    return _published(ROOT, tmp_path_factory)


@pytest.fixture(scope="session")
def library_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the library, published by the same command."""
    return _published(LIBRARY, tmp_path_factory)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: only one can run in a process at a time."""
    with browser() as running:
        yield running


@pytest.fixture(scope="session")
def whole_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of Spark, started once a session."""
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def spark_cluster(whole_cluster: Cluster) -> Cluster:
    """That cluster with all its workers, whatever the test before did to them."""
    whole_cluster.heal()
    return whole_cluster


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Note how many of something a test went through: `make proof` adds them up, by test and by what was counted, in docs/proof.md."""

    def note(counted: str, number: int) -> None:
        if folder := os.environ.get("BYNET_FIGURES"):
            line = json.dumps({"test": request.node.nodeid.partition("[")[0], "counted": counted, "number": number})
            with (Path(folder) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as noted:
                noted.write(line + "\n")

    return note


def _published(root: Path, folders: pytest.TempPathFactory) -> Path:
    """The site of the project in *root*, which whoever of those that run tests side by side comes first publishes for all."""
    base = folders.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / root.relative_to(ROOT.parent).as_posix().replace("/", "-")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site").exists():
            ended = bynet("--root", root, "publish", "--out", folder / "site")
            assert ended.code == 0, ended.err
    return folder / "site"
