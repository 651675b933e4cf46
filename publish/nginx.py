"""The rules of a site for nginx: maps for its ``http`` part, and locations for a ``server``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from urllib.parse import unquote

from publish.addresses import HEADERS, IMMUTABLE, LINKSET, LONG, MEDIA_TYPES, NAMED, NOWHERE, PLAIN, PREFLIGHT, SHORT, UNBUNDLED, Layout
from publish.hostbundles import bundle_patterns
from publish.kinds import BUNDLES, PREFERENCE, Kind
from publish.links import link_values
from publish.negotiation import NEAREST, element, greater, language_ranges, media_ranges

_MAPS = """\
# What nginx needs to serve this site as linked data. This file holds the maps and belongs in the http part,
# the file nginx-server.conf beside it belongs in a server:
#
#     include /srv/www{folder}host/nginx.conf;
#     server {{
#         listen 80;
#         root /srv/www;    # so that the site is the folder /srv/www{folder}
#         include /srv/www{folder}host/nginx-server.conf;
#     }}
#
# Made by bynet; a new release of the site may bring new rules, so include the files where they are, and reload nginx.
"""
_SERVER = """\
# What a server of nginx needs to serve this site; nginx.conf beside this file says how.
"""


def nginx_maps(layout: Layout) -> str:
    """Return the maps that choose, for every request, the document, its language and its headers."""
    return _MAPS.format(folder=layout.prefix) + "".join(line + "\n" for line in _Rules(layout).maps())


def nginx_server(layout: Layout) -> str:
    """Return the locations that answer with what the maps chose."""
    return _SERVER + "".join(line + "\n" for line in _Rules(layout).locations())


class _Rules:
    """The rules of one site: the names of its variables end in a hash of its base, so that two sites fit in one nginx."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._mark = sha256(layout.base.encode()).hexdigest()[:4]
        self._prefix = re.escape(unquote(layout.prefix))

    def maps(self) -> Iterator[str]:
        """Yield the lines of every map."""
        yield from self._places()
        yield from self._choice("accept", [(extension, media_ranges(MEDIA_TYPES[extension])) for extension in PREFERENCE])
        yield from self._choice("tongue", [(language, language_ranges(language)) for language in self._layout.languages])
        yield from self._chosen()
        yield from self._headers()

    def locations(self) -> Iterator[str]:
        """Yield the lines of the locations: for documents by their own names, for addresses that are negotiated, and for what is gone or not there."""
        prefix = unquote(self._layout.prefix)
        preflight = "if ($request_method = OPTIONS) { return 204; }"
        yield from self._location(
            f"^~ {_quoted(prefix)}",
            preflight,
            f"if ({self._name('gone')}) {{ return 410; }}",
            f"error_page 410 @bynet{self._mark}_gone;",
            *self._nowhere(),
            f"try_files $uri @bynet{self._mark};",
        )
        if self._nowhere():
            yield from self._location(f"= {_quoted(prefix + NOWHERE)}", "internal;", *self._nowhere())
        if self._layout.prefix != "/":
            yield from self._location(f"= {_quoted(prefix[:-1])}", f'return 301 "{_plain(self._layout.prefix)}";')
        for path, media_type in NAMED.items():
            yield from self._location(f"= {_quoted(prefix + path)}", "types {}", f'default_type "{media_type}";', preflight)
        yield from self._negotiated()

    def _negotiated(self) -> Iterator[str]:
        """Yield the lines of the locations whose answer the maps choose."""
        file = f"{self._name('stem')}{self._name('suffix')}"
        chosen = [f"add_header Vary {self._name('vary')} always;", f"add_header Content-Location {self._name('location')};"]
        yield from self._location(
            f"@bynet{self._mark}",
            *chosen,
            *self._nowhere(),
            f"if ({self._name('kind')} = folder) {{ return 301 {self._name('stem')}/; }}",
            f"if ({self._name('named')}) {{ return 404; }}",
            f"if (!-f $document_root{file}) {{ return 404; }}",
            f"if ({self._name('status')} = 303) {{ return 303 {self._name('address')}; }}",
            f"try_files {file} =404;",
        )
        yield from self._location(f"@bynet{self._mark}_gone", *chosen, f"try_files $uri {file} =410;")

    def _nowhere(self) -> list[str]:
        """The line that names the page of what is not there; none where the site has none."""
        return [f"error_page 404 {_quoted(_plain(self._layout.prefix) + NOWHERE)};"] if NOWHERE in self._layout.paths else []

    def _location(self, place: str, *lines: str) -> Iterator[str]:
        """Yield one location with *lines* and what all have: an ``add_header`` of a location hides those around it."""
        yield f"location {place} {{"
        if "types {}" not in lines:
            yield "    types {"
            yield from (f'        "{media_type}" {extension};' for extension, media_type in MEDIA_TYPES.items())
            yield "    }"
            yield f'    default_type "{PLAIN}";'
        yield from (f"    {line}" for line in (*self._common(), *lines))
        yield "}"

    def _name(self, name: str) -> str:
        return f"$bynet{self._mark}_{name}"

    def _map(self, source: str, name: str, rows: Iterable[tuple[str, str]], default: str = '""') -> Iterator[str]:
        yield f"map {source} {self._name(name)} {{"
        yield f"    default {default};"
        yield from (f"    {key} {value};" for key, value in rows)
        yield "}"

    def _places(self) -> Iterator[str]:
        """Maps of what is asked for: its kind, its documents' path without ending, whether a document is named, and whether it is gone."""
        layout, root = self._layout, unquote(self._layout.prefix)
        elsewhere = [(_exact(root + path), page) for path, page in layout.elsewhere.items()]
        kinds = [(kind, self._pattern(kind.pattern, kind.index, layout.variants(kind))) for kind in self._layout.kinds]
        folders = [(_exact(root + folder), folder) for folder in layout.folders]
        names = [
            *((_exact(root + path), layout.kind_elsewhere(path).name) for path in layout.elsewhere),
            *((key, "folder") for key, _folder in folders),
            *((key, kind.name) for kind, key in kinds),
        ]
        own = "place_" if layout.bundles else ""
        yield from self._map("$uri", f"{own}kind", names)
        pages = [(key, f"/{page}") for key, page in (*elsewhere, *folders)]
        yield from self._map("$uri", f"{own}page", [*pages, *((key, f'"/$1{kind.index}"') for kind, key in kinds)])
        yield from self._map(self._name("page"), "stem", [('""', '""')], f'"{_plain(root[:-1])}{self._name("page")}"')
        named = [*((key, "0") for key, _page in elsewhere), (_regex(r"\.[^/]*$"), "1")]
        yield from self._map("$uri", f"{own}named", named, "0")
        if own:
            yield from self._bundles(own)
        yield from self._map(self._name("page"), "gone", ((_exact(f"/{path}"), "1") for path in sorted(layout.tombstones)), "0")

    def _bundles(self, own: str) -> Iterator[str]:
        """Maps that lead a thing without documents of its own to its bundle: of the prefixes that fit, the longest, which is the first."""
        layout = self._layout
        root = unquote(layout.prefix)
        folders = [(_exact(f"{root}{folder}{end}"), '""') for folder in layout.folders for end in ("", "/")]
        described = [(self._pattern(re.escape(path), kind.index, layout.variants(kind)), '""') for path, kind in layout.described.items()]
        rows = [(_regex(f"^{self._prefix}{pattern}"), f"/{stem}") for pattern, stem in bundle_patterns(layout)]
        yield from self._map("$uri", "bundle", [(_regex(f"^{self._prefix}{UNBUNDLED}"), '""'), *folders, *described, *rows])
        for name, value in (("kind", BUNDLES[-1].name), ("page", self._name("bundle")), ("named", "0")):
            yield from self._map(self._name("bundle"), name, [('""', self._name(f"{own}{name}"))], value)

    def _pattern(self, pattern: str, index: str, variants: Iterable[tuple[str, str, str]]) -> str:
        endings = f"{index}(?:{'|'.join(re.escape(suffix) for suffix, _type, _language in variants)})"
        return _regex(f"^{self._prefix}({pattern})(?:{endings})?$")

    def _choice(self, name: str, offered: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
        """Maps of the weight of each of *offered*, and of the one whose weight is greatest so far, as ``name=weight``."""
        header = f"$http_{'accept' if name == 'accept' else 'accept_language'}"
        best = "none=0000"
        for number, (offer, ranges) in enumerate(offered):
            rows = [(_regex(element(media_range), "~*"), '"$1$2$3000"') for media_range in ranges]
            yield from self._map(header, f"{name}{number}_said", [('""', '"000"'), *rows], '"0000"')
            yield from self._map(self._name(f"{name}{number}_said"), f"{name}{number}", [('"000"', '"1000"')], self._name(f"{name}{number}_said"))
            kinds = _names(kind for kind in self._layout.kinds if (offer in kind.offers if name == "accept" else kind.is_spoken))
            key = _regex(f"^(?:{kinds}) [^ =]*={greater()}")
            source = f'"{self._name("kind")} {best} {self._name(f"{name}{number}")}"'
            yield from self._map(source, f"{name}{number}_top", [(key, f'"{offer}={self._name(f"{name}{number}")}"')], f'"{best}"')
            best = self._name(f"{name}{number}_top")
        yield from self._map(best, f"{name}_top", [], best)

    def _chosen(self) -> Iterator[str]:
        """Maps of the extension, the language, the ending, the address, and the status with which a document's address answers."""
        layout = self._layout
        near = [(_regex(f"^(?:{_names(kind for kind in layout.kinds if offer in kind.offers)}) .*(?:{words})", "~*"), offer) for offer, words in NEAREST]
        first = [(_regex(f"^{kind.name} "), kind.offers[0]) for kind in self._layout.kinds]
        yield from self._map(f'"{self._name("kind")} $http_accept"', "nearest", [*near, *first])
        yield from self._map(self._name("accept_top"), "extension", [(_regex("^none="), self._name("nearest")), (_regex("^([^=]+)="), "$1")])
        yield from self._map(self._name("tongue_top"), "page_suffix", ((_regex(f"^{re.escape(tag)}="), end) for tag, end in layout.suffixes.items()), ".html")
        yield from self._map(self._name("extension"), "suffix", [("html", self._name("page_suffix"))], f'".{self._name("extension")}"')
        yield from self._map(self._name("kind"), "status", ((kind.name, str(kind.status.value)) for kind in self._layout.kinds), "404")
        address = f'"{_plain(layout.prefix[:-1])}{self._name("page")}{self._name("suffix")}"'
        yield from self._map(self._name("status"), "address", [("404", '""')], address)
        yield from self._map(self._name("kind"), "vary", ((kind.name, f'"{kind.vary}"') for kind in self._layout.kinds))

    def _headers(self) -> Iterator[str]:
        """Maps of the headers of an answer; $uri is, at that time, the file that is sent."""
        layout, open_page = self._layout, re.escape(self._layout.open_page or "feed/")
        immutable = [(_regex(f"^{self._prefix}(?!{open_page})(?:{IMMUTABLE})$"), f'"{LONG}"')]
        yield from self._map("$uri", "cache", immutable, f'"{SHORT}"')
        languages = [(_regex(f"^{self._prefix}{re.escape(NOWHERE)}$"), '""')]
        languages += [(_regex(rf"^{self._prefix}{re.escape(tag)}/index\.html$"), tag) for tag in layout.fronts]
        languages += [(_regex(rf"\.{re.escape(tag)}\.html$"), tag) for tag in layout.languages[1:]]
        yield from self._map("$uri", "spoken", [*languages, (_regex(r"\.html$"), layout.languages[0])])
        yield from self._map("$status", "location", [(_regex("^(?:200|206|304)$"), self._name("address"))])
        yield from self._map("$request_method", "options", [(_regex("^OPTIONS$"), "1")], "0")
        for number, (_header, value) in enumerate(PREFLIGHT.items()):
            yield from self._map(self._name("options"), f"option{number}", [("1", f'"{value}"')])
        root = _plain(layout.prefix)
        alternates = ((kind.name, link_values(layout, root, f"{root[:-1]}{self._name('page')}", kind)) for kind in layout.kinds if kind != BUNDLES[-1])
        yield from self._map(self._name("kind"), "alternate", ((name, _quoted(", ".join(values))) for name, values in alternates))
        own = [(kind, f'<{_plain(layout.iri_prefix)}$1>; rel="{kind.relation}"') for kind in self._layout.kinds if kind.relation]
        about = [(_regex(f"^200 {kind.name} /(.*){kind.index}$"), _quoted(link)) for kind, link in own]
        yield from self._map(f'"$status {self._name("kind")} {self._name("page")}"', "about", about)

    def _common(self) -> Iterator[str]:
        yield "charset off;"
        yield "absolute_redirect off;"
        yield "etag on;"
        yield from (f'add_header {header} "{value}" always;' for header, value in HEADERS.items())
        yield from (f"add_header {header} {self._name(f'option{number}')} always;" for number, header in enumerate(PREFLIGHT))
        yield f"add_header Cache-Control {self._name('cache')} always;"
        yield f"add_header Content-Language {self._name('spoken')} always;"
        yield from (f"add_header Link {self._name(name)};" for name in ("alternate", "about"))
        if LINKSET in self._layout.paths:
            yield f'add_header Link "<{_plain(self._layout.prefix)}{LINKSET}>; rel=\\"linkset\\"; type=\\"{NAMED[LINKSET]}\\"";'


def _names(kinds: Iterable[Kind]) -> str:
    return "|".join(kind.name for kind in kinds)


def _regex(pattern: str, mark: str = "~") -> str:
    return _quoted(mark + pattern)


def _exact(text: str) -> str:
    """Return the key of a map that is *text* itself: a key that is no regular expression fits in any case of its letters."""
    return _regex(f"^{re.escape(text)}$")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    """Return *text* for a quoted value, in which nginx would take ``$`` for a variable and has no way to write it."""
    return re.sub(r'[\x00-\x20"$\\{}]', lambda found: f"%{ord(found[0]):02X}", text)
