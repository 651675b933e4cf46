"""The made-up cities that speed is measured with: the same for the same choices, clean, and with the faults that were planted and no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.cities import KINDS, world
from bench.faults import FAULTS, plant
from bench.generate import EXPECTED, generate
from workbench import bynet, tree

ALL_FAULTS = 2 * len(FAULTS)


def found(project: Path) -> list[tuple[str, str, str]]:
    """What bynet finds in *project*: focus node, path and constraint component, sorted."""
    told = json.loads(bynet("--root", project, "check", "--format", "json").out)
    return sorted((finding["focus_node"], finding["path"], finding["rule"]) for finding in told)


def expected(project: Path) -> list[tuple[str, str, str]]:
    told = json.loads((project.parent / EXPECTED).read_text(encoding="ascii"))
    return sorted((result["focus"], result["path"], result["component"]) for result in told)


def test_made_up_cities_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "other"):
        generate(tmp_path / name / "project", world(2_000, 7), 20)
    assert tree(tmp_path / "one") == tree(tmp_path / "other")
    generate(tmp_path / "third/project", world(2_000, 8), 20)
    assert tree(tmp_path / "one") != tree(tmp_path / "third")


def test_made_up_cities_are_as_many_triples_as_asked_for(tmp_path: Path) -> None:
    for triples in (10_000, 50_000):
        written = generate(tmp_path / str(triples), world(triples, 7), 0)
        assert written.triples + written.derived == pytest.approx(triples, rel=0.03)


def test_nothing_is_wrong_with_made_up_cities(tmp_path: Path) -> None:
    project = tmp_path / "project"
    generate(project, world(5_000, 7), 0, "1.0.0")
    ended = bynet("--root", project, "check")
    assert (ended.code, ended.out) == (0, "")
    assert bynet("--root", project, "format", "--check").code == 0
    assert expected(project) == []


@pytest.mark.parametrize("triples", [5_000, 20_000])
def test_what_was_planted_is_found_and_nothing_else(triples: int, tmp_path: Path) -> None:
    project = tmp_path / "project"
    generate(project, world(triples, 7), ALL_FAULTS)
    assert found(project) == expected(project)


def test_faults_of_every_kind_are_planted_each_in_a_thing_of_its_own() -> None:
    made = world(20_000, 7)
    planted = plant(ALL_FAULTS, made)
    assert {fault.fault for fault in planted} == set(FAULTS)
    assert len({fault.name for fault in planted}) == ALL_FAULTS
    named = {name for kind in KINDS for name, _lines in KINDS[kind](made)}
    assert named.issuperset(fault.name for fault in planted)


def test_more_faults_than_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="at most fit in so few triples"):
        plant(1_000_000, world(2_000, 7))
