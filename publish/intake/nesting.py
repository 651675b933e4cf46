"""How deep Turtle and TriG may nest. No grammar sets a bound; a parser that recurses has one of its own, and dies of it."""

from __future__ import annotations

import re

from publish.intake.fault import Fault, place_in

DEPTH = 100
"""Brackets in brackets, objects in objects, elements in elements."""

_OPENING = ("(", "[", "{", "<<")
_BRACKET = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""' + r"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    r'|"(?:[^"\\\n]++|\\.)*+"' + r"|'(?:[^'\\\n]++|\\.)*+'"
    r"|<(?![<])[^<>\s]*+>|\#[^\n]*+|\\.|(?P<open>[(\[{]|<<)|(?P<close>[)\]}]|>>)",
    re.DOTALL,
)


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
