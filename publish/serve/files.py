"""Answer for the files of a published site as the table of addresses says, the same as the rules for other hosts do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from publish.addresses import HEADERS, HOST_FILES, KINDS, LINKSET, NAMED, PREFLIGHT, Answer, Kind, Layout, content_language, link_values, media_type
from publish.negotiation import negotiate_language
from publish.texts import LANGUAGES, text

_METHODS = PREFLIGHT["Access-Control-Allow-Methods"]
_TAG = 32
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Site:
    """A published site in a folder: the sha256 (hexadecimal) of each of its files by path, and its layout."""

    root: Path
    manifest: Mapping[str, str]
    layout: Layout

    def read(self, path: str) -> bytes:
        """Return the content of the file *path*. Raises `OSError` as `open` does."""
        with os.fdopen(self.open(path), "rb") as file:
            return file.read()

    def open(self, path: str) -> int:
        """Return a descriptor of the file *path*. Raises `OSError` where it is not there, or is not in the folder."""
        file = self.root / path
        if not file.resolve().is_relative_to(self.root.resolve()):
            raise FileNotFoundError(path)
        return os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)


def answer(site: Site, request: Request) -> Response:
    """Return the answer to *request*. Raises `OSError` where a file of the site is there no more: another release took its place."""
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={**HEADERS, **PREFLIGHT})
    if request.method not in {"GET", "HEAD"}:
        return PlainTextResponse(_say(request, "method"), HTTPStatus.METHOD_NOT_ALLOWED, {**HEADERS, "Allow": _METHODS})
    path = path_of(request)
    chosen = site.layout.answer(path, accepted(request, "accept"), accepted(request, "accept-language"))
    if path in HOST_FILES or chosen.status == HTTPStatus.NOT_FOUND:
        return PlainTextResponse(_say(request, "nowhere"), HTTPStatus.NOT_FOUND, {**HEADERS, "Vary": "Accept-Language"})
    headers = dict(_headers(site.layout, request, chosen))
    if not chosen.file:
        return Response(status_code=chosen.status, headers=headers)
    headers["ETag"] = f'"{site.manifest[chosen.file][:_TAG]}"'
    if chosen.status == HTTPStatus.OK and is_fresh(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return _OpenFile(site.open(chosen.file), chosen, headers)


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
    """Return the value of *header*, whose lines are one list (RFC 9110, 5.3); empty where there is none."""
    return ", ".join(request.headers.getlist(header))


def is_fresh(request: Request, tag: str) -> bool:
    """Whether the client has what is tagged *tag* already (RFC 9110, 13.1.2; the comparison is weak)."""
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    return tag.removeprefix("W/") in known


class _OpenFile(FileResponse):
    """A file by its descriptor: one that a new release removes meanwhile is sent to its end."""

    def __init__(self, descriptor: int, chosen: Answer, headers: Mapping[str, str]) -> None:
        super().__init__(f"/dev/fd/{descriptor}", chosen.status, headers, media_type(chosen.file), stat_result=os.fstat(descriptor))
        self._descriptor = descriptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._descriptor)


def _headers(layout: Layout, request: Request, chosen: Answer) -> Iterator[tuple[str, str]]:
    yield from HEADERS.items()
    root = quote(request.scope.get("root_path", "")) + "/"
    if chosen.vary:
        yield "Vary", chosen.vary
    if chosen.location:
        yield "Location" if not chosen.file else "Content-Location", root + quote(chosen.location)
    if chosen.status == HTTPStatus.GONE or not chosen.file:
        yield "Cache-Control", layout.cache("")
    else:
        yield "Cache-Control", layout.cache(chosen.file)
    if language := content_language(chosen.file, layout.languages):
        yield "Content-Language", language
    if chosen.status != HTTPStatus.GONE and (links := ", ".join(_links(layout, root, chosen))):
        yield "Link", links


def _links(layout: Layout, root: str, chosen: Answer) -> Iterator[str]:
    """The typed links of an answer: of a document also what it is about."""
    placed = _document(layout, chosen.file or chosen.location)
    if placed:
        kind, stem = placed
        yield from link_values(layout, root + quote(stem), kind)
        if chosen.file and kind.relation:
            yield f'<{layout.iri_prefix}{quote(stem.removesuffix(kind.index) if kind.index else stem)}>; rel="{kind.relation}"'
    if chosen.file and LINKSET in layout.paths:
        yield f'<{root}{LINKSET}>; rel="linkset"; type="{NAMED[LINKSET]}"'


def _document(layout: Layout, file: str) -> tuple[Kind, str] | None:
    """Return the kind that *file* is a document of, and its path without ending; nothing for any other file."""
    for kind in KINDS:
        for suffix, _type, _language in layout.variants(kind):
            stem = file.removesuffix(suffix)
            if stem != file and layout.place(stem.removesuffix(kind.index) if kind.index else stem) == (kind, stem):
                return kind, stem
    return None


def _say(request: Request, name: str) -> str:
    language = negotiate_language(accepted(request, "accept-language"), LANGUAGES[::-1])
    return text(language, f"serve.{name}")
