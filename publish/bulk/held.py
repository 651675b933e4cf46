"""A project whose data lie on disk, and what was seen in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from publish.answered import Answered
from publish.bulk.again import Change
from publish.bulk.footprint import Footprints
from publish.bulk.index import Index
from publish.bulk.judging import Found
from publish.bulk.looking import Looked, Shares
from publish.bulk.runs import Run
from publish.bulk.work import MEMORY
from publish.confined import Limits, limits_for
from publish.intake.files import read_sources
from publish.model import Project, Source
from publish.parallel import WORKERS
from publish.rebase import move_source

BYTES = 100
"""The bytes of a line, more or less."""


@dataclass(frozen=True, slots=True)
class Held:
    """A project whose data lie on disk: its frame, the runs of its files, its lines with what there is to look at them for, and what was seen in them."""

    root: Path
    frame: Project
    runs: Sequence[Run]
    shares: Shares
    looked: Looked
    memory: int = MEMORY
    key: str = ""
    """What stands for all of it but the data, where something is kept of it (`publish.bulk.state`)."""
    footprints: Footprints = field(default_factory=Footprints)
    """What its rules and questions can see, once that is known."""
    answers: dict[str, Answered] = field(default_factory=dict)
    """The answers of questions by their IRI, once they are known."""
    found: Found | None = None
    """What queries of shapes found, where they had not to be asked of all data."""
    laid: Change | None = None
    """What is laid over the lines that are kept (`publish.bulk.splicing`); nothing where all lines were written."""
    before: tuple[Index, Change] | None = None
    """The lines by subject of the last time, and what has changed since; nothing where all may have."""

    @property
    def by_subject(self) -> Index:
        """The lines by subject."""
        return self.shares.by_subject

    @property
    def turned(self) -> Index:
        """The turned lines."""
        return self.shares.turned

    @property
    def descriptors(self) -> tuple[int, int]:
        """The descriptors of its files of lines."""
        return self.by_subject.descriptor, self.turned.descriptor

    @property
    def limits(self) -> Limits:
        """The limits of work on all data."""
        return limits_of(self.by_subject.size, self.memory)

    def sources(self, names: Iterable[str]) -> tuple[Source, ...]:
        """Return data files as sources, in order, that of the data set among them."""
        wanted = {*names, *(source.file for source in self.frame.sources["data"])}
        paths = [self.root / run.file for run in self.runs if run.file in wanted]
        return tuple(move_source(source, self.frame.own_base, self.frame.base) for source, _faults in read_sources(paths, self.root))


def limits_of(size: int, memory: int) -> Limits:
    """Return the limits of work on lines of so many bytes, where all processes together may take so many MiB of *memory*."""
    return Limits(limits_for(size // BYTES).seconds, memory // WORKERS)
