"""Put a site where it is published, on any file system: it is built beside, and all of it takes its place at the end, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pyspark.sql import SparkSession

from publish.errors import OccupiedFolder
from publish.paths import SIGNATURE
from publish.spark.folders import Folders
from publish.spark.writing import Dump
from publish.write import MANIFEST, listed_in, read_manifest


@contextmanager
def placed(session: SparkSession, out: str) -> Iterator[Place]:
    """Have the place of a site at *out*, with nothing beside it when the block begins and ends. Raises `OccupiedFolder` where anything else is there."""
    folders = Folders(session)
    place = Place(folders, folders.uri(out))
    place.refuse_occupied()
    place.clear()
    try:
        yield place
    finally:
        place.clear()


class Place:
    """The place *out* of a site on any file system: all of it is built beside, and takes its place at the end."""

    def __init__(self, folders: Folders, out: str) -> None:
        self.folders = folders
        self._out = out
        around, _, name = out.rpartition("/")
        self.work = f"{around}/.{name}.bynet-spark"

    @property
    def new(self) -> str:
        """Where the site is built."""
        return f"{self.work}/site"

    def clear(self) -> None:
        """Have nothing but the site."""
        if not self.folders.exists(self._out) and self.folders.exists(f"{self.work}/old"):
            self.folders.move(f"{self.work}/old", self._out)  # of a publisher who was stopped between two steps
        self.folders.drop(self.work)

    def refuse_occupied(self) -> None:
        """Raise `OccupiedFolder` where there is anything that no MANIFEST of bynet lists."""
        there = [*self.folders.files(self._out)]
        listed = {MANIFEST, SIGNATURE, *listed_in(self.folders.read(f"{self._out}/{MANIFEST}").decode(errors="replace"))} if MANIFEST in there else set[str]()
        for path in sorted(there):
            if path not in listed:
                raise OccupiedFolder("occupied", folder=self._out, file=path)

    def _drop_checksums(self) -> None:
        """Remove the files that Hadoop writes beside others on a local disk."""
        if self.new.startswith("file:"):
            for path in Path(unquote(urlsplit(self.new).path)).rglob(".*.crc"):
                path.unlink()

    def replace(self, site: Path, dumps: Iterable[Dump]) -> int:
        """Put the local *site* beside its *dumps*, and both in the place of the site before; return the number of files."""
        digests = {**read_manifest(site), **{f"download/{dump.name}": dump.sha256 for dump in dumps}}
        (site / MANIFEST).write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())), encoding="utf-8")
        self.folders.put(site, self.new)
        self._drop_checksums()
        if self.folders.exists(self._out):
            self.folders.move(self._out, f"{self.work}/old")
        self.folders.move(self.new, self._out)
        return len(digests)
