"""Where a publication with Spark is made: which cluster, into how many shards, from which files, to which place."""

from __future__ import annotations

from dataclasses import dataclass

from publish.errors import Mistake


@dataclass(frozen=True, slots=True)
class Cluster:
    """A *master*, or nothing where Spark's own settings name one; how many *partitions*, or nothing where Spark's parallelism says so.

    *data* are further files and folders with data, and *out* the place of the site: paths, or URIs of any Hadoop file system.
    """

    out: str
    master: str | None = None
    partitions: int | None = None
    data: tuple[str, ...] = ()

    def used(self, engine: str) -> Cluster | None:
        """Return it where *engine* is ``spark``, else nothing. Raises `Mistake` where anything is said of it for nothing."""
        if engine == "spark":
            return self
        if self.master or self.partitions or self.data:
            raise Mistake("only-spark")
        return None
