"""Cells that a spreadsheet could take for formulas, and what keeps it from that: the values of a CSV that somebody made up, and others of their kind."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

XSD = "http://www.w3.org/2001/XMLSchema#"

CELLS: tuple[tuple[Literal | NamedNode, str], ...] = (
    (Literal('=HYPERLINK("http://evil","x")'), '\'=HYPERLINK("http://evil","x")'),
    (Literal("+1+1"), "'+1+1"),
    (Literal("-2+3"), "'-2+3"),
    (Literal("@SUM(1)"), "'@SUM(1)"),
    (Literal("\t=1+1"), "'\t'=1+1"),
    (Literal("=1+1", language="da"), "'=1+1"),
    (Literal("\r=1"), "'\r'=1"),
    (Literal("\n=1"), "\n'=1"),
    (Literal("a;=1+1;b"), "a;'=1+1;b"),
    (Literal("a,=1"), "a,=1"),
    (Literal("a\n+1\r\n-1"), "a\n'+1\r\n'-1"),
    (Literal("\uff1d1+1"), "'\uff1d1+1"),
    (Literal("-3"), "'-3"),
    (Literal("-3", datatype=NamedNode(XSD + "integer")), "-3"),
    (Literal("-1.5", datatype=NamedNode(XSD + "decimal")), "-1.5"),
    (Literal("-0.25", datatype=NamedNode(XSD + "float")), "-0.25"),
    (Literal("-INF", datatype=NamedNode(XSD + "double")), "'-INF"),
    (Literal("-1+cmd|' /C calc'!A0", datatype=NamedNode(XSD + "short")), "'-1+cmd|' /C calc'!A0"),
    (Literal("=1", datatype=NamedNode("https://example.org/def/number")), "'=1"),
    (Literal("-0044", datatype=NamedNode(XSD + "gYear")), "'-0044"),
    (NamedNode("https://example.org/=1"), "https://example.org/=1"),
    (Literal("a=b-c+d@e"), "a=b-c+d@e"),
    (Literal(""), ""),
)
"""Terms, and what has to stand for each in a cell."""


def formulas() -> str:
    """Return a pattern of SPARQL that gives the terms of `CELLS` as ``?cell``, in their order, which is ``?number``."""
    return "VALUES (?number ?cell) { " + " ".join(f"({number} {term})" for number, (term, _cell) in enumerate(CELLS)) + " }"
