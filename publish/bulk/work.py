"""Where data that lie on disk are worked on, and within what."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from publish.bulk.pace import Progress
from publish.pages.compiled import Compiled

MEMORY = 4096
"""How many MiB all processes together may take, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Work:
    """Where lines are worked on: in a *folder*, in which those of the last time may be, open until *files* are closed.

    *progress* is told of each stage; *memory* is how many MiB all processes together may take; *compiled* are templates for its pages.
    """

    folder: Path
    files: ExitStack
    progress: Progress
    memory: int = MEMORY
    compiled: Compiled = field(default_factory=Compiled)
