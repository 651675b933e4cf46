"""Read a project's Turtle and SPARQL files, strictly: every mistake of every file is found, with its line.

`publish.intake` is the gate that every file passes, in a process of its own; pyoxigraph parses (Turtle 1.1, strict) and goes on
after a faulty statement. Literals arrive with the lexical form that the file gives them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from glob import escape
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from publish.errors import BadBase, NoProject
from publish.filenames import unfit_names
from publish.findings import found
from publish.intake.files import foreign_kinds, is_own, read_sources, read_text
from publish.model import DCAT, DCTERMS, DQV, FOAF, OA, PROV, RDF, RDFS, SHACL, SPDX, TITLE, VANN, XSD, Finding, Project, Severity, Source, Subject
from publish.paths import is_file_name
from publish.query import Query
from publish.rebase import move_query, move_source

PARTS = {
    "ontology": ("ontology", "**/*.ttl"),
    "data": ("data", "**/*.ttl"),
    "judgements": ("data/derived", "**/*.ttl"),
    "shapes": ("shapes", "**/*.ttl"),
}
SOURCE_FOLDERS = ("ontology", "data", "shapes")
THEME = ("templates/**/*.html", "templates/**/*.svg", "words/*.toml", "theme.css")
"""The files of a project's ``theme/`` that count."""
DATASET_FILE = "data/dataset.ttl"

_DATASET = NamedNode(DCAT + "Dataset")
_BASE = NamedNode(VANN + "preferredNamespaceUri")
_PREFIX = NamedNode(SHACL + "prefix")
_NAMESPACE = NamedNode(SHACL + "namespace")
_ABSOLUTE = re.compile(r'https?://[^\s<>"{}|\\^`/?#]+/(?:[^\s<>"{}|\\^`?#]*/)?')
_OWN_PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": DCAT,
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": DCTERMS,
    "dqv": DQV,
    "foaf": FOAF,
    "oa": OA,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SHACL,
    "spdx": SPDX,
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}
_HEAD = re.compile(r"#\s*(title|description|\?\w+)@([a-z]+(?:-[a-z0-9]+)*):\s*(\S.*)")
_PLAIN_HEAD = re.compile(r"#\s*(picture|featured):\s*(\S.*)")
_PROLOGUE = re.compile(r"\s*PREFIX\s+([A-Za-z][\w-]*)?:\s*<([^<>\s]*)>\s*", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gave: the project, or nothing where it cannot be made; and every finding on the way."""

    project: Project | None
    findings: tuple[Finding, ...]


def find_project(root: Path | None, bundled: Path) -> Path:
    """Return the folder of the project to work on: *root*, else the current folder if it is one, else *bundled*.

    Raises `NoProject` where *root* was given and is none.
    """
    if root is None:
        return Path() if (Path() / DATASET_FILE).is_file() else bundled
    if not (root / DATASET_FILE).is_file():
        raise NoProject("no-project", folder=root)
    return root


def source_files(root: Path) -> dict[str, list[Path]]:
    """Return the Turtle files of each part of the project under *root*, in a fixed order."""
    found = {part: sorted((root / folder).glob(pattern)) for part, (folder, pattern) in PARTS.items()}
    judgements = set(found["judgements"])
    return found | {"data": [path for path in found["data"] if path not in judgements]}


def read_cases(root: Path, shapes: str = "**") -> list[tuple[Source, list[Finding]]]:
    """Read the cases of one file of shapes, by its name without ending; else all. Return each with what is wrong with it."""
    return read_sources(sorted((root / "tests/shapes").glob(f"{shapes}/*.ttl")), root)


def cases_of(root: Path, file: str) -> Iterator[Source]:
    """Yield the cases of the file of shapes called *file*."""
    return (source for source, _findings in read_cases(root, escape(Path(file).stem)))


def read_project(root: Path, base: str | None = None) -> Read:
    """Read all files under *root*; with *base*, every IRI under the project's own base is moved to that one.

    Raises `BadBase` where *base* cannot be one.
    """
    return _read(root, base, source_files(root), ())


def read_frame(root: Path, base: str | None = None) -> Read:
    """Read what `read_project` reads but the data: of that only what the data set says of itself.

    Where it cannot be read, what keeps the data from being read is found too.
    """
    files = source_files(root)
    framing = files | {"data": [path for path in files["data"] if path == root / DATASET_FILE]}
    read = _read(root, base, framing, ())
    if read.project:
        return read
    rest = (path for path in files["data"] if path != root / DATASET_FILE)
    return _read(root, base, framing, [finding for path in rest for _source, faults in read_sources([path], root) for finding in faults])


def _read(root: Path, base: str | None, files: Mapping[str, Sequence[Path]], faults: Iterable[Finding]) -> Read:
    if base is not None and (not _is_base(base) or {".", ".."} & set(base.split("/"))):
        raise BadBase("bad-base", base=base)
    findings: list[Finding] = [*faults]
    read = read_sources([path for paths in files.values() for path in paths], root)
    findings += [finding for _source, faults in read for finding in faults]
    findings += foreign_kinds(root)
    findings += unfit_names(root)
    rest = iter(source for source, _faults in read)
    sources = {part: tuple(islice(rest, len(paths))) for part, paths in files.items()}
    rules = tuple(_collect(findings, read_query, sorted((root / "ontology/rules").glob("*.rq")), root))
    questions = tuple(_collect(findings, read_query, sorted((root / "ontology/questions").glob("*.rq")), root))
    described = _described(sources)
    named = next((triple for triple in described if triple.predicate == _BASE and isinstance(triple.subject, NamedNode)), None)
    own_base = _text(described, _BASE) if named else ""
    if not _is_stopped(findings) and not _is_base(own_base):
        findings.append(found(DATASET_FILE, 0, "bad-own-base" if own_base else "no-dataset", word=own_base))
    if _is_stopped(findings):
        return Read(None, tuple(findings))
    project = _project(sources, rules, questions, own_base, base or own_base)
    theme = _theme(findings, root)
    whole = replace(project, pictures=_pictures(root), theme=theme, digests=_digests(project, root), own_base=own_base)
    return Read(None if _is_stopped(findings) else whole, tuple(findings))


def read_query(path: Path, root: Path) -> tuple[Query, list[Finding]]:
    """Read one ``.rq`` file: its head of titles and descriptions, its prefixes, its body. Its IRI is filled in later."""
    file = path.relative_to(root).as_posix()
    text, findings = read_text(path, root)
    head: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    columns: dict[str, dict[str, str]] = {}
    for kind, language, words in _HEAD.findall(text):
        texts = columns.setdefault(kind[1:], {}) if kind.startswith("?") else head[kind]
        texts[language] = words.strip()
    plain = {kind: words.strip() for kind, words in _PLAIN_HEAD.findall(text)}
    prefixes, body, line = split_prologue(text)
    if not _NAME.fullmatch(path.stem) and is_file_name(path.name):  # else its name is found already
        findings.append(found(file, 0, "query-name", word=path.name))
    if not _is_stopped(findings):
        findings += [found(file, 1, "query-head", words=kind) for kind, texts in head.items() if not texts]
    query = Query("", file, head["title"], head["description"], prefixes, body.strip() + "\n", line, columns=columns, **plain)
    return query, findings


def split_prologue(text: str) -> tuple[dict[str, str], str, int]:
    """Return the prefixes that a SPARQL query declares, the query without its comments' head and PREFIX lines, and the line on which that starts."""
    place = 0
    prefixes: dict[str, str] = {}
    while match := re.compile(r"\s*#[^\n]*(?:\n|\Z)").match(text, place) or _PROLOGUE.match(text, place):
        place = match.end()
        if match.re is _PROLOGUE:
            prefixes[match[1] or ""] = match[2]
    place += len(text[place:]) - len(text[place:].lstrip())
    return prefixes, text[place:], text.count("\n", 0, place) + 1


def _collect(findings: list[Finding], read: Callable[[Path, Path], tuple[_T, list[Finding]]], paths: Iterable[Path], root: Path) -> Iterator[_T]:
    for path in paths:
        value, found = read(path, root)
        findings += found
        yield value


def _project(sources: Mapping[str, tuple[Source, ...]], rules: tuple[Query, ...], questions: tuple[Query, ...], own_base: str, base: str) -> Project:
    sources = {part: tuple(move_source(source, own_base, base) for source in read) for part, read in sources.items()}
    described = _described(sources)
    dataset = next(triple.subject for triple in described if triple.predicate == _BASE and isinstance(triple.subject, NamedNode))
    project = Project(
        base=base,
        dataset=dataset,
        languages=tuple(sorted({title.object.language or "" for title in described if title.predicate == TITLE and isinstance(title.object, Literal)} - {""}))
        or ("en",),
        prefixes=_prefixes({_text(described, _PREFIX, node): _text(described, _NAMESPACE, node) for node in _declarations(described)}),
        sources=sources,
        rules=tuple(move_query(query, own_base, base) for query in rules),
        questions=tuple(move_query(query, own_base, base) for query in questions),
    )
    return replace(project, stated=project.triples("data"))


def _is_stopped(findings: Iterable[Finding]) -> bool:
    """Whether something was found that leaves no project."""
    return any(finding.severity == Severity.VIOLATION for finding in findings)


def _described(sources: Mapping[str, tuple[Source, ...]]) -> list[Triple]:
    """What the data set's own file says."""
    return [triple for source in sources["data"] if source.file == DATASET_FILE for triple in source.triples]


def _pictures(root: Path) -> tuple[tuple[str, bytes], ...]:
    """The PNG files beside the ontology, such as its logo: the one kind of picture that no browser takes for a program."""
    paths = sorted((root / "ontology").glob("*.png"))
    return tuple((path.name, path.read_bytes()) for path in paths if is_own(path, root))


def _theme(findings: list[Finding], root: Path) -> dict[str, str]:
    """The files of the theme by their path in it; what cannot be read is found."""
    texts: dict[str, str] = {}
    for path in sorted(path for pattern in THEME for path in (root / "theme").glob(pattern)):
        text, faults = read_text(path, root)
        findings += faults
        texts[path.relative_to(root / "theme").as_posix()] = text
    return texts


def _digests(project: Project, root: Path) -> tuple[tuple[str, str], ...]:
    """The sha256 (hexadecimal) of each file that the project was read from, by path."""
    files = {source.file for source in project.files()} | {query.file for query in (*project.rules, *project.questions)}
    return tuple((file, sha256((root / file).read_bytes()).hexdigest()) for file in sorted(files))


def _is_base(iri: str) -> bool:
    """Whether *iri* can be a base: an address whose host is one, which ends in a slash."""
    try:
        return _ABSOLUTE.fullmatch(iri) is not None and bool(urlsplit(NamedNode(iri).value).hostname)
    except ValueError:
        return False


def _prefixes(declared: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that the data set declares, and those of what the publisher itself writes, where they are free."""
    free = {name: iri for name, iri in _OWN_PREFIXES.items() if name not in declared and iri not in declared.values()}
    return {**free, **declared}


def _declarations(triples: list[Triple]) -> list[Subject]:
    return [triple.subject for triple in triples if triple.predicate == _PREFIX]


def _text(triples: list[Triple], predicate: NamedNode, subject: Subject | None = None) -> str:
    texts = (triple.object for triple in triples if triple.predicate == predicate and subject in (None, triple.subject))
    return next((text.value for text in texts if isinstance(text, Literal)), "")
