"""What the server's processes are asked, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile

from publish.errors import Mistake
from publish.gate import Query

IN_MEMORY = 1 << 20
"""The bytes of an answer up to which it is kept in memory."""
SOLUTIONS = ("srj", "srx", "csv", "tsv")
"""The formats of the answers to SELECT, by their extensions."""
TRIPLES = ("ttl", "nt", "jsonld", "rdf")
"""The formats of the answers to CONSTRUCT and DESCRIBE."""
FORMATS = {"SELECT": SOLUTIONS, "ASK": ("srj", "srx"), "CONSTRUCT": TRIPLES, "DESCRIBE": TRIPLES}
"""The formats in which a query of each form can be answered; the standards have no CSV and no TSV of yes and no."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query of a *form*, the format of its answer (by its *extension*), and the dataset that the protocol names (SPARQL 1.1 Protocol, 2.1.4)."""

    query: str
    form: str
    extension: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None
    """The IRI that relative IRIs in the query are relative to, where it has no BASE (RFC 3986, 5.1.4); none where they may not be relative."""
    names_dataset: bool = False
    """Whether the query itself names one (FROM)."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """The prefixes that it declares."""

    @classmethod
    def of(cls, query: Query, extension: str, dataset: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()), base: str | None = None) -> Question:
        """Return the question for *query*; *dataset* is what the protocol names: default graphs, named graphs."""
        return cls(query.text, query.form, extension, *dataset, base=base, names_dataset=query.dataset, prefixes=query.prefixes)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: its *content* from the start, its *size* in bytes, its *rows* (or triples; 1 for ASK), and the *seconds* that it took.

    The content is in memory up to 1 MiB, and beyond that in a file without a name; whoever has it closes it.
    """

    content: SpooledTemporaryFile[bytes]
    size: int
    rows: int
    seconds: float


class Refused(Mistake):
    """A query that takes more than the server gives, by the *name* of the limit: timeout memory rows bytes queue budget answers.

    Or ``stopped``: its worker has died of it; or ``xml``: its answer holds what XML can't say, and another format can.

    ``limit`` is the limit in its own unit; ``retry_after`` is in whole seconds, where it helps to come back.
    """
