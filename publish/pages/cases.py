"""The cases that prove the shapes: small graphs, each with the validation results that it should give (SHACL, section 3.6), or with none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from publish.model import SHACL, Source, sort_triples
from publish.turtle import Namespaces, write_turtle

FOLDER = "browse/cases"
"""Where the cases stand on the site: as plain text, for they are no documents of the data set, and a browser shows them."""

_SOURCE_SHAPE = NamedNode(SHACL + "sourceShape")


@dataclass(frozen=True, slots=True)
class Case:
    """A case: its name, its path on the site, the shapes that it breaks, and those that it is a case of and does not break, by IRI."""

    name: str
    path: str
    breaks: frozenset[str]
    fulfils: frozenset[str]


def cases(sources: Iterable[Source], declared: Mapping[str, frozenset[str]]) -> list[Case]:
    """Return the cases in *sources*, files of folders that are called as a file of shapes; *declared* has the shapes of each of those, by its name."""
    return [_case(source, declared) for source in sources]


def case_files(sources: Iterable[Source]) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each case, in the house style."""
    yield from ((_path(source), "".join(write_turtle(sort_triples(source.triples), Namespaces(source.prefixes))).encode()) for source in sources)


def _case(source: Source, declared: Mapping[str, frozenset[str]]) -> Case:
    broken = frozenset(triple.object.value for triple in source.triples if triple.predicate == _SOURCE_SHAPE and isinstance(triple.object, NamedNode))
    folder, name = source.file.split("/")[-2:]
    return Case(name.removesuffix(".ttl"), _path(source), broken, frozenset() if broken else declared.get(folder, frozenset()))


def _path(source: Source) -> str:
    return f"{FOLDER}/{'/'.join(source.file.split('/')[-2:]).removesuffix('.ttl')}.txt"
