"""Ctrl-C and what else stops a command: one line, the status that shells expect, nothing half done; whoever has it ignore them is obeyed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from aftermath import PROOF, publishing, spread
from publisher import PUBLISHED
from tracing import calls, injected, need_strace
from workbench import LIBRARY, bynet_command, environment_of

from publish.stopping import SIGNALS, Stopped, heed, later
from publish.texts import text

Figure = Callable[[str, int], None]
COMMANDS: dict[str, list[str | Path]] = {
    "show": ["--root", LIBRARY, "show", "dataset"],
    "check": ["--root", LIBRARY, "check"],
    "query": ["--root", LIBRARY, "query", "ASK { ?a ?b ?c }"],
    "verify": ["verify"],
}
# what Python swallows is raised once more
SWALLOWED = """
import os, signal, time
from publish.stopping import Stopped, heed

class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(9)

heed()
try:
    Last()
    time.sleep(9)
except Stopped as stopped:
    print(stopped.number)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_any_command_says_in_one_line_that_it_was_stopped(library_site: Path, name: str, figure: Figure) -> None:
    need_strace()
    command = bynet_command("--lang", "en", *COMMANDS[name], *([library_site] if name == "verify" else []))
    traced = calls(command)
    heeding = [place for place, call in enumerate(traced) if call.name == "rt_sigaction" and call.arguments[0] == "SIGTERM"]
    for place, call in enumerate(spread(traced[heeding[1] + 1 : heeding[-1]], 40 if PROOF else 4)):
        number = (signal.SIGINT, signal.SIGTERM)[place % 2]
        ended = injected(command, call, f"signal={number}")
        *_said, last = ended.err.splitlines()
        assert (ended.code, last) == (128 + number, f"bynet: {text('en', 'mistake.interrupted')}"), call
        assert not re.search("Traceback|Exception|Aborted", ended.err)
        figure("interrupts", 1)


def test_what_stops_a_command_where_python_lets_nothing_out_is_not_lost() -> None:
    ended = subprocess.run([sys.executable, "-c", SWALLOWED], env=environment_of({}), capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == (f"{signal.SIGTERM:d}\n", "")


def test_what_whoever_started_it_has_it_ignore_does_not_stop_it(tmp_path: Path) -> None:
    need_strace()
    traced = calls(publishing(tmp_path / "site", 1))
    middle = next(call for call in traced if call.name == "syncfs")
    ended = injected(["env", "--ignore-signal=INT", *publishing(tmp_path / "site", 2)], middle, "signal=INT")
    assert (ended.code, ended.out) == (0, f"{PUBLISHED}\n")


def stop_oneself(done: list[int]) -> None:
    with later():
        for step in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
            done.append(step)


def test_what_stops_a_command_waits_for_the_end_of_a_short_block(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    monkeypatch.setattr("sys.unraisablehook", sys.unraisablehook)
    heed()
    done: list[int] = []
    try:
        with pytest.raises(Stopped) as stopped:
            stop_oneself(done)
        assert (done, stopped.value.number) == ([0, 1, 2], signal.SIGTERM)
        with later() as heard:
            os.kill(os.getpid(), signal.SIGINT)
            assert heard == [signal.SIGINT]
            heard.clear()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_thread_beside_the_main_one_is_never_stopped() -> None:
    found: list[object] = []

    def work() -> None:
        with later() as heard:
            found.append(heard)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [[]]
