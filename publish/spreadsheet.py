"""Answers as CSV that people open in a spreadsheet: there a text stays a text, and is never taken for a formula."""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from publish.model import XSD

_NUMBERS = {
    XSD + name
    for name in (
        *("byte", "decimal", "double", "float", "int", "integer", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger"),
        *("positiveInteger", "short", "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort"),
    )
}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_QUOTED = re.compile('[",\r\n]')
# a formula may begin where a cell does: at the start, or behind what a spreadsheet takes for the end of a cell or a row (a semicolon in much of Europe)
_FORMULA = re.compile("(?:^|(?<=[;\t\r\n]))(?=[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def as_csv(solutions: QuerySolutions) -> str:
    """Return rows as SPARQL 1.1 Query Results CSV, with an apostrophe before everything in a text that a spreadsheet could take for a formula."""
    names = [variable.value for variable in solutions.variables]
    rows = [names, *([_cell(row[name]) for name in names] for row in solutions)]
    return "".join(f"{','.join(map(_quoted, row))}\r\n" for row in rows)


def _cell(term: NamedNode | BlankNode | Literal | Triple | None) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal):
        return term.value if term.datatype.value in _NUMBERS and _NUMBER.fullmatch(term.value) else _guarded(term.value)
    return _guarded(term.value if isinstance(term, NamedNode) else str(term))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _guarded(text: str) -> str:
    return _FORMULA.sub("'", text)
