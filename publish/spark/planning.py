"""What can be said of a project before its data are read: what its shapes and its rules look at, worked out in a child process, as `publish.reaching` does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat, Store
from rdflib.term import URIRef, Variable

from publish.confined import Note, Stopped, confined, limits_for
from publish.derive import constructed
from publish.errors import BadQuery, CheckFailed, Mistake
from publish.model import Project
from publish.query import Query
from publish.reach.algebra import Opaque, Pattern, whole
from publish.reach.joins import Joins, Unjoined
from publish.reach.reach import reach_of
from publish.reach.screen import Screen
from publish.reach.targets import Target
from publish.reach.terms import line_term
from publish.reach.trails import START, Edge, Trails
from publish.reach.weaver import Weaver
from publish.shapes.loading import prepare
from publish.spark.gathering import Automaton
from publish.spark.refusals import Unbounded
from publish.turtle import Namespaces

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seeing:
    """What a rule can see: the *trails* from each value of its *variable*, the subjects of triples with a *predicate*, and with a *value* where it says one."""

    rule: Query
    variable: str
    predicate: bytes
    value: bytes | None
    trails: Trails


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with *shapes*, N-Triples, and with rules: the *names* and *targets* of the shapes, the *automaton* of their trails; what *rules* see.

    Where a rule is *broken* there are none.
    """

    shapes: bytes
    names: tuple[str, ...]
    targets: tuple[Target, ...]
    automaton: Automaton
    rules: tuple[Seeing, ...]
    broken: BadQuery | None


def planned(frame: Project) -> Plan:
    """Return the plan of a project. Raises `Unbounded` that names the rules and shapes that look at more than any part of a cluster has, and `CheckFailed`."""
    shapes = pyoxigraph.serialize(frame.shapes_graph, format=RdfFormat.N_TRIPLES) or b""
    prepare()
    try:
        said, ruled = confined(lambda note: _plan(shapes, frame.rules, note), limits_for(0))
    except Stopped as stopped:
        raise CheckFailed("check-failed", words=f"{stopped.reason} {stopped.noted}".strip()) from stopped
    rules: list[Told] = json.loads(ruled)
    told: list[Told] = json.loads(said)
    automaton = Automaton.of(_trails(one["trails"]) for one in told)
    namespaces = Namespaces(frame.prefixes)
    wide = [mistake for one in told for mistake in _wide(one, automaton, namespaces)]
    wide += [Mistake("rule-unbounded", file=rule.file) for rule, one in zip(frame.rules, rules, strict=True) if one.get("is_wide")]
    if wide:
        raise Unbounded(wide)
    broken = next((BadQuery(**one["broken"]) for one in rules if "broken" in one), None)
    seen = () if broken else tuple(_seeing(rule, one) for rule, one in zip(frame.rules, rules, strict=True))
    targets = tuple(Target(**{name: frozenset(map(str.encode, terms)) for name, terms in one["target"].items()}) for one in told)
    return Plan(shapes, tuple(one["name"] for one in told), targets, automaton, seen, broken)


def _plan(shapes: bytes, rules: Iterable[Query], note: Note) -> Iterator[bytes]:
    """Yield what each shape sees, then what each rule does, as JSON."""
    told = []
    for named in Screen(shapes, ()).shapes:
        note(named.name)
        reach = reach_of(named)
        more = [(one.reason, one.part, None if one.needs is None or one.needs.finding else _texts(one.needs.predicates)) for one in reach.unbounded]
        target = {name: _texts(terms) for name, terms in asdict(named.target).items()}
        told.append({"name": named.name, "target": target, "trails": _trails_told(reach.trails), "more": more})
    yield json.dumps(told).encode()
    yield json.dumps([_told(rule, note) for rule in rules]).encode()


def _told(rule: Query, note: Note) -> Told:
    try:
        constructed(Store(), rule, note)
        seen = seeing(rule)
    except BadQuery as error:
        return {"broken": {"name": error.name, **error.values}}
    except Opaque:
        return {"is_wide": True}
    return {
        "variable": seen.variable,
        "predicate": seen.predicate.decode(),
        "value": seen.value.decode() if seen.value else None,
        "trails": _trails_told(seen.trails),
    }


def seeing(rule: Query) -> Seeing:
    """Return what *rule* can see. Raises `Opaque` where that is not joined to any one of its variables."""
    pattern = whole(rule.code).p
    while pattern.name in {"Project", "Distinct", "Reduced"}:
        pattern = pattern.p
    for variable, predicate, value in _candidates(pattern):
        weaver = Weaver()
        place = weaver.place()
        weaver.join(START, place)
        try:
            Joins(weaver, {variable: place}).weave(pattern)
        except (Opaque, Unjoined):
            continue
        return Seeing(rule, str(variable), predicate, value, weaver.woven())
    raise Opaque


def _candidates(pattern: Pattern) -> list[tuple[Variable, bytes, bytes | None]]:
    """The variables that have a value in each solution, as subjects of triples with a predicate that is known; those with a value that is known first."""
    while pattern.name in {"Filter", "Extend", "LeftJoin", "Join"}:
        pattern = pattern.p1 if pattern.name in {"LeftJoin", "Join"} else pattern.p
    statements = pattern.triples if pattern.name == "BGP" else ()
    found = [
        (subject, line_term(predicate), line_term(value) if isinstance(value, URIRef) else None)
        for subject, predicate, value in statements
        if isinstance(subject, Variable) and isinstance(predicate, URIRef)
    ]
    return sorted(found, key=lambda one: one[2] is None)


def _seeing(rule: Query, one: Told) -> Seeing:
    return Seeing(rule, one["variable"], one["predicate"].encode(), one["value"].encode() if one["value"] else None, _trails(one["trails"]))


def _wide(one: Told, automaton: Automaton, namespaces: Namespaces) -> Iterator[Mistake]:
    """What a shape sees wherever it is, unless that is no more than a vocabulary that shapes climb."""
    for reason, part, predicates in one["more"]:
        if predicates is None or not set(map(str.encode, predicates)) <= automaton.climbed:
            yield Mistake(f"shape-unbounded-{reason}", shape=namespaces.shorten(one["name"]), part=namespaces.shortened(part))


def _trails_told(trails: Trails) -> Sequence[Any]:
    places = [[(edge.predicate.decode(), edge.is_inverse, edge.to, edge.in_query) for edge in edges] for edges in trails.places]
    return places, [(place, term.decode()) for place, term in trails.fixed]


def _trails(told: Sequence[Any]) -> Trails:
    places, fixed = told
    edges = tuple(tuple(Edge(predicate.encode(), *rest) for predicate, *rest in edges) for edges in places)
    return Trails(edges, tuple((place, term.encode()) for place, term in fixed))


def _texts(terms: Iterable[bytes]) -> list[str]:
    return sorted(term.decode() for term in terms)
