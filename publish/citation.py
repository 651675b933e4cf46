"""How to cite the data set: BibTeX, RIS and a Citation File Format file, made of what is said of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from publish.errors import Mistake
from publish.facts import Facts
from publish.licences import licence_of
from publish.model import DCAT, DCTERMS, OWL, VANN
from publish.texts import text

_IN_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # a brace, escaped or not, counts when BibTeX looks for the end of a field
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_"},
}
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # BibTeX's own abbreviations
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # what JSON may hold as it is and YAML may not
_IN_URL = {"{": "%7B", "}": "%7D", "\\": "%5C"}


def bibtex(facts: Facts, dataset: str, language: str) -> str:
    """Return an entry for BibTeX and biblatex; UTF-8, with TeX's own characters escaped."""
    cited = _Cited(facts, dataset, language)
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in cited.authors),  # in braces: a name that is no first and last name
        "title": f"{{{_tex(cited.title)}}}" if cited.title else "",
        "publisher": " and ".join(_tex(name) for name in cited.publishers),
        "version": _tex(cited.version),
        "year": cited.date[:4],
        "url": "".join(_IN_URL.get(character, character) for character in dataset),
        "note": _tex(cited.licence),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    lines += [f"  month = {month}," for month in [_month(cited.date)] if month]
    return "\n".join([f"@misc{{{cited.key},", *lines, "}", ""])


def ris(facts: Facts, dataset: str, language: str) -> str:
    """Return a record in RIS: a line a value, ended as the format wants it (CR LF)."""
    cited = _Cited(facts, dataset, language)
    values = [
        ("TY", "DATA"),
        *(("AU", name) for name in cited.authors),
        ("TI", cited.title),
        *(("PB", name) for name in cited.publishers),
        ("PY", cited.date[:4]),
        ("DA", cited.date[:10].replace("-", "/")),
        ("ET", cited.version),
        ("AB", cited.description),
        *(("KW", word) for word in cited.keywords),
        ("LA", language),
        ("C1", cited.licence),
        ("UR", dataset),
    ]
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in [*((tag, value) for tag, value in values if value), ("ER", "")])


def plain(facts: Facts, dataset: str, language: str) -> str:
    """Return the citation as a sentence for a page: who, when, what, which version, where."""
    cited = _Cited(facts, dataset, language)
    year = f" ({cited.date[:4]})" if cited.date else ""
    version = f"Version {cited.version}" if cited.version else ""  # the same word in every language that bynet speaks
    return ". ".join(part for part in (", ".join(cited.authors) + year, cited.title, version, dataset) if part)


def cff(facts: Facts, dataset: str, language: str) -> str:
    """Return a CITATION.cff in version 1.2.0 of the Citation File Format: YAML whose texts are written as JSON, which YAML reads.

    Raises `Mistake` where nobody is named as creator or publisher, or there is no title: the format wants both.
    https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
    """
    cited = _Cited(facts, dataset, language)
    if not cited.authors or not cited.title:
        raise Mistake("cff-author", dataset=dataset)
    values: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": text(language, "citation.message"),
        "type": "dataset",
        "title": cited.title,
        "abstract": cited.description,
        "authors": [{"name": name} for name in cited.authors],
        "version": cited.version,
        "date-released": found.group() if (found := _DATE.match(cited.date)) else "",
        "license" if cited.spdx else "license-url": cited.spdx or cited.licence,
        "url": dataset,
        "keywords": cited.keywords,
    }
    return "".join(f"{line}\n" for name, value in values.items() if value for line in _yaml(name, value))


NOTATIONS: Mapping[str, Callable[[Facts, str, str], str]] = {"bibtex": bibtex, "cff": cff, "ris": ris}


class _Cited:
    """What a citation of the data set says, in one language."""

    def __init__(self, facts: Facts, dataset: str, language: str) -> None:
        def names(*predicates: str) -> list[str]:
            return list(dict.fromkeys(facts.name(agent, language) or agent for agent in facts.iris(dataset, *(DCTERMS + name for name in predicates))))

        self.title = facts.text(dataset, DCTERMS + "title", language)
        self.description = facts.text(dataset, DCTERMS + "description", language)
        self.authors = names("creator", "publisher")
        self.publishers = names("publisher")
        self.version = facts.value(dataset, DCAT + "version", OWL + "versionInfo")
        self.date = facts.value(dataset, DCTERMS + "modified", DCTERMS + "issued")
        self.keywords = facts.texts(dataset, DCAT + "keyword", language)
        licences = [licence_of(iri) for iri in facts.iris(dataset, DCTERMS + "license")]
        self.licence = next((licence.url for licence in licences), "")
        self.spdx = next((licence.spdx for licence in licences), "")
        name = facts.value(dataset, VANN + "preferredNamespacePrefix") or re.split(r"[/#]", dataset.rstrip("/#"))[-1]
        self.key = re.sub(r"[^0-9A-Za-z.-]", "", f"{name}-{self.version}").strip("-") or "dataset"


def _tex(words: str) -> str:
    return "".join(_IN_TEX.get(character, character) for character in _line(words))


def _line(words: str) -> str:
    return " ".join(words.split())


def _month(date: str) -> str:
    found = _DATE.match(date)
    return _MONTHS[int(found[1]) - 1] if found else ""


def _yaml(name: str, value: object) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{name}: {_scalar(value)}"
        return
    yield f"{name}:"
    for member in value:
        pairs = [f"{key}: {_scalar(inner)}" for key, inner in member.items()] if isinstance(member, dict) else [_scalar(member)]
        yield from (f"  {'- ' if index == 0 else '  '}{line}" for index, line in enumerate(pairs))


def _scalar(value: object) -> str:
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False))
