"""What SECURITY.md promises has its tests, and its table is that of the promises, with the figures of a full run."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from proof import BEGIN, DOCUMENT, END, Promise, promises, table

TESTS = Path(__file__).parent


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.says[:40])
def test_every_promise_names_tests_that_are_there(promise: Promise) -> None:
    assert promise.tests
    for test in promise.tests:
        file, _, name = test.partition("::")
        functions = {node.name for node in ast.parse((TESTS / file).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}
        assert name in functions if name else any(function.startswith("test_") for function in functions)


def test_the_table_has_every_promise_with_its_tests_and_how_many_passed() -> None:
    written = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in written.splitlines() if line.startswith("| ")][2:]
    wanted = [line.rpartition(" | ")[0] for line in table(promises(), {}) if line.startswith("| ")][2:]
    assert [row.rpartition(" | ")[0] for row in rows] == wanted
    assert all(re.search(r"\| [1-9][0-9,]* passed\b", row) for row in rows)
