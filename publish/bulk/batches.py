"""Judge suspects in batches, each with an extract that fits the memory, side by side: what is found is what one judgement of all of them finds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from publish.bulk.held import Held
from publish.bulk.judging import Extract, Extracts, Found, everything
from publish.confined import Limits, Note, Stopped, limits_for
from publish.parallel import WORKERS, confined_each
from publish.reach.terms import n_term
from publish.shapes.answer import Answer, answer_of, software
from publish.shapes.attempts import Attempt, first_attempt, number_at
from publish.shapes.judgement import judge
from publish.shapes.merging import Told, crowded, failed, merged
from publish.shapes.suspects import Suspects

MOST = 1000
"""How many suspects a batch has."""
_AT_ONCE = 2 * WORKERS
"""How many extracts are in memory at once."""
_GROWTH = 40
"""How many bytes a byte of an extract may come to, where it is judged and where it waits."""
_MEBIBYTE = 1 << 20

Named = tuple[str, str]
"""A shape, by its name, and one of its focus nodes, as lines have it."""


@dataclass(slots=True)
class Batch:
    """Suspects to be judged together, or all focus nodes where there are none given; their *extract*, once it is there, and what was *told* of them."""

    suspects: Sequence[Named] | None
    extract: Extract | None = None
    attempt: Attempt | None = None
    told: list[Told] = field(default_factory=list)
    stopped: dict[int | None, Told] = field(default_factory=dict)
    """What is said of each stop, by the number of the shape."""


def batches(suspects: Sequence[Named], found: Found) -> list[Batch]:
    """Return all *suspects*, those that were *found* among them, in batches: those of shapes that see all of the data in one, which needs that once."""
    if found.is_deep:
        return [Batch(None)]
    every = [*dict.fromkeys([*suspects, *found.focus_nodes])]
    wide = [suspect for suspect in every if suspect[0] in found.wide]
    narrow = [suspect for suspect in every if suspect[0] not in found.wide]
    shares = [narrow[start : start + MOST] for start in range(0, len(narrow), MOST)]
    return [Batch(share) for share in (*shares, wide) if share] or [Batch(())]


class Judges:
    """Those who judge what is suspect in data that are *held*."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._without: frozenset[int] = frozenset()  # the shapes that failed or were stopped, by their numbers: nothing is told of any suspect of theirs
        self._done: list[Batch] = []

    def answer(self, listed: Sequence[Batch]) -> Answer:
        """Return what is wrong in all batches that are *listed*. Raises `Stopped` where an extract can't be taken."""
        waiting = [*listed]
        while waiting:
            now, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            waiting += self._taken_out(now)
            waiting = [*self._judged(now), *waiting] or self._crowded()
        stopped = {number: stop for batch in self._done for number, stop in batch.stopped.items()}
        return answer_of([*merged([batch.told for batch in self._done])], [*stopped.values()], software())

    def _taken_out(self, now: Sequence[Batch]) -> Iterator[Batch]:
        """Have the extract of each batch, and yield those of suspects for which there was no room in it."""
        limits = self._limits(now, self._held.limits.seconds)
        for batch in now:
            if batch.suspects is not None and not batch.suspects:
                batch.extract = Extract(b"")  # of nothing, for what is wrong with the shapes themselves
        new = [batch for batch in now if batch.extract is None]
        answers = confined_each((partial(self._extract, batch, limits.memory) for batch in new), limits, self._held.descriptors)
        for batch, answer in zip(new, answers, strict=True):
            if isinstance(answer, Stopped):
                raise answer
            count = int(answer[0])
            batch.extract = Extract(*answer[1:])
            if batch.suspects is not None and count < len(batch.suspects):
                yield Batch(batch.suspects[count:])
                batch.suspects = batch.suspects[:count]

    def _extract(self, batch: Batch, memory: int, _note: Note) -> Iterator[bytes]:
        suspects = [(shape, node.encode()) for shape, node in batch.suspects or ()]
        if batch.suspects is None:
            extract, count = everything(self._held.by_subject), 0
        else:
            extract, count = Extracts(self._held.shares).of(suspects, memory * _MEBIBYTE // _GROWTH)
        yield from (b"%d" % count, extract.data, extract.asked)

    def _judged(self, now: Sequence[Batch]) -> Iterator[Batch]:
        """Judge each batch, and yield those that are to be judged once more, from a later shape on."""
        triples = max(batch.extract.triples for batch in now if batch.extract) + self._held.shares.shapes.count(b"\n")
        limits = self._limits(now, limits_for(triples).seconds)
        attempts = [batch.attempt or first_attempt(limits) for batch in now]
        granted = max((attempt.granted for attempt in attempts), key=lambda granted: granted.seconds)
        answers = confined_each((partial(self._judge, batch, attempt.start) for batch, attempt in zip(now, attempts, strict=True)), granted)
        for batch, attempt, answer in zip(now, attempts, answers, strict=True):
            batch.attempt = self._heard(batch, attempt, answer)
            if batch.attempt:
                yield batch
            else:
                batch.extract = None
                self._done.append(batch)

    def _heard(self, batch: Batch, attempt: Attempt, answer: list[bytes] | Stopped) -> Attempt | None:
        """Keep what was told of a batch, and return the next attempt at it; nothing where it needs none."""
        batch.told += map(json.loads, answer.pieces if isinstance(answer, Stopped) else answer)
        self._without |= failed(batch.told)
        if not isinstance(answer, Stopped):
            return None
        number = number_at(answer)
        batch.stopped[number] = attempt.told(answer)
        if number is not None:
            self._without |= {number}
        return attempt.after(answer)

    def _judge(self, batch: Batch, start: int, note: Note) -> Iterator[bytes]:
        extract = batch.extract or Extract(b"")
        told = judge(extract.data, self._held.shares.shapes, start, note, self._suspects(batch, extract))
        return (json.dumps(piece).encode() for piece in told)

    def _suspects(self, batch: Batch, extract: Extract) -> Suspects | None:
        if batch.suspects is None:
            return None
        nodes: dict[str, list[str]] = {}
        for shape, node in batch.suspects:
            nodes.setdefault(shape, []).append(n_term(node.encode()).decode())
        return Suspects(self._held.looked.focus_nodes, nodes, extract.asked, self._without)

    def _crowded(self) -> list[Batch]:
        """The batches that are to be judged anew: results of which nothing is to be told took the room of others."""
        again = [batch for batch in self._done if crowded(batch.told, self._without)]
        self._done = [batch for batch in self._done if batch not in again]
        return [Batch(batch.suspects) for batch in again]

    def _limits(self, now: Sequence[Batch], seconds: float) -> Limits:
        return Limits(seconds, self._held.memory // min(WORKERS, len(now)))
