"""Ask bynet and other validators about the W3C's test suite of SHACL, and write docs/conformance.md.

``PYTHONPATH=tests python -m bench.conformance [--only NAME ...] [--docs FOLDER] [CASE ...]``
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from test_shacl import suite_cases
from workbench import ROOT

from bench.__main__ import machine
from bench.validators import VALIDATORS, Case, Validator, case_of

PAGE = "conformance.md"
PARTS = {"core": "core", "sparql": "SPARQL"}
"""The parts of the suite, by their folders."""
_HEAD = """\
# How right validators are

Written by `make conformance`. The test suite of the W3C for SHACL has {counts} cases, and each validator is asked about all of them.
A case passes where it is said as the suite says whether the data conforms, and the results are the same, counted: focus node, path, component, value
and severity; or where the suite expects a failure, and there is one instead of a report. Blank nodes are not told apart. A value is the same where it is
written the same: what a validator tells otherwise than it stands in the data is wrong.

{versions}

| validator | how it is asked | {columns} | fails at |
| --- | --- | {dashes} | --- |
"""
Passed = Mapping[str, bool]
"""Whether each case passed, by its name."""


def passed(validator: Validator, cases: Sequence[Case], folder: Path) -> Passed:
    """Return which of *cases* the *validator* passes; it may leave files in *folder*."""
    reports = validator.reports(cases, folder)
    return {case.name: report == case.expected for case, report in zip(cases, reports, strict=True)}


def document(told: Mapping[str, Passed | str], cases: Sequence[str]) -> str:
    """Return the page about *cases*: for each validator which it passes, or what it needs and is not there."""
    columns = {words: [case for case in cases if case.startswith(f"{part}/")] for part, words in PARTS.items()}
    head = _HEAD.format(
        counts=" and ".join(f"{len(names)} {words}" for words, names in columns.items()),
        versions="\n".join(f"- {line}" for line in machine()[1:]),
        columns=" | ".join(f"{words}, of {len(names)}" for words, names in columns.items()),
        dashes=" | ".join("---:" for _words in columns),
    )
    return head + "".join(_row(validator, told[validator.name], columns) for validator in VALIDATORS if validator.name in told)


def _row(validator: Validator, told: Passed | str, columns: Mapping[str, Sequence[str]]) -> str:
    if isinstance(told, str):
        return f"| {validator.name} | not there: {told} | {' | '.join('' for _words in columns)} | |\n"
    counts = [str(sum(told[name] for name in names)) for names in columns.values()]
    failed = ", ".join(f"`{name}`" for name, is_right in told.items() if not is_right)
    return f"| {validator.name} | {validator.how} | {' | '.join(counts)} | {failed or 'nothing'} |\n"


def ask(names: Sequence[str], only: Sequence[str]) -> Iterator[tuple[str, Passed | str]]:
    """Ask the validators called *only* about the cases called *names*; yield each with what it passes, or what it needs and is not there."""
    with tempfile.TemporaryDirectory() as place:
        cases = [case_of(name) for name in names]
        for validator in VALIDATORS:
            if validator.name in only:
                yield validator.name, validator.missing() or passed(validator, cases, Path(place))


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return what to exit with."""
    parser = argparse.ArgumentParser(prog="python -m bench.conformance", description="Ask validators about the W3C's test suite of SHACL.")
    parser.add_argument("--only", action="append", choices=[validator.name for validator in VALIDATORS], help="ask only this; may be given again")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page goes")
    parser.add_argument("cases", nargs="*", default=suite_cases(), metavar="CASE")
    options = parser.parse_args(words)
    told: dict[str, Passed | str] = {}
    for name, answer in ask(options.cases, options.only or [validator.name for validator in VALIDATORS]):
        told[name] = answer
        print(f"{name}: {answer if isinstance(answer, str) else f'{sum(answer.values())} of {len(answer)}'}", flush=True)
    (options.docs / PAGE).write_text(document(told, options.cases), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
