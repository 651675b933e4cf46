"""What is done to the server below the queries: bytes that are no request, requests that never end, connections without number."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum, auto

from attacks import COUNT, LARGE


class Then(Enum):
    """What a client does with its connection beside sending."""

    LEAVE = auto()
    """Close it."""
    RESET = auto()
    """Close it so that the other side sees a reset."""
    HALF = auto()
    """Say that nothing more will be sent."""
    READ = auto()
    """Read until the other side closes."""
    STAY = auto()
    """Stay some seconds and read nothing."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What a client does on each of so many *connections* at once: bytes are sent, numbers are seconds that it waits."""

    name: str
    steps: tuple[bytes | float | Then, ...]
    connections: int = 1


def post(query: bytes | str, *headers: str) -> bytes:
    """A whole request, which asks *query*."""
    body = query.encode() if isinstance(query, str) else query
    head = ["POST /sparql HTTP/1.1", "Host: x", "Content-Type: application/sparql-query", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def _get(target: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def _headed(*lines: str, body: bytes = b"", method: str = "POST /sparql HTTP/1.1") -> bytes:
    """A request with *lines* for its head, as they are."""
    return "\r\n".join([method, "Host: x", "Content-Type: application/sparql-query", *lines, "", ""]).encode("latin-1") + body


def _trickled(content: bytes, pause: float) -> tuple[bytes | float, ...]:
    return tuple(step for byte in content for step in (bytes([byte]), pause))


_NOISE = random.Random(4).randbytes(65_536)
_CHUNKED = "Transfer-Encoding: chunked"
_CLOSE = "Connection: close"
_FORM = "Content-Type: application/x-www-form-urlencoded"


def _form(body: bytes) -> bytes:
    return f"POST /sparql HTTP/1.1\r\nHost: x\r\n{_FORM}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


WIRES = (
    Wire("bytes that are no request", (_NOISE, Then.READ), 4),
    Wire("a handshake of TLS", (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + _NOISE[:500], Then.READ)),
    Wire("the beginning of HTTP/2", (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _NOISE[:100], Then.READ)),
    Wire("HTTP/0.9", (b"GET /\r\n\r\n", Then.READ)),
    Wire("HTTP/1.0 without a host", (b"GET / HTTP/1.0\r\n\r\n", Then.READ)),
    Wire("HTTP/1.0 with a query", (b"POST /sparql HTTP/1.0\r\nContent-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\nASK {}", Then.READ)),
    Wire("HTTP/9.9", (b"GET / HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n", Then.READ)),
    Wire("a header of 1 MB", (_get("/", f"X: {'a' * 1_000_000}", _CLOSE), Then.READ), 4),
    Wire("50,000 headers", (_get("/", *["A:b"] * 50_000, _CLOSE), Then.READ), 4),
    Wire("an address of 1 MB", (_get(f"/{'a' * 1_000_000}", _CLOSE), Then.READ), 4),
    Wire("an address of 250 kB of slashes", (_get("/" * 250_000, _CLOSE), Then.READ), 4),
    Wire("100,000 media ranges", (_get("/sparql?query=ASK%7B%7D", f"Accept: {'a/b,' * 60_000}", _CLOSE), Then.READ), 4),
    Wire("100,000 media ranges for a page", (_get("/dataset", f"Accept: {'a/b,' * 60_000}", f"Accept-Language: {'x,' * 5_000}", _CLOSE), Then.READ), 4),
    Wire("60,000 languages", (_get("/sparql?query=x", f"Accept-Language: {'x-y,' * 60_000}", _CLOSE), Then.READ), 4),
    Wire("100,000 tags", (_get("/sparql?query=ASK%7B%7D", f"If-None-Match: {'a,' * 100_000}", _CLOSE), Then.READ), 4),
    Wire("5,000 parts of a file", (_get("/download/all.nt", f"Range: bytes={','.join(f'{n}-{n + 1}' for n in range(0, 15_000, 3))}", _CLOSE), Then.READ), 4),
    Wire("a head a byte at a time", (*_trickled(_get("/", "X-Header: 1"), 0.1), Then.READ), 100),
    Wire("a body a byte at a time", (post(b"ASK {}" + b" " * 50)[:-50], *_trickled(b" " * 10, 0.2), Then.READ), 50),
    Wire("a head of a header now and then", (b"GET / HTTP/1.1\r\n", *(b"A: b\r\n", 0.3) * 20, Then.READ), 100),
    Wire("silence", (Then.READ,), 100),
    Wire("600 connections of one client", (0.5, Then.LEAVE), 600),
    Wire("600 connections, each reset", (Then.RESET,), 600),
    Wire("50 queries one after the other, sent at once", (post("ASK {}") * 49 + post("ASK {}", _CLOSE), Then.READ)),
    Wire("5,000 requests that nobody reads the answers of", (_get("/download/all.nt") * 5_000, Then.STAY), 4),
    Wire("a large answer that nobody reads", (post(LARGE), Then.STAY), 8),
    Wire("a large answer, and away", (post(LARGE), 0.5, Then.RESET), 8),
    Wire("a slow query, and away", (post(COUNT), 0.2, Then.LEAVE), 8),
    Wire("a slow query, and reset", (post(COUNT), 0.2, Then.RESET), 8),
    Wire("nothing more will be sent", (post("ASK {}", _CLOSE), Then.HALF, Then.READ)),
    Wire("nothing more will be sent, in mid-request", (post("ASK {}")[:-3], Then.HALF, Then.READ)),
    Wire("a length that is too small", (_headed("Content-Length: 3", body=b"ASK {}\r\n\r\n"), Then.READ)),
    Wire("a length that is too great", (_headed("Content-Length: 100", body=b"ASK {}"), Then.READ)),
    Wire("a length below nothing", (_headed("Content-Length: -1", body=b"ASK {}"), Then.READ)),
    Wire("a length with a sign", (_headed("Content-Length: +6", body=b"ASK {}"), Then.READ)),
    Wire("a length beyond any", (_headed(f"Content-Length: {'9' * 30}", body=b"ASK {}"), Then.READ)),
    Wire("a length of 5,000 digits", (_headed(f"Content-Length: {'9' * 5_000}", body=b"ASK {}"), Then.READ)),
    Wire("two lengths", (_headed("Content-Length: 6", "Content-Length: 7", body=b"ASK {}"), Then.READ)),
    Wire("a length and chunks", (_headed("Content-Length: 6", _CHUNKED, body=b"6\r\nASK {}\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"), Then.READ)),
    Wire("chunks that are none", (_headed(_CHUNKED, body=b"ZZ\r\nASK {}\r\n"), Then.READ)),
    Wire("a chunk of more than there is", (_headed(_CHUNKED, body=b"FFFFFFFFFFFFFFFF\r\nASK {}"), Then.READ)),
    Wire("a chunk whose size has 5,000 digits", (_headed(_CHUNKED, body=b"0" * 5_000 + b"6\r\nASK {}\r\n0\r\n\r\n"), Then.READ)),
    Wire("chunks of a byte each", (_headed(_CHUNKED, _CLOSE, body=b"1\r\n \r\n" * 20_000 + b"6\r\nASK {}\r\n0\r\n\r\n"), Then.READ), 4),
    Wire("chunks that say much of themselves", (_headed(_CHUNKED, _CLOSE, body=b"6;" + b"a=b;" * 50_000 + b"\r\nASK {}\r\n0\r\n\r\n"), Then.READ)),
    Wire("chunks with headers after them", (_headed(_CHUNKED, _CLOSE, body=b"6\r\nASK {}\r\n0\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"), Then.READ)),
    Wire("chunks without an end", (_headed(_CHUNKED, body=b"6\r\nASK {}\r\n"), Then.READ)),
    Wire("a body in another coding", (_headed("Transfer-Encoding: gzip", "Content-Length: 6", body=b"ASK {}"), Then.READ)),
    Wire("a body that says it is compressed", (_headed("Content-Encoding: gzip", "Content-Length: 6", _CLOSE, body=b"\x1f\x8b\x08\0\0\0"), Then.READ)),
    Wire("a body that waits to be asked for", (_headed("Expect: 100-continue", "Content-Length: 6", _CLOSE), 0.2, b"ASK {}", Then.READ)),
    Wire("a body of 5 MB", (post(b" " * 5_000_000, _CLOSE), Then.READ), 4),
    Wire("a form of 250 kB of ampersands", (_form(b"&" * 250_000), Then.READ), 4),
    Wire("a form of 250 kB of percent signs", (_form(b"query=" + b"%" * 250_000), Then.READ), 4),
    Wire("a form of 250 kB of escapes", (_form(b"query=" + b"%7B" * 80_000), Then.READ), 4),
    Wire("a form with 7,000 graphs", (_form(b"query=ASK%7B%7D" + b"&default-graph-uri=x:g" * 10_000), Then.READ), 4),
    Wire("a form with 10,000 queries", (_form(b"query=ASK%7B%7D&" * 10_000), Then.READ), 4),
    Wire("CONNECT", (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Then.READ)),
    Wire("an address of another host", (b"GET http://127.0.0.1:18999/ HTTP/1.1\r\nHost: 127.0.0.1:18999\r\nConnection: close\r\n\r\n", Then.READ)),
    Wire("a question about everything", (b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Then.READ)),
    Wire("a method of 10,000 letters", (b"A" * 10_000 + b" /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Then.READ)),
    Wire(
        "a web socket",
        (
            _get("/sparql", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"),
            0.2,
            Then.LEAVE,
        ),
    ),
    Wire("headers in two lines, with NUL", (_headed("X: a", " b", "Y: \0", "Content-Length: 6", body=b"ASK {}"), Then.READ)),
    Wire("a request after a request", (_headed("X: a\nContent-Length: 0\n\nGET / HTTP/1.1", "Content-Length: 6", body=b"ASK {}"), Then.READ)),
    *(
        Wire(f"a way out: {target}", (_get(target, _CLOSE), Then.READ))
        for target in (
            "/../../../../etc/passwd",
            "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/..%2f..%2f..%2fetc%2fpasswd",
            "/download/..%5c..%5cetc",
            "/%00",
            "/download/all.nt%00.html",
            "/%ff%fe",
            "//etc/passwd",
            "/./download/./all.nt",
            "/MANIFEST/",
            "/download",
        )
    ),
)
