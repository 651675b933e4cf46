"""Check a published site, a folder or a live one, against itself: its MANIFEST, its data, and the table of addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from pyoxigraph import NamedNode

from publish.addresses import NOWHERE, QUERY, Layout
from publish.answers import Answers, is_right
from publish.contents import Fault, extension, feed_faults, link_faults, page_links, sums_faults, syntax_faults
from publish.earlier import MANIFEST, is_safe, read_manifest
from publish.model import TYPE
from publish.published import NotPublished, published
from publish.request import Live
from publish.texts import text
from publish.web import THREADS, Reply

_NOTHING = "nothing-stands-here"
_SAMPLE = 25
_RULES = (".htaccess", "_headers", "_redirects", "host/nginx.conf", "host/nginx-server.conf")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found: a fault for each kind, with all its places in order; how much was looked at."""

    faults: tuple[tuple[Fault, tuple[str, ...]], ...]
    files: int
    links: int
    requests: int


def verify(place: str) -> Verified:
    """Return what is wrong with the site at *place*, a folder or an http(s) address. Raises a `Mistake` where there is none."""
    return _verify_live(Live(place)) if "://" in place else _verify_folder(Path(place))


def _verify_live(live: Live) -> Verified:
    reply = live.get(MANIFEST)
    if reply.status // 100 == HTTPStatus.MULTIPLE_CHOICES // 100:
        raise NotPublished("verify-elsewhere", place=live.root, other=reply.header("Location").removesuffix(MANIFEST))
    if reply.status != HTTPStatus.OK:
        raise NotPublished("verify-no-answer" if not reply.status else "verify-no-manifest", place=live.root)
    site = _Site(live.root, reply.body, lambda path: live.get(path).body)
    answers = Answers(live, site.layout, site.manifest)
    first = {extension(path): path for path in reversed(site.files) if path != NOWHERE}

    def look(path: str) -> tuple[list[Fault], int]:
        got: Reply = live.get(path)
        faults = list(answers.file(path, got))
        if is_right(site.layout, path, got.status):
            found, links = site.look(path, got.body)
            faults += found
            if first.get(extension(path)) == path:
                faults += answers.again(path, got)
            return faults, links
        return faults, 0

    with ThreadPoolExecutor(THREADS) as threads:
        looked = list(threads.map(look, site.files))
        asked = list(threads.map(lambda path: list(answers.address(path)), site.addresses()))
    faults = [*(fault for found, _links in looked for fault in found), *(fault for found in asked for fault in found), *site.whole()]
    return Verified(_grouped(faults), len(site.files), sum(links for _found, links in looked), live.count)


def _verify_folder(folder: Path) -> Verified:
    if not (folder / MANIFEST).is_file():
        raise NotPublished("verify-no-manifest" if folder.is_dir() else "verify-no-folder", place=folder)
    here = _files(folder)
    site = _Site(str(folder), (folder / MANIFEST).read_bytes(), lambda path: _read(folder, path))
    faults = [Fault("unlisted", path, extension(path)) for path in sorted(here - set(site.manifest) - {MANIFEST})]
    faults += [Fault("no-rules", path, "rules") for path in _RULES if path not in site.manifest]
    links = 0
    for path in site.files:
        if path not in here:
            faults.append(Fault("missing", path, extension(path)))
            continue
        content = _read(folder, path)
        if sha256(content).hexdigest() != site.manifest[path]:
            faults.append(Fault("hash", path, extension(path)))
        found, count = site.look(path, content)
        faults += found
        links += count
    return Verified(_grouped([*faults, *site.whole()]), len(site.files), links, 0)


class _Site:
    """A site as its MANIFEST and its own data describe it."""

    def __init__(self, place: str, manifest: bytes, read: Callable[[str], bytes]) -> None:
        self.manifest = read_manifest(manifest, place)
        self.files = sorted(self.manifest)
        self._read = read
        self._data = published(place, self.files, read)
        self.layout = self._data.layout

    def look(self, path: str, content: bytes) -> tuple[list[Fault], int]:
        """Return what is wrong inside one file, and the number of its links."""
        faults = list(syntax_faults(self.layout, path, content))
        if path.endswith("/SHA256SUMS"):
            faults += sums_faults(path, content, self.manifest)
        links = page_links(content) if path.endswith(".html") else []
        return [*faults, *link_faults(self.layout, path, links)], len(links)

    def whole(self) -> Iterator[Fault]:
        """Yield what is wrong with files that belong together: the feed."""
        yield from feed_faults(self.layout, self._read)

    def addresses(self) -> list[str]:
        """Return the addresses to ask: of each class the first thing by code point, each kind of document, what is gone, folders, and nothing at all."""
        layout = self.layout
        first: dict[str, str] = {}
        for triple in self._data.triples:
            if triple.predicate == TYPE and isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(layout.base):
                path = triple.subject.value.removeprefix(layout.base)
                if f"{path}.ttl" in layout.paths:
                    first[str(triple.object)] = min(path, first.get(str(triple.object), path))
        known = [path for kind in layout.kinds for path in _of_kind(kind.pattern, layout)]
        gone = [path for path in layout.tombstones if not path.startswith("iri/")]
        folders = [folder for folder in layout.folders if folder != QUERY]  # an endpoint may have that address
        return sorted({*first.values(), *known, *list(layout.elsewhere)[:_SAMPLE], *gone[:_SAMPLE], *folders[:_SAMPLE], _NOTHING})


def _of_kind(pattern: str, layout: Layout) -> list[str]:
    """The first address of a kind that a document stands at."""
    stems = {re.sub(r"(?:index)?\.[^/]*$", "", path) for path in layout.paths}
    return sorted(stem for stem in stems if re.fullmatch(pattern, stem, re.ASCII) and layout.answer(stem).status != HTTPStatus.NOT_FOUND)[:1]


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def _read(folder: Path, path: str) -> bytes:
    """The content of a file that really lies in *folder*; nothing where there is none."""
    file = folder / path
    return file.read_bytes() if is_safe(path) and file.is_file() and file.resolve().is_relative_to(folder.resolve()) else b""


def _grouped(faults: Iterable[Fault]) -> tuple[tuple[Fault, tuple[str, ...]], ...]:
    """Faults of one kind as one, in a fixed order."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.rule, fault.group), []).append(fault)
    first: Sequence[tuple[Fault, tuple[str, ...]]] = [
        (min(group, key=lambda fault: (fault.place, str(fault.values))), tuple(sorted({fault.place for fault in group}))) for group in groups.values()
    ]
    return tuple(sorted(first, key=lambda pair: (pair[0].place, pair[0].rule, pair[0].group)))


def as_text(verified: Verified, language: str) -> Iterator[str]:
    """Yield a line for each fault: where it is, what is wrong and what to do."""
    for fault, places in verified.faults:
        place = text(language, "verify.more", place=fault.place or "/", count=len(places) - 1) if len(places) > 1 else fault.place or "/"
        yield f"{place}: {text(language, f'verify.{fault.rule}', **fault.values)}"


def as_json(verified: Verified, language: str) -> str:
    """Return the faults as JSON, each with all its places."""
    faults = [
        {"rule": fault.rule, "places": places, "message": text(language, f"verify.{fault.rule}", **fault.values), "values": dict(fault.values)}
        for fault, places in verified.faults
    ]
    document = {"files": verified.files, "links": verified.links, "requests": verified.requests, "faults": faults}
    return json.dumps(document, ensure_ascii=False, indent=2)


def summary(verified: Verified, language: str) -> str:
    """Return a line that says how much was looked at, and how many kinds of faults there are."""
    values = {"faults": len(verified.faults), "files": verified.files, "links": verified.links, "requests": verified.requests}
    return text(language, f"verify.{'faults' if verified.faults else 'clean'}", **values)
