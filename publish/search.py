"""The search page: an index of what the resources are called and what is said of them, which the visitor's browser searches with no server behind it.

Its scripts and its style are in ``assets/search/``, the library that they use is the one for ``search`` (`libraries`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Triple

from publish.called import Called
from publish.libraries import libraries
from publish.model import DCTERMS, DQV, FOAF, LABELS, OA, PROV, RDFS, SHACL, SKOS, SPDX, TYPE, Resource
from publish.paths import is_file_name, page_path, page_suffix

PATH = "search/index"
"""The path of the page, without ending."""
LONGEST = 300
"""Characters of one name, and of the value of one statement; what is longer is cut off."""
MOST = 1000
"""Characters of all texts of a resource, of all its statements, and of all its other names."""

_SELECTORS = ("CssSelector", "DataPositionSelector", "FragmentSelector", "RangeSelector", "SvgSelector", "TextPositionSelector", "TextQuoteSelector")
_LEFT_OUT = {
    *(OA + selector for selector in (*_SELECTORS, "XPathSelector")),
    *(SHACL + kind for kind in ("PrefixDeclaration", "ValidationResult")),
    DQV + "QualityMeasurement",
    PROV + "SoftwareAgent",
    SPDX + "Checksum",
}
"""The classes of what nobody looks for: how something is written, measured or pointed out."""
_NAMES = (
    *(name.value for name in LABELS),
    *(SKOS + name for name in ("altLabel", "hiddenLabel")),
    *(DCTERMS + name for name in ("title", "alternative")),
    FOAF + "name",
    SHACL + "name",
)
_FIRST = {SKOS + "definition", DCTERMS + "description", RDFS + "comment"}
"""The texts that say best what something is."""
_LAST = {SHACL + kind for kind in ("NodeShape", "PropertyShape", "SPARQLConstraint", "ValidationReport")}
"""The classes of what only says how data are checked."""
_UNSAID = {TYPE.value, *(SHACL + name for name in ("ask", "construct", "declare", "order", "prefixes", "select"))}
"""The properties whose values are no statement for people, or stand elsewhere in the index."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One resource in the index: the path of its page without ending; its class as (name, CSS class, rank), a rank of 1 comes last."""

    path: str
    label: str
    kind: tuple[str, str, int]
    names: Sequence[str]
    texts: Sequence[str]
    statements: Sequence[str]


def assets() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the page beside the page itself and the indexes: scripts, style and library with its licence, by path."""
    own = {file.name: file for file in files(__package__).joinpath("assets/search").iterdir() if file.is_file()}
    yield from ((f"search/{name}", own[name].read_bytes()) for name in sorted(own))
    yield from ((f"search/vendor/{name}", content) for name, content in libraries("search"))


def index_path(language: str) -> str:
    """The path of the index in *language*."""
    name = f"{language}.json"
    return f"search/{name if is_file_name(name) else f'language-{name}'}"  # "con" and "aux" are languages too


def index(resources: Iterable[Resource], base: str, called: Called) -> bytes:
    """Return the index of *resources* in one language, as compact JSON: the classes, and the resources by path, each with the number of its class.

    The lists stand in the order of `_Entry`; texts and statements are one line each.
    """
    every = list(resources)
    left_out = {resource.iri for resource in every if _types(resource) & _LEFT_OUT}
    entries = sorted((_entry(resource, base, called, left_out) for resource in every if resource.iri not in left_out), key=lambda entry: entry.path)
    kinds = sorted({entry.kind for entry in entries})
    place = {kind: number for number, kind in enumerate(kinds)}
    things = [[entry.path, entry.label, place[entry.kind], "\n".join(entry.names), "\n".join(entry.texts), "\n".join(entry.statements)] for entry in entries]
    return json.dumps({"classes": kinds, "things": things}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def page_values(languages: Sequence[str], language: str, said: Mapping[str, str]) -> Mapping[str, object]:
    """Return what the template of the page needs in *language*, one of the *languages* of the site; *said* is the table ``search`` of its words."""
    settings = {
        "index": index_path(language).removeprefix("search/"),
        "root": "../" * PATH.count("/"),
        "suffix": page_suffix(languages, language),
        "words": dict(said),
    }
    return {"heading": said["title"], "said": said, "settings": settings}


def _entry(resource: Resource, base: str, called: Called, left_out: set[str]) -> _Entry:
    own = [triple for triple in resource.own if triple.subject == NamedNode(resource.iri) and triple.predicate.value not in _UNSAID]
    label = _line(called.name(resource.iri), LONGEST)
    names = {_line(triple.object.value, LONGEST) for triple in own if triple.predicate.value in _NAMES and isinstance(triple.object, Literal)}
    said = [triple for triple in own if triple.predicate.value not in _NAMES]
    return _Entry(
        page_path(resource.iri, base),
        label,
        _kind(called.kind(resource.iri), called),
        _capped(sorted(names - {label})),
        _capped(_texts(said, called.language)),
        _capped(_statements(said, called, left_out)),
    )


def _types(resource: Resource) -> set[str]:
    return {triple.object.value for triple in resource.own if triple.predicate == TYPE and isinstance(triple.object, NamedNode)}


def _kind(iri: str, called: Called) -> tuple[str, str, int]:
    """The class *iri* as the index has it: what has no class, and what only says how data are checked, comes last."""
    return (_line(called.name(iri), LONGEST), called.colour(iri), int(iri in _LAST)) if iri else ("", "", 1)


def _texts(triples: Sequence[Triple], language: str) -> list[str]:
    """The texts in *language*, else in what language there is, those first that say what something is."""
    spoken = [(triple.predicate.value, triple.object) for triple in triples if isinstance(triple.object, Literal) and triple.object.language]
    ordered = sorted(spoken, key=lambda pair: (pair[0] not in _FIRST, pair[0], pair[1].language or "", pair[1].value))
    found: list[str] = []
    for _predicate, group in groupby(ordered, key=lambda pair: pair[0]):
        every = [text for _same, text in group]
        found += [_line(text.value, MOST) for text in [text for text in every if text.language == language] or every]
    return list(dict.fromkeys(found))


def _statements(triples: Sequence[Triple], called: Called, left_out: set[str]) -> list[str]:
    """What is said beside texts, each as the names of the property and of the value; left out is what leads to what is left out."""
    told: set[tuple[str, str]] = set()
    for triple in triples:
        if isinstance(triple.object, NamedNode) and triple.object.value not in left_out:
            told.add((triple.predicate.value, called.name(triple.object.value)))
        elif isinstance(triple.object, Literal) and not triple.object.language:
            told.add((triple.predicate.value, _written(triple.object, called)))
    return sorted(f"{_line(called.name(predicate), LONGEST)}: {_line(value, LONGEST)}" for predicate, value in told)


def _written(literal: Literal, called: Called) -> str:
    """A value as people write it, and as the data does where that is another way: somebody may look for either."""
    shown = called.literal(literal)
    return shown if literal.value in shown else f"{shown} ({literal.value})"


def _line(text: str, longest: int) -> str:
    """*text* on one line, cut off where it is longer than *longest* characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _capped(lines: Sequence[str]) -> list[str]:
    """The first of *lines*, which together have no more than `MOST` characters."""
    kept: list[str] = []
    left = MOST
    for line in lines:
        left -= len(line)
        if left < 0:
            break
        kept.append(line)
    return kept
