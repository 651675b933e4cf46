"""Triples as lines whose byte order is the order of everything that bynet writes (`publish.model.triple_key`).

A line is ``<subject TAB <predicate TAB object``: IRIs without their closing bracket, so that an IRI stands before every longer one; any
other term as N-Triples writes it, where no tab and no line feed stands. A tagged line has a fourth field, the graph that its triple is
in. In a turned line the object stands first and the subject third.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

STATED, DERIVED, ONTOLOGY = b"s", b"d", b"o"
"""The tags of the graphs that shapes see together."""
_STATEMENT = re.compile(rb"^(?:(<[^>]*)>|(_:\S+)) (<[^>]*)> (?:(<[^>]*)>|(.*)) \.$", re.MULTILINE)
_LINE = re.compile(rb"^([^\t\n]*)\t([^\t\n]*)\t([^\t\n]*)", re.MULTILINE)
_BARE = re.compile(rb"(^<[^\t\n]*|\t<[^\t\n]*)", re.MULTILINE)


def lines_of(triples: Iterable[Triple]) -> list[bytes]:
    """Return a line, with its line feed, for each of *triples*, in their order."""
    return _lines(triples, b"")


def tagged(triples: Iterable[Triple], tag: bytes) -> bytes:
    """Return the tagged lines of *triples*, sorted, each once."""
    return b"".join(sorted({*_lines(triples, b"\\t" + tag)}))


def turned(lines: bytes) -> bytes:
    """Return *lines* turned round, sorted; of turned lines what they were."""
    return b"".join(sorted(_LINE.sub(rb"\3\t\2\t\1", lines).splitlines(keepends=True)))


def of_graph(lines: bytes, tag: bytes) -> bytes:
    """Return those of tagged *lines* that are in one graph, without the tag."""
    ending = b"\t" + tag + b"\n"
    if all(b"\t" + other + b"\n" not in lines for other in (STATED, DERIVED, ONTOLOGY) if other != tag):
        return lines.replace(ending, b"\n")
    return b"".join(line[: -len(ending)] + b"\n" for line in lines.splitlines(keepends=True) if line.endswith(ending))


def n_triples(lines: bytes) -> bytes:
    """Return lines without tags as N-Triples."""
    return _BARE.sub(rb"\1>", lines).replace(b">\t", b"> ").replace(b"\t", b" ").replace(b"\n", b" .\n")


def triples_of(lines: bytes) -> Iterator[Triple]:
    """Yield the triple of each of *lines*, which have no tags, in their order."""
    return (quad.triple for quad in pyoxigraph.parse(n_triples(lines), format=RdfFormat.N_TRIPLES))


def _lines(triples: Iterable[Triple], ending: bytes) -> list[bytes]:
    said = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return _STATEMENT.sub(rb"\1\2\t\3\t\4\5" + ending, said).splitlines(keepends=True)
