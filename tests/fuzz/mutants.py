"""Faults to plant, one at a time, in a process that tries targets: each has to be found by what finds the real ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from publish.intake.gate import _Reading
from publish.turtle import unescaped


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: what is wrong then, what is replaced (``module:name``) and by what, the target, of a group, that finds it, and what it says."""

    wrong: str
    place: str
    instead: Callable[[Any], Any]
    group: str
    target: str
    told: str

    def plant(self) -> None:
        """Plant it in this process."""
        module, _, path = self.place.partition(":")
        holder: Any = import_module(module)
        *outer, name = path.split(".")
        for part in outer:
            holder = getattr(holder, part)
        setattr(holder, name, self.instead(getattr(holder, name)))


def _unescaped(write: Callable[..., str]) -> Callable[..., str]:
    def written(said: str, namespaces: object) -> str:
        text = write(said, namespaces)
        return f'"{unescaped(said[1:-1])}"' if said.startswith('"') and said.endswith('"') and text.endswith('"') else text

    return written


def _trusting(environment: Callable[..., object]) -> Callable[..., object]:
    return lambda **options: environment(**{**options, "autoescape": False})


def _silent(run: Callable[[_Reading], None]) -> Callable[[_Reading], None]:
    def read(reading: _Reading) -> None:
        run(reading)
        reading.faults = [fault for fault in reading.faults if fault.rule != "syntax"]

    return read


def _forgetful(run: Callable[[_Reading], None]) -> Callable[[_Reading], None]:
    def read(reading: _Reading) -> None:
        run(reading)
        del reading.quads[9:], reading.lines[9:]

    return read


MUTANTS = {
    mutant.wrong: mutant
    for mutant in (
        Mutant("a writer that escapes no text", "publish.turtle:write_told", _unescaped, "writing", "graph", "SyntaxError"),
        Mutant("pages that trust a text", "publish.pages.templating:Environment", _trusting, "projects", "project", "<x-canary> stands in no template"),
        Mutant("a reader that swallows errors", "publish.intake.gate:_Reading.run", _silent, "readers", "gate-ttl", "what is wrong is not told"),
        Mutant("a reader that loses what comes late", "publish.intake.gate:_Reading.run", _forgetful, "readers", "gate-ttl", "a statement was lost"),
        Mutant("a path that leads out of a site", "publish.earlier:is_safe", lambda _is_safe: lambda _path: True, "readers", "manifest", "a path leads out"),
        Mutant("a gate that lets SERVICE through", "publish.gate:_BEYOND", lambda _words: {}, "asking", "query", "SERVICE was let through"),
        Mutant(
            "rdflib's own reading of truth values", "fuzz.writing:Second", lambda second: partial(second, "as rdflib has it"), "both", "both-ttl", "'maybe'"
        ),
        Mutant("numbers of any length", "publish.events:_NUMBER", lambda _number: re.compile("[0-9]+"), "readers", "feed-page", "4300 digits"),
    )
}
"""The faults, by what is wrong."""
