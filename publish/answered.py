"""A question's answer, as it is published and as a page shows it: a table for people, whose columns are called by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, Store, parse_query_results

from publish.model import Query
from publish.showing import Showing
from publish.shown import Row, Value
from publish.sparql import run

SHOWN = 200
"""The rows that a page shows of an answer; its file has all."""

_NAME = r"(?:([A-Za-z][\w-]*:[\w-]+)[)+*?]*)"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a SELECT or ASK: the ending of its file and its bytes, the variables and rows of a SELECT, what an ASK says."""

    extension: str
    content: bytes
    variables: Sequence[str] = ()
    rows: Sequence[Row] = ()
    truth: bool | None = None


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """An answer as a table: the question, what each column holds, the rows that are shown (nothing where a cell has no value), how many there are."""

    caption: Value
    columns: Sequence[Value]
    rows: Sequence[Sequence[Value | None]]
    total: int


def answered(store: Store, query: Query) -> Answered | None:
    """Return the answer of *store* to *query*; nothing where it is no SELECT and no ASK."""
    answer = run(store, query.body, query.prefixes)
    if isinstance(answer, QueryBoolean):
        return Answered("srj", answer.serialize(format=QueryResultsFormat.JSON) or b"", truth=bool(answer))
    if not isinstance(answer, QuerySolutions):
        return None
    names = [variable.value for variable in answer.variables]
    content = answer.serialize(format=QueryResultsFormat.TSV) or b""
    solutions = parse_query_results(content, format=QueryResultsFormat.TSV)
    if not isinstance(solutions, QuerySolutions):
        return None
    return Answered("tsv", content, names, [{name: row[name] for name in names if row[name] is not None} for row in solutions])


def answer_table(query: Query, answer: Answered, showing: Showing, root: str) -> AnswerTable:
    """Return the answer as a table in the language of *showing*.

    A column of texts in another language is left out where one in the page's stands beside it, and so is one that only
    says what a thing in each row is called.
    """
    shown = [name for name in answer.variables if not _is_said_otherwise(name, answer.rows, showing)]
    columns = [_column(name, query, showing) for name in shown]
    rows = [[showing.term(row[name], root) if name in row else None for name in shown] for row in answer.rows[:SHOWN]]
    return AnswerTable(showing.thing(query.iri, root), columns, rows, len(answer.rows))


def _is_said_otherwise(name: str, rows: Sequence[Row], showing: Showing) -> bool:
    texts = [(row, text) for row in rows if isinstance(text := row.get(name), Literal) and text.language]
    if not texts or len(texts) < sum(name in row for row in rows):
        return False
    if all(text.language != showing.language for _row, text in texts):
        return any(_is_counterpart(text, other) for text, other in _beside(name, texts, showing.language))
    return all(text.value in {showing.name(term.value) for term in row.values() if isinstance(term, NamedNode)} for row, text in texts)


def _beside(name: str, texts: Sequence[tuple[Row, Literal]], language: str) -> Iterator[tuple[Literal, Literal]]:
    """Each text with those beside it that are in *language*."""
    for row, text in texts:
        yield from ((text, other) for key, other in row.items() if key != name and isinstance(other, Literal) and other.language == language)


def _is_counterpart(text: Literal, other: Literal) -> bool:
    return bool(other.value) and text.language != other.language


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
    return value if ":" not in value.text else None
