"""Show findings and answers to a person or a program: text, JSON, SARIF, tables."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import QuerySolutions

from publish.controls import plain_json, printable
from publish.model import Finding, Severity
from publish.texts import text
from publish.turtle import Namespaces, write_term

__all__ = ["as_json", "as_sarif", "as_table", "as_text", "printable"]

_IRI = re.compile(r"https?://[^\s<>\"“”»«]*[\w/]")
_BRACKETED = re.compile(r"<([^<>]*)>")
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_text(findings: Iterable[Finding], namespaces: Namespaces, language: str) -> Iterator[str]:
    """Yield a line a finding: ``file:line: severity: message [focus node, path, value]``."""
    lines = (_line(finding, namespaces, language) for finding in findings)
    yield from dict.fromkeys(lines)  # two constraints with one message are one line to a reader


def as_json(findings: Iterable[Finding]) -> str:
    """Return the findings as a JSON array of objects with exact IRIs, values in N-Triples, and all messages."""
    keys = ("severity", "file", "line", "column", "rule", "focus_node", "path", "value", "shape")
    told = [{**{key: getattr(finding, key) for key in keys}, "messages": dict(finding.messages)} for finding in findings]
    return plain_json(json.dumps(told, ensure_ascii=False, indent=2))


def as_sarif(findings: Sequence[Finding], language: str) -> str:
    """Return the findings as a SARIF 2.1.0 log, which code-review pages show beside the line."""
    from importlib.metadata import version  # noqa: PLC0415  # takes longer to import than all else here

    rules = [{"id": rule} for rule in sorted({finding.rule for finding in findings})]
    driver = {"name": "bynet", "version": version("bynet"), "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_sarif_result(finding, language) for finding in findings]}
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return plain_json(json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2))


def as_table(solutions: QuerySolutions, namespaces: Namespaces) -> Iterator[str]:
    """Yield the lines of a table: IRIs short, texts without quotes, columns aligned."""
    names = [variable.value for variable in solutions.variables]
    rows = [[_cell(row[name], namespaces) for name in names] for row in solutions]
    widths = [max(map(_width, column)) for column in zip(names, *rows, strict=True)]
    for row in (names, ["-" * width for width in widths], *rows):
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()


def _line(finding: Finding, namespaces: Namespaces, language: str) -> str:
    path = finding.path if "<" in finding.path else f"<{finding.path}>"
    terms = [_BRACKETED.sub(lambda match: namespaces.shorten(match[1]), term) for term in (f"<{finding.focus_node}>", path) if term != "<>"]
    where = f" [{' '.join(terms)}]" if finding.path else ""  # without a path, the message names what it is about
    place = f"{finding.file}:{finding.line}:" + (f"{finding.column}:" if finding.column else "")
    message = _IRI.sub(lambda match: namespaces.shorten(match.group()).strip("<>"), finding.message(language))
    return printable(f"{place} {text(language, f'page.severity-{finding.severity.lower()}')}: {message}{where}")


def _sarif_result(finding: Finding, language: str) -> dict[str, object]:
    region = {"startLine": max(finding.line, 1), **({"startColumn": finding.column} if finding.column else {})}
    location = {"physicalLocation": {"artifactLocation": {"uri": finding.file}, "region": region}}
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message(language)},
        "locations": [location] if finding.file else [],
    }


def _cell(term: object, namespaces: Namespaces) -> str:
    if term is None:
        return ""
    text = getattr(term, "value", str(term)) if str(term).startswith('"') else write_term(term, namespaces)  # type: ignore[arg-type]  # a literal's text, else a term
    return printable(text)


def _width(text: str) -> int:
    """The columns that *text* takes in a terminal (Unicode Standard Annex 11)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text)
