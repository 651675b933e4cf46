"""The typed links in the header of an answer: each document of an address names the others."""

from __future__ import annotations

from collections.abc import Iterator

from publish.addresses import Layout
from publish.kinds import KINDS, Kind

_HOME = next(kind for kind in KINDS if not kind.pattern)


def link_values(layout: Layout, root: str, stem: str, kind: Kind) -> Iterator[str]:
    """Yield the values of a Link header (RFC 8288) that names every document of an address of *kind*, at *stem* without ending, of the site at *root*.

    The words are those of FAIR Signposting: data describes, pages are the same for people. A front page is the same as the
    document of ``/`` in its language, which is the one to remember.
    """
    documents, place = (_HOME, f"{root}{_HOME.index}") if kind.language else (kind, stem)
    for suffix, media_type, language in layout.variants(documents):
        relation = "alternate" if language else "alternate describedby"
        if language and language == kind.language:
            relation = "canonical"
        spoken = f'; hreflang="{language}"' if language else ""
        yield f'<{place}{suffix}>; rel="{relation}"; type="{media_type.partition(";")[0]}"{spoken}'
