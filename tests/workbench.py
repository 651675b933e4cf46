"""What the tests work with: the real command in a real process, small real projects, and two parsers that have to agree."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sysconfig
import tempfile
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, Triple
from rdflib.term import Node

from publish.model import Subject

ROOT = Path(__file__).parents[1]
LIBRARY = Path(__file__).parent / "library"
SHARED = ROOT.parent / "shared"
BAD_INPUTS = SHARED / "conformance/bad-inputs"
EXAMPLE = "https://example.org/"

_BYNET = Path(sysconfig.get_path("scripts")) / "bynet"
_OURS = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE", "TZ", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH")

UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}
"""Leaves a process out of the coverage, where it only prepares what is tried: it would take two to three times as long."""

# what every project has, for the base https://example.org/: a dataset with its base and prefixes
DATASET = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prefix: <https://example.org/prefix/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix vann: <http://purl.org/vocab/vann/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/dataset>
    a dcat:Dataset ;
    rdfs:label "A dataset"@en ;
    dcterms:title "A dataset"@en ;
{declared}
    vann:preferredNamespaceUri "https://example.org/" ;
.
{prefixes}"""
PREFIXES = {
    "def": "https://example.org/def/",
    "ex": "https://example.org/id/",
    "prefix": "https://example.org/prefix/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "shapes": "https://example.org/shapes/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PREFIX = """
prefix:{name}
    a sh:PrefixDeclaration ;
    sh:namespace "{iri}"^^xsd:anyURI ;
    sh:prefix "{name}" ;
.
"""
TERMS = """\
@prefix def: <https://example.org/def/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

def:Thing
    a rdfs:Class ;
    rdfs:label "Thing"@en ;
.

def:knows
    rdfs:label "knows"@en ;
.

def:size
    rdfs:label "size"@en ;
.
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def bynet(*arguments: str | Path, cwd: str | Path = ROOT, **environment: str) -> Ended:
    """Run the command ``bynet`` in a process of its own, in English and UTC unless *environment* says otherwise."""
    answer = subprocess.run(
        [_BYNET, *map(str, arguments)], cwd=cwd, env=environment_of(environment), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120
    )
    return Ended(answer.returncode, answer.stdout.decode(), answer.stderr.decode())


@dataclass(frozen=True, slots=True)
class Measured(Ended):
    """What it took beside: seconds by the clock, and MiB of memory at most in one process."""

    seconds: float
    memory: int


def measured(*arguments: str | Path, cwd: str | Path = ROOT) -> Measured:
    """Run the command ``bynet`` as `bynet` does, and measure it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        running = subprocess.Popen([_BYNET, *map(str, arguments)], cwd=cwd, env=environment_of({}), stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _process, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        err.seek(0)
        return Measured(running.returncode, out.read().decode(), err.read().decode(), seconds, used.ru_maxrss >> 10)


def needed(*programs: str) -> None:
    """Skip the test where one of *programs* is not installed, saying so; fail where CI is set."""
    for program in programs:
        if shutil.which(program) is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{program} is not installed: apt-get install {program}")


def bynet_command(*arguments: str | Path) -> list[str]:
    return [str(_BYNET), *map(str, arguments)]


def environment_of(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without what steers languages, clocks and seeds, but with *changes*."""
    return {name: value for name, value in os.environ.items() if name not in _OURS} | {"LC_ALL": "C.UTF-8"} | dict(changes)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write *files* (path and content) under *folder* as they are, byte for byte, and return *folder*."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def make_project(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a whole small project for the base https://example.org/ and return its folder; *files* are added to it or replace its own."""
    declared = "\n".join(f"    sh:declare prefix:{name} ;" for name in sorted(PREFIXES))
    prefixes = "".join(_PREFIX.format(name=name, iri=iri) for name, iri in sorted(PREFIXES.items()))
    own = {"data/dataset.ttl": DATASET.format(declared=declared, prefixes=prefixes), "ontology/terms.ttl": TERMS}
    return write_files(folder, own | dict(files))


def release(folder: Path, version: str, modified: str) -> None:
    """Give the project in *folder*, made by `make_project`, a version and the day of its last change."""
    file = folder / "data/dataset.ttl"
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(("    dcat:version", "    dcterms:modified"))]
    place = next(number for number, line in enumerate(kept) if line.startswith("    dcterms:title"))
    said = [f'    dcat:version "{version}" ;'] + [f'    dcterms:modified "{modified}"^^xsd:date ;'] * bool(modified)
    file.write_text("\n".join([*kept[:place], *said, *kept[place:], ""]), encoding="utf-8")


def turtle(text: str) -> str:
    """Return *text* under the prefix lines that it uses."""
    used = (f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(PREFIXES.items()) if f"{name}:" in text)
    return "".join(used) + "\n" + text


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Return the mode and the sha256 of every file and the mode of every folder under *folder*, by path."""
    paths = sorted(folder.rglob("*"))
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "") for path in paths
    }


def triples(text: str | bytes, form: RdfFormat = RdfFormat.TURTLE) -> list[Triple]:
    return [quad.triple for quad in pyoxigraph.parse(text, format=form)]


def canonical(content: str | bytes, form: RdfFormat) -> list[str]:
    """Return the canonical N-Quads (RDFC-1.0) of what pyoxigraph reads in *content*, sorted."""
    return _canonical(Dataset(pyoxigraph.parse(content, format=form)))


def canonical_by_rdflib(content: str | bytes, form: RdfFormat) -> list[str]:
    """Return the canonical N-Quads (RDFC-1.0) of what rdflib reads in *content*, sorted; literals as they are written."""
    name = {RdfFormat.TURTLE: "turtle", RdfFormat.N_TRIPLES: "nt", RdfFormat.JSON_LD: "json-ld"}[form]
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        warnings.simplefilter("ignore")  # rdflib's JSON-LD parser uses a class that rdflib calls outdated
        graph = rdflib.Graph(bind_namespaces="none").parse(data=content, format=name)
    return _canonical(Dataset(pyoxigraph.Quad(_subject(s), pyoxigraph.NamedNode(str(p)), term_of(o)) for s, p, o in graph))


def canonical_of(graph: Iterable[Triple]) -> list[str]:
    return _canonical(Dataset(pyoxigraph.Quad(*triple) for triple in graph))


def _canonical(dataset: Dataset) -> list[str]:
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def _subject(node: Node) -> Subject:
    term = term_of(node)
    assert not isinstance(term, pyoxigraph.Literal)
    return term


def term_of(node: Node) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    if isinstance(node, rdflib.Literal):
        if node.language:
            return pyoxigraph.Literal(str(node), language=node.language)
        return pyoxigraph.Literal(str(node), datatype=pyoxigraph.NamedNode(str(node.datatype)) if node.datatype else None)
    return pyoxigraph.BlankNode(str(node)) if isinstance(node, rdflib.BNode) else pyoxigraph.NamedNode(str(node))
