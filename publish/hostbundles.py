"""The prefixes of a site's bundles as the rules of hosts have them: patterns, the longest first."""

from __future__ import annotations

import re
from os.path import commonprefix

from publish.addresses import Layout


def bundle_patterns(layout: Layout) -> list[tuple[str, str]]:
    """Return a pattern (PCRE) for the beginning of the path of what is in each bundle, and its path without ending; the first that fits counts.

    They are for paths that do not fit `addresses.UNBUNDLED`. Prefixes of one bundle that are equally long stand in one pattern, before every shorter one.
    """
    grouped: dict[tuple[int, str, bool], list[str]] = {}
    for prefix, stem in sorted(layout.bundles.items()):
        grouped.setdefault((-len(prefix), stem, "/" in prefix), []).append(prefix)
    return [(f"{_one_of(prefixes)}{'' if is_inside else '[^/]*$'}", stem) for (_length, stem, is_inside), prefixes in sorted(grouped.items())]


def _one_of(prefixes: list[str]) -> str:
    """The pattern of one or more prefixes: what they have in common, and how they go on."""
    common = commonprefix(prefixes)  # noqa: RUF071  # they may part within a name
    if len(prefixes) == 1:
        return re.escape(common)
    return f"{re.escape(common)}(?:{'|'.join(re.escape(prefix.removeprefix(common)) for prefix in prefixes)})"
