"""Ask one live site over HTTP, with limits to time, size and number, and never anywhere else: no redirect is followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from urllib.parse import quote, unquote, urljoin

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, LocationParseError

from publish.errors import Mistake

FILE_LIMIT = 256 * 1024 * 1024
"""The most bytes of one answer."""
SITE_LIMIT = 2048 * 1024 * 1024
"""The most bytes of all answers."""
THREADS = 8

_ADDRESS = re.compile(r"https?://[^\s/?#@\\]+(?:/[^\s?#\\]*)?", re.IGNORECASE)
_SECONDS = 120
_FAILURES = 20
_PIECE = 64 * 1024


class NotAsked(Mistake):
    """An address that is none, or that does not answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status (0 for no answer at all), the headers by their name in small letters, and the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, all its lines joined; empty where there is none."""
        return self.headers.get(name.lower(), "")


class Live:
    """The live site at *address*. Several threads may ask at once; after `_FAILURES` questions without answer no more are asked."""

    def __init__(self, address: str) -> None:
        if not _ADDRESS.fullmatch(address):
            raise NotAsked("verify-bad-address", address=address)
        self.root = address if address.endswith("/") else address + "/"
        self.count = 0
        self._left = SITE_LIMIT
        self._failures = 0
        self._lock = Lock()
        retries = Retry(total=2, redirect=0, status_forcelist=(429, 502, 503, 504), backoff_factor=0.2, raise_on_status=False, respect_retry_after_header=False)
        self._pool = PoolManager(maxsize=THREADS, retries=retries, timeout=Timeout(connect=10, read=30))

    def get(self, path: str, **headers: str) -> Reply:
        """Ask for the address *path* (decoded, under the root); underscores in the names of *headers* stand for hyphens."""
        return self._ask("GET", path, headers)

    def head(self, path: str, **headers: str) -> Reply:
        """Ask for the headers of the address *path* only."""
        return self._ask("HEAD", path, headers)

    def options(self, path: str) -> Reply:
        """Ask as a browser does before it sends a header that is not simple."""
        return self._ask("OPTIONS", path, {"Origin": "https://example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "accept"})

    def path_of(self, target: str, path: str) -> str | None:
        """Return the decoded path on this site of the URL reference *target*, found at *path*; None where it leads elsewhere."""
        address = urljoin(self.root + quote(path), target).partition("#")[0]
        return unquote(address.removeprefix(self.root)) if address.startswith(self.root) else None

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> Reply:
        with self._lock:
            if self._failures >= _FAILURES or self._left < 0:
                return Reply(0)
            self.count += 1
        sent = {"User-Agent": "bynet", "Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            response = self._pool.request(method, self.root + quote(path), headers=sent, redirect=False, preload_content=False)
            try:
                joined = {name.lower(): value for name, value in response.headers.itermerged()}
                return Reply(response.status, joined, self._body(response))
            finally:
                response.release_conn()
        except (HTTPError, LocationParseError, UnicodeError, ValueError):
            with self._lock:
                self._failures += 1
            return Reply(0)

    def _body(self, response: BaseHTTPResponse) -> bytes:
        pieces: list[bytes] = []
        size, end = 0, monotonic() + _SECONDS
        for piece in response.stream(_PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            with self._lock:
                self._left -= len(piece)
            if size > FILE_LIMIT or self._left < 0 or monotonic() > end:
                response.close()
                raise HTTPError("too much")
        return b"".join(pieces)
