"""The answers to a project's questions, as they are published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, Store, parse_query_results

from publish.query import Query
from publish.shown import Row
from publish.sparql import run


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a SELECT or ASK: the ending of its file and its bytes, the variables and rows of a SELECT, what an ASK says."""

    extension: str
    content: bytes
    variables: Sequence[str] = ()
    rows: Sequence[Row] = ()
    truth: bool | None = None


def answered(store: Store, query: Query) -> Answered | None:
    """Return the answer of *store* to *query*; nothing where it is no SELECT and no ASK."""
    answer = run(store, query.body, query.prefixes)
    if isinstance(answer, QueryBoolean):
        return Answered("srj", answer.serialize(format=QueryResultsFormat.JSON) or b"", truth=bool(answer))
    if not isinstance(answer, QuerySolutions):
        return None
    return read_answer("tsv", answer.serialize(format=QueryResultsFormat.TSV) or b"")


def read_answer(extension: str, content: bytes) -> Answered:
    """Return the answer whose file has *content*, and a name with that ending. Raises `ValueError` where it is none."""
    solutions = parse_query_results(content, format=QueryResultsFormat.TSV if extension == "tsv" else QueryResultsFormat.JSON)
    if isinstance(solutions, QueryBoolean):
        return Answered(extension, content, truth=bool(solutions))
    if not isinstance(solutions, QuerySolutions):
        raise ValueError(extension)  # noqa: TRY004  # it is the content that is wrong
    names = [variable.value for variable in solutions.variables]
    return Answered(extension, content, names, [{name: row[name] for name in names if row[name] is not None} for row in solutions])
