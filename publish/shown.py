"""What pages and pictures show: a thing, a text, a number or a date as people read it, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publish.model import Object


@dataclass(frozen=True, slots=True)
class Value:
    """One thing or text as a page shows it.

    *language* is the tag of the text's language where it is not the page's, else empty. *kind* is the CSS class of the
    thing's class, which gives its colour. *host* is where a link leads that leaves the site, unless the text says so.
    *datetime* is what HTML's ``time`` element says to programs, *number* what its ``data`` element says.
    """

    text: str
    href: str = ""
    iri: str = ""
    language: str = ""
    kind: str = ""
    datatype: str = ""
    datetime: str = ""
    number: str = ""
    host: str = ""


Row = Mapping[str, Object]
"""One row of a query's answer: the terms by variable, those that have no value left out."""
