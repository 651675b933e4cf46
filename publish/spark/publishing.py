"""Publish with Spark: check on a cluster, write the dumps there and the rest of the site as ever, and put all of it in its place at the end, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from publish.build import Order, Unsound
from publish.bulk.frame import framed
from publish.bulk.held import Work
from publish.bulk.pace import Progress
from publish.bulk.publication import OnDisk
from publish.bulk.releases import Past
from publish.check import sort_findings
from publish.cluster import Cluster
from publish.errors import Mistake
from publish.made import Made
from publish.model import TYPE, Finding
from publish.publication import Checked, History
from publish.read import read_frame
from publish.readback import accept_frame, read_back
from publish.site import site_files
from publish.spark.build import Checking, Site, foresee
from publish.spark.build import Made as OnSpark
from publish.spark.desk import Desk
from publish.spark.folders import Folders
from publish.spark.place import Place
from publish.spark.session import spark_session
from publish.spark.sources import given_files
from publish.spark.writing import Dump, named, proved, write_shards
from publish.statistics import ALL
from publish.validity import NEVER
from publish.write import write_site

_STAGES = 3
"""How many shards there are for each task that runs at once, where nothing is said."""


def publish_on_spark(order: Order, cluster: Cluster, progress: Progress) -> tuple[Checked, int]:
    """Check a project and write its site, as `publish.bulk.publishing.publish_on_disk` does, with Spark; what was there before stands until the end.

    Raises `Unsound` (nothing is written) where there is a violation, `OccupiedFolder` where the place is not bynet's, and other mistakes.
    """
    for name, is_said in (("--previous", order.previous is not None), ("--resources bundles", order.resources == "bundles")):
        if is_said:
            raise Mistake("not-with-spark", option=name)
    frame_read = read_frame(order.root, order.base)
    if frame_read.project is None:
        raise Unsound(Checked(None, tuple(sort_findings(frame_read.findings))))
    foreseen = foresee(order.root, frame_read.project)
    with ExitStack() as files:
        local = Path(files.enter_context(TemporaryDirectory()))
        progress("starting-spark")
        session = files.enter_context(spark_session(cluster.master, cluster.partitions))
        shards = cluster.partitions or _STAGES * session.sparkContext.defaultParallelism
        folders = Folders(session)
        place = Place(folders, folders.uri(cluster.out))
        place.refuse_occupied()
        files.callback(place.clear)
        place.clear()
        desk = Desk(f"{place.work}/desk")
        given = given_files(order.root, cluster.data, folders)
        site = Site(session, shards, desk, local, files, progress)
        checked, made = Checking(foreseen, given, site).checked()
        checked = _with(checked, frame_read.findings)
        if made is None or not checked.is_sound:
            raise Unsound(checked)
        progress("spark-writing")
        publication = OnDisk(framed(made.held.frame, made.held.by_subject, made.held.turned), checked, made.held, _past(order), Work(local, files, progress))
        dumps = _dumps(publication, made, place, desk)
        progress("writing")
        return checked, place.replace(_built(publication, dumps, local / "site"), dumps)


def _with(checked: Checked, findings: Iterable[Finding]) -> Checked:
    return replace(checked, findings=tuple(sort_findings([*checked.findings, *findings])))


def _past(order: Order) -> Past:
    """No releases: these are compared and kept on one machine."""
    return Past(History(expires="" if order.expires in {None, NEVER} else str(order.expires)))


def _dumps(publication: OnDisk, made: OnSpark, place: Place, desk: Desk) -> list[Dump]:
    """Write the dumps, and prove them."""
    numbers = publication.numbers
    keys = frozenset(map(publication.notation.context.key, [*numbers.classes, *(name for name in numbers.properties if name != TYPE.value)]))
    written = write_shards(made.ordered, publication.notation, keys, desk)
    named(place.folders, written, place.new)
    return proved(place.folders.session, place.new, publication.numbers.graphs[ALL].triples)


def _built(publication: OnDisk, dumps: Iterable[Dump], folder: Path) -> Path:
    """Write all of the site but its dumps to a local *folder*, and prove it; return the folder."""
    publication.written = {dump.name: Made(folder / dump.name, dump.size, dump.sha256) for dump in dumps}
    accepted = accept_frame(publication.project, publication.beside, publication.checked.report() if publication.checked else [])
    elsewhere = {f"download/{name}" for name in publication.written}
    write_site(folder, (file for file in site_files(publication) if file[0] not in elsewhere), partial(read_back, accepted))
    return folder
