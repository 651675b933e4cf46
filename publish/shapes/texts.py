"""The texts in shapes that are programs: queries and regular expressions. Which of them cannot be used, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import Literal, Store, Triple

from publish.errors import BadQuery
from publish.gate import admit
from publish.model import SHACL
from publish.sparql import run
from publish.tokens import tokens

_PATTERN, _FLAGS = SHACL + "pattern", SHACL + "flags"
_QUERIES = {SHACL + name for name in ("ask", "construct", "select")}
_KNOWN_FLAGS = set("im")
TEXTS = frozenset({_PATTERN, _FLAGS, *_QUERIES})
"""The properties whose values are programs."""
Told = tuple[str, Mapping[str, str]]
"""The rule, and what its message says."""


def text_faults(triple: Triple, prefixes: Mapping[str, str], trying: Callable[[], object]) -> Iterator[Told]:
    """Yield what is wrong with the query, pattern or flags that *triple* gives; nothing where it gives none. *trying* is told before one is tried."""
    word, value = triple.predicate.value, triple.object
    if not isinstance(value, Literal):
        return
    if word in _QUERIES:
        trying()
        yield from _query_faults(value.value, prefixes)
    elif word == _PATTERN:
        trying()
        yield from _pattern_faults(value.value)
    elif word == _FLAGS and not set(value.value) <= _KNOWN_FLAGS:
        yield "bad-flags", {}


def _query_faults(query: str, prefixes: Mapping[str, str]) -> Iterator[Told]:
    try:
        named = "FROM" if admit(query).dataset else next((token.text for token in tokens(query) if token.kind == "word" and "GRAPH" in token.word), "")
        run(Store(), query, prefixes)
    except BadQuery as error:
        yield error.name, {name: str(value) for name, value in error.values.items() if name == "words"}
    else:
        if named:
            yield "query-dataset", {"words": named}


def _pattern_faults(pattern: str) -> Iterator[Told]:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield "bad-pattern", {"words": str(error)}
