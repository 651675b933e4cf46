"""Which bytes and characters an input may have: strict UTF-8, no control characters, no non-characters; what turns writing round is told.

Control characters steer terminals and are illegal in XML; ``U+FFFE`` and its like are no characters (Unicode, section 23.7);
bidirectional formatting makes a text look like another one (Unicode Technical Report 36), and an IRI may not have it (RFC 3987, section 4.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.intake.fault import Fault

_LAST = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_LAST}]")
"""Control characters other than tab, line feed and carriage return; surrogates; non-characters."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Bidirectional embeddings, overrides and isolates."""

_PLAIN = b"\t\n\r" + bytes(range(0x20, 0x7F))
"""What is never told of: what is left of a text without it is little, and still UTF-8."""
_BOM = b"\xef\xbb\xbf"


def decode(content: bytes) -> tuple[str, list[Fault]]:
    """Return the text that *content* is, without a byte order mark, and its faults; an empty text where it is no UTF-8."""
    content = content.removeprefix(_BOM)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return "", [Fault("not-utf-8", content.count(b"\n", 0, error.start) + 1)]
    return text, [*character_faults(text)] if _is_odd(content.translate(None, _PLAIN).decode()) else []


def _is_odd(text: str) -> bool:
    """Whether *text* has a character that is told of."""
    return bool(FORBIDDEN.search(text) or TURNING.search(text))


def character_faults(text: str) -> Iterator[Fault]:
    """Yield what is wrong with the characters of *text*: one fault of each kind a line."""
    for rule, pattern in (("control", FORBIDDEN), ("bidi", TURNING)):
        line, place = 1, 0
        while match := pattern.search(text, place):
            line += text.count("\n", place, match.start())
            yield Fault(rule, line, match.start() - text.rfind("\n", 0, match.start()), {"word": code_point(match.group())})
            end = text.find("\n", match.end())
            line, place = line + 1, end + 1 or len(text)


def code_point(character: str) -> str:
    """Return what to call a character that should not be shown: ``U+001B``."""
    return f"U+{ord(character):04X}"
