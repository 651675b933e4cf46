"""Try targets in a process of its own, within limits: the whole corpus of each, then inputs that are made up, the same ones each time.

Run as ``python -m fuzz.replay NOTE SECONDS GROUP [TARGET...]``, with ``--mutant NAME`` after it to plant a fault first. The file NOTE has the
input that is being tried, so that it is known which one ended the process, as one does that takes more than SECONDS. Standard output: a
line of JSON a target, with how many inputs were tried, and which one failed of what.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from fuzz import corpus, mutants
from fuzz.target import Target
from fuzz.targets import targets_of

_PATIENCE = 6
MEMORY = 1 << 30
"""The bytes that the process may take beside what it has when it begins."""


class Trying:
    """Tries inputs on a target one after the other, each noted before and ended when it takes too long."""

    def __init__(self, target: Target, note: Path, seconds: float) -> None:
        self.count = 0
        self._seconds = seconds
        self.last = b""
        self._target = target
        self._note = os.open(note, os.O_WRONLY | os.O_CREAT)

    def __call__(self, content: bytes) -> None:
        """Try *content*. Raises what the target raises."""
        self.count += 1
        self.last = content
        os.ftruncate(self._note, 0)
        os.pwrite(self._note, self._target.name.encode() + b"\n" + content, 0)
        self._limit(self._seconds)
        self._target.run(content)
        self._limit(0)

    def _limit(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)  # of a processor, which may have others to serve
        signal.setitimer(signal.ITIMER_REAL, seconds * _PATIENCE)


def tried(target: Target, trying: Trying, phases: Sequence[Phase]) -> dict[str, object]:
    """Return how many inputs were tried on *target*, and the first that failed with what it raised."""
    inputs = corpus.read(target)

    @settings(max_examples=target.examples, deadline=None, database=None, derandomize=True, phases=phases, suppress_health_check=[*HealthCheck])
    @given(target.inputs([*inputs.values()]))
    def make_up(content: bytes) -> None:
        trying(content)

    try:
        for content in inputs.values():
            trying(content)
        make_up()
    except Exception as error:
        where = "".join(traceback.format_exception(error)[-3:])
        return {
            "target": target.name,
            "count": trying.count,
            "input": trying.last.decode("latin-1"),
            "raised": f"{type(error).__name__}: {error}"[:2000],
            "where": where[-2000:],
        }
    return {"target": target.name, "count": trying.count}


def within_limits(memory: int = MEMORY) -> None:
    """Give this process no more than *memory* bytes beside what it has, where the system says what that is."""
    told = Path("/proc/self/statm")
    if told.exists():
        most = int(told.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)  # whatever runs, Python or not, ends


def main(words: list[str]) -> None:
    """Try what the command line names."""
    note, seconds, group, *names = words
    phases = [Phase.generate, Phase.shrink]
    targets = targets_of(group)
    if "--mutant" in names:
        *names, _mutant, wrong = names
        mutants.MUTANTS[wrong].plant()
        phases = [Phase.generate]  # that it is found is enough
    within_limits()
    for target in targets:
        if not names or target.name in names:
            print(json.dumps(tried(target, Trying(target, Path(note), float(seconds)), phases)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
