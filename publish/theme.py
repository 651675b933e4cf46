"""What a publisher changes of its site's looks and words, from the folder ``theme/`` of its project: templates, words, colours, any file beside."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Formatter

from publish.findings import found
from publish.model import Finding
from publish.texts import LANGUAGES, Speech, table

FOLDER = "theme/"
"""Where the files of a theme stand in a project."""
NAMED = 12
"""The texts that a finding names at most of those that a language lacks."""
TABLES = ("page", "picture", "search", "sparql", "term", "wording")
"""The tables of texts that a language needs for pages."""


@dataclass(frozen=True)
class Theme:
    """The files of ``theme/`` by their path in it: ``templates/*``, ``words/<language>.toml``, ``theme.css``."""

    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def words(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """The texts of ``words/``, by language and table; texts that bynet has no use for are left out."""
        named = {path.removeprefix("words/").removesuffix(".toml"): text for path, text in self.files.items() if path.startswith("words/")}
        return {language: _known(tomllib.loads(text)) for language, text in sorted(named.items())}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that it brings: those of which no text is missing."""
        return tuple(language for language in self.words if language not in LANGUAGES and not self.missing(language))

    def missing(self, language: str) -> list[str]:
        """The names of the texts that *language* lacks, as ``table.key``; none of a language that bynet speaks."""
        if language in LANGUAGES:
            return []
        said = self.words.get(language, {})
        return [f"{name}.{key}" for name in TABLES for key in table("en", name) if key not in said.get(name, {})]

    def texts(self, language: str, name: str) -> Mapping[str, str]:
        """The texts of the table *name* in *language*: bynet's own, and over them those of the theme."""
        return {**table(language, name), **self.words.get(language, {}).get(name, {})}

    def speech(self, language: str) -> Speech:
        """The language as the site speaks it: with the texts of the theme in place of bynet's own."""
        return Speech(language, {f"{name}.{key}": words for name, texts in self.words.get(language, {}).items() for key, words in texts.items()})

    @property
    def templates(self) -> Mapping[str, str]:
        """The templates by name."""
        return {path.removeprefix("templates/"): text for path, text in self.files.items() if path.startswith("templates/")}

    @property
    def style(self) -> str:
        """What stands after bynet's own style sheet."""
        return self.files.get("theme.css", "")


def faults(theme: Theme) -> Iterator[Finding]:
    """Yield what is wrong with the files of *theme*: words and templates that cannot be read, languages that lack words, words that nothing says."""
    for path, text in theme.files.items():
        if path.startswith("words/"):
            yield from _words_faults(path, text)
        elif path.startswith("templates/"):
            yield from _template_faults(path, text)


def _words_faults(path: str, text: str) -> Iterator[Finding]:
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also where a number has more digits than Python reads
        told = re.search(r"line ([0-9]+)", str(error))
        yield found(FOLDER + path, int(told[1]) if told else max(text.count("\n"), 1), "theme-words", told=error)
        return
    for name, key, words in _entries(said):
        line = _line_of(text, name, key)
        if not isinstance(words, str) or not words.strip() or name not in TABLES or key not in table("en", name):
            yield found(FOLDER + path, line, "theme-unknown", word=f"{name}.{key}" if key else name)
        elif wrong := _wrong_fields(words, table("en", name)[key]):
            yield found(FOLDER + path, line, "theme-field", word=f"{name}.{key}", wrong=wrong)
    language = path.removeprefix("words/").removesuffix(".toml")
    if missing := Theme({path: text}).missing(language):
        names = ", ".join(missing[:NAMED]) + " ..." * (len(missing) > NAMED)
        yield found(FOLDER + path, 0, "theme-missing", count=len(missing), names=names)


def _entries(said: Mapping[str, object]) -> Iterator[tuple[str, str, object]]:
    """Everything that a file of words says: its table, its key (none of what stands in no table) and itself."""
    for name, texts in said.items():
        yield from ((name, key, words) for key, words in texts.items()) if isinstance(texts, dict) else [(name, "", texts)]


def _line_of(text: str, name: str, key: str) -> int:
    """The line on which *key* of the table *name* is said, else 0."""
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"\s*\[\s*([^\]]*?)\s*\]", line):
            inside = heading[1].strip("\"'")
        if re.match(rf"\s*[\"']?{re.escape(key or name)}[\"']?\s*=", line) and inside == (name if key else ""):
            return number
    return 0


def _wrong_fields(words: str, english: str) -> str:
    """What stands in braces in *words* and not in the same text in English, or that its braces are no pairs; empty where all is well."""
    known = _fields(english)
    try:
        wrong = _fields(words) - known
    except ValueError:
        return "{ }"
    return ", ".join(f"{{{name}}}" for name in sorted(wrong))


def _fields(words: str) -> set[str]:
    """What is filled into *words*, each with the form in which it is."""
    parts = Formatter().parse(words)
    return {name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") for _text, name, form, conversion in parts if name is not None}


def _template_faults(path: str, text: str) -> Iterator[Finding]:
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415  # takes long to start, and few projects have templates of their own
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    try:
        ImmutableSandboxedEnvironment().compile(text)
    except TemplateSyntaxError as error:
        yield found(FOLDER + path, error.lineno, "theme-template", told=error.message)
    except (RecursionError, SyntaxError, ValueError) as error:  # what is nested too deep, or no name in Python
        yield found(FOLDER + path, 1, "theme-template", told=error)


def _known(said: Mapping[str, object]) -> dict[str, dict[str, str]]:
    tables = {name: texts for name, texts in said.items() if name in TABLES and isinstance(texts, dict)}
    return {name: dict(_usable(name, texts.items())) for name, texts in tables.items()}


def _usable(name: str, texts: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    yield from ((key, words) for key, words in texts if key in table("en", name) and isinstance(words, str) and words.strip())
