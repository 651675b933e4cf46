"""Folders of any Hadoop file system, the local one among them, as Spark's driver reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from publish.errors import Mistake


@dataclass(frozen=True, slots=True)
class Folders:
    """The file systems that *session* knows. What they refuse is raised as `Mistake`."""

    session: SparkSession

    def uri(self, place: str) -> str:
        """Return *place*, a path or a URI, as a whole URI without a slash at its end."""
        path = self._path(place)
        return str(self._of(path).makeQualified(path).toString()).rstrip("/")

    def files(self, place: str) -> Iterator[str]:
        """Yield the paths of all files below *place*, relative to it, in no order. None where nothing is there."""
        if not self.exists(place):
            return
        path = self._path(place)
        system = self._of(path)
        root = system.makeQualified(path).toUri().getPath().rstrip("/") + "/"
        listing = system.listFiles(path, True)  # noqa: FBT003  # Hadoop's own
        while listing.hasNext():
            yield str(listing.next().getPath().toUri().getPath()).removeprefix(root)

    def exists(self, place: str) -> bool:
        """Say whether there is anything at *place*."""
        path = self._path(place)
        return bool(self._asked("exists", path))

    def read(self, place: str) -> bytes:
        """Return what is in a small file."""
        path = self._path(place)
        stream = self._asked("open", path)
        try:
            return bytes(stream.readAllBytes())
        finally:
            stream.close()

    def make(self, place: str) -> None:
        """Have a folder at *place*."""
        self._asked("mkdirs", self._path(place))

    def put(self, folder: Path, place: str) -> None:
        """Copy what is in the local *folder* to *place*, beside what is there."""
        self.make(place)
        for path in sorted(folder.iterdir()):
            if path.is_dir() and self.exists(f"{place}/{path.name}"):
                self.put(path, f"{place}/{path.name}")
                continue
            self._asked("copyFromLocalFile", False, True, self._path(path.as_uri()), self._path(f"{place}/{path.name}"), of=place)  # noqa: FBT003  # Hadoop's own

    def move(self, place: str, to: str) -> None:
        """Give what is at *place* another place, in one step where the file system can. Raises `Mistake` where that is taken."""
        if not self._asked("rename", self._path(place), self._path(to)):
            raise Mistake("folder-failed", place=to, words="rename")

    def drop(self, place: str) -> None:
        """Have nothing at *place*."""
        self._asked("delete", self._path(place), True)  # noqa: FBT003  # Hadoop's own

    def _path(self, place: str) -> Any:  # noqa: ANN401  # an object of Java
        return self._java().org.apache.hadoop.fs.Path(place)

    def _of(self, path: Any) -> Any:  # noqa: ANN401
        return path.getFileSystem(self.session._jsc.hadoopConfiguration())  # noqa: SLF001

    def _java(self) -> Any:  # noqa: ANN401
        return self.session._jvm  # noqa: SLF001  # there is no other way to Java

    def _asked(self, what: str, *given: Any, of: str | None = None) -> Any:  # noqa: ANN401
        path = self._path(of) if of else next(one for one in given if not isinstance(one, bool))
        try:
            return getattr(self._of(path), what)(*given)
        except Py4JJavaError as error:
            raise Mistake("folder-failed", place=str(path), words=str(error.java_exception.getMessage()).splitlines()[0]) from error
