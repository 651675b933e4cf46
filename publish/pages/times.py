"""When things are: the dates that are said of them, directly or on the OWL-Time nodes that they point to (https://www.w3.org/TR/owl-time/)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, Triple

from publish.facts import Facts
from publish.model import EDTF, RDF, TIME, XSD

TEMPORAL_ENTITY = TIME + "TemporalEntity"

_DATES = {XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")}
_TEMPORAL = {TEMPORAL_ENTITY, TIME + "Instant", TIME + "Interval", TIME + "ProperInterval"}
_YEAR = re.compile(r"(?:^|(?<=/))([0-9]{4})(?![0-9])")
_LONGEST = 200  # years of one thing: more is no year to look under


def is_temporal(iri: str, facts: Facts) -> bool:
    """Whether *iri* is a point or stretch of time."""
    return bool(_TEMPORAL & facts.kinds(iri))


def said(iri: str, facts: Facts) -> list[tuple[str, Literal]]:
    """Return the dates by which to say when *iri* is, each with the property of OWL-Time that it is the beginning or end by, else an empty text.

    Bounds are left out: a day before which something is not says no time of it.
    """
    if RDF + "Statement" in facts.kinds(iri):
        return []  # it is about another thing, and so are its times
    nodes = [iri] if is_temporal(iri, facts) else [triple.object.value for triple in facts.said(iri) if _points_at_time(triple.object, facts)]  # type: ignore[union-attr]  # an IRI
    found: list[tuple[str, Literal]] = []
    for node in sorted(set(nodes)):
        found += [("", literal) for literal in _best(node, facts)]
        for part in ("hasBeginning", "hasEnd"):
            found += [(TIME + part, literal) for end in facts.iris(node, TIME + part) for literal in _best(end, facts)]
    return found


def years(iri: str, facts: Facts) -> frozenset[int]:
    """Return the years in which *iri* is or may be: all between the first and the last that are said."""
    found = {int(year) for literal in _all(iri, facts) for year in _YEAR.findall(literal.value)}
    if not found or max(found) - min(found) > _LONGEST:
        return frozenset(found)
    return frozenset(range(min(found), max(found) + 1))


def _all(iri: str, facts: Facts) -> Iterator[Literal]:
    """The dates of a thing, of the times that it points to, and of their beginnings and ends."""
    seen, waiting = {iri}, [iri]
    while waiting:
        for triple in facts.said(waiting.pop()):
            if isinstance(triple.object, Literal):
                if _is_date(triple.object) and triple.predicate.value != RDF + "object":
                    yield triple.object
            elif _points_at_time(triple.object, facts) and triple.object.value not in seen:  # type: ignore[union-attr]  # an IRI
                seen.add(triple.object.value)  # type: ignore[union-attr]
                waiting.append(triple.object.value)  # type: ignore[union-attr]


def _points_at_time(term: object, facts: Facts) -> bool:
    return is_temporal(getattr(term, "value", ""), facts) if not isinstance(term, Literal) else False


def _best(node: str, facts: Facts) -> list[Literal]:
    """The dates of a time that say when it is, and not only what it is not before or after: those in EDTF, and those by OWL-Time's own properties."""
    dates = {triple.object for triple in facts.said(node) if isinstance(triple.object, Literal) and _is_date(triple.object) and _is_exact(triple)}
    return sorted(dates, key=str)


def _is_exact(triple: Triple) -> bool:
    return triple.predicate.value.startswith(TIME) or (isinstance(triple.object, Literal) and triple.object.datatype.value.startswith(EDTF))


def _is_date(literal: Literal) -> bool:
    return literal.datatype.value in _DATES or literal.datatype.value.startswith(EDTF)
