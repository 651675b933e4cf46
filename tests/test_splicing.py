"""Sorted lines with changes laid over them: they are what they would be written anew, and so is all that is found by the places that are remembered."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from publish.bulk import index, places, splicing
from publish.bulk.again import Change
from publish.bulk.places import remember, remembered
from publish.bulk.splicing import spliced, written

LONG = b"x" * 70


def line(number: int, value: int) -> bytes:
    return b"<s%03d\t<p\t%d%b\ts\n" % (number, value, LONG)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have places every few lines, and pieces that are smaller than what lies between two changes."""
    monkeypatch.setattr(index, "STRIDE", 256)
    monkeypatch.setattr(splicing, "_PIECE", 1000)


@pytest.mark.parametrize("seed", range(40))
def test_lines_are_found_after_any_changes(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    lines = sorted({line(chance.randrange(300), chance.randrange(4)) for _ in range(chance.choice([0, 1, 400]))})
    (tmp_path / "0").write_bytes(b"".join(lines))
    with ExitStack() as files:
        known = index.opened(tmp_path / "0", files)
        for turn in range(1, 4):
            gone = [one for one in lines if not chance.randrange(chance.choice([2, 9]))]
            come = sorted({line(chance.randrange(400), 5 + turn) for _ in range(chance.choice([0, 1, 60]))})
            found = spliced(known, Change(gone, come))
            known = written(found, tmp_path / str(turn), files)
            lines = sorted({*lines}.difference(gone).union(come))
            assert (tmp_path / str(turn)).read_bytes() == b"".join(lines)
            remember(known, tmp_path / str(turn))
            for one in (found, known, remembered(tmp_path / str(turn), files)):
                hold(one, lines, chance)


def hold(found: index.Index, lines: list[bytes], chance: random.Random) -> None:
    """Hold what is *found* by an index against the *lines* that it is of."""
    assert found.read(0, found.size) == b"".join(lines)
    assert b"".join(found.pieces(500)) == b"".join(lines)
    assert [found.read(place, place + len(known)) for place, known in zip(found.places, found.lines, strict=True)] == [*found.lines]
    for number in chance.choices(range(400), k=40):
        start = b"<s%03d\t" % number
        assert found.matching(start) == b"".join(one for one in lines if one.startswith(start))
        assert found.place_of(line(number, 2)) == len(b"".join(one for one in lines if one < line(number, 2)))


def test_places_that_lie_too_wide_are_looked_for_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_WIDEST", 500)
    lines = [line(number, 1) for number in range(200)]
    (tmp_path / "lines").write_bytes(b"".join(lines))
    with ExitStack() as files:
        whole = index.opened(tmp_path / "lines", files)
        for kept in (whole, index.Index(whole.descriptor, whole.size, whole.lines[:2], whole.places[:2])):
            remember(kept, tmp_path / "lines")
            assert remembered(tmp_path / "lines", files).places == whole.places
        (tmp_path / "lines.places").unlink()
        assert remembered(tmp_path / "lines", files).lines == whole.lines
