"""What several test files share: sites that are published once a session, and from then on only read."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench import LIBRARY, ROOT, bynet


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the project's own data, published by the command."""
    return _published(ROOT, tmp_path_factory)


@pytest.fixture(scope="session")
def library_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the library, published by the same command."""
    return _published(LIBRARY, tmp_path_factory)


def _published(root: Path, folders: pytest.TempPathFactory) -> Path:
    out = folders.mktemp("published") / "site"
    ended = bynet("--root", root, "publish", "--out", out)
    assert ended.code == 0, ended.err
    return out
