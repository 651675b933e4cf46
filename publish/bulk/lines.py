"""Triples as lines whose byte order is the order of everything that bynet writes (`publish.model.triple_key`).

A line is ``<subject TAB <predicate TAB object``: IRIs without their closing bracket, so that an IRI stands before every longer one; any
other term as N-Triples writes it, where no tab and no line feed stands. A tagged line has a fourth field, the graph that its triple is
in. In a turned line the object stands first and the subject third.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, repeat
from operator import itemgetter

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from publish.model import DATA_GRAPHS

Fields = Sequence[bytes]
"""The fields of a line."""
_CLOSING = {ord("<"): b">", ord("_"): b"", ord('"'): b""}
STATED, DERIVED, ONTOLOGY = b"s", b"d", b"o"
"""The tags of the graphs that shapes see together."""
TAGS = dict(zip(DATA_GRAPHS, (STATED, DERIVED), strict=True))
"""The tags of the graphs of the data, by their names."""


def lines_of(triples: Iterable[Triple]) -> list[bytes]:
    """Return a line, with its line feed, for each of *triples*, in their order."""
    return _lines(triples, b"")


def tagged(triples: Iterable[Triple], tag: bytes) -> bytes:
    """Return the tagged lines of *triples*, sorted, each once."""
    return b"".join(sorted({*_lines(triples, b"\t" + tag)}))


def turned(lines: bytes) -> bytes:
    """Return tagged *lines* turned round, sorted; of turned lines what they were."""
    parts = map(bytes.split, lines.splitlines(keepends=True), repeat(b"\t"))
    return b"".join(sorted([b"\t".join((third, second, first, tag)) for first, second, third, tag in parts]))


def groups(lines: bytes) -> Iterator[tuple[bytes, list[Fields]]]:
    """Yield each first field in *lines*, and the fields of its lines."""
    for first, group in groupby(_fields(lines), key=itemgetter(0)):
        yield first, [*group]


def of_graph(lines: bytes, tag: bytes) -> bytes:
    """Return those of tagged *lines* that are in one graph, without the tag."""
    ending = b"\t" + tag + b"\n"
    return b"".join([line[: -len(ending)] + b"\n" for line in lines.splitlines(keepends=True) if line.endswith(ending)])


def of_data(lines: bytes) -> bytes:
    """Return those of tagged *lines* that are data, stated or derived, without the tag."""
    if b"\t" + ONTOLOGY + b"\n" in lines:
        lines = b"".join([line for line in lines.splitlines(keepends=True) if not line.endswith(b"\t" + ONTOLOGY + b"\n")])
    return b"\n".join([line[:-2] for line in lines.split(b"\n")])


def of_all(lines: bytes) -> bytes:
    """Return tagged *lines* without their tags, each once."""
    if not any(b"\t%b\n" % tag in lines for tag in (DERIVED, ONTOLOGY)):
        return lines.replace(b"\t%b\n" % STATED, b"\n")
    return b"\n".join(dict.fromkeys([line[:-2] for line in lines.split(b"\n")]))


def with_predicates(lines: bytes, predicates: frozenset[bytes] | None) -> bytes:
    """Return those of *lines* with one of *predicates*, all where these are none."""
    if predicates is None:
        return lines
    if not any(b"\t%b\t" % predicate in lines for predicate in predicates):
        return b""
    return b"".join([line for line in lines.splitlines(keepends=True) if line.split(b"\t", 2)[1] in predicates])


def n_triples(lines: bytes) -> bytes:
    """Return lines without tags as N-Triples."""
    closing = _CLOSING
    return b"".join(
        [b"%b%b %b> %b%b .\n" % (subject, closing[subject[0]], predicate, value, closing[value[0]]) for subject, predicate, value in _fields(lines)]
    )


def triples_of(said: bytes) -> Iterator[Triple]:
    """Yield the triples of N-Triples, in their order."""
    return (quad.triple for quad in pyoxigraph.parse(said, format=RdfFormat.N_TRIPLES))


def _fields(lines: bytes) -> Iterator[Fields]:
    """The fields of each of *lines*: they are told apart all at once, which takes half of the time."""
    count = lines[: lines.find(b"\n")].count(b"\t") + 1
    fields = lines.replace(b"\n", b"\t").split(b"\t")
    return zip(*(fields[number : len(fields) - 1 : count] for number in range(count)), strict=True)


def _lines(triples: Iterable[Triple], ending: bytes) -> list[bytes]:
    said = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return [
        b"%b\t%b\t%b%b\n" % (_opened(subject), predicate[:-1], _opened(value[:-2]), ending)
        for subject, predicate, value in (line.split(b" ", 2) for line in said.split(b"\n")[:-1])
    ]


def _opened(term: bytes) -> bytes:
    """A term without the bracket that closes an IRI."""
    return term[:-1] if term.startswith(b"<") else term
