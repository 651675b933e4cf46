"""A quick look at a file of data that sees whether anything at all may be wrong with it: most files are right, and need no closer look.

Every rule of `publish.intake`, and of `publish.lint` for one file, is held against the terms of the file, each once, instead of against each
statement. Where any of them might be broken, or is not looked for here, nothing is said: the file is then read as it is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.datatypes import is_valid
from publish.intake.characters import decode
from publish.intake.nesting import nesting_fault
from publish.intake.policy import iri_faults
from publish.lint import DOTS, NOT_FOLLOWED
from publish.model import XSD
from publish.shapes.texts import TEXTS
from publish.turtle import Namespaces

_ESCAPES = ("\\u", "\\U", "\\b", "\\f")
"""What can make a character in a text that does not stand in the file."""
_WATCHED = {b"<" + iri.encode() + b">" for iri in (*NOT_FOLLOWED, *TEXTS)}
_BARE = {XSD + name for name in ("boolean", "decimal", "double", "integer")}
"""The datatypes whose values need not name them in Turtle."""
_BOM = b"\xef\xbb\xbf"


class Doubt(Exception):
    """Something may be wrong."""


def lines_at_a_glance(content: bytes, base: str, tag: bytes, form: RdfFormat = RdfFormat.TURTLE) -> list[bytes]:
    """Return the tagged lines of what a file of the project with *base* states, in its order; it is in *form*, Turtle or N-Triples.

    Raises `Doubt` where anything may be wrong with it.
    """
    text, faults = decode(content)
    if faults or nesting_fault(text) or any(escape in text for escape in _ESCAPES):
        raise Doubt
    parser = pyoxigraph.parse(content.removeprefix(_BOM), format=form)
    try:
        said = pyoxigraph.serialize(parser, format=RdfFormat.N_QUADS) or b""  # which is N-Triples where no graph is named
    except (SyntaxError, ValueError) as error:
        raise Doubt from error
    terms = [line.split(b" ", 2) for line in said.split(b"\n")[:-1]]
    subjects, predicates, values = (set(column) for column in zip(*terms, strict=True)) if terms else (set(), set(), set())
    _look(subjects, predicates, {value[:-2] for value in values}, dict(parser.prefixes), b"<" + base.encode())
    return [
        b"%b\t%b\t%b\t%b\n" % (subject[:-1], predicate[:-1], value[:-3] if value.startswith(b"<") else value[:-2], tag) for subject, predicate, value in terms
    ]


def _look(subjects: set[bytes], predicates: set[bytes], values: set[bytes], prefixes: dict[str, str], base: bytes) -> None:
    literals = [value for value in values if value.startswith(b'"')]
    named = [*subjects, *predicates, *(value for value in values if not value.startswith(b'"'))]
    iris = [*map(_iri, named)]
    typed = [*map(_typed, (literal for literal in literals if literal.endswith(b">")))]
    if not subjects or not predicates.isdisjoint(_WATCHED) or any(not subject.startswith(base) for subject in subjects):
        raise Doubt
    if any(b'"@' in literal and b"--" in literal[literal.rindex(b'"@') :] for literal in literals if not literal.endswith((b">", b'"'))):
        raise Doubt  # a direction of writing
    if any(True for iri in {*iris, *(datatype for _text, datatype in typed)} for _fault in iri_faults(iri)):
        raise Doubt
    if any(map(DOTS.search, map(_iri, subjects))) or not all(is_valid(text, datatype) for text, datatype in typed):
        raise Doubt
    _look_for_prefixes(prefixes, [*iris, *(datatype for _text, datatype in typed if datatype not in _BARE)])


def _look_for_prefixes(prefixes: dict[str, str], iris: Iterable[str]) -> None:
    """Raise `Doubt` where a prefix may have no use."""
    unused = set(prefixes)
    split = Namespaces(prefixes).split
    for iri in iris:
        if not unused:
            return
        unused.discard(split(iri)[0])
    if unused:
        raise Doubt


def _iri(term: bytes) -> str:
    if not term.startswith(b"<") or term.startswith(b"<<"):
        raise Doubt
    return term[1:-1].decode()


def _typed(literal: bytes) -> tuple[str, str]:
    """The text and the datatype of a literal that has one."""
    text, _, datatype = literal.rpartition(b'"^^<')
    if b"\\" in text:
        raise Doubt
    return text[1:].decode(), datatype[:-1].decode()
