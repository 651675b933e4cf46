"""The ASGI application: the site's files at their addresses, and the SPARQL endpoint at ``/sparql``."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from publish.addresses import HEADERS
from publish.errors import Mistake
from publish.kinds import QUERY
from publish.serve import files
from publish.serve.endpoint import Endpoint
from publish.serve.limits import Limits
from publish.serve.release import Served

_ORIGIN = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
"""What stands before the path in a whole address, whatever the host is."""
_MOMENT = 0.05
_PATIENCE = 100
"""How often a file that has just gone is looked for again, a moment apart: so long a publisher may take between two renames."""


class Application(Starlette):
    """A site in a folder, with an endpoint over its data; `served` is the release that it serves. *renewed* is called when that is another one."""

    def __init__(self, folder: Path, limits: Limits, renewed: Callable[[], None] = lambda: None) -> None:
        self.served = Served(folder, limits, renewed)
        endpoint = Endpoint(self.served, limits)
        routes = [Route(f"/{QUERY}", _Any(endpoint.answer)), Route("/{path:path}", _Any(self._file))]
        super().__init__(routes=routes, lifespan=_lifespan, exception_handlers={500: _failed})

    async def _file(self, request: Request) -> Response:
        for _attempt in range(_PATIENCE):
            try:
                return files.answer(self.served.release.site, request)
            except OSError:
                with suppress(Mistake):
                    if await self.served.look():
                        continue
                await asyncio.sleep(_MOMENT)
        return files.unavailable(request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a request may name its target as a whole address, or as ``*`` for the server (RFC 9112, 3.2.2 and 3.2.4)."""
        if scope["type"] == "http" and not scope["path"].startswith("/"):
            scope = {**scope, "path": _ORIGIN.sub("", scope["path"]).removeprefix("*") or "/"}
        await super().__call__(scope, receive, send)


def from_environment() -> Application:
    """Return the application that the environment describes: see `publish.serve`. Raises `ValueError` for a limit that is no number."""
    given = {field.name: os.environ[name] for field in fields(Limits) if (name := f"BYNET_{field.name.upper()}") in os.environ}
    limits = {name: type(getattr(Limits(), name))(value) for name, value in given.items()}
    return Application(Path(os.environ.get("BYNET_SITE", "site")), Limits(**limits))


class _Any:
    """A handler of every method: a route that is a plain function would be of GET alone."""

    def __init__(self, handle: Callable[[Request], Awaitable[Response]]) -> None:
        self._handle = handle

    async def __call__(self, scope: Mapping[str, object], receive: Callable[..., object], send: Callable[..., object]) -> None:
        request = Request(scope, receive, send)  # type: ignore[arg-type]
        response = await self._handle(request)
        await response(scope, receive, send)  # type: ignore[arg-type]


@asynccontextmanager
async def _lifespan(application: Application) -> AsyncIterator[None]:
    await application.served.start()
    try:
        yield
    finally:
        await application.served.stop()


async def _failed(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("500 Internal Server Error\n", 500, HEADERS)
