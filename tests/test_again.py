"""After an edit only what it concerns is read, derived, looked at and written again; what comes out is what comes out of everything anew."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from bench.cities import world
from bench.generate import generate
from editing import edited
from workbench import bynet, tree

from publish.bulk import pack
from publish.bulk.again import Change, is_small
from publish.bulk.held import Held
from publish.bulk.index import merged, opened
from publish.bulk.lines import of_all
from publish.bulk.publishing import check_on_disk
from publish.bulk.splicing import spliced
from publish.bulk.state import BY_SUBJECT, DERIVED, TURNED, keep, new
from publish.bulk.work import Work
from publish.publication import Checked

PROOF = bool(os.environ.get("BYNET_PROOF"))
SEEDS = range(40) if PROOF else range(2)
EDITS = 8 if PROOF else 2


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "project"
    generate(folder, world(4_000, 7), 0)
    return folder


def looked_at(project: Path, folder: Path) -> tuple[Checked, list[object]]:
    """What is found in *project*, and all that was seen in it; what is kept in *folder* is used, and kept anew where nothing is wrong."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as files:
        checked, held = check_on_disk(project, None, Work(folder, files, lambda *_stage, **_more: None))
        assert held is not None
        lines = [index.read(0, index.size) for index in (held.by_subject, held.turned)]
        seen = [*lines, new(folder, DERIVED).read_bytes(), *all_seen(held)]
        if checked.is_sound:
            for name in pack.FILES:
                new(folder, name).write_bytes(b"")
            keep(folder, held)
        return checked, [held.before is not None, *seen]


def all_seen(held: Held) -> Iterator[object]:
    looked = held.looked
    yield {shape: count for shape, count in looked.focus_nodes.items() if count}
    yield (sorted(looked.suspects), sorted(looked.undescribed), sorted(looked.withdrawn), sorted(looked.asked or []))
    yield from (looked.numbers.statistics(), looked.numbers.forms())
    yield {iri: answer.content for iri, answer in held.answers.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_edit_the_same_is_found_as_in_everything_anew(
    seed: int, cities: Path, tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    project = tmp_path / "project"
    shutil.copytree(cities, project)
    looked_at(project, tmp_path / "kept")
    again = 0
    for number in range(EDITS):
        monkeypatch.setattr("publish.bulk.build._LAID", chance.choice([0, 40, 1000]))
        file, before = edited(project, chance)
        checked, (is_again, *seen) = looked_at(project, tmp_path / "kept")
        anew, (was_again, *all_anew) = looked_at(project, tmp_path / str(number))
        assert not was_again
        assert (checked.findings, checked.validation, checked.triples) == (anew.findings, anew.validation, anew.triples)
        assert seen == all_anew
        again += bool(is_again)
        if not checked.is_sound:
            file.write_text(before, encoding="utf-8", newline="\n")
        shutil.rmtree(tmp_path / str(number))
    record_property("edits", EDITS)
    record_property("again", again)
    assert again


@pytest.mark.no_cover
def test_what_is_published_after_edits_is_what_is_published_anew(cities: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    project = tmp_path / "project"
    shutil.copytree(cities, project)
    published(project, tmp_path / "site")
    for number in range(EDITS):
        file, before = edited(project, chance)
        if published(project, tmp_path / "site"):
            file.write_text(before, encoding="utf-8", newline="\n")
            continue
        assert not published(project, tmp_path / f"anew-{number}")
        assert tree(tmp_path / "site") == tree(tmp_path / f"anew-{number}")


def published(project: Path, site: Path) -> int:
    ended = bynet("--root", project, "publish", "--resources", "none", "--out", site)
    assert "Traceback" not in ended.err
    return ended.code


def test_one_file_is_read_after_a_small_edit(cities: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(cities, project)
    published(project, tmp_path / "site")
    work = tmp_path / ".site.bynet-work"
    before = {path: path.stat().st_mtime_ns for path in (work / "runs").iterdir()}
    whole = [(work / name).stat().st_ino for name in (BY_SUBJECT, TURNED)]
    file = project / "data/cities-0001.ttl"
    file.write_text(file.read_text(encoding="utf-8").replace('"City 1"@en', '"The first city"@en'), encoding="utf-8", newline="\n")
    published(project, tmp_path / "site")
    new_runs = {path for path in (work / "runs").iterdir() if before.get(path) != path.stat().st_mtime_ns}
    assert len({path.stem for path in new_runs}) == 1  # of the one file that changed
    assert [(work / name).stat().st_ino for name in (BY_SUBJECT, TURNED)] == whole  # over which the change is laid
    assert '"The first city"@en' in bynet("--root", project, "show", "city:c0000001").out


def test_nothing_is_used_again_that_was_kept_of_other_shapes_or_rules(cities: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(cities, project)
    looked_at(project, tmp_path / "kept")
    for name in ("shapes/city.ttl", "ontology/rules/member-of.rq", "ontology/terms.ttl"):
        file = project / name
        file.write_text(
            f"{file.read_text(encoding='utf-8')}# changed\n" if name.endswith("rq") else changed(file.read_text(encoding="utf-8")), encoding="utf-8"
        )
        _checked, (is_again, *_seen) = looked_at(project, tmp_path / "kept")
        assert not is_again, name


def changed(turtle: str) -> str:
    """*turtle* with another text."""
    head, quote, rest = turtle.partition('"@en')
    return f"{head}, in other words{quote}{rest}"


@pytest.mark.parametrize("seed", range(30))
def test_lines_are_taken_out_and_put_in_where_they_belong(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    old = {b"<s%03d\t<p\t%d\ts\n" % (chance.randrange(400), chance.randrange(9)) * 1 for _ in range(chance.choice([0, 1, 500]))}
    fresh = {b"<s%03d\t<p\t%d\ts\n" % (chance.randrange(500), chance.randrange(9, 12)) for _ in range(chance.choice([0, 1, 60]))}
    gone = {line for line in old if not chance.randrange(8)}
    (tmp_path / "old").write_bytes(b"".join(sorted(old)))
    with ExitStack() as files:
        index = opened(tmp_path / "old", files)
        found = spliced(index, Change(sorted(gone), sorted(fresh)))
        assert found.read(0, found.size) == b"".join(sorted(old - gone | fresh))
        assert b"".join(merged([tmp_path / "old"])) == b"".join(sorted(old))


@pytest.mark.parametrize("seed", range(30))
def test_two_changes_are_one_from_what_there_was_to_what_there_is(seed: int) -> None:
    chance = random.Random(seed)
    whole = [b"<s%d\t<p\t<o\ts\n" % number for number in range(12)]
    sets = [{line for line in whole if chance.random() < 0.5} for _turn in range(4)]
    changes = [Change(sorted(before - after), sorted(after - before)) for before, after in pairwise(sets)]
    assert changes[0].then(changes[1]).then(changes[2]) == Change(sorted(sets[0] - sets[3]), sorted(sets[3] - sets[0]))


def test_a_large_change_is_no_small_one() -> None:
    change = Change([b"<s\t<p\t<o\ts\n"] * 6, [])
    assert is_small(change, 1000)
    assert not is_small(change, 100)
    assert of_all(b"<s\t<p\t<o\td\n<s\t<p\t<o\ts\n") == b"<s\t<p\t<o\n"
