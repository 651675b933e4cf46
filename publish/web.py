"""Fetch the files of one site over HTTP, with limits: to time, to size, and to where the answers come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from publish.errors import Mistake

FILE_LIMIT = 256 * 1024 * 1024
"""The most bytes of one file, unpacked."""
SITE_LIMIT = 2048 * 1024 * 1024
"""The most bytes that are fetched of one site."""

FILE_SECONDS = 300
"""The most seconds that one file may take, however steadily it drips."""

_ADDRESS = re.compile(r"(https?)://([^\s/?#@\\]+)((?:/[^\s?#\\]*)?)", re.IGNORECASE)
_REDIRECTS = (301, 302, 303, 307, 308)
_HOPS = 5
THREADS = 8
_PIECE = 64 * 1024
_FOUND = 200
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip"}


class Unreachable(Mistake):
    """An address that is none, that does not answer, or that answers otherwise than a site does."""


class TooLarge(HTTPError):
    """More bytes than one answer, or all answers of a site together, may have."""


class TooSlow(HTTPError):
    """An answer that goes on for longer than it may."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a site may cost: the bytes of one answer, unpacked, and of all answers; the seconds of one answer, however steadily it drips."""

    file: int = FILE_LIMIT
    site: int = SITE_LIMIT
    seconds: float = FILE_SECONDS


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status (0 for no answer at all), the headers by their name in small letters, and the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, all its lines joined; empty where there is none."""
        return self.headers.get(name.lower(), "")


class Connection:
    """What asks one site, and follows nothing. Several threads may ask at once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.site
        self._lock = Lock()
        retries = Retry(total=3, redirect=0, status_forcelist=(429, 502, 503, 504), backoff_factor=0.2, raise_on_status=False, respect_retry_after_header=False)
        self._pool = PoolManager(maxsize=THREADS, retries=retries, timeout=Timeout(connect=10, read=30))

    def ask(self, method: str, address: str, headers: Mapping[str, str], most: int | None = None) -> Reply:
        """Return the answer to one request, with *most* bytes of its body at most; else all.

        Raises urllib3's `HTTPError` where there is none, `TooLarge` and `TooSlow` among them.
        """
        response = self._pool.request(method, address, headers={"User-Agent": "bynet", **headers}, redirect=False, preload_content=False)
        try:
            joined = {name.lower(): value for name, value in response.headers.itermerged()}
            return Reply(response.status, joined, self._body(response, most))
        finally:
            response.close()  # an answer that was read to its end has given its connection back by now

    def _body(self, response: BaseHTTPResponse, most: int | None) -> bytes:
        pieces: list[bytes] = []
        size = 0
        ends = monotonic() + self._limits.seconds
        for piece in response.stream(_PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            with self._lock:
                self._left -= len(piece)
            if size > self._limits.file or self._left < 0:
                raise TooLarge
            if monotonic() > ends:
                raise TooSlow
            if most is not None and size >= most:
                break
        return b"".join(pieces)[:most]


_LIMITS = Limits()


class Web:
    """The files of the site at one address, fetched when they are asked for. Several threads may ask at once."""

    def __init__(self, address: str, limits: Limits = _LIMITS) -> None:
        if not is_address(address):
            raise Unreachable("bad-address", address=address)
        self._root = address if address.endswith("/") else address + "/"
        self._limits = limits
        self._connection = Connection(limits)

    def manifest(self, name: str) -> bytes:
        """Return the content of the file *name* at the site's root, wherever the address sends on to: from then on the site is there."""
        address = self._root + name
        for _hop in range(_HOPS):
            content, location = self._ask(address)
            if not location:
                self._root = address.removesuffix(name)
                return content
            sent_on = _sent_on(address, location)
            if not _may_follow(address, sent_on) or not sent_on.endswith(f"/{name}"):
                raise Unreachable("sent-elsewhere", address=address, other=sent_on)
            address = sent_on
        raise Unreachable("sent-in-circles", address=address)

    def read(self, path: str) -> bytes:
        """Return the content of the file at *path*; an answer that sends on to another host is none."""
        address = self._root + quote(path)
        for _hop in range(_HOPS):
            content, location = self._ask(address)
            if not location:
                return content
            sent_on = _sent_on(address, location)
            if _origin(sent_on) != _origin(address):
                raise Unreachable("sent-elsewhere", address=address, other=sent_on)
            address = sent_on
        raise Unreachable("sent-in-circles", address=address)

    def _ask(self, address: str) -> tuple[bytes, str]:
        """The content at *address*, or where it sends on to."""
        try:
            reply = self._connection.ask("GET", address, _HEADERS)
        except TooLarge as error:
            raise Unreachable("too-large", address=address) from error
        except TooSlow as error:
            raise Unreachable("too-slow", address=address, seconds=self._limits.seconds) from error
        except HTTPError as error:
            raise Unreachable("no-answer", address=address, words=_brief(error)) from error
        if reply.status in _REDIRECTS and reply.header("Location"):
            return b"", reply.header("Location")
        if reply.status != _FOUND:
            raise Unreachable("not-there", address=address, status=reply.status)
        return reply.body, ""


def is_address(address: str) -> bool:
    """Whether *address* is one of http or https that a site can stand at: with a host, without query and fragment."""
    try:
        return _ADDRESS.fullmatch(address) is not None and urlsplit(address).port != 0
    except ValueError:  # brackets that hold no address, a port that is none, letters that are no host's
        return False


def _sent_on(address: str, location: str) -> str:
    """Where an answer from *address* sends on to. Raises `Unreachable` where that is nowhere."""
    try:
        return urljoin(address, location)
    except ValueError as error:
        raise Unreachable("sent-elsewhere", address=address, other=location) from error


def _origin(address: str) -> tuple[str, str]:
    """Scheme, and host with port, in small letters (RFC 6454); nothing where the address is none that is fetched."""
    match = _ADDRESS.fullmatch(address)
    return (match[1].lower(), match[2].lower()) if match else ("", "")


def _may_follow(address: str, sent_on: str) -> bool:
    """To any host, but never from a protected connection to an open one."""
    scheme = _origin(sent_on)[0]
    return scheme == "https" or (scheme == "http" and _origin(address)[0] == "http")


def _brief(error: HTTPError) -> str:
    """What went wrong, in the words of the innermost reason."""
    reason = getattr(error, "reason", None) or error
    return str(reason).rpartition(": ")[2] or type(reason).__name__
