"""What a host without rules of its own reads of a site: ``_headers`` and ``_redirects``, as Netlify and Cloudflare Pages do.

Such a host sends ``x.html`` for ``x`` by itself (Cloudflare even leads from ``x.html`` to ``x``), so a redirect from an IRI to its
page would go round in circles there: the page is its answer, with 200. It chooses no media type; a client finds the
data by the links of the page, and by name. It sends ``404.html`` for what is not there: GitHub Pages and Netlify that at the
root, Cloudflare Pages the nearest in the folders above, and without one it would send the home page with 200.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from publish.addresses import HEADERS, LINKSET, MEDIA_TYPES, NAMED, PLAIN, Layout

_RULES = 2000
"""Cloudflare Pages reads so many redirects at most, and 100 rules about headers."""
_PATTERNS = 100
"""So many of the redirects may have a star."""
_HEADERS = "# Read by Netlify, Cloudflare Pages and hosts like them, at the root of what they publish. Made by bynet.\n"
_REDIRECTS = """\
# Read by Netlify, Cloudflare Pages and hosts like them, at the root of what they publish. Made by bynet.
# They send x.html for x, and 404.html for what is not there, themselves. A line with 410 is left out of account by hosts that do not know that status.
"""


def static_headers(layout: Layout) -> str:
    """Return ``_headers``: for every file what any program may read, and by its ending the exact media type."""
    blocks = [("*", HEADERS)]
    blocks += [(f"*.{extension}", {"Content-Type": media_type}) for extension, media_type in MEDIA_TYPES.items() if media_type != PLAIN]
    # two rules that fit one file would give it two values: a file whose ending says something else has no rule here
    blocks += [(path, {"Content-Type": media_type}) for path, media_type in NAMED.items() if path != LINKSET]
    lines = ([f"{layout.prefix}{place}", *(f"  {name}: {value}" for name, value in values.items())] for place, values in blocks)
    return _HEADERS + "".join(line + "\n" for block in lines for line in block)


def static_redirects(layout: Layout) -> str:
    """Return ``_redirects``: to the pages whose name is not their IRI's, and what is gone."""
    return _REDIRECTS + "".join(line + "\n" for line in list(_lines(layout))[:_RULES])


def _lines(layout: Layout) -> Iterator[str]:
    gone = set(layout.tombstones)
    for folder in layout.folders:
        yield f"{layout.prefix}{folder} {layout.prefix}{folder}/ 301"
    for path in sorted(gone):
        yield f"{layout.prefix}{path} {layout.prefix}{path}.html 410!"
    for path, page in layout.elsewhere.items():
        status = "410!" if page in gone else "303"
        # a star or a colon would be a pattern
        source = quote(path, safe="/~").replace("*", "%2A")
        ending = ".html" if page in gone else "" if "html" in layout.kind_elsewhere(path).offers else ".ttl"
        yield f"{layout.prefix}{source} {layout.prefix}{page}{ending} {status}"
    yield from _bundled(layout)


def _bundled(layout: Layout) -> Iterator[str]:
    """Redirects from what prefixes fit, where the host reads as many: none where a document of its own stands, which Cloudflare would not send any more."""
    if len(layout.bundles) > _PATTERNS:
        return
    for prefix, stem in sorted(layout.bundles.items(), key=lambda pair: (-len(pair[0]), pair)):
        if "/" in prefix and "*" not in prefix and ":" not in prefix and not any(path.startswith(prefix) for path in layout.paths):
            yield f"{layout.prefix}{quote(prefix, safe='/~')}* {layout.prefix}{stem}.ttl 303"
