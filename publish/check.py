"""Make findings of what the SHACL processor answers: each with file and line, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyoxigraph import NamedNode, Triple

from publish.findings import found
from publish.model import RDFS, SHACL, TYPE, Finding, Severity, Source, Validation
from publish.shapes.answer import Answer
from publish.turtle import Namespaces

_TARGETS = {SHACL + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
_SEVERITIES = {str(severity): severity for severity in Severity}  # a severity of somebody's own stops publishing
_SPARQL = "SPARQLConstraintComponent"  # its value is what the query found, which may stand far from the focus node
_SHOWN = 100
_SUBCLASS = NamedNode(RDFS + "subClassOf")


def findings(answer: Answer, sources: Sequence[Source], prefixes: Mapping[str, str], cases: Callable[[str], Iterable[Source]]) -> Validation:
    """Return the processor's *answer* as findings in *sources*, with those about the shapes themselves.

    *cases* gives those of a file of shapes, and is asked only for a shape that has no focus node in the data.
    """
    places = _Places(sources, Namespaces(prefixes))
    listed = [places.finding(result) for result in answer.results]
    listed += _about_shapes(answer, places)
    idle = {shape for shape, count in answer.focus_nodes.items() if not count}
    if idle:
        files = sorted({places.about(shape, "shape-without-focus").file for shape in idle})
        idle -= _with_focus(idle, [triple for source in sources for triple in source.triples], (case for file in files for case in cases(file)))
    listed += [places.about(shape, "shape-without-focus") for shape in sorted(idle)]
    named = {shape: count for shape, count in answer.focus_nodes.items() if not shape.startswith("_:")}
    return Validation(tuple(sort_findings(listed)), named, answer.software)


def _about_shapes(answer: Answer, places: _Places) -> Iterator[Finding]:
    """What is wrong with the shapes, or kept them from being asked."""
    yield from map(places.fault, answer.faults)
    yield from (places.about(failure["shape"], failure["rule"], words=failure["words"]) for failure in answer.failures)
    yield from map(places.stopped, answer.stopped)
    if answer.unasked:
        yield places.about("", "shapes-unasked", count=answer.unasked)
    for more in answer.more:
        yield replace(places.about(more["shape"], "more-results", count=more["count"]), severity=_severity(more["severity"]))
    yield from (places.about(word, "unknown-word") for word in answer.unknown_words)
    yield from (places.about(word, "unsupported-word") for word in answer.unsupported_words)


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
        file, line = self._first((focus, path, _iri(value)), *culprit, (focus,), (result["shape"],))
        return Finding(
            severity=_severity(result["severity"]),
            file=file,
            line=line,
            rule=result["component"],
            messages=result["messages"],
            focus_node=focus,
            path=path,
            value=value,
            shape=result["shape"],
        )

    def about(self, iri: str, rule: str, **words: object) -> Finding:
        """A finding about a shape, or about a word where it is used first."""
        file, line = self._first((iri,), ("", iri), ("", "", iri)) if iri else ("shapes", 0)
        return found(file, line, rule, iri, name=self._shown(iri), **words)

    def fault(self, fault: Mapping[str, Any]) -> Finding:
        """What is wrong with a shape, at the triple that is wrong."""
        subject, word, value = map(_iri, fault["triple"])
        file, line = self._first((subject, word, value), (subject,))
        words = {"name": self._shown(fault["shape"]), "property": self._shown(word), "word": self._shown(_iri(fault["word"]))} | fault["words"]
        shown = "" if value.startswith("_:") else fault["triple"][2]  # the label of a blank node is another one each time
        return found(file, line, fault["rule"], fault["shape"], shown, **words)

    def stopped(self, stopped: Mapping[str, Any]) -> Finding:
        """Where the processor reached its limits: at a shape, or before the first of them."""
        rule = f"{'shape' if stopped['shape'] else 'check'}-{stopped['reason']}"
        return self.about(stopped["shape"], rule, seconds=stopped["seconds"], memory=stopped["memory"])

    def _shown(self, term: str) -> str:
        """A term in a message: an IRI with its prefix, a literal as N-Triples writes it, not all of a long one."""
        if term.startswith("_:"):
            return "[]"
        shown = term if term.startswith('"') else self._namespaces.shorten(term)
        return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"

    def _first(self, *keys: tuple[str, ...]) -> tuple[str, int]:
        return next((self._lines[key] for key in keys if key in self._lines), ("", 0))


def _iri(text: str) -> str:
    """An IRI without its angle brackets; any other term as it is in N-Triples."""
    return text[1:-1] if text.startswith("<") else text


def _severity(name: str) -> Severity:
    return _SEVERITIES.get(name, Severity.VIOLATION)


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
