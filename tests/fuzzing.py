"""Let atheris look for inputs that fail, target by target, for as long as it is given; tell what came of it, and keep what reaches anything new.

Usage: python fuzzing.py [MINUTES [TARGET...]]    by default 60 minutes, shared by all targets; all of them write docs/fuzzing.md
       python fuzzing.py --replay TARGET FILE...  try inputs again, with the whole traceback

What fails stands in ``.fuzz/TARGET/failed/``, what was reached on the way in ``.fuzz/TARGET/grown/``, where the next run goes on. The corpus of the
tests takes what reaches code that nothing in it reached. Exits with 1 where an input failed.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from fuzz import corpus
from fuzz.campaign import Tried, attack, grow, told
from fuzz.target import Target
from fuzz.targets import all_targets, target_of
from workbench import ROOT

MINUTES = 60
FOLDER = ROOT / ".fuzz"
_HEAD = """\
# What was tried on readers and writers

Written by `make fuzz`, which tries on: on this occasion for {minutes} minutes on one of {cores} cores of {machine}, Python {python}, {packages}.
Each target is a function in `tests/fuzz/` that takes bytes, and fails where they are neither read nor refused as they should be, or where
what is said of them does not hold. atheris changes the bytes wherever that reaches a branch of bynet that was not reached before; an input may take
10 seconds and 1 GiB. `make test` tries the corpus of each target (`tests/corpus/`), inputs made up of its words, and the planted faults.

| target | what has to hold | tried | corpus | failed |
| --- | --- | --- | --- | --- |
"""


def campaign(targets: Sequence[Target], minutes: float) -> tuple[list[Tried], str]:
    """Attack *targets* one after the other; return what came of each, and the document that tells it."""
    tried, rows = [], []
    for target in targets:
        print(f"{time.strftime('%H:%M:%S')} {target.name}", flush=True)
        (FOLDER / target.name).mkdir(parents=True, exist_ok=True)
        one = attack(target, FOLDER / target.name, f"-max_total_time={max(1, round(60 * minutes / len(targets)))}")
        tried.append(one)
        if not target.corpus and not one.wrong:
            grow(target, FOLDER / target.name)
        rows.append(f"| `{target.name}` | {target.rule} | {one.count:,} | {len(corpus.read(target))} | {'1' if one.wrong else '0'} |")
    packages = ", ".join(f"{name} {version(name)}" for name in ("atheris", "pyoxigraph", "rdflib"))
    head = _HEAD.format(minutes=round(minutes), cores=os.cpu_count(), machine=platform.machine(), python=platform.python_version(), packages=packages)
    whole = f"| all {len(targets)} | | {sum(one.count for one in tried):,} | {sum(len(corpus.read(target)) for target in targets if not target.corpus)} | |"
    return tried, head + "\n".join([*rows, whole]) + "\n"


def main(*words: str) -> int:
    """Do what is asked; return what to exit with."""
    if words[:1] == ("--replay",):
        for file in words[2:]:
            target_of(words[1]).run(Path(file).read_bytes())
        return 0
    minutes = float(words[0]) if words else float(MINUTES)
    targets = [target_of(name) for name in words[1:]] or [*all_targets().values()]
    tried, document = campaign(targets, minutes)
    print(document)
    if not words[1:]:
        (ROOT / "docs/fuzzing.md").write_text(document, encoding="utf-8")
    for one in tried:
        if one.wrong:
            print(f"\n{told([one])}\nagain: {sys.executable} tests/fuzzing.py --replay {one.target} .fuzz/{one.target}/failed/*", file=sys.stderr)
    return 1 if told(tried) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
