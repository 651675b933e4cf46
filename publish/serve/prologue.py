"""What a query that parses says before and beside its patterns: its prefixes, and whether it names a dataset of its own.

Both read only: a query that is not as they expect has no prefixes, or names no dataset, and no harm is done.
"""

from __future__ import annotations

import re
import sys

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_IRI = r'<[^<>"{}|^`\\\x00-\x20]*+>'
# what takes nothing back (*+) takes time in proportion to the text, whatever the text
_SPACE = r"(?:[\x20\t\r\n]++|#[^\r\n]*+)*+"
_DECLARATION = re.compile(rf"{_SPACE}(?:BASE{_SPACE}{_IRI}|PREFIX{_SPACE}(?P<name>[^\W\d_][\w-]*+)?:{_SPACE}(?P<iri>{_IRI}))", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""' + r"|'''(?:[^'\\]|\\.|'(?!''))*+'''" + r'|"(?:[^"\\\r\n]|\\.)*+"' + r"|'(?:[^'\\\r\n]|\\.)*+'"
    rf"|{_IRI}|#[^\r\n]*+|[?$@][\w-]++|(?P<word>(?:[\w:.%-]|\\.)++)|.",
    re.DOTALL,
)


def prefixes(query: str) -> dict[str, str]:
    """Return the prefixes that *query* declares with an absolute IRI; those with letters, digits and hyphens for a name."""
    text, place, declared = _unescaped(query), 0, {}
    while match := _DECLARATION.match(text, place):
        place = match.end()
        if match["iri"] and _ABSOLUTE.match(match["iri"], 1):
            declared[match["name"] or ""] = match["iri"][1:-1]
    return declared


def names_dataset(query: str) -> bool:
    """Return whether *query* has a dataset clause (FROM, FROM NAMED): the word FROM, outside strings, IRIs, names and comments."""
    return any((match["word"] or "").upper() == "FROM" for match in _TOKEN.finditer(_unescaped(query)))


def _unescaped(query: str) -> str:
    """A query with each codepoint escape as the character that it stands for (SPARQL 1.1, section 19.2)."""
    return _ESCAPE.sub(_character, query) if "\\" in query else query


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= sys.maxunicode else match.group()
