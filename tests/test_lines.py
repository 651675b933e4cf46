"""Graphs as sorted lines: of any number, in few open files and little memory, and each once."""

from __future__ import annotations

import os
import random

import pytest

from publish import lines
from publish.lines import Desk


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208  # names are all there is


def test_more_lines_than_fit_are_sorted_in_few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "RUN", 10)
    monkeypatch.setattr(lines, "_RUNS", 4)
    numbers = [random.Random(1).randrange(700) for _ in range(2000)]
    opened = descriptors()
    with Desk() as desk:
        sources = [desk.sort(f"{number:03}\n".encode() for number in part) for part in (numbers[:1000], numbers[1000:])]
        missing, extra = desk.differences(*sources)
        assert descriptors() == opened + 4  # what was returned
        for source, part in zip(sources, (numbers[:1000], numbers[1000:]), strict=True):
            assert [int(line) for line in source] == sorted(set(part))
        assert {int(line) for line in missing} == set(numbers[1000:]) - set(numbers[:1000])
        assert {int(line) for line in extra} == set(numbers[:1000]) - set(numbers[1000:])
    assert descriptors() == opened
