"""Inputs read in a child process, so that one which kills its parser, or never ends, is a fault of that one and of no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.confined import Limits, Stopped, confined
from publish.intake.fault import Fault
from publish.intake.gate import SYNTAXES, Admitted, admit

SIZE = 32 << 20
"""The most bytes that one input may have."""
_STOPS = 3
"""How many inputs may stop their reader: the rest is not read then."""
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Input:
    """An input: what to call it, its bytes, and its syntax, as the ending of a file name (`publish.intake.gate.SYNTAXES`)."""

    file: str
    content: bytes
    suffix: str


def read_all(inputs: Sequence[Input]) -> list[Admitted]:
    """Return what came through of each of *inputs*, in their order. An input that stops its reader has a fault that says so."""
    read: list[Admitted] = []
    for _ in range(_STOPS):
        pieces, fault = _read(inputs[len(read) :])
        read += map(_heard, pieces)
        if fault is None:
            break
        read.append(_nothing(fault))
    read += [_nothing(Fault("input-unread", words={"count": str(_STOPS)}))] * (len(inputs) - len(read))
    return [replace(one, text=given.content.removeprefix(_BOM).decode(errors="replace")) for one, given in zip(read, inputs, strict=True)]


def _read(inputs: Sequence[Input]) -> tuple[list[bytes], Fault | None]:
    """Read *inputs* up to one that stops the child; what is the matter with that one."""
    if not inputs:
        return [], None
    size = sum(len(one.content) for one in inputs)
    limits = Limits(seconds=max(6.0, size / (1 << 20)), memory=768 + (size >> 17))
    try:
        return confined(lambda _note: map(_told, inputs), limits), None
    except Stopped as stopped:
        return stopped.pieces, Fault(f"input-{stopped.reason}", words={"seconds": f"{limits.seconds:.0f}", "memory": str(limits.memory)})


def _told(one: Input) -> bytes:
    """What came through, for the parent: a line of JSON, then N-Quads."""
    admitted = admit(one.file, one.content, SYNTAXES[one.suffix])
    head = {"faults": admitted.faults, "lines": admitted.lines, "prefixes": admitted.prefixes}
    return json.dumps(head).encode() + b"\n" + (pyoxigraph.serialize(admitted.quads, format=RdfFormat.N_QUADS) or b"")


def _heard(piece: bytes) -> Admitted:
    head, _, quads = piece.partition(b"\n")
    said = json.loads(head)
    faults = tuple(Fault(*fault) for fault in said["faults"])
    return Admitted(tuple(pyoxigraph.parse(quads, format=RdfFormat.N_QUADS)), tuple(said["lines"]), said["prefixes"], "", faults)


def _nothing(fault: Fault) -> Admitted:
    return Admitted((), (), {}, "", (fault,))
