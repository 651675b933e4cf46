"""A computation in a child process: it answers, or its parent is told why it does not; it opens nothing, and it dies alone."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psutil
import pytest

from publish.confined import Limits, Note, Stopped, confined

LIMITS = Limits(0.5, 64)


def opening(path: Path) -> Callable[[Note], Iterable[bytes]]:
    return lambda _note: [path.read_bytes()]


def writing(path: Path) -> Callable[[Note], Iterable[bytes]]:
    return lambda _note: [b"%d" % path.write_bytes(b"here")]


def connecting(port: int) -> Callable[[Note], Iterable[bytes]]:
    return lambda _note: [socket.create_connection(("127.0.0.1", port)).recv(1)]


def backtracking(_note: Note) -> list[bytes]:
    return [str(re.match(r"(a+)+$", "a" * 60 + "!")).encode()]


def filling(_note: Note) -> list[bytes]:
    return [bytes(1 << 30)]


def sleeping(_note: Note) -> list[bytes]:
    time.sleep(60)
    return []


def failing(_note: Note) -> list[bytes]:
    raise ValueError


def killed(note: Note) -> list[bytes]:
    note("here")
    os.kill(os.getpid(), signal.SIGSEGV)
    return []


def breaking_off(_note: Note) -> Iterator[bytes]:
    yield b"one"
    yield b"two"
    raise ValueError


def test_an_answer_comes_back_whole() -> None:
    pieces = [b"", b"\xff" * 8, b"x" * 10**7, b"a\nb\n"]
    assert confined(lambda _note: pieces, LIMITS) == pieces
    assert confined(lambda _note: [], LIMITS) == []


def test_what_it_had_yielded_outlives_it() -> None:
    with pytest.raises(Stopped) as stopped:
        confined(breaking_off, LIMITS)
    assert stopped.value.pieces == [b"one", b"two"]


@pytest.mark.parametrize(
    ("computation", "reason"),
    [(backtracking, "time"), (sleeping, "time"), (filling, "memory"), (failing, "crash"), (killed, "crash")],
)
def test_what_gives_no_answer_is_ended_and_the_reason_told(computation: Callable[[Note], Iterable[bytes]], reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        confined(computation, LIMITS)
    assert stopped.value.reason == reason
    assert time.monotonic() - started < 10


def test_the_last_note_outlives_a_crash() -> None:
    with pytest.raises(Stopped) as stopped:
        confined(killed, LIMITS)
    assert stopped.value.noted == "here"


def test_no_file_is_read_or_written_and_nobody_is_called(tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        for computation in (opening(tmp_path / "canary"), writing(tmp_path / "written"), connecting(server.getsockname()[1])):
            with pytest.raises(Stopped) as stopped:
                confined(computation, LIMITS)
            assert stopped.value.reason == "crash"
        with pytest.raises(TimeoutError):
            server.accept()
    assert [path.name for path in tmp_path.iterdir()] == ["canary"]


def test_nothing_of_it_stays() -> None:
    before, children = len([*Path("/proc/self/fd").iterdir()]), {child.pid for child in psutil.Process().children()}
    for computation in (failing, killed, filling):
        with pytest.raises(Stopped):
            confined(computation, LIMITS)
    assert len([*Path("/proc/self/fd").iterdir()]) == before
    assert {child.pid for child in psutil.Process().children()} <= children  # those that tests before have started may be there
