"""Make findings of what the SHACL processor answers: each with file and line, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import NamedNode, Triple

from publish.findings import found
from publish.model import RDFS, SHACL, TYPE, Finding, Severity, Source, Validation
from publish.turtle import Namespaces

_TARGETS = {SHACL + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
_SEVERITIES = {str(severity): severity for severity in Severity}  # a severity of somebody's own stops publishing
_SPARQL = "SPARQLConstraintComponent"  # its value is what the query found, which may stand far from the focus node
_SUBCLASS = NamedNode(RDFS + "subClassOf")


def findings(answer: Mapping[str, Any], sources: Sequence[Source], prefixes: Mapping[str, str], cases: Callable[[str], Iterable[Source]]) -> Validation:
    """Return the processor's *answer* as findings in *sources*, with those about the shapes themselves.

    *cases* gives those of a file of shapes, and is asked only for a shape that has no focus node in the data.
    """
    places = _Places(sources, Namespaces(prefixes))
    listed = [places.finding(result) for result in answer["results"]]
    listed += [places.about(word, "unknown-word") for word in answer["unknown_words"]]
    idle = {shape for shape, count in answer["focus_nodes"].items() if not count}
    if idle:
        files = sorted({places.about(shape, "shape-without-focus").file for shape in idle})
        idle -= _with_focus(idle, [triple for source in sources for triple in source.triples], (case for file in files for case in cases(file)))
    listed += [places.about(shape, "shape-without-focus") for shape in sorted(idle)]
    return Validation(tuple(sort_findings(listed)), answer["focus_nodes"], answer["software"])


def sort_findings(listed: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of a reader: by file, line, severity, then the rest; each once."""

    def place(finding: Finding) -> tuple[object, ...]:
        return (
            finding.file,
            finding.line,
            finding.column,
            list(Severity).index(finding.severity),
            finding.rule,
            finding.focus_node,
            finding.path,
            finding.value,
            finding.shape,
        )

    return sorted({place(finding): finding for finding in listed}.values(), key=place)


class _Places:
    """Where in the sources each subject and each triple stands."""

    def __init__(self, sources: Sequence[Source], namespaces: Namespaces) -> None:
        self._namespaces = namespaces
        self._lines: dict[tuple[str, ...], tuple[str, int]] = {}  # by subject, by triple, by predicate, by object
        for source in sources:
            for triple, line in zip(source.triples, source.lines, strict=True):
                subject, path, value = (_plain(term) for term in triple)
                for key in ((subject,), (subject, path, value), ("", path), ("", "", value)):
                    self._lines.setdefault(key, (source.file, line))

    def finding(self, result: Mapping[str, Any]) -> Finding:
        focus, path, value = _iri(result["focus_node"]), result["path"], result["value"]
        culprit = ((_iri(value),),) if result["component"] == _SPARQL and value.startswith("<") else ()
        file, line = self._first((focus, path, _iri(value)), *culprit, (focus,))
        return Finding(
            severity=_SEVERITIES.get(result["severity"], Severity.VIOLATION),
            file=file,
            line=line,
            rule=result["component"],
            messages=result["messages"],
            focus_node=focus,
            path=path,
            value=value,
            shape=result["shape"],
        )

    def about(self, iri: str, rule: str) -> Finding:
        file, line = self._first((iri,), ("", iri), ("", "", iri))
        return found(file, line, rule, iri, name=self._namespaces.shorten(iri))

    def _first(self, *keys: tuple[str, ...]) -> tuple[str, int]:
        return next((self._lines[key] for key in keys if key in self._lines), ("", 0))


def _iri(text: str) -> str:
    """An IRI without its angle brackets; any other term as it is in N-Triples."""
    return text[1:-1] if text.startswith("<") else text


def _plain(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _with_focus(shapes: set[str], triples: Iterable[Triple], cases: Iterable[Source]) -> set[str]:
    """Return those of *shapes* whose core targets (SHACL, section 2.1.3) select something in *cases*."""
    shape_triples = list(triples)
    targets = [triple for triple in shape_triples if triple.predicate.value in _TARGETS and _plain(triple.subject) in shapes]
    kinds = {_plain(triple.subject): _plain(triple.object) for triple in shape_triples if triple.predicate == _SUBCLASS}
    seen: set[str] = set()
    for source in cases:
        for triple in source.triples:
            seen |= {triple.predicate.value, _plain(triple.subject)}
            if triple.predicate == TYPE:
                seen |= _ancestors(_plain(triple.object), kinds)
    return {_plain(target.subject) for target in targets if _plain(target.object) in seen}


def _ancestors(kind: str, parents: Mapping[str, str]) -> set[str]:
    found_kinds: set[str] = set()
    while kind and kind not in found_kinds:
        found_kinds.add(kind)
        kind = parents.get(kind, "")
    return found_kinds
