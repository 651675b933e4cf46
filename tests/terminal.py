"""A terminal that a command runs on, and what it may not get: a character that steers it, or a line that somebody else made up."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
import tty
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import environment_of

from publish.console import BEGINNING

FORGED = "FORGED"
"""What a line made up by the data begins with."""
CONTROLS = "\x1b[31m\x1b]0;title\x07\x9b31m\r\x08\x7f\x85"
TURNING = "\u202e\u2066\u200f\u2028\u2029\u200b\ue000\U000e0041"
WILD = f"{CONTROLS}{TURNING}\n{FORGED}"
"""A text that would do all that to a terminal which it reached."""
UNREADABLE = os.fsdecode(os.fsencode(WILD) + b"\xff")
"""The same as the name of a file that is not in UTF-8."""

_STEERING = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what reached its terminal."""

    code: int
    text: str
    is_utf8: bool = True

    def faults(self, tabs: str = "") -> list[str]:
        """Return the characters that steer the terminal, but for *tabs* and for bynet's own progress."""
        assert self.is_utf8
        words = self.text.replace(BEGINNING, "\n")
        return sorted({char for char in words if char not in f"\n{tabs}" and unicodedata.category(char) in _STEERING})

    def forged(self) -> list[str]:
        """Return the lines that the data made up."""
        return [line for line in self.text.split("\n") if line.startswith(FORGED)]


def on_terminal(
    command: Sequence[str | Path], stop_at: str = "", meanwhile: Callable[[int, str], None] | None = None, environment: Mapping[str, str] | None = None
) -> Said:
    """Run *command* with its output and its errors on a terminal that changes nothing.

    Where it says *stop_at*, *meanwhile* is done, with its process and what it has said, and it is stopped as by Ctrl-C.
    """
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    child = subprocess.Popen(
        [*map(str, command)], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment_of({"TERM": "xterm", **(environment or {})}), cwd="/"
    )
    os.close(theirs)
    told = b""
    try:
        for piece in _pieces(ours):
            told += piece
            if stop_at and stop_at in told.decode(errors="replace"):
                if meanwhile:
                    meanwhile(child.pid, told.decode())
                child.send_signal(signal.SIGINT)
                stop_at = ""
    finally:
        os.close(ours)
        child.kill()
    return Said(child.wait(), told.decode(errors="backslashreplace"), _is_utf8(told))


def _is_utf8(told: bytes) -> bool:
    return told.decode(errors="ignore").encode() == told


def _pieces(terminal: int) -> Iterator[bytes]:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # Linux: the other end is closed
            return
        if not piece:
            return
        yield piece


def escaped(text: str) -> str:
    """*text* as Turtle and TOML escape it, for a string of one line."""
    return "".join(f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}" for char in text)
