"""What a project's own queries and files are put to before they are relied on, each in a child process within limits.

Rules and questions are programs, and may come from a stranger: one that never ends, or fills the memory, is a finding that names it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from publish.answered import answered
from publish.confined import Limits, Note, Stopped, confined, limits_for
from publish.derive import derive
from publish.errors import BadQuery
from publish.findings import found, heard, told
from publish.lint import lint
from publish.model import Finding, Project, Severity
from publish.sparql import load
from publish.texts import LANGUAGES, table
from publish.theme import Theme, faults
from publish.tokens import pattern

_TRIPLES, _MISTAKE = b"+", b"!"


class Halted(Exception):
    """A rule that did not come to its end: *finding* says which."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule)
        self.finding = finding


def derived(project: Project) -> list[Triple]:
    """Return what follows from what *project* states, sorted. Raises `BadQuery` as `derive` does, `Halted` where a rule is stopped."""

    def compute(note: Note) -> Iterator[bytes]:
        try:
            made = derive(project.stated, project.triples("judgements"), project.rules, note)
            yield _TRIPLES + (pyoxigraph.serialize(made, format=RdfFormat.N_TRIPLES) or b"")
        except BadQuery as error:
            yield _MISTAKE + json.dumps({"name": error.name, **error.values}).encode()

    pattern()
    try:
        (answer,) = confined(compute, limits_for(len(project.stated)))
    except Stopped as stopped:
        raise Halted(stopped_at(project, stopped, limits_for(len(project.data)))) from stopped
    if answer.startswith(_MISTAKE):
        raise BadQuery(**json.loads(answer.removeprefix(_MISTAKE)))
    return [quad.triple for quad in pyoxigraph.parse(answer.removeprefix(_TRIPLES), format=RdfFormat.N_TRIPLES)]


def inspected(project: Project) -> list[Finding]:
    """Return what `lint` finds wrong with *project*, and every question that can't be answered within limits, in no fixed order."""

    def compute(note: Note) -> Iterator[bytes]:
        listed = lint(project, note)
        yield from map(told, listed)
        store = load(project.data)
        wrong = {finding.file for finding in listed if finding.severity == Severity.VIOLATION}
        for query in project.questions:
            if query.file not in wrong:
                note(query.file)
                answered(store, query)

    load_what_lint_needs(project)
    pattern()
    try:
        return [*map(heard, confined(compute, limits_for(len(project.data))))]
    except Stopped as stopped:
        return [*map(heard, stopped.pieces), stopped_at(project, stopped, limits_for(len(project.data)))]


def load_what_lint_needs(project: Project) -> None:
    """Have in memory what `lint` would open files for: its child can't."""
    for language in LANGUAGES:
        table(language, "finding")
    if project.theme:
        list(faults(Theme({"templates/a.html": """{{ "\\n" }}""", "templates/b.html": "{{"})))  # Jinja loads what reads a text, and what tells an error, late


def stopped_at(project: Project, stopped: Stopped, limits: Limits) -> Finding:
    """Return what stopped a query at *limits*: the one that was noted last, or else the reading of the files themselves."""
    query = next((query for query in (*project.rules, *project.questions) if query.file == stopped.noted), None)
    words: Mapping[str, Any] = {"seconds": f"{limits.seconds:.0f}", "memory": limits.memory}
    if query is None:
        return found("data", 0, f"lint-{stopped.reason}", **words)
    return found(query.file, query.body_line, f"query-{stopped.reason}", query.iri, **words)
