"""Make what follows from what is stated: run the project's rules, each a SPARQL CONSTRUCT, until they add nothing.

What comes out stands beside what went in; the stated triples are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Quad, QueryTriples, Store, Triple

from publish.errors import BadQuery
from publish.model import Query, sort_triples
from publish.sparql import load, run

ROUNDS = 20


def derive(stated: Iterable[Triple], judgements: Iterable[Triple], rules: Sequence[Query]) -> list[Triple]:
    """Return *judgements* and all that *rules* construct from everything so far, sorted, without what is stated already.

    Raises `BadQuery` where a rule is no CONSTRUCT, and where the rules still add something after `ROUNDS` rounds.
    """
    known = set(stated)
    derived = set(judgements) - known
    store = load(known | derived)
    for _ in range(ROUNDS):
        added = [triple for rule in rules for triple in _construct(store, rule) if triple not in known and triple not in derived]
        if not added:
            return sort_triples(derived)
        derived.update(added)
        store.extend(Quad(*triple) for triple in added)
    raise BadQuery("endless-rules", rounds=ROUNDS)


def _construct(store: Store, rule: Query) -> Iterable[Triple]:
    result = run(store, rule.body, rule.prefixes)
    if not isinstance(result, QueryTriples):
        raise BadQuery("no-construct", file=rule.file)
    return result
