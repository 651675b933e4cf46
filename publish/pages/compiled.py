"""Templates as they are compiled, which all languages of a site share: compiling takes as long as making a hundred pages."""

from __future__ import annotations

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """The templates that were compiled in this process, by their names and what stands in them."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put into *bucket* the template that it is for, where that was compiled."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template in *bucket*."""
        if bucket.code:
            self._codes[bucket.key, bucket.checksum] = bucket.code
