"""The two parsers beside each other: pyoxigraph here, rdflib in its own process (`fuzz.second`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Self

from fuzz.quads import Reading, from_second

_HERE = Path(__file__).parents[1]
_REACHES_OUT = "Too many open files"  # what is said to a process that may open none


class Refused(Exception):
    """rdflib refuses a document: its error, in its words."""


class Second:
    """A process in which rdflib reads; another one takes its place where it ends of what it reads. Its words say how rdflib is to read."""

    def __init__(self, *words: str) -> None:
        self._command = [sys.executable, "-m", "fuzz.second", *words]
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def read(self, document: bytes, form: str) -> Reading:
        """Return what rdflib reads in *document*. Raises `Refused`. That it would open anything at all is a failure."""
        child = self._begun()
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(f"{form} {len(document)}\n".encode() + document)
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            self.close()
            raise Refused("Limits: more time or memory than there is")
        answer = json.loads(line)
        if "error" in answer:
            assert _REACHES_OUT not in answer["error"], "rdflib would have fetched what a document names"
            raise Refused(answer["error"])
        return from_second(answer["quads"])

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(self._command, cwd=_HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return self._child
