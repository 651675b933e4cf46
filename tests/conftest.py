"""What several test files share: sites that are published once a session, and from then on only read; a browser."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import browser
from playwright.sync_api import Browser
from workbench import LIBRARY, ROOT, bynet

signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background a shell has it ignored, and so would be every command here


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
    out = folders.mktemp("published") / "site"
    ended = bynet("--root", root, "publish", "--out", out)
    assert ended.code == 0, ended.err
    return out
