"""Ask one store over HTTP, with limits to time and size, and never anybody else: no redirect is followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import IO
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from publish.credentials import Authorization, BadCredentials, Credentials
from publish.errors import Mistake

_PIECE = 64 * 1024
_WORDS = 2000
_SHOWN = 300
_SUCCESS = (200, 201, 202, 204)
_BUSY = (429, 503)
_REDIRECTS = (300, 301, 302, 303, 307, 308)
_UNAUTHORISED = 401
_NOT_ALLOWED = (401, 403)
_CHALLENGES = 2
_WITHOUT_BODY = ("GET", "DELETE")
_NUMBER = re.compile(r"\[Errno -?[0-9]+\] ")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Patience:
    """What one answer may cost: seconds until a connection stands, between two pieces, and altogether; bytes; how often a busy store is asked again."""

    connect: float = 10
    piece: float = 120
    whole: float = 3600
    size: int = 4 * 1024 * 1024 * 1024
    tries: int = 6
    pause: float = 1.0
    longest: float = 60.0


class StoreFailed(Mistake):
    """A store that does not answer, or answers otherwise than it should; *status* is what it answered, 0 where that is not what went wrong."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name, **values)
        self.status = values.get("status", 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its method, its address without query, the query, the header lines, the body."""

    method: str
    address: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | IO[bytes] = b""
    wait: float = 0
    """Seconds that the store may think about it, where that is more than it may between two pieces."""


class Reply:
    """An answer that has begun: its status, its headers, and its body, which is read once and within the limits; *shown* hides what was sent."""

    def __init__(self, response: BaseHTTPResponse, asked: Asked, patience: Patience, shown: Callable[[str], str]) -> None:
        self.status = response.status
        self._response = response
        self._asked = asked
        self._patience = patience
        self.shown = shown
        self._ends = monotonic() + patience.whole

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        return self._response.headers.get(name) or ""

    def pieces(self) -> Iterator[bytes]:
        """Yield the body. Raises `StoreFailed` where it does not end in time or in size, or breaks off."""
        left = self._patience.size
        try:
            while piece := self._response.read1(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise StoreFailed("store-too-large", address=self._asked.address)
                if monotonic() > self._ends:
                    raise StoreFailed("store-too-slow", address=self._asked.address, seconds=round(self._patience.whole))
                yield piece
        except HTTPError as error:
            raise StoreFailed("store-broken-off", address=self._asked.address, words=self.shown(brief(error))) from None

    def words(self) -> str:
        """The first words of a body that is text for people, on one line; empty for a page."""
        begin = b""
        for piece in self.pieces():
            begin += piece
            if len(begin) > _WORDS:
                break
        text = begin[:_WORDS].decode(errors="replace")
        return "" if "<html" in text.lower() else text


class Exchange:
    """Requests to the one store at *address*, one after another. What others may not know goes there and nowhere else."""

    def __init__(self, address: str, credentials: Credentials | None, patience: Patience) -> None:
        self.count = 0
        self.sent = 0
        self._patience = patience
        self._origin = urlsplit(address)._replace(path="/", query="", fragment="").geturl()
        self._authorization = Authorization(credentials, self._origin)
        self._pool = PoolManager(maxsize=1, retries=False, timeout=Timeout(connect=patience.connect, read=patience.piece))

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    @contextmanager
    def ask(self, asked: Asked, *known: int) -> Iterator[Reply]:
        """Yield the answer, whose status says success or is one of *known*. Raises `StoreFailed` for any other one, and where there is none."""
        response = self._answered(asked)
        try:
            reply = Reply(response, asked, self._patience, self._shown)
            if reply.status not in {*_SUCCESS, *known}:
                raise self._failure(asked, reply)
            yield reply
            for _rest in reply.pieces():
                pass  # so that the connection can be used again
        finally:
            response.close()

    def _answered(self, asked: Asked) -> BaseHTTPResponse:
        """The answer to what was asked as often as the store is busy, and wants to know who asks."""
        pause, busy, challenged = self._patience.pause, 0, 0
        while True:
            response = self._send(asked)
            if response.status in _BUSY and busy < self._patience.tries:
                busy += 1
                sleep(min(max(pause, _retry_after(response)), self._patience.longest))
                pause *= 2
            elif response.status == _UNAUTHORISED and challenged < _CHALLENGES and self._accepts(response):
                challenged += 1
            else:
                return response
            response.close()

    def _accepts(self, response: BaseHTTPResponse) -> bool:
        try:
            return self._authorization.accept(response.headers.get("WWW-Authenticate", ""))
        except BadCredentials:
            response.close()
            raise

    def _send(self, asked: Asked) -> BaseHTTPResponse:
        target = f"{asked.address}?{asked.query}" if asked.query else asked.address
        headers = {"User-Agent": "bynet", "Accept-Encoding": "identity", **asked.headers, **self._authorization.headers(asked.method, target)}
        body, size = asked.body, len(asked.body) if isinstance(asked.body, bytes) else _size(asked.body)
        if asked.method not in _WITHOUT_BODY:
            headers["Content-Length"] = str(size)
        timeout = Timeout(connect=self._patience.connect, read=max(asked.wait, self._patience.piece))
        self.count += 1
        self.sent += size
        try:
            return self._pool.request(asked.method, target, body=body or None, headers=headers, redirect=False, preload_content=False, timeout=timeout)
        except (HTTPError, OSError, UnicodeError, ValueError) as error:
            raise StoreFailed("store-no-answer", address=asked.address, words=self._shown(brief(error))) from None

    def _failure(self, asked: Asked, reply: Reply) -> StoreFailed:
        """What to say of an answer that is no success; what the store says itself is shown without what was sent to it."""
        if reply.status in _REDIRECTS:
            return StoreFailed("store-elsewhere", address=asked.address, other=self._shown(reply.header("Location").partition("?")[0]))
        if reply.status in _NOT_ALLOWED:
            return StoreFailed("store-refuses" if self._authorization.is_known else "store-wants-credentials", address=asked.address, status=reply.status)
        if reply.status in _BUSY:
            return StoreFailed("store-busy", address=asked.address, status=reply.status)
        words = self._shown(reply.words())
        return StoreFailed("store-says" if words else "store-answers", address=asked.address, status=reply.status, words=words)

    def _shown(self, words: str) -> str:
        return self._authorization.hidden(_SPACE.sub(" ", words).strip())[:_SHOWN]


def brief(error: Exception) -> str:
    """What went wrong, in the words of the innermost reason; what the other side said may be among them."""
    reason = getattr(error, "reason", None) or error
    words = _NUMBER.sub("", str(reason).rpartition(": ")[2])
    return _SPACE.sub(" ", words)[:_SHOWN] or type(reason).__name__


def _retry_after(response: BaseHTTPResponse) -> float:
    """The seconds that the store asks for (RFC 9110, section 10.2.3); a date is not heeded."""
    value = response.headers.get("Retry-After", "")
    return float(value) if re.fullmatch(r"[0-9]{1,6}", value) else 0.0


def _size(file: IO[bytes]) -> int:
    """The bytes of a whole file, which then stands at its beginning."""
    size = file.seek(0, 2)
    file.seek(0)
    return size
