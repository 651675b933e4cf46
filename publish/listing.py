"""A site as its MANIFEST and its own data describe it, and what is wrong inside its files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from http import HTTPStatus

from publish.addresses import Layout
from publish.contents import Fault, extension, feed_faults, json_faults, link_faults, page_links, sums_faults
from publish.earlier import read_manifest
from publish.graphfaults import Sums, disagreeing, graph_faults
from publish.kinds import QUERY
from publish.published import dumps, published

_NOTHING = "nothing-stands-here"
_SAMPLE = 25


class Listing:
    """The files that a MANIFEST lists: the sha256 (hexadecimal) of each by path. *fetch* gives what is in the place of one now."""

    def __init__(self, place: str, manifest: bytes, fetch: Callable[[str, str], bytes]) -> None:
        self.place = place
        self.manifest = read_manifest(manifest, place)
        self.files = sorted(self.manifest)
        self._fetch = fetch

    def read(self, path: str) -> bytes:
        """Return the content of a file; nothing where what is there is not what the MANIFEST lists."""
        content = self._fetch(path, self.manifest[path])
        return content if self.is_listed(path, content) else b""

    def is_listed(self, path: str, content: bytes) -> bool:
        """Whether *content* is that of the file *path*."""
        return sha256(content).hexdigest() == self.manifest[path]

    def damaged(self) -> list[Fault]:
        """Return a fault for each file of the data that is not what the MANIFEST lists."""
        paths = [path for _name, path in dumps(frozenset(self.files))]
        return [Fault("hash", path, extension(path)) for path in paths if not self.is_listed(path, self.read(path))]


class Site:
    """A site with *listing*. Raises `NotPublished` where its data name no base."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._data = published(listing.place, listing.files, listing.read)
        self.layout = self._data.layout
        self._sums: Sums = {}

    def look(self, path: str, content: bytes) -> tuple[list[Fault], int]:
        """Return what is wrong inside one file, and the number of its links."""
        faults = [*graph_faults(self.layout, path, content, self._sums), *json_faults(path, content)]
        if path.endswith("/SHA256SUMS"):
            faults += sums_faults(path, content, self._listing.manifest)
        links = page_links(content) if path.endswith(".html") else []
        return [*faults, *link_faults(self.layout, path, links)], len(links)

    def disagreeing(self) -> Iterator[Fault]:
        """Yield which of the dumps that were looked at say something else than the others of the same graph."""
        yield from disagreeing(self._sums)

    def whole(self) -> Iterator[Fault]:
        """Yield what is wrong with files that belong together: the feed."""
        yield from feed_faults(self.layout, self._listing.read)

    def addresses(self) -> list[str]:
        """Return the addresses to ask: of each class the first thing by code point, each kind of document, bundles, what is gone, folders, nothing at all."""
        layout = self.layout
        known = [path for kind in layout.kinds for path in _of_kind(kind.pattern, layout)]
        gone = [path for path in layout.tombstones if not path.startswith("iri/")]
        folders = [folder for folder in layout.folders if folder != QUERY]  # an endpoint may have that address
        bundled = sorted(layout.bundles)[:_SAMPLE]
        return sorted({*self._data.first.values(), *known, *bundled, *list(layout.elsewhere)[:_SAMPLE], *gone[:_SAMPLE], *folders[:_SAMPLE], _NOTHING})


def _of_kind(pattern: str, layout: Layout) -> list[str]:
    """The first address of a kind that a document stands at."""
    stems = {re.sub(r"(?:index)?\.[^/]*$", "", path) for path in layout.paths}
    return sorted(stem for stem in stems if re.fullmatch(pattern, stem, re.ASCII) and layout.answer(stem).status != HTTPStatus.NOT_FOUND)[:1]
