"""Make what follows from what is stated: run the project's rules, each a SPARQL CONSTRUCT, until they add nothing.

What comes out stands beside what went in; the stated triples are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store, Triple

from publish.confined import Note
from publish.errors import BadQuery
from publish.model import TYPE, Object, sort_triples
from publish.query import Query
from publish.sparql import load, run

ROUNDS = 20


def derive(stated: Iterable[Triple], judgements: Iterable[Triple], rules: Sequence[Query], note: Note = lambda _file: None) -> list[Triple]:
    """Return *judgements* and all that *rules* construct from everything so far, sorted, without what is stated already.

    *note* is told the file of each rule before it runs.

    Raises `BadQuery` where a rule is no CONSTRUCT, and where the rules still add something after `ROUNDS` rounds.
    """
    known = set(stated)
    given = set(judgements) - known
    known |= given
    followed = follow(load(known), rules, known.__contains__, spellings(triple.object for triple in known), note)
    return sort_triples(given | followed)


def follow(
    store: Store, rules: Sequence[Query], is_known: Callable[[Triple], bool], spelt: Mapping[Literal, Literal], note: Note = lambda _file: None
) -> set[Triple]:
    """Return what *rules* construct from what is in *store*, again and again, and add it there; without what *is_known*.

    *spelt* are the `spellings` of what is in the store. Raises `BadQuery` as `derive` does.
    """
    derived: set[Triple] = set()
    for _ in range(ROUNDS):
        made = (_spelt(triple, spelt) for rule in rules for triple in constructed(store, rule, note))
        added = [triple for triple in made if triple not in derived and not is_known(triple)]
        if not added:
            return derived
        derived.update(added)
        store.extend(Quad(*triple) for triple in added)
    raise BadQuery("endless-rules", rounds=ROUNDS)


def spellings(terms: Iterable[Object]) -> dict[Literal, Literal]:
    """Return, by what a store makes of it, each literal among *terms* that a store would give back in another spelling: 7.50 as 7.5."""
    literals = {term for term in terms if isinstance(term, Literal)}
    numbered = {NamedNode(f"urn:{number}"): literal for number, literal in enumerate(sorted(literals, key=str))}
    given_back = {quad.subject: quad.object for quad in load(Triple(node, TYPE, literal) for node, literal in numbered.items())}
    return {kept: literal for node, literal in numbered.items() if isinstance(kept := given_back[node], Literal) and kept not in literals}


def _spelt(triple: Triple, spellings: Mapping[Literal, Literal]) -> Triple:
    """A triple with its literal as the data spells it."""
    value = triple.object
    return Triple(triple.subject, triple.predicate, spellings.get(value, value)) if isinstance(value, Literal) else triple


def constructed(store: Store, rule: Query, note: Note) -> Iterable[Triple]:
    """Return what *rule* constructs from what is in *store*. Raises `BadQuery` where it is no CONSTRUCT."""
    note(rule.file)
    result = run(store, rule.body, rule.prefixes)
    if not isinstance(result, QueryTriples):
        raise BadQuery("no-construct", file=rule.file)
    return result
