"""Connections that no client can hold for nothing: requests arrive in time, answers are taken in time, and nobody has more than a share.

uvicorn closes a connection that rests between two requests; one that opens and stays silent, or sends a request a byte at
a time, it keeps. This is what it leaves to a front server, and bynet has to stand without one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any, Generic, Protocol, TypeVar

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_SHARE = 4
_SITE = 64
"""An IPv6 client has a network of this many bits to itself (RFC 6177), so that is who it is."""


def client_name(address: str) -> str:
    """Return who a client is, by its IP *address*: the address, or in IPv6 its network; what is no address is its own name."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else f"{IPv6Address(int(found) >> _SITE << _SITE)}/{_SITE}"
    return str(found)


class Connection(Protocol):
    """A connection, as far as `Connections` minds it."""

    @property
    def is_answering(self) -> bool:
        """Whether an answer is being made or sent on it."""


C = TypeVar("C", bound=Connection)


class Connections(Generic[C]):
    """The connections that are open: of all clients together no more than *most*, of one client a quarter of that."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._share = max(1, most // _SHARE)
        self._open: dict[str, dict[C, None]] = {}
        self._count = 0

    def admit(self, client: str, connection: C) -> C | None:
        """Count *connection* of *client*; return the one that has to go for it, none where there is room, and count that no more.

        It is one of the client that has the most, so that a few clients never shut out others: the last that came of those that have no answer to give.
        """
        own = self._open.setdefault(client, {})
        own[connection] = None
        self._count += 1
        if self._count <= self._most and len(own) <= self._share:
            return None
        client, held = (client, own) if len(own) > self._share else max(self._open.items(), key=lambda item: len(item[1]))
        gone = next((one for one in reversed(held) if not one.is_answering), next(reversed(held)))
        self.leave(client, gone)
        return gone

    def leave(self, client: str, connection: C) -> None:
        """Count *connection* of *client* no more, if it is counted."""
        held = self._open.get(client, {})
        if connection in held:
            del held[connection]
            self._count -= 1
            if not held:
                del self._open[client]


def protocol(connections: Connections[_Patient], seconds: float) -> Callable[..., H11Protocol]:
    """Return uvicorn's protocol, of which each connection is admitted by *connections*.

    It is closed where the head of a request takes longer than *seconds*, or no more of an answer is taken for so long.
    """

    def made(*arguments: Any, **named: Any) -> H11Protocol:  # noqa: ANN401  # uvicorn's own parameters, handed on
        return _Patient(*arguments, **named).within(connections, seconds)

    return made


class _Patient(H11Protocol):
    _timer: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _name = ""

    def within(self, connections: Connections[_Patient], seconds: float) -> _Patient:
        self._connections = connections
        self._seconds = seconds
        return self

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in H11Protocol
        super().connection_made(transport)
        self._name = client_name(self.client[0] if self.client else "")
        self._wait()
        too_many = self._connections.admit(self._name, self)
        if too_many:
            too_many.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._writing is not None:
            self._writing.cancel()
        self._connections.leave(self._name, self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_answering:
            self._stop_waiting()
        elif self._timer is None:
            self._wait()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(self._seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    @property
    def is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self._seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if not self.is_answering:
            self.transport.close()
