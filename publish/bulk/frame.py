"""The frame of a project whose data lie on disk: all but the data, and of that what the data set says of itself and of what it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pyoxigraph import Triple

from publish.bulk.index import Index
from publish.bulk.lines import DERIVED, STATED, Fields, n_triples, of_graph, triples_of
from publish.model import SKOS, TYPE, Project, sort_triples

MOST = 2000
"""How many things may be told of."""
POINTING = 100
"""How many of what points at the data set may be."""


def framed(frame: Project, by_subject: Index, turned: Index) -> Project:
    """Return *frame* with the triples about its data set, about what points at that, about codes, and about what all of these name.

    Of what they name it is the nearest, where that is much.
    """
    start = b"<" + frame.dataset.value.encode()
    pointing = [fields[2] for fields in _fields(turned.matching(start + b"\t"))][:POINTING]
    waiting = [*dict.fromkeys((start, *pointing, *_codes(turned)[:MOST]))]
    met = {*waiting}
    groups = []
    for node in waiting:  # which grows
        groups.append(by_subject.matching(node + b"\t"))
        named = [fields[2] for fields in _fields(groups[-1]) if fields[2].startswith(b"<")]
        new = [*dict.fromkeys(name for name in named if name not in met)][: max(0, MOST - len(met))]
        waiting += new
        met.update(new)
    whole = b"".join(groups)
    stated, derived = (sort_triples(triples_of(n_triples(of_graph(whole, tag)))) for tag in (STATED, DERIVED))
    return replace(frame, stated=stated, derived=derived)


def code_triples(by_subject: Index, turned: Index) -> list[Triple]:
    """Return what is stated of the SKOS concepts and concept schemes, sorted."""
    lines = b"".join(by_subject.matching(node + b"\t") for node in _codes(turned))
    return sort_triples(triples_of(n_triples(of_graph(lines, STATED))))


def _codes(turned: Index) -> list[bytes]:
    """The concepts and concept schemes that are stated, sorted."""
    kinds = (b"<%b%b\t<%b\t" % (SKOS.encode(), name, TYPE.value.encode()) for name in (b"Concept", b"ConceptScheme"))
    return sorted({fields[2] for kind in kinds for fields in _fields(turned.matching(kind)) if fields[3] == STATED})


def _fields(lines: bytes) -> Iterator[Fields]:
    return (line.split(b"\t") for line in lines.splitlines())
