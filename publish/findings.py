"""Make a finding of one of the engine's own rules: its severity from one table, its words in every language."""

import json
from dataclasses import asdict

from publish.controls import legible
from publish.intake.gate import MILD
from publish.model import Finding, Severity
from publish.texts import every_language

_MILD = {
    "unused-prefix": Severity.WARNING,
    "shape-without-focus": Severity.WARNING,
    "empty-file": Severity.WARNING,
    "imports": Severity.WARNING,
    "theme-missing": Severity.WARNING,
    "theme-unknown": Severity.WARNING,
    "withdrawn": Severity.WARNING,
    **dict.fromkeys(MILD, Severity.WARNING),
}


def found(file: str, at_line: int, rule: str, focus: str = "", value: str = "", /, **words: object) -> Finding:
    """Return a finding of *rule* (a key under ``finding`` in ``words/``), whose message is filled with *words*.

    A violation, unless the rule is one of the mild ones. *focus* is the IRI, *value* the N-Triples of what it is about.
    """
    return Finding(
        severity=_MILD.get(rule, Severity.VIOLATION),
        file=legible(file),
        line=at_line,
        column=int(str(words.get("column", 0))),
        rule=rule,
        messages={language: legible(message) for language, message in every_language(f"finding.{rule}", **words).items()},
        focus_node=focus,
        value=value,
    )


def told(finding: Finding) -> bytes:
    """Return *finding* as JSON."""
    return json.dumps(asdict(finding)).encode()


def heard(said: bytes) -> Finding:
    """Return the finding that `told` made *said* of."""
    values = json.loads(said)
    return Finding(**values | {"severity": Severity(values["severity"])})
