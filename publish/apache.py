"""The rules of a site for Apache: one ``.htaccess`` in its folder, and the one that w3id.org needs for a redirect there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from publish.addresses import HEADERS, IMMUTABLE, LINKSET, LONG, MEDIA_TYPES, NAMED, NOWHERE, PLAIN, PREFLIGHT, SHORT, UNBUNDLED, Layout
from publish.hostbundles import bundle_patterns
from publish.kinds import BUNDLES, PREFERENCE
from publish.links import link_values
from publish.negotiation import NEAREST, element, greater, language_ranges, media_ranges

_HEAD = """\
# What Apache needs to serve this site as linked data, wherever the folder stands on its host: at the root or below.
# It needs mod_rewrite, mod_headers, mod_mime and mod_dir, and AllowOverride FileInfo Indexes Options=MultiViews
# (or All) for the folder. Made by bynet.
"""
_W3ID = """\
# The redirect at w3id.org: every address goes on to where the site stands, which answers in the form asked for.
# Made by bynet. w3id.org asks for a README.md beside this file that names a person to contact.
Options +FollowSymLinks
RewriteEngine on
<IfModule mod_headers.c>
    Header always set Access-Control-Allow-Origin "*"
    Header always set Access-Control-Expose-Headers "Location"
</IfModule>
"""
_CHOSEN = "%{ENV:BYNET_STEM}%{ENV:BYNET_SUFFIX}"


def apache_rules(layout: Layout) -> str:
    """Return the ``.htaccess`` of a site."""
    parts = (_files(layout), _headers(layout), _rewriting(layout))
    return _HEAD + "".join(line + "\n" for part in parts for line in part)


def w3id_rules(layout: Layout) -> str:
    """Return the ``.htaccess`` that leads every address under the base to the same one where the site stands."""
    landing = layout.landing_prefix.replace("%", r"\%").replace("$", r"\$")
    return _W3ID + "".join(f"{line}\n" for line in _rule("^(.*)$", f"{landing}$1", "R=302,L"))


def _files(layout: Layout) -> Iterator[str]:
    """Media types and languages by the names of files, and no other module that would choose among them."""
    yield "Options -MultiViews"
    yield "<IfModule mod_dir.c>\n    DirectorySlash Off\n</IfModule>"
    yield "<IfModule mod_mime.c>\n    RemoveEncoding .gz\n</IfModule>"  # a compressed file is sent as what it is
    yield from _files_match("^[^.]+$", f"ForceType {_quoted(PLAIN)}")
    for extension, media_type in MEDIA_TYPES.items():
        yield from _files_match(rf"\.{extension}$", f"ForceType {_quoted(media_type)}")
    for path, media_type in NAMED.items():
        yield from _files_match(f"^{re.escape(path.rsplit('/', 1)[-1])}$", f"ForceType {_quoted(media_type)}")


def _files_match(pattern: str, *lines: str) -> Iterator[str]:
    yield f"<FilesMatch {_quoted(pattern)}>"
    yield from (f"    {line}" for line in lines)
    yield "</FilesMatch>"


def _headers(layout: Layout) -> Iterator[str]:
    """Headers of every answer. What the rewriting chose is in BYNET_*, and in REDIRECT_BYNET_* once the file is sent."""
    yield "<IfModule mod_headers.c>"
    yield from (f"Header always set {header} {_quoted(value)}" for header, value in HEADERS.items())
    asked = _expression("%{REQUEST_METHOD} == 'OPTIONS'")
    yield from (f"Header always set {header} {_quoted(value)} {asked}" for header, value in PREFLIGHT.items())
    open_page = re.escape(layout.open_page or "feed/")
    yield f"Header always set Cache-Control {_quoted(SHORT)}"
    yield f"Header always set Cache-Control {_quoted(LONG)} {_expression(f'%{{REQUEST_URI}} =~ m#/(?!{open_page})(?:{IMMUTABLE})$#')}"
    yield from _languages(layout)
    for mark in ("", "REDIRECT_"):
        for kind in layout.kinds:
            chosen = _expression(f"-n reqenv('{mark}BYNET_CHOOSE') && reqenv('{mark}BYNET_KIND') == '{kind.name}'")
            yield from (f"Header always set Vary {_quoted(vary)} {chosen}" for vary in [kind.vary] if vary)
        yield from _links(layout, mark)
    yield 'Header always set Content-Location "%{REDIRECT_BYNET_LOCATION}e" env=REDIRECT_BYNET_LOCATION'
    yield "</IfModule>"


def _languages(layout: Layout) -> Iterator[str]:
    """The languages of pages by the names of their files, but of what has no language in its name: front pages, and the page of what is not there."""
    yield from _files_match(r"\.html$", f"Header always set Content-Language {_quoted(layout.languages[0])}")
    for language in layout.languages[1:]:
        yield from _files_match(rf"\.{re.escape(language)}\.html$", f"Header always set Content-Language {_quoted(language)}")
    asked = [(kind, _expression(f"reqenv('{mark}BYNET_KIND') == '{kind.name}'")) for kind in layout.kinds if kind.language for mark in ("", "REDIRECT_")]
    if asked:
        yield from _files_match(r"^index\.html$", *(f"Header always set Content-Language {_quoted(kind.language)} {where}" for kind, where in asked))
    if NOWHERE in layout.paths:
        missing = _expression("%{REQUEST_STATUS} == '404'")
        yield from _files_match(f"^{re.escape(NOWHERE)}$", f"Header always unset Content-Language {missing}")


def _links(layout: Layout, mark: str) -> Iterator[str]:
    """Link headers; an answer that is no document has none but those of the document it leads to."""
    document = "%{REQUEST_STATUS} in { '200', '206', '304' }"
    answered = "%{REQUEST_STATUS} in { '200', '206', '303', '304' }"
    for kind in (kind for kind in layout.kinds if kind != BUNDLES[-1]):
        asked = f"reqenv('{mark}BYNET_KIND') == '{kind.name}'"
        alternates = ", ".join(link_values(layout, f"%{{{mark}BYNET_ROOT}}e", f"%{{{mark}BYNET_ROOT}}e%{{{mark}BYNET_STEM}}e", kind))
        yield f"Header always set Link {_quoted(alternates)} {_expression(f'{asked} && {answered}')}"
        if kind.relation:
            own = f'<{_percent(layout.iri_prefix)}%{{{mark}BYNET_ABOUT}}e>; rel="{kind.relation}"'
            yield f"Header always add Link {_quoted(own)} {_expression(f'{asked} && {document}')}"
    rooted = f"-n reqenv('{mark}BYNET_ROOT')"
    if LINKSET in layout.paths:
        whole = f'<%{{{mark}BYNET_ROOT}}e{LINKSET}>; rel="linkset"; type="{NAMED[LINKSET]}"'
        yield f"Header always add Link {_quoted(whole)} {_expression(f'{rooted} && {document}')}"


def _rewriting(layout: Layout) -> Iterator[str]:
    yield "<IfModule mod_rewrite.c>"
    yield "RewriteEngine On"
    yield "RewriteOptions AllowNoSlash"
    pages = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) if NOWHERE in layout.paths else (HTTPStatus.GONE,)
    yield from (f"ErrorDocument {status.value} /%{{reqenv:BYNET_BODY}}" for status in pages)
    yield "# an answer that is on its way already, such as the page of what is gone"
    yield from _rule("^", "-", "END", ("%{ENV:REDIRECT_STATUS}", "!^$"))
    yield from _rule("^(?:/.*)?$", "%{REQUEST_URI}/", "R=301,END,QSD", ("%{REQUEST_URI}", "!/$"))
    yield "# where the site stands: as an address, and as a folder"
    yield from _rule("^(.*)$", "-", "E=BYNET_ROOT:%1", ("%{REQUEST_URI}::$1", r"^(.*?/)(.*)::\2$"))
    yield from _rule("^(.*)$", "-", "E=BYNET_FOLDER:%1", ("%{REQUEST_FILENAME}%{PATH_INFO}::$1", r"^(.*?/)(.*)::\2$"))
    yield from _rule("^", "-", "R=204,END", ("%{REQUEST_METHOD}", "=OPTIONS"))
    if NOWHERE in layout.paths:
        yield from _rule("^", "-", f"E=BYNET_BODY:%1{NOWHERE}", ("%{ENV:BYNET_ROOT}", "^/(.*)$"))
        yield from _rule(f"^{re.escape(NOWHERE)}$", "-", "R=404,END")
    yield from _places(layout)
    yield from _choice("ACCEPT", "Accept", [(extension, _names(layout, extension), media_ranges(MEDIA_TYPES[extension])) for extension in PREFERENCE])
    spoken = "|".join(kind.name for kind in layout.kinds if kind.is_spoken)
    yield from _choice("LANGUAGE", "Accept-Language", [(language, spoken, language_ranges(language)) for language in layout.languages])
    yield from _chosen(layout)
    yield from _answers(layout)
    yield "</IfModule>"


def _places(layout: Layout) -> Iterator[str]:
    """Rules that say what is asked for; a document by its own name is sent as it is."""
    for path, page in layout.elsewhere.items():
        yield from _rule(
            f"^{re.escape(path)}$", "-", f"E=BYNET_KIND:{layout.kind_elsewhere(path).name},E=BYNET_ABOUT:{page},E=BYNET_STEM:{page},E=BYNET_CHOOSE:1"
        )
    for kind in layout.kinds:
        endings = "|".join(re.escape(suffix) for suffix, _type, _language in layout.variants(kind))
        values = f"E=BYNET_KIND:{kind.name},E=BYNET_ABOUT:$1,E=BYNET_STEM:$1{kind.index}"
        yield from _rule(f"^({kind.pattern})$", "-", f"{values},E=BYNET_CHOOSE:1", ("%{ENV:BYNET_KIND}", "^$"))
        yield from _rule(f"^({kind.pattern}){kind.index}(?:{endings})$", "-", values, ("%{ENV:BYNET_KIND}", "^$"))
    for path in sorted(layout.tombstones):
        yield from _rule("^", "-", "E=BYNET_GONE:1", ("%{ENV:BYNET_STEM}", f"={path}"))
    yield from _rule("^", "-", "END", ("%{ENV:BYNET_GONE}", "^$"), ("%{REQUEST_FILENAME}", "-f"))
    for folder in layout.folders:
        yield from _rule(f"^{re.escape(folder)}$", "%{ENV:BYNET_ROOT}$0/", "R=301,END,QSD")
    yield from _bundles(layout)
    yield from _rule("^", "-", "R=404,END", ("%{ENV:BYNET_GONE}%{ENV:BYNET_CHOOSE}", "^$"))


def _bundles(layout: Layout) -> Iterator[str]:
    """Rules that lead a thing without documents of its own to its bundle: of the prefixes that fit, the longest; the first rule that fits skips the others."""
    rows = bundle_patterns(layout)
    if not rows:
        return
    bundled = BUNDLES[-1].name
    things = "|".join(kind.name for kind in layout.kinds if kind.is_thing)
    yield from _rule(f"^{UNBUNDLED}", "-", f"S={len(rows) + 2}")
    yield from _rule("^", "-", f"S={len(rows) + 1}", ("%{ENV:BYNET_KIND}", f"!^(?:{things})?$"))
    yield from _rule("^", "-", f"S={len(rows)}", ("%{ENV:BYNET_STEM}", "!^$"), ("%{ENV:BYNET_FOLDER}%{ENV:BYNET_STEM}.ttl", "-f"))
    for left, (pattern, stem) in reversed([*enumerate(reversed(rows))]):
        yield from _rule(f"^{pattern}", "-", f"E=BYNET_BUNDLE:{stem},S={left}")
    chosen = f"E=BYNET_KIND:{bundled},E=BYNET_STEM:%{{ENV:BYNET_BUNDLE}},E=BYNET_CHOOSE:1"
    yield from _rule("^", "-", chosen, ("%{ENV:BYNET_BUNDLE}", "!^$"))


def _choice(name: str, header: str, offered: Sequence[tuple[str, str, Sequence[str]]]) -> Iterator[str]:
    """Rules that weigh each of *offered*, which has a name, kinds and ranges, and keep the one whose weight is greatest so far, as ``name=weight``."""
    best = f"%{{ENV:BYNET_{name}}}"
    yield from _rule("^", "-", f"E=BYNET_{name}:none=0000")
    for offer, kinds, ranges in offered:
        yield from _rule("^", "-", "E=BYNET_WEIGHT:0000")
        yield from _rule("^", "-", "E=BYNET_WEIGHT:000", (f"%{{HTTP:{header}}}", "^$"))
        for media_range in reversed(ranges):
            yield from _rule("^", "-", "E=BYNET_WEIGHT:%1%2%3000", (f"%{{HTTP:{header}}}", element(media_range), "NC"))
        yield from _rule("^", "-", "E=BYNET_WEIGHT:1000", ("%{ENV:BYNET_WEIGHT}", "=000"))
        compared = (f"%{{ENV:BYNET_KIND}} {best} %{{ENV:BYNET_WEIGHT}}", f"^(?:{kinds}) [^ =]*={greater()}")
        yield from _rule("^", "-", f"E=BYNET_{name}:{offer}=%{{ENV:BYNET_WEIGHT}}", compared)


def _names(layout: Layout, extension: str) -> str:
    """The names of the kinds that are offered in *extension*, as a regular expression has them."""
    return "|".join(kind.name for kind in layout.kinds if extension in kind.offers)


def _chosen(layout: Layout) -> Iterator[str]:
    """Rules that turn what was chosen into the ending of a file, and say how the answer varies."""
    yield from _rule("^", "-", "E=BYNET_SUFFIX:%1", ("%{ENV:BYNET_ACCEPT}", "^([^=]+)="))
    for kind in layout.kinds:
        yield from _rule("^", "-", f"E=BYNET_SUFFIX:{kind.offers[0]}", ("%{ENV:BYNET_ACCEPT}", "^none="), ("%{ENV:BYNET_KIND}", f"={kind.name}"))
    for offer, words in reversed(NEAREST):
        near = (("%{ENV:BYNET_KIND}", f"^(?:{_names(layout, offer)})$"), ("%{HTTP:Accept}", words, "NC"))
        yield from _rule("^", "-", f"E=BYNET_SUFFIX:{offer}", ("%{ENV:BYNET_ACCEPT}", "^none="), *near)
    yield from _rule("^", "-", "E=BYNET_SUFFIX:.%1", ("%{ENV:BYNET_SUFFIX}", "^(.+)$"))
    for language, suffix in layout.suffixes.items():
        spoken = ("%{ENV:BYNET_LANGUAGE}", f"^(?:{re.escape(language)}|none)=" if language == layout.languages[0] else f"^{re.escape(language)}=")
        yield from _rule("^", "-", f"E=BYNET_SUFFIX:{suffix}", ("%{ENV:BYNET_SUFFIX}", "=.html"), spoken)


def _answers(layout: Layout) -> Iterator[str]:
    """Rules that answer: the page of what is gone, a redirect, or the document itself."""
    choose = ("%{ENV:BYNET_CHOOSE}", "=1")
    yield from _rule("^", "-", "R=404,END", choose, (f"%{{ENV:BYNET_FOLDER}}{_CHOSEN}", "!-f"))
    gone = ("%{ENV:BYNET_GONE}", "=1")
    yield from _rule("^", "-", "E=BYNET_BODY:%1", gone, ("%{REQUEST_URI}", "^/(.*)$"))
    yield from _rule("^", "-", "E=BYNET_BODY:%1", gone, choose, (f"%{{ENV:BYNET_ROOT}}{_CHOSEN}", "^/(.*)$"))
    yield from _rule("^", "-", "R=410,END", gone)
    seen = "|".join(kind.name for kind in layout.kinds if kind.is_thing)
    yield from _rule("^", f"%{{ENV:BYNET_ROOT}}{_CHOSEN}", "R=303,END,QSD", ("%{ENV:BYNET_KIND}", f"^(?:{seen})$"))
    yield from _rule("^", f"%{{ENV:BYNET_ROOT}}{_CHOSEN}", f"END,E=BYNET_LOCATION:%{{ENV:BYNET_ROOT}}{_CHOSEN}")


def _rule(pattern: str, to: str, flags: str, *conditions: tuple[str, ...]) -> Iterator[str]:
    for test, wanted, *options in conditions:
        yield f"RewriteCond {_raw(test)} {_raw(wanted)}{''.join(f' [{option}]' for option in options)}"
    yield f"RewriteRule {_raw(pattern)} {_raw(to)} [{flags}]"


def _raw(text: str) -> str:
    """Return *text* as mod_rewrite reads it, which knows no escapes within quotes; all *text* with a quote is a regular expression."""
    return '"' + text.replace('"', r"\x22") + '"'


def _expression(text: str) -> str:
    return _quoted(f"expr={text}")


def _percent(text: str) -> str:
    """Return *text* for the value of a header, in which ``%`` begins a variable."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
