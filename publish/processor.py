"""Start the SHACL processor (`publish.shacl`) in a child process, ask it once, and end it, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from types import TracebackType
from typing import Self

from publish.confined import limits_for
from publish.errors import CheckFailed
from publish.shapes.answer import Answer, understood

_PATIENCE = 4
"""How many times its seconds of a processor the child may take by the clock."""
_TO_START = 60
"""The seconds in which it has to be ready."""


class Processor:
    """A SHACL processor in a child process: it starts, and imports pySHACL, while its data is still being read.

    Use it in a ``with`` statement: the child is gone when that ends, whatever happened. Raises `CheckFailed` where it cannot start.
    """

    def __enter__(self) -> Self:
        command = [sys.executable, "-P", "-m", "publish.shacl"]  # -P: nothing in the current folder is taken for a module
        self._seconds = float(_TO_START)
        try:  # in a group of its own, which ends with what it has started itself
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0)  # noqa: S603  # a fixed command
        except OSError as error:
            raise CheckFailed("check-failed", words=error.strerror) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._child.returncode is None:
            self.dismiss()
        self._child.communicate()

    def ask(self, data: bytes, shapes: bytes) -> None:
        """Send two graphs as N-Triples; the answer comes later. Raises `CheckFailed` where the child is gone."""
        parts = {"data": data, "shapes": shapes}
        self._seconds += limits_for(sum(part.count(b"\n") for part in parts.values())).seconds * _PATIENCE
        head = json.dumps({name: len(part) for name, part in parts.items()}).encode() + b"\n"
        assert self._child.stdin is not None
        try:
            self._child.stdin.writelines((head, *parts.values()))
            self._child.stdin.flush()
        except BrokenPipeError:
            self.answer()

    def dismiss(self) -> None:
        """End the child, which nobody is going to ask."""
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.communicate()

    def answer(self) -> Answer:
        """Return what ``publish.shacl`` answers. Raises `CheckFailed` where it does not answer, or not so that it can be understood."""
        try:
            answer, errors = self._child.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise CheckFailed("check-failed", words="timeout") from error
        if self._child.returncode or not answer:
            raise CheckFailed("check-failed", words=(errors.decode(errors="replace").strip().splitlines() or ["?"])[-1])
        try:
            return understood(answer)
        except ValueError as error:
            raise CheckFailed("check-failed", words="JSON") from error
