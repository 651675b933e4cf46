"""The data that shapes are held against: rdflib's graph, whose SPARQL pyoxigraph answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from typing import Any

import pyoxigraph
import rdflib
from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat
from rdflib.query import Result
from rdflib.term import Node, Variable

from publish.errors import BadQuery
from publish.gate import admit
from publish.shapes.terms import as_oxigraph, as_rdflib, fill
from publish.sparql import run, words_of

_BINDINGS = 3  # the place of initBindings among the other arguments of rdflib's Graph.query
_VARIABLE = re.compile(r"[?$](\w+)")
_NOT_PRE_BOUND = re.compile(r"\*|\bAS\b", re.IGNORECASE)
_NOT_PRE_BOUND_INSIDE = re.compile(r"\b(?:SELECT|GROUP|VALUES)\b|\bBOUND\s*\(\s*[?$](?:this|value|currentShape)\b", re.IGNORECASE)


class Data(rdflib.Graph):
    """A data graph that answers SPARQL with pyoxigraph, which reads dates and numbers as XSD does; *asked* has triples that only queries see."""

    def __init__(self, triples: bytes, asked: bytes = b"") -> None:
        super().__init__(bind_namespaces="none")
        self._triples = triples
        self._asked = asked
        self._answers: pyoxigraph.Store | None = None
        fill(self, triples)

    def query(self, query_object: Any, *others: Any, **options: Any) -> Result:  # noqa: ANN401  # as rdflib has it
        """Return the answer to a SPARQL query with its bindings (rdflib's fifth argument) pre-bound: by pyoxigraph where `pre_bound` can, else by rdflib.

        Raises `BadQuery` where the query does not parse, and where `publish.gate` does not admit it.
        """
        bindings: Mapping[str, Node] | None = next(iter(others[_BINDINGS:]), None) or options.get("initBindings")
        query = pre_bound(str(query_object), bindings or {})
        literal = any(isinstance(term, rdflib.Literal) for term in (bindings or {}).values())
        with suppress(BadQuery) if literal else nullcontext():  # a literal may be nobody's subject: such a pattern does not parse, and only finds nothing
            if query is not None:
                return self._answer(query)
        admit(str(query_object))  # rdflib has no gate of its own
        self._asked = self._see_all()
        return super().query(query_object, *others, **options)

    def _see_all(self) -> bytes:
        """Have all triples in this graph too, which rdflib's queries are answered from."""
        if self._asked:
            self._triples += self._asked
            fill(self, self._asked)
        return b""

    def _answer(self, query: str) -> Result:
        if self._answers is None:
            self._answers = pyoxigraph.Store()
            self._answers.extend(pyoxigraph.parse(self._triples + self._asked, format=RdfFormat.N_TRIPLES))
        answer = run(self._answers, query, {})
        if isinstance(answer, QueryBoolean):
            result = Result("ASK")
            result.askAnswer = bool(answer)
            return result
        assert isinstance(answer, QuerySolutions)
        result = Result("SELECT")
        names = [variable.value for variable in answer.variables]
        result.vars = [Variable(name) for name in names]
        result.bindings = [{Variable(name): as_rdflib(row[name]) for name in names if row[name] is not None} for row in answer]
        return result


def pre_bound(query: str, bindings: Mapping[str, Node]) -> str | None:
    """Return *query* with the terms of *bindings*, as N-Triples writes them, in the places of their variables (SHACL, section 5.3.1).

    Nothing where a term cannot stand for the variable: a blank node, a sub-select, BOUND, GROUP BY, ``SELECT *``.
    """
    words = words_of(query)
    start = words.find("{")
    if _NOT_PRE_BOUND.search(words[:start]) or _NOT_PRE_BOUND_INSIDE.search(words[start:]) or any(isinstance(term, rdflib.BNode) for term in bindings.values()):
        return None
    for match in reversed(list(_VARIABLE.finditer(words))):
        if match[1] in bindings:
            term = str(as_oxigraph(bindings[match[1]]))
            query = query[: match.start()] + (term if match.start() > start else f"({term} AS ?{match[1]})") + query[match.end() :]
    return query
