"""Labels in pictures: how wide a text is about, where its lines break, and what of it can be shown at all."""

from __future__ import annotations

import re
import unicodedata

from publish.shown import Value

SIZE = 14
"""The size of labels, in pixels."""
LINE = 18
"""The height of a line of a label, in pixels."""
FULL = 300
"""Characters of a label that is told in full: nobody listens to more."""

_WIDTHS = (("iljtfrI.,:;'|!()[]/-", 36), (" ", 33), ("mwMW@%\u2013\u2014", 95), ("abcdeghknopqsuvxyzæøå0123456789", 61))
_CAPITAL = 72
_OTHER = 66
_FULLWIDTH = 104
# of a hundredth of the size of the type; of a wide face such as DejaVu Sans, so that in others there is room to spare
_BY_CHARACTER = {character: width for characters, width in _WIDTHS for character in characters}
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\u0000-\u001f\u007f-\u009f]+|[\ud800-\udfff]")
_WORD = re.compile(r"\S+?(?:[-/:_#\u2013](?=\w)|(?<=[a-z])(?=[A-Z]))|\S+")


def width(text: str, size: int = SIZE) -> int:
    """Return about how many pixels *text* is wide in type of *size* pixels, rather too many than too few."""
    return -(-sum(map(_character, text)) * size // 100)


def clean(value: Value) -> str:
    """Return the label of *value* as one line without what no XML may hold or what turns the direction of writing; never empty."""
    text = " ".join(_UNSEEN.sub(" ", value.text[: 4 * FULL]).split())
    text = text or " ".join(_UNSEEN.sub(" ", value.iri[: 4 * FULL]).split()) or "?"
    return text if len(text) <= FULL else text[: FULL - 1].rstrip() + "…"


def wrapped(text: str, room: int, lines: int, size: int = SIZE) -> tuple[str, ...]:
    """Return *text* in at most *lines* lines that are no wider than *room* pixels, the last one with an ellipsis where there is more."""
    rows: list[str] = []
    rest = text
    while rest and len(rows) < lines:
        row = _row(rest, room, size)
        rest = rest[len(row) :].lstrip()
        rows.append(row.rstrip())
    if rest:
        rows[-1] = _shortened(rows[-1], room, size)
    return tuple(rows)


def even(text: str, room: int, lines: int, size: int = SIZE) -> tuple[str, ...]:
    """Return what `wrapped` does, in lines that are about as long as each other."""
    widest = wrapped(text, room, lines, size)
    low, high = min(room, max(width(word, size) for word in _WORD.findall(text))), room
    while low < high:
        middle = (low + high) // 2
        tried = wrapped(text, middle, lines, size)
        low, high = (low, middle) if len(tried) <= len(widest) and not tried[-1].endswith("…") else (middle + 1, high)
    return wrapped(text, high, lines, size)


def _character(character: str) -> int:
    known = _BY_CHARACTER.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _FULLWIDTH
    return _CAPITAL if character.isupper() else _OTHER


def _row(text: str, room: int, size: int) -> str:
    """As many words from the beginning of *text* as fit, at least one, or as much of the one as fits."""
    end = 0
    for word in _WORD.finditer(text):
        if width(text[: word.end()], size) > room:
            break
        end = word.end()
    if end:
        return text[:end]
    count = 1
    while count < len(text) and width(text[: count + 1], size) <= room:
        count += 1
    return text[:count]


def _shortened(row: str, room: int, size: int) -> str:
    while row and width(row + "…", size) > room:
        row = row[:-1]
    return row.rstrip() + "…"
