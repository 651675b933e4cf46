"""A published site over HTTP, with a SPARQL 1.1 endpoint over its data: the only part of bynet that opens a socket to listen.

``publish.serve:app`` is the ASGI application for another server than `bynet serve` starts: it serves the site in the folder that the
environment variable ``BYNET_SITE`` names (else ``site``), within the limits that ``BYNET_<LIMIT>`` name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publish.serve.application import Application

    app: Application


def __getattr__(name: str) -> Application:
    """Return the application, made when it is asked for, anew each time: the processes that answer queries need none of what it imports."""
    if name != "app":
        raise AttributeError(name)
    from publish.serve.application import from_environment  # noqa: PLC0415  # see above

    return from_environment()
