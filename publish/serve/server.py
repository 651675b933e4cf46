"""Run the application on a socket of its own: signals stop it cleanly, and bring a new release without dropping a request."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from publish.errors import Mistake
from publish.published import NotPublished
from publish.serve.application import Application
from publish.serve.connection import Connections, protocol
from publish.serve.limits import Limits

WATCH = 1.0
"""How often the folder is looked at, in seconds."""
_HEAD = 16 * 1024
_ADDRESS = re.compile(r"https?:/", re.IGNORECASE)  # a path has one slash where an address had two
_DESCRIPTORS = 512
"""The files that are open beside those of connections, at most: of processes, waiting queries, and connections that are being closed."""


class NoPort(Mistake):
    """An address or a port that can't be listened on."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to serve: the folder of a published site, the address and the port (0: any that is free), within which limits.

    *watch* is how often, in seconds, the folder is looked at for a new release; none for never.
    """

    folder: Path
    host: str
    port: int
    watch: float | None
    limits: Limits


@dataclass(frozen=True, slots=True)
class Heard:
    """What whoever started the server is told: that it listens at an address (URL), that a new release is served or there is none, that one can't be."""

    ready: Callable[[str], None]
    renewed: Callable[[], None]
    same: Callable[[], None]
    kept: Callable[[Mistake], None]


def serve(order: Order, heard: Heard) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP takes the release that is in the folder.

    Raises `NoPort`, and a `Mistake` where there is no site in the folder.
    """
    if _ADDRESS.match(str(order.folder)):
        raise NotPublished("serve-address", place=str(order.folder).replace(":/", "://", 1))
    asyncio.run(_run(order, heard))


async def _run(order: Order, heard: Heard) -> None:
    _make_room(order.limits.connections)
    with _listen(order.host, order.port) as listening:
        application = Application(order.folder, order.limits, heard.renewed)
        await application.served.start()
        server = _Server(_config(application, order.limits))
        renewal = _Renewal(application, heard)
        watching = asyncio.create_task(renewal.watch(order.watch))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        loop.add_signal_handler(signal.SIGHUP, renewal.begin)
        try:
            heard.ready(_url(listening))
            await server.serve(sockets=[listening])
        finally:
            watching.cancel()
            renewal.end()
            await application.served.stop()


class _Server(uvicorn.Server):
    """uvicorn's server, whose signals are ours."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


class _Renewal:
    """Takes what is in the folder, and tells how that went: a mistake once, not at every look."""

    def __init__(self, application: Application, heard: Heard) -> None:
        self._served = application.served
        self._heard = heard
        self._told = ""
        self._running: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Take it, told to do so by a person: what was told before is told again."""
        self._told = ""
        task = asyncio.ensure_future(self.take(self._served.renew, self._heard.same))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def take(self, renew: Callable[[], Awaitable[bool]], nothing_new: Callable[[], None]) -> None:
        """Serve what is in the folder by *renew*; where that is served already, call *nothing_new*."""
        try:
            if await renew():
                self._told = ""
            else:
                nothing_new()
        except Mistake as mistake:
            if str(mistake) != self._told:
                self._told = str(mistake)
                self._heard.kept(mistake)

    def end(self) -> None:
        """Take nothing more."""
        for task in self._running:
            task.cancel()

    async def watch(self, seconds: float | None) -> None:
        """Take what is new every so many *seconds*."""
        while seconds is not None:
            await asyncio.sleep(seconds)
            await self.take(self._served.look, lambda: None)


def _config(application: Application, limits: Limits) -> uvicorn.Config:
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # what strangers send is no news
    return uvicorn.Config(
        application,
        http=protocol(Connections(limits.connections), limits.read_timeout),  # type: ignore[arg-type]  # makes protocols, as their class would
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=limits.request_bytes + _HEAD,
        timeout_graceful_shutdown=math.ceil(limits.timeout),
    )


def _make_room(connections: int) -> None:
    """Have as many files open as that many connections may need, each with its answer, or as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS + 2 * connections
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, number, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, number)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except (OSError, OverflowError, UnicodeError) as error:
        raise NoPort("serve-no-port", host=host, port=port, reason=getattr(error, "strerror", None) or error) from error
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
