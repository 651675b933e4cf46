"""The validation report as RDF: what was checked, how much of it, by which software, and what was found.

SHACL's own report vocabulary (SHACL, section 3.6), with the counts as quality measurements (W3C DQV) and every node named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from publish.model import DCTERMS, DQV, LABEL, PROV, SHACL, TYPE, XSD, Finding, Validation, sort_triples
from publish.paths import REPORT
from publish.texts import every_language
from publish.turtle import read_term

_INTEGER = NamedNode(XSD + "integer")


def report_iri(base: str) -> str:
    """Return the IRI of the validation report of the data set under *base*."""
    return base + REPORT


def report_triples(validation: Validation, findings: tuple[Finding, ...], base: str) -> list[Triple]:
    """Return the validation report, sorted: results, the focus nodes of each shape, and the software."""
    report = report_iri(base)
    return sort_triples(
        [
            *_head(report, findings),
            *_measurements(report, validation.focus_nodes),
            *_software(report, validation.software),
            *(triple for number, finding in enumerate(findings, 1) for triple in _result(report, number, finding)),
        ]
    )


def _head(report: str, findings: tuple[Finding, ...]) -> Iterator[Triple]:
    yield Triple(NamedNode(report), TYPE, NamedNode(SHACL + "ValidationReport"))
    yield from _labels(report, every_language("report.title"))
    yield Triple(NamedNode(report), NamedNode(SHACL + "conforms"), Literal(not findings))


def _measurements(report: str, focus_nodes: Mapping[str, int]) -> Iterator[Triple]:
    metric = NamedNode(f"{report}/focus-nodes")
    yield Triple(metric, TYPE, NamedNode(DQV + "Metric"))
    yield from _labels(metric.value, every_language("report.focus-nodes"))
    yield Triple(metric, NamedNode(DQV + "expectedDataType"), _INTEGER)
    for shape, count in focus_nodes.items():
        node = NamedNode(f"{metric.value}/{shape.rsplit('/', 1)[-1]}")
        yield Triple(node, TYPE, NamedNode(DQV + "QualityMeasurement"))
        yield from _labels(node.value, every_language("report.measurement", shape=shape.rsplit("/", 1)[-1]))
        yield Triple(node, NamedNode(DQV + "computedOn"), NamedNode(shape))
        yield Triple(node, NamedNode(DQV + "isMeasurementOf"), metric)
        yield Triple(node, NamedNode(DQV + "value"), Literal(str(count), datatype=_INTEGER))
        yield Triple(NamedNode(report), NamedNode(DQV + "hasQualityMeasurement"), node)


def _software(report: str, software: Mapping[str, str]) -> Iterator[Triple]:
    for name, version in software.items():
        agent = NamedNode(f"{report}/software/{name}")
        yield Triple(NamedNode(report), NamedNode(PROV + "wasAttributedTo"), agent)
        yield Triple(agent, TYPE, NamedNode(PROV + "SoftwareAgent"))
        yield from _labels(agent.value, every_language("report.software", name=name, version=version))
        yield Triple(agent, NamedNode(DCTERMS + "hasVersion"), Literal(version))


def _result(report: str, number: int, finding: Finding) -> Iterator[Triple]:
    node = NamedNode(f"{report}/result/{number}")
    yield Triple(NamedNode(report), NamedNode(SHACL + "result"), node)
    yield Triple(node, TYPE, NamedNode(SHACL + "ValidationResult"))
    yield from _labels(node.value, every_language("report.result", number=number))
    yield Triple(node, NamedNode(SHACL + "resultSeverity"), NamedNode(SHACL + finding.severity))
    for language, words in finding.messages.items():
        yield Triple(node, NamedNode(SHACL + "resultMessage"), Literal(words, language=language))
    component = SHACL + finding.rule if finding.rule.endswith("Component") else f"{report}/rule/{finding.rule}"
    yield Triple(node, NamedNode(SHACL + "sourceConstraintComponent"), NamedNode(component))
    yield Triple(node, NamedNode(DCTERMS + "source"), Literal(f"{finding.file}:{finding.line}"))
    for name, term in (("focusNode", finding.focus_node), ("resultPath", finding.path), ("sourceShape", finding.shape)):
        if term.startswith('"'):
            yield Triple(node, NamedNode(SHACL + name), read_term(term))
        elif term and "<" not in term and not term.startswith("_:"):  # a path that is no IRI would need blank nodes; the source shape has it
            yield Triple(node, NamedNode(SHACL + name), NamedNode(term))
    if finding.value:
        yield Triple(node, NamedNode(SHACL + "value"), read_term(finding.value))


def _labels(iri: str, words: Mapping[str, str]) -> Iterator[Triple]:
    for language, text in words.items():
        yield Triple(NamedNode(iri), LABEL, Literal(text, language=language))
