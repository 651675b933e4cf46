"""What runs in closed processes, here in the open: the look at files and the rules find the same of a project as the command does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from workbench import LIBRARY, ROOT, make_project, turtle

from publish.derive import derive
from publish.lint import lint
from publish.read import read_project
from publish.trial import derived, inspected


@pytest.mark.parametrize("root", [ROOT, LIBRARY], ids=["project", "library"])
def test_a_clean_project_is_clean_in_both_and_what_follows_is_the_same(root: Path) -> None:
    project = read_project(root).project
    assert project
    followed = derive(project.stated, project.triples("judgements"), project.rules)
    assert derived(project) == followed
    whole = replace(project, derived=followed)
    assert [finding for finding in lint(whole) if finding.severity == "Violation"] == []
    assert sorted(map(str, lint(whole))) == sorted(map(str, inspected(whole)))


def test_what_is_wrong_is_the_same_in_both(tmp_path: Path) -> None:
    things = 'ex:one\n    a def:Thing ;\n    def:size "x"^^xsd:integer ;\n    def:nothing [] ;\n.\n\n<http://other.example/a> def:size 1 .\n'
    query = "# title@en: T\n# description@en: D\n# picture: network\n# ?what@en: W\nSELECT ?a WHERE { ?a def:nowhere ?b . SERVICE <urn:x> {} }\n"
    project = read_project(make_project(tmp_path, {"data/things.ttl": turtle(things), "ontology/questions/odd.rq": query})).project
    assert project
    found = lint(project)
    assert {finding.rule for finding in found} >= {"datatype", "blank-node", "undeclared", "foreign-subject", "query-service"}
    assert sorted(map(str, found)) == sorted(map(str, inspected(project)))
