"""Read a new site back from the disk before anybody sees it: its files are those that its MANIFEST lists, and its RDF says what was accepted.

What was accepted is kept as hashes from the moment when it had been checked, whatever the writers were given later. Two graphs are the
same where their canonical forms (RDFC-1.0, https://www.w3.org/TR/rdf-canon/) have the same hash. What stands in the file of a thing is
found here once more, in another way than where the file is made.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from publish import disk
from publish.diff import name_by_structure
from publish.errors import Mistake
from publish.lines import BLANK
from publish.model import DATA_GRAPHS, LABELS, SKOS, TYPE, Object, Project, Subject
from publish.parallel import WORKERS
from publish.paths import SIGNATURE, page_path
from publish.write import MANIFEST, read_manifest

_GRAPH = {"ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "nt": RdfFormat.N_TRIPLES}
_GRAPHS = {"trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS}
_FORMATS = _GRAPH | _GRAPHS
_SHARE = 64
"""How many files are read at once before anybody asks how that went."""
_CODES = {NamedNode(SKOS + "Concept"), NamedNode(SKOS + "ConceptScheme")}


class Altered(Mistake):
    """A new site that is not what was accepted: a fault of bynet or of the disk."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Accepted:
    """The hash of what each RDF file of a site has to say, by path: of those that have to be there, and of those of its release, which may stand already."""

    files: Mapping[str, str]
    release: Mapping[str, str]


def accept(project: Project, queries: Sequence[Triple], report: Sequence[Triple]) -> Accepted:
    """Return what was accepted of *project*, with its *queries* and the *report* as RDF."""
    graphs: dict[str, Sequence[Triple]] = {"all": project.data, "stated": project.stated, "derived": project.derived, **_beside(project, queries)}
    hashes = {name: canonical_hash(graph) for name, graph in graphs.items()}
    dumps = {f"{name}.{ending}": digest for name, digest in hashes.items() for ending in _GRAPH}
    data = canonical_hash(
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(project.base + name)) for name in DATA_GRAPHS for triple in graphs[name]
    )
    dumps |= {f"all.{ending}": data for ending in _GRAPHS}
    return _accepted(project, dumps, _everything(project, queries, report))


def accept_frame(frame: Project, beside: Mapping[str, Sequence[Triple]], report: Sequence[Triple]) -> Accepted:
    """Return what was accepted of a project whose data lie on disk, and are proved block by block as they are written: the *frame*, and the graphs *beside*."""
    hashes = {name: canonical_hash(graph) for name, graph in beside.items()}
    return _accepted(frame, {f"{name}.{ending}": digest for name, digest in hashes.items() for ending in _GRAPH}, _everything(frame, beside["queries"], report))


def _beside(project: Project, queries: Sequence[Triple]) -> dict[str, Sequence[Triple]]:
    """The graphs that are downloads beside the data."""
    shapes, codes = project.shapes_graph, _codes(project.stated)
    return {"ontology": project.triples("ontology"), "shapes": shapes, "queries": queries, "codes": codes}


def _everything(project: Project, queries: Sequence[Triple], report: Sequence[Triple]) -> set[Triple]:
    return {*project.stated, *project.derived, *project.triples("ontology"), *project.shapes_graph, *queries, *report}


def _accepted(project: Project, dumps: Mapping[str, str], everything: set[Triple]) -> Accepted:
    files = {f"download/{name}": digest for name, digest in dumps.items()}
    for iri, graph in _things(everything, project.base):
        files |= dict.fromkeys((f"{page_path(iri, project.base)}.{ending}" for ending in _GRAPH), canonical_hash(graph))
    return Accepted(files, {f"release/{project.version}/{name}": digest for name, digest in dumps.items()})


def read_back(accepted: Accepted, site: Path) -> None:
    """Raise `Altered` where a file in the folder *site* is not the one that MANIFEST lists, or does not say what was *accepted*."""
    listed = read_manifest(site)
    for path in sorted({*listed, MANIFEST} ^ ({*_paths(site)} - {SIGNATURE}) | accepted.files.keys() - listed.keys()):
        raise Altered("altered", file=path)
    said = {**accepted.release, **accepted.files}
    files = [(path, digest, said.get(path)) for path, digest in listed.items()]
    with ThreadPoolExecutor(WORKERS) as readers:  # most of the time is spent waiting for the disk
        try:
            for path in chain.from_iterable(readers.map(partial(_altered, site), (files[start : start + _SHARE] for start in range(0, len(files), _SHARE)))):
                raise Altered("altered", file=path)
        finally:
            readers.shutdown(cancel_futures=True)


def _altered(site: Path, files: Sequence[tuple[str, str, str | None]]) -> list[str]:
    """The paths of those of *files* that do not have the hash that they should, or do not say what they should where that is known."""
    disk.fetch(site / path for path, _digest, _said in files)
    return [path for path, digest, said in files if not _is_right(site / path, path, digest, said)]


def _is_right(file: Path, path: str, digest: str, said: str | None) -> bool:
    if said is None:
        return disk.digest(file) == digest
    content = disk.read(file)
    return sha256(content).hexdigest() == digest and _says(path, content, said)


def _says(path: str, content: bytes, digest: str) -> bool:
    """Whether the canonical form of what an RDF file says has the hash *digest*."""
    form = _FORMATS[path.rpartition(".")[2]]
    if form == RdfFormat.N_TRIPLES and _hash({*content.splitlines(keepends=True)}) == digest:
        return True  # it is written in its canonical form: a third of all files need no parser
    try:
        return canonical_hash(pyoxigraph.parse(content, format=form)) == digest
    except (SyntaxError, ValueError):
        return False


def canonical_hash(said: Iterable[Triple] | Iterable[Quad]) -> str:
    """Return the sha256 (hexadecimal) of the canonical N-Quads of a graph or several: RDFC-1.0 of what blank nodes hold together, all lines sorted.

    Of two such parts that nothing tells apart one counts, as in what is published. Only a graph without name may have blank nodes.
    """
    lines = {*_lines(said)}
    if blank := [line for line in lines if BLANK.match(line)]:
        parts = name_by_structure([quad.triple for quad in pyoxigraph.parse(b"".join(blank), format=RdfFormat.N_TRIPLES)])
        lines = lines.difference(blank).union(_lines(parts))
    return _hash(lines)


def _hash(lines: set[bytes]) -> str:
    return sha256(b"".join(sorted(lines))).hexdigest()


def _lines(said: Iterable[Triple] | Iterable[Quad]) -> list[bytes]:
    return (pyoxigraph.serialize(said, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def _codes(stated: Sequence[Triple]) -> list[Triple]:
    """All that is said of codes and code lists."""
    codes = {triple.subject for triple in stated if triple.predicate == TYPE and triple.object in _CODES}
    return [triple for triple in stated if triple.subject in codes]


def _things(everything: Iterable[Triple], base: str) -> Iterator[tuple[str, set[Triple]]]:
    """Yield the IRI of each thing under *base* with its graph: what is said of it, down to the next IRIs, what points at it, and what those are called."""
    about: dict[Subject | Object, list[Triple]] = defaultdict(list)
    pointing: dict[Subject | Object, list[Triple]] = defaultdict(list)
    for triple in everything:
        about[triple.subject].append(triple)
        if isinstance(triple.subject, NamedNode):
            pointing[triple.object].append(triple)
    for thing in [node for node in about if isinstance(node, NamedNode) and node.value.startswith(base)]:
        graph: set[Triple] = set()
        waiting: list[Subject | Object] = [thing]
        while waiting:
            said = {*about[waiting.pop()]} - graph
            graph |= said
            waiting += (triple.object for triple in said if isinstance(triple.object, BlankNode))
        near = {triple.object for triple in graph if triple.predicate != TYPE} | {triple.subject for triple in pointing.get(thing, ())}
        graph.update(pointing.get(thing, ()))
        called = (triple for node in near - {thing} if isinstance(node, NamedNode) for triple in about.get(node, ()) if triple.predicate in LABELS)
        graph.update(triple for triple in called if isinstance(triple.object, Literal))
        yield thing.value, graph


def _paths(site: Path) -> Iterator[str]:
    """The path of each file in *site*."""
    for folder, _folders, names in os.walk(site):
        inside = os.path.relpath(folder, site)
        yield from (name if inside == "." else f"{inside}/{name}" for name in names)
