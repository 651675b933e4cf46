"""The release that is served, and how a new one takes its place: whoever has begun with the old one ends with it."""

from __future__ import annotations

import asyncio
import errno
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

from publish.earlier import MANIFEST, read_manifest
from publish.errors import Mistake
from publish.gzipped import ENDING, BadGzip, standing, unpacked
from publish.model import DATA_GRAPHS, DUMP
from publish.published import NotPublished, published
from publish.serve.budget import Budgets
from publish.serve.files import Site, read
from publish.serve.limits import Limits
from publish.serve.pool import NoData, Pool

_FULL = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""How a system says that it has no room for another open file."""


class NoRoom(Mistake):
    """A system that has no room for another release's processes now."""


class Release:
    """One release of a site, with the processes that answer queries over its data."""

    def __init__(self, site: Site, limits: Limits, budgets: Budgets) -> None:
        self.site = site
        self.pool = Pool(site.root / standing(DUMP, site.manifest), limits, budgets)
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Release]:
        """Keep this release from being closed until the block ends."""
        self._users += 1
        self._unused.clear()
        try:
            yield self
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    async def close(self) -> None:
        """End its processes once nobody uses them."""
        await self._unused.wait()
        await self.pool.close()
        self.site.close()


class Served:
    """The release in a folder, and each one that is published there while it is served; *renewed* is called when one has taken another's place."""

    def __init__(self, folder: Path, limits: Limits, renewed: Callable[[], None]) -> None:
        self._folder = folder.absolute()
        self._renewed = renewed
        self._limits = limits
        self.budgets = Budgets(limits.budget)
        """What each client has left, whichever release it asks."""
        self._lock = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._release: Release | None = None
        self._failed: tuple[str, Mistake | None] = ("", None)

    @property
    def release(self) -> Release:
        """The release that is served now."""
        if self._release is None:
            raise RuntimeError("nothing is served before start()")
        return self._release

    async def start(self) -> None:
        """Read the site and start the processes that answer. Raises a `Mistake` where there is no site, or no data in it."""
        await self._take()

    async def renew(self) -> bool:
        """Serve what is in the folder now; say whether that is another release.

        What is served stays where the folder holds no whole site: it raises a `Mistake` then.
        """
        async with self._lock:
            digest = ""
            try:
                digest = self._digest()
                if digest == self.release.site.digest:
                    return False
                await self._take()
            except (NotPublished, NoData, BadGzip) as mistake:
                if full := _full(mistake):
                    raise NoRoom("serve-no-room", words=full.strerror) from mistake
                self._failed = digest, mistake
                raise
            return True

    async def look(self) -> bool:
        """Do what `renew` does, but don't try again what has failed before: raise that mistake."""
        digest, mistake = self._failed
        if mistake and digest == self._digest():
            raise mistake
        return await self.renew()

    async def stop(self) -> None:
        """End every process."""
        async with self._lock:
            if self._release is not None:
                await self._release.close()
            await asyncio.gather(*self._closing)

    async def _take(self) -> None:
        new = await self._begun()
        old, self._release = self._release, new
        if old is not None:
            closing = asyncio.create_task(old.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._renewed()

    async def _begun(self) -> Release:
        """The release in the folder, ready: that of one moment, also where another one is published meanwhile."""
        while True:
            site = await asyncio.to_thread(read_site, self._folder)
            release = Release(site, self._limits, self.budgets)
            try:
                await release.pool.start()
            except OSError as error:
                site.close()
                raise NoRoom("serve-no-room", words=error.strerror or error) from error
            except BaseException:
                site.close()
                raise
            is_current = False
            try:
                is_current = site.digest == self._digest()
            finally:  # also where the folder has gone meanwhile: no process is left behind
                if not is_current:
                    await release.close()
            if is_current:
                return release

    def _digest(self) -> str:
        try:
            return sha256((self._folder / MANIFEST).read_bytes()).hexdigest()
        except OSError as error:
            raise _nothing(self._folder) from error


def read_site(folder: Path) -> Site:
    """Return the published site in *folder*, which whoever has it closes. Raises `NotPublished` where there is none."""
    with ExitStack() as failing:
        try:
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            failing.callback(os.close, opened)
            site = _site(folder, opened)
        except OSError as error:
            raise _nothing(folder) from error
        failing.pop_all()
    return site


def _site(folder: Path, opened: int) -> Site:
    listed = read(opened, MANIFEST)
    manifest = {**read_manifest(listed, str(folder)), MANIFEST: sha256(listed).hexdigest()}
    dump = standing(DUMP, manifest)
    needed = [dump] if dump.endswith(ENDING) else [DUMP, *(f"download/{name}.nt" for name in DATA_GRAPHS)]
    if missing := [path for path in needed if path not in manifest]:
        raise NotPublished("serve-no-data", place=folder, file=missing[0])
    counts = {name: read(opened, path).count(b"\n") for name, path in zip(DATA_GRAPHS, needed[1:], strict=False)} or _counted(read(opened, dump), folder / dump)
    return Site(folder, opened, manifest, published(str(folder), manifest, partial(read, opened)).layout, counts)


def _counted(content: bytes, path: Path) -> dict[str, int]:
    """How many triples of each graph stand in the compressed dump at *path*."""
    ends = Counter(line.rpartition(b"<")[2] for line in unpacked(content, str(path)))
    return {name: sum(count for end, count in ends.items() if end.endswith(f"{name}> .\n".encode())) for name in DATA_GRAPHS}


def _full(error: BaseException | None) -> OSError | None:
    """The error that has led to *error* in which a system without room for another file says so: it may have room in a moment."""
    while error is not None and not (isinstance(error, OSError) and error.errno in _FULL):
        error = error.__cause__
    return error


def _nothing(folder: Path) -> Mistake:
    return NotPublished("verify-no-manifest" if folder.is_dir() else "serve-no-folder", place=folder)
