"""What is wrong inside the files of a site: JSON, links, checksums and the pages of the feed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import unquote, urldefrag, urljoin

from pyoxigraph import NamedNode, Quad, RdfFormat

from publish.addresses import NOWHERE, Layout
from publish.intake.parsing import parse

TREE = "https://w3id.org/tree#"

_LINKS = {"href", "src"}
_NODE, _MEMBER, _VIEW = (NamedNode(TREE + name) for name in ("node", "member", "view"))
_DEEP = "nothing/stands/here"
_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the rule that is broken, where, what it has in common with others of its kind, and what fills its text."""

    rule: str
    place: str
    group: str
    values: Mapping[str, object] = field(default_factory=dict, compare=False)


class _References(HTMLParser):
    """The references of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def parse_html_declaration(self, i: int) -> int:
        """Take ``<![`` for a comment, as browsers do: Python's parser fails of what it does not know there."""
        return self.parse_bogus_comment(i) if self.rawdata.startswith("<![", i) else super().parse_html_declaration(i)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update(value.strip() for name, value in attrs if name in _LINKS and value)


def extension(path: str) -> str:
    """Return the ending of a file's name, which says to which class of files it belongs."""
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[1] if "." in name else ""


def json_faults(path: str, content: bytes) -> Iterator[Fault]:
    """Yield a fault where *content* is no JSON, though the name of its file says that it is."""
    try:
        if extension(path) in {"json", "srj"}:
            json.loads(content)
    except (ValueError, RecursionError):
        yield Fault("syntax", path, extension(path))


def page_links(content: bytes) -> list[str]:
    """Return the references of an HTML page, sorted."""
    references = _References()
    references.feed(content.decode(errors="replace"))
    references.close()
    return sorted(references.found)


def header_links(value: str) -> list[str]:
    """Return the targets of a Link header (RFC 8288)."""
    return re.findall(r"<([^<>\s]*)>\s*;", value)


def link_faults(layout: Layout, path: str, links: Iterable[str]) -> Iterator[Fault]:
    """Yield a fault for each of *links*, found at *path*, that leads to nothing on the site. What leads elsewhere is not looked at."""
    # the page of what is not there is sent at any address
    here = layout.landing + (_DEEP if path == NOWHERE else path)
    for link in links:
        try:
            address = urldefrag(urljoin(here, link)).url if not link.startswith("#") else ""  # a page leads to itself wherever it is sent
        except ValueError:
            yield Fault("dead-link", path, link, {"target": link})
            continue
        root = next((root for root in (layout.landing, layout.base) if address.startswith(root)), None)
        if root is None:
            continue
        target = unquote(address.removeprefix(root).partition("?")[0])
        if target not in layout.paths and layout.answer(target).status == HTTPStatus.NOT_FOUND:
            yield Fault("dead-link", path, target, {"target": target})


def sums_faults(path: str, content: bytes, manifest: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with the checksums of one release: a line that is none, or another sum than MANIFEST has, or a file left out."""
    folder = path.rpartition("/")[0] + "/"
    lines = [_SUM.fullmatch(line) for line in content.decode(errors="replace").splitlines()]
    listed = {folder + line[2]: line[1] for line in lines if line}
    if len(listed) != len(lines):
        yield Fault("sums-line", path, path)
    for file, digest in sorted(listed.items()):
        if manifest.get(file) != digest:
            yield Fault("sums", path, path, {"file": file})
    for file in sorted(set(manifest) - set(listed) - {path}):
        if file.startswith(folder):
            yield Fault("sums-without", path, path, {"file": file})


def feed_faults(layout: Layout, read: Callable[[str], bytes]) -> Iterator[Fault]:
    """Yield what is wrong with the feed: each page is reached from ``feed.trig`` by relations, and holds members that no other has."""
    if "feed.trig" not in layout.paths:
        return
    reached: dict[str, None] = {"feed.trig": None}
    members: dict[str, str] = {}
    waiting = ["feed.trig"]
    while waiting:
        page = waiting.pop(0)
        quads = _quads(layout.base + page, read(page))
        for member in sorted({str(quad.object) for quad in quads if quad.predicate == _MEMBER}):
            if member in members:
                yield Fault("feed-member", page, page, {"member": member, "other": members[member]})
            members.setdefault(member, page)
        for target in _pages(layout, page, quads):
            if target not in layout.paths:
                yield Fault("feed-page", page, page, {"target": target})
            elif target not in reached:
                reached[target] = None
                waiting.append(target)
    for page in sorted(path for path in layout.paths if re.fullmatch(r"feed/.+\.trig", path)):
        if page not in reached:
            yield Fault("feed-unreached", page, "feed")


def _quads(iri: str, content: bytes) -> list[Quad]:
    try:
        return list(parse(content, RdfFormat.TRIG, iri))
    except (SyntaxError, ValueError):
        return []  # said already: every file is parsed


def _pages(layout: Layout, page: str, quads: Iterable[Quad]) -> list[str]:
    """The pages that the relations and views of *page* name, as paths of files."""
    ends = sorted({urldefrag(quad.object.value).url for quad in quads if quad.predicate in {_NODE, _VIEW} and isinstance(quad.object, NamedNode)})
    paths = [iri.removeprefix(layout.base) for iri in ends if iri.startswith(layout.base)]
    files = [path if path in layout.paths or path.endswith(".trig") else f"{path}.trig" for path in paths]
    return [file for file in files if file != page]
