"""Validation reports of whatever validator, as values that can be held against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.plugins.sparql import prepareQuery

SHACL = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
Row = tuple[str, str, str, str, str]
"""Focus node, path, component, value and severity of a result, as N-Triples writes them; a blank node is ``_``, what is not there is nothing."""
Said = Mapping[object, Mapping[str, list[object]]]
"""What is said of each node, by the words of SHACL and RDF without their namespaces; a store would change how some literals are written."""

_SIGNS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_LONGEST = 100
"""The steps of a path: lists may be circles."""


@dataclass(frozen=True, slots=True)
class Report:
    """Whether data conforms, and the results, sorted."""

    conforms: bool
    results: tuple[Row, ...]


def report_of(conforms: object, results: Iterable[Iterable[str]]) -> Report:
    """Return the report that says so."""
    return Report(conforms is True, tuple(sorted((focus, path, component, value, severity) for focus, path, component, value, severity in results)))


def report_in(triples: Iterable[Triple], report: object = None) -> Report | None:
    """Return what *report* says in *triples*, or the only report there; nothing where there is none."""
    said: dict[object, dict[str, list[object]]] = {}
    for triple in triples:
        word = triple.predicate.value.removeprefix(SHACL).removeprefix(RDF)
        said.setdefault(triple.subject, {}).setdefault(word, []).append(triple.object)
    reports = [report] if report else [node for node, words in said.items() if NamedNode(f"{SHACL}ValidationReport") in words.get("type", ())]
    if len(reports) != 1:
        return None
    words = said[reports[0]]
    conforms = any(isinstance(term, Literal) and term.value == "true" for term in words.get("conforms", ()))
    return report_of(conforms, (_row(said, result) for result in words.get("result", ())))


def _row(said: Said, result: object) -> Iterator[str]:
    first = {word: values[0] for word, values in said[result].items()}
    yield _shown(first.get("focusNode"))
    yield path_as_read(_path(said, first["resultPath"])) if "resultPath" in first else ""
    yield from (_shown(first.get(word)) for word in ("sourceConstraintComponent", "value", "resultSeverity"))


def _shown(term: object) -> str:
    return "" if term is None else "_" if isinstance(term, BlankNode) else str(term)


def path_as_read(path: str) -> str:
    """Return a property path in SPARQL so that it is the same text wherever it is the same path: validators write more or fewer parentheses."""
    return repr(prepareQuery(f"SELECT * {{ ?s {path} ?o }}").algebra["p"]["p"]["triples"][0][1])


def _path(said: Said, path: object) -> str:
    """A property path (SHACL, section 2.3.1) in SPARQL."""
    if not isinstance(path, BlankNode):
        return str(path)
    words = {word: values[0] for word, values in said[path].items()}
    for word, sign in _SIGNS.items():
        if word in words:
            return f"({_path(said, words[word])}){sign}"
    if "inversePath" in words:
        return f"^({_path(said, words['inversePath'])})"
    sign, members = ("|", words["alternativePath"]) if "alternativePath" in words else ("/", path)
    return sign.join(f"({_path(said, member)})" for member in islice(_members(said, members), _LONGEST))


def _members(said: Said, node: object) -> Iterator[object]:
    while isinstance(node, BlankNode):
        yield said[node]["first"][0]
        node = said[node]["rest"][0]
