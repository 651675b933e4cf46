"""The server, whole and in this process, that reads from one connection whatever comes: heads, addresses, bodies, queries.

Its front is here, so that it is seen what is reached; its keeper and its worker are processes of their own, as always.
"""

from __future__ import annotations

import asyncio
import re
import socket
from functools import cache

from uvicorn.server import ServerState
from workbench import bynet, make_project, release, turtle

from fuzz.target import Target, scratch
from publish.serve.application import Application
from publish.serve.connection import _Patient
from publish.serve.limits import Limits
from publish.serve.server import _config

_LIMITS = Limits(timeout=2, memory=256, rows=1000, workers=1, budget=1e9, read_timeout=0.1)
_SECONDS = 8.0
_MOMENT = 0.002
_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")
_THINGS = """\
ex:a
    a def:Thing ;
    rdfs:label "A"@en ;
    def:knows ex:b ;
    def:size 5 ;
.

ex:b
    a def:Thing ;
    rdfs:label "B"@en ;
.
"""


class Front:
    """The front of a server: its loop, its application, and how it makes what minds a connection."""

    def __init__(self) -> None:
        root = make_project(scratch() / "served", {"data/things.ttl": turtle(_THINGS)})
        release(root, "1.0", "2026-01-01")
        ended = bynet("--root", root, "publish", "--out", scratch() / "site-served")
        assert ended.code == 0, ended.err
        self._loop = asyncio.new_event_loop()
        application = Application(scratch() / "site-served", _LIMITS)
        self._loop.run_until_complete(application.served.start())
        self._config = _config(application, _LIMITS)
        self._config.load()

    def ask(self, content: bytes) -> bytes:
        """Return what one connection is answered that sends *content*, until there is nothing more to come."""
        return self._loop.run_until_complete(asyncio.wait_for(self._ask(content), _SECONDS))

    async def _ask(self, content: bytes) -> bytes:
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        _transport, connection = await self._loop.connect_accepted_socket(self._made, theirs)
        assert isinstance(connection, _Patient)
        await self._loop.sock_sendall(ours, content)
        answer, rests = bytearray(), 0
        with ours:
            while rests < 2 and not (connection.transport.is_closing() and rests):
                await asyncio.sleep(_MOMENT)
                rests = rests + 1 if not connection.is_answering else 0
                answer += _received(ours)
            connection.transport.abort()
            answer += _received(ours)
        await asyncio.sleep(0)
        return bytes(answer)

    def _made(self) -> asyncio.Protocol:
        made = self._config.http_protocol_class(config=self._config, server_state=ServerState(), app_state={}, _loop=self._loop)  # type: ignore[call-arg]
        assert isinstance(made, asyncio.Protocol)
        return made


def _received(connection: socket.socket) -> bytes:
    pieces = []
    try:
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
    except OSError:
        pass
    return b"".join(pieces)


@cache
def _front() -> Front:
    return Front()


def wire(content: bytes) -> None:
    """Whatever a connection sends, it is answered in HTTP, never with an error of the server's own; the next one is answered as ever."""
    answer = _front().ask(content)
    statuses = [int(status) for status in _STATUS.findall(answer)]
    assert not answer or answer.startswith(b"HTTP/1.1 "), answer[:80]
    assert not [status for status in statuses if status == 500 or status > 599], "an error of the server's own"
    after = _front().ask(b"GET /id/a.ttl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert after.startswith(b"HTTP/1.1 200 "), after[:80]


TARGETS = (Target("wire", wire, "http-request", examples=40),)
