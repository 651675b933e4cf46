"""The numbers of sorted lines are those of the same triples in memory, however few kinds of subjects are told apart before they are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.build import load_project
from publish.bulk import counting
from publish.bulk.counting import Numbers
from publish.bulk.lines import DERIVED, ONTOLOGY, STATED, groups, tagged, turned
from publish.statistics import statistics

HERE = Path(__file__).parent


@pytest.mark.parametrize("room", [0, 50, 1 << 16])
@pytest.mark.parametrize("root", [HERE.parent, HERE / "library"], ids=["copenhagen", "library"])
def test_lines_have_the_numbers_of_their_triples(root: Path, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_REMEMBERED", room)
    project = load_project(root)
    said = ((project.stated, STATED), (project.derived, DERIVED), (project.triples("ontology"), ONTOLOGY))
    lines = b"".join(sorted(b"".join(tagged(triples, tag) for triples, tag in said).splitlines(keepends=True)))
    numbers = Numbers(project.base)
    for subject, group in groups(lines):
        numbers.subject(subject, group)
    for value, group in groups(turned(lines)):
        numbers.value(value, group)
    assert numbers.statistics() == statistics({"all": project.data, "stated": project.stated, "derived": project.derived}, project.base)
    assert numbers.triples == len(project.data)
