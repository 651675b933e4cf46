"""Publish a project whose data lie on disk: check it, write its dumps block by block and the rest of its site as ever, and put that in its place."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial

from publish.build import Order, Unsound
from publish.bulk.beside import ahead
from publish.bulk.build import check_read
from publish.bulk.folder import emptied, removed
from publish.bulk.frame import framed
from publish.bulk.held import Held
from publish.bulk.publication import InBundles, OnDisk
from publish.bulk.releases import Desk, Past, look_back_on_disk
from publish.bulk.runs import AsRead
from publish.bulk.sides import Side
from publish.bulk.standing import with_standing
from publish.bulk.state import keep
from publish.bulk.work import Work
from publish.bulk.writing import write_dumps
from publish.confined import Stopped
from publish.earlier import open_site
from publish.errors import Mistake
from publish.model import DATA_GRAPHS, TYPE, Project
from publish.pages.compiled import Compiled, bynet_templates
from publish.publication import Checked, Publication
from publish.readback import accept_frame, read_back
from publish.site import site_files
from publish.write import Place

_KINDS = {"none": OnDisk, "bundles": InBundles}
"""What is published, by where the things of the data are described."""


def publish_read(order: Order, read: AsRead, work: Work, place: Place) -> tuple[Checked, int]:
    """Check a project that was *read* and write its site to *place*, as `publish.build.publish_project` does."""
    with closing(ahead(bynet_templates())) as templates:
        checked, held = check_read(read, work)
        if held is None or not checked.is_sound:
            raise Unsound(checked)
        return checked, _publish(order, checked, held, replace(work, compiled=Compiled(templates)), place)


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
            count = place.replace(with_standing(site, place.out), partial(read_back, accepted), partial(keep, place.work, held))
    except Stopped as stopped:
        raise Mistake("unwritten", words=stopped.reason) from stopped
    removed(dumps)
    return count
