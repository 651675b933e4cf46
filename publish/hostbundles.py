"""The prefixes of a site's bundles as the rules of hosts have them: patterns, the longest first."""

from __future__ import annotations

import re

from publish.addresses import UNBUNDLED, Layout


def bundle_patterns(layout: Layout) -> list[tuple[str, str]]:
    """Return a pattern (PCRE) for the beginning of the path of what is in each bundle, and its path without ending; the first that fits counts.

    Prefixes of one bundle that are equally long stand in one pattern, and all of them before every shorter one.
    """
    grouped: dict[tuple[int, str, bool], list[str]] = {}
    for prefix, stem in sorted(layout.bundles.items()):
        grouped.setdefault((-len(prefix), stem, "/" in prefix), []).append(prefix)
    return [
        (f"(?!{UNBUNDLED})(?:{'|'.join(map(re.escape, prefixes))}){'' if is_inside else '[^/]*$'}", stem)
        for (_length, stem, is_inside), prefixes in sorted(grouped.items())
    ]
