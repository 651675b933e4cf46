"""The SHACL processor, alone in a process of its own: it reads two graphs from standard input and answers in JSON.

Run as ``python -P -m publish.shacl``. Standard input: one line of JSON with the length in bytes of the data and of the
shapes, then both as N-Triples; where only suspects are to be judged, also the lengths of what queries need beside the data,
as N-Triples, and of the suspects (`publish.shapes.suspects`), then these two. Standard output: one JSON object with ``judged``
(what `publish.shapes.judgement` yields), ``stopped`` (the shapes at which that was stopped, and why) and ``software``. Nothing
is inferred: pySHACL's inference changes how rdflib reads literals, so types have to be in the data.

Shapes may come from a stranger. All that is done with them is done in a child process of this one that opens nothing and
ends at its limits (`publish.confined`). Where it ends so at one shape, another child goes on after that one.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import version

from publish.confined import Limits, Note, Stopped, confined, limits_for
from publish.shapes.judgement import judge
from publish.shapes.loading import prepare
from publish.shapes.suspects import Suspects, read

__all__ = ["answer", "main", "prepare"]

_HELD_BACK = 3.0
"""The seconds that the first child does not get of its time, or half of that: two shapes without end are told within ten seconds."""
_REST = 1 / 4
"""The part of the time that there is for those that go on: enough for shapes that are no trouble."""


def answer(data: bytes, shapes: bytes, limits: Limits, suspects: Suspects | None = None) -> bytes:
    """Return what *shapes* find in *data*, both N-Triples, within *limits*, as JSON; of *suspects* only, where they are given."""
    judged: list[bytes] = []
    stopped: list[Mapping[str, object]] = []
    start, number, first = 0, "0", max(limits.seconds / 2, limits.seconds - _HELD_BACK)
    left = first + limits.seconds * _REST
    while number.isdecimal() and left > limits.seconds * _REST / 2:
        seconds, before = min(first, left), _spent()
        try:
            judged += confined(partial(_judged, data, shapes, start, suspects), Limits(seconds, limits.memory))
            break
        except Stopped as stop:
            judged += stop.pieces
            number, _space, shape = stop.noted.partition(" ")
            stopped.append({"reason": stop.reason, "shape": shape, "seconds": round(seconds), "memory": limits.memory})
            start = int(number) + 1 if number.isdecimal() else 0
            left -= _spent() - before
    software = {name: version(name) for name in ("bynet", "pyoxigraph", "pyshacl", "rdflib")}
    return b'{"judged": [%s], "stopped": %s, "software": %s}' % (b", ".join(judged), json.dumps(stopped).encode(), json.dumps(software).encode())


def _spent() -> float:
    """The seconds of a processor that children of this process have taken."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _judged(data: bytes, shapes: bytes, start: int, suspects: Suspects | None, note: Note) -> Iterator[bytes]:
    return (json.dumps(told).encode() for told in judge(data, shapes, start, note, suspects))


def main() -> None:
    """Answer the one request on standard input."""
    gc.disable()  # one short request: there is nothing to collect that the end of the process does not
    gc.disable()  # one short request: there is nothing to collect that the end of the process does not
    prepare()
    lengths = json.loads(sys.stdin.buffer.readline())
    data, shapes, asked, told = (sys.stdin.buffer.read(lengths.get(name, 0)) for name in ("data", "shapes", "asked", "suspects"))
    limits = limits_for(sum(part.count(b"\n") for part in (data, shapes, asked)))
    sys.stdout.buffer.write(answer(data, shapes, limits, read(told, asked) if told else None))


if __name__ == "__main__":
    main()
