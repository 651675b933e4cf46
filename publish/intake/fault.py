"""What is wrong with an input, as it is told across processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Fault(NamedTuple):
    """A rule (a key under ``finding`` in ``words/``) that an input breaks: its line and column from 1, 0 where there is none; the words that fill the text."""

    rule: str
    line: int = 0
    column: int = 0
    words: Mapping[str, str] = {}


def place_in(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of a place in *text*."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
