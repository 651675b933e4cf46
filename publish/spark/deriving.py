"""Derive with rules on a cluster: each rule is asked, shard by shard, of all that it can see from one of its variables (`publish.reach`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from publish.bulk.footprint import footprint, made_by
from publish.bulk.lines import lines_of, n_triples, triples_of
from publish.confined import Ending, Limits, Note, Stopped, confined, limits_for
from publish.derive import ROUNDS, constructed, spellings
from publish.errors import BadQuery, Mistake
from publish.model import Project
from publish.query import Query
from publish.spark.gathering import Automaton, Ground, by_shard, gathered, shard_of
from publish.spark.planning import Seeing
from publish.spark.refusals import Unbounded
from publish.spark.rows import LINES, line_of, rows_in, table_of
from publish.sparql import words_of
from publish.trial import Halted, stopped_at

_FOCUS = NamedNode("urn:bynet:focus")
"""The graph, and its predicate, that tell which nodes a rule is asked of in a shard; a rule sees none but the default graph."""
_MADE = f"{LINES}, kept string, wrong string"


def _restricted(one: Seeing) -> Query:
    """The rule, with no solutions but those in which its variable is a node of the shard (`_FOCUS`)."""
    body = one.rule.body
    words = words_of(body)
    end = words.rindex("}")
    depth, start = 1, end
    while depth:
        start -= 1
        depth += {"}": 1, "{": -1}.get(words[start], 0)
    if "{" not in words[:start]:
        raise BadQuery("no-construct", file=one.rule.file)
    focus = f"GRAPH <{_FOCUS.value}> {{ ?{one.variable} <{_FOCUS.value}> ?bynetFocus }}"
    return replace(one.rule, body=f"{body[:start]}{{ {focus} {body[start : end + 1]} }}{body[end + 1 :]}")


@dataclass(frozen=True, slots=True)
class Derived:
    """Derives from the lines of *ground* by the *rules* of *frame*, of which it is known what they can see."""

    frame: Project
    rules: Sequence[Seeing]
    ground: Ground

    def lines(self) -> DataFrame:
        """Return the lines of what follows, each once, without what is stated. Raises `BadQuery`, and `Halted` where a rule is stopped."""
        stated, keep = self.ground.lines, self.ground.desk.keep
        derived = keep(self._table(lines_of(self.frame.triples("judgements"))).join(stated, ["s", "p", "o"], "left_anti").distinct())
        for _round in range(ROUNDS if self.rules else 0):
            known = stated.unionByName(derived)
            new = keep(self._followed(known).join(known, ["s", "p", "o"], "left_anti").distinct())
            if new.isEmpty():
                return derived
            derived = derived.unionByName(new)
            if not self._is_chained():
                return derived
        if self.rules:
            raise BadQuery("endless-rules", rounds=ROUNDS)
        return derived

    def _is_chained(self) -> bool:
        """Whether rules may see what rules make."""
        sees, made = footprint(self.frame.rules), made_by(self.frame.rules)
        return sees is None or made is None or bool(sees & made)

    def _followed(self, known: DataFrame) -> DataFrame:
        desk, shards = self.ground.desk, self.ground.shards
        automaton = Automaton.of(one.trails for one in self.rules)
        ground = Ground(known, shards, desk)
        focus = self._focus(known).persist()
        around = gathered(ground, automaton, focus, ground.vocabulary(automaton))
        if around.lost:
            raise Unbounded([Mistake("rule-unbounded", file=self.rules[number].rule.file) for number in sorted(around.lost)])
        shared = known.sparkSession.sparkContext.broadcast(tuple(self.rules))
        made = by_shard(focus, around.lines).applyInArrow(lambda table: _follow(table, shared.value), _MADE).persist()
        self._raise(made)
        return self._spelt(made)

    def _focus(self, known: DataFrame) -> DataFrame:
        wanted = [(number, one.predicate.decode(), one.value and one.value.decode()) for number, one in enumerate(self.rules)]
        table = F.broadcast(known.sparkSession.createDataFrame(wanted, "number int, p string, value string"))
        focus = known.join(table, "p").where("value is null or value = o").select("number", F.col("s").alias("node")).distinct()
        return focus.withColumn("shard", shard_of("node", self.ground.shards))

    def _raise(self, made: DataFrame) -> None:
        """Raise what went wrong in any shard."""
        wrong = made.where("wrong is not null").select("wrong").orderBy("wrong").limit(1).collect()
        if wrong:
            said: dict[str, str] = json.loads(wrong[0].wrong)
            if "reason" in said:
                limits = Limits(float(said["seconds"]), int(said["memory"]))
                raise Halted(stopped_at(self.frame, Stopped(said["reason"], Ending(0, said["noted"], 0.0), []), limits))
            raise BadQuery(**said)

    def _spelt(self, made: DataFrame) -> DataFrame:
        """What was made, with literals as the data spell them, where they spell them in one way only (`publish.derive.spellings`)."""
        lines = made.where("wrong is null and kept is null").select("s", "p", "o")
        kept = made.where("kept is not null").select("kept", F.col("o").alias("spelt")).distinct()
        others = self.ground.lines.select(F.col("o").alias("kept")).distinct()
        sure = kept.join(others, "kept", "left_anti").groupBy("kept").agg(F.max("spelt").alias("spelt"))
        return lines.join(sure, lines.o == sure.kept, "left").select("s", "p", F.coalesce("spelt", "o").alias("o"))

    def _table(self, lines: Iterable[bytes]) -> DataFrame:
        rows = [tuple(line.decode().removesuffix("\n").split("\t")) for line in lines]
        return self.ground.lines.sparkSession.createDataFrame(rows, LINES)


def _follow(table: pa.Table, seen: Sequence[Seeing]) -> pa.Table:
    """The lines that rules make in a shard, how a store spells literals, or what went wrong."""
    rows = [row[1:] for row in rows_in(table.select(["shard", "s", "p", "o"]).to_batches())]
    nodes = [(node, int(number)) for node, predicate, number in rows if predicate is None]
    lines = b"".join(b"%b\n" % line for line in {line_of(row) for row in rows if row[1] is not None})
    limits = limits_for(len(rows))

    def compute(note: Note) -> Iterator[bytes]:
        try:
            made = [*_made(lines, nodes, seen, note)]
        except BadQuery as error:
            yield json.dumps({"name": error.name, **error.values}).encode()
            return
        known = spellings(triple.object for triple in triples_of(n_triples(lines)))
        yield b""
        yield b"".join(lines_of({*made}))
        yield json.dumps([[str(kept), str(literal)] for kept, literal in known.items()]).encode()

    try:
        wrong, *answer = confined(compute, limits)
    except Stopped as stopped:
        wrong = json.dumps({"reason": stopped.reason, "noted": stopped.noted, "seconds": str(limits.seconds), "memory": str(limits.memory)}).encode()
    if wrong:
        return table_of([(None, None, None, None, wrong.decode())], _MADE)
    made = [(*line.decode().split("\t"), None, None) for line in answer[0].splitlines()]
    return table_of([*made, *((None, None, literal, kept, None) for kept, literal in json.loads(answer[1]))], _MADE)


def _made(lines: bytes, nodes: Iterable[tuple[str, int]], seen: Sequence[Seeing], note: Note) -> Iterator[Triple]:
    said = n_triples(lines)
    for number, one in enumerate(seen):
        store = Store()
        store.bulk_load(said, RdfFormat.N_TRIPLES)
        focus = (NamedNode(node[1:]) for node, rule in nodes if rule == number and node.startswith("<"))
        store.extend(Quad(node, _FOCUS, _FOCUS, _FOCUS) for node in focus)
        yield from constructed(store, _restricted(one), note)
