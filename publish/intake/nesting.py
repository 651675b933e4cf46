"""How deep Turtle and TriG may nest. No grammar sets a bound; a parser that recurses has one of its own, and dies of it."""

from __future__ import annotations

import re

from publish.intake.fault import Fault, place_in

DEPTH = 100
"""Brackets in brackets, objects in objects, elements in elements."""

_OPENING = ("(", "[", "{", "<<")
_LONG = r'"""(?:[^"\\]++|\\.|"(?!""))*+"""' + r"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
_SHORT = (
    r'"(?:[^"\\\n]++|\\.)*+"' + r"|'(?:[^'\\\n]++|\\.)*+'"
    r"|<(?![<])[^<>\s]*+>|\#[^\n]*+|\\.|(?P<open>[(\[{]|<<)|(?P<close>[)\]}]|>>)"
)  # fmt: skip
_BRACKET = re.compile(f"{_LONG}|{_SHORT}", re.DOTALL)
_UNFINISHED = re.compile(rf"""{_LONG}|(?P<long>\"{{3}}|'{{3}})|{_SHORT}|(?P<begun>["'<\\])""", re.DOTALL)
_SEEN = 3
"""How many characters have to follow a token before it is certain which one it is."""


def nesting_fault(text: str) -> Fault | None:
    """Return where the Turtle or TriG in *text* nests deeper than `DEPTH`; nothing where it does not."""
    if sum(map(text.count, _OPENING)) <= DEPTH:
        return None
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += match.lastgroup == "open"
        depth -= match.lastgroup == "close"
        if depth > DEPTH:
            return Fault("too-deep", *place_in(text, match.start()), {"depth": str(DEPTH)})
    return None


class Nesting:
    """How deep a text nests that comes in pieces."""

    def __init__(self) -> None:
        self._rest = ""
        self._depth = 0

    @property
    def waiting(self) -> int:
        """How many characters have not been looked at, for what begins with them has no end yet."""
        return len(self._rest)

    def goes_too_deep(self, piece: str) -> bool:
        """Whether the text goes deeper than `DEPTH` in the next *piece*."""
        text = self._rest + piece
        self._rest = ""
        end = len(text) - _SEEN
        for match in _UNFINISHED.finditer(text):
            if match.lastgroup in {"long", "begun"} or match.end() > end:
                self._rest = text[match.start() :]
                break
            self._depth += match.lastgroup == "open"
            self._depth -= match.lastgroup == "close"
            if self._depth > DEPTH:
                return True
        return False
