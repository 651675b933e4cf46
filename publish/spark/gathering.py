"""Gather what shapes can see from their focus nodes, shard by shard, with joins: the trails of `publish.reach`, walked by all nodes at once.

What is climbed step by step (``rdfs:subClassOf``, whatever a path repeats) is a vocabulary: it is small, and is sent everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame, GroupedData, SparkSession
from pyspark.sql import functions as F  # noqa: N812  # as everybody calls it
from pyspark.storagelevel import StorageLevel

from publish.reach.terms import SUBCLASS
from publish.reach.trails import ANY, START, Edge, Trails
from publish.spark.desk import Desk
from publish.spark.rows import LINES, Row

SEEN = "shard int, s string, p string, o string"
_STEP = "place int, p string, to int"
_BLANK = -1
"""The place of all blank nodes: all that is said of them is seen."""
_NOWHERE = -2
_NEAR = StorageLevel.MEMORY_AND_DISK
"""How what is used twice is held; where it is lost with a machine, it is computed again from what was written down."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """The trails of several shapes as one: their places have numbers of their own, beginning with that of each shape in *starts*."""

    starts: tuple[int, ...]
    edges: tuple[tuple[int, Edge], ...]
    fixed: tuple[tuple[int, bytes], ...]

    @classmethod
    def of(cls, several: Iterable[Trails]) -> Automaton:
        """Return the automaton of *several* trails."""
        starts: list[int] = []
        edges: list[tuple[int, Edge]] = []
        fixed: list[tuple[int, bytes]] = []
        first = 0
        for trails in several:
            starts.append(first)
            edges += [(first + place, Edge(edge.predicate, edge.is_inverse, first + edge.to, edge.in_query)) for place, edge in _placed(trails)]
            fixed += [(first + place, term) for place, term in trails.fixed]
            first += len(trails.places)
        return cls(tuple(starts), tuple(edges), tuple(fixed))

    @property
    def climbed(self) -> frozenset[bytes]:
        """The predicates that a trail can follow again and again, and ``rdfs:subClassOf``."""
        after: dict[int, set[int]] = {}
        for place, edge in self.edges:
            after.setdefault(place, set()).add(edge.to)
        return frozenset(edge.predicate for place, edge in self.edges if edge.predicate != ANY and place in _reached(edge.to, after)) | {SUBCLASS}

    @property
    def climbed_names(self) -> list[str]:
        """The same as texts, sorted."""
        return sorted(predicate.decode() for predicate in self.climbed)

    def shape_of(self, place: int) -> int:
        """Return which of the trails has *place*, by its number."""
        return max(number for number, start in enumerate(self.starts) if start <= place)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen: the *lines* of each shard, each once, and which trails, by their numbers, are *lost* (`publish.reach.trails.Around`)."""

    lines: DataFrame
    lost: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ground:
    """What trails are walked on: distinct *lines*, in so many *shards*, and the *desk* at which that is done."""

    lines: DataFrame
    shards: int
    desk: Desk

    def vocabulary(self, automaton: Automaton) -> list[Row]:
        """Return the lines with what is climbed, sorted."""
        return sorted(tuple(row) for row in self.lines.where(F.col("p").isin(*automaton.climbed_names)).select("s", "p", "o").collect())


def gathered(ground: Ground, automaton: Automaton, focus: DataFrame, vocabulary: Sequence[Row]) -> Seen:
    """Return what is seen on *ground* from *focus*, rows of shard, number of trails, and node; *vocabulary* are the lines with what is climbed."""
    return _Walk(ground, automaton, vocabulary).seen(focus)


def shard_of(node: str, shards: int) -> Column:
    """Return the shard of the node in the column *node*."""
    return F.pmod(F.xxhash64(node), F.lit(shards)).cast("int")


def by_shard(focus: DataFrame, lines: DataFrame) -> GroupedData:
    """Return rows of shard and line, shard by shard; a focus node comes as a line without predicate, the number of its trails as its object."""
    nodes = focus.select("shard", F.col("node").alias("s"), F.lit(None).cast("string").alias("p"), F.col("number").cast("string").alias("o"))
    return nodes.unionByName(lines).groupBy("shard")


class _Walk:
    """A walk along all trails at once, a step after the other."""

    def __init__(self, ground: Ground, automaton: Automaton, vocabulary: Sequence[Row]) -> None:
        self._session: SparkSession = ground.lines.sparkSession
        self._vocabulary = self._table(vocabulary, LINES)
        self._ground, self._automaton = ground, automaton
        self._goes_on = {place for place, _edge in automaton.edges}
        self._climbed = automaton.climbed

    def seen(self, focus: DataFrame) -> Seen:
        keep = self._ground.desk.keep
        frontier = self._begun(focus).persist(_NEAR)
        met, steps = [frontier], []
        lost: set[int] = set()
        while places := self._places(frontier, lost):
            steps.append(self._step(frontier, places).persist(_NEAR))
            led = steps[-1].select("shard", F.col("to").alias("place"), F.col("other").alias("node"))
            new = led.where(F.col("place").isin(*self._goes_on)).unionByName(_blank(led)).distinct()
            frontier = keep(new.join(union(met), ["shard", "place", "node"], "left_anti"))
            met.append(frontier)
        seen = keep((union([step.select("shard", "s", "p", "o") for step in steps]) if steps else self._table([], SEEN)).distinct())
        for frame in (met[0], *steps):
            frame.unpersist()
        return Seen(seen, frozenset(self._automaton.shape_of(place) for place in lost))

    def _begun(self, focus: DataFrame) -> DataFrame:
        """The places in which trails begin."""
        starts = self._table([(number, START + start) for number, start in enumerate(self._automaton.starts)], "number int, place int")
        shards = range(self._ground.shards)
        fixed = self._table([(shard, place, term.decode()) for shard in shards for place, term in self._automaton.fixed], "shard int, place int, node string")
        begun = focus.join(F.broadcast(starts), "number").select("shard", "place", "node").unionByName(fixed)
        return begun.unionByName(_blank(begun)).distinct()

    def _places(self, frontier: DataFrame, lost: set[int]) -> set[int]:
        """The places of a frontier from which anything is seen; those from which a trail is lost are added to *lost*."""
        losing = {place for place, edge in self._automaton.edges if edge.in_query and edge.is_inverse}
        is_typed = F.col("node").like('"%>')
        found = frontier.groupBy("place").agg(F.max(is_typed).alias("is_typed")).collect()
        lost.update(row.place for row in found if row.is_typed and row.place in losing)
        return {row.place for row in found} & {*self._goes_on, _BLANK}

    def _step(self, frontier: DataFrame, places: set[int]) -> DataFrame:
        """What is seen from *frontier*: shard, the line, and where that leads: a place, and the node there."""
        edges = [(place, edge) for place, edge in self._automaton.edges if place in places]
        if _BLANK in places:
            edges.append((_BLANK, Edge(ANY, is_inverse=False, to=_NOWHERE)))
        parts = []
        for lines, is_climbing in ((self._ground.lines, False), (F.broadcast(self._vocabulary), True)):
            some = [(place, edge) for place, edge in edges if (edge.predicate in self._climbed) is is_climbing]
            parts += [self._forwards(frontier, lines, some), self._backwards(frontier, lines, some)]
        return union([part for part in parts if part is not None])

    def _forwards(self, frontier: DataFrame, lines: DataFrame, edges: Sequence[tuple[int, Edge]]) -> DataFrame | None:
        steps = [(place, edge.predicate.decode(), edge.to) for place, edge in edges if not edge.is_inverse]
        if not steps:
            return None
        begun = frontier.where(F.col("place").isin({place for place, *_rest in steps}))
        table = F.broadcast(self._table(steps, _STEP).withColumnRenamed("p", "step"))
        near = begun.join(lines, begun.node == lines.s).join(table, "place").where((F.col("step") == F.col("p")) | (F.col("step") == ANY.decode()))
        return near.select("shard", "s", "p", "o", "to", F.col("o").alias("other"))

    def _backwards(self, frontier: DataFrame, lines: DataFrame, edges: Sequence[tuple[int, Edge]]) -> DataFrame | None:
        steps = [(place, edge.predicate.decode(), edge.to) for place, edge in edges if edge.is_inverse]
        if not steps:
            return None
        begun = frontier.join(F.broadcast(self._table(steps, _STEP)), "place").withColumnRenamed("p", "step")
        near = begun.join(lines, (begun.node == lines.o) & (begun.step == lines.p))
        return near.select("shard", "s", "p", "o", "to", F.col("s").alias("other"))

    def _table(self, rows: Sequence[tuple[object, ...]], columns: str) -> DataFrame:
        return self._session.createDataFrame(list(rows), columns)


def _placed(trails: Trails) -> Iterable[tuple[int, Edge]]:
    return ((place, edge) for place, edges in enumerate(trails.places) for edge in edges)


def _blank(nodes: DataFrame) -> DataFrame:
    """The blank ones of *nodes*, in their place."""
    return nodes.where(F.col("node").startswith("_")).withColumn("place", F.lit(_BLANK))


def _reached(place: int, after: dict[int, set[int]]) -> set[int]:
    found, waiting = {place}, [place]
    while waiting:
        new = after.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def union(frames: Sequence[DataFrame]) -> DataFrame:
    """Return the rows of all *frames*, one at least."""
    return reduce(DataFrame.unionByName, frames)
