"""Templates as they are compiled, which all languages of a site share: compiling takes as long as making a hundred pages."""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from functools import partial
from types import CodeType

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache

from publish.confined import Note


class Compiled(BytecodeCache):
    """The templates that were compiled in this process or for it, by their names and what stands in them."""

    def __init__(self, codes: Iterable[bytes] = ()) -> None:
        """Know the templates of *codes*, as `bynet_templates` makes them; they are waited for when the first template is wanted."""
        self._waiting = iter(codes)
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put into *bucket* the template that it is for, where that was compiled."""
        for key, checksum, code in map(marshal.loads, self._waiting):  # what a child of this process wrote, of bynet's own templates
            self._codes[key, checksum] = code
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template in *bucket*."""
        if bucket.code:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def environment_of(kind: type[Environment], loader: BaseLoader, compiled: Compiled) -> Environment:
    """Return the environment of a *kind* in which templates are compiled and filled in."""
    return kind(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=compiled,
    )


def bynet_templates() -> partial[list[bytes]]:
    """Return what compiles bynet's own templates, for a site whose theme has none, and opens no file."""
    loader, keys = PackageLoader("publish"), Compiled()
    environment = environment_of(Environment, loader, keys)
    environment.compile('{{ "text" }}')  # which loads all that reading templates takes
    sources = [(name, *loader.get_source(environment, name)[:2]) for name in loader.list_templates()]
    return partial(_compiled, environment, sources)


def _compiled(environment: Environment, sources: Iterable[tuple[str, str, str]], _note: Note) -> list[bytes]:
    keys = Compiled()
    return [
        marshal.dumps((keys.get_cache_key(name, file), keys.get_source_checksum(source), environment.compile(source, name, file)))
        for name, source, file in sources
    ]
