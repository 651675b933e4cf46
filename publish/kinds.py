"""The kinds of addresses that a site has: what each looks like, in which forms it is offered, and how it answers.

An IRI of a thing answers 303 See Other with the document about it: the thing is no document, and the two have
addresses of their own (Cool URIs for the Semantic Web, section 4.2). What is itself a document (a catalogue, a report, a
release) answers 200 in the form that was asked for, and names that form's own address in Content-Location: there is no
other thing to send anyone to (the same note, section 4.3; RFC 9110, 8.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from publish import bundles

QUERY = "sparql"
"""The folder of the query page, and the address of the endpoint where there is one."""
SEARCH = "search"
_NAME = "(?!(?:MANIFEST|SHA256SUMS)(?:/|$))[A-Za-z0-9][A-Za-z0-9_-]*"
VERSION = "[A-Za-z0-9][A-Za-z0-9._-]*"
FOLDER = f"release/{VERSION}"
_RDF = ("ttl", "jsonld", "nt")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of address: a pattern of the path under the base (PCRE and Python), the extensions it is offered in, best first, and its status.

    *index* is the name of the file in a folder; *relation* is the document's link to what it is about. *language* is that of a
    page that is no other's in another language; empty where the language is negotiated.
    """

    name: str
    pattern: str
    offers: tuple[str, ...]
    status: HTTPStatus = HTTPStatus.OK
    index: str = ""
    relation: str = "canonical"
    language: str = ""

    @property
    def is_thing(self) -> bool:
        """What is no document answers with the address of one."""
        return self.status == HTTPStatus.SEE_OTHER

    @property
    def vary(self) -> str:
        """The value of Vary; empty where there is nothing to choose."""
        return ", ".join([*["Accept"] * (len(self.offers) > 1), *["Accept-Language"] * self.is_spoken])

    @property
    def is_spoken(self) -> bool:
        """Whether its pages are chosen by language."""
        return "html" in self.offers and not self.language


KINDS = (
    Kind("home", "", ("html",), index="index"),
    Kind("release", f"{FOLDER}/", ("html", *_RDF), index="index"),
    Kind("query", f"{QUERY}/", ("html",), index="index", relation=""),
    Kind("search", f"{SEARCH}/", ("html",), index="index", relation=""),
    Kind("browse", "browse/[A-Za-z0-9_-]+", ("html",)),
    Kind("catalog", "catalog", ("html", "ttl", "jsonld", "rdf", "nt")),
    Kind("report", "report", ("html", *_RDF)),
    Kind("changes", "changes", ("html",)),
    Kind("feed", "feed(?:/[0-9]+)?", ("trig",)),
    Kind("void", "void", ("ttl",)),
    Kind("context", "context", ("jsonld",), relation=""),
    Kind("data", f"(?:download|{FOLDER})/{_NAME}", _RDF),
    Kind("hashed", "iri/[0-9a-f]{64}", ("html", *_RDF), HTTPStatus.SEE_OTHER, relation=""),
    Kind("thing", f"(?!404(?:/|$)){_NAME}(?:/{_NAME})*", ("html", *_RDF), HTTPStatus.SEE_OTHER, relation="describes"),
)
"""The kinds of every site, the first that fits counts; a site has a kind more for each of its front pages (`Layout.kinds`)."""
BUNDLES = (
    Kind("bundle", bundles.STEM, _RDF, relation=""),
    Kind("bundled", "(?!)", _RDF, HTTPStatus.SEE_OTHER, relation=""),
)
"""The kinds of a site with bundles, before `KINDS`: a bundle, and a thing that has no documents but those of its bundle, which no pattern tells."""
PREFERENCE = ("html", "ttl", "jsonld", "rdf", "nt", "trig")
"""The order of what is offered, the same for every kind."""
