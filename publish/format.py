"""Rewrite a Turtle source in the house style, its comments kept: at the head of the file, or above the block they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from pyoxigraph import BlankNode, Triple

from publish.errors import Mistake
from publish.model import FIRST, Source, Subject, sort_triples
from publish.turtle import Namespaces, write_blocks

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''" r'|"(?:[^"\\\n]|\\.)*"' r"|'(?:[^'\\\n]|\\.)*'" r"|<[^<>\s]*>|(?P<comment>#[^\n]*)"
)


class Unformattable(Mistake):
    """A source that the house style cannot hold: a comment inside a block, a blank node that is no list."""


def format_source(source: Source) -> str:
    """Return the text of *source* in the house style. Raises `Unformattable`."""
    _refuse_blank_nodes(source)
    head, above, tail = _comments(source)
    triples = sort_triples(source.triples)
    namespaces = Namespaces(source.prefixes)
    prefixes = [f"@prefix {name}: <{iri}> .\n" for name, iri in namespaces.used(triples).items()]
    try:
        blocks = ["".join(above.get(subject, [])) + block for subject, block in write_blocks(triples, namespaces)]
    except RecursionError as error:
        raise Unformattable("too-deep", file=source.file) from error
    parts = ["".join(lines) for lines in (head, prefixes) if lines]
    return "\n".join([*parts, *blocks, *(["".join(tail)] if tail else [])])


def _comments(source: Source) -> tuple[list[str], dict[Subject, list[str]], list[str]]:
    """Return the comments at the head, those above each subject's block, and those after the last one."""
    head: list[str] = []
    above: dict[Subject, list[str]] = {}
    tail: list[str] = []
    start = _first_statement(source.text)
    for place, line, comment in _comment_lines(source):
        following = [(at, triple) for at, triple in zip(source.lines, source.triples, strict=True) if at > line]
        if place < start:
            head.append(f"{comment}\n")
        elif following:
            above.setdefault(_block_subject(following[0][1], source), []).append(f"{comment}\n")
        else:
            tail.append(f"{comment}\n")
    return head, above, tail


def _comment_lines(source: Source) -> Iterator[tuple[int, int, str]]:
    """Yield each comment's place, line and text. Raises `Unformattable` for one that stands inside a block."""
    around = list(pairwise(zip(source.lines, source.triples, strict=True)))
    for match in _TOKEN.finditer(source.text):
        if match["comment"]:
            line = source.text.count("\n", 0, match.start()) + 1
            alone = not source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
            inside = any(before[0] <= line <= after[0] and before[1].subject == after[1].subject for before, after in around)
            if inside or not alone:
                raise Unformattable("comment-inside", file=source.file, line=line)
            yield match.start(), line, match["comment"].rstrip()


def _block_subject(triple: Triple, source: Source) -> Subject:
    """The subject in whose block *triple* stands: that of the next triple that is not part of a list."""
    place = source.triples.index(triple)
    return next((other.subject for other in source.triples[place:] if not isinstance(other.subject, BlankNode)), triple.subject)


def _first_statement(text: str) -> int:
    match = re.compile(r"(?:\s|#[^\n]*)*").match(text)
    return match.end() if match else 0


def _refuse_blank_nodes(source: Source) -> None:
    listed = {triple.subject for triple in source.triples if triple.predicate == FIRST}
    for triple, line in zip(source.triples, source.lines, strict=True):
        for term in (triple.subject, triple.object):
            if isinstance(term, BlankNode) and term not in listed:
                raise Unformattable("blank-node-format", file=source.file, line=line)
