"""Read a site that was published before, from a folder or over HTTP: nothing of it is taken on trust.

Its MANIFEST names every file with its sha256; a file that is another one is a mistake. Paths are relative and plain. Over
HTTP there are limits to sizes and time, and once the first answer has said where the site is (a persistent address such as
w3id.org sends on), nothing is fetched from anywhere else.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from pyoxigraph import NamedNode, RdfFormat, Triple

from publish.datatypes import is_valid
from publish.errors import Mistake
from publish.gzipped import ENDING, standing_in_parts, unpacked
from publish.intake import parsing
from publish.intake.streamed import parse_stream
from publish.model import DATA_GRAPHS, DUMP, XSD, Release, Snapshot, sort_triples
from publish.paths import SIGNATURE, VERSION
from publish.snapshots import GRAPHS, snapshot

MANIFEST = "MANIFEST"

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_CHANGES = re.compile(rf"release/({VERSION.pattern})/changes\.json")
_THREADS = 8
_DAY = len("2026-01-01")


class BadSite(Mistake):
    """A site that cannot be read, or that is not what its MANIFEST says."""


@dataclass(frozen=True, slots=True)
class EarlierSite:
    """A site as its MANIFEST lists it: the sha256 (hexadecimal) of each file, by path."""

    place: str
    manifest: Mapping[str, str]
    fetch: Callable[[str], bytes] = field(repr=False, compare=False)

    def read(self, path: str) -> bytes:
        """Return the content of one file. Raises `BadSite` where it is not there or is not what the MANIFEST lists."""
        if path not in self.manifest:
            raise BadSite("site-without", place=self.place, file=path)
        content = self.fetch(path)
        if sha256(content).hexdigest() != self.manifest[path]:
            raise BadSite("site-differs", place=self.place, file=path)
        return content

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the content of several files by path, in their order; a few at a time are fetched at once."""
        wanted = list(paths)
        with ThreadPoolExecutor(_THREADS) as threads:
            return dict(zip(wanted, threads.map(self.read, wanted), strict=True))


def open_site(place: str) -> EarlierSite | None:
    """Return the site at *place*, a folder or an http(s) address; nothing where a folder is not there or has no MANIFEST.

    Raises `BadSite` where the MANIFEST is none, and where an address does not answer with one: a misspelt address
    must not pass for a site that was never published.
    """
    if "://" in place:
        from publish.web import Web  # noqa: PLC0415  # urllib3 takes long to start, and only addresses need it

        web = Web(place)
        return EarlierSite(place, read_manifest(web.manifest(MANIFEST), place), web.read)
    folder = Path(place)
    if not (folder / MANIFEST).is_file():
        return None
    return EarlierSite(place, read_manifest((folder / MANIFEST).read_bytes(), place), lambda path: _read_file(folder, path))


def read_manifest(content: bytes, place: str) -> dict[str, str]:
    """Return the sha256 (hexadecimal) of each file by path. Raises `BadSite` for a line that is none, or a path that leads anywhere else."""
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as error:
        raise BadSite("manifest-line", place=place, line=content.count(b"\n", 0, error.start) + 1) from error
    listed: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match and is_safe(match[2]) and match[2] not in listed:
            listed[match[2]] = match[1]
        elif line or number < len(lines):
            raise BadSite("manifest-line", place=place, line=number)
    folders = {parent.as_posix() for path in listed for parent in PurePosixPath(path).parents}
    if doubled := sorted(folders & set(listed)):
        raise BadSite("manifest-line", place=place, line=list(listed).index(doubled[0]) + 1)
    return listed


def is_safe(path: str) -> bool:
    """Whether *path* stays inside its folder on any system: relative, with plain segments."""
    plain = not any(unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp") for char in path)
    segments = path.split("/")
    return plain and not set('\\:*?"<>|') & set(path) and not {"", ".", ".."} & set(segments) and path not in {MANIFEST, SIGNATURE}


def read_snapshot(site: EarlierSite) -> Snapshot:
    """Return the data set that *site* published, a draft too. Raises `BadSite` where its downloads are not there or can't be read, and `BadGzip`."""
    together = _data(site)
    paths = [f"download/{name}.nt" for name in GRAPHS if name not in together]
    graphs = {path.split("/")[1].removesuffix(".nt"): parse(content, path, site.place) for path, content in site.read_all(paths).items()}
    read = snapshot({name: together[name] if name in together else graphs[name] for name in GRAPHS})
    if not read.base:
        raise BadSite("site-no-dataset", place=site.place)
    return read


def _data(site: EarlierSite) -> dict[str, list[Triple]]:
    """The graphs of the data, by their names, where they stand together in one compressed dump; nothing where each has a file."""
    paths = standing_in_parts(DUMP, site.manifest)
    if not paths[0].endswith(ENDING) or all(f"download/{name}.nt" in site.manifest for name in DATA_GRAPHS):
        return {}
    graphs: dict[str, list[Triple]] = {name: [] for name in DATA_GRAPHS}
    names: dict[object, str] = {}
    for path in paths:
        try:
            for quad in parse_stream(unpacked(site.read(path), path), RdfFormat.N_QUADS):
                if quad.graph_name not in names:
                    names[quad.graph_name] = next(
                        name for name in DATA_GRAPHS if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.endswith(name)
                    )
                graphs[names[quad.graph_name]].append(quad.triple)
        except (SyntaxError, ValueError, StopIteration) as error:
            raise BadSite("site-graphs", place=site.place, file=path) from error
    if len(names) > len({*names.values()}):
        raise BadSite("site-graphs", place=site.place, file=paths[0])
    return {name: sort_triples(triples) for name, triples in graphs.items()}


def snapshot_of(site: EarlierSite) -> Snapshot | None:
    """Return the data set that *site* published; nothing where it has no version, for a draft is no release."""
    read = read_snapshot(site)
    return read if read.version else None


def releases_of(site: EarlierSite) -> tuple[Release, ...]:
    """Return the releases of *site*, oldest first: each after the one that it names as the one before."""
    paths = [path for path in site.manifest if _CHANGES.fullmatch(path)]
    releases = {release.version: release for release in (_release(path, content, site.place) for path, content in site.read_all(sorted(paths)).items())}

    def depth(release: Release) -> int:
        before: list[str] = []
        while release.previous in releases and release.version not in before:
            before.append(release.version)
            release = releases[release.previous]
        return len(before)

    return tuple(sorted(releases.values(), key=lambda release: (depth(release), release.date, release.version)))


def _release(path: str, content: bytes, place: str) -> Release:
    version = path.split("/")[1]
    try:
        told = json.loads(content)
        said = [told[name] for name in ("version", "date", "previous")]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSite("site-no-changes", place=place, file=path) from error
    if said[0] != version or not all(isinstance(text, str) for text in said) or not is_valid(said[1][:_DAY], XSD + "date"):
        raise BadSite("site-no-changes", place=place, file=path)
    return Release(*said)


def parse(content: bytes, path: str, place: str) -> list[Triple]:
    """Return the triples of the N-Triples file *path*, sorted. Raises `BadSite` where it is none."""
    try:
        return sort_triples(quad.triple for quad in parsing.parse(content, RdfFormat.N_TRIPLES))
    except (SyntaxError, ValueError) as error:
        raise BadSite("site-syntax", place=place, file=path) from error


def _read_file(folder: Path, path: str) -> bytes:
    """The content of a file that really lies in *folder*."""
    file = folder / path
    if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
        raise BadSite("site-without", place=folder, file=path)
    return file.read_bytes()
