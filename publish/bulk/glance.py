"""A quick look at a file of data that sees whether anything at all may be wrong with it: most files are right, and need no closer look.

Every rule of `publish.intake`, and of `publish.lint` for one file, is held against the terms of the file, each once, instead of against each
statement. Where any of them might be broken, or is not looked for here, nothing is said: the file is then read as it is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, repeat

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.datatypes import is_valid
from publish.intake.characters import decode
from publish.intake.nesting import nesting_fault
from publish.intake.policy import NOWHERE, iri_faults
from publish.lint import DOTS, NOT_FOLLOWED
from publish.model import XSD
from publish.shapes.texts import TEXTS
from publish.turtle import Namespaces

_ESCAPES = ("\\u", "\\U", "\\b", "\\f")
"""What can make a character in a text that does not stand in the file."""
_WATCHED = {b"<" + iri.encode() + b">" for iri in (*NOT_FOLLOWED, *TEXTS)}
_BARE = {XSD + name for name in ("boolean", "decimal", "double", "integer")}
"""The datatypes whose values need not name them in Turtle."""
_USUAL = re.compile(rb"<https?://(?!%b)[a-z0-9-]+(?:\.[a-z0-9-]+)*/[A-Za-z0-9/_#-]*>" % re.escape(NOWHERE.partition("//")[2].encode())).fullmatch
"""What most IRIs are: no rule for IRIs can be broken there."""
_TYPED = re.compile(r'^"([^"\\\n]*)"\^\^<([^>\n]*)>$', re.MULTILINE)
"""A literal with a datatype, a line for itself, that has no escapes: its text, its datatype."""
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
    if not said:
        raise Doubt
    subjects, predicates, values = zip(*map(bytes.split, said.split(b"\n")[:-1], repeat(b" "), repeat(2)), strict=True)
    _look({*subjects}, {*predicates}, {value[:-2] for value in {*values}}, dict(parser.prefixes), b"<" + base.encode())
    return [
        b"%b\t%b\t%b\t%b\n" % (subject[:-1], predicate[:-1], value[:-3] if value.startswith(b"<") else value[:-2], tag)
        for subject, predicate, value in zip(subjects, predicates, values, strict=True)
    ]


def _look(subjects: set[bytes], predicates: set[bytes], values: set[bytes], prefixes: dict[str, str], base: bytes) -> None:
    literals = [value for value in values if value.startswith(b'"')]
    named = {*subjects, *predicates, *values.difference(literals)}
    with_datatype = [literal for literal in literals if literal.endswith(b">")]
    typed = _TYPED.findall(b"\n".join(with_datatype).decode())
    datatypes = {datatype for _text, datatype in typed}
    tags = {literal[literal.rindex(b'"') :] for literal in literals if not literal.endswith((b">", b'"'))}
    foreign = [subject for subject in subjects if not subject.startswith(base)]
    directed = [tag for tag in tags if b"--" in tag]  # texts with a direction of writing
    if foreign or directed or len(typed) < len(with_datatype) or not predicates.isdisjoint(_WATCHED):
        raise Doubt
    unusual = {term for term in named if not _USUAL(term)}
    if any(True for iri in datatypes.union(map(_iri, unusual)) for _fault in iri_faults(iri)):
        raise Doubt
    if any(map(DOTS.search, map(_iri, unusual & subjects))) or not all(is_valid(text, datatype) for text, datatype in typed):
        raise Doubt
    _look_for_prefixes(prefixes, chain(named, (b"<%b>" % datatype.encode() for datatype in datatypes - _BARE)))


def _look_for_prefixes(prefixes: dict[str, str], terms: Iterable[bytes]) -> None:
    """Raise `Doubt` where a prefix may have no use."""
    unused = {name: b"<" + iri.encode() for name, iri in prefixes.items()}
    split, starts = Namespaces(prefixes).split, tuple(unused.values())
    for term in terms:
        if term.startswith(starts) and unused.pop(split(_iri(term))[0], b""):
            starts = tuple(unused.values())
    if unused:
        raise Doubt


def _iri(term: bytes) -> str:
    if not term.startswith(b"<") or term.startswith(b"<<"):
        raise Doubt
    return term[1:-1].decode()
