"""A question or a rule of the project: a SPARQL query in a file, with what people are told of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Query:
    """One ``.rq`` file: a SPARQL query with a title and a description in each language.

    *prefixes* are the ones that its own PREFIX lines declare; *body* is the query after them. *picture* is the kind of picture
    that its answer makes (empty for none), *featured* its place on the front page (empty for none); *columns* says what a
    variable holds, by language, where the query itself does not.
    """

    iri: str
    file: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    prefixes: Mapping[str, str]
    body: str
    body_line: int
    picture: str = ""
    featured: str = ""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The query form of SPARQL 1.1: ``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``."""
        words = re.sub(r"#[^\n]*", "", self.body).split(maxsplit=1)
        return re.split(r"\W", words[0] if words else "", maxsplit=1)[0].upper()

    @property
    def text(self) -> str:
        """The whole query as it is published: documented, with its prefixes, ready for any SPARQL 1.1 engine."""
        head = [f"# {kind}@{language}: {text}" for kind, texts in self._documented() for language, text in texts.items()]
        head += [f"# {kind}: {text}" for kind, text in (("picture", self.picture), ("featured", self.featured)) if text]
        return "\n".join([*head, *[""] * (not self.prefixes), self.code])

    @property
    def code(self) -> str:
        """The query with its prefixes, without what people are told of it."""
        prefixes = [f"PREFIX {name}: <{iri}>" for name, iri in sorted(self.prefixes.items())]
        return "\n".join([*prefixes, *[""] * bool(prefixes), self.body])

    def _documented(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        return (("title", self.titles), ("description", self.descriptions), *((f"?{name}", texts) for name, texts in self.columns.items()))
