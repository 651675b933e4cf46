"""Where on the site the page of an IRI stands: one path for one IRI, safe on any file system.

A path of plain segments is kept as it is, so that any web host can serve the IRI itself. Whatever a file system, a web
host or a shell could read in another way (dots, percent signs, Windows' device names, more than 100 characters) is
replaced as a whole by a hash of the IRI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from urllib.parse import unquote

SIGNATURE = "MANIFEST.sig"
"""The signature over the MANIFEST: the one file of a site that its publisher puts there, and that no MANIFEST lists."""
HASHED = "iri"
RESERVED = frozenset(
    {
        "404",
        "browse",
        "catalog",
        "changes",
        "cite",
        "context",
        "download",
        "feed",
        "host",
        "index",
        "linkset",
        "manifest",
        "release",
        "robots",
        "search",
        "sitemap",
        "sparql",
        "void",
        HASHED,
    }
)

REPORT = "report"
"""Where the page of the validation report stands; its parts, which have IRIs and pages too, stand below."""
TAG = 35
"""How long the tag of a language may be that stands in the names of files (RFC 5646, section 4.4.1)."""
VERSION = re.compile(r"[0-9][0-9A-Za-z]{0,19}(?:[.-][0-9A-Za-z]{1,20}){0,5}")
"""What a version may look like: it names a folder of the site."""

_PART = re.compile(r"\.[0-9]{5}(?=\.[a-z]+\.gz$)")
_DEVICE = "con|prn|aux|nul|com[0-9]|lpt[0-9]"
"""What Windows takes for a device, whatever stands behind a dot."""
_SEGMENT = rf"(?!(?:{_DEVICE})(?:/|\Z))[a-z0-9][a-z0-9_-]{{0,99}}"
_FILE_NAME = re.compile(rf"(?!(?:{_DEVICE})(?:\.|\Z))[a-z0-9](?:[a-z0-9._-]{{0,98}}[a-z0-9_-])?", re.IGNORECASE | re.ASCII)
_DEPTH = 8
_PLAIN = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,{_DEPTH - 1}}}", re.IGNORECASE | re.ASCII)
_LENGTH = 180
"""How long a plain path may be: with an ending and 38 characters for the folder of the site it stays under the 260 of Windows."""


def page_path(iri: str, base: str) -> str:
    """Return the path, relative to the site and without extension, of the page of *iri*, which is under *base*."""
    path = iri.removeprefix(base)
    is_plain = len(path) <= _LENGTH and _PLAIN.fullmatch(path) and path.partition("/")[0].lower() not in RESERVED
    return path if is_plain else f"{HASHED}/{sha256(iri.encode()).hexdigest()}"


def is_file_name(name: str) -> bool:
    """Return whether any file system, web host and shell takes *name* for the name of one file, and for the same one."""
    return _FILE_NAME.fullmatch(name) is not None


def collisions(iris: Iterable[str], base: str) -> list[tuple[str, str]]:
    """Return the pairs of *iris* whose pages would be one file where upper and lower case are the same."""
    first: dict[str, str] = {}
    pairs = ((first.setdefault(page_path(iri, base).casefold(), iri), iri) for iri in sorted(set(iris)))
    return [(one, other) for one, other in pairs if one != other]


def front_pages(languages: Iterable[str], iris: Iterable[str], base: str) -> dict[str, str]:
    """Return the path (without extension) of the front page of each of *languages* that has one of its own, in a folder of the language's name.

    None has a language whose name is not safe as a path or is reserved, nor one whose folder is named by one of *iris*: the thing has the address.
    """
    taken = {unquote(iri.removeprefix(base).partition("#")[0]).casefold() for iri in iris if iri.startswith(base)}
    own = (tag for tag in languages if page_path(base + tag, base) == tag)
    return {tag: f"{tag}/index" for tag in own if not taken & {tag.casefold() + end for end in ("", "/", "/index")}}


def page_suffix(languages: Sequence[str], language: str) -> str:
    """The ending of a page's file: ``.html`` in the site's first language, ``.en.html`` and the like in the others."""
    return ".html" if language == languages[0] else f".{language}.html"


def part_path(number: int, form: str) -> str:
    """Return where the part with a *number* stands of the dump of all data in *form*, the ending of a format."""
    return f"download/all.{number:05}.{form}.gz"


def whole_name(path: str) -> str:
    """Return *path* as the path of the whole dump of which it is a part; of anything else *path*."""
    return _PART.sub("", path)
