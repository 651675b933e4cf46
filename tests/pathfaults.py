"""What would be wrong with a way from IRIs to paths, on any file system: which faults a check of many IRIs finds."""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from pathlib import PureWindowsPath

from publish.paths import TAG

BASE = "https://data.example.org/"
Way = Callable[[str, str], str]
"""From an IRI and a base to a path."""

ENDINGS = (".ttl", ".jsonld", ".nt", ".html", f".{'x' * TAG}.html")
"""What may be put behind the path of a page."""
KEYS: Mapping[str, Callable[[str], str]] = {
    "upper and lower case": str.casefold,
    "capitals": str.upper,
    **{form: (lambda path, form=form: unicodedata.normalize(form, path)) for form in ("NFC", "NFD", "NFKC", "NFKD")},  # type: ignore[misc]  # of a loop
    "NFKC, in one case": lambda path: unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold()),
    "NFD, in one case": lambda path: unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold()),
    "without what Windows drops": lambda path: "/".join(part.rstrip(". ") for part in path.casefold().split("/")),
}
"""What file systems take for the same name: paths that are one under a key are one file there."""
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$", *(f"{name}{number}" for name, number in product(("com", "lpt"), "0123456789¹²³"))}
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9][A-Za-z0-9_-]*)*", re.ASCII)
_PIECES = (
    *(
        "id",
        "ID",
        "Id",
        "item",
        "Item",
        "café",
        "cafe\u0301",
        "\ufb01",
        "fi",
        "\u212a",
        "k",
        "\u017f",
        "s",
        "ß",
        "ss",
        "İ",
        "i\u0307",
        "Å",
        "\u212b",
        "a\u030a",
    ),
    *(".", "..", "...", "a.", "a ", " a", "a..", "%2e%2e", "%2E", "..%2f..", "%2F", "%5c", "%00", "a%00.html", "a%0a", "~", "%7E", "%7Ea", "a~1", "LONGFI~1"),
    *("CON", "con", "nul", "AUX.txt", "com1", "COM\u00b9", "lpt9", "CONIN$", "prn.ttl", "a:b", "a::$DATA", "C:", "a?", "*", "|", "<", ">", '"', "\\", "..\\.."),
    *("index", "index.html", "INDEX", "404", "MANIFEST", "manifest", "MANIFEST.sig", "iri", "IRI", "feed", "search", "sparql", "download", "browse", "report"),
    *("_headers", "_redirects", ".htaccess", ".well-known", "CNAME", "sw.js", "robots.txt", "a.ttl", "a.en.html", "a.html", "en", "da", "", "-", "_", "--"),
    *("é" * 60, "a" * 100, "a" * 101, "x" * 300, "\U0001d4b6", "\u202e", "\u200b", "\x00", "\n", "\r", "\t", "\x7f", "\x9b", "日本", "\u2126", "a" * 60),
)
_LETTERS = string.ascii_letters + string.digits + "-_.~%!$&'()*+,;=:@ éÉßẞıİſ\u0301\u00a0"


def made_up(seed: int, number: int) -> list[str]:
    """Return so many different IRIs under `BASE`, of pieces that are read in several ways and of letters at random; the same ones for a *seed*."""
    chance = random.Random(seed)
    found: set[str] = set()
    while len(found) < number:
        count = chance.choice((1, 1, 2, 2, 3, 4, 9))
        if chance.randrange(5) < 2:  # a plain one, often the same as another in another case
            found.add(BASE + "/".join("".join(chance.choices("aAbBkKsS0-_", k=chance.randrange(1, 7))) for _ in range(count)))
        else:
            parts = [_part(chance) for _ in range(count)]
            found.add(BASE + "/".join(parts) + chance.choice(("", "", "", "", "/", "#x", "?x", "#../../y", "//")))
    return sorted(found)


def _part(chance: random.Random) -> str:
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice(_PIECES)
    if kind == 1:
        return chance.choice(_PIECES) + chance.choice(_PIECES)
    return "".join(chance.choices(_LETTERS if kind == 2 else string.ascii_letters + string.digits, k=chance.randrange(1, 12)))


def faults(iris: Iterable[str], way: Way, collisions: Iterable[tuple[str, str]], taken: Iterable[str] = ()) -> Iterator[str]:
    """Yield what is wrong with the *way* of *iris*, different ones: of those that are one file in another case, all have to be among *collisions*.

    *taken* are the paths of files that are no IRI's.
    """
    paths = {iri: way(iri, BASE) for iri in iris}
    if len(set(paths.values())) < len(paths):
        path, number = Counter(paths.values()).most_common(1)[0]
        yield f"{number} IRIs have the path {path!r}"
    told = {iri for pair in collisions for iri in pair}
    for name, key in KEYS.items():
        seen: dict[str, str] = {}
        for iri, path in paths.items():
            if seen.setdefault(key(path), iri) != iri and iri not in told:
                yield f"one file by {name}: {seen[key(path)]!r} and {iri!r}"
                break
    others = {path.casefold() for path in taken}
    for fault in (fault for iri, path in paths.items() if (fault := _fault(path, others))):
        yield fault
        break


def _fault(path: str, others: set[str]) -> str:
    """What is wrong with one path; empty where it is right."""
    parts = path.split("/")
    if not _SAFE.fullmatch(path):
        return f"not plain: {path[:200]!r}"
    if any(part.casefold() in DEVICES or PureWindowsPath(part).is_reserved() for part in parts):
        return f"a device: {path!r}"
    if any(len(f"{part}{ending}".encode()) > 255 for part in parts for ending in ENDINGS):
        return f"a name of more than 255 bytes: {path!r}"
    if len(path) + max(map(len, ENDINGS)) + len("C:\\srv\\www\\data.example.org\\") > 260:
        return f"a path of more than 260 characters: {path!r}"
    if any(f"{path}{ending}".casefold() in others for ending in ENDINGS):
        return f"another file: {path!r}"
    return ""
