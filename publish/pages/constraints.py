"""The shapes in plain words: what each checks, what it demands, what it says when that is broken, and the cases that prove it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from publish.model import SHACL
from publish.pages.cases import Case
from publish.pages.sections import Line, Sections
from publish.pages.showing import Showing
from publish.shown import Value

_TARGETS = tuple(SHACL + name for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode"))
_SAID_APART = {*_TARGETS, *(SHACL + name for name in ("path", "name", "message", "order", "group", "property", "prefixes", "select", "sparql"))}
_FILLED_IN = re.compile(r"\{[?$]\w+\}")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a part of a shape demands: of which property (as it is written in Turtle), in plain words, what its breach says, and the cases that break it."""

    value: Value
    path: Sequence[str]
    lines: Sequence[Line]
    messages: Sequence[Value]
    broken_by: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A node shape: what it checks, and how many things that were; what it demands itself and of properties; the cases of its file that fulfil all."""

    itself: Demand
    targets: Sequence[Line]
    demands: Sequence[Demand]
    fulfilled_by: Sequence[Case]
    checked: int

    @property
    def value(self) -> Value:
        """The shape by its name."""
        return self.itself.value


class Constraints:
    """What the page of the shapes shows in one language; *cases* are those of the project."""

    def __init__(self, showing: Showing, sections: Sections, cases: Iterable[Case]) -> None:
        self._showing = showing
        self._sections = sections
        self._facts = showing.site.facts
        self._cases = tuple(cases)

    def listed(self, root: str, focus_nodes: Mapping[str, int]) -> list[Constraint]:
        """The node shapes that check something, by name; *focus_nodes* says how many things each checked."""
        nodes = [iri for iri, types in self._facts.typed.items() if SHACL + "NodeShape" in types and self._targets(iri, root)]
        return sorted((self._constraint(iri, root, focus_nodes) for iri in nodes), key=lambda one: (one.value.text.casefold(), one.value.iri))

    def _constraint(self, iri: str, root: str, focus_nodes: Mapping[str, int]) -> Constraint:
        parts = [part for name in ("property", "sparql") for part in self._facts.iris(iri, SHACL + name)]
        fulfilled = [case for case in self._cases if iri in case.fulfils]
        return Constraint(self._demand(iri, root), self._targets(iri, root), [self._demand(part, root) for part in parts], fulfilled, focus_nodes.get(iri, 0))

    def _demand(self, shape: str, root: str) -> Demand:
        return Demand(
            value=self._showing.thing(shape, root),
            path=[self._showing.site.namespaces.shorten(iri) for iri in self._facts.iris(shape, SHACL + "path")],
            lines=tuple(self._sections.plain(shape, _SAID_APART, root)),
            messages=self._messages(shape),
            broken_by=[case for case in self._cases if shape in case.breaks],
        )

    def _messages(self, shape: str) -> list[Value]:
        """What a shape says of what breaks it; what is filled in then (SHACL, section 5.3.2) is left open."""
        return [replace(text, text=_FILLED_IN.sub("…", text.text)) for text in self._showing.texts(shape, [SHACL + "message"])]

    def _targets(self, iri: str, root: str) -> list[Line]:
        return [self._sections.line(name, terms, root) for name in _TARGETS if (terms := self._facts.terms(iri, name))]
