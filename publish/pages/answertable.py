"""A question's answer as a page shows it: a table for people, whose columns are called by what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from publish.answered import Answered
from publish.pages.showing import Showing
from publish.query import Query
from publish.shown import Value

SHOWN = 60
"""The rows that a page shows of an answer; its file has all."""

_NAME = r"(?:([A-Za-z][\w-]*:[\w-]+)[)+*?]*)"


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """An answer as a table: the question, what each column holds, the rows that are shown (nothing where a cell has no value), how many there are."""

    caption: Value
    columns: Sequence[Value]
    rows: Sequence[Sequence[Value | None]]
    total: int


def answer_table(query: Query, answer: Answered, showing: Showing, root: str) -> AnswerTable:
    """Return the answer as a table in the language of *showing*.

    A column of texts in another language is left out where the same is said in the page's beside each of them, and so is one that only
    says what a thing in each row is called. Rows that differ in a text's language alone are one.
    """
    shown = [name for name in answer.variables if not _is_said_otherwise(name, answer, showing)]
    columns = [_column(name, query, showing) for name in shown]
    rows: dict[object, list[Value | None]] = {}
    for row in answer.rows[:SHOWN]:
        values = [showing.term(row[name], root) if name in row else None for name in shown]
        seen = tuple((value.text, value.href) if value else None for value in values)
        if seen not in rows or not any(value and value.language for value in values):
            rows[seen] = values
    repeated = len(answer.rows[:SHOWN]) - len(rows)
    return AnswerTable(showing.thing(query.iri, root), columns, [*rows.values()], len(answer.rows) - repeated)


def _is_said_otherwise(name: str, answer: Answered, showing: Showing) -> bool:
    texts = [(row, text) for row in answer.rows if isinstance(text := row.get(name), Literal) and text.language]
    if not texts or len(texts) < sum(name in row for row in answer.rows):
        return False
    if all(text.language != showing.language for _row, text in texts):
        return all(any(_is_counterpart((name, text), other, showing.language) for other in row.items()) for row, text in texts)
    return all(text.value in {showing.name(term.value) for term in row.values() if isinstance(term, NamedNode)} for row, text in texts)


def _is_counterpart(one: tuple[str, Literal], other: tuple[str, object], language: str) -> bool:
    """Whether *other* says in *language* what *one* says in its own: their variables are called the same, but for the language, as ?labelDa and ?labelEn."""
    (name, text), (beside, term) = one, other
    if not isinstance(term, Literal) or term.language != language or not term.value:
        return False
    own = _primary(text.language or "")
    stems = name.casefold().removesuffix(own), beside.casefold().removesuffix(_primary(language))
    return stems[0] == stems[1] != "" and name != beside


def _primary(tag: str) -> str:
    return tag.split("-", maxsplit=1)[0].casefold()


def _column(name: str, query: Query, showing: Showing) -> Value:
    """What a column holds: as the question's head says, else the property or class that binds the variable, else the variable."""
    told = query.columns.get(name, {})
    if text := told.get(showing.language) or told.get("en"):
        return Value(text, language="" if showing.language in told else "en")
    found = (short for pattern in (rf"{_NAME}\s+(?:\?\w+\s*,\s*)*\?{name}\b", rf"\?{name}\s+a\s+{_NAME}") for short in re.findall(pattern, query.body))
    return next((value for short in found if (value := _named(short, query.prefixes, showing))), Value(f"?{name}"))


def _named(short: str, prefixes: Mapping[str, str], showing: Showing) -> Value | None:
    prefix, _colon, local = short.partition(":")
    if prefix not in prefixes:
        return None
    value = showing.thing(prefixes[prefix] + local, "")
    return replace(value, text=value.text[:1].upper() + value.text[1:]) if ":" not in value.text else None
