"""Prove what SECURITY.md promises: run the tests of each promise, as many cases as they have, and write its table with the figures of this run.

The promises and their tests stand in ``promises.toml``. `make proof` runs them in full. With a folder, ``python tests/proof.py FOLDER``
takes the figures of a run that there was: pytest's ``--junitxml`` reports, and what was noted with ``BYNET_FIGURES=FOLDER``.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
PROMISES = Path(__file__).with_name("promises.toml")
DOCUMENT = ROOT / "SECURITY.md"
BEGIN, END = "<!-- written by make proof -->\n", "<!-- until here -->\n"
Figures = Mapping[str, Mapping[str, int]]
"""What was counted, and how often, by test (``tests/test_x.py::test_y``)."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in words, and the tests that prove it, each as ``test_x.py::test_y``, or ``test_x.py`` for all in a file."""

    says: str
    tests: Sequence[str]


def promises() -> list[Promise]:
    """Return the promises in their order."""
    return [Promise(one["says"], one["tests"]) for one in tomllib.loads(PROMISES.read_text(encoding="utf-8"))["promise"]]


def run(listed: Sequence[Promise], folder: Path) -> None:
    """Run all tests of *listed*, with reports and figures in *folder*; ends the program where one fails."""
    tests = list(dict.fromkeys(f"tests/{test}" for promise in listed for test in promise.tests))
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "--numprocesses=auto", f"--junitxml={report}", *tests]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | {"BYNET_PROOF": "all", "BYNET_FIGURES": str(folder)}, check=False)
    if ended.returncode:
        raise SystemExit(ended.returncode)


def counted(folder: Path) -> Figures:
    """Return how many cases each test had, and what it noted, by the reports and notes in *folder*."""
    figures: dict[str, Counter[str]] = {}
    for case in (case for report in folder.glob("*.xml") for case in ET.parse(report).getroot().iter("testcase")):
        file = case.attrib["classname"].replace(".", "/") + ".py"
        name = f"{file}::{case.attrib['name'].partition('[')[0]}"
        ended = next((kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None), "passed")
        figures.setdefault(name, Counter())[ended] += 1
    for notes in folder.glob("*.jsonl"):
        for line in notes.read_text(encoding="utf-8").splitlines():
            note = json.loads(line)
            figures.setdefault(note["test"], Counter())[note["counted"]] += note["number"]
    return figures


def table(listed: Sequence[Promise], figures: Figures) -> Iterator[str]:
    """Yield the lines of the table: promise, tests, figures."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "pyshacl", "rdflib"))
    yield f"On {os.cpu_count()} cores of {platform.machine()} under {platform.system()}, Python {platform.python_version()}, {packages}."
    yield ""
    yield "| promise | proved by, in `tests/` | figures of the last run |"
    yield "| --- | --- | --- |"
    for promise in listed:
        sums: Counter[str] = Counter()
        for test in promise.tests:
            for name, numbers in figures.items():
                if name == f"tests/{test}" or name.startswith(f"tests/{test}::"):
                    sums.update(numbers)
        said = [f"{sums.pop('passed', 0):,} passed", *(f"{number:,} {what}" for what, number in sorted(sums.items()))]
        yield f"| {promise.says} | {', '.join(f'`{test}`' for test in promise.tests)} | {', '.join(said)} |"


def main() -> None:
    listed = promises()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(*sys.argv[1:2] or [made])
        extent = "As many cases as `make test` has."
        if folder == Path(made):
            run(listed, folder)
            extent = "All cases (`make proof`)."
        figures = counted(folder)
    head, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    written = "".join(f"{line}\n" for line in (extent, *table(listed, figures)))
    DOCUMENT.write_text(f"{head}{BEGIN}{written}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
