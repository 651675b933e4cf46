"""The least that reading and writing takes: pyoxigraph from a file of N-Triples to another file, without holding anything.

``python -m bench.others.floor IN [OUT.ttl|.jsonld|.nt|.nq]``; without OUT it is read only.
"""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse, serialize


def main(source: str, out: str = "") -> None:
    """Read *source*, and write it to *out* in the format that its name says."""
    read = parse(path=source, format=RdfFormat.N_TRIPLES)
    form = RdfFormat.from_extension(Path(out).suffix.removeprefix("."))
    if form is None:
        deque(read, maxlen=0)
    elif form == RdfFormat.N_QUADS:
        graph = NamedNode("https://cities.example/graph")
        serialize((Quad(quad.subject, quad.predicate, quad.object, graph) for quad in read), out, format=form)
    elif form == RdfFormat.JSON_LD:
        serialize((Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in read), out, format=form)
    else:
        serialize((quad.triple for quad in read), out, format=form, prefixes={"def": "https://cities.example/def/"})


if __name__ == "__main__":
    main(*sys.argv[1:])
