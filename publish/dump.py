"""Read a dump: one RDF file, whoever wrote it, in any of the formats in which data sets are exchanged, perhaps compressed. Nothing is fetched."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePath

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from publish.errors import Mistake
from publish.gzipped import ENDING, plain_name, unpacked
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


def is_dump(file: Path) -> bool:
    """Whether the name of *file* says that it is of a format that is read."""
    return _bare(file).suffix.lower() in FORMATS


def _bare(file: Path) -> PurePath:
    """The name of a file, without the ending of a compressed one."""
    return PurePath(plain_name(file.name) if file.suffix == ENDING else file.name)


def read_dump(file: Path) -> Snapshot:
    """Return what *file* holds. Raises `BadDump`, and `BadGzip` where it is compressed and can't be unpacked.

    A graph that is called what bynet calls its own (``<base>stated``) is that one; a file without graphs is the one that
    its name says (``ontology.nt``), else all data.
    """
    name = _bare(file)
    form = FORMATS.get(name.suffix.lower())
    if form is None:
        raise BadDump("dump-format", file=file, choices=" ".join(FORMATS))
    graphs: dict[str, list[Triple]] = defaultdict(list)
    try:
        content = unpacked(file.read_bytes(), str(file)).read()
        _refuse_deadly(file, content.decode(errors="replace"))
        for quad in pyoxigraph.parse(content, format=form):
            graphs[quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""].append(quad.triple)
    except (SyntaxError, ValueError) as error:
        raise BadDump("dump-syntax", file=file, words=" ".join(str(error).split())) from error
    whole = name.stem if name.stem in GRAPHS else ALL
    base = snapshot(graphs).base
    own = {base + name: name for name in GRAPHS} | {"": whole}
    return snapshot({own.get(name, name): sort_triples(triples) for name, triples in sorted(graphs.items())} or {whole: []})


def _refuse_deadly(file: Path, text: str) -> None:
    """Raise `BadDump` where the parser would die of what nests in *text*, or would work on its entities for ever."""
    fault = xml_fault(text) if _bare(file).suffix.lower() == ".rdf" else nesting_fault(text)
    if fault is not None and fault.rule in _DEADLY:
        raise BadDump(f"dump-{fault.rule}", file=file, line=fault.line, depth=DEPTH)
