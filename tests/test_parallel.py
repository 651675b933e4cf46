"""Computations side by side: each answer in its place, each that is stopped told in its own, and nothing of any stays."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import psutil
import pytest

from publish import parallel
from publish.confined import Limits, Note, Stopped
from publish.parallel import confined_each

LIMITS = Limits(1.0, 64)


def telling(number: int, _note: Note) -> list[bytes]:
    return [b"%d" % number]


def slowly(number: int, _note: Note) -> list[bytes]:
    time.sleep(0.3)
    return [b"%d" % number]


def much(_note: Note) -> Iterator[bytes]:
    yield b"x" * 5_000_000
    yield b""
    yield b"y" * 5_000_000


def backtracking(note: Note) -> list[bytes]:
    note("in vain")
    return [str(re.match(r"(a+)+$", "a" * 60 + "!")).encode()]


def filling(_note: Note) -> list[bytes]:
    return [bytes(1 << 30)]


def killed(note: Note) -> Iterator[bytes]:
    yield b"one"
    note("here")
    os.kill(os.getpid(), signal.SIGSEGV)


def failing(_note: Note) -> list[bytes]:
    raise ValueError


def opening(path: Path, _note: Note) -> list[bytes]:
    return [path.read_bytes()]


def reading(descriptor: int, _note: Note) -> list[bytes]:
    return [os.pread(descriptor, 100, 0)]


def descriptors() -> list[str]:
    return sorted(os.listdir("/dev/fd"))  # noqa: PTH208  # names are all there is


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """No descriptor is open after a test that was not before, and there is no other child."""
    before, children = descriptors(), {child.pid for child in psutil.Process().children()}
    yield
    assert descriptors() == before
    assert {child.pid for child in psutil.Process().children()} <= children


def told(answers: Iterable[list[bytes] | Stopped]) -> list[object]:
    return [answer.reason if isinstance(answer, Stopped) else answer for answer in answers]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_answers_come_in_order_whoever_is_first(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORKERS", workers)
    computes = [partial(slowly if number % 5 == 0 else telling, number) for number in range(12)]
    assert told(confined_each(computes, LIMITS)) == [[b"%d" % number] for number in range(12)]
    assert told(confined_each([], LIMITS)) == []
    assert told(confined_each([much, much, much], LIMITS)) == [[b"x" * 5_000_000, b"", b"y" * 5_000_000]] * 3


def test_what_is_stopped_is_told_in_its_place_and_costs_no_other_its_answer() -> None:
    bad: list[Callable[[Note], Iterable[bytes]]] = [backtracking, filling, killed, failing]
    computes = [one for number, compute in enumerate(bad) for one in (partial(telling, number), compute)]
    answers = [*confined_each([*computes, partial(telling, 9)], LIMITS)]
    assert told(answers) == [[b"0"], "time", [b"1"], "memory", [b"2"], "crash", [b"3"], "crash", [b"9"]]
    timed, crashed = answers[1], answers[5]
    assert isinstance(timed, Stopped)
    assert isinstance(crashed, Stopped)
    assert timed.noted == "in vain"
    assert (crashed.noted, crashed.pieces) == ("here", [b"one"])


def test_no_more_run_than_there_are_processors_and_few_answers_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORKERS", 2)
    begun: list[int] = []

    def computes() -> Iterator[partial[list[bytes]]]:
        for number in range(20):
            begun.append(number)
            yield partial(slowly if number == 0 else telling, number)

    answers = confined_each(computes(), LIMITS)
    assert next(answers) == [b"0"]
    assert len(begun) <= 6
    assert len([*answers]) == 19


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_children_are_gone_when_nobody_wants_their_answers(taken: int) -> None:
    answers = confined_each([partial(telling, number) for number in range(3)] + [backtracking] * 5, Limits(60.0, 64))
    assert told(islice(answers, taken)) == [[b"%d" % number] for number in range(taken)]
    answers.close()


def test_children_are_gone_when_what_is_to_be_computed_cannot_be_told() -> None:
    def computes() -> Iterator[Callable[[Note], Iterable[bytes]]]:
        yield backtracking
        raise KeyError

    with pytest.raises(KeyError):
        next(iter(confined_each(computes(), Limits(60.0, 64))))


def test_children_are_gone_when_the_command_is_stopped() -> None:
    def stop(*_signal: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            next(iter(confined_each([backtracking] * 4, Limits(60.0, 64))))
    finally:
        signal.signal(signal.SIGALRM, before)


def test_children_read_what_they_are_given_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("given")
    (tmp_path / "secret").write_text("secret")
    with (tmp_path / "given").open("rb") as given, (tmp_path / "secret").open("rb") as secret:
        computes = [partial(opening, tmp_path / "secret"), partial(reading, given.fileno()), partial(reading, secret.fileno())]
        assert told(confined_each(computes, LIMITS, [given.fileno()])) == ["crash", [b"given"], "crash"]
