"""What the server's processes say to each other: frames, each of a kind (one byte) and a length (four bytes, big-endian), then that many bytes.

The front asks with `QUESTION`; a worker answers with any number of `PIECE`, and one `END` or `REFUSAL`. All but pieces are JSON.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator

QUESTION = b"?"
PIECE = b"+"
END = b"."
REFUSAL = b"!"

_HEAD = struct.Struct(">cI")


def frame(kind: bytes, content: bytes) -> bytes:
    """Return the frame of *kind* with *content*."""
    return _HEAD.pack(kind, len(content)) + content


def said(kind: bytes, **values: object) -> bytes:
    """Return the frame of *kind* that says *values*."""
    return frame(kind, json.dumps(values).encode())


class Frames:
    """The frames in a stream of bytes, as they become whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the kind and the content of each frame that *data* completes."""
        self._bytes += data
        while len(self._bytes) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._bytes)
            end = _HEAD.size + length
            if len(self._bytes) < end:
                return
            content = bytes(memoryview(self._bytes)[_HEAD.size : end])
            del self._bytes[:end]
            yield kind, content


def receive(channel: socket.socket) -> bytes | None:
    """Return the content of the next frame on *channel*, waiting for it; None where the other end is closed."""
    head = _exactly(channel, _HEAD.size)
    return _exactly(channel, _HEAD.unpack(head)[1]) if head else None


def _exactly(channel: socket.socket, length: int) -> bytes | None:
    content = bytearray()
    while len(content) < length:
        data = channel.recv(length - len(content))
        if not data:
            return None
        content += data
    return bytes(content)
