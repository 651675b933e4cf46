"""What reads the answers of others: of stores, of web servers; what they say of who may ask; and who asks, from a file."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache

from urllib3.exceptions import HTTPError

from fuzz.target import Target, steers, written
from publish.contents import header_links
from publish.controls import printable
from publish.credentials import Authorization, BadCredentials, Credentials, credentials_for
from publish.earlier import read_manifest
from publish.errors import Mistake
from publish.exchange import Asked, Exchange, Patience, StoreFailed
from publish.graphreading import GraphStore, Queries
from publish.lines import Desk
from publish.storeplaces import KINDS, BadStore, kind_of, places, read_address
from publish.texts import LANGUAGES, text
from publish.web import Connection, Limits, Web, is_address

_GRAPH = "https://example.org/stated"
_SECRET = "s3cret-pass"
_PATIENCE = Patience(connect=2, piece=2, whole=4, size=1 << 20, tries=1, pause=0, longest=0)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


class Echo:
    """A server on loopback that answers every request with the same bytes, whatever they are, and then closes."""

    def __init__(self) -> None:
        self.content = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _address = self._listening.accept()
            with connection, suppress(OSError):
                connection.settimeout(2)
                self._read(connection)
                connection.sendall(self.content)

    def _read(self, connection: socket.socket) -> None:
        """Take a whole request, lest the connection be reset."""
        head, _, body = b"", b"", b""
        while b"\r\n\r\n" not in head and (piece := connection.recv(1 << 16)):
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        while len(body) < length and (piece := connection.recv(1 << 16)):
            body += piece


@cache
def _echo() -> Echo:
    time.sleep = lambda _seconds: None  # who is busy is asked again at once, in this process
    return Echo()


def store(content: bytes) -> None:
    """Whatever a store answers, it is read as what it is, or refused in one line that shows no secret."""
    echo = _echo()
    echo.content = content
    exchange = Exchange(echo.address, Credentials("me", _SECRET), _PATIENCE)
    queries, graphs = Queries(exchange, echo.address), GraphStore(exchange, echo.address)
    try:
        with Desk() as desk:
            for ask in (lambda: queries.count(_GRAPH), lambda: queries.filled([_GRAPH]), lambda: queries.read(_GRAPH, desk), lambda: graphs.read(_GRAPH, desk)):
                with suppress(StoreFailed, BadCredentials):
                    _shown(ask)
            with suppress(StoreFailed, BadCredentials), exchange.ask(Asked("DELETE", echo.address)) as reply:
                reply.words()
    finally:
        exchange.close()


def _shown(ask: object) -> None:
    """Do what is asked; what goes wrong is shown in one line, without what was sent."""
    assert callable(ask)
    try:
        ask()
    except Mistake as mistake:
        for language in LANGUAGES:
            line = text(language, f"mistake.{mistake.name}", **mistake.values)
            assert _SECRET not in line
            assert not steers(printable(line))
        raise


def web(content: bytes) -> None:
    """Whatever a web server answers in place of a site, it is a MANIFEST, or a mistake."""
    echo = _echo()
    echo.content = content
    limits = Limits(file=1 << 20, site=1 << 22, seconds=4)
    with suppress(HTTPError):
        reply = Connection(limits).ask("GET", echo.address, {})
        header_links(reply.header("Link"))
    with suppress(Mistake):
        read_manifest(Web(echo.address, limits).manifest("MANIFEST"), echo.address)
    with suppress(Mistake):
        Web(echo.address, limits).read("a/b%/å")


def challenge(content: bytes) -> None:
    """Whatever a store wants to know of who asks, no password goes there as it is but as Basic has it, and no header has two lines."""
    authorization = Authorization(Credentials("me", _SECRET), "http://127.0.0.1:1/")
    with suppress(BadCredentials):
        accepted = authorization.accept(content.decode("latin-1"))
        headers = authorization.headers("POST", "http://127.0.0.1:1/sparql?x=y")
        assert accepted == bool(headers)
        assert not any(_SECRET in value or "\n" in value or "\r" in value for value in headers.values())


def netrc(content: bytes) -> None:
    """A netrc file says who asks, or is told to be wrong without a word of what stands in it."""
    environment = {"NETRC": str(written("netrc", content))}
    for address in ("https://store.example/sparql", "http://[::1]:7878/"):
        said: Mapping[str, object] = {}
        try:
            found = credentials_for(address, environment)
            assert found is None or not _CONTROL.search(found.user + found.password)
        except BadCredentials as error:
            said = error.values
        assert said.keys() <= {"file", "line"}


def address(content: bytes) -> None:
    """An address of a store is refused, or leads to places of the same host."""
    said = content.decode(errors="replace")
    is_address(said)
    with suppress(BadStore):
        read = read_address(said)
        assert "@" not in read
        host = read.split("/")[2]
        for kind in KINDS:
            found = places(read, kind)
            assert {place.split("/")[2] for place in (found.query, found.update, found.graphs, found.public) if place} == {host}
        assert kind_of(read) in {"", *KINDS}
        with suppress(BadCredentials):
            credentials_for(read, {"NETRC": str(written("netrc", b"machine x login a password b"))})
        with suppress(StoreFailed):
            Exchange(read, None, _PATIENCE).close()


TARGETS = (
    Target("store", store, "http-answer", examples=30),
    Target("web", web, "http-answer", examples=30),
    Target("challenge", challenge, "challenge"),
    Target("netrc", netrc, "netrc"),
    Target("address", address, "address"),
)
