"""Publish a project whose data lie on disk: check it, write its dumps block by block and the rest of its site as ever, and put that in its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from publish.build import Order, Unsound, refuse_sources
from publish.bulk.build import check_on_disk
from publish.bulk.frame import framed
from publish.bulk.held import Held
from publish.bulk.publication import OnDisk
from publish.bulk.state import keep, key_of
from publish.bulk.writing import write_dumps
from publish.confined import Stopped
from publish.errors import Mistake
from publish.model import TYPE
from publish.processor import Processor
from publish.publication import Checked, History
from publish.readback import accept_frame, read_back
from publish.refusals import told
from publish.site import site_files
from publish.validity import NEVER
from publish.write import Place, replacing

Progress = Callable[[str], None]


def publish_on_disk(order: Order, progress: Progress, processor: Processor) -> tuple[Checked, int]:
    """Check a project and write its site, as `publish.build.publish_project` does; its data are never in memory as a whole."""
    refuse_sources(order)
    with replacing(order.out) as place, told(order.out), ExitStack() as files:
        place.work.mkdir(exist_ok=True)
        progress("checking")
        checked, held = check_on_disk(order.root, order.base, place.work, processor, files)
        if held is None or not checked.is_sound:
            raise Unsound(checked)
        if held.frame.version:
            raise Mistake("release-on-disk", version=held.frame.version)
        count = _publish(order, checked, held, progress, place)
        keep(place.work, key_of(held.frame), held.frame.base, held.runs, held.looked)
        return checked, count


def _publish(order: Order, checked: Checked, held: Held, progress: Progress, place: Place) -> int:
    made = _emptied(place.work / "made")
    publication = OnDisk(framed(held.frame, held.by_subject, held.turned), checked, held, History(expires=_until(order)))
    accepted = accept_frame(publication.project, publication.beside, checked.report())
    progress("writing")
    numbers = publication.numbers
    terms = [*numbers.classes, *(name for name in numbers.properties if name != TYPE.value)]
    try:
        publication.written = write_dumps(held, publication.notation, terms, place.work)
    except Stopped as stopped:
        raise Mistake("unwritten", words=stopped.reason) from stopped
    count = place.replace(site_files(publication), partial(read_back, accepted))
    shutil.rmtree(made)
    return count


def _until(order: Order) -> str:
    return "" if order.expires in (None, NEVER) else order.expires or ""


def _emptied(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    return folder
