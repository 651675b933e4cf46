"""The command ``bynet serve`` on loopback and a free port, a child process that ends by its own id."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

import pytest
from workbench import bynet_command, environment_of

_PATIENCE = 120
"""Seconds for a line to come."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs: its address, which ends in ``/``, its process, and what it writes to standard error."""

    url: str
    process: subprocess.Popen[str]
    errors: IO[str]

    @property
    def endpoint(self) -> str:
        return f"{self.url}sparql"

    def line(self) -> str:
        """The next line that it prints; where none comes for long, it is ended, and the line is empty."""
        assert self.process.stdout is not None
        ending = Timer(_PATIENCE, self.process.kill)
        ending.start()
        try:
            return self.process.stdout.readline()
        finally:
            ending.cancel()

    def said(self) -> str:
        """What it has written to standard error so far."""
        self.errors.seek(0)
        return self.errors.read()


@contextmanager
def serving(site: Path, *options: str) -> Iterator[Serving]:
    """Serve *site* until the block ends, from when it is ready."""
    with tempfile.TemporaryFile("w+") as errors:
        command = bynet_command("serve", site, "--port", "0", *options)
        process = subprocess.Popen(command, env=environment_of({}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            yield Serving(_address(process, errors), process, errors)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _address(process: subprocess.Popen[str], errors: IO[str]) -> str:
    """The address that the first lines name; the last of them says how to stop it."""
    assert process.stdout is not None
    url = ""
    for line in process.stdout:
        if found := re.search(r"http://\S+?/(?=\s|$)", line):
            url = url or found[0]
        if "Ctrl-C" in line:
            return url
    errors.seek(0)
    pytest.fail(f"no server: {errors.read()}")
