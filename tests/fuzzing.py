"""Let atheris look for inputs that fail, target by target, for as long as it is given; tell what came of it, and keep what reaches anything new.

Usage: python fuzzing.py [MINUTES [TARGET...]]    by default 60 minutes, shared by all targets
       python fuzzing.py --replay TARGET FILE...  try inputs again, with the whole traceback

docs/fuzzing.md tells of the last run of each target. What fails stands in ``.fuzz/TARGET/failed/``, what was reached on the way in
``.fuzz/TARGET/grown/``, where the next run goes on. The corpus of the tests takes what reaches code that nothing in it reached. Exits with 1 where an
input failed.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from fuzz import corpus
from fuzz.campaign import Tried, attack, grow, told
from fuzz.target import Target
from fuzz.targets import all_targets, target_of
from workbench import ROOT

MINUTES = 60
FOLDER = ROOT / ".fuzz"
_LAST = "last.json"
_HEAD = """\
# What was tried on readers and writers

Written by `make fuzz`, which tries on: the last run of each target, {minutes} minutes in all on one of {cores} cores of {machine}, Python {python}, {packages}.
Each target is a function in `tests/fuzz/` that takes bytes, and fails where they are neither read nor refused as they should be, or where
what is said of them does not hold. atheris changes the bytes wherever that reaches a branch of bynet that was not reached before; an input may take
10 seconds and 1 GiB. `make test` tries the corpus of each target (`tests/corpus/`), inputs made up of its words, and the planted faults.

| target | what has to hold | tried | in the corpus | failed |
| --- | --- | --- | --- | --- |
"""


def campaign(targets: Sequence[Target], seconds: int) -> Iterator[Tried]:
    """Attack *targets* one after the other, each for so many *seconds*; yield what came of each."""
    for target in targets:
        print(f"{time.strftime('%H:%M:%S')} {target.name}", flush=True)
        folder = FOLDER / target.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / "failed", ignore_errors=True)
        tried = attack(target, folder, f"-max_total_time={seconds}")
        if not target.corpus and not tried.wrong:
            grow(target, folder)
        (folder / _LAST).write_text(json.dumps({"count": tried.count, "failed": int(bool(tried.wrong)), "seconds": seconds}), encoding="ascii")
        yield tried


def document() -> str:
    """Return what came of the last run of each target."""
    targets = all_targets()
    last = {name: json.loads((FOLDER / name / _LAST).read_text(encoding="ascii")) for name in targets if (FOLDER / name / _LAST).exists()}
    sizes = {name: len(corpus.read(target)) for name, target in targets.items()}
    rows = [f"| `{name}` | {targets[name].rule} | {ran['count']:,} | {sizes[name]} | {ran['failed']} |" for name, ran in last.items()]
    own = sum(sizes[name] for name in last if not targets[name].corpus)
    rows.append(f"| all {len(last)} | | {sum(ran['count'] for ran in last.values()):,} | {own} | {sum(ran['failed'] for ran in last.values())} |")
    packages = ", ".join(f"{name} {version(name)}" for name in ("atheris", "pyoxigraph", "rdflib"))
    minutes = round(sum(ran["seconds"] for ran in last.values()) / 60)
    head = _HEAD.format(minutes=minutes, cores=os.cpu_count(), machine=platform.machine(), python=platform.python_version(), packages=packages)
    return head + "\n".join(rows) + "\n"


def main(*words: str) -> int:
    """Do what is asked; return what to exit with."""
    if words[:1] == ("--replay",):
        for file in words[2:]:
            target_of(words[1]).run(Path(file).read_bytes())
        return 0
    minutes = float(words[0]) if words else float(MINUTES)
    targets = [target_of(name) for name in words[1:]] or [*all_targets().values()]
    wrong = [one for one in campaign(targets, max(1, round(60 * minutes / len(targets)))) if one.wrong]
    (ROOT / "docs/fuzzing.md").write_text(document(), encoding="utf-8")
    for one in wrong:
        print(f"\n{told([one])}\nagain: {sys.executable} tests/fuzzing.py --replay {one.target} .fuzz/{one.target}/failed/*", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
