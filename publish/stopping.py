"""What stops a command: Ctrl-C and the wish of a system to end it. It goes up as an exception, past whatever has to be cleaned up."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_MOMENT = 0.01
"""Seconds."""


class Stopped(BaseException):
    """Somebody stopped this process by the signal *number*."""

    USUAL = signal.SIGINT

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def heed() -> None:
    """Raise `Stopped` in the main thread on each of `SIGNALS` from now on, but on those that whoever started the process has it ignore."""
    sys.unraisablehook = _again
    for number in SIGNALS:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _stop)


def end_at_once() -> None:
    """End at once, without a word, on each of `SIGNALS` from now on: nothing is left to be cleaned up."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def ignore() -> None:
    """Let nothing stop this process from now on: it is ending."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def later() -> Iterator[list[int]]:
    """Heed `SIGNALS` only when the block has ended: it is short, and nothing may be left half done in it.

    The numbers of those that came are in the list; those that the block takes out are not heeded.
    """
    heard: list[int] = []
    if current_thread() is not main_thread():  # where nothing is ever raised
        yield heard
        return
    handlers = {number: signal.signal(number, lambda number, _frame: heard.append(number)) for number in SIGNALS}
    try:
        yield heard
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for came in heard:
        signal.raise_signal(came)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def _again(lost: sys.UnraisableHookArgs) -> None:
    """Raise once more, a moment later, what was raised where Python lets nothing out, such as in the end of a module's import."""
    if isinstance(lost.exc_value, Stopped):
        Timer(_MOMENT, signal.pthread_kill, (main_thread().ident, lost.exc_value.number)).start()
    else:
        sys.__unraisablehook__(lost)
