"""What data may do to a terminal, a log or a reader: nothing. Characters that steer what is shown are shown themselves.

They are the control characters (C0, C1), those that turn the direction of writing, joiners and others without a shape, the separators
of lines and paragraphs, lone surrogates, and what Unicode gives no meaning to.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

_STEERING = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""General categories of Unicode (Unicode Standard Annex 44)."""
_ASTRAL = 0x10000


def printable(text: str) -> str:
    """Return *text* on one line, with every such character as its escape in Python."""
    return text if text.isprintable() else _escaped(text, "", lambda char: repr(char)[1:-1])


def plain(text: str) -> str:
    """Return *text* of several lines, with every such character as its escape in Turtle; ends of lines and tabs stay."""
    return _escaped(text, "\n\t", lambda char: f"\\u{ord(char):04X}" if ord(char) < _ASTRAL else f"\\U{ord(char):08X}")


def plain_json(text: str) -> str:
    """Return the JSON *text* with every such character as its escape in JSON; ends of lines stay."""
    return _escaped(text, "\n", lambda char: json.dumps(char)[1:-1])


def legible(text: str) -> str:
    """Return *text* with what is no character of Unicode, as in the name of a file that is not in UTF-8, as its escape in Python."""
    return text.encode(errors="backslashreplace").decode()


def _escaped(text: str, kept: str, escape: Callable[[str], str]) -> str:
    return text.translate({ord(char): escape(char) for char in set(text).difference(kept) if unicodedata.category(char) in _STEERING})
