"""What Spark has its executors compute, part by part, without Spark: with all data in one part it is what one machine computes."""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph
import pytest
from bench.cities import world
from bench.generate import generate
from cluster import needs_spark
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat
from workbench import bynet

needs_spark()
from publish.bulk.frame import framed  # noqa: E402
from publish.bulk.held import Held  # noqa: E402
from publish.bulk.looking import Looked  # noqa: E402
from publish.bulk.publication import OnDisk  # noqa: E402
from publish.bulk.publishing import check_on_disk  # noqa: E402  # Spark may not be there
from publish.bulk.reading import Reader  # noqa: E402
from publish.bulk.releases import Past  # noqa: E402
from publish.bulk.work import Work  # noqa: E402
from publish.confined import Limits, Note  # noqa: E402
from publish.model import TYPE  # noqa: E402
from publish.publication import Checked, History  # noqa: E402
from publish.read import read_frame  # noqa: E402
from publish.shapes.answer import understood  # noqa: E402
from publish.spark import counting, deriving, judging, planning, reading, writing  # noqa: E402
from publish.spark.ordering import ORDERED  # noqa: E402
from publish.spark.rows import Row, batches_of, rows_in, table_of  # noqa: E402
from publish.spark.sources import Given  # noqa: E402

Compute = Callable[[Note], Iterable[bytes]]


def open_one(compute: Compute, _limits: Limits) -> list[bytes]:
    """Compute in this process."""
    return [*compute(lambda _words: None)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "project"
    generate(folder, world(2_000, 7), 20)
    return folder


@pytest.fixture(scope="module")
def one_machine(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Checked, Held]]:
    with ExitStack() as files:
        checked, held = check_on_disk(project, None, Work(tmp_path_factory.mktemp("work"), files, lambda *_stage, **_more: None))
        assert held
        yield checked, held


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is computed in closed processes is computed in this one."""
    for module in (deriving, judging, planning, reading):
        monkeypatch.setattr(module, "confined", open_one)


def rows_of(held: Held) -> list[Row]:
    """All lines, in one part, in no order."""
    lines = held.by_subject.read(0, held.by_subject.size).decode().splitlines()
    return sorted(((0, *line.split("\t")) for line in lines), key=hash)


def test_what_is_planned_in_a_closed_process_is_the_same_in_an_open_one(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = read_frame(project).project
    assert frame
    expected = planning.planned(frame)
    monkeypatch.setattr(planning, "confined", open_one)
    assert planning.planned(frame) == expected
    assert len(expected.names) > 10
    assert [one.variable for one in expected.rules] == ["membership"]


@pytest.mark.usefixtures("opened")
def test_files_are_read(project: Path, tmp_path: Path) -> None:
    frame = read_frame(project).project
    assert frame
    file = min(project.glob("data/c*-0001.ttl"))
    triples = [quad.triple for quad in pyoxigraph.parse(path=file)]
    stated = NamedNode(frame.base + "stated")
    for suffix, form, graph in ((".nt", RdfFormat.N_TRIPLES, DefaultGraph()), (".nq", RdfFormat.N_QUADS, stated)):
        quads = [Quad(one.subject, one.predicate, one.object, graph) for one in triples]
        (tmp_path / f"a{suffix}").write_bytes(pyoxigraph.serialize(quads, format=form) or b"")
    shutil.copy(file, tmp_path / "a.ttl")
    given = Given({str(path): path.name for path in tmp_path.iterdir()}, {}, ())
    pieces = [
        *reading._files(batches_of([(f"file://{tmp_path}/a.ttl", 0, (tmp_path / "a.ttl").read_bytes())], READ)),
        *reading._files(batches_of([(f"file://{tmp_path}/b.ttl", 0, b"")], READ)),
        *(
            piece
            for name in ("a.nt", "a.nq")
            for piece in reading._pieces(
                batches_of([(f"file://{tmp_path}/{name}", 0, line) for line in (tmp_path / name).read_bytes().split(b"\n")[:-1]], READ)
            )
        ),
    ]
    rows = [*reading._rows(pieces, Reader(frame), given)]
    heads = {row[0]: json.loads(row[4]) for row in rows if row[4]}
    assert {name: (head["findings"], head["faults"]) for name, head in heads.items()} == dict.fromkeys(("a.ttl", "a.nt", "a.nq"), ([], []))
    lines = {name: {row[1:4] for row in rows if row[0] == name and not row[4]} for name in heads}
    assert lines["a.ttl"] == lines["a.nt"] == lines["a.nq"]
    assert len(lines["a.ttl"]) == len({*triples})
    too_large = [*reading._rows([("file:///x", 0, 0, None)], Reader(frame), Given({"/x": "x.ttl"}, {}, ()))]
    assert "input-size" in str(too_large)


READ = "path string, start long, content binary"


def test_a_part_is_counted(one_machine: tuple[Checked, Held]) -> None:
    _checked, held = one_machine
    looked = Looked(held.frame.base)
    rows = rows_of(held)
    turned = [(shard, value, predicate, subject, tag) for shard, subject, predicate, value, tag in rows]
    for table, count in ((rows, counting._subjects), (turned, counting._values)):
        (row,) = rows_in(count(table_of(table, ORDERED), held.frame).to_batches())
        looked.add(row[1])
    assert looked.numbers.statistics() == held.looked.numbers.statistics()
    assert looked.numbers.forms() == held.looked.numbers.forms()


@pytest.mark.usefixtures("opened")
def test_a_part_is_judged(one_machine: tuple[Checked, Held]) -> None:
    checked, held = one_machine
    given = judging.Given(held.shares.shapes, tuple(held.shares.vocabulary))
    screen = judging._screen(given)
    lines = {row[1:4] for row in rows_of(held)}
    about: dict[str, set[bytes]] = {}
    for subject, predicate, value in lines:
        if predicate == f"<{TYPE.value}":
            about.setdefault(subject, set()).add(value.encode())
    kind = f"<{TYPE.value}".encode()
    focus = [(0, node, None, str(number)) for node, kinds in about.items() for number in screen.targets.of_subject(node.encode(), {kind: sorted(kinds)})]
    ((_shard, counts, found),) = rows_in(
        judging._judge(table_of([*focus, *((0, *line) for line in lines)], "shard int, s string, p string, o string"), given).to_batches()
    )
    assert json.loads(counts) == {shape: count for shape, count in held.looked.focus_nodes.items() if count}
    results = understood(found).results
    assert len(results) > 15
    assert Counter(result["focus_node"].strip("<>") for result in results) == Counter(finding.focus_node for finding in checked.findings if finding.shape)


@pytest.mark.usefixtures("opened")
def test_rules_derive_in_a_part(one_machine: tuple[Checked, Held]) -> None:
    _checked, held = one_machine
    (rule,) = planning.planned(held.frame).rules
    lines = {row[1:4] for row in rows_of(held) if row[4] == "s"}
    focus = [(0, subject, None, "0") for subject, predicate, value in lines if predicate.encode() == rule.predicate and value.encode() == rule.value]
    made = [*rows_in(deriving._follow(table_of([*focus, *((0, *line) for line in lines)], "shard int, s string, p string, o string"), [rule]).to_batches())]
    assert {row[:3] for row in made if row[0]} == {row[1:4] for row in rows_of(held) if row[4] == "d"}
    none = deriving._follow(table_of([(0, *line) for line in lines], "shard int, s string, p string, o string"), [rule])
    assert [row for row in rows_in(none.to_batches()) if row[0]] == []


def test_a_part_is_written(one_machine: tuple[Checked, Held], tmp_path: Path) -> None:
    checked, held = one_machine
    publication = OnDisk(framed(held.frame, held.by_subject, held.turned), checked, held, Past(History()), Work(tmp_path, ExitStack(), lambda *_stage: None))
    numbers = publication.numbers
    keys = frozenset(map(publication.notation.context.key, [*numbers.classes, *(name for name in numbers.properties if name != TYPE.value)]))
    written = sorted(rows_in(writing._written(table_of(rows_of(held), ORDERED), publication.notation, keys).to_batches()))
    forms = {form: "".join(f"{text}\n" for other, _shard, _number, text in written if other == form).encode() for form in writing._FORMS}
    said = {form: {str(quad.triple) for quad in pyoxigraph.parse(text, format=writing._FORMS[form])} for form, text in forms.items()}
    assert said["nt"] == said["nq"] == said["ttl"] == said["jsonld"]
    for form, text in forms.items():
        path, size, _digest, statements = writing._proof((f"download/all.00000.{form}.gz", gzip.compress(text)))
        assert (path.split(".")[-2], statements) == (form, numbers.graphs["all"].triples)
        assert size
    lines = b"".join("\t".join(row[1:]).encode() + b"\n" for row in sorted(rows_of(held)))
    assert lines == held.by_subject.read(0, held.by_subject.size)


def test_what_is_made_on_one_machine_alone_is_refused(project: Path, tmp_path: Path) -> None:
    ended = bynet("--root", project, "publish", "--engine", "spark", "--resources", "bundles", "--out", tmp_path / "site")
    assert (ended.code, "--resources bundles" in ended.err) == (2, True)
