"""Compare two snapshots of a data set, resource by resource.

Blank nodes have no names that last. They are compared by structure: each is named after the canonical form (RDFC-1.0,
https://www.w3.org/TR/rdf-canon/) of all that hangs together with it, up to the IRIs around it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import pyoxigraph
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple

from publish.confined import Limits, Stopped, confined
from publish.errors import Mistake
from publish.model import DATA_GRAPHS, Change, ChangeKind, Object, Snapshot, sort_triples, tombstones, triple_key
from publish.snapshots import ALL

_STEM = 24
_LIMITS = Limits(seconds=4, memory=512)
_Facts = set[tuple[str, Triple]]


class Symmetric(Mistake):
    """Blank nodes that nothing tells apart, too many to be named."""

    exit_code = 1


def compare(old: Snapshot | None, new: Snapshot) -> tuple[Change, ...]:
    """Return what happened to each resource between *old* (nothing, where there is none) and *new*, by code point of its IRI.

    A statement about a blank node belongs to the IRI that the node hangs on.
    """
    before = _by_resource(old, new.dataset) if old else {}
    after = _by_resource(new, new.dataset)
    gone = tombstones(triple for triples in new.graphs.values() for triple in triples)
    changes = (_change(iri, before.get(iri, set()), after.get(iri, set())) for iri in sorted({*before, *after}))
    return tuple(replace(change, kind=ChangeKind.DELETE) if change.iri in gone else change for change in changes if change.added or change.removed)


def comparable(old: Snapshot, new: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Return both with the graphs that both have; where there are none, each with all its data in one graph.

    A base and a data set that only one of them names are those of the other too.
    """
    old, new = (replace(one, base=one.base or other.base, dataset=one.dataset or other.dataset) for one, other in ((old, new), (new, old)))
    shared = [name for name in new.graphs if name in old.graphs]
    if shared:
        return _only(old, shared), _only(new, shared)
    return _merged(old), _merged(new)


def name_by_structure(triples: Sequence[Triple]) -> list[Triple]:
    """Return *triples*, sorted, each blank node with a name that depends on nothing but what hangs together with it.

    The same list at the same place has the same name in every snapshot. Of two that nothing tells apart there is one.
    """
    plain = [triple for triple in triples if not _blank(triple)]
    return sort_triples([*plain, *(triple for part in _named(_components(triples)) for triple in part)])


def _change(iri: str, before: _Facts, after: _Facts) -> Change:
    kind = ChangeKind.UPDATE if before and after else ChangeKind.CREATE if after else ChangeKind.DELETE
    return Change(iri, kind, _sorted(after - before), _sorted(before - after))


def _sorted(facts: _Facts) -> tuple[tuple[str, Triple], ...]:
    return tuple(sorted(facts, key=lambda fact: (*triple_key(fact[1]), fact[0])))


def _by_resource(snapshot: Snapshot, dataset: str) -> Mapping[str, _Facts]:
    facts: dict[str, _Facts] = defaultdict(set)
    for name, triples in snapshot.graphs.items():
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and not _blank(triple):
                facts[triple.subject.value].add((name, triple))
        for part in _named(_components(triples)):
            owner = min((triple.subject.value for triple in part if isinstance(triple.subject, NamedNode)), default=dataset)
            for triple in part:
                facts[triple.subject.value if isinstance(triple.subject, NamedNode) else owner].add((name, triple))
    return facts


def _blank(triple: Triple) -> list[BlankNode]:
    return [term for term in (triple.subject, triple.object) if isinstance(term, BlankNode)]


def _components(triples: Iterable[Triple]) -> Iterator[list[Triple]]:
    """Yield the triples that blank nodes hold together, group by group."""
    groups: dict[BlankNode, list[BlankNode]] = {}
    told = [triple for triple in triples if _blank(triple)]
    for triple in told:
        one, other = (groups.setdefault(node, [node]) for node in (_blank(triple)[0], _blank(triple)[-1]))
        if one is not other:
            small, large = sorted((one, other), key=len)
            large += small
            groups.update(dict.fromkeys(small, large))
    parts: dict[int, list[Triple]] = defaultdict(list)
    for triple in told:
        parts[id(groups[_blank(triple)[0]])].append(triple)
    yield from parts.values()


def _named(parts: Iterable[list[Triple]]) -> Iterator[list[Triple]]:
    """Yield *parts* with canonical names. Raises `Symmetric` where what nothing tells apart takes too long, which it can without end."""
    for part in parts:
        if _is_plain(part):
            yield [*_canonical(part)]
            continue
        try:
            (named,) = confined(lambda _note, part=part: [_n_triples(_canonical(part))], _LIMITS)  # type: ignore[misc]  # the default is no argument
        except Stopped as stopped:
            raise Symmetric("symmetric", count=len({node for triple in part for node in _blank(triple)})) from stopped
        yield [quad.triple for quad in pyoxigraph.parse(named, format=RdfFormat.N_TRIPLES)]


def _is_plain(part: Iterable[Triple]) -> bool:
    """Whether what is said of each blank node beside other blank nodes tells it from all others: naming them takes no trials then."""
    said: dict[BlankNode, list[str]] = defaultdict(list)
    for triple in part:
        ends = [str(term) if not isinstance(term, BlankNode) else "" for term in (triple.subject, triple.object)]
        for node in _blank(triple):
            said[node].append(f"{triple.subject == node} {triple.predicate} {ends}")
    return len({tuple(sorted(about)) for about in said.values()}) == len(said)


def _n_triples(triples: Iterable[Triple]) -> bytes:
    return pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _canonical(part: Iterable[Triple]) -> Iterator[Triple]:
    dataset = Dataset(Quad(*triple) for triple in part)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    stem = "b" + sha256("\n".join(sorted(map(str, dataset))).encode()).hexdigest()[:_STEM]

    def named(term: Object) -> Object:
        return BlankNode(f"{stem}x{term.value.removeprefix('c14n')}") if isinstance(term, BlankNode) else term

    for quad in dataset:
        yield Triple(named(quad.subject), quad.predicate, named(quad.object))  # type: ignore[arg-type]  # a term keeps its kind


def _only(snapshot: Snapshot, names: Iterable[str]) -> Snapshot:
    return replace(snapshot, graphs={name: snapshot.graphs[name] for name in names})


def _merged(snapshot: Snapshot) -> Snapshot:
    """All data in one graph; of a snapshot that has no data, all that it has."""
    names = [name for name in DATA_GRAPHS if name in snapshot.graphs] or list(snapshot.graphs)
    return replace(snapshot, graphs={ALL: sort_triples(triple for name in names for triple in snapshot.graphs[name])})
