"""Pages made in closed processes are those that are made in this one; and where such a process can't, this one does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from bench.cities import world
from bench.generate import generate
from jinja2 import Environment, PackageLoader
from workbench import LIBRARY, tree

from publish.build import Order
from publish.bulk import beside
from publish.bulk.beside import ahead, begun
from publish.bulk.publishing import publish_on_disk
from publish.errors import Mistake
from publish.pages.compiled import Compiled, bynet_templates, environment_of
from publish.processor import Processor
from publish.publication import Part
from publish.render import File


def telling(*names: str) -> Iterator[File]:
    yield from ((name, name.encode() * 100_000) for name in names)


def opening(path: Path) -> Iterator[File]:
    yield "before", b""
    yield path.name, path.read_bytes()


def mistaken() -> Iterator[File]:
    yield "before", b""
    raise Mistake("no-previous", place="here")


def test_files_come_in_order_whoever_makes_them(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"known here")
    parts = [partial(telling, "a", "b"), partial(opening, tmp_path / "secret"), partial(telling), partial(telling, "c")]
    expected = [file for part in parts for file in part()]
    assert [*begun(parts, ())] == expected
    with (tmp_path / "secret").open("rb") as file:
        assert [*begun([*parts, partial(telling, "d")], [file.fileno()])] == [*expected, *telling("d")]


def test_a_mistake_in_a_part_is_told_as_ever() -> None:
    with pytest.raises(Mistake) as raised:
        [*begun([partial(telling, "a"), mistaken], ())]
    assert raised.value.name == "no-previous"


def test_what_is_wanted_later_is_there_whatever_comes_before() -> None:
    with closing(ahead(lambda _note: [b"x" * 1_000_000])) as wanted, closing(ahead(lambda _note: [b"%d" % (1 // 0)])) as failing:
        assert [*wanted] == [b"x" * 1_000_000]
        assert [*failing] == []
    unwanted = ahead(lambda _note: [b"x" * 1_000_000])
    unwanted.close()


def test_templates_that_a_closed_process_compiled_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [*ahead(bynet_templates())]
    assert len(codes) == len(PackageLoader("publish").list_templates())
    environment = environment_of(Environment, PackageLoader("publish"), Compiled(codes))
    monkeypatch.setattr(environment, "compile", None)
    for name in environment.list_templates():
        environment.get_template(name)


def test_closed_processes_can_make_all_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of made-up cities and of the library: what such a process would have to open is there before."""
    made: list[int] = []

    def closed(parts: list[Part], answers: Iterator[list[bytes] | Exception]) -> Iterator[File]:
        for _part, answer in zip(parts, answers, strict=True):
            assert isinstance(answer, list), answer
            made.append(len(answer))
            yield from map(beside._unpacked, answer)

    monkeypatch.setattr(beside, "_files", closed)
    generate(tmp_path / "cities", world(2_000, 7), 0)
    for number, project in enumerate((tmp_path / "cities", LIBRARY)):
        with Processor() as processor:
            publish_on_disk(Order(project, tmp_path / f"site-{number}", resources="none"), lambda *_stage, **_more: None, processor)
        assert sum(path.endswith(".html") for path in tree(tmp_path / f"site-{number}")) > 50
    assert sum(made) > 200
