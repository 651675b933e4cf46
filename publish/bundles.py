"""Where a resource is described that has no documents of its own: in a bundle, with all whose paths begin with the same prefix.

A site says in one file which prefixes there are; of those that fit a path the longest counts. Paths are decoded, as hosts compare them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from hashlib import sha256

FOLDER = "bundle"
PREFIXES = f"{FOLDER}/prefixes.json"
"""The prefixes of each bundle, by its path."""
_DIGITS = 32
STEM = f"{FOLDER}/[0-9a-f]{{{_DIGITS}}}"
"""What the path of a bundle looks like, without ending."""


def stem_of(prefix: str) -> str:
    """Return the path, without ending, of the bundle whose first prefix is *prefix*: safe on any file system, and the same from release to release."""
    return f"{FOLDER}/{sha256(prefix.encode()).hexdigest()[:_DIGITS]}"


def as_json(bundles: Mapping[str, str]) -> str:
    """Return *bundles* (the path of each by prefix) as they are published."""
    prefixes: dict[str, list[str]] = {}
    for prefix, stem in sorted(bundles.items()):
        prefixes.setdefault(stem, []).append(prefix)
    return json.dumps(dict(sorted(prefixes.items())), ensure_ascii=False, indent=0) + "\n"


def read_bundles(content: bytes, paths: Collection[str]) -> dict[str, str]:
    """Return the bundles in *content* that have documents among *paths*, the path of each by prefix; none where *content* says none."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}  # said when the file itself is looked at
    listed = told.items() if isinstance(told, dict) else ()
    there = [(stem, prefixes) for stem, prefixes in listed if re.fullmatch(STEM, stem, re.ASCII) and f"{stem}.ttl" in paths and isinstance(prefixes, list)]
    return {prefix: stem for stem, prefixes in there for prefix in prefixes if isinstance(prefix, str) and prefix and prefix.isprintable()}


def fitting(path: str, bundles: Mapping[str, str]) -> str:
    """Return the bundle of the longest of the prefixes that fits *path*; an empty text where none does. A prefix without a slash fits names alone."""
    lengths = range(len(path), 0, -1)
    shortest = path.find("/") + 1
    return next((bundles[path[:length]] for length in lengths if length >= shortest and path[:length] in bundles), "")
