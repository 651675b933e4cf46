"""Run confined computations side by side, as many as there are processors, and have their answers in order (`publish.confined`)."""

from __future__ import annotations

import os
import selectors
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from publish.confined import Limits, Note, Started, Stopped, answered, end, start

Compute = Callable[[Note], Iterable[bytes]]

WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""How many computations run at once."""
_AHEAD = 2
"""How many answers, times the workers, may wait for one that takes longer."""


@dataclass(slots=True)
class _Running:
    child: Started
    pieces: list[bytes] = field(default_factory=list)
    is_done: bool = False


def confined_each(computes: Iterable[Compute], limits: Limits, kept: Iterable[int] = ()) -> Generator[list[bytes] | Stopped, None, None]:
    """Return what each of *computes* yields, in their order, or why it was stopped; each runs in a child process within *limits*, the first from now on.

    The children may read the descriptors *kept*, and open nothing.
    """
    answers = _answers(iter(computes), limits, kept)
    next(answers)
    return answers


def _answers(waiting: Iterator[Compute], limits: Limits, kept: Iterable[int]) -> Generator[list[bytes] | Stopped, None, None]:
    """Start the first computations and yield something once that is done; then what `confined_each` returns."""
    queue: deque[_Running] = deque()
    with selectors.DefaultSelector() as selector:
        fill = partial(_fill, queue, waiting, selector, partial(start, limits=limits, kept=[*kept]))
        try:
            fill()
            yield []
            while queue:
                while queue and queue[0].is_done:
                    yield _answer(queue.popleft())
                    fill()
                for key, _events in selector.select() if queue else ():
                    _read(key.data, selector)
                fill()
        finally:
            for running in queue:
                end(running.child)


def confined_all(computes: Iterable[Compute], limits: Limits, kept: Iterable[int] = ()) -> Iterator[list[bytes]]:
    """Yield what each of *computes* yields, as `confined_each` does. Raises the `Stopped` of one that is stopped; the others are ended then."""
    with closing(confined_each(computes, limits, kept)) as answers:
        for answer in answers:
            if isinstance(answer, Stopped):
                raise answer
            yield answer


def _fill(queue: deque[_Running], waiting: Iterator[Compute], selector: selectors.BaseSelector, begin: Callable[[Compute], Started]) -> None:
    """Start what there is a processor for."""
    while sum(not running.is_done for running in queue) < WORKERS and len(queue) < WORKERS * _AHEAD:
        compute = next(waiting, None)
        if compute is None:
            break
        running = _Running(begin(compute))
        selector.register(running.child.reading, selectors.EVENT_READ, running)
        queue.append(running)


def _read(running: _Running, selector: selectors.BaseSelector) -> None:
    piece = os.read(running.child.reading, 1 << 20)
    if piece:
        running.pieces.append(piece)
    else:
        selector.unregister(running.child.reading)
        running.is_done = True


def _answer(running: _Running) -> list[bytes] | Stopped:
    try:
        return answered(running.child, b"".join(running.pieces))
    except Stopped as stopped:
        return stopped
