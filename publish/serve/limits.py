"""What a query, a client and a connection may take of the server; each is an option of ``bynet serve``."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from publish.errors import Mistake


class BadLimit(Mistake):
    """A limit that limits nothing, or everything."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits, with their defaults. Seconds, bytes and counts, but *memory*, which is in MiB. Raises `BadLimit`."""

    timeout: float = 10.0
    memory: int = 512
    rows: int = 1_000_000
    answer_bytes: int = 67_108_864
    request_bytes: int = 262_144
    nesting: int = 200
    workers: int = 4
    queue: int = 100
    budget: float = 30.0
    read_timeout: float = 10.0
    connections: int = 512

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if not 0 < value < math.inf:
                raise BadLimit("bad-limit", limit=f"--{limit.name.replace('_', '-')}", value=value)
