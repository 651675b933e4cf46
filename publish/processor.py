"""Start the SHACL processor (`publish.shacl`) in a child process, ask it once, and end it, whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from publish.errors import CheckFailed


class Processor:
    """A SHACL processor in a child process: it starts, and imports pySHACL, while its data is still being read.

    Use it in a ``with`` statement: the child is gone when that ends, whatever happened.
    """

    def __enter__(self) -> Self:
        command = [sys.executable, "-P", "-m", "publish.shacl"]  # -P: nothing in the current folder is taken for a module
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603  # a fixed command
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._child.kill()
        self._child.communicate()

    def ask(self, data: bytes, shapes: bytes) -> None:
        """Send two graphs as N-Triples; the answer comes later. Raises `CheckFailed` where the child is gone."""
        head = json.dumps({"data": len(data), "shapes": len(shapes)}).encode() + b"\n"
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(head + data + shapes)
            self._child.stdin.flush()
        except BrokenPipeError:
            self.answer()

    def answer(self) -> dict[str, Any]:
        """Return what ``publish.shacl`` answers. Raises `CheckFailed` where it does not answer."""
        answer, errors = self._child.communicate()
        if self._child.returncode or not answer:
            raise CheckFailed("check-failed", words=(errors.decode(errors="replace").strip().splitlines() or ["?"])[-1])
        return dict(json.loads(answer))
