"""RDF of others parsed in this process: what a site, a feed or a store gives. What would kill the parser, or keep it for ever, is no RDF."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from publish.intake.nesting import DEPTH, nesting_fault
from publish.intake.xmltext import xml_fault

_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_DEADLY = ("too-deep", "xml-doctype")


def parse(content: bytes, form: RdfFormat, base: str | None = None) -> Iterator[Quad]:
    """Return the statements of *content*, which is in the format *form*, its relative IRIs under *base*. Raises `SyntaxError` where it is not."""
    if form not in _LINES or content.count(b"<<") > DEPTH:  # only triple terms nest in lines
        text = content.decode(errors="replace")
        fault = xml_fault(text) if form == RdfFormat.RDF_XML else nesting_fault(text)
        if fault is not None and fault.rule in _DEADLY:
            raise SyntaxError(f"{fault.rule} (line {fault.line})")
    return pyoxigraph.parse(content, format=form, base_iri=base)
