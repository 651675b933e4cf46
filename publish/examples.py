"""The project's questions as examples for a SPARQL endpoint, in the form of the SIB sparql-examples project.

https://github.com/sib-swiss/sparql-examples: each example is a `sh:SPARQLExecutable` with its query (SHACL Advanced Features,
section 9), the question in words (`rdfs:comment`), key words and the endpoints that answer it (`schema:target`). The prefixes of
the queries are those that the data set declares (SHACL, section 5.2.1); the declarations come along. No blank nodes.

What is said of a query anyway is taken from the graph of queries as it is. Endpoints and key words are added here alone: where
the data can be asked, and what things are called, may change without any query having changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from publish.facts import Facts, sparql_endpoints
from publish.model import LABELS, RDFS, SHACL, Project, sort_triples
from publish.query import Query

EXAMPLES = ".well-known/sparql-examples"
"""Where the examples stand on the site."""

_COMMENT = NamedNode(RDFS + "comment")
_DECLARATION = (SHACL + "prefix", SHACL + "namespace")
_DECLARE = SHACL + "declare"
_KEYWORDS = NamedNode("https://schema.org/keywords")
_PREFIXED_NAME = re.compile(r"(?<![\w?$:<])([A-Za-z][\w-]*):([A-Za-z0-9_][\w-]*)")
_TARGET = NamedNode("https://schema.org/target")


def example_triples(project: Project, queries: Sequence[Triple]) -> list[Triple]:
    """Return *project*'s questions as examples, sorted, with the prefixes that they need; nothing where it has none.

    *queries* is the graph of queries that is published.
    """
    facts = Facts([*project.data, *project.triples("ontology")])
    questions = {NamedNode(question.iri) for question in project.questions}
    found = [triple for triple in queries if triple.subject in questions]
    for question in project.questions:
        found += _example(question, facts, project)
    return sort_triples([*found, *_declarations(facts, project.dataset)] if found else [])


def _example(question: Query, facts: Facts, project: Project) -> Iterator[Triple]:
    iri = NamedNode(question.iri)
    for language, words in question.titles.items():
        yield Triple(iri, _COMMENT, Literal(words, language=language))
    for word in _keywords(question, facts, project.base):
        yield Triple(iri, _KEYWORDS, word)
    for endpoint in sparql_endpoints(facts, project.dataset.value):
        yield Triple(iri, _TARGET, NamedNode(endpoint))


def _keywords(question: Query, facts: Facts, base: str) -> Iterator[Literal]:
    """What the project's own things and terms that *question* names are called."""
    for prefix, name in _PREFIXED_NAME.findall(question.body):
        iri = question.prefixes.get(prefix, "") + name
        if iri.startswith(base):
            labels = (label for predicate in LABELS for label in facts.terms(iri, predicate.value))
            yield from (label for label in labels if isinstance(label, Literal))


def _declarations(facts: Facts, dataset: NamedNode) -> Iterator[Triple]:
    yield from facts.described(dataset.value, (_DECLARE,))
    for declaration in facts.iris(dataset.value, _DECLARE):
        yield from facts.described(declaration, _DECLARATION)
