"""Shapes that anybody wrote: they are judged or told to be wrong, what makes that quick changes no result, and queries stay what they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib.namespace import SH

from fuzz.target import Target
from publish.errors import BadQuery
from publish.gate import admit
from publish.shapes import judgement, loading
from publish.shapes.answer import Answer, understood
from publish.shapes.components import install
from publish.shapes.data import pre_bound
from publish.shapes.plan import plan
from publish.shapes.terms import tame
from publish.tokens import tokens

_MOST = 60
_SLOW = {SH.pattern, SH.sparql, SH.select, SH.ask, SH.construct, SH.js}
"""What may take for ever: the process in which shapes are worked through has limits of its own for that."""
_TERM, _TEXT = rdflib.URIRef("https://example.org/id/this"), rdflib.Literal('"?this {', lang="en")
_PLAIN = re.compile(r"[?$]\w+")
"""The variables that are found in the queries of shapes: a middle dot, which SPARQL lets into a name, ends it there."""
_INSTEAD = {"this": ("<https://example.org/id/this>",), "value": ('"\\"?this {"', "@en")}


@cache
def _prepared() -> None:
    """Make this process ready, as the one is in which shapes are judged."""
    tame()
    install()


def judged(data: bytes, shapes: bytes, planned: Callable[[rdflib.Graph], rdflib.Graph] = plan) -> Answer:
    """Return what is found in *data* by *shapes*, both N-Triples, in this process, when the shapes are *planned* so."""
    _prepared()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "plan", planned)
        told = list(judgement.judge(data, shapes, 0, lambda _words: None))
    return understood(json.dumps({"judged": told, "stopped": [], "software": {}}).encode())


def shapes(content: bytes) -> None:
    """Shapes are judged, whatever is in them, and with the same results whether they are taken as they are or as they are planned."""
    triples = _triples(content)
    if triples is not None:
        quick, plain = (judged(triples, triples, planned) for planned in (plan, lambda graph: graph))
        if not quick.failures and not plain.failures:
            assert _comparable(quick.results) == _comparable(plain.results), "the plan changes what is found"


def _comparable(results: Iterable[Mapping[str, object]]) -> list[str]:
    """Results as lines, without what names blank nodes or tells in words what was given."""
    return sorted(
        {
            json.dumps({name: value for name, value in result.items() if name not in {"messages", "shape"} and not str(value).startswith("_:")})
            for result in results
        }
    )


def _triples(content: bytes) -> bytes | None:
    """The N-Triples of Turtle that is not too long, and has nothing in it that may take for ever."""
    try:
        read = [quad.triple for quad in pyoxigraph.parse(content, format=RdfFormat.TURTLE)]
    except (SyntaxError, ValueError):
        return None
    slow = {pyoxigraph.NamedNode(str(word)) for word in _SLOW}
    odd = any(triple.predicate in slow or isinstance(triple.object, pyoxigraph.Triple) for triple in read)
    return None if odd or len(read) > _MOST else pyoxigraph.serialize(read, format=RdfFormat.N_TRIPLES)


def bound(content: bytes) -> None:
    """Where values are put into a query that may be run, every word of its patterns but the variables stays as it is."""
    text = content.decode(errors="replace")
    try:
        admit(text)
        if not all(_PLAIN.fullmatch(token.text) for token in tokens(text) if token.kind == "variable"):
            return
    except BadQuery:
        return
    put = pre_bound(text, {"this": _TERM, "value": _TEXT})
    if put is not None:
        assert _pattern(put) == [word for found in _pattern(text) for word in _INSTEAD.get(found[1:] if found[0] in "?$" else "", (found,))]


def _pattern(query: str) -> list[str]:
    """The tokens of *query* from its first brace."""
    found = [token.text for token in tokens(query)]
    return found[found.index("{") :] if "{" in found else []


TARGETS = (Target("shapes", shapes, "shacl", examples=25), Target("bound", bound, "bound"))
