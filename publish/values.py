"""Literals of the same value that are written otherwise: ``"01"`` and ``"1"`` as integers.

Many stores keep values and not their writing. What they give back is not the release to the letter, and is not wrong either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from publish.intake.parsing import parse
from publish.lines import Desk, Lines, tagged
from publish.model import RDF, XSD

_WORDS = {XSD + "string", RDF + "langString", RDF + "dirLangString"}
_INTEGER, _DECIMAL = NamedNode(XSD + "integer"), NamedNode(XSD + "decimal")
_NODE = NamedNode("urn:bynet:any")


class Values:
    """What literals are worth, found with the store of this program, which keeps values and not their writing."""

    def __init__(self) -> None:
        self._store = Store()

    def of(self, literal: Literal) -> Literal:
        """Return *literal* as its value is written: one of all that have the value, whole numbers as decimal ones."""
        self._store.clear()
        self._store.add(Quad(_NODE, _NODE, literal))
        (kept,) = (quad.object for quad in self._store)
        if not isinstance(kept, Literal):
            return literal
        return Literal(kept.value, datatype=_DECIMAL) if kept.datatype == _INTEGER else kept


def same_values(missing: Lines, extra: Lines) -> Iterator[tuple[bytes, bytes]]:
    """Yield the lines of *missing* with those of *extra* that say the same of the same, with a value that is written otherwise."""
    values = Values()
    for wanted, found in _pairs(missing, extra):
        worth = {values.of(literal): line for line, literal in found}
        for line, literal in wanted:
            if other := worth.get(values.of(literal)):
                yield line, other


def same_places(missing: Lines, extra: Lines) -> Iterator[tuple[bytes, bytes]]:
    """Yield the lines of *missing* with one of *extra* that says the same of the same, with any value that is no text."""
    for wanted, found in _pairs(missing, extra):
        yield from ((line, found[0][0]) for line, _literal in wanted)


def without_kept(differences: tuple[Lines, Lines], asked: Lines, kept: Lines, desk: Desk) -> tuple[Lines, Lines]:
    """Return what is missing and what is extra without what the store has already, in its own writing.

    *asked* are missing lines that the store was given for a trial, *kept* is how it gave them back.
    """
    known: set[bytes] = set()
    for _place, group in groupby(tagged(*differences, asked, kept), key=lambda pair: place_of(pair[0])):
        sources: tuple[set[bytes], ...] = (set(), set(), set(), set())
        for line, source in group:
            sources[source].add(line)
        _wanted, found, given, back = sources
        if back and back <= found:
            known |= given | back
    missing, extra = differences
    return desk.keep(line for line in missing if line not in known), desk.keep(line for line in extra if line not in known)


_Typed = list[tuple[bytes, Literal]]


def _pairs(missing: Lines, extra: Lines) -> Iterator[tuple[_Typed, _Typed]]:
    """Yield the lines of both that have one subject and one property, and a value that is no text."""
    for _place, group in groupby(tagged(missing, extra), key=lambda pair: place_of(pair[0])):
        sources: tuple[list[bytes], ...] = ([], [])
        for line, source in group:
            sources[source].append(line)
        if all(sources):
            wanted, found = (list(typed(lines)) for lines in sources)
            if wanted and found:
                yield wanted, found


def typed(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Literal]]:
    """Yield those of *lines* that say a value that is no text."""
    for line in lines:
        if not line.endswith(b'" .\n') and b'"' in line:
            (quad,) = parse(line, RdfFormat.N_TRIPLES)
            if isinstance(quad.object, Literal) and quad.object.datatype.value not in _WORDS:
                yield line, quad.object


def place_of(line: bytes) -> tuple[bytes, bytes]:
    """Return subject and predicate of a line of canonical N-Triples: neither holds a space."""
    subject, predicate, _rest = line.split(b" ", 2)
    return subject, predicate
