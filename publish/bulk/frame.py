"""The frame of a project whose data lie on disk: all but the data, and of that what the data set says of itself and of what it names."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from publish.bulk.index import Index
from publish.bulk.lines import DERIVED, STATED, Fields, n_triples, of_graph, triples_of
from publish.model import sort_triples

_MOST = 2000
"""How many things may be told of."""
_POINTING = 100


def described(dataset: NamedNode, by_subject: Index, turned: Index) -> dict[bytes, list[Triple]]:
    """Return by their tags the triples about *dataset*, about what points at it, and about what all of these name: the nearest, where they are many."""
    start = b"<" + dataset.value.encode()
    pointing = [fields[2] for fields in _fields(turned.matching(start + b"\t"))][:_POINTING]
    waiting = [*dict.fromkeys((start, *pointing))]
    met = {*waiting}
    groups = []
    for node in waiting:  # which grows
        groups.append(by_subject.matching(node + b"\t"))
        named = [fields[2] for fields in _fields(groups[-1]) if fields[2].startswith(b"<")]
        new = [*dict.fromkeys(name for name in named if name not in met)][: _MOST - len(met)]
        waiting += new
        met.update(new)
    whole = b"".join(groups)
    return {tag: sort_triples(triples_of(n_triples(of_graph(whole, tag)))) for tag in (STATED, DERIVED)}


def _fields(lines: bytes) -> Iterator[Fields]:
    return (line.split(b"\t") for line in lines.splitlines())
