"""Publish with Spark: check on a cluster, write the dumps there and the rest of the site as ever, and put all of it in its place at the end, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from publish.build import Order, Unsound, refuse_sources
from publish.bulk.frame import framed
from publish.bulk.pace import Progress
from publish.bulk.publication import OnDisk
from publish.bulk.releases import Past
from publish.bulk.work import Work
from publish.check import sort_findings
from publish.cluster import Cluster
from publish.errors import Mistake
from publish.made import Made
from publish.model import TYPE
from publish.publication import Checked, History
from publish.read import read_frame
from publish.readback import accept_frame, read_back
from publish.site import site_files
from publish.spark.build import Checking, Site
from publish.spark.build import Made as OnSpark
from publish.spark.desk import Desk
from publish.spark.place import Place, placed
from publish.spark.planning import planned
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
    _refuse(order, cluster)
    frame_read = read_frame(order.root, order.base)
    if frame_read.project is None:
        raise Unsound(Checked(None, tuple(sort_findings(frame_read.findings))))
    plan = planned(frame_read.project)
    with ExitStack() as files:
        local = Path(files.enter_context(TemporaryDirectory()))
        progress("starting-spark")
        session = files.enter_context(spark_session(cluster.master, cluster.partitions))
        place = files.enter_context(placed(session, cluster.out))
        shards = cluster.partitions or _STAGES * session.sparkContext.defaultParallelism
        given = given_files(order.root, cluster.data, place.folders)
        site = Site(session, shards, Desk(f"{place.work}/desk"), local, files, given, progress)
        checked, made = Checking(order.root, frame_read.project, plan, site).checked()
        checked = replace(checked, findings=tuple(sort_findings([*checked.findings, *frame_read.findings])))
        if made is None or not checked.is_sound:
            raise Unsound(checked)
        return checked, _publish(order, checked, made, site, place)


def _refuse(order: Order, cluster: Cluster) -> None:
    """Raise `Mistake` where *order* asks for what is made on one machine only, and `OccupiedFolder` as `refuse_sources` does."""
    for name, is_said in (("--previous", order.previous is not None), ("--resources bundles", order.resources == "bundles")):
        if is_said:
            raise Mistake("not-with-spark", option=name)
    if "://" not in cluster.out:
        refuse_sources(order)


def _publish(order: Order, checked: Checked, made: OnSpark, site: Site, place: Place) -> int:
    site.progress("spark-writing")
    frame = framed(made.held.frame, made.held.by_subject, made.held.turned)
    past = Past(History(expires="" if order.expires in {None, NEVER} else str(order.expires)))  # releases are compared and kept on one machine
    publication = OnDisk(frame, checked, made.held, past, Work(site.folder, site.files, site.progress))
    dumps = _dumps(publication, made, site, place)
    site.progress("writing")
    return place.replace(_built(publication, dumps, site.folder / "site"), dumps)


def _dumps(publication: OnDisk, made: OnSpark, site: Site, place: Place) -> list[Dump]:
    """Write the dumps, and prove them."""
    numbers = publication.numbers
    keys = frozenset(map(publication.notation.context.key, [*numbers.classes, *(name for name in numbers.properties if name != TYPE.value)]))
    written = write_shards(made.ordered, publication.notation, keys, site.desk)
    named(place.folders, written, place.new)
    return proved(site.session, place.new, numbers.graphs[ALL].triples)


def _built(publication: OnDisk, dumps: Iterable[Dump], folder: Path) -> Path:
    """Write all of the site but its dumps to a local *folder*, and prove it; return the folder."""
    publication.written = {dump.name: Made(folder / dump.name, dump.size, dump.sha256) for dump in dumps}
    accepted = accept_frame(publication.project, publication.beside, publication.checked.report() if publication.checked else [])
    elsewhere = {f"download/{name}" for name in publication.written}
    write_site(folder, (file for file in site_files(publication) if file[0] not in elsewhere), partial(read_back, accepted))
    return folder
