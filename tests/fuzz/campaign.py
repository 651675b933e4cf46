"""Start the processes that try targets, and say what came of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz import corpus
from fuzz.target import WORDS, Target

SECONDS, MEGABYTES = 10, 1024
"""What one input may take."""
TESTS = Path(__file__).parents[1]
_ENDED = {
    signal.SIGALRM: "took too long",
    signal.SIGPROF: "took too long",
    signal.SIGABRT: "ended the process",
    signal.SIGSEGV: "ended the process",
    signal.SIGKILL: "was killed",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """How many inputs were tried on a target; what went wrong, in words, and the input with which it did."""

    target: str
    count: int
    wrong: str = ""
    content: bytes = b""


def environment() -> Mapping[str, str]:
    """Return this process's environment without what would have its children measured: they are many, and have another purpose."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))} | {"PYTHONWARNINGS": "ignore"}


def replay(group: str, folder: Path, *words: str, seconds: float = SECONDS) -> list[Tried]:
    """Return what came of the targets of *group* in a process of their own: of all, or up to the one with which it ended. Notes stand in *folder*."""
    note = folder / "tried"
    command = [sys.executable, "-m", "fuzz.replay", str(note), str(seconds), group, *words]
    ended = subprocess.run(command, cwd=TESTS, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    told = [json.loads(line) for line in ended.stdout.decode().splitlines()]
    tried = [
        Tried(one["target"], one["count"], f"{one.get('raised', '')}\n{one.get('where', '')}".strip(), one.get("input", "").encode("latin-1")) for one in told
    ]
    if ended.returncode:
        name, _, content = (note.read_bytes() if note.exists() else b"\n").partition(b"\n")
        wrong = _ENDED.get(signal.Signals(-ended.returncode), "ended the process") if ended.returncode < 0 else ended.stderr.decode(errors="replace")[-2000:]
        tried.append(Tried(name.decode(), 0, wrong, content))
    return tried


def grow(target: Target, folder: Path) -> None:
    """Take into the corpus of *target* what was found under *folder* and reaches what nothing in it does."""
    subprocess.run([sys.executable, "-m", "fuzz.corpus", target.name, str(folder / "grown")], cwd=TESTS, env=environment(), check=True)


def attack(target: Target, folder: Path, *options: str) -> Tried:
    """Return what came of *target* under atheris, with libFuzzer's *options*. Inputs that reached anything new, and those that failed, stand in *folder*."""
    for name in ("grown", "given", "failed"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, content in corpus.read(target).items():
        (folder / "given" / name).write_bytes(content)
    command = [sys.executable, "-m", "fuzz.attack", target.name, str(folder / "grown"), str(folder / "given"), f"-artifact_prefix={folder / 'failed'}/"]
    command += [
        "-print_final_stats=1",
        f"-timeout={SECONDS}",
        f"-rss_limit_mb={MEGABYTES}",
        *([f"-dict={WORDS / target.words}"] if target.words else []),
        *options,
    ]
    ended = subprocess.run(command, cwd=TESTS, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = ended.stderr.decode(errors="replace")
    count = next((int(line.split()[-1]) for line in said.splitlines() if line.startswith("stat::number_of_executed_units")), 0)
    failed = sorted((folder / "failed").iterdir(), key=lambda file: file.stat().st_mtime)
    wrong = f"{ended.stdout.decode(errors='replace')[-1500:]}\n{said[-1500:]}".strip() if ended.returncode else ""
    return Tried(target.name, count, wrong, failed[-1].read_bytes() if wrong and failed else b"")


def told(tried: Sequence[Tried]) -> str:
    """Return what went wrong, in words, with how to try the input again; nothing where nothing did."""
    return "\n\n".join(f"{one.target} {one.wrong}\ninput: {one.content[:3000]!r}" for one in tried if one.wrong)
