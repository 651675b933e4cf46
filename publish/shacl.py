"""The SHACL processor, alone in a process of its own: it reads two graphs from standard input and answers in JSON.

Run as ``python -P -m publish.shacl``. Standard input: one line of JSON with the length in bytes of the data and of the
shapes, then both as N-Triples. Standard output: one JSON object with ``judged`` (what `publish.shapes.judgement` yields),
``stopped`` (the shapes at which that was stopped, and why) and ``software``. Nothing is inferred: pySHACL's inference changes
how rdflib reads literals, so types have to be in the data.

Shapes may come from a stranger. All that is done with them is done in a child process of this one that opens nothing and
ends at its limits (`publish.confined`). Where it ends so at one shape, another child goes on after that one.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator, Mapping
from functools import partial

from publish.confined import Limits, Note, Stopped, confined, limits_for
from publish.shapes.answer import software
from publish.shapes.attempts import Attempt, first_attempt
from publish.shapes.judgement import judge
from publish.shapes.loading import prepare
from publish.shapes.suspects import Suspects

__all__ = ["answer", "main", "prepare"]


def answer(data: bytes, shapes: bytes, limits: Limits, suspects: Suspects | None = None) -> bytes:
    """Return what *shapes* find in *data*, both N-Triples, within *limits*, as JSON; of *suspects* only, where they are given."""
    judged: list[bytes] = []
    stopped: list[Mapping[str, object]] = []
    attempt: Attempt | None = first_attempt(limits)
    while attempt:
        try:
            judged += confined(partial(_judged, data, shapes, attempt.start, suspects), attempt.granted)
            break
        except Stopped as stop:
            judged += stop.pieces
            stopped.append(attempt.told(stop))
            attempt = attempt.after(stop)
    return b'{"judged": [%s], "stopped": %s, "software": %s}' % (b", ".join(judged), json.dumps(stopped).encode(), json.dumps(software()).encode())


def _judged(data: bytes, shapes: bytes, start: int, suspects: Suspects | None, note: Note) -> Iterator[bytes]:
    return (json.dumps(told).encode() for told in judge(data, shapes, start, note, suspects))


def main() -> None:
    """Answer the one request on standard input."""
    gc.disable()  # one short request: there is nothing to collect that the end of the process does not
    prepare()
    lengths = json.loads(sys.stdin.buffer.readline())
    data, shapes = (sys.stdin.buffer.read(lengths[name]) for name in ("data", "shapes"))
    sys.stdout.buffer.write(answer(data, shapes, limits_for(data.count(b"\n") + shapes.count(b"\n"))))


if __name__ == "__main__":
    main()
