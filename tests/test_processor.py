"""The SHACL processor's parent survives whatever becomes of its child, and never takes it for a pass."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from publish.errors import CheckFailed
from publish.processor import Processor

SECONDS = 30
DATA = "".join(f"<urn:a> <urn:b> <urn:{number}> .\n" for number in range(400)).encode()
ENDLESS = (
    b"<urn:s> <http://www.w3.org/ns/shacl#targetNode> <urn:a> .\n<urn:s> <http://www.w3.org/ns/shacl#sparql> _:c .\n"
    b'_:c <http://www.w3.org/ns/shacl#select> "SELECT $this { $this ?p ?o . ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a = ?l && ?c = ?d) }" .\n'
)
ANSWERS = ["", "{", "null", "[]", "5", "{}", '{"judged": 5, "stopped": [], "software": {}}', '{"judged": [5], "stopped": [{}]}', r"\x00\xff"]


def instead(processor: Processor, program: str) -> None:
    """Put another child in the place of *processor*'s."""
    processor._child.kill()
    processor._child.communicate()
    command = [sys.executable, "-c", program]
    processor._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0)


def working(processor: Processor) -> list[psutil.Process]:
    """Ask what has no end, and return the children of *processor*'s child as soon as it has any."""
    processor.ask(DATA, ENDLESS)
    started, children = time.monotonic(), list[psutil.Process]()
    while not children and time.monotonic() - started < SECONDS:
        time.sleep(0.02)
        children = psutil.Process(processor._child.pid).children()
    return children


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_is_none_is_a_failed_check(answer: str) -> None:
    with Processor() as processor:
        instead(processor, f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(b'''{answer}''')")
        processor.ask(b"", b"")
        with pytest.raises(CheckFailed):
            processor.answer()


def test_a_processor_that_never_answers_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with Processor() as processor:
        instead(processor, "import time; time.sleep(600)")
        processor.ask(b"", b"")
        monkeypatch.setattr(processor, "_seconds", 0.2)
        with pytest.raises(CheckFailed):
            processor.answer()
    assert processor._child.returncode


def test_a_processor_that_cannot_start_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(CheckFailed), Processor():
        pass


def test_a_processor_that_is_gone_is_a_failed_check() -> None:
    with Processor() as processor:
        processor._child.kill()
        processor._child.wait()
        with pytest.raises(CheckFailed):
            processor.ask(b"x" * 10**6, b"")


def test_a_processor_that_is_killed_at_work_is_a_failed_check() -> None:
    with Processor() as processor:
        assert working(processor)
        processor._child.kill()
        with pytest.raises(CheckFailed):
            processor.answer()


def test_a_child_that_is_killed_at_work_is_told_as_a_stop_at_its_shape() -> None:
    with Processor() as processor:
        (child,) = working(processor)
        time.sleep(1)
        child.kill()
        stopped = processor.answer().stopped
    assert [(stop["reason"], stop["shape"]) for stop in stopped] == [("memory", "urn:s")]  # it is the system that kills so, where memory is short


def test_what_the_processor_started_ends_with_it() -> None:
    with Processor() as processor:
        children = working(processor)
    assert children
    _gone, alive = psutil.wait_procs(children, timeout=5)
    assert {child.status() for child in alive} <= {psutil.STATUS_ZOMBIE}
