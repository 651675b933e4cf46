"""What tells machines where things are: typed links (FAIR Signposting, https://signposting.org/FAIR/), link set, sitemap, robots.txt.

A page and a file stand at the *address* of the site; an IRI is under its *base*. The two are the same where the base's host
serves the site itself. Links are values: the same table becomes ``<link>`` elements, a link set and HTTP headers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from publish.facts import Facts
from publish.licences import licence_of
from publish.model import DCAT, DCTERMS
from publish.paths import page_path, page_suffix

File = tuple[str, bytes]

LINKSET = "linkset.json"
LINKSET_TYPE = "application/linkset+json"

_SCHEMA = "https://schema.org/"
_RESOURCE_FORMATS = {"jsonld": "application/ld+json", "nt": "application/n-triples", "ttl": "text/turtle"}
_DESCRIPTIONS = {  # the documents about the data set as a whole, beside those of its own page
    "catalog.jsonld": "application/ld+json",
    "catalog.nt": "application/n-triples",
    "catalog.rdf": "application/rdf+xml",
    "catalog.ttl": "text/turtle",
    "cite/dataset.bib": "application/x-bibtex",
    "cite/dataset.ris": "application/x-research-info-systems",
    "void.ttl": "text/turtle",
}
_MOST_URLS = 50_000  # of one sitemap, and of one sitemap index
_MOST_BYTES = 40_000_000  # of one sitemap's texts; the limit is 50 MB with all markup
_MARKUP = 100  # bytes around one address in a sitemap, generously


@dataclass(frozen=True, slots=True)
class Place:
    """A site: the base of its IRIs, the address it is served at, its languages, and the IRI of its data set."""

    base: str
    address: str
    languages: tuple[str, ...]
    dataset: str

    def page(self, path: str, language: str) -> str:
        """The address of the page at *path* (without extension) in *language*."""
        return self.address + path + page_suffix(self.languages, language)

    def pages(self, path: str) -> list[str]:
        """The addresses of the page at *path*, one a language."""
        return [self.page(path, language) for language in self.languages]


@dataclass(frozen=True, slots=True)
class Link:
    """A typed link (RFC 8288): from *anchor* to *href* by the IANA relation *relation*; *media_type* is empty where it is not known."""

    anchor: str
    relation: str
    href: str
    media_type: str = ""


def dataset_links(anchor: str, facts: Facts, place: Place) -> list[Link]:
    """Return the links of a landing page of the data set: what it is, who made it, its licence, its files, what describes it.

    FAIR Signposting, section "landing page". *facts* are the catalogue's.
    """
    targets = [
        *_common(place.dataset, facts, place),
        *(("type", kind, "") for kind in (_SCHEMA + "AboutPage", _SCHEMA + "Dataset")),
        *(("author", author, "") for author in facts.iris(place.dataset, DCTERMS + "creator", DCTERMS + "publisher")),
        *(("describedby", place.address + path, media_type) for path, media_type in _described_in(place).items()),
        *(("item", href, media_type) for href, media_type in _items(facts, place).items()),
        ("linkset", place.address + LINKSET, LINKSET_TYPE),
    ]
    return _links(anchor, targets)


def resource_links(path: str, language: str, iri: str, facts: Facts, place: Place) -> list[Link]:
    """Return the links of the page at *path* of one resource: its IRI, its licence, its data, and the data set that it is part of."""
    targets = [
        *_common(iri, facts, place),
        ("type", _SCHEMA + "AboutPage", ""),
        *(("describedby", f"{place.address}{path}.{extension}", media_type) for extension, media_type in _RESOURCE_FORMATS.items()),
        ("collection", place.dataset, ""),
    ]
    return _links(place.page(path, language), targets)


def linkset(facts: Facts, place: Place) -> str:
    """Return the link set (RFC 9264, section 4.2) of the data set: its landing pages, each file, each document about it.

    The pages of single resources are not in it: they are no scholarly objects of their own, carry their links themselves,
    and would make it grow with the data.
    """
    landing = [place.address, *place.pages("index"), *place.pages(page_path(place.dataset, place.base))]
    links = [link for anchor in dict.fromkeys(landing) for link in dataset_links(anchor, facts, place) if link.relation != "linkset"]
    links += [link for href, media_type in _items(facts, place).items() for link in _links(href, _of_item(media_type, facts, place))]
    links += [Link(place.address + path, "describes", place.address) for path in _described_in(place)]
    contexts = [
        {"anchor": anchor, **{relation: [_target(link) for link in same] for relation, same in groupby(group, key=lambda link: link.relation)}}
        for anchor, group in groupby(sorted(links, key=_order), key=lambda link: link.anchor)
    ]
    return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1) + "\n"


def sitemap(paths: Iterable[str], modified: str, place: Place) -> Iterator[File]:
    """Yield ``sitemap.xml`` of the pages at *paths* (without extension) in every language, each naming the others.

    Sitemap protocol 0.9 (https://www.sitemaps.org/protocol.html). *modified* is the date of the release, or empty. What is
    more than one sitemap may hold goes into ``sitemap-1.xml`` and so on, with ``sitemap.xml`` as their index.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # takes long to start, and only the sitemap needs it

    templates = Environment(
        loader=PackageLoader("publish"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    pages = [dict(zip(place.languages, place.pages(path), strict=True)) for path in sorted(set(paths))]
    parts = list(_parts(pages))
    names = ["sitemap.xml"] if len(parts) == 1 else [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield name, templates.get_template("sitemap.xml").render(pages=part, modified=modified).encode()
    if len(parts) > 1:
        addresses = [place.address + name for name in names]
        yield "sitemap.xml", templates.get_template("sitemapindex.xml").render(addresses=addresses, modified=modified).encode()


def robots(place: Place) -> str:
    """Return ``robots.txt`` (RFC 9309): everything may be read, and where the sitemap is. It counts at the root of a host only."""
    return f"User-agent: *\nAllow: /\nSitemap: {place.address}sitemap.xml\n"


def _common(iri: str, facts: Facts, place: Place) -> Iterator[tuple[str, str, str]]:
    yield "cite-as", iri, ""
    yield from (("license", licence_of(licence).url, "") for licence in facts.iris(place.dataset, DCTERMS + "license"))


def _of_item(media_type: str, facts: Facts, place: Place) -> Iterator[tuple[str, str, str]]:
    yield "collection", place.address, ""
    yield from (("license", licence_of(licence).url, "") for licence in facts.iris(place.dataset, DCTERMS + "license"))
    yield "type", _SCHEMA + "DataDownload", ""


def _described_in(place: Place) -> Mapping[str, str]:
    own = page_path(place.dataset, place.base)
    return dict(sorted({**_DESCRIPTIONS, **{f"{own}.{extension}": media_type for extension, media_type in _RESOURCE_FORMATS.items()}}.items()))


def _items(facts: Facts, place: Place) -> dict[str, str]:
    """The address of each distribution of the data set with the media type that it is sent as."""
    files = facts.iris(place.dataset, DCAT + "distribution")
    pairs = (
        (href, facts.value(file, DCAT + "compressFormat", DCAT + "mediaType").rpartition("/media-types/")[2])
        for file in files
        for href in facts.iris(file, DCAT + "downloadURL")
    )
    return dict(sorted(pairs))


def _links(anchor: str, targets: Iterable[tuple[str, str, str]]) -> list[Link]:
    return sorted({Link(anchor, *target) for target in targets}, key=_order)


def _order(link: Link) -> tuple[str, str, str, str]:
    return link.anchor, link.relation, link.href, link.media_type


def _target(link: Link) -> dict[str, str]:
    return {"href": link.href, **({"type": link.media_type} if link.media_type else {})}


def _parts(pages: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """Yield *pages* in portions that are within the limits of one sitemap: every page is an address a language, each naming all."""
    part: list[Mapping[str, str]] = []
    urls = size = 0
    for page in pages:
        weight = len(page) * (_MARKUP + sum(_MARKUP + len(address.encode()) for address in page.values()))
        if part and (urls + len(page) > _MOST_URLS or size + weight > _MOST_BYTES):
            yield part
            part, urls, size = [], 0, 0
        part.append(page)
        urls, size = urls + len(page), size + weight
    yield part
