"""The kinds of pages that sites have, with one page of each, and where that is in each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from browsing import Host, plain_host
from pyoxigraph import NamedNode, RdfFormat
from workbench import triples

from publish.model import TYPE
from publish.paths import page_path, page_suffix

LANGUAGES = ("da", "en")
FOLDER = "bynet"
"""Where hosts have the site, as its base says."""

FACTS = (
    *("id/agreement/sustainable-urban-development", "id/event/global-green-growth-forum", "id/membership/copenhagen-c40"),
    *("id/quantity/chinese-green-investment", "id/statement/copenhagen-innovative-and-attractive", "id/tenure/frank-jensen-eurocities-chair"),
)
THINGS = (
    *("id/authority/municipality-of-copenhagen", "id/body/c40-steering-group", "id/city/copenhagen", "id/country/china", "id/network/eurocities"),
    *("id/person/frank-jensen", "id/when/frank-jensen-eurocities-chair", "id/when/writing-of-the-page"),
)
SOURCES = (
    *("id/derived/frank-jensen-eurocities-chair-start", "id/passage/p074", "id/position/p062", "id/quote/p062"),
    *("id/source/city-networks-page", "id/source/city-networks-page-checksum"),
)
TERMS = (
    *("code/membership-category/innovator-city", "code/modality/assertion", "code/topic"),
    *("def", "def/Fact", "def/parallelWith", "def/succeededBy", "def/greaterThan", "def/uncertaintyNote", "def/when"),
    *("prefix/membership-category", "shapes/Dataset", "shapes/Dataset-publisher-type", "shapes/Group-what", "shapes/TimeBounds-all-dates"),
)
QUESTIONS = (*("questions/places-of-facts", "questions/what-lasted-when", "questions/who-is-connected", "rules/start-from-end-and-duration"),)
DESCRIPTIONS = ("contact", "coverage", "dataset", "rights")
RESOURCES = (*FACTS, *THINGS, *SOURCES, *TERMS, *QUESTIONS, *DESCRIPTIONS)
"""A resource of each class."""
WHOLE = (
    *("catalog", "changes", "index", "release/1.0.0/index", "report"),
    *(f"browse/{name}" for name in ("classes", "codes", "coverage", "ontology", "questions", "shapes", "years")),
)
"""The pages about the data set as a whole."""
SCRIPTED = ("search/index", "sparql/index")
"""The pages that need scripts."""
LIBRARY = ("book/faust", "browse/classes", "browse/ontology", "catalog", "catalogue", "index", "questions/books-by-shelf", "shelf/drama")


def addresses(paths: Sequence[str], languages: Sequence[str] = LANGUAGES) -> list[str]:
    """The pages at *paths* in each of *languages*."""
    return [path + page_suffix(languages, language) for path in paths for language in languages]


ALONE = ("404.html", "da/index.html", "en/index.html")
"""The pages that are there once, in their own language or in all."""
PAGES = [*ALONE, *addresses((*WHOLE, *RESOURCES, *SCRIPTED))]
UNSCRIPTED = [*ALONE, *addresses((*WHOLE, *RESOURCES))]


@contextmanager
def published(site: Path, folder: Path) -> Iterator[Host]:
    """Serve *site* on loopback in the folder `FOLDER`, with its page for what is not there; *folder* is an empty place for a link to it."""
    (folder / FOLDER).symlink_to(site)
    with plain_host(folder) as host:
        host.url += f"{FOLDER}/"
        host.lost = site / "404.html"
        yield host


def pages_by_class(site: Path, base: str) -> dict[str, set[str]]:
    """The pages of *site*, which is for *base*, by the class of what they are about."""
    found: dict[str, set[str]] = {}
    for file in sorted((site / "download").glob("*.nt")):
        for triple in triples(file.read_bytes(), RdfFormat.N_TRIPLES):
            kind, thing = triple.object, triple.subject
            if triple.predicate == TYPE and isinstance(thing, NamedNode) and isinstance(kind, NamedNode) and thing.value.startswith(base):
                found.setdefault(kind.value, set()).add(page_path(thing.value, base))
    return found
