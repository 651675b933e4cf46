"""What makes words and numbers of data: dates, datatypes, passages, a publisher's own words and templates."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from hashlib import sha256

from pyoxigraph import RdfFormat, parse

from fuzz.target import Target, steers
from publish.datatypes import is_valid
from publish.edtf import LONGEST, Choice, Date, Interval, read_edtf
from publish.errors import Mistake
from publish.model import EDTF, XSD
from publish.sources import coverage, passages, stretches
from publish.sparql import load
from publish.texts import LANGUAGES, Speech
from publish.theme import Theme, faults
from publish.wording import date_text, number_text

_PAGE = "Byen har siden 2012 været med i C40 \U0001f600 og andre netværk.\r\nSlut."
_SOURCE = f"""
<https://example.org/id/source> <http://spdx.org/rdf/terms#checksum> <https://example.org/id/sum> .
<https://example.org/id/sum> <http://spdx.org/rdf/terms#checksumValue> "{sha256(_PAGE.encode()).hexdigest()}" .
""".encode()
_INTEGERS = {"byte": 7, "short": 15, "int": 31, "long": 63}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHORT = 400


def lexical(content: bytes) -> None:
    """Whether a text is a value of a datatype is said at once; where Python knows the datatype, it agrees; people read it in their language."""
    name, _, told = content.decode(errors="replace").partition("\n")
    kind = XSD + name
    valid = is_valid(told, kind)
    if name in _INTEGERS and len(told) < _SHORT:
        whole = re.fullmatch(r"[+-]?[0-9]+", told) is not None
        assert valid == (whole and -(2 ** _INTEGERS[name]) <= int(told) < 2 ** _INTEGERS[name])
    if name == "date" and _DAY.fullmatch(told) and not told.startswith("0000"):
        assert valid == _is_day(told)
    for language in LANGUAGES:
        for datatype in (kind, EDTF + "EDTF", name):
            moment = date_text(told, datatype, Speech(language, {}))
            assert moment is None or (moment.text and not set(moment.text) & set("\n\r\0"))
            number_text(told, datatype, Speech(language, {}))


def _is_day(told: str) -> bool:
    try:
        date.fromisoformat(told)
    except ValueError:
        return False
    return True


def edtf(content: bytes) -> None:
    """A date in EDTF is read into values, or is none; what is read can be told from what it was."""
    told = content.decode(errors="replace")
    read = read_edtf(told)
    assert read is None or len(told) <= LONGEST
    assert isinstance(read, Date | Interval | Choice | None)
    if isinstance(read, Date) and read.is_plain:
        assert read.order
    for language in LANGUAGES:
        date_text(told, EDTF + "EDTF-level2", Speech(language, {}))


def passage(content: bytes) -> None:
    """Whatever is said of the passages of a text, they are refused, or each stands somewhere, or is told to stand nowhere."""
    try:
        triples = [quad.triple for quad in parse(_SOURCE + content, format=RdfFormat.N_TRIPLES)]
    except (SyntaxError, ValueError):
        return
    with suppress(Mistake):
        listed = passages(load(triples), _PAGE.encode(), "https://example.org/", "page.txt")
        for one in listed:
            assert one.fault(_PAGE) in {"", "outside", "quote"}
        parts = stretches(_PAGE, listed)
        assert all(0 <= part.start < part.end <= len(_PAGE) for part in parts)
        assert sum(coverage(_PAGE, parts).values()) <= len(_PAGE)


def words(content: bytes) -> None:
    """A publisher's own words are read, or what is wrong with them is told with its line; no text is said that can't be filled."""
    told = content.decode(errors="replace")
    for language in ("da", "sv"):
        theme = Theme({f"words/{language}.toml": told})
        found = [*faults(theme)]
        assert all(0 <= finding.line <= told.count("\n") + 1 for finding in found)
        assert all(finding.message(language) for finding in found)
        if not any(finding.rule == "theme-words" for finding in found):
            assert not theme.missing("da")
            theme.speech(language)
            theme.texts(language, "page")


def template(content: bytes) -> None:
    """A publisher's own template is compiled, or what is wrong with it is told with its line."""
    told = content.decode(errors="replace")
    for finding in faults(Theme({"templates/base.html": told})):
        assert 0 <= finding.line <= len(re.findall(r"\r\n|\r|\n", told)) + 1
        assert not steers("".join(finding.message("en").split()))


_OA = b"http://www.w3.org/ns/oa#"

TARGETS = (
    Target("lexical", lexical, "lexical", examples=100),
    Target("edtf", edtf, "edtf", examples=100),
    Target("passage", passage, "passage", examples=40),
    Target("words", words, "toml"),
    Target("template", template, "jinja"),
)
