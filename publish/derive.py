"""Make what follows from what is stated: run the project's rules, each a SPARQL CONSTRUCT, until they add nothing.

What comes out stands beside what went in; the stated triples are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store, Triple

from publish.confined import Note
from publish.errors import BadQuery
from publish.model import TYPE, sort_triples
from publish.query import Query
from publish.sparql import load, run

ROUNDS = 20


def derive(stated: Iterable[Triple], judgements: Iterable[Triple], rules: Sequence[Query], note: Note = lambda _file: None) -> list[Triple]:
    """Return *judgements* and all that *rules* construct from everything so far, sorted, without what is stated already.

    *note* is told the file of each rule before it runs.

    Raises `BadQuery` where a rule is no CONSTRUCT, and where the rules still add something after `ROUNDS` rounds.
    """
    known = set(stated)
    derived = set(judgements) - known
    store = load(known | derived)
    spellings = _spellings(known | derived)
    for _ in range(ROUNDS):
        made = (_spelt(triple, spellings) for rule in rules for triple in _construct(store, rule, note))
        added = [triple for triple in made if triple not in known and triple not in derived]
        if not added:
            return sort_triples(derived)
        derived.update(added)
        store.extend(Quad(*triple) for triple in added)
    raise BadQuery("endless-rules", rounds=ROUNDS)


def _spellings(triples: Iterable[Triple]) -> dict[Literal, Literal]:
    """Return, by what the store makes of it, each literal that the store would give back in another spelling: 7.50 as 7.5."""
    literals = {triple.object for triple in triples if isinstance(triple.object, Literal)}
    numbered = {NamedNode(f"urn:{number}"): literal for number, literal in enumerate(sorted(literals, key=str))}
    given_back = {quad.subject: quad.object for quad in load(Triple(node, TYPE, literal) for node, literal in numbered.items())}
    return {kept: literal for node, literal in numbered.items() if isinstance(kept := given_back[node], Literal) and kept not in literals}


def _spelt(triple: Triple, spellings: Mapping[Literal, Literal]) -> Triple:
    """A triple with its literal as the data spells it."""
    value = triple.object
    return Triple(triple.subject, triple.predicate, spellings.get(value, value)) if isinstance(value, Literal) else triple


def _construct(store: Store, rule: Query, note: Note) -> Iterable[Triple]:
    note(rule.file)
    result = run(store, rule.body, rule.prefixes)
    if not isinstance(result, QueryTriples):
        raise BadQuery("no-construct", file=rule.file)
    return result
