"""What is measured at one size: a clean project and one with faults, as bynet has them, and as files that others read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from bench.cities import world
from bench.generate import EXPECTED, generate

SEED = 7
FAULTS = 40
_DEF = "https://cities.example/def/"
_SHACL = "http://www.w3.org/ns/shacl#"
_MEMBER_OF = NamedNode(f"{_DEF}memberOf")
_DECLARING = {f"{_SHACL}{word}" for word in ("declare", "prefix", "namespace")}
_POPULATION = re.compile(r"(?<=    def:population )[0-9]+")
_EDITED = "cities-0001.ttl"
EDITED = 50
"""The statements that an edit replaces."""


Fingerprint = tuple[int, int]
"""The number of some lines, and a number that no other lines have, in whatever order they stand."""


@dataclass(frozen=True, slots=True)
class Case:
    """The files of one size, all in one folder."""

    folder: Path
    triples: int
    """What others read of the clean project: data, what the rule derives, ontology."""

    @property
    def project(self) -> Path:
        """The clean project."""
        return self.folder / "clean/project"

    @property
    def faulty(self) -> Path:
        """The project with faults."""
        return self.folder / "faulty/project"

    @property
    def data(self) -> Path:
        """The clean project's triples, those of its ontology too, as N-Triples."""
        return self.folder / "clean.nt"

    @property
    def wrong(self) -> Path:
        """The triples of the project with faults, as N-Triples."""
        return self.folder / "faulty.nt"

    @property
    def shapes(self) -> Path:
        """All shapes in one file."""
        return self.folder / "shapes.ttl"

    @property
    def site(self) -> Fingerprint:
        """What a site of the clean project, as it is now, has to have in its file of all N-Triples."""
        data = sorted((self.project / "data").glob("*.ttl"))
        return fingerprint(line for triples in _in_pieces(_triples(data)) for line in triples.splitlines(keepends=True))

    @property
    def expected(self) -> frozenset[tuple[str, str, str]]:
        """Focus node, path and component of each result that is to be found; a path of several steps is only called that."""
        told = json.loads((self.folder / "faulty" / EXPECTED).read_text(encoding="ascii"))
        return frozenset((result["focus"], "path" if "<" in result["path"] else result["path"], result["component"]) for result in told)


def prepare(folder: Path, triples: int) -> Case:
    """Write everything for about so many *triples* to *folder*."""
    counts = {}
    for name, faults in (("clean", 0), ("faulty", FAULTS)):
        (folder / name).mkdir(parents=True)
        generate(folder / name / "project", world(triples, SEED), faults)
        counts[name] = _write(_triples(_files(folder / name / "project")), folder / f"{name}.nt")
    case = Case(folder, counts["clean"])
    shutil.copyfile(case.project / "data" / _EDITED, folder / _EDITED)
    serialize(_shapes(case.project), case.shapes, format=RdfFormat.TURTLE, prefixes={"sh": _SHACL})
    return case


def edit(project: Path) -> None:
    """Replace `EDITED` statements of one file: that many cities have one inhabitant more."""
    file = project / "data" / _EDITED
    file.write_text(_POPULATION.sub(lambda found: str(int(found.group()) + 1), file.read_text(encoding="utf-8"), count=EDITED), encoding="utf-8")


def restore(case: Case) -> None:
    """Undo every `edit`."""
    shutil.copyfile(case.folder / _EDITED, case.project / "data" / _EDITED)


def fingerprint(lines: Iterable[bytes]) -> Fingerprint:
    """Return what tells these *lines* from all others, whatever their order."""
    count = total = 0
    for line in lines:
        count += 1
        total += int.from_bytes(blake2b(line, digest_size=16).digest())
    return count, total


def _in_pieces(triples: Iterator[Triple]) -> Iterator[bytes]:
    """Yield *triples* as N-Triples, some thousands at a time."""
    while piece := list(islice(triples, 10_000)):
        yield serialize(piece, format=RdfFormat.N_TRIPLES) or b""


def _write(triples: Iterator[Triple], file: Path) -> int:
    count = 0

    def counted() -> Iterator[Triple]:
        nonlocal count
        for triple in triples:
            count += 1
            yield triple

    serialize(counted(), file, format=RdfFormat.N_TRIPLES)
    return count


def _files(project: Path) -> list[Path]:
    return sorted([*(project / "data").glob("*.ttl"), *(project / "ontology").glob("*.ttl")])


def _triples(files: Iterable[Path]) -> Iterator[Triple]:
    """Yield what *files* say, and after each block of a membership what the rule derives of it."""
    for file in files:
        member = None
        for quad in parse(path=file, format=RdfFormat.TURTLE):
            yield quad.triple
            if quad.predicate.value == f"{_DEF}inNetwork":
                member = quad.object
            elif quad.predicate.value == f"{_DEF}member" and member is not None and isinstance(quad.object, NamedNode):
                yield Triple(quad.object, _MEMBER_OF, member)


def _shapes(project: Path) -> Iterable[Triple]:
    """All shapes with their prefixes, but no messages of the constraints in SPARQL: Jena reads none that has more than one."""
    read = [quad.triple for file in sorted((project / "shapes").glob("*.ttl")) for quad in parse(path=file, format=RdfFormat.TURTLE)]
    queries = {triple.subject for triple in read if triple.predicate.value == f"{_SHACL}select"}
    prefixes = [quad.triple for quad in parse(path=project / "data/dataset.ttl", format=RdfFormat.TURTLE) if quad.predicate.value in _DECLARING]
    return [*(triple for triple in read if triple.subject not in queries or triple.predicate.value != f"{_SHACL}message"), *prefixes]
