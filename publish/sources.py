"""Hold the passages against the text they point into, and tell how much of that text is explained.

A passage is what has an `oa:hasSource` and, through `oa:hasSelector`, an `oa:start` and `oa:end` (Web Annotation, section
4.2.5: code points, the end exclusive), perhaps with the `oa:exact` words that stand inside it. What points at a passage is
a fact; a passage that nothing points at supports none. ``def:withheld`` counts the passages after one that are not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from publish.errors import WrongPage
from publish.model import OA, RDFS, SPDX
from publish.sparql import run

_SOURCE = "SELECT ?source WHERE { ?source spdx:checksum/spdx:checksumValue ?digest FILTER(LCASE(STR(?digest)) = '%s') }"
_PASSAGES = """SELECT ?passage ?start ?end (SAMPLE(?words) AS ?quote) (SAMPLE(?number) AS ?withheld) WHERE {
  ?passage oa:hasSource <%s> ; oa:hasSelector ?position . ?position oa:start ?start ; oa:end ?end .
  OPTIONAL { ?position oa:refinedBy?/oa:exact ?words }
  OPTIONAL { ?passage <%sdef/withheld> ?number }
} GROUP BY ?passage ?start ?end ORDER BY ?start ?end ?passage"""
_FACTS = "SELECT DISTINCT ?fact ?passage WHERE { ?passage oa:hasSource <%s> . ?fact ?relation ?passage } ORDER BY ?fact ?passage"
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)
_NOWHERE = -1
_PREFIXES = {"oa": OA, "rdfs": RDFS, "spdx": SPDX}


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the source, in code points, end exclusive; *withheld* passages that are not listed follow it."""

    iri: str
    start: int
    end: int
    quote: str
    facts: tuple[str, ...]
    withheld: int

    def fault(self, text: str) -> str:
        """Say what is wrong with the passage: ``outside`` the text, a ``quote`` that is not there, or nothing."""
        if not 0 <= self.start < self.end <= len(text):
            return "outside"
        return "" if self.quote in text[self.start : self.end] else "quote"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the source and what it is: ``facts``, ``no-fact``, ``withheld`` or ``unexplained``."""

    kind: str
    start: int
    end: int


def passages(store: Store, page: bytes, base: str, file: object) -> list[Passage]:
    """Return the passages of the source that *page* is, in its order. Raises `WrongPage` where no source has its sha256."""
    digest = sha256(page).hexdigest()
    source = next((source for (source,) in _rows(store, _SOURCE % digest)), None)
    if source is None:
        raise WrongPage("wrong-page", file=file, digest=digest)
    facts: dict[str, list[str]] = {}
    for fact, passage in _rows(store, _FACTS % source):
        facts.setdefault(passage, []).append(fact)
    return [
        Passage(passage, _whole(start, _NOWHERE), _whole(end, _NOWHERE), quote, tuple(facts.get(passage, ())), _whole(withheld, 0))
        for passage, start, end, quote, withheld in _rows(store, _PASSAGES % (source, base))
    ]


def stretches(text: str, listed: Sequence[Passage]) -> list[Stretch]:
    """Return what each part of *text* is, in order; parts without a letter or digit are left out, and so is what stands outside the text."""
    kinds = ["unexplained"] * len(text)
    listed = [passage for passage in listed if passage.fault(text) != "outside"]
    for passage in listed:
        if passage.withheld:
            end = min((other.start for other in listed if other.start >= passage.end), default=len(text))
            kinds[passage.end : end] = ["withheld"] * (end - passage.end)
    for kind, wanted in (("no-fact", False), ("facts", True)):
        for passage in listed:
            if bool(passage.facts) is wanted:
                kinds[passage.start : passage.end] = [kind] * len(text[passage.start : passage.end])
    cuts = [0, *(place for place in range(1, len(text)) if kinds[place] != kinds[place - 1]), len(text)]
    found = (Stretch(kinds[start], start, end) for start, end in pairwise(cuts) if start < end)
    return [stretch for stretch in found if _counted(text[stretch.start : stretch.end])]


def coverage(text: str, parts: Iterable[Stretch]) -> Mapping[str, int]:
    """Return how many letters and digits of *text* are of each kind."""
    counts = dict.fromkeys(("facts", "no-fact", "withheld", "unexplained"), 0)
    for part in parts:
        counts[part.kind] += _counted(text[part.start : part.end])
    return counts


def _whole(lexical: str, otherwise: int) -> int:
    """The whole number that *lexical* is, else what it is *otherwise*."""
    return int(lexical) if _NUMBER.fullmatch(lexical) else otherwise


def _counted(text: str) -> int:
    return sum(map(str.isalnum, text))


def _rows(store: Store, query: str) -> Iterator[tuple[str, ...]]:
    """Yield each row of an answer as the texts of its terms, an empty one where there is none."""
    answer = run(store, query, _PREFIXES)
    assert isinstance(answer, QuerySolutions)
    for row in answer:
        yield tuple(term.value if isinstance(term, NamedNode | Literal) else "" for term in row)
