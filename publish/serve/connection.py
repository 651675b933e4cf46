"""Connections that no client can hold for nothing: requests arrive in time, answers are taken in time, and nobody has more than a share.

uvicorn closes a connection that rests between two requests; one that opens and stays silent, or sends a request a byte at
a time, it keeps. This is what it leaves to a front server, and bynet has to stand without one.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import Any, Generic, Protocol, TypeVar

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

RATE = 4096
"""The bytes a second that a client has to take of an answer that waits for it."""
_SHARE = 4
_ANSWERING = 1 / 4
"""What a connection with an answer to give counts for, where one that waits counts for one."""
_SITE = 64
"""An IPv6 client has a network of this many bits to itself (RFC 6177), so that is who it is."""


def client_name(address: str) -> str:
    """Return who a client is, by its IP *address*: the address, or in IPv6 its network; all that are no address are one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
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

        It is one of the client that has the most, so that a few never shut out others, and the first that came. One with an answer to give
        counts for less: it goes where nobody has more that wait.
        """
        own = self._open.setdefault(client, {})
        own[connection] = None
        self._count += 1
        if self._count <= self._most and len(own) <= self._share:
            return None
        among = [client] if len(own) > self._share else self._open
        _weight, name, gone = max((self._lightest(name) for name in among), key=lambda found: found[0])
        self.leave(name, gone)
        return gone

    def _lightest(self, client: str) -> tuple[float, str, C]:
        """The connection that *client* would lose, with what it counts for."""
        held = self._open[client]
        waiting = next((one for one in held if not one.is_answering), None)
        return (len(held), client, waiting) if waiting else (len(held) * _ANSWERING, client, next(iter(held)))

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

    It is closed where the head of a request takes longer than *seconds*, or an answer is taken more slowly than `RATE` for so long.
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
        self._watch(self._unsent())

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _watch(self, unsent: int) -> None:
        self._writing = self.loop.call_later(self._seconds, self._look, unsent)

    def _look(self, before: int) -> None:
        """Give up who has taken too little of what was *before* there, in bytes. The system tells when there is room for more, which may be much later."""
        unsent = self._unsent()
        if before - unsent < RATE * self._seconds:
            self.transport.abort()
        else:
            self._watch(unsent)

    def _unsent(self) -> int:
        """How many bytes the client has not taken yet: of those in this process, and of those that the system has."""
        held = b""
        with suppress(OSError):  # a system that does not tell (macOS): what is in this process counts alone
            held = fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(held, sys.byteorder)

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
