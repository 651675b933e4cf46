"""Where the command ``bynet`` begins: what stops it is heeded before anything else is loaded, so that it ends in one line at any moment."""

from __future__ import annotations

import gc

from publish.stopping import Stopped, end_at_once, heed, ignore

_OBJECTS = 50_000
"""How many new objects there have to be before garbage is looked for: loading modules makes many and no garbage, and takes a tenth longer with 700."""


def main() -> None:
    """Run the command line until it ends or is stopped."""
    heed()
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    try:
        try:
            _run()
        finally:
            end_at_once()
            gc.freeze()  # the system takes all of it back at once: looking for garbage in it takes a tenth of a second
    except (Stopped, KeyboardInterrupt) as stopped:
        ignore()
        _tell(stopped)


def _run() -> None:
    from publish.cli import main as run  # noqa: PLC0415  # loading it may be stopped too

    run()


def _tell(stopped: Stopped | KeyboardInterrupt) -> None:
    from publish.cli import interrupted  # noqa: PLC0415

    interrupted(stopped.number if isinstance(stopped, Stopped) else Stopped.USUAL)
