"""Answer for the files of a published site as the table of addresses says, the same as the rules for other hosts do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from publish.addresses import HEADERS, HOST_FILES, LINKSET, MEDIA_TYPES, NAMED, NOWHERE, PLAIN, PREFLIGHT, SHORT, Answer, Layout, media_type
from publish.earlier import MANIFEST
from publish.kinds import Kind
from publish.links import link_values
from publish.negotiation import negotiate, negotiate_language
from publish.paths import SIGNATURE
from publish.texts import LANGUAGES, text

_VARY = "Accept, Accept-Language"
_METHODS = PREFLIGHT["Access-Control-Allow-Methods"]
_TAG = 32
_NEVER_OUTSIDE = os.O_CLOEXEC | os.O_NOFOLLOW
_ELEMENTS, _CHARACTERS = 100, 4000
"""How much of a list is read: each element is compared with all that is offered."""
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Site:
    """A published site in a folder: the folder's path and its descriptor; the sha256 (hexadecimal) of each of its files by path; its layout.

    *counts* are the triples of each graph of its data, by name. The files are those of the folder that was opened, whatever takes its place.
    """

    root: Path
    folder: int
    manifest: Mapping[str, str]
    layout: Layout
    counts: Mapping[str, int]

    @property
    def digest(self) -> str:
        """The sha256 (hexadecimal) of its MANIFEST: what tells two releases apart."""
        return self.manifest[MANIFEST]

    def close(self) -> None:
        """Let the folder go."""
        os.close(self.folder)


def opened(folder: int, path: str) -> int:
    """Return a descriptor of the file *path* in the folder whose descriptor is given. Raises `OSError` where it is not there; no link is followed."""
    *folders, name = path.split("/")
    inside = os.dup(folder)
    try:
        for part in folders:
            outside, inside = inside, os.open(part, os.O_RDONLY | os.O_DIRECTORY | _NEVER_OUTSIDE, dir_fd=inside)
            os.close(outside)
        return os.open(name, os.O_RDONLY | _NEVER_OUTSIDE, dir_fd=inside)
    finally:
        os.close(inside)


def read(folder: int, path: str) -> bytes:
    """Return the content of the file *path* in the folder whose descriptor is given. Raises `OSError` as `opened` does."""
    with os.fdopen(opened(folder, path), "rb") as file:
        return file.read()


def answer(site: Site, request: Request) -> Response:
    """Return the answer to *request*. Raises `OSError` where a file of the site is there no more: another release took its place."""
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={**HEADERS, **PREFLIGHT})
    if request.method not in {"GET", "HEAD"}:
        return PlainTextResponse(_say(request, "method"), HTTPStatus.METHOD_NOT_ALLOWED, {**HEADERS, "Allow": _METHODS})
    path = path_of(request)
    chosen = site.layout.answer(path, accepted(request, "accept"), accepted(request, "accept-language"))
    if path == SIGNATURE:
        return _signature(site, request)
    if path in HOST_FILES or (chosen.status == HTTPStatus.NOT_FOUND and not chosen.file):
        return _nowhere(site, request)
    if not chosen.file:
        return Response(status_code=chosen.status, headers=dict(_headers(site.layout, request, chosen)))
    return _sent(site, request, chosen)


def _sent(site: Site, request: Request, chosen: Answer) -> Response:
    """The file of an answer, or that the client has it already. Raises `OSError` where it is there no more."""
    headers = {**dict(_headers(site.layout, request, chosen)), "ETag": f'"{site.manifest[chosen.file][:_TAG]}"'}
    file = opened(site.folder, chosen.file)
    if chosen.status == HTTPStatus.OK and is_fresh(request, headers["ETag"]):
        os.close(file)
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return _OpenFile(file, chosen, headers)


def _signature(site: Site, request: Request) -> Response:
    """The signature over the MANIFEST as it is now: the site may have been signed since it is served."""
    try:
        content = read(site.folder, SIGNATURE)
    except OSError:
        return _nowhere(site, request)
    headers = {**HEADERS, "Cache-Control": SHORT, "ETag": f'"{sha256(content).hexdigest()[:_TAG]}"'}
    if is_fresh(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type=media_type(SIGNATURE))


def _nowhere(site: Site, request: Request) -> Response:
    """The answer where there is nothing: the site's page for that, to who would rather have a page than a line of text."""
    forms = [("txt", PLAIN), ("html", MEDIA_TYPES["html"])]
    if NOWHERE in site.layout.paths and negotiate(accepted(request, "accept"), forms) == "html":
        return _sent(site, request, Answer(HTTPStatus.NOT_FOUND, file=NOWHERE, vary=_VARY))
    return PlainTextResponse(_say(request, "nowhere"), HTTPStatus.NOT_FOUND, {**HEADERS, "Vary": _VARY})


def path_of(request: Request) -> str:
    """Return the path under the site that *request* asks for, decoded."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", "")).removeprefix("/")


def address(request: Request, path: str) -> str:
    """Return the URL of *path* on the site as the client knows it; where its Host is no host, as this server does."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else name
    return f"{request.url.scheme}://{host}{quote(request.scope.get('root_path', ''))}/{path}"


def accepted(request: Request, header: str) -> str:
    """Return the value of *header*, whose lines are one list (RFC 9110, 5.3), as far as anybody writes one; empty where there is none."""
    return ",".join(", ".join(request.headers.getlist(header)).split(",", _ELEMENTS)[:_ELEMENTS])[:_CHARACTERS]


def is_fresh(request: Request, tag: str) -> bool:
    """Whether the client has what is tagged *tag* already (RFC 9110, 13.1.2; the comparison is weak); never for an empty tag."""
    if not tag or request.method not in {"GET", "HEAD"}:
        return False
    known = [item.strip().removeprefix("W/") for item in accepted(request, "if-none-match").split(",")]
    return tag.removeprefix("W/") in known or known == ["*"]


class _OpenFile(FileResponse):
    """A file by its descriptor: one that a new release removes meanwhile is sent to its end. Its validator is its ETag alone."""

    def __init__(self, descriptor: int, chosen: Answer, headers: Mapping[str, str]) -> None:
        super().__init__(f"/dev/fd/{descriptor}", chosen.status, headers, media_type(chosen.file), stat_result=os.fstat(descriptor))
        del self.headers["last-modified"]  # the day of a copy
        self._descriptor = descriptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = scope["method"] != "GET" or self.status_code != HTTPStatus.OK
        tag = self.headers["etag"].encode()
        asked = {b"range": lambda value: value.startswith(b"bytes="), b"if-range": lambda value: value == tag}
        ranged = not whole and all(asked[name](value) for name, value in scope["headers"] if name in asked)
        left_out = {b"if-range"} if ranged else {*asked}  # RFC 9110, 13.1.5 and 14.2
        headers = [(name, value) for name, value in scope["headers"] if name not in left_out]
        try:
            await super().__call__({**scope, "headers": headers, "extensions": {}}, receive, send)  # no server opens the file by its name
        finally:
            os.close(self._descriptor)


def _headers(layout: Layout, request: Request, chosen: Answer) -> Iterator[tuple[str, str]]:
    yield from HEADERS.items()
    root = quote(request.scope.get("root_path", "")) + "/"
    if chosen.vary:
        yield "Vary", chosen.vary
    if chosen.location:
        yield "Location" if not chosen.file else "Content-Location", root + quote(chosen.location)
    if chosen.status != HTTPStatus.OK:
        yield "Cache-Control", layout.cache("")
    else:
        yield "Cache-Control", layout.cache(chosen.file)
    if language := layout.language(chosen.file):
        yield "Content-Language", language
    if chosen.status not in {HTTPStatus.GONE, HTTPStatus.NOT_FOUND} and (links := ", ".join(_links(layout, root, chosen))):
        yield "Link", links


def _links(layout: Layout, root: str, chosen: Answer) -> Iterator[str]:
    """The typed links of an answer: of a document also what it is about; none of what leads to a bundle, where much else is described."""
    placed = _document(layout, chosen.file or chosen.location)
    if placed and (chosen.file or placed[0].is_thing):
        kind, stem = placed
        yield from link_values(layout, root, root + quote(stem), kind)
        if chosen.file and kind.relation:
            yield f'<{layout.iri_prefix}{quote(stem.removesuffix(kind.index) if kind.index else stem)}>; rel="{kind.relation}"'
    if chosen.file and LINKSET in layout.paths:
        yield f'<{root}{LINKSET}>; rel="linkset"; type="{NAMED[LINKSET]}"'


def _document(layout: Layout, file: str) -> tuple[Kind, str] | None:
    """Return the kind that *file* is a document of, and its path without ending; nothing for any other file."""
    for kind in layout.kinds:
        for suffix, _type, _language in layout.variants(kind):
            stem = file.removesuffix(suffix)
            if stem != file and layout.place(stem.removesuffix(kind.index) if kind.index else stem) == (kind, stem):
                return kind, stem
    return None


def unavailable(request: Request) -> Response:
    """Return the answer where the files of the site are gone."""
    return PlainTextResponse(_say(request, "gone"), HTTPStatus.SERVICE_UNAVAILABLE, {**HEADERS, "Vary": "Accept-Language", "Retry-After": "10"})


def _say(request: Request, name: str) -> str:
    language = negotiate_language(accepted(request, "accept-language"), LANGUAGES[::-1])
    return text(language, f"serve.{name}", start=address(request, ""))
