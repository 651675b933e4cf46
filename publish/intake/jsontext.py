"""What JSON-LD may not have, beyond the grammar of JSON: depth, a key twice, a context from elsewhere, what a processor would drop without a word.

RFC 8259 leaves duplicate keys and lone surrogates open; JSON-LD 1.1 (sections 4.1 and 9.15) lets a context be loaded from
anywhere, and drops keys without meaning, ill-formed languages and IRIs in silence. Here each is told, with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, NamedNode

from publish.intake.characters import FORBIDDEN, code_point
from publish.intake.fault import Fault, place_in
from publish.intake.nesting import DEPTH

_TOKEN = re.compile(
    r'[ \t\r\n]*+(?:(?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")|(?P<open>[{\[])|(?P<close>[}\]])|(?P<mark>[:,])'
    r"|(?P<value>-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+|true|false|null))"
)
_KEYWORDS = frozenset(
    f"@{word}"
    for word in (
        *("base", "container", "context", "direction", "graph", "id", "import", "included", "index", "json", "language", "list"),
        *("nest", "none", "prefix", "propagate", "protected", "reverse", "set", "type", "value", "version", "vocab"),
    )
)  # JSON-LD 1.1, section 1.7
_NO_NAMES = frozenset(["@base", "@container", "@direction", "@language", "@nest", "@version", "@vocab"])
"""The keys of a context whose values are no names of anything."""
_RELATIVE = re.compile(r"[^:]*[/?#]")  # what stands so before a colon is no scheme and no prefix; a key is relative to nothing
_KEYWORD_LIKE = re.compile(r"@[A-Za-z]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*+")  # RFC 5646's syntax, as RDF 1.1 Turtle has it


Told = Iterator[tuple[str, dict[str, str]]]
"""Rules that are broken at one place, with the words that fill their texts."""


@dataclass(slots=True)
class _Frame:
    """An object or array that is open: *holder* is the key whose value it is, or stands in; *key* the last key in it.

    It *is_compound* where its ``@value`` is no single value, which only a literal of JSON may have: that *is_json* then.
    """

    kind: str
    holder: str
    in_context: bool
    keys: set[str] = field(default_factory=set)
    key: str = ""
    is_value_next: bool = False
    is_compound: bool = False
    is_json: bool = False


def json_faults(text: str) -> Iterator[Fault]:
    """Yield what is wrong with the JSON-LD in *text*. Nothing is fetched; time is in proportion to its length."""
    walk, place = _Walk(), 0
    while match := _TOKEN.match(text, place):
        place = match.end()
        kind = match.lastgroup or ""
        for rule, words in walk.take(kind, match[kind], match.start(kind)):
            yield Fault(rule, *place_in(text, match.start(kind)), words)
            if rule == "too-deep":
                return
    if rest := text[place:].lstrip(" \t\r\n"):
        yield Fault("syntax", *place_in(text, len(text) - len(rest)), {"words": f"JSON: {rest[:1]!r}"})
    else:
        yield from (Fault(rule, *place_in(text, start), {"word": word}) for rule, word, start in walk.dropped())


class _Walk:
    """A JSON document, token by token."""

    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._aliases: dict[str, str] = {}
        self._terms: set[str] = set()
        self._maps: dict[str, set[str]] = {}  # what each term is a container by
        self._plain: dict[str, int] = {}
        self._meant: dict[str, int] = {}

    def take(self, kind: str, said: str, start: int) -> Told:
        """Take the next token and yield what is wrong with it."""
        frame = self._frames[-1] if self._frames else _Frame("", "", in_context=False)
        if kind == "open":
            holder = frame.key if frame.kind == "{" else frame.holder
            frame.is_compound |= frame.kind == "{" and self._aliases.get(holder, holder) == "@value"
            self._frames.append(_Frame(said, holder, holder == "@context" or frame.in_context))
            if len(self._frames) > DEPTH:
                yield "too-deep", {"depth": str(DEPTH)}
        elif kind == "close" and self._frames:
            self._frames.pop()
            if not frame.in_context and self._is_no_value(frame):
                yield "syntax", {"words": "JSON-LD: @value"}  # pyoxigraph would read a node without a name in its place
        elif kind == "mark":
            frame.is_value_next = said == ":"
        elif kind == "string":
            said = json.loads(said)
            if forbidden := FORBIDDEN.search(said):
                yield "control", {"word": code_point(forbidden.group())}
            elif frame.kind == "{" and not frame.is_value_next:
                yield from self._key(frame, said, start)
            else:
                yield from self._value(frame, frame.key if frame.kind == "{" else frame.holder, said)
                if frame.in_context and frame.key not in _NO_NAMES and ":" not in said and said not in _KEYWORDS:
                    self._meant.setdefault(said, start)

    def dropped(self) -> Iterator[tuple[str, str, int]]:
        """Yield each key that no context gives a meaning, and each that a context gives none that is an IRI: the rule, the word, where it first stands."""
        if "@vocab" not in self._terms:
            for rule, words in (("json-key", self._plain), ("json-iri", self._meant)):
                yield from ((rule, word, start) for word, start in words.items() if word not in self._terms)

    def _key(self, frame: _Frame, said: str, start: int) -> Told:
        if said in frame.keys:
            yield "json-twice", {"word": said}
        frame.keys.add(said)
        frame.key = said
        by = self._maps.get(frame.holder, set())
        if "@language" in by and said != "@none" and not _LANGUAGE.fullmatch(said):
            yield "json-language", {"word": said}
        elif said == "@import":
            yield "json-context", {"word": said}
        elif _KEYWORD_LIKE.fullmatch(said) and said not in _KEYWORDS:
            yield "json-keyword", {"word": said}
        elif frame.in_context:
            self._terms.add(said)
        elif ":" in said and (_RELATIVE.match(said) or self._is_no_iri(said)):
            yield "json-iri", {"word": said}
        elif not by and ":" not in said and said not in _KEYWORDS:
            self._plain.setdefault(said, start)

    def _is_no_value(self, frame: _Frame) -> bool:
        """Whether an object that is closed has a compound value and is no literal of JSON, or says what holds of a value and has none."""
        keys = {self._aliases.get(key, key) for key in frame.keys}
        is_value = frame.is_json or bool(keys & {"@direction", "@language"})
        return (is_value and "@value" not in keys) or (frame.is_compound and not frame.is_json)

    def _names_nothing(self, key: str, said: str) -> bool:
        """Whether *said* stands in the place of an IRI and is a keyword, or what may be one: what it should name is lost."""
        if key == "@type":
            said = self._aliases.get(said, said)
            return said != "@json" and bool(_KEYWORD_LIKE.fullmatch(said))
        return key == "@id" and bool(_KEYWORD_LIKE.fullmatch(said))

    def _is_no_iri(self, said: str) -> bool:
        """Whether no context makes an IRI of *said*, whatever its prefix stands for, or what it is relative to."""
        prefix, colon, rest = said.partition(":")
        if not colon or _RELATIVE.match(said):
            said = f"x:/{said}"
        elif prefix in self._terms:
            said = f"x:/{rest}"
        try:
            BlankNode(rest) if prefix == "_" and colon else NamedNode(said)
        except ValueError:
            return True
        return False

    def _value(self, frame: _Frame, key: str, said: str) -> Told:
        key = self._aliases.get(key, key)
        frame.is_json |= frame.kind == "{" and (key, said) == ("@type", "@json")
        if key == "@context":
            yield "json-context", {"word": said}
        elif key == "@language" and not _LANGUAGE.fullmatch(said):
            yield "json-language", {"word": said}
        elif not frame.in_context and self._names_nothing(key, said):
            yield "json-iri" if said in _KEYWORDS else "json-keyword", {"word": said}
        elif (key in ("@id", "@type", "@vocab", "@base") or (frame.in_context and not key.startswith("@"))) and self._is_no_iri(said):
            yield "json-iri", {"word": said}
        elif frame.in_context and key == "@container":
            term = frame.holder if frame.kind == "{" else self._frames[-2].holder
            self._maps.setdefault(term, set()).add(said)
        elif frame.in_context and said in _KEYWORDS:
            self._aliases[frame.holder if key == "@id" else key] = said
