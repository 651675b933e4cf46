"""A project whose data lie on disk, and what was seen in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from publish.answered import Answered
from publish.bulk.again import Change
from publish.bulk.index import Index
from publish.bulk.looking import Looked
from publish.bulk.runs import Run
from publish.confined import Limits, limits_for
from publish.intake.files import read_sources
from publish.model import Project, Source
from publish.rebase import move_source

BYTES = 100
"""The bytes of a line, more or less."""


@dataclass(frozen=True, slots=True)
class Held:
    """A project whose data lie on disk: its frame, the runs of its files, its lines by subject and turned, and what was seen in them."""

    root: Path
    frame: Project
    runs: Sequence[Run]
    by_subject: Index
    turned: Index
    looked: Looked
    answers: dict[str, Answered] = field(default_factory=dict)
    """The answers of questions by their IRI, once they are known."""
    before: tuple[Index, Change] | None = None
    """The lines by subject of the last time, and what has changed since; nothing where all may have."""

    @property
    def descriptors(self) -> tuple[int, int]:
        """The descriptors of its files of lines."""
        return self.by_subject.descriptor, self.turned.descriptor

    @property
    def limits(self) -> Limits:
        """The limits of work on all data."""
        return limits_for(self.by_subject.size // BYTES)

    def sources(self, names: Iterable[str]) -> tuple[Source, ...]:
        """Return data files as sources, in order, that of the data set among them."""
        wanted = {*names, *(source.file for source in self.frame.sources["data"])}
        paths = [self.root / run.file for run in self.runs if run.file in wanted]
        return tuple(move_source(source, self.frame.own_base, self.frame.base) for source, _faults in read_sources(paths, self.root))
