"""What is wrong between files whose triples lie on disk: a subject in two of them, an IRI that none describes, pages with one name.

What may be wrong is found in the lines. The files in which it stands are then read again, and the rules that find it in memory tell what
it is and where (`publish.lint`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import NamedNode

from publish.bulk.index import Index
from publish.bulk.looking import Looked, states
from publish.bulk.runs import Run
from publish.model import DCTERMS, Project, tombstones
from publish.paths import page_path

REPLACEMENT = b"<" + DCTERMS.encode() + b"isReplacedBy"
"""What says that something has taken the place of something else."""


class InFiles:
    """The IRIs that files of data describe."""

    def __init__(self, by_subject: Index) -> None:
        self._by_subject = by_subject

    def __contains__(self, iri: object) -> bool:
        return states(self._by_subject, b"<" + str(iri).encode())


def withdrawn(frame: Project, looked: Looked) -> frozenset[str]:
    """Return the IRIs that are withdrawn, in all files."""
    return tombstones(triple for source in frame.files() for triple in source.triples).union(looked.withdrawn)


def questionable(frame: Project, runs: Sequence[Run], looked: Looked, lines: tuple[Index, Index]) -> list[str]:
    """Return the files in which something may be wrong that is not wrong in one file alone; *lines* are those by subject and turned."""
    by_subject, turned = lines
    numbers = looked.numbers.statistics()
    known, elsewhere = frame.described, InFiles(by_subject)
    used = (iri for iri in numbers.properties if iri.startswith(frame.base) and iri not in known and iri not in elsewhere)
    nodes = [b"<" + iri.encode() for iri in (*used, *looked.undescribed)]
    nodes += _mentioned(withdrawn(frame, looked), turned)
    nodes += _beside_data(frame, by_subject)
    if sum(run.subjects for run in runs) != numbers.graphs["stated"].subjects:
        nodes += _twice(runs)
    nodes += _alike(frame, runs, by_subject)
    wanted = frozenset(nodes)
    return [run.file for run in runs if wanted and any(not wanted.isdisjoint(line.split(b"\t")) for line in run.lines.read_bytes().splitlines())]


def _mentioned(gone: Iterable[str], turned: Index) -> Iterator[bytes]:
    """Those of the withdrawn IRIs that are mentioned other than by what replaces something."""
    for iri in sorted(gone):
        node = b"<" + iri.encode()
        if any(predicate != REPLACEMENT for _value, predicate, *_rest in (line.split(b"\t") for line in turned.matching(node + b"\t").splitlines())):
            yield node


def _twice(runs: Sequence[Run]) -> Iterator[bytes]:
    """The subjects that stand in two files of data."""
    seen = Counter(subject for run in runs for subject in {line[: line.index(b"\t")] for line in run.lines.read_bytes().splitlines()})
    yield from (subject for subject, count in seen.items() if count > 1)


def _beside_data(frame: Project, by_subject: Index) -> Iterator[bytes]:
    """The subjects of other files that stand in one of data too."""
    subjects = {triple.subject for part in ("ontology", "judgements", "shapes") for triple in frame.triples(part)}
    nodes = (b"<" + subject.value.encode() for subject in subjects if isinstance(subject, NamedNode))
    yield from sorted(node for node in nodes if states(by_subject, node))


def _alike(frame: Project, runs: Sequence[Run], by_subject: Index) -> Iterator[bytes]:
    """The subjects whose pages would have the name of another one's, or of the report's, where upper and lower case are the same."""
    others = {page_path(iri, frame.base).casefold(): iri for iri in frame.described if iri.startswith(frame.base)}
    seen: dict[str, str] = {}
    for iri in (iri for run in runs for iri in run.renamed):
        name = page_path(iri, frame.base).casefold()
        namesake = seen.setdefault(name, iri) if seen.get(name, iri) != iri else others.get(name, iri)
        plain = b"<" + (frame.base + name).encode()
        if namesake != iri or states(by_subject, plain):
            yield from (b"<" + iri.encode(), b"<" + namesake.encode(), plain)
