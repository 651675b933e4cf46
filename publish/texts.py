"""The words that bynet says to people, in every language it speaks: one TOML file a language in `words/`; and those that a site says in their place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

LANGUAGES = ("da", "en")


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A language as one site speaks it: its tag, and the texts that the site says in place of bynet's own, by name (dotted: table, key)."""

    tag: str
    words: Mapping[str, str] = field(default_factory=dict)


Tongue = str | Speech
"""A language: its tag alone where nothing is said in place of bynet's own words."""


def speech(language: Tongue) -> Speech:
    """Return *language* with its words."""
    return language if isinstance(language, Speech) else Speech(language)


def text(language: Tongue, name: str, /, **values: object) -> str:
    """Return the text *name* (dotted: table, key) in *language*, or in English where nobody says it in that, filled with *values*."""
    said = speech(language)
    words = said.words.get(name) or _texts(said.tag if said.tag in LANGUAGES else "en")[name]
    return words.format(**values) if values else words


def every_language(name: str, /, **values: object) -> Mapping[str, str]:
    """Return the text *name*, filled with *values*, by language tag."""
    return {language: text(language, name, **values) for language in LANGUAGES}


@cache
def table(language: str, name: str) -> Mapping[str, str]:
    """Return the texts of the table *name* by their key."""
    texts = _texts(language if language in LANGUAGES else "en")
    return {key.removeprefix(f"{name}."): words for key, words in texts.items() if key.startswith(f"{name}.")}


@cache
def _texts(language: str) -> Mapping[str, str]:
    source = files(__package__).joinpath(f"words/{language}.toml").read_text(encoding="utf-8")
    return {f"{name}.{key}": words for name, texts in tomllib.loads(source).items() for key, words in texts.items()}
