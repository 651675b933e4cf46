"""Put the rules and questions of a project to data on disk: into a store goes what they can see, and no more (`publish.bulk.footprint`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph
from pyoxigraph import Literal, Quad, RdfFormat, Store, Triple

from publish.answered import Answered, answered, read_answer
from publish.bulk.footprint import Predicates, footprint, heard, made_by, told
from publish.bulk.index import Index
from publish.bulk.lines import STATED, lines_of, n_triples, of_data, of_graph, triples_of, with_predicates
from publish.confined import Note
from publish.derive import follow, spellings
from publish.errors import BadQuery
from publish.model import Project
from publish.query import Query

_PIECE = 4 << 20
_TRIPLES, _MISTAKE = b"+", b"!"


def derived(frame: Project, stated: Index, note: Note) -> Iterator[bytes]:
    """Yield what follows from what is *stated* and the judgements of *frame* by its rules, for `derived_triples`, then their footprint, for `footprint_in`."""
    judgements = [triple for triple in frame.triples("judgements") if not _holds(stated, triple)]
    try:
        made = _followed(frame, stated, judgements, note) if frame.rules else set()
        yield _TRIPLES + (pyoxigraph.serialize([*judgements, *made], format=RdfFormat.N_TRIPLES) or b"")
        yield json.dumps(told(_concerned(frame))).encode()
    except BadQuery as error:
        yield _MISTAKE + json.dumps({"name": error.name, **error.values}).encode()


def derived_triples(piece: bytes) -> list[Triple]:
    """Return the triples that `derived` yielded as *piece*. Raises the `BadQuery` that it said."""
    if piece.startswith(_MISTAKE):
        raise BadQuery(**json.loads(piece.removeprefix(_MISTAKE)))
    return [*triples_of(piece.removeprefix(_TRIPLES))]


def footprint_in(piece: bytes) -> Predicates:
    """Return the footprint that `derived` or `answers` yielded as *piece*."""
    return heard(json.loads(piece))


def _concerned(frame: Project) -> Predicates:
    """The predicates of what rules see or make, and of judgements."""
    seen, made = footprint(frame.rules), made_by(frame.rules)
    if seen is None or made is None:
        return None
    return seen | made | {line.split(b"\t")[1] for line in lines_of(frame.triples("judgements"))}


def answers(data: Index, questions: Sequence[Query], note: Note) -> Iterator[bytes]:
    """Yield the answer of each of *questions* that has one, for `answer_in`, then their footprint, for `footprint_in`.

    *note* is told the file of each before its turn.
    """
    predicates = footprint(questions)
    yield from answers_from(store_of(data, predicates), questions, note)
    yield json.dumps(told(predicates)).encode()


def answers_from(store: Store, questions: Sequence[Query], note: Note) -> Iterator[bytes]:
    """Yield the answer of *store* to each of *questions* that has one, for `answer_in`. *note* is told the file of each before its turn."""
    for query in questions:
        note(query.file)
        if answer := answered(store, query):
            yield json.dumps([query.iri, answer.extension]).encode() + b"\n" + answer.content


def answer_in(piece: bytes) -> tuple[str, Answered]:
    """Return the IRI of a question and its answer, which `answers` yielded as *piece*."""
    head, _, content = piece.partition(b"\n")
    iri, extension = json.loads(head)
    return iri, read_answer(extension, content)


def store_of(data: Index, predicates: frozenset[bytes] | None) -> Store:
    """Return a store in memory with the data, or with those triples of it that have one of *predicates*."""
    store = Store()
    for lines in _seen(data, predicates):
        store.bulk_load(n_triples(lines), RdfFormat.N_TRIPLES)
    return store


def _stated(data: Index, predicates: frozenset[bytes] | None) -> Iterator[bytes]:
    """The lines of what is stated, without tags, with one of *predicates*."""
    return (of_graph(with_predicates(piece, predicates), STATED) for piece in data.pieces(_PIECE))


def _seen(data: Index, predicates: frozenset[bytes] | None) -> Iterator[bytes]:
    """The lines of the data, without tags, with one of *predicates*."""
    for piece in data.pieces(_PIECE):
        yield of_data(with_predicates(piece, predicates))


def _followed(frame: Project, stated: Index, judgements: Sequence[Triple], note: Note) -> set[Triple]:
    predicates = footprint(frame.rules)
    store = Store()
    store.extend(Quad(*triple) for triple in judgements)
    given = {*judgements}
    known = spellings(_loaded(store, _stated(stated, predicates)))
    others = _spelt(stated, [*known]) if known and predicates is not None else set()
    spelt = {kept: literal for kept, literal in known.items() if kept not in others}
    return follow(store, frame.rules, lambda triple: triple in given or _holds(stated, triple), spelt, note)


def _loaded(store: Store, seen: Iterable[bytes]) -> Iterator[Literal]:
    """Load all lines of *seen* into *store*, and yield the values in them that have a datatype."""
    for lines in seen:
        store.bulk_load(n_triples(lines), RdfFormat.N_TRIPLES)
        yield from _typed(lines)


def _typed(lines: bytes) -> Iterator[Literal]:
    """The values with a datatype in *lines*, each once in them: a store gives texts back as they are."""
    values = {value for line in lines.splitlines() if (value := line[line.rindex(b"\t") + 1 :]).startswith(b'"') and value.endswith(b">")}
    for triple in triples_of(b"".join([b"<x:s> <x:p> %b .\n" % value for value in sorted(values)])):
        if isinstance(triple.object, Literal):
            yield triple.object


def _spelt(stated: Index, literals: Sequence[Literal]) -> set[Literal]:
    """Those of *literals* that stand somewhere in what is stated, spelt so."""
    written = {literal: b"\t%b\t%b\n" % (str(literal).encode(), STATED) for literal in literals}
    return {literal for piece in stated.pieces(_PIECE) for literal, field in written.items() if field in piece}


def _holds(stated: Index, triple: Triple) -> bool:
    """Whether *triple* is stated."""
    (line,) = lines_of([triple])
    return bool(stated.matching(line.removesuffix(b"\n") + b"\t" + STATED))
