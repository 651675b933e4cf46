"""Whether what pyoxigraph writes as XML is XML: it writes characters that XML can't hold, and properties that RDF/XML can't name."""

from __future__ import annotations

from publish.serve.question import Refused

_NEVER = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
"""The characters below U+0020 that XML 1.0 (2.2) has no way to write, not even escaped."""
_NOWHERE = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"<oxprefix: ")
"""U+FFFE and U+FFFF, which it has none for either; and pyoxigraph's tag for a property whose IRI ends in no name."""
_LONGEST = max(map(len, _NOWHERE))


class Wellformed:
    """Looks at an answer in XML as it is written, cut anywhere."""

    def __init__(self) -> None:
        self._end = b""

    def check(self, piece: bytes) -> None:
        """Raise `Refused` ("xml") where *piece* makes the answer no XML; the same answer has other formats."""
        text = self._end + piece
        if len(text.translate(None, _NEVER)) < len(text) or any(sequence in text for sequence in _NOWHERE):
            raise Refused("xml")
        self._end = text[1 - _LONGEST :]
