"""Where in a source a passage stands: W3C Web Annotation's specific resources with a text position and a text quote.

https://www.w3.org/TR/annotation-model/#selectors. Positions are in characters (Unicode code points), the end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.facts import Facts
from publish.model import OA

SPECIFIC_RESOURCE = OA + "SpecificResource"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a source, by IRIs: from *start* to *end*, with the key words that mark it (empty for none)."""

    iri: str
    source: str
    start: int
    end: int
    exact: str


def passage(iri: str, facts: Facts) -> Passage | None:
    """Return where the specific resource *iri* stands in its source; nothing where it has no position."""
    selectors, seen = [iri], {iri}
    for node in selectors:  # a selector may be refined by others; each is looked at once
        near = {other for name in ("hasSelector", "refinedBy") for other in facts.iris(node, OA + name)} - seen
        selectors += sorted(near)
        seen |= near
    start, end = (next((value for node in selectors if (value := _number(facts.value(node, OA + name))) is not None), None) for name in ("start", "end"))
    if start is None or end is None:
        return None
    exact = next((text for node in selectors if (text := facts.value(node, OA + "exact"))), "")
    return Passage(iri, facts.value(iri, OA + "hasSource"), start, end, exact)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004  # no source is longer
