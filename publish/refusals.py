"""What a system refuses, told to a person: one line that says what is wrong with what place, and what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from publish.errors import Mistake
from publish.made import Content, File

_NAMES = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "quota-full",
    errno.EROFS: "read-only",
    errno.EACCES: "no-rights",
    errno.EPERM: "no-rights",
    errno.EIO: "disk-fails",
    errno.ENOENT: "gone",
    errno.ENOTDIR: "no-folder",
    errno.EEXIST: "no-folder",
    errno.ELOOP: "no-folder",
}
_FULL = {errno.ENOSPC: "disk-full-site", errno.EDQUOT: "quota-full-site"}
_MOUNTED = {errno.EBUSY, errno.EXDEV}
_BLOCK = 4096
_MEGABYTE = 10**6


class Refused(Mistake):
    """What the system would not do."""


class Needs:
    """What a new site of certain files needs of a disk: so many *files* in these *folders*, and *size* in bytes of the blocks that the files fill."""

    def __init__(self, files: Iterable[File]) -> None:
        self.size = 0
        self.files = 0
        self.folders: set[str] = set()
        self._rest = iter(files)

    def counted(self) -> Iterator[File]:
        """Yield the files (path and content), each counted."""
        for path, content in self._rest:
            self._add(path, content)
            yield path, content

    def whole(self) -> Needs:
        """Return this with all that was still to come."""
        for path, content in self._rest:
            self._add(path, content)
        return self

    @property
    def entries(self) -> int:
        """How many files and folders there are."""
        return self.files + len(self.folders)

    def _add(self, path: str, content: Content) -> None:
        self.files += 1
        self.folders.update(map(str, PurePosixPath(path).parents))
        self.size += -(-len(content) // _BLOCK) * _BLOCK


def refusal(error: OSError, place: object = "") -> Refused:
    """Return what a person is told of *error*; *place* is where it happened, else the error itself says that."""
    where = place or (error.filename if isinstance(error.filename, str | os.PathLike) else "")
    return Refused(_NAMES.get(error.errno or 0, "system") if where else "system", place=where or "bynet", words=error.strerror or error)


@contextmanager
def told(out: Path, needs: Needs | None = None) -> Iterator[None]:
    """Raise `Refused` for what the system refuses to who publishes to *out*, with what the new site *needs* where the disk is full."""
    try:
        yield
    except OSError as error:
        inside = isinstance(error.filename, str) and Path(error.filename).is_relative_to(out)
        place = Path(error.filename) if inside else out.parent
        if needs is not None and error.errno in _FULL:
            raise _too_large(error, place, needs.whole()) from error
        if error.errno in _MOUNTED:
            raise Refused("mounted", place=out) from error
        raise refusal(error, _no_folder(place) if _NAMES.get(error.errno or 0) == "no-folder" else place) from error


def _no_folder(place: Path) -> Path:
    """The first on the way to *place* that is something else than a folder."""
    return next((path for path in (*reversed(place.parents), place) if os.path.lexists(path) and not path.is_dir()), place)


def _too_large(error: OSError, place: Path, needs: Needs) -> Refused:
    """How much room the new site needs on a disk that is full, and how much there is."""
    disk = os.statvfs(place)
    if error.errno == errno.ENOSPC and 0 <= disk.f_favail <= needs.entries and disk.f_files:
        return Refused("disk-files", place=place, room=disk.f_favail, entries=needs.entries + 1)
    needed = -(-(needs.size + _BLOCK * len(needs.folders)) // _MEGABYTE)
    return Refused(_FULL[error.errno or 0], place=place, needed=needed, files=needs.files, free=disk.f_bavail * disk.f_frsize // _MEGABYTE)
