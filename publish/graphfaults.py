"""What is wrong with the RDF in the files of a site: syntax, what can't be unpacked, and dumps of one graph that do not say the same in all formats.

Dumps are held together by a sum over their triples, which needs no order and hardly any memory. Of a blank node only that it is one is in the sum.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from pyoxigraph import BlankNode, Quad, RdfFormat

from publish.addresses import Layout
from publish.contents import Fault, extension
from publish.gzipped import ENDING, BadGzip, plain_name, unpacked
from publish.intake.parsing import parse
from publish.intake.streamed import parse_nodes, parse_stream
from publish.kinds import FOLDER

_FORMATS: Mapping[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
    "nt": RdfFormat.N_TRIPLES,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}
_DUMP = re.compile(rf"(?:download|{FOLDER})/[^/]+", re.ASCII)
_BYTES = 16
_WHOLE = 256 << 20
"""How many bytes a compressed document in JSON-LD may have that is not written as bynet writes it: all of it is in memory then."""

Sums = dict[str, int]
"""What each dump says, by its path."""


def graph_faults(layout: Layout, path: str, content: bytes, sums: Sums) -> Iterator[Fault]:
    """Yield what is wrong with the RDF in *content*, that of the file *path*; what a dump says is added to *sums*."""
    form = _FORMATS.get(extension(plain_name(path)))
    if form is None:
        return
    try:
        said = _said(path, content, form, layout.base + plain_name(path))
    except BadGzip as bad:
        yield Fault(bad.name, path, extension(path), bad.values)
    except (SyntaxError, ValueError, RecursionError):
        yield Fault("syntax", path, extension(path))
    else:
        if _DUMP.fullmatch(path):
            sums[path] = said


def disagreeing(sums: Sums) -> Iterator[Fault]:
    """Yield each dump that says something else than most of the formats of its graph, by *sums*."""
    formats: dict[str, list[str]] = {}
    for path in sorted(sums):
        formats.setdefault(plain_name(path).rpartition(".")[0], []).append(path)
    for paths in formats.values():
        most = Counter(sums[path] for path in paths).most_common(1)[0][0]
        other = next(path for path in paths if sums[path] == most)
        yield from (Fault("other-graph", path, path, {"other": other}) for path in paths if sums[path] != most)


def _said(path: str, content: bytes, form: RdfFormat, base: str) -> int:
    """What the RDF in *content* says. Raises `SyntaxError`, `ValueError` or `BadGzip`."""
    if not path.endswith(ENDING):
        return _sum(parse(content, form, base))
    if form != RdfFormat.JSON_LD:
        return _sum(parse_stream(unpacked(content, path), form, base))
    try:
        return _sum(parse_nodes(unpacked(content, path), base))
    except SyntaxError:
        whole = unpacked(content, path).read(_WHOLE + 1)
        if len(whole) > _WHOLE:
            raise
        return _sum(parse(whole, form, base))


def _sum(quads: Iterable[Quad]) -> int:
    """What the triples of *quads* say, whatever graphs they are in."""
    said = 0
    for quad in quads:
        subject, value = ("_:" if isinstance(term, BlankNode) else str(term) for term in (quad.subject, quad.object))
        said += int.from_bytes(blake2b(f"{subject} {quad.predicate} {value}".encode(), digest_size=_BYTES).digest())
    return said
