"""What bynet lets in is read by rdflib too, and where that reads it otherwise it is known why."""

from __future__ import annotations

from functools import partial

import pyoxigraph
from hypothesis import strategies as st
from pyoxigraph import Quad

from fuzz.causes import Unexplained, explained
from fuzz.made import graphs
from fuzz.parsers import Refused
from fuzz.quads import FORMATS, Reading, reading_of
from fuzz.readers import SYNTAX_WORDS
from fuzz.target import Target
from fuzz.writing import rdflib
from publish.intake.gate import MILD, SYNTAXES, admit

_LOST = {"json-key", "json-keyword"}


def both(content: bytes, form: str) -> None:
    """A document that bynet lets in is read alike by both parsers, or for a known cause otherwise."""
    differences(content, form)


def differences(content: bytes, form: str) -> list[str] | None:
    """Return why rdflib reads *content* otherwise, nothing in it where it does not; None for a document that bynet does not let in."""
    admitted = admit("data/x", content, SYNTAXES[f".{form}"])
    if {fault.rule for fault in admitted.faults} - MILD:
        return None
    document = admitted.text.encode()
    theirs: Reading | str
    try:
        theirs = rdflib().read(document, form)
    except Refused as refused:
        theirs = str(refused)
    try:
        return [*explained(document, form, reading_of(admitted.quads), theirs)]
    except Unexplained:
        if any(fault.rule in _LOST for fault in admitted.faults):
            return ["each parser drops another part of what has no meaning, of which bynet tells that it is lost"]
        raise


def _serialised(form: str, quads: list[Quad]) -> bytes:
    """*quads* as pyoxigraph writes them, for want of any other writer of all formats; nothing where it can't."""
    told = quads if form in {"nq", "trig"} else [quad.triple for quad in quads]
    try:
        return pyoxigraph.serialize(told, format=FORMATS[form]) or b""
    except (ValueError, SyntaxError):
        return b""


def _made(form: str) -> st.SearchStrategy[bytes]:
    return st.builds(partial(_serialised, form), graphs)


TARGETS = tuple(
    Target(f"both-{form}", partial(both, form=form), words, _made(form), corpus=f"gate-{form}", examples=40) for form, words in SYNTAX_WORDS.items()
)
