"""Ask one live site over HTTP, with limits to time, size and number, and never anywhere else: no redirect is followed."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from urllib.parse import quote, unquote, urljoin

from urllib3.exceptions import HTTPError, LocationParseError

from publish.errors import Mistake
from publish.web import Connection, Limits, Reply, is_address

_FAILURES = 20


class NotAsked(Mistake):
    """An address that is none, or that does not answer."""


class Live:
    """The live site at *address*. Several threads may ask at once; after `_FAILURES` questions without answer no more are asked."""

    def __init__(self, address: str) -> None:
        if not is_address(address):
            raise NotAsked("verify-bad-address", address=address)
        self.root = address if address.endswith("/") else address + "/"
        self.count = 0
        self._failures = 0
        self._lock = Lock()
        self._connection = Connection(Limits())

    def get(self, path: str, **headers: str) -> Reply:
        """Ask for the address *path* (decoded, under the root); underscores in the names of *headers* stand for hyphens."""
        return self._ask("GET", path, headers)

    def begin(self, path: str, most: int) -> Reply:
        """Ask for the address *path*, and take *most* bytes of it at most."""
        return self._ask("GET", path, {}, most)

    def head(self, path: str, **headers: str) -> Reply:
        """Ask for the headers of the address *path* only."""
        return self._ask("HEAD", path, headers)

    def options(self, path: str) -> Reply:
        """Ask as a browser does before it sends a header that is not simple."""
        return self._ask("OPTIONS", path, {"Origin": "https://example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "accept"})

    def path_of(self, target: str, path: str) -> str | None:
        """Return the decoded path on this site of the URL reference *target*, found at *path*; None where it leads elsewhere."""
        try:
            address = urljoin(self.root + quote(path), target).partition("#")[0]
        except ValueError:
            return None
        return unquote(address.removeprefix(self.root)) if address.startswith(self.root) else None

    def _ask(self, method: str, path: str, headers: Mapping[str, str], most: int | None = None) -> Reply:
        with self._lock:
            if self._failures >= _FAILURES:
                return Reply(0)
            self.count += 1
        sent = {"Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            return self._connection.ask(method, self.root + quote(path), sent, most)
        except (HTTPError, LocationParseError, UnicodeError, ValueError):
            with self._lock:
                self._failures += 1
            return Reply(0)
