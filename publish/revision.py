"""Fetch a revision of a project out of git: read from the repository on this machine alone, written to a folder that goes away again."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from publish.errors import Mistake

_FOLDERS = ("ontology", "data", "shapes")
# nothing is fetched, nobody is asked, nothing of the working tree is looked at or locked
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
_GIT = ("git", "-c", "protocol.allow=never", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


class BadRevision(Mistake):
    """No revision of a project in git, or no git."""


@contextmanager
def checkout(root: Path, revision: str) -> Iterator[Path]:
    """Lend a folder with the sources of the project under *root* as they were in *revision*. Raises `BadRevision`."""
    if revision.startswith("-") or "\0" in revision:
        raise BadRevision("no-revision", asked=revision)
    commit = _git(root, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    prefix, up = _git(root, revision, "rev-parse", "--show-prefix", "--show-cdup").decode().split("\n")[:2]
    archive = _git(root / up, revision, "archive", "--format=tar", f"{commit}:{prefix.rstrip('/')}")
    with TemporaryDirectory(prefix="bynet-") as folder:
        try:
            with tarfile.TarFile(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(folder, [member for member in tar if member.name.split("/")[0] in _FOLDERS], filter="data")
        except tarfile.TarError as error:
            raise BadRevision("revision-unreadable", asked=revision, words=error) from error
        if not (Path(folder) / "data/dataset.ttl").is_file():
            raise BadRevision("revision-no-project", asked=revision)
        yield Path(folder)


def _git(root: Path, revision: str, *arguments: str) -> bytes:
    environment = os.environ | _QUIET
    try:
        # each argument is a word of its own, and a revision never begins with a hyphen
        process = subprocess.Popen([*_GIT, *arguments], cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
    except FileNotFoundError as error:
        raise BadRevision("no-git", asked=revision) from error
    with process:
        answer, complaint = process.communicate()
    if process.returncode:
        words = complaint.decode(errors="replace").strip().splitlines()
        raise BadRevision("revision-unreadable" if words else "no-revision", asked=revision, words=words[-1] if words else "")
    return answer
