"""The diagram of an ontology: its classes, what they are kinds of, and the properties that lead from one to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from publish.model import OWL, RDFS, SHACL, TYPE
from publish.pictures.labels import Box, line_box, line_size, of_thing, on_line, thing_box, thing_size
from publish.pictures.layout import ACROSS, Plan, drawn, laid_out, roomy
from publish.shown import Value

CLASSES = 50
"""Classes that one diagram shows at most: the best connected ones."""
_CLASSES = (OWL + "Class", RDFS + "Class")


@dataclass(frozen=True, slots=True)
class Ontology:
    """The picture: classes and properties, the paths from class to superclass, from class to properties and on; its size; how many classes are left out."""

    classes: tuple[Box, ...]
    boxes: tuple[Box, ...]
    kinds: tuple[str, ...]
    leaving: tuple[str, ...]
    arriving: tuple[str, ...]
    width: int
    height: int
    properties: int
    left_out: int


Pair = tuple[str, str]


def ontology_of(triples: Iterable[Triple], base: str, value: Callable[[str], Value]) -> Ontology:
    """Return the diagram of the classes under *base* that *triples* tell of, with the superclasses that they name and the properties between classes."""
    facts = _facts(triples)
    kinds, joined = _kinds(facts, base), _joined(facts, base)
    every = {iri for iri in facts.get(TYPE.value, {}) if iri.startswith(base) and not facts[TYPE.value][iri].isdisjoint(_CLASSES)}
    every |= {iri for pair in (*kinds, *joined) for iri in pair}
    degrees = Counter(iri for pair in (*kinds, *joined) for iri in pair)
    kept = sorted(sorted(every, key=lambda iri: (-degrees[iri], not iri.startswith(base), iri))[:CLASSES])
    kinds = [pair for pair in kinds if set(pair) <= set(kept)]
    joined = {pair: names for pair, names in joined.items() if set(pair) <= set(kept)}
    things = [of_thing(value(iri)) for iri in kept]
    between = [[on_line(value(name), value(name)) for name in names] for names in joined.values()]
    links = _links(kept, kinds, list(joined))
    plan = laid_out(roomy([*map(thing_size, things), *map(line_size, between)], links), links, ACROSS)
    looks = ["thing own" if iri.startswith(base) else "thing other" for iri in kept]
    broader, leaving, arriving = _paths(plan, len(kinds), list(joined))
    return Ontology(
        classes=tuple(thing_box(label, look, place) for label, look, place in zip(things, looks, plan.places, strict=False)),
        boxes=tuple(line_box(labels, place) for labels, place in zip(between, plan.places[len(kept) :], strict=True)),
        kinds=broader,
        leaving=leaving,
        arriving=arriving,
        width=plan.width,
        height=plan.height,
        properties=len({name for names in joined.values() for name in names}),
        left_out=len(every) - len(kept),
    )


def _paths(plan: Plan, kinds: int, joined: Sequence[Pair]) -> tuple[tuple[str, ...], ...]:
    """The lines of *plan* as paths: from *kinds* classes to what they are kinds of, from classes to their properties, from these on.

    The arrow of a property that leads back to its own class stands at the only line between the two.
    """
    loops = [number for number, (domain, reach) in enumerate(joined, kinds) if domain == reach]
    back = {*range(kinds), *loops}
    paths = [drawn(line[::-1] if number in back else line) for number, line in enumerate(plan.lines)]
    end = kinds + len(joined)
    leaving = tuple(path for number, path in enumerate(paths[:end]) if number not in back)
    return tuple(paths[:kinds]), leaving, (*paths[end:], *(paths[number] for number in loops))


def _facts(triples: Iterable[Triple]) -> dict[str, dict[str, set[str]]]:
    """The IRIs that stand after each property, by property and subject."""
    found: dict[str, dict[str, set[str]]] = {}
    for triple in triples:
        if isinstance(triple.object, NamedNode) and not isinstance(triple.subject, Triple):
            found.setdefault(triple.predicate.value, {}).setdefault(triple.subject.value, set()).add(triple.object.value)
    return found


def _kinds(facts: Mapping[str, Mapping[str, set[str]]], base: str) -> list[Pair]:
    """The superclasses of the own classes: each pair from the superclass to the class."""
    named = facts.get(RDFS + "subClassOf", {})
    return sorted((broad, iri) for iri, every in named.items() if iri.startswith(base) for broad in every if broad != iri)


def _joined(facts: Mapping[str, Mapping[str, set[str]]], base: str) -> dict[Pair, list[str]]:
    """The properties that lead from one class to another, by these two."""
    stated = set(_stated(facts, base))
    known = {name for _, _, name in stated}
    found: dict[Pair, set[str]] = {}
    for domain, reach, name in stated | {each for each in _shaped(facts, base) if each[2] not in known}:
        found.setdefault((domain, reach), set()).add(name)
    return {pair: sorted(found[pair]) for pair in sorted(found)}


def _stated(facts: Mapping[str, Mapping[str, set[str]]], base: str) -> Iterator[tuple[str, str, str]]:
    domains, ranges, types = (facts.get(name, {}) for name in (RDFS + "domain", RDFS + "range", TYPE.value))
    for name in domains:
        if name.startswith(base) and OWL + "DatatypeProperty" not in types.get(name, set()):
            yield from ((domain, reach, name) for domain in domains[name] for reach in ranges.get(name, set()))


def _shaped(facts: Mapping[str, Mapping[str, set[str]]], base: str) -> Iterator[tuple[str, str, str]]:
    """What shapes say of the values of own classes: these are of a class too."""
    targets, shapes, paths, classes = (facts.get(SHACL + name, {}) for name in ("targetClass", "property", "path", "class"))
    for shape, every in targets.items():
        for part in shapes.get(shape, set()):
            for domain in every:
                if domain.startswith(base):
                    yield from ((domain, reach, name) for name in paths.get(part, set()) for reach in classes.get(part, set()))


def _links(kept: Sequence[str], kinds: Iterable[Pair], joined: Sequence[Pair]) -> list[tuple[int, int]]:
    """From superclasses to their classes, from each class to its properties, and from these on to the class that they lead to, if it is another."""
    numbers = {iri: number for number, iri in enumerate(kept)}
    links = [(numbers[broad], numbers[iri]) for broad, iri in kinds]
    links += [(numbers[domain], number) for number, (domain, _) in enumerate(joined, len(kept))]
    return links + [(number, numbers[reach]) for number, (domain, reach) in enumerate(joined, len(kept)) if reach != domain]
