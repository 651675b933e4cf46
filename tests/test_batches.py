"""Suspects judged in batches: what is found is what one judgement of all of them finds, in whatever parts they are judged."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from bench.cities import world
from bench.generate import generate
from randomly import as_n_triples
from test_bulk import silent

from publish.bulk import batches
from publish.bulk.batches import Batch, Judges
from publish.bulk.held import Held
from publish.bulk.judging import Extract
from publish.bulk.publishing import check_on_disk
from publish.bulk.work import Work
from publish.confined import Limits, Note
from publish.publication import Checked
from publish.shapes import judgement, merging
from publish.shapes.answer import Answer
from publish.shapes.attempts import first_attempt
from publish.shapes.judgement import judge
from publish.shapes.suspects import Suspects

SHACL = "http://www.w3.org/ns/shacl#"
NODES = [f"<urn:n{number}>" for number in range(12)]
DATA = "".join(f'{node} <urn:{name}> "{number}" .\n' for number, node in enumerate(NODES) for name in "pq").encode()
SHAPES = as_n_triples(
    "".join(
        f"<urn:{name}> <{SHACL}targetSubjectsOf> <urn:{name}> ; <{SHACL}property> [ <{SHACL}path> <urn:{name}> ; <{SHACL}nodeKind> <{SHACL}IRI> ; {more} ] .\n"
        for name, more in (("p", f"<{SHACL}severity> <{SHACL}Warning>"), ("q", f"<{SHACL}in> ( 1 2 )"))
    )
).encode()


def found(nodes: Sequence[str], without: frozenset[int] = frozenset()) -> list[merging.Told]:
    """What one judgement finds of *nodes*, which are suspects of all shapes."""
    names = ("urn:p", "urn:q")
    suspects = Suspects(dict.fromkeys(names, len(NODES)), dict.fromkeys(names, nodes), b"", without)
    return [*judge(DATA, SHAPES, 0, lambda _words: None, suspects)]


@pytest.mark.parametrize("most", [1, 5, 12, 13, 23, 100])
def test_results_of_several_judgements_are_those_of_one(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgement, "MOST", most)
    monkeypatch.setattr(merging, "MOST", most)
    chance = random.Random(most)
    for parts in (1, 2, 5):
        shares: list[list[str]] = [[] for _ in range(parts)]
        for node in NODES:
            chance.choice(shares).append(node)
        together = [*merging.merged([found(share) for share in shares])]
        assert [piece for piece in together if "number" in piece] == [piece for piece in found(NODES) if "number" in piece]
        assert sum(len(piece.get("results", ())) for piece in together) == min(most, 3 * len(NODES))


def test_a_shape_that_fails_in_one_judgement_finds_nothing_in_any() -> None:
    one, other = ({"number": 3, "name": "s", "asked": 1, "focus_nodes": {}, "results": [{"severity": "Info"}], "more": []} for _ in range(2))
    failing = {"number": 3, "name": "s", "asked": 1, "failures": [{"shape": "s", "rule": "shape-failed", "words": ""}]}
    assert [*merging.merged([[one], [failing], [other]])] == [failing]
    assert [*merging.merged([[one], []])] == []  # which is told as a shape that was not asked


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faulty") / "project"
    generate(folder, world(5_000, 7), 60)
    return folder


def checked(project: Path, folder: Path) -> tuple[Checked, Held]:
    folder.mkdir()
    with ExitStack() as files:
        found_there, held = check_on_disk(project, None, Work(folder, files, silent))
        assert held is not None
        return found_there, held


def test_what_was_planted_is_found_in_whatever_batches(faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, held = checked(faulty, tmp_path / "one")
    assert len(held.looked.suspects) > 40
    rounds: list[int] = []
    monkeypatch.setattr(batches, "MOST", 9)
    monkeypatch.setattr(batches, "_GROWTH", 1 << 21)  # so that extracts of a kilobyte are too large
    taken_out = Judges._taken_out

    def counted(judges: Judges, now: Sequence[Batch]) -> Iterator[Batch]:
        rounds.append(len(now))
        return taken_out(judges, now)

    monkeypatch.setattr(Judges, "_taken_out", counted)
    several, _held = checked(faulty, tmp_path / "several")
    assert sum(rounds) > 12
    assert (several.findings, several.validation) == (at_once.findings, at_once.validation)


class Planted(Judges):
    """Those who judge, with no data: every batch has its extract."""

    def __init__(self) -> None:
        self._without, self._done = frozenset(), []

    def _taken_out(self, now: Sequence[Batch]) -> Iterator[Batch]:
        for batch in now:
            batch.extract = Extract(b"")
        yield from ()

    def _judged(self, now: Sequence[Batch]) -> Iterator[Batch]:
        for batch in now:
            assert batch.suspects
            pieces = self._found([node for _shape, node in batch.suspects])
            assert self._heard(batch, first_attempt(Limits()), [json.dumps(piece).encode() for piece in pieces]) is None
            self._done.append(batch)
        yield from ()

    def _found(self, nodes: Sequence[str]) -> list[merging.Told]:
        (number,) = {piece["number"] for piece in found(NODES[:1]) if piece.get("name") == "urn:p" and piece["results"]}
        if NODES[-1] not in nodes:
            return found(nodes, self._without)
        return [failing(piece) if piece.get("number") == number else piece for piece in found(nodes, self._without | {number})]


def failing(piece: merging.Told) -> merging.Told:
    return {"number": piece["number"], "name": piece["name"], "asked": 1, "failures": [{"shape": piece["name"], "rule": "shape-failed", "words": ""}]}


def test_what_a_failing_shape_found_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgement, "MOST", 4)
    monkeypatch.setattr(merging, "MOST", 4)
    answers: list[Answer] = []
    for size in (12, 5, 1):
        shares = [Batch([("", node) for node in NODES[start : start + size]]) for start in range(0, len(NODES), size)]
        answers.append(Planted().answer(shares))
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0].failures) == 1
    assert len(answers[0].results) == 4
    assert sum(more["count"] for more in answers[0].more) == 2 * len(NODES) - 4


def test_a_shape_without_end_is_told_once_and_all_others_are_asked(faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(data: bytes, shapes: bytes, start: int, note: Note, suspects: Suspects | None = None) -> Iterator[merging.Told]:
        assert suspects
        for piece in judge(data, shapes, start, note, suspects):
            while piece.get("number") == 4 and 4 not in suspects.without:
                pass
            yield piece

    monkeypatch.setattr(batches, "judge", endless)
    monkeypatch.setattr(batches, "limits_for", lambda _triples: Limits(seconds=2.0))
    monkeypatch.setattr(batches, "MOST", 30)
    stopped, _held = checked(faulty, tmp_path / "stopped")
    told = [finding.rule for finding in stopped.findings if finding.rule.startswith(("shape-", "shapes-", "check-"))]
    assert told == ["shape-time"]
