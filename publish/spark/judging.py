"""Hold the focus nodes of each shard against the shapes, as on one machine: what the screen is not sure of, pySHACL judges (`publish.shacl`)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from pyoxigraph import RdfFormat, Store
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from publish.bulk.lines import n_triples
from publish.confined import Note, confined, limits_for
from publish.errors import Mistake
from publish.reach import reach
from publish.reach.graph import InMemory
from publish.reach.hierarchy import Hierarchy
from publish.reach.reach import Reach
from publish.reach.screen import Look, Screen, answers
from publish.reach.targets import Target, Targets
from publish.reach.terms import TYPE, n_term
from publish.shacl import answer, prepare
from publish.shapes.answer import Answer, answer_of
from publish.shapes.merging import merged
from publish.shapes.suspects import Suspects
from publish.spark.desk import Desk
from publish.spark.gathering import Ground, by_shard, gathered, shard_of, union
from publish.spark.planning import Plan
from publish.spark.refusals import Unbounded
from publish.spark.rows import line_of, rows_in, table_of

_JUDGED = "shard int, focus_nodes string, answer binary"


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found: how many *focus_nodes* each shape has, by its name, and what the judge answers to all of it."""

    focus_nodes: Mapping[str, int]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Given:
    """What each shard gets beside its lines: the *shapes* as N-Triples, and the lines of the *vocabulary* that they climb."""

    shapes: bytes
    vocabulary: tuple[bytes, ...]


def judged(lines: DataFrame, plan: Plan, shards: int, desk: Desk) -> Judged:
    """Return what the shapes of *plan* find in distinct *lines*. Raises `Unbounded` where what one sees is only known now to be anywhere."""
    ground = Ground(lines, shards, desk)
    vocabulary = ground.vocabulary(plan.automaton)
    given = Given(plan.shapes, tuple(map(line_of, vocabulary)))
    hierarchy = Hierarchy(given.vocabulary)
    if hierarchy.is_deep:
        raise Mistake("classes-too-deep")
    focus = _focus(lines, Targets(plan.targets, hierarchy), plan.targets).withColumn("shard", shard_of("node", shards)).persist()
    seen = gathered(ground, plan.automaton, focus, vocabulary)
    if seen.lost:
        raise Unbounded([Mistake("shape-unbounded-spelling", shape=plan.names[number]) for number in sorted(seen.lost)])
    shared = lines.sparkSession.sparkContext.broadcast(given)
    rows = by_shard(focus, seen.lines).applyInArrow(lambda table: _judge(table, shared.value), _JUDGED).collect()
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(json.loads(row.focus_nodes))
    return Judged(counts, _together(plan.shapes, counts, [bytes(row.answer) for row in sorted(rows, key=lambda row: int(row.shard)) if row.answer]))


def _together(shapes: bytes, counts: Mapping[str, int], answers: Sequence[bytes]) -> Answer:
    """One answer made of those about the suspects of each shard."""
    first = answer(b"", shapes, limits_for(0), Suspects(counts, {}))  # what there is to say of the shapes themselves
    told = [json.loads(one) for one in (first, *answers)]
    stopped = {json.dumps(stop): stop for one in told for stop in one["stopped"]}
    return answer_of([*merged([one["judged"] for one in told])], [*stopped.values()], told[0]["software"])


def _focus(lines: DataFrame, table: Targets, targets: Sequence[Target]) -> DataFrame:
    """Rows of the number of a shape, and a focus node of it, each once."""
    kinds = {(kind, number) for kind, numbers in table.by_class.items() for number in numbers}
    subjects = {(predicate, number) for number, target in enumerate(targets) for predicate in target.subjects_of}
    objects = {(predicate, number) for number, target in enumerate(targets) for predicate in target.objects_of}
    nodes = {(node, number) for number, target in enumerate(targets) for node in target.nodes}
    typed = lines.where(F.col("p") == TYPE.decode())
    parts = [
        _joined(typed, _numbered(lines.sparkSession, kinds, "o"), "s"),
        _joined(lines, _numbered(lines.sparkSession, subjects, "p"), "s"),
        _joined(lines, _numbered(lines.sparkSession, objects, "p"), "o"),
        _numbered(lines.sparkSession, nodes, "node").select("number", "node"),
    ]
    return union(parts).distinct()


def _numbered(session: SparkSession, pairs: Iterable[tuple[bytes, int]], column: str) -> DataFrame:
    return session.createDataFrame(sorted((name.decode(), number) for name, number in pairs), f"{column} string, number int")


def _joined(lines: DataFrame, numbered: DataFrame, column: str) -> DataFrame:
    """What stands in *column* of the lines that have a number, with that."""
    return lines.join(F.broadcast(numbered), numbered.columns[0]).select("number", F.col(column).alias("node"))


@lru_cache(1)
def _screen(given: Given) -> Screen:
    prepare()
    return Screen(given.shapes, given.vocabulary)


@lru_cache(1)
def _reaches(given: Given) -> Mapping[str, Reach]:
    return {one.name: reach.reach_of(one) for one in _screen(given).shapes}


def _judge(table: pa.Table, given: Given) -> pa.Table:
    """One row: what is found in a shard."""
    rows = [*rows_in(table.to_batches())]
    focus: dict[bytes, list[int]] = {}
    for _shard, node, _predicate, number in (row for row in rows if row[2] is None):
        focus.setdefault(node.encode(), []).append(int(number))
    lines = sorted({*given.vocabulary, *(line_of(row[1:]) for row in rows if row[2] is not None)})
    _reaches(given)  # made ready once, for all children
    counts, suspects, data, asked = _looked(lines, focus, given)
    found = b""
    if suspects:
        told = Suspects(counts, suspects, asked)
        found = answer(data, given.shapes, limits_for(data.count(b"\n")), told)
    return table_of([(rows[0][0], json.dumps(counts), found)], _JUDGED)


def _looked(lines: Sequence[bytes], focus: Mapping[bytes, Sequence[int]], given: Given) -> tuple[dict[str, int], dict[str, list[str]], bytes, bytes]:
    """The number of focus nodes of each shape, its suspects, what the judge needs to see of them, and what queries need beside that."""
    limits = limits_for(len(lines))

    def compute(note: Note) -> Iterator[bytes]:
        screen, graph = _screen(given), InMemory(lines)
        look = Look(screen, graph)
        for node, numbers in sorted(focus.items()):
            look.given(node, tuple(sorted(numbers)))
        suspects = [*look.seen.suspects, *_asked(screen, lines, graph, focus, note)]
        known = _reaches(given)
        nodes: dict[str, list[str]] = {}
        for shape, node in dict.fromkeys(suspects):
            nodes.setdefault(shape, []).append(n_term(node).decode())
        is_bounded = all(known[shape].is_bounded for shape in nodes)
        yield json.dumps(dict(look.seen.focus_nodes)).encode()
        yield json.dumps(nodes).encode()
        yield n_triples(b"".join(sorted(line.removesuffix(b"\n") + b"\n" for line in reach.extract(graph, known, suspects))))
        yield b"" if is_bounded else n_triples(b"".join(b"%b\n" % line for line in given.vocabulary))

    counts, suspects, data, asked = confined(compute, limits)
    return json.loads(counts), json.loads(suspects), data, asked


def _asked(screen: Screen, lines: Sequence[bytes], graph: InMemory, focus: Mapping[bytes, Sequence[int]], note: Note) -> Iterator[tuple[str, bytes]]:
    """Yield the suspects that queries find among the focus nodes of a shard."""
    if not screen.asked:
        return
    store = Store()
    store.bulk_load(n_triples(b"".join(b"%b\n" % line for line in lines)), RdfFormat.N_TRIPLES)
    for one in screen.asked:
        note(one.shape)
        yield from ((one.shape, node) for node in answers(one, store, graph) if one.number in focus.get(node, ()))
