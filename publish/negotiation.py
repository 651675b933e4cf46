"""Choose what to answer by what the client asked for: `Accept` and `Accept-Language`, as RFC 9110 (12.4.2, 12.5.1, 12.5.4) means them.

`negotiate` is the reference. The rules of web servers come from the same ranges, as regular expressions that
say the same: a test compares them on real servers. Where the RFC leaves a choice, it is made here once:

- An element of a list ends at the next comma, even within quotes. One that is no range, or whose weight is not 0 to 1
  with three decimals at most, counts for nothing. Parameters other than the weight count for nothing either, so
  that JSON-LD with a profile is JSON-LD.
- The most specific range decides, whatever its weight; of two equal ranges, the first. Among equal weights,
  the order of what is offered decides.
- A language range fits a tag that it equals, that it specialises (da-DK: da) or that specialises it.
- Where nothing that is offered is acceptable, there is still an answer, never 406: what is nearest to the words of
  the header (`NEAREST`), else what is offered first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NEAREST = (("jsonld", "json"), ("ttl", "rdf|turtle|n3|trig|n-quads|triples"))
"""What a client that names none of the offered types takes instead: an extension, and the words that it goes by."""

_WEIGHT = re.compile(r"(?:1(?:\.0{0,3})?|0(?:\.[0-9]{0,3})?)\Z")
_NONE = 0
_ONE = 1000


def negotiate(accept: str, offered: Sequence[tuple[str, str]]) -> str:
    """Return the extension of the one of *offered* (extension and media type, the preferred first) that *accept* asks for."""
    best, most = "", _NONE
    elements = _elements(accept)
    for extension, media_type in offered:
        weight = _weight(elements, media_ranges(media_type))
        if weight > most:
            best, most = extension, weight
    return best or _nearest(accept, [extension for extension, _media_type in offered])


def negotiate_language(accept_language: str, languages: Sequence[str]) -> str:
    """Return the one of *languages* (the preferred first) that *accept_language* asks for, else the first."""
    best, most = languages[0], _NONE
    elements = _elements(accept_language)
    for language in languages:
        weight = _weight(elements, language_ranges(language))
        if weight > most:
            best, most = language, weight
    return best


def media_ranges(media_type: str) -> tuple[str, ...]:
    """Return a regular expression for each media range that *media_type* is in, the most specific first."""
    essence = media_type.partition(";")[0].strip()
    return re.escape(essence), re.escape(essence.partition("/")[0]) + r"/\*", r"\*/\*"


def language_ranges(language: str) -> tuple[str, ...]:
    """Return a regular expression for each language range that *language* fits, the most specific first."""
    parts = language.split("-")
    wider = [re.escape("-".join(parts[:count])) for count in range(len(parts) - 1, 0, -1)]
    return re.escape(language) + "(?:-[A-Za-z0-9]+)*", *wider, r"\*"


def element(media_range: str) -> str:
    """Return the regular expression (PCRE) of a whole header that finds the first element with *media_range* and captures its weight.

    The groups are "1"; "0" and up to three decimals; none where the element has no weight. No element is read twice,
    so that the time is that of one reading, however long the header is.
    """
    weight = r"(?:(1)(?:\.0{0,3})?|(0)(?:\.([0-9]{0,3}))?)"
    rest = r"(?:;(?![ \t]*q=)[^,;]*+)*+"
    return rf"(?:^|,)[ \t]*+{media_range}[ \t]*+{rest}(?:;[ \t]*+q={weight}[ \t]*+(?:;[^,]*+)?)?(?=,|$)"


def greater() -> str:
    """Return the regular expression (PCRE) of two weights, as `element` captures them with zeros after, of which the second is greater."""
    digits = "|".join(rf"{digit}\d* \1[{digit + 1}-9]" for digit in range(9))
    return rf"(\d*)(?:{digits})"


_Elements = Sequence[tuple[str, int | None]]


def _elements(header: str) -> _Elements:
    """The elements of a header, each with its weight in thousandths, none for one that counts for nothing; none of them for an empty header."""
    return [_element(text) for text in header.split(",")] if header.strip(" \t") else []


def _weight(elements: _Elements, ranges: Sequence[str]) -> int:
    """Return the weight, in thousandths, that a header of *elements* gives to what fits *ranges*, the most specific first."""
    if not elements:
        return _ONE
    for pattern in ranges:
        for name, weight in elements:
            if weight is not None and re.fullmatch(pattern, name, re.IGNORECASE | re.ASCII):
                return weight
    return _NONE


def _element(text: str) -> tuple[str, int | None]:
    name, *parameters = text.split(";")
    weights = [parameter for parameter in parameters if parameter.lstrip(" \t")[:2].lower() == "q="]
    if not weights:
        return name.strip(" \t"), _ONE
    weight = weights[0].strip(" \t")[2:]
    return name.strip(" \t"), round(float(weight) * _ONE) if _WEIGHT.match(weight) else None


def _nearest(accept: str, offered: Sequence[str]) -> str:
    for extension, words in NEAREST:
        if extension in offered and re.search(words, accept, re.IGNORECASE | re.ASCII):
            return extension
    return offered[0]
