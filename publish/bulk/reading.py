"""Read one data file: its triples as lines, and what is wrong with the file itself; most files are right, and are seen to be so at a glance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from publish.bulk.glance import Doubt, lines_at_a_glance
from publish.bulk.lines import STATED, tagged
from publish.confined import Limits
from publish.findings import found
from publish.intake.files import source_of
from publish.intake.gate import SYNTAXES, Admitted, admit
from publish.lint import Elsewhere, Known
from publish.model import DATA_GRAPHS, Finding, Project
from publish.paths import page_path
from publish.rebase import move_source

_GLANCED = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES, ".nq": RdfFormat.N_TRIPLES}
_QUADS = ".nq"


class Everything:
    """What is described elsewhere, where that is not known yet."""

    def __contains__(self, _iri: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Lines:
    """What a file says, as tagged lines in its order, and what is wrong with it: of its *findings*, *faults* are those of the gate."""

    lines: Sequence[bytes]
    findings: Sequence[Finding] = ()
    faults: Sequence[Finding] = ()


class Reader:
    """Reads the data files of the project whose *frame* is the rest of it."""

    def __init__(self, frame: Project) -> None:
        self._frame = frame
        self._stated = f"{frame.own_base}{DATA_GRAPHS[0]}"
        self._known = Known(frame, frame.described, Elsewhere(Everything()))  # what a file mentions is looked for when all are read

    def read(self, name: str, content: bytes) -> Lines:
        """Return what stands in the *content* of the file called *name*, in the format that its ending says."""
        suffix = PurePath(name).suffix
        try:
            if self._frame.base == self._frame.own_base:
                return Lines(lines_at_a_glance(self._unnamed(content, suffix), self._frame.base, STATED, _GLANCED[suffix]))
        except Doubt:
            pass
        admitted = admit(name, content, SYNTAXES[suffix])
        source, faults = source_of(name, admitted)
        faults += self._named(name, admitted)
        moved = move_source(source, self._frame.own_base, self._frame.base)
        return Lines(tagged(moved.triples, STATED).splitlines(keepends=True), [*faults, *self._known.lint_source(moved)], faults)

    def _unnamed(self, content: bytes, suffix: str) -> bytes:
        """N-Quads of the graph of what is stated as N-Triples; anything else as it is."""
        return content.replace(b" <%s> .\n" % self._stated.encode(), b" .\n") if suffix == _QUADS else content

    def _named(self, name: str, admitted: Admitted) -> list[Finding]:
        """What is wrong with statements in graphs that are not that of what is stated."""
        graphs = (DefaultGraph(), NamedNode(self._stated))
        named = ((line, quad.graph_name) for quad, line in zip(admitted.quads, admitted.lines, strict=True) if quad.graph_name not in graphs)
        return [found(name, line, "named-graph", word=str(graph)) for line, graph in named]

    def renamed(self, subjects: Collection[bytes]) -> list[str]:
        """Return those of *subjects* that have a page under another name than their own, sorted."""
        base = b"<" + self._frame.base.encode()
        own = sorted(subject[1:].decode() for subject in subjects if subject.startswith(base))
        return [iri for iri in own if page_path(iri, self._frame.base).casefold() != iri.removeprefix(self._frame.base)]


def limits_of_file(size: int) -> Limits:
    """Return what reading a file of so many bytes may take: what nothing but a file that grows when it is read needs."""
    return Limits(seconds=60.0, memory=640 + (size >> 14))
