"""The formats of answers, and which of them a client is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from publish.addresses import MEDIA_TYPES
from publish.negotiation import negotiate
from publish.serve.question import FORMATS

MEDIA: Mapping[str, str] = {
    "srj": MEDIA_TYPES["srj"],
    "srx": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8; header=present",
    "tsv": MEDIA_TYPES["tsv"],
    "ttl": MEDIA_TYPES["ttl"],
    "nt": MEDIA_TYPES["nt"],
    "jsonld": MEDIA_TYPES["jsonld"],
    "rdf": MEDIA_TYPES["rdf"],
}
"""The media type of each format, by its extension."""
_ALIASES: Mapping[str, Sequence[str]] = {
    "srj": ("application/json",),
    "srx": ("application/xml", "text/xml"),
    "jsonld": ("application/json",),
    "rdf": ("application/xml", "text/xml"),
    "nt": ("text/plain",),
    "ttl": ("application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"),
}
"""What else clients call them; Turtle is N3 too. The names of the standards come first: nobody who says both is misread."""


def choose(form: str, accept: str) -> tuple[str, str]:
    """Return the extension and the media type of the format in which a query of *form* is answered to who accepts *accept*.

    Where nothing that there is is acceptable, there is still an answer, in JSON or Turtle: see `publish.negotiation`.
    """
    named = [(extension, MEDIA[extension]) for extension in FORMATS[form]]
    others = [(extension, alias) for extension in FORMATS[form] for alias in _ALIASES.get(extension, ())]
    extension = negotiate(accept, [*named, *others])
    return extension, MEDIA[extension]
