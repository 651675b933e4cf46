"""One input held against every rule in order, by a function of its bytes alone: it opens nothing and may run anywhere."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import pyoxigraph
from pyoxigraph import BlankNode, Quad, RdfFormat

from publish.intake.characters import decode
from publish.intake.fault import Fault
from publish.intake.jsontext import json_faults
from publish.intake.nesting import nesting_fault
from publish.intake.policy import NOWHERE, Policy
from publish.intake.xmltext import xml_fault
from publish.model import Subject

FAULTS = 1000
"""How many faults of one file are told."""
_STEM = 12
MILD = {"bidi", "iri-nfc", "json-key", "json-keyword"}
"""The rules that let what breaks them through: they are warnings."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What came through: statements in the order of the file, the line on which each one ends, the file's prefixes, its text; every fault on the way."""

    quads: tuple[Quad, ...]
    lines: tuple[int, ...]
    prefixes: Mapping[str, str]
    text: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Syntax:
    """A format: how pyoxigraph parses it, what is looked for in its text before, and whether it takes relative IRIs without a base of its own."""

    form: RdfFormat
    before: Callable[[str], Iterable[Fault]]
    base: str | None = None


def _nesting(text: str) -> Iterable[Fault]:
    return filter(None, (nesting_fault(text),))


def _xml(text: str) -> Iterable[Fault]:
    return filter(None, (xml_fault(text),))


def _nothing(_text: str) -> Iterable[Fault]:
    return ()


SYNTAXES: Mapping[str, Syntax] = {
    ".jsonld": Syntax(RdfFormat.JSON_LD, json_faults, NOWHERE),
    ".nq": Syntax(RdfFormat.N_QUADS, _nesting),
    ".nt": Syntax(RdfFormat.N_TRIPLES, _nesting),
    ".rdf": Syntax(RdfFormat.RDF_XML, _xml, NOWHERE),
    ".trig": Syntax(RdfFormat.TRIG, _nesting),
    ".ttl": Syntax(RdfFormat.TURTLE, _nesting),
}
"""The formats that are read, by the ending of a file's name."""


def admit(file: str, content: bytes, syntax: Syntax) -> Admitted:
    """Return what *content* says, in *syntax*, and everything that is wrong with it; *file* names its blank nodes."""
    text, faults = decode(content)
    faults += syntax.before(text)
    if any(fault.rule not in MILD for fault in faults):
        return Admitted((), (), {}, text, tuple(faults[:FAULTS]))
    read = _Reading(file, text, syntax)
    read.run()
    return Admitted(tuple(read.quads), tuple(read.lines), read.prefixes, text, tuple(_once([*faults, *read.faults])[:FAULTS]))


def statements_about(content: bytes, syntax: Syntax, subjects: Collection[Subject]) -> Iterator[tuple[Quad, int]]:
    """Yield each statement about one of *subjects* in *content*, in *syntax*, which was admitted, with the line on which it ends."""
    stream = _ByLine(decode(content)[0].encode())
    for quad in pyoxigraph.parse(stream, format=syntax.form, base_iri=syntax.base):  # type: ignore[arg-type]  # pyoxigraph takes whatever can read
        if quad.subject in subjects:
            yield quad, stream.line


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once: what was seen in the text at its column is not told again of the statement on the same line."""
    told: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        told.setdefault((fault.rule, fault.line, *fault.words.values()), fault)
    return list(told.values())


class _ByLine:
    """A file that hands out one line a read, and knows the number of that line."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)
        self._ended = True
        self.line = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.readline(size)
        self.line += self._ended and piece != b""
        self._ended = piece.endswith(b"\n")
        return piece


class _Reading:
    """A text as the strict parser reads it: it goes on after a faulty statement."""

    def __init__(self, file: str, text: str, syntax: Syntax) -> None:
        self.quads: list[Quad] = []
        self.lines: list[int] = []
        self.faults: list[Fault] = []
        self.prefixes: Mapping[str, str] = {}
        self._stream = _ByLine(text.encode())
        self._syntax = syntax
        self._names: dict[BlankNode, BlankNode] = {}
        self._stem = sha256(file.encode()).hexdigest()[:_STEM]  # of its own for each file

    def run(self) -> None:
        parser = pyoxigraph.parse(self._stream, format=self._syntax.form, base_iri=self._syntax.base)  # type: ignore[arg-type]  # pyoxigraph takes whatever can read
        policy = Policy()
        while len(self.faults) < FAULTS:
            try:
                quad = next(parser)
            except StopIteration:
                break
            except (SyntaxError, ValueError) as error:
                self.faults.append(self._syntax_fault(error))
                continue
            faults = [*policy.faults(quad, self._stream.line)]
            self.faults += faults
            if not any(fault.rule not in MILD for fault in faults):
                self.quads.append(self._named(quad))
                self.lines.append(self._stream.line)
        self.prefixes = dict(parser.prefixes)

    def _syntax_fault(self, error: Exception) -> Fault:
        line, column = getattr(error, "lineno", None) or self._stream.line, getattr(error, "offset", None) or 0
        said = re.sub(r"^Parser error (?:at|between) line .*?: (?=\S)|\s*\(line \d+\)$", "", str(error), count=2)  # the place is told already
        return Fault("syntax", line, column, {"words": said})

    def _named(self, quad: Quad) -> Quad:
        """Give blank nodes names that depend on the file and the order in it alone: the parser's differ from run to run."""
        if not any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name)):
            return quad
        subject = self._name(quad.subject) if isinstance(quad.subject, BlankNode) else quad.subject
        value = self._name(quad.object) if isinstance(quad.object, BlankNode) else quad.object
        graph = self._name(quad.graph_name) if isinstance(quad.graph_name, BlankNode) else quad.graph_name
        return Quad(subject, quad.predicate, value, graph)

    def _name(self, node: BlankNode) -> BlankNode:
        return self._names.setdefault(node, BlankNode(f"b{self._stem}x{len(self._names)}"))
