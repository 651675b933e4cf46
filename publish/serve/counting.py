"""How many rows an answer has, counted in the bytes that pyoxigraph writes, as it writes them.

pyoxigraph has no way to count or stop an answer but the file that it writes to. Each counter takes the pieces in order, cut
anywhere, and is exact after each, for what strings hold too: quotes, brackets, line ends, tags.
"""

from __future__ import annotations

from typing import Protocol


class Counter(Protocol):
    """Counts the rows of an answer."""

    def count(self, piece: bytes) -> int:
        """Return how many rows have begun or ended, up to and with *piece*."""


class LineCounter:
    """Counts the rows of TSV: every line but the first ends a row, as strings have their line ends escaped."""

    def __init__(self) -> None:
        self._lines = 0

    def count(self, piece: bytes) -> int:
        """Return how many rows have ended."""
        self._lines += piece.count(b"\n")
        return max(self._lines - 1, 0)


class QuotedLineCounter:
    """Counts the rows of CSV: every line end but the first that stands outside quotes; a quote in a string is doubled."""

    def __init__(self) -> None:
        self._lines = 0
        self._quoted = False

    def count(self, piece: bytes) -> int:
        """Return how many rows have ended."""
        parts = piece.split(b'"')
        first = 1 if self._quoted else 0
        self._lines += sum(part.count(b"\n") for part in parts[first::2])
        self._quoted ^= len(parts) % 2 == 0
        return max(self._lines - 1, 0)


class TagCounter:
    """Counts the rows of XML: the tag ``<result>``; in strings ``<`` is escaped."""

    _TAG = b"<result>"

    def __init__(self) -> None:
        self._rows = 0
        self._end = b""

    def count(self, piece: bytes) -> int:
        """Return how many rows have begun."""
        text = self._end + piece
        self._rows += text.count(self._TAG)
        self._end = text[-(len(self._TAG) - 1) :]  # too short to hold the tag, so none is counted twice
        return self._rows


class ObjectCounter:
    """Counts the rows of JSON: the objects in arrays, which are those that follow no colon; the first is the document itself."""

    def __init__(self) -> None:
        self._objects = 0
        self._in_string = False
        self._escapes = b""
        self._before = b""

    def count(self, piece: bytes) -> int:
        """Return how many rows have begun."""
        text = self._escapes + piece
        whole = text.rstrip(b"\\")  # backslashes at the end: whether they pair up shows only in the next piece
        self._escapes = text[len(whole) :]
        parts = whole.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        first = 1 if self._in_string else 0
        outside = self._before + b"".join(parts[first::2])
        self._in_string ^= len(parts) % 2 == 0
        fresh = outside[len(self._before) :]
        self._objects += fresh.count(b"{") - outside.count(b":{")
        self._before = outside[-1:]
        return max(self._objects - 1, 0)


COUNTERS: dict[str, type[Counter]] = {"srj": ObjectCounter, "srx": TagCounter, "csv": QuotedLineCounter, "tsv": LineCounter}
"""The counter of each format, by its extension."""
