"""What a web host answers at each address of a site: the one table that all host rules, and the check of a live site, are made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from urllib.parse import quote, unquote, urlsplit

from publish import bundles
from publish.bundles import fitting
from publish.kinds import BUNDLES, FOLDER, KINDS, QUERY, SEARCH, Kind
from publish.negotiation import negotiate, negotiate_language
from publish.paths import RESERVED

PLAIN = "text/plain; charset=utf-8"
MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "rq": "application/sparql-query",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "srj": "application/sparql-results+json",
    "rdfp": "application/rdf-patch",
    "json": "application/json",
    "xml": "application/xml",
    "gz": "application/gzip",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "wasm": "application/wasm",
    "png": "image/png",
    "svg": "image/svg+xml",
    "ico": "image/vnd.microsoft.icon",
    "toml": "application/toml",
    **dict.fromkeys(("conf", "htaccess", "sig", "txt"), PLAIN),
}
"""By extension; what has no extension is plain text. A compressed file is sent as it is, not decoded on the way: its bytes are those of the MANIFEST."""
NAMED: Mapping[str, str] = {
    ".well-known/sparql-examples": MEDIA_TYPES["ttl"],
    ".well-known/void": MEDIA_TYPES["ttl"],
    "linkset.json": "application/linkset+json",
}
"""The files whose media type is another than their extension says."""
LINKSET = "linkset.json"
NOWHERE = "404.html"
"""The page of what is not there: no document of any address, and never sent with 200 by a host that has rules."""

HOST_FILES = (".htaccess", "_headers", "_redirects", "host/nginx.conf", "host/nginx-server.conf", "host/w3id.htaccess")
"""The files that are for a host and not for its visitors; a host may keep them to itself."""

SHORT = "public, max-age=300, must-revalidate"
LONG = "public, max-age=31536000, immutable"
HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Language, Content-Location, ETag, Link, Location, Vary",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer carries: anyone's program in a browser may read all of it, no browser guesses what it is or shows it within another site."""
PREFLIGHT: Mapping[str, str] = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-Modified-Since, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}
"""What OPTIONS answers beside; a browser asks before it sends an Accept with a profile in quotes (Fetch, 2.2.2)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answers: its status, the file that is the body, the path that the client is sent to, and Vary."""

    status: HTTPStatus
    file: str = ""
    location: str = ""
    vary: str = ""


@dataclass(frozen=True)
class Layout:
    """What the rules of a host have to know of a site.

    *base* is the base IRI and *landing* the address where the site stands, which is another where a redirect (w3id.org)
    leads there; both end in ``/``. *paths* are the paths of its files; *tombstones* are the pages (`paths.page_path`) of
    what was removed; *hashed* maps the part of an IRI after the base to its page, where that stands elsewhere. *bundles* maps what
    the paths of things begin with to where all of them that have no documents of their own are described (`publish.bundles`).
    """

    base: str
    landing: str
    languages: tuple[str, ...]
    paths: frozenset[str]
    tombstones: tuple[str, ...] = ()
    hashed: Mapping[str, str] = field(default_factory=dict)
    bundles: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def prefix(self) -> str:
        """The path of *landing*, as it is written in a URL: begins and ends with ``/``."""
        path = urlsplit(self.landing).path or "/"
        return quote(path, safe="/~:@!&'()*+,;=%")

    @cached_property
    def iri_prefix(self) -> str:
        """The base IRI as a header may carry it."""
        return quote(self.base, safe="/~:?#[]@!&'()*+,;=%")

    @cached_property
    def landing_prefix(self) -> str:
        """The address of the site as a header may carry it."""
        return quote(self.landing, safe="/~:?#[]@!&'()*+,;=%")

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The folders that have an address of their own, which ends in ``/``: of releases, of the pages to query and to search, of front pages."""
        named = {found[0] for path in self.paths if (found := re.match(f"(?:{FOLDER}|{QUERY}|{SEARCH})(?=/)", path, re.ASCII))}
        return tuple(sorted(named.union(self.fronts)))

    @cached_property
    def fronts(self) -> tuple[str, ...]:
        """The languages that have a front page of their own, in a folder of that name; none that is the name of a thing."""
        things = {*self.elsewhere, *(path.removesuffix(".ttl") for path in self.paths)}
        return tuple(tag for tag in self.languages if f"{tag}/index.html" in self.paths and not things & {tag, f"{tag}/", f"{tag}/index"})

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the site's addresses, the first that fits counts."""
        fronts = (Kind(f"front{number}", f"{re.escape(tag)}/", ("html",), index="index", relation="", language=tag) for number, tag in enumerate(self.fronts))
        return (*fronts, *(BUNDLES if self.bundles else ()), *KINDS)

    @cached_property
    def elsewhere(self) -> Mapping[str, str]:
        """The pages of *hashed* by the decoded path of their IRI. Left out: what no path can say (a fragment, a query, a control character)."""
        decoded = {unquote(path): page for path, page in sorted(self.hashed.items()) if not set(path) & set("?#")}
        return {path: page for path, page in decoded.items() if path.isprintable() and path not in self.paths and "//" not in f"/{path}"}

    @cached_property
    def open_page(self) -> str:
        """The page of the feed that is not full yet, the only one that changes: the last."""
        numbers = [int(found[1]) for path in self.paths if (found := re.fullmatch(r"feed/([0-9]+)\.trig", path))]
        return f"feed/{max(numbers)}.trig" if numbers else ""

    @cached_property
    def suffixes(self) -> Mapping[str, str]:
        """The ending of a page's file by language: the first language's has no name of its own."""
        return {language: ".html" if language == self.languages[0] else f".{language}.html" for language in self.languages}

    def variants(self, kind: Kind) -> Iterator[tuple[str, str, str]]:
        """Yield the ending, the media type and the language (empty for data) of each document of an address of *kind*."""
        for extension in kind.offers:
            spoken = [(suffix, language) for language, suffix in self.suffixes.items()] if kind.is_spoken else [(".html", kind.language)]
            endings = spoken if extension == "html" else [(f".{extension}", "")]
            yield from ((suffix, MEDIA_TYPES[extension], language) for suffix, language in endings)

    def kind_elsewhere(self, path: str) -> Kind:
        """Return the kind of an address in `elsewhere`: that of where its documents stand."""
        return next(kind for kind in self.kinds if re.fullmatch(kind.pattern, self.elsewhere[path], re.ASCII))

    def place(self, path: str) -> tuple[Kind, str] | None:
        """Return the kind of the address *path* (decoded, under the base) and its documents' path without ending; None where there is none."""
        placed = self._placed(path)
        if self.bundles and (placed is None or (placed[0].is_thing and not self._is_described(placed[1]))) and (bundle := self._bundle(path)):
            return BUNDLES[-1], bundle
        return placed

    def _placed(self, path: str) -> tuple[Kind, str] | None:
        """The kind of *path*, and its own documents' path without ending."""
        if path in self.elsewhere:
            return self.kind_elsewhere(path), self.elsewhere[path]
        return next(((kind, path + kind.index) for kind in self.kinds if re.fullmatch(kind.pattern, path, re.ASCII)), None)

    def _is_described(self, stem: str) -> bool:
        return f"{stem}.ttl" in self.paths

    def _bundle(self, path: str) -> str:
        """The bundle that a thing at *path* is described in; empty where none fits, or where nothing but documents stand."""
        return "" if re.match(UNBUNDLED, path, re.ASCII) else fitting(path, self.bundles)

    @cached_property
    def described(self) -> Mapping[str, Kind]:
        """The addresses with documents of their own among those that a prefix of `bundles` fits, with the kind of each."""
        stems = {*self.elsewhere, *(path.removesuffix(".ttl") for path in self.paths if path.endswith(".ttl"))} if self.bundles else ()
        placed = ((stem, self._placed(stem)) for stem in sorted(stems) if self._bundle(stem))
        return {stem: found[0] for stem, found in placed if found and self._is_described(found[1])}

    def answer(self, path: str, accept: str = "", accept_language: str = "") -> Answer:
        """Return what a host answers to GET of *path* (decoded, under the base)."""
        if path in self.paths:
            gone = HTTPStatus.GONE if self.is_gone(path) else HTTPStatus.OK
            return Answer(HTTPStatus.NOT_FOUND if path == NOWHERE else gone, file=path)
        if path in self.folders:
            return Answer(HTTPStatus.MOVED_PERMANENTLY, location=f"{path}/")
        placed = self.place(path)
        if placed is None:
            return Answer(HTTPStatus.NOT_FOUND)
        kind, stem = placed
        extension = negotiate(accept, [(offer, MEDIA_TYPES[offer]) for offer in kind.offers])
        tongue = self.suffixes[negotiate_language(accept_language, self.languages)] if kind.is_spoken else ".html"
        suffix = tongue if extension == "html" else f".{extension}"
        return self._chosen(kind, stem, stem + suffix)

    def is_gone(self, path: str) -> bool:
        """Whether the address or the document *path* is that of something that was removed."""
        placed = self.place(path)
        return self._endings.sub("", path) in self.tombstones or (placed is not None and placed[1] in self.tombstones)

    def _chosen(self, kind: Kind, stem: str, file: str) -> Answer:
        if file not in self.paths:
            return Answer(HTTPStatus.NOT_FOUND)
        if stem in self.tombstones:
            return Answer(HTTPStatus.GONE, file=file, vary=kind.vary)
        return Answer(kind.status, file="" if kind.is_thing else file, location=file, vary=kind.vary)

    def cache(self, path: str) -> str:
        """Return the Cache-Control of the file *path*: what never changes again may be kept."""
        return LONG if path != self.open_page and re.fullmatch(IMMUTABLE, path, re.ASCII) else SHORT

    def language(self, path: str) -> str:
        """Return the language of the page *path*; empty where it is none, or one in all languages."""
        if not path.endswith(".html") or path == NOWHERE:
            return ""
        front = next((tag for tag in self.fronts if path == f"{tag}/index.html"), "")
        return front or next((tag for tag in self.languages[1:] if path.endswith(f".{tag}.html")), self.languages[0])

    @cached_property
    def _endings(self) -> re.Pattern[str]:
        return re.compile(f"(?:{'|'.join(re.escape(suffix) for kind in KINDS if kind.is_thing for suffix, _type, _language in self.variants(kind))})$")


UNBUNDLED = rf"(?:{'|'.join(sorted(RESERVED | {bundles.FOLDER}))})(?:[/.]|$)"
"""Where no thing stands that has no documents of its own."""
IMMUTABLE = rf"{FOLDER}/(?!index\.)[^/]+|feed/[0-9]+\.trig"
"""The files that never change again, but the feed's open page: dumps of releases and full pages."""


def fragment_documents(graphs: Mapping[str, Iterable[str]], base: str, paths: frozenset[str]) -> dict[str, str]:
    """Return what to add to *hashed* for IRIs with a fragment, whose document has no page: the download that describes them.

    *graphs* maps the name of each download to the IRIs that it describes; the first that describes one of a document counts.
    """
    found: dict[str, str] = {}
    for name, iris in graphs.items():
        for iri in sorted(iris):
            path, mark, _fragment = iri.removeprefix(base).partition("#")
            if mark and path and iri.startswith(base) and not {path, f"{path}.ttl"} & paths and f"download/{name}.ttl" in paths:
                found.setdefault(path, f"download/{name}")
    return found


def media_type(path: str) -> str:
    """Return the media type of the file *path*, with its charset where it is text."""
    name = path.rsplit("/", 1)[-1]
    return NAMED.get(path) or (MEDIA_TYPES.get(name.rsplit(".", 1)[1], PLAIN) if "." in name else PLAIN)
