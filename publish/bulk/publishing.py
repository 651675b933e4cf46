"""Check or publish a project whose data lie on disk: its files are read side by side, and what the rest takes is loaded meanwhile."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from publish.build import Order, refuse_sources
from publish.bulk.folder import made
from publish.bulk.pace import Progress
from publish.bulk.runs import read_on_disk
from publish.bulk.work import Work
from publish.model import XSD
from publish.processor import Processor
from publish.publication import Checked
from publish.refusals import told
from publish.texts import LANGUAGES
from publish.tokens import pattern
from publish.write import replacing

if TYPE_CHECKING:
    from publish.bulk.held import Held


def check_large(root: Path, progress: Progress, processor: Processor) -> Checked:
    """Return what is wrong with the project under *root*, as `publish.build.check_project` does; its data are never in memory as a whole."""
    processor.dismiss()  # for data that fit in memory
    with TemporaryDirectory() as folder, ExitStack() as files:
        checked, _held = check_on_disk(root, None, Work(Path(folder), files, progress))
        return checked


def check_on_disk(root: Path, base: str | None, work: Work) -> tuple[Checked, Held | None]:
    """Return what is wrong with the project under *root*, and the project, where it can be read. What is found is what `publish.build` finds in memory."""
    read = read_on_disk(root, base, work, _load_checks)
    from publish.bulk.build import check_read  # noqa: PLC0415  # as below

    return check_read(read, work)


def publish_on_disk(order: Order, progress: Progress, processor: Processor) -> tuple[Checked, int]:
    """Check a project and write its site, as `publish.build.publish_project` does; its data are never in memory as a whole."""
    processor.dismiss()
    refuse_sources(order)
    with replacing(order.out) as place, told(order.out), ExitStack() as files:
        work = Work(made(place.work), files, progress, order.memory)
        read = read_on_disk(order.root, order.base, work, _load_all)
        from publish.bulk.site import publish_read  # noqa: PLC0415  # as below

        return publish_read(order, read, work, place)


def _load_checks() -> None:
    """Have in memory what checking takes, and what closed processes could not load: that lasts as long as reading a file."""
    import publish.bulk.build  # noqa: F401, PLC0415
    from publish.shapes.loading import prepare  # noqa: PLC0415

    prepare()
    pattern()


def _load_all() -> None:
    import publish.bulk.site  # noqa: F401, PLC0415
    from publish.wording import date_text  # noqa: PLC0415

    _load_checks()
    for language in LANGUAGES:
        date_text("2020-01-31", XSD + "date", language)  # which pages tell dates with, in most projects
