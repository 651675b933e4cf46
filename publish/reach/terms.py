"""Terms as lines have them (`publish.bulk.lines`): IRIs without their closing bracket, any other term as N-Triples writes it."""

from __future__ import annotations

import re

from rdflib.term import Node

from publish.model import RDF, RDFS, XSD
from publish.shapes.terms import as_oxigraph

TYPE = f"<{RDF}type".encode()
SUBCLASS = f"<{RDFS}subClassOf".encode()
QUOTE, LESS, UNDERSCORE = b'"<_'
"""The first bytes of a literal, of an IRI and of a blank node."""

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def line_term(term: Node) -> bytes:
    """Return a term of rdflib as lines have it. Raises `ValueError` for an IRI that is none."""
    return in_line(str(as_oxigraph(term)).encode())


def in_line(term: bytes) -> bytes:
    """Return a term of N-Triples as lines have it."""
    return term[:-1] if term[0] == LESS else term


def n_term(term: bytes) -> bytes:
    """Return a term of a line as N-Triples writes it."""
    return term + b">" if term[0] == LESS else term


def line(subject: bytes, predicate: bytes, value: bytes) -> bytes:
    """Return the line of a triple, with its line feed."""
    return b"\t".join((subject, predicate, value)) + b"\n"


def literal(term: bytes) -> tuple[str, str, str]:
    """Return the lexical form of a literal, its language tag (empty where it has none) and the IRI of its datatype."""
    end = term.rfind(b'"')
    tail = term[end + 1 :].decode()
    lexical = _plain(term[1:end])
    if tail.startswith("@"):
        return lexical, tail[1:], RDF + "langString"
    return lexical, "", tail[3:-1] or XSD + "string"


def text(term: bytes) -> str:
    """Return the text of a term: the lexical form of a literal, an IRI itself, the label of a blank node."""
    if term[0] == QUOTE:
        return _plain(term[1 : term.rfind(b'"')])
    return term[1:].decode() if term[0] == LESS else term[2:].decode()


def language(term: bytes) -> bytes:
    """Return the language tag of a literal, in lower case; empty where a term has none."""
    if term[-1] in b'">' or term[0] != QUOTE:
        return b""
    return term[term.rfind(b"@") + 1 :].lower()


def _plain(escaped: bytes) -> str:
    decoded = escaped.decode()
    return _ESCAPE.sub(_character, decoded) if "\\" in decoded else decoded


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _SHORT.get(escape[3], escape[3])
