"""A site whose data is there in compressed dumps alone, made as any site is, for the tests of all that read one."""

from __future__ import annotations

import gzip
from functools import cached_property
from pathlib import Path

from publish.build import check_project
from publish.made import Content
from publish.processor import Processor
from publish.publication import Publication
from publish.releases import look_back
from publish.site import site_files
from publish.write import write_site

APART = ("stated", "derived")
FORMATS = ("ttl", "jsonld", "nt", "nq")
_BLOCKS = 3


def packed(content: Content) -> bytes:
    """Return *content* compressed, as a file of several members; between two of them there may be half a line."""
    assert isinstance(content, bytes)
    size = len(content) // _BLOCKS + 1
    return b"".join(gzip.compress(content[start : start + size], mtime=0) for start in range(0, max(len(content), 1), size))


class Compressed(Publication):
    """What a project publishes, with all data in compressed dumps."""

    @cached_property
    def dumps(self) -> dict[str, Content]:
        """Each graph in each format, by its name."""
        plain: dict[str, Content] = super().dumps
        kept = {name: content for name, content in plain.items() if name.partition(".")[0] not in {"all", *APART}}
        return kept | {f"all.{ending}.gz": packed(plain[f"all.{ending}"]) for ending in FORMATS}


class Both(Publication):
    """What a project publishes, with all data in plain dumps and in compressed ones."""

    @cached_property
    def dumps(self) -> dict[str, Content]:
        """Each graph in each format, by its name."""
        plain: dict[str, Content] = super().dumps
        return plain | {f"all.{ending}.gz": packed(plain[f"all.{ending}"]) for ending in FORMATS}


def publish_as(kind: type[Publication], root: Path, out: Path, base: str | None = None) -> Path:
    """Publish the project in *root* to *out* as *kind* has it, after what stands there; return *out*."""
    with Processor() as processor:
        checked = check_project(root, processor, base)
    assert checked.project
    history = look_back(str(out), Publication(checked.project).snapshot)
    write_site(out, site_files(kind(checked.project, checked, history)))
    return out
