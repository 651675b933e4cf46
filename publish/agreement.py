"""How far a graph in a triple store agrees with a release: how many triples, which hash, and which ones differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from publish.lines import BLANK, Desk, Lines
from publish.texts import text
from publish.values import same_values

EXAMPLES = 3
KINDS = ("missing", "extra", "otherwise")

_LONG = 400


@dataclass(frozen=True, slots=True)
class Some:
    """So many triples, and the first few of them as N-Triples."""

    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One graph: its IRI, how many triples it should have and their sha256, how many it has and theirs, and what differs.

    The hashes (hexadecimal) are of the canonical form; *found_sha256* is empty where there are blank nodes, which the release never has.
    *otherwise* says in pairs what the store writes otherwise, with the same value.
    """

    graph: str
    count: int
    sha256: str
    found: int
    found_sha256: str
    missing: Some
    extra: Some
    otherwise: Some

    @property
    def is_exact(self) -> bool:
        """Whether the graph is the release's to the letter."""
        return not (self.missing.count or self.extra.count or self.otherwise.count)

    @property
    def is_right(self) -> bool:
        """Whether every triple is the release's, with its value."""
        return not (self.missing.count or self.extra.count)


def agreement(graph: str, both: tuple[Lines, Lines], differences: tuple[Lines, Lines], desk: Desk) -> Agreement:
    """Return how far the triples of *graph* agree: *both* are what it should have and what it has, *differences* what it lacks and has beside."""
    (wanted, found), (missing, extra) = both, differences
    pairs = dict(same_values(missing, extra))
    known = set(pairs.values())
    otherwise = (line for pair in pairs.items() for line in pair)
    digest = "" if any(BLANK.match(line) for line in extra) else found.sha256
    lost = desk.keep(line for line in missing if line not in pairs)
    strange = desk.keep(line for line in extra if line not in known)
    return Agreement(graph, wanted.count, wanted.sha256, found.count, digest, _some(lost), _some(strange), Some(len(pairs), _first(otherwise, 2 * EXAMPLES)))


def as_text(agreements: Iterable[Agreement], language: str) -> Iterator[str]:
    """Yield for each graph a line for each way in which it differs, and under it a line for each example."""
    for one in agreements:
        if one.count and not one.found:
            yield f"{one.graph}: {text(language, 'agreement.empty')}"
            continue
        for kind in KINDS:
            some: Some = getattr(one, kind)
            if some.count:
                yield f"{one.graph}: {text(language, f'agreement.{kind}', count=some.count)}"
                yield from (f"  {example}" for example in some.examples)


def as_json(agreements: Iterable[Agreement]) -> str:
    """Return all that is known of each graph, as JSON."""
    return json.dumps({"graphs": [asdict(one) for one in agreements]}, ensure_ascii=False, indent=2)


def summary(agreements: Sequence[Agreement], language: str) -> list[str]:
    """Return a line for each graph: how many triples it has, of how many, and whether the hash is the release's."""
    names = {True: "agreement.equal", False: "agreement.differs"}
    return [text(language, names[one.is_exact], graph=one.graph, count=one.count, found=one.found, digest=one.sha256) for one in agreements]


def _some(lines: Lines) -> Some:
    return Some(lines.count, _first(lines, EXAMPLES))


def _first(lines: Iterable[bytes], most: int) -> tuple[str, ...]:
    """The first few of *lines*, each cut where it is long."""
    shown = (line.decode().rstrip("\n") for line in islice(lines, most))
    return tuple(line if len(line) <= _LONG else f"{line[:_LONG]}…" for line in shown)
