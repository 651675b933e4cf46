"""How bynet speaks on a terminal and in a pipe: no data steers the terminal or makes up a line of its own, and a program gets every character."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

import click

from publish.controls import plain, printable

BEGINNING = "\r\033[K"
"""What leads a terminal back to the beginning of an empty line."""


def result(line: str) -> None:
    """Print a line for people to standard output."""
    click.echo(printable(line))


def remark(line: str) -> None:
    """Print a line for people to standard error."""
    click.echo(printable(line), err=True)


def document(text: str) -> None:
    """Print *text* to standard output: to the letter for a program, and with escapes on a terminal."""
    click.echo(plain(text.replace("\r\n", "\n")) if sys.stdout.isatty() else text, color=True)  # else click would take out what looks like a colour


def progress() -> Callable[[str], None]:
    """Return what shows a line on the terminal that the next one overwrites; nothing in a pipe."""
    terminal = sys.__stderr__
    if terminal is None or not terminal.isatty():
        return lambda _line: None
    return lambda line: click.echo(f"{BEGINNING}{printable(line)}", terminal, nl=False)


def listen_to_errors() -> None:
    """Have everything that this process says on standard error pass `plain`, a traceback and what other packages say too."""
    sys.stderr = cast("TextIO", _Plain(sys.stderr))


class Commands(click.Group):
    """The commands; what somebody typed wrong is told on one line."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:  # noqa: ANN401  # as click's own
        """Read the arguments."""
        with _typed_wrong():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # as click's own
        """Read the arguments of the command, and carry it out."""
        with _typed_wrong():
            return super().invoke(ctx)


@contextmanager
def _typed_wrong() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(printable(error.format_message()), error.ctx) from error


class _Plain:
    """A stream that takes nothing that steers a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        return self._stream.write(plain(words))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a stream has
        return getattr(self._stream, name)
