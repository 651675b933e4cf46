"""What triples from anybody may name, whatever the syntax allows: IRIs that lead into the machine that reads them, or nowhere, are refused."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import is_normalized

from pyoxigraph import Literal, NamedNode, Quad, Triple

from publish.intake.characters import FORBIDDEN, TURNING, code_point
from publish.intake.fault import Fault

NOWHERE = "https://relative.invalid/"
"""The base of IRIs in formats that have one without saying so: what comes out under it was relative (``invalid`` is nobody's, RFC 2606)."""

_UNSAFE = ("file", "javascript", "vbscript", "data")
_SHOWN = 200


class Policy:
    """Holds one file's triples against the rules; what was right once is not looked at again."""

    def __init__(self) -> None:
        self._right: set[NamedNode] = set()

    def faults(self, quad: Quad, line: int) -> Iterator[Fault]:
        """Yield what is wrong with the terms of a statement that ends on *line*."""
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, Triple):
                yield Fault("triple-term", line, words={"name": str(quad.predicate)[:_SHOWN]})
                return
            if isinstance(term, Literal):
                if term.direction is not None:
                    yield Fault("text-direction", line, words={"word": f"@{term.language}--{term.direction}"})
                yield from _in_text(term.value, line)
                yield from self._in_iri(term.datatype, line)
            elif isinstance(term, NamedNode):
                yield from self._in_iri(term, line)

    def _in_iri(self, node: NamedNode, line: int) -> Iterator[Fault]:
        if node in self._right:
            return
        faults = [*iri_faults(node.value, line)]
        yield from faults
        if not faults:
            self._right.add(node)


def iri_faults(iri: str, line: int = 0) -> Iterator[Fault]:
    """Yield what is wrong with *iri* in a statement that ends on *line*."""
    scheme = iri.partition(":")[0].lower()
    if scheme in _UNSAFE:
        yield Fault("iri-scheme", line, words={"word": iri[:_SHOWN], "scheme": scheme})
    elif iri.startswith(NOWHERE):
        yield Fault("iri-relative", line, words={"word": iri.removeprefix(NOWHERE)[:_SHOWN]})
    elif not is_normalized("NFC", iri):
        yield Fault("iri-nfc", line, words={"word": iri[:_SHOWN]})
    elif turning := TURNING.search(iri):
        yield Fault("iri-bidi", line, words={"word": code_point(turning.group())})
    elif forbidden := FORBIDDEN.search(iri):
        yield Fault("control", line, words={"word": code_point(forbidden.group())})


def _in_text(text: str, line: int) -> Iterator[Fault]:
    if forbidden := FORBIDDEN.search(text):
        yield Fault("control", line, words={"word": code_point(forbidden.group())})
    if turning := TURNING.search(text):
        yield Fault("bidi", line, words={"word": code_point(turning.group())})
