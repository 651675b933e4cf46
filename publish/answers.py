"""What is wrong with the answers of a live site: each is compared with what the table of addresses says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from publish.addresses import HOST_FILES, MEDIA_TYPES, NOWHERE, Answer, Layout, media_type
from publish.contents import Fault, extension, header_links, link_faults
from publish.kinds import KINDS, Kind
from publish.request import Live
from publish.web import Reply

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
_MIXED = ("*/*", "text/html;q=0.2, text/*;q=0.9, application/ld+json;q=0.5", "text/html;q=0, */*;q=0.1", "image/x-none", 'q=1,,;;,"')
_NAMED = {HTTPStatus.MOVED_PERMANENTLY: "Location", HTTPStatus.SEE_OTHER: "Location", HTTPStatus.OK: "Content-Location"}
_SENT = {HTTPStatus.NOT_FOUND, HTTPStatus.OK}
_HIDDEN = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the path, what is accepted, in which language."""

    path: str
    accept: str = ""
    language: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the request."""
        return {name: value for name, value in (("Accept", self.accept), ("Accept_Language", self.language)) if value}


def questions(layout: Layout, kind: Kind, path: str) -> Iterator[Asked]:
    """Yield what to ask an address of *kind*: for each form and each language, and as clients do that want several."""
    for offer in kind.offers:
        if offer == "html":
            yield from (Asked(path, MEDIA_TYPES["html"].partition(";")[0], language) for language in layout.languages)
        else:
            yield Asked(path, MEDIA_TYPES[offer].partition(";")[0])
    yield from (Asked(path, BROWSER, f"{language};q=0.9, *;q=0.1") for language in layout.languages[-1:])
    yield from (Asked(path, accept) for accept in ("", *_MIXED))


def is_right(layout: Layout, path: str, status: int) -> bool:
    """Return whether *status* is right for the file *path*; a host without rules knows the page of what is not there as a page too."""
    return status == layout.answer(path).status or (path == NOWHERE and status in _SENT)


class Answers:
    """The answers of one live site, against its layout and its MANIFEST."""

    def __init__(self, live: Live, layout: Layout, manifest: Mapping[str, str]) -> None:
        self._live = live
        self._layout = layout
        self._manifest = manifest

    def address(self, path: str) -> Iterator[Fault]:
        """Yield what is wrong with the answers at an address that is negotiated, at one that is gone, or that nothing stands at."""
        placed = self._layout.place(path)
        kind = placed[0] if placed else next(kind for kind in KINDS if kind.is_thing)
        for asked in questions(self._layout, kind, path):
            yield from self._asked(asked, kind)
        reply = self._live.options(path)
        if not reply.header("Access-Control-Allow-Origin") or reply.status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
            yield Fault("preflight", path, str(reply.status), {"found": reply.status})

    def file(self, path: str, reply: Reply) -> Iterator[Fault]:
        """Yield what is wrong with *reply*, the answer to GET of the file *path*."""
        hidden = path in HOST_FILES and reply.status in _HIDDEN
        if hidden:
            return
        if not is_right(self._layout, path, reply.status):
            yield _status(path, reply.status, self._layout.answer(path))
            return
        if sha256(reply.body).hexdigest() != self._manifest.get(path, ""):
            yield Fault("hash", path, extension(path))
        yield from self._described(path, path, reply, extension(path))

    def again(self, path: str, reply: Reply) -> Iterator[Fault]:
        """Yield what is wrong with HEAD of the file *path*, and with asking again whether it has changed since *reply*."""
        head = self._live.head(path)
        # weakly: to Apache a file of this second is not yet the one that it will be (RFC 9110, 8.8.1)
        same = all(head.header(name).removeprefix("W/") == reply.header(name).removeprefix("W/") for name in ("Content-Type", "ETag", "Cache-Control", "Vary"))
        if head.status != reply.status or not same or head.body:
            yield Fault("head", path, extension(path), {"found": head.status})
        condition = {"If_None_Match": reply.header("ETag")} if reply.header("ETag") else {"If_Modified_Since": reply.header("Last-Modified")}
        if not any(condition.values()):
            yield Fault("validator", path, extension(path))
            return
        changed = self._live.get(path, **condition)
        if reply.status == HTTPStatus.OK and changed.status != HTTPStatus.NOT_MODIFIED:
            yield Fault("conditional", path, extension(path), {"found": changed.status})

    def _asked(self, asked: Asked, kind: Kind) -> Iterator[Fault]:
        expected = self._layout.answer(asked.path, asked.accept, asked.language)
        reply = self._live.get(asked.path, **asked.headers)
        if reply.status != expected.status:
            yield _status(asked.path, reply.status, expected)
            return
        group = kind.name
        values = {"accept": asked.accept or "-", "language": asked.language or "-"}
        named = _NAMED.get(expected.status)
        if named and self._live.path_of(reply.header(named) or "?", asked.path) != expected.location:
            yield Fault(named.lower(), asked.path, group, {**values, "found": reply.header(named) or "-", "expected": expected.location})
        if missing := [name for name in expected.vary.split(", ") if name and name.lower() not in reply.header("Vary").lower().replace(" ", "").split(",")]:
            yield Fault("vary", asked.path, group, {"missing": ", ".join(missing)})
        file = expected.file or self._nowhere(asked, expected)
        if file and sha256(reply.body).hexdigest() != self._manifest.get(file):
            yield Fault("other-body", asked.path, group, {**values, "expected": file})
        if expected.file:
            yield from self._described(asked.path, expected.file, reply, group)
        yield from self._open(asked.path, reply)

    def _nowhere(self, asked: Asked, expected: Answer) -> str:
        """The page that a browser gets where there is nothing; empty where none is due."""
        return NOWHERE if expected.status == HTTPStatus.NOT_FOUND and asked.accept == BROWSER and NOWHERE in self._layout.paths else ""

    def _described(self, path: str, file: str, reply: Reply, group: str) -> Iterator[Fault]:
        """What is wrong with the headers of an answer whose body is *file*."""
        if _normal(reply.header("Content-Type")) != _normal(media_type(file)):
            yield Fault("media-type", path, group, {"found": reply.header("Content-Type") or "-", "expected": media_type(file)})
        language = self._layout.language(file)
        if language and reply.header("Content-Language") not in {"", language}:
            yield Fault("language", path, group, {"found": reply.header("Content-Language"), "expected": language})
        cache, kept = self._layout.cache(file), reply.header("Cache-Control")
        if _normal(kept) != _normal(cache):
            yield Fault("caching", path, cache, {"found": kept or "-", "expected": cache})
        if not reply.header("ETag") and not reply.header("Last-Modified") and reply.status == HTTPStatus.OK:
            yield Fault("validator", path, group)
        if not reply.header("Link") and self._linked(file) and reply.status == HTTPStatus.OK:
            yield Fault("no-link", path, "")
        yield from link_faults(self._layout, path, header_links(reply.header("Link")))
        yield from self._open(path, reply)

    def _linked(self, file: str) -> bool:
        stem, _dot, ending = file.rpartition(".")
        placed = self._layout.place(stem)
        return ending in {"ttl", "jsonld", "nt"} and placed is not None and ending in placed[0].offers

    def _open(self, path: str, reply: Reply) -> Iterator[Fault]:
        if reply.header("Access-Control-Allow-Origin") != "*":
            yield Fault("cors", path, "")
        if reply.header("X-Content-Type-Options").lower() != "nosniff":
            yield Fault("sniffing", path, "")


def _status(path: str, found: int, expected: Answer) -> Fault:
    if not found:
        return Fault("no-answer", path, "")
    return Fault("status", path, f"{found} {expected.status.value}", {"found": found, "expected": expected.status.value})


def _normal(value: str) -> str:
    return ",".join(";".join(part.strip() for part in item.split(";")) for item in value.lower().replace('"', "").split(","))
