"""Check a published site, a folder or a live one, against itself: its MANIFEST, its data, and the table of addresses; and as a copy of what was signed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from publish.addresses import NOWHERE
from publish.answers import Answers, is_right
from publish.contents import Fault, extension
from publish.copied import NotPlain, beginning, content_of, files_in
from publish.earlier import MANIFEST
from publish.listing import Listing, Site
from publish.paths import SIGNATURE
from publish.proof import Expected, prove, said, unexpected
from publish.published import NotPublished
from publish.request import Live
from publish.verdict import Verified, grouped
from publish.web import FILE_LIMIT, THREADS

_LONGEST = 64 * 1024 + 1  # bytes: more than any signature has
_RULES = (".htaccess", "_headers", "_redirects", "host/nginx.conf", "host/nginx-server.conf")


def verify(place: str, expected: Expected | None = None) -> Verified:
    """Return what is wrong with the site at *place*, a folder or an http(s) address, also as the copy that is *expected*.

    Where its signature proves nothing that is all: what nobody vouches for is not looked at. Raises a `Mistake` where there is no site.
    """
    wanted = expected or Expected()
    copy: _Copy = _LiveCopy(Live(place)) if "://" in place else _Folder(Path(place))
    manifest = copy.manifest()
    proof = prove(manifest, copy.signature() if wanted.signers else None, wanted)
    if proof.faults:
        return Verified(grouped(proof.faults), requests=copy.requests)
    listing = Listing(copy.place, manifest, copy.read)
    try:
        site = Site(listing)
    except NotPublished:
        if damaged := listing.damaged():
            return Verified(grouped(damaged), len(listing.files), requests=copy.requests, signer=proof.signer)
        raise
    told = said(listing)
    odd, validity = ([told], None) if isinstance(told, Fault) else ([], told)
    faults, links = copy.look(listing, site)
    faults += [*site.disagreeing(), *odd, *unexpected(validity, listing.files, wanted)]
    if not any(fault.place.startswith("feed") for fault in faults):  # what is wrong with its pages has been said
        faults += site.whole()
    return Verified(grouped(faults), len(listing.files), links, copy.requests, validity, proof.signer)


class _Copy(Protocol):
    """A site somewhere: its place in words, and how many requests it took to look at it."""

    place: str

    @property
    def requests(self) -> int: ...

    def manifest(self) -> bytes:
        """The MANIFEST. Raises `NotPublished` where there is none."""

    def signature(self) -> bytes | None:
        """As much as a signature may have of the file beside the MANIFEST; nothing where there is none."""

    def read(self, path: str, digest: str) -> bytes:
        """A file; nothing where there is none, and perhaps where its sha256 is another than *digest*."""

    def look(self, listing: Listing, site: Site) -> tuple[list[Fault], int]:
        """What is wrong with each file and each answer, and the number of links."""


class _LiveCopy:
    """A site at an address."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.place = live.root

    @property
    def requests(self) -> int:
        return self._live.count

    def manifest(self) -> bytes:
        reply = self._live.get(MANIFEST)
        if reply.status // 100 == HTTPStatus.MULTIPLE_CHOICES // 100:
            raise NotPublished("verify-elsewhere", place=self.place, other=reply.header("Location").removesuffix(MANIFEST))
        if reply.status != HTTPStatus.OK:
            raise NotPublished("verify-no-answer" if not reply.status else "verify-no-manifest", place=self.place)
        return reply.body

    def signature(self) -> bytes | None:
        reply = self._live.begin(SIGNATURE, _LONGEST)
        return reply.body if reply.status == HTTPStatus.OK else None

    def read(self, path: str, _digest: str) -> bytes:
        return self._live.get(path).body

    def look(self, listing: Listing, site: Site) -> tuple[list[Fault], int]:
        answers = Answers(self._live, site.layout, listing.manifest)
        first = {extension(path): path for path in reversed(listing.files) if path != NOWHERE}

        def look(path: str) -> tuple[list[Fault], int]:
            got = self._live.get(path)
            faults = list(answers.file(path, got))
            if not is_right(site.layout, path, got.status):
                return faults, 0
            again = list(answers.again(path, got)) if first.get(extension(path)) == path else []
            found, links = site.look(path, got.body) if listing.is_listed(path, got.body) else ([], 0)
            return [*faults, *again, *found], links

        with ThreadPoolExecutor(THREADS) as threads:
            looked = list(threads.map(look, listing.files))
            asked = list(threads.map(lambda path: list(answers.address(path)), site.addresses()))
        return [*(fault for found, _links in looked for fault in found), *(fault for found in asked for fault in found)], sum(links for _found, links in looked)


class _Folder:
    """A site in a folder."""

    requests = 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder)

    def manifest(self) -> bytes:
        try:
            return beginning(self._folder, MANIFEST, FILE_LIMIT)
        except NotPlain as error:
            raise NotPublished("verify-no-manifest" if self._folder.is_dir() else "verify-no-folder", place=self._folder) from error

    def signature(self) -> bytes | None:
        try:
            return beginning(self._folder, SIGNATURE, _LONGEST)
        except NotPlain:
            return None

    def read(self, path: str, digest: str) -> bytes:
        try:
            return content_of(self._folder, path, digest) or b""
        except NotPlain:
            return b""

    def look(self, listing: Listing, site: Site) -> tuple[list[Fault], int]:
        here = files_in(self._folder)
        faults = [Fault("unlisted", _legible(path), extension(path)) for path in sorted(here - {*listing.files, MANIFEST, SIGNATURE})]
        faults += [Fault("no-rules", path, "rules") for path in _RULES if path not in listing.manifest]
        links = 0
        for path in listing.files:
            try:
                content = content_of(self._folder, path, listing.manifest[path])
            except NotPlain:
                faults.append(Fault("not-plain" if path in here else "missing", path, extension(path)))
                continue
            if content is None:
                faults.append(Fault("hash", path, extension(path)))
                continue
            found, count = site.look(path, content)
            faults += found
            links += count
        return faults, links


def _legible(path: str) -> str:
    """Return the name of a file as text; the bytes of one that is none as their escapes."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")
