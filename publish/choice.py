"""Which way a project is checked and published: in memory, or from the disk, where the same is found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from publish.build import Order, Progress, check_project, publish_project
from publish.processor import Processor
from publish.publication import Checked
from publish.read import source_files

LARGE = 2 << 20
"""The bytes of data from which on they are checked from the disk: some fifty thousand triples."""


def checked_project(root: Path, contributed: Sequence[Path], progress: Progress, processor: Processor) -> Checked:
    """Return what is wrong with the project under *root*, and with the files *contributed*, which are held against it in memory.

    *progress* is told the stages of what takes long.
    """
    if contributed or sum(path.stat().st_size for path in source_files(root)["data"] if path.is_file()) < LARGE:
        return check_project(root, processor, contributed=contributed)
    from publish.bulk.publishing import check_large  # noqa: PLC0415  # takes long to start, and only large data sets need it

    return check_large(root, progress, processor)


def published_project(order: Order, progress: Progress, processor: Processor) -> tuple[Checked, int]:
    """Check a project and write its site, as *order* says (`publish.build.publish_project`)."""
    if order.cluster:
        from publish.spark.publishing import publish_on_spark  # noqa: PLC0415

        return publish_on_spark(order, order.cluster, progress)
    if order.resources == "files":
        return publish_project(order, progress, processor)
    from publish.bulk.publishing import publish_on_disk  # noqa: PLC0415

    return publish_on_disk(order, progress, processor)
