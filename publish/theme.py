"""What a publisher changes of its site's looks and words, from the folder ``theme/`` of its project: templates, words, colours, any file beside."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from publish.findings import found
from publish.model import Finding
from publish.texts import LANGUAGES, table

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

    @property
    def templates(self) -> Mapping[str, str]:
        """The templates by name."""
        return {path.removeprefix("templates/"): text for path, text in self.files.items() if path.startswith("templates/")}

    @property
    def style(self) -> str:
        """What stands after bynet's own style sheet."""
        return self.files.get("theme.css", "")


def faults(theme: Theme) -> Iterator[Finding]:
    """Yield what is wrong with the files of *theme*: words and templates that cannot be read, and languages that lack words."""
    for path, text in theme.files.items():
        if path.startswith("words/"):
            yield from _words_faults(path, text)
        elif path.startswith("templates/"):
            yield from _template_faults(path, text)


def _words_faults(path: str, text: str) -> Iterator[Finding]:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line ([0-9]+)", str(error))
        yield found(f"theme/{path}", int(line[1]) if line else text.count("\n") + 1, "theme-words", told=str(error))
        return
    language = path.removeprefix("words/").removesuffix(".toml")
    if missing := Theme({path: text}).missing(language):
        yield found(f"theme/{path}", 0, "theme-missing", count=len(missing), names=", ".join(missing[:3]))


def _template_faults(path: str, text: str) -> Iterator[Finding]:
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415  # takes long to start, and few projects have templates of their own
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    try:
        SandboxedEnvironment().parse(text)
    except TemplateSyntaxError as error:
        yield found(f"theme/{path}", error.lineno, "theme-template", told=str(error.message))


def _known(said: Mapping[str, object]) -> dict[str, dict[str, str]]:
    tables = {name: texts for name, texts in said.items() if name in TABLES and isinstance(texts, dict)}
    return {name: {key: words for key, words in texts.items() if key in table("en", name) and isinstance(words, str)} for name, texts in tables.items()}
