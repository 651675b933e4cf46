"""What has changed in data on disk since they were published last, and what it concerns: that alone is looked at again.

A focus node is looked at again where a change is in its reach (`publish.reach.reach.affected`), in the data before and after. Its old share
in all counts is taken away and its new one added, so that what is seen is what a look at everything sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from publish.bulk.counting import Numbers
from publish.bulk.graph import OnDisk
from publish.bulk.index import Index
from publish.bulk.judging import found_piece
from publish.bulk.lines import ONTOLOGY, Fields
from publish.bulk.looking import Looked, Shares, is_withdrawn, states, undescribed
from publish.bulk.runs import Run
from publish.confined import Note
from publish.model import TYPE, Project
from publish.reach import reach
from publish.reach.screen import Asked, Look, Screen

_TYPE = b"<" + TYPE.value.encode()
_MOST = 20
"""What part of all lines may have changed: beyond one in so many everything is looked at."""


@dataclass(frozen=True, slots=True)
class Change:
    """Tagged lines that are no longer there, and those that are new, both sorted."""

    removed: Sequence[bytes]
    added: Sequence[bytes]

    @property
    def fields(self) -> list[Fields]:
        """The fields of all these lines."""
        return [line.rstrip(b"\n").split(b"\t") for line in (*self.removed, *self.added)]

    @property
    def predicates(self) -> frozenset[bytes]:
        """The predicates of all these lines."""
        return frozenset(fields[1] for fields in self.fields)

    def concerns(self, predicates: frozenset[bytes] | None) -> bool:
        """Whether any line has one of *predicates*, which may be all."""
        return bool(self.fields) if predicates is None else not self.predicates.isdisjoint(predicates)

    def turned(self) -> Change:
        """Return the same lines, turned round."""
        return Change(_turned(self.removed), _turned(self.added))

    def then(self, other: Change) -> Change:
        """Return the change that both make together, this one first."""
        gone, come, gone_then, come_then = (set(lines) for lines in (self.removed, self.added, other.removed, other.added))
        return Change(sorted(gone - come_then | gone_then - come), sorted(come - gone_then | come_then - gone))


def change(old: Iterable[Run], new: Iterable[Run]) -> Change:
    """Return what is in *new* runs and not in *old* ones, and the other way round; a file that did not change is not looked into."""
    before, after = {run.lines for run in old}, {run.lines for run in new}
    gone, come = _lines(before - after), _lines(after - before)
    return Change(sorted(gone - come), sorted(come - gone))


def is_small(change: Change, lines: int) -> bool:
    """Whether *change* is small in so many *lines*."""
    return len(change.fields) * _MOST < lines


def _lines(paths: Iterable[Path]) -> set[bytes]:
    return {line for path in paths for line in path.read_bytes().splitlines(keepends=True)}


def _turned(lines: Iterable[bytes]) -> list[bytes]:
    parts = [line.split(b"\t") for line in lines]
    return sorted(b"\t".join((third, second, first, tag)) for first, second, third, tag in parts)


class Everything(Exception):
    """A change that may concern any focus node."""


def looked_again(frame: Project, shares: Shares, before: tuple[Looked, Index, Index], changed: Change, _note: Note) -> Iterator[bytes]:
    """Yield what is seen now, as JSON, from what was seen *before* in lines by subject and turned; nothing where everything has to be looked at.

    Then what queries of shapes find, for `publish.bulk.judging.Found.of`, where they need not be asked of all data.
    """
    looked, *lines = before
    screen = Screen(shares.shapes, shares.vocabulary)
    known = {named.name: reach.reach_of(named) for named in screen.shapes}
    old, new = OnDisk(*lines), OnDisk(shares.by_subject, shares.turned)
    try:
        nodes = _concerned(screen, known, changed, (old, new))
    except Everything:
        return
    gone, come = _looked_at(screen, old, nodes), _looked_at(screen, new, nodes)
    looked.focus_nodes.update(come.seen.focus_nodes)
    looked.focus_nodes.subtract(gone.seen.focus_nodes)
    suspects = [(shape, node.decode()) for shape, node in come.seen.suspects]
    looked.suspects = [*((shape, node) for shape, node in looked.suspects if node.encode() not in nodes), *suspects]
    _count_again(frame.base, looked.numbers, lines, (shares.by_subject, shares.turned), changed)
    subjects = {fields[0] for fields in changed.fields}
    kept = (iri for iri in looked.withdrawn if b"<" + iri.encode() not in subjects)
    looked.withdrawn = sorted({*kept, *(node[1:].decode() for node in subjects if is_withdrawn(new.about(node)))})
    looked.undescribed = sorted(_undescribed(frame, shares, changed))
    looked.asked = _asked_again(screen, known, changed, nodes, (looked.asked, new))
    yield looked.told().encode()
    if looked.asked is not None:
        yield found_piece(screen, new, looked, looked.asked)


def _concerned(screen: Screen, known: Mapping[str, reach.Reach], changed: Change, graphs: tuple[OnDisk, OnDisk]) -> set[bytes]:
    """The nodes of which shapes may say something else, and those that shapes name. Raises `Everything`."""
    if screen.is_deep:
        raise Everything
    triples = [(subject, predicate, value) for subject, predicate, value, _tag in changed.fields]
    asking = {screen.shapes[number].name for number in screen.asking}
    nodes = {subject for subject, _predicate, _value in triples} | set(screen.targets.by_node)
    for name, one in known.items():
        found = reach.affected(replace(one, unbounded=()) if name in asking else one, triples, *graphs)
        if found is None:
            raise Everything
        nodes |= found
    return nodes


def _looked_at(screen: Screen, graph: OnDisk, nodes: Iterable[bytes]) -> Look:
    look = Look(screen, graph)
    is_pointed = any(named.target.objects_of for named in screen.shapes)
    for node in sorted(nodes):
        if said := graph.about(node):
            look.subject(node, said)
        if is_pointed and (predicates := graph.predicates_of(node)):
            look.value(node, predicates)
    look.named()
    return look


def _count_again(base: str, numbers: Numbers, old: Sequence[Index], new: Sequence[Index], changed: Change) -> None:
    gone, come = Numbers(base), Numbers(base)
    for counted, (by_subject, turned) in ((gone, old), (come, new)):
        for subject in sorted({fields[0] for fields in changed.fields}):
            counted.subject(subject, _group(by_subject, subject))
        for value in sorted({fields[2] for fields in changed.fields}):
            counted.value(value, _group(turned, value))
    numbers.subtract(gone.told())
    numbers.add(come.told())
    for kind in {*gone.firsts, *come.firsts}:
        numbers.firsts.pop(kind, None)
        members = (
            fields for fields in _group(new[1], b"<" + kind.encode(), b"\t" + _TYPE) if fields[3] != ONTOLOGY and fields[2].startswith(b"<" + base.encode())
        )
        if first := next(members, None):
            numbers.firsts[kind] = first[2][1:].decode()


def _group(index: Index, first: bytes, rest: bytes = b"") -> list[Fields]:
    return [line.split(b"\t") for line in index.matching(first + rest + b"\t").splitlines()]


def _undescribed(frame: Project, shares: Shares, changed: Change) -> Iterator[str]:
    """The IRIs that are used and not described, among those that are newly used or no longer described."""
    gone = {line[: line.index(b"\t")] for line in changed.removed}
    used = {line.split(b"\t")[2] for line in changed.added}
    is_wanted = undescribed(frame, shares.by_subject)
    for value in sorted(gone | used):
        predicates = {fields[1] for fields in _group(shares.turned, value)} if not states(shares.by_subject, value) else set()
        if is_wanted(value, predicates):
            yield value[1:].decode()


def _asked_again(
    screen: Screen, known: Mapping[str, reach.Reach], changed: Change, nodes: Collection[bytes], before: tuple[list[tuple[int, str]] | None, OnDisk]
) -> list[tuple[int, str]] | None:
    """What queries found *before*, and find now among *nodes*, in the graph; nothing where that is not known but by asking them of everything."""
    kept, graph = before
    concerned = {asked.number for asked in screen.asked if _is_concerned(asked, changed)}
    if kept is None or not concerned:
        return kept
    found = [(number, node) for number, node in kept if number not in concerned or node.encode() not in nodes]
    for asked in (asked for asked in screen.asked if asked.number in concerned):
        again = reach.answers_again(asked, known[asked.shape], nodes, graph)
        if again is None:
            return None
        found += [(asked.number, node.decode()) for node in again]
    return sorted(set(found))


def _is_concerned(asked: Asked, changed: Change) -> bool:
    needs = asked.question.needs
    return changed.concerns(None if needs is None or needs.finding else needs.predicates)
