"""Read a dump: one RDF file, whoever wrote it, in any of the formats in which data sets are exchanged. Nothing is fetched."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from publish.errors import Mistake
from publish.intake.nesting import DEPTH, nesting_fault
from publish.intake.xmltext import xml_fault
from publish.model import Snapshot, sort_triples
from publish.snapshots import ALL, GRAPHS, snapshot

FORMATS = {
    ".jsonld": RdfFormat.JSON_LD,
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".trig": RdfFormat.TRIG,
    ".ttl": RdfFormat.TURTLE,
}
_DEADLY = ("too-deep", "xml-doctype")
"""What kills a parser, or keeps it busy for ever, whoever wrote it."""


class BadDump(Mistake):
    """A file that is no RDF, or of a format that is not read."""


def read_dump(file: Path) -> Snapshot:
    """Return what *file* holds. Raises `BadDump`.

    A graph that is called what bynet calls its own (``<base>stated``) is that one; a file without graphs is the one that
    its name says (``ontology.nt``), else all data.
    """
    form = FORMATS.get(file.suffix.lower())
    if form is None:
        raise BadDump("dump-format", file=file, choices=" ".join(FORMATS))
    graphs: dict[str, list[Triple]] = defaultdict(list)
    try:
        content = file.read_bytes()
        _refuse_deadly(file, content.decode(errors="replace"))
        for quad in pyoxigraph.parse(content, format=form):
            graphs[quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""].append(quad.triple)
    except (SyntaxError, ValueError) as error:
        raise BadDump("dump-syntax", file=file, words=" ".join(str(error).split())) from error
    whole = file.stem if file.stem in GRAPHS else ALL
    base = snapshot(graphs).base
    own = {base + name: name for name in GRAPHS} | {"": whole}
    return snapshot({own.get(name, name): sort_triples(triples) for name, triples in sorted(graphs.items())} or {whole: []})


def _refuse_deadly(file: Path, text: str) -> None:
    """Raise `BadDump` where the parser would die of what nests in *text*, or would work on its entities for ever."""
    fault = xml_fault(text) if file.suffix.lower() == ".rdf" else nesting_fault(text)
    if fault is not None and fault.rule in _DEADLY:
        raise BadDump(f"dump-{fault.rule}", file=file, line=fault.line, depth=DEPTH)
