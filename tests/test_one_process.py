"""What is computed in closed processes is the same in an open one: nothing comes of their being closed but that nothing is opened."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from bench.cities import world
from bench.generate import generate
from editing import edited
from workbench import bynet, tree

from publish import trial
from publish.build import Order, Unsound
from publish.bulk import batches, before, beside, build, describing, runs, writing
from publish.bulk.publishing import publish_on_disk
from publish.confined import Limits, Note
from publish.processor import Processor

Compute = Callable[[Note], Iterable[bytes]]


def each(computes: Iterable[Compute], _limits: Limits, _kept: Iterable[int] = ()) -> Iterator[list[bytes]]:
    return (one(compute, _limits) for compute in computes)


def one(compute: Compute, _limits: Limits, _kept: Iterable[int] = ()) -> list[bytes]:
    return [*compute(lambda _words: None)]


@pytest.mark.parametrize("resources", ["none", "bundles"])
def test_a_site_is_the_same_from_one_process(resources: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (batches, before, beside, build, describing, runs, trial, writing):
        for name, instead in (("confined", one), ("confined_each", each), ("confined_all", each)):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, instead)
    project, chance = tmp_path / "project", random.Random(4)
    generate(project, world(2_000, 7), 0)
    for _round in range(3):
        order = Order(project, tmp_path / "site", resources=resources)
        with Processor() as processor, suppress(Unsound):
            publish_on_disk(order, lambda *_stage, **_more: None, processor)
        ended = bynet("--root", project, "publish", "--resources", resources, "--out", tmp_path / "other")
        if not ended.code:
            assert tree(tmp_path / "site") == tree(tmp_path / "other")
        edited(project, chance)
