"""Triples as lines whose byte order is the order of everything that bynet writes (`publish.model.triple_key`).

A line is ``<subject TAB <predicate TAB object``: IRIs without their closing bracket, so that an IRI stands before every longer one; any
other term as N-Triples writes it, where no tab and no line feed stands. A turned line begins with its object, the subject stands last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

_STATEMENT = re.compile(rb"^(?:(<[^>]*)>|(_:\S+)) (<[^>]*)> (?:(<[^>]*)>|(.*)) \.$", re.MULTILINE)
_LINE = re.compile(rb"^([^\t\n]*)\t([^\t\n]*)\t(.*)$", re.MULTILINE)
_BARE = re.compile(rb"(^<[^\t\n]*|\t<[^\t\n]*)", re.MULTILINE)


def lines_of(triples: Iterable[Triple]) -> list[bytes]:
    """Return a line, with its line feed, for each of *triples*, in their order."""
    said = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return _STATEMENT.sub(rb"\1\2\t\3\t\4\5", said).splitlines(keepends=True)


def turned(lines: bytes) -> bytes:
    """Return *lines*, in their order, turned round."""
    return _LINE.sub(rb"\3\t\2\t\1", lines)


def n_triples(lines: bytes) -> bytes:
    """Return *lines* as N-Triples."""
    return _BARE.sub(rb"\1>", lines).replace(b">\t", b"> ").replace(b"\t", b" ").replace(b"\n", b" .\n")


def triples_of(lines: bytes) -> Iterator[Triple]:
    """Yield the triple of each of *lines*, in their order."""
    return (quad.triple for quad in pyoxigraph.parse(n_triples(lines), format=RdfFormat.N_TRIPLES))
