"""How one language's pages show things and texts: by their names, with links to their pages, dates and numbers as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from publish.facts import Facts
from publish.model import XSD, Object, Resource, Subject
from publish.pages.arrangement import Arrangement
from publish.pages.classes import Classes
from publish.pages.compiled import Compiled
from publish.paths import page_path, page_suffix
from publish.shown import Value
from publish.texts import LANGUAGES, Speech
from publish.theme import Theme
from publish.turtle import Namespaces
from publish.wording import date_text, number_text

WEB = ("http://", "https://")
"""What the IRIs begin with that a page links to: no other scheme is followed, for it may run something."""

_PICTURES = 0x2400  # Unicode's block of signs for control characters
_SIGNS: Mapping[int, int | str] = {
    **{code: _PICTURES + code for code in range(ord(" ")) if chr(code) not in "\n\t"},
    ord("\x7f"): "\N{SYMBOL FOR DELETE}",
    **dict.fromkeys(range(ord("\x80"), ord("\xa0")), "\N{REPLACEMENT CHARACTER}"),
}
_TEXTS = {XSD + "string", XSD + "anyURI", XSD + "normalizedString", XSD + "token"}


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of a site knows, in whatever language.

    *facts* is everything that has a page; *names* is what to call each IRI, by language; *pages* are the IRIs that have a
    page; *data* is what the data describe, *derived* what follows in them; *reified* are the nodes that say of a triple where it comes from.
    """

    base: str
    dataset: Resource
    languages: tuple[str, ...]
    namespaces: Namespaces
    facts: Facts
    names: Mapping[str, Mapping[str, Literal]]
    pages: frozenset[str]
    classes: Classes
    arrangement: Arrangement
    reified: Mapping[Triple, Sequence[str]]
    data: frozenset[Subject]
    derived: frozenset[Triple]
    version: str
    links: Callable[[str, str, str], Sequence[object]]
    """The typed links of a page: of its path, its language and the IRI that it is about."""
    is_unanswered: Callable[[str], bool]
    """Whether nothing stands at an IRI, though the data describe it."""
    structured: Mapping[str, str] = field(default_factory=dict)
    """The data set in the words of schema.org, by language: JSON-LD that is safe in a script element."""
    citation: Mapping[str, str] = field(default_factory=dict)
    """How to cite the data set, by language."""
    theme: Theme = field(default_factory=Theme)
    compiled: Compiled = field(default_factory=Compiled)


class Showing:
    """What the pages of one language show of the things of a *site*."""

    def __init__(self, site: Site, language: str) -> None:
        self.site = site
        self.language = language
        self.spoken = language if language in (*LANGUAGES, *site.theme.languages) else "en"
        self._names = site.names[language]
        self._things: dict[str, Value] = {}

    def table(self, name: str) -> Mapping[str, str]:
        """The texts of the table *name*, some of which the site's own theme may have replaced."""
        return self.site.theme.texts(self.spoken, name)

    @cached_property
    def speech(self) -> Speech:
        """The language of bynet's own words, with those that the site's theme says in their place."""
        return self.site.theme.speech(self.spoken)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The texts of pages."""
        return self.table("page")

    @cached_property
    def _terms(self) -> Mapping[str, str]:
        return self.table("term")

    def suffix(self, language: str) -> str:
        """The ending of a page's file in *language*."""
        return page_suffix(self.site.languages, language)

    def thing(self, iri: str, root: str) -> Value:
        """*iri* by its name, with a link to its page, else to itself where it is on the web; *root* leads from the page to the site's folder."""
        known = self._things.get(iri)
        if known is None:
            known = self._things[iri] = self._thing(iri)
        return replace(known, href=root + known.href) if root and iri in self.site.pages else known

    def name(self, iri: str) -> str:
        """What to call *iri*."""
        return self.thing(iri, "").text

    def of_kind(self, kind: str, root: str) -> Value:
        """The class *kind* by its name and in the colour of its things."""
        return replace(self.thing(kind, root), kind=self.site.classes.colour(kind))

    def term(self, term: Object, root: str) -> Value:
        """Any value: a thing by its name, a literal as people read it."""
        if isinstance(term, NamedNode):
            return self.thing(term.value, root)
        return self.literal(term) if isinstance(term, Literal) else Value(str(term))

    def literal(self, literal: Literal) -> Value:
        """A text in its language, a date or a number as people write it, else the lexical form with its datatype."""
        if literal.language:
            return Value(visible(literal.value), language=literal.language if literal.language != self.language else "")
        kind = literal.datatype.value
        if kind in _TEXTS:
            return Value(visible(literal.value))
        if date := date_text(literal.value, kind, self.speech):
            return Value(date.text, datetime=date.datetime, number="" if date.datetime else literal.value, language=self._spoken())
        if number := number_text(literal.value, kind, self.speech):
            return Value(number, number=literal.value, language=self._spoken())
        return Value(visible(literal.value), datatype=self.site.namespaces.shorten(kind).strip("<>"))

    def texts(self, iri: str, predicates: Iterable[str]) -> list[Value]:
        """The texts of the first of *predicates* that has any: those in the page's language, else all."""
        for predicate in predicates:
            literals = [term for term in self.site.facts.terms(iri, predicate) if isinstance(term, Literal)]
            own = [literal for literal in literals if literal.language == self.language]
            if literals:
                return [self.literal(literal) for literal in own or literals]
        return []

    def best(self, literals: Sequence[Literal]) -> Value | None:
        """The one of *literals* in the page's language, else in English, else the first; nothing where there is none."""
        ranked = sorted(literals, key=lambda text: (text.language != self.language, text.language != "en", str(text)))
        return self.literal(ranked[0]) if ranked else None

    def _thing(self, iri: str) -> Value:
        site = self.site
        inside = iri in site.pages
        href = page_path(iri, site.base) + self.suffix(self.language) if inside else iri if iri.startswith(WEB) and not site.is_unanswered(iri) else ""
        text, language = self._called(iri)
        host = re.split("[/?#]", iri.partition("://")[2])[0] if href == iri and iri in self._names and site.namespaces.shorten(iri)[0] == "<" else ""
        return Value(visible(text), href, iri, language, site.classes.colour(site.classes.kind(iri)), host=host)

    def _called(self, iri: str) -> tuple[str, str]:
        """What to call *iri*, and the language of that where it is not the page's."""
        name, short = self._names.get(iri), self.site.namespaces.shorten(iri)
        if short in self._terms and iri not in self.site.pages:  # before a shape's name of it, which is for the things of that shape
            return self._terms[short], self._spoken()
        if name is not None and name.value.strip():
            return name.value, (name.language or "") if name.language != self.language else ""
        kind = self.site.classes.kind(iri)
        if kind and kind != iri and iri in self.site.pages:  # nobody named it: what it is, and the last part of its IRI
            return f"{self.name(kind)} {re.split('[/#]', iri.rstrip('/#'))[-1]}", self.thing(kind, "").language
        return (iri.partition("://")[2] or iri if short[0] == "<" or short.endswith(":") else short), ""

    def _spoken(self) -> str:
        """The language of bynet's own words where it is not the page's."""
        return self.spoken if self.spoken != self.language else ""


def visible(text: str) -> str:
    """Return *text* with control characters, but the end of a line and the tabulator, as the signs that stand for them."""
    return text if text.isprintable() else text.translate(_SIGNS)
