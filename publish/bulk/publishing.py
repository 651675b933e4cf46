"""Publish a project whose data lie on disk: check it, write its dumps block by block and the rest of its site as ever, and put that in its place."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from publish.build import Order, Unsound, refuse_sources
from publish.bulk.beside import ahead
from publish.bulk.build import check_on_disk
from publish.bulk.folder import emptied, made, removed
from publish.bulk.frame import framed
from publish.bulk.held import Held, Work
from publish.bulk.pace import Progress
from publish.bulk.publication import InBundles, OnDisk
from publish.bulk.releases import Desk, Past, look_back_on_disk
from publish.bulk.sides import Side
from publish.bulk.standing import with_standing
from publish.bulk.state import keep, key_of
from publish.bulk.writing import write_dumps
from publish.confined import Stopped
from publish.earlier import open_site
from publish.errors import Mistake
from publish.model import DATA_GRAPHS, TYPE, Project
from publish.pages.compiled import Compiled, bynet_templates
from publish.processor import Processor
from publish.publication import Checked, Publication
from publish.readback import accept_frame, read_back
from publish.refusals import told
from publish.site import site_files
from publish.write import Place, replacing

_KINDS = {"none": OnDisk, "bundles": InBundles}
"""What is published, by where the things of the data are described."""


def check_large(root: Path, processor: Processor) -> Checked:
    """Return what is wrong with the project under *root*, as `publish.build.check_project` does; its data are never in memory as a whole."""
    processor.dismiss()  # for data that fit in memory
    with TemporaryDirectory() as folder, ExitStack() as files:
        checked, _held = check_on_disk(root, None, Work(Path(folder), files, lambda *_stage, **_more: None))
        return checked


def publish_on_disk(order: Order, progress: Progress, processor: Processor) -> tuple[Checked, int]:
    """Check a project and write its site, as `publish.build.publish_project` does; its data are never in memory as a whole."""
    processor.dismiss()
    refuse_sources(order)
    with replacing(order.out) as place, told(order.out), ExitStack() as files:
        work = Work(made(place.work), files, progress, order.memory, Compiled(files.enter_context(closing(ahead(bynet_templates())))))
        checked, held = check_on_disk(order.root, order.base, work)
        if held is None or not checked.is_sound:
            raise Unsound(checked)
        count = _publish(order, checked, held, work, place)
        keep(place.work, key_of(held.frame), held)
        return checked, count


def _publish(order: Order, checked: Checked, held: Held, work: Work, place: Place) -> int:
    frame = framed(held.frame, held.by_subject, held.turned)
    with ExitStack() as files:
        past = emptied(work.folder / "past")
        files.callback(removed, past)
        work.progress("comparing")
        publication = _KINDS[order.resources](frame, checked, held, _look_back(order, frame, held, Desk(past, files)), work)
        return _write(publication, checked, held, work, place)


def _look_back(order: Order, frame: Project, held: Held, desk: Desk) -> Past:
    if order.previous is not None and open_site(order.previous) is None:
        raise Mistake("no-previous", place=order.previous)
    said = Publication(frame).snapshot
    beside = {name: triples for name, triples in said.graphs.items() if name not in DATA_GRAPHS}
    return look_back_on_disk(order.previous or str(order.out), Side(replace(said, graphs=beside), held.by_subject), order.expires, desk)


def _write(publication: OnDisk, checked: Checked, held: Held, work: Work, place: Place) -> int:
    dumps = emptied(work.folder / "made")
    accepted = accept_frame(publication.project, publication.beside, checked.report())
    numbers = publication.numbers
    terms = [*numbers.classes, *(name for name in numbers.properties if name != TYPE.value)]
    try:
        publication.written = write_dumps(held, publication.notation, terms, work)
        work.progress("writing")
        with closing(site_files(publication, work.compiled)) as site:
            count = place.replace(with_standing(site, place.out), partial(read_back, accepted))
    except Stopped as stopped:
        raise Mistake("unwritten", words=stopped.reason) from stopped
    removed(dumps)
    return count
