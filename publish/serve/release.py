"""The release that is served, and how a new one takes its place: whoever has begun with the old one ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from publish.earlier import MANIFEST, read_manifest
from publish.errors import Mistake
from publish.published import NotPublished, published
from publish.serve.budget import Budgets
from publish.serve.files import Site
from publish.serve.limits import Limits
from publish.serve.pool import Pool

DUMP = "download/all.nq"
GRAPHS = ("stated", "derived")


class Release:
    """One release of a site, with the processes that answer queries over its data."""

    def __init__(self, site: Site, digest: str, limits: Limits, budgets: Budgets) -> None:
        self.site = site
        self.digest = digest
        """The sha256 (hexadecimal) of its MANIFEST: what tells two releases apart."""
        self.pool = Pool(site.root / DUMP, limits, budgets)
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

    def counts(self) -> Mapping[str, int]:
        """Return the number of triples of each graph, by its name."""
        return {name: self.site.read(f"download/{name}.nt").count(b"\n") for name in GRAPHS}


class Served:
    """The release in a folder, and each one that is published there while it is served."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder.absolute()
        self._limits = limits
        self._budgets = Budgets(limits.budget)  # of all releases: who is known stays known
        self._lock = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._release: Release | None = None

    @property
    def release(self) -> Release:
        """The release that is served now."""
        if self._release is None:
            raise RuntimeError("nothing is served before start()")
        return self._release

    async def start(self) -> None:
        """Read the site and start the processes that answer. Raises a `Mistake` where there is no site, or no data in it."""
        await self._take(self._digest())

    async def renew(self) -> bool:
        """Serve what is in the folder now; say whether that is another release.

        What is served stays where the folder holds no whole site: it raises a `Mistake` then.
        """
        async with self._lock:
            digest = self._digest()
            if digest == self.release.digest:
                return False
            await self._take(digest)
            return True

    async def stop(self) -> None:
        """End every process."""
        if self._release is not None:
            await self._release.close()
        await asyncio.gather(*self._closing)

    async def _take(self, digest: str) -> None:
        site = await asyncio.to_thread(read_site, self._folder)
        new = Release(site, digest, self._limits, self._budgets)
        await new.pool.start()
        old, self._release = self._release, new
        if old is not None:
            closing = asyncio.create_task(old.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _digest(self) -> str:
        try:
            return sha256((self._folder / MANIFEST).read_bytes()).hexdigest()
        except OSError as error:
            raise _nothing(self._folder) from error


def read_site(folder: Path) -> Site:
    """Return the published site in *folder*. Raises `NotPublished` where there is none."""
    try:
        listed = (folder / MANIFEST).read_bytes()
        manifest = {**read_manifest(listed, str(folder)), MANIFEST: sha256(listed).hexdigest()}
        missing = next((path for path in (DUMP, *(f"download/{name}.nt" for name in GRAPHS)) if path not in manifest), "")
        if missing:
            raise NotPublished("serve-no-data", place=folder, file=missing)
        return Site(folder, manifest, published(str(folder), manifest, lambda path: (folder / path).read_bytes()).layout)
    except OSError as error:
        raise _nothing(folder) from error


def _nothing(folder: Path) -> Mistake:
    return NotPublished("verify-no-manifest" if folder.is_dir() else "verify-no-folder", place=folder)
