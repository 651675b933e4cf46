"""Read a project's Turtle and SPARQL files, strictly: every mistake of every file is found, with its line.

pyoxigraph parses (Turtle 1.1, strict) and goes on after a faulty statement. It is fed line by line, so that the line on
which each triple ends is known. Literals arrive with the lexical form that the file gives them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from publish.errors import BadBase, NoProject
from publish.filenames import unfit_names
from publish.findings import found
from publish.model import DCAT, DCTERMS, DQV, FOAF, OA, PROV, RDF, RDFS, SHACL, SPDX, TITLE, VANN, XSD, Finding, Project, Source, Subject
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
_STEM = 12
_ERROR_LIMIT = 1000
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


def read_project(root: Path, base: str | None = None) -> Read:
    """Read all files under *root*; with *base*, every IRI under the project's own base is moved to that one.

    Raises `BadBase` where *base* cannot be one.
    """
    if base is not None and (not _ABSOLUTE.fullmatch(base) or {".", ".."} & set(base.split("/"))):
        raise BadBase("bad-base", base=base)
    findings: list[Finding] = []
    sources = {part: tuple(_collect(findings, read_source, paths, root)) for part, paths in source_files(root).items()}
    findings += unfit_names(root)
    rules = tuple(_collect(findings, read_query, sorted((root / "ontology/rules").glob("*.rq")), root))
    questions = tuple(_collect(findings, read_query, sorted((root / "ontology/questions").glob("*.rq")), root))
    described = _described(sources)
    named = next((triple for triple in described if triple.predicate == _BASE and isinstance(triple.subject, NamedNode)), None)
    own_base = _text(described, _BASE) if named else ""
    if not findings and not _ABSOLUTE.fullmatch(own_base):
        findings.append(found(DATASET_FILE, 0, "bad-own-base" if own_base else "no-dataset", word=own_base))
    if findings:
        return Read(None, tuple(findings))
    project = _project(sources, rules, questions, own_base, base or own_base)
    theme = _theme(findings, root)
    whole = replace(project, pictures=_pictures(root), theme=theme, digests=_digests(project, root), own_base=own_base)
    return Read(None if findings else whole, tuple(findings))


def read_source(path: Path, root: Path) -> tuple[Source, list[Finding]]:
    """Read one Turtle file. Return it with every mistake in its syntax (then its triples are of no use)."""
    file = path.relative_to(root).as_posix()
    text, findings = _read_text(path, root)
    return _parse(file, text) if not findings else (Source(file, (), (), {}, text), findings)


def read_query(path: Path, root: Path) -> tuple[Query, list[Finding]]:
    """Read one ``.rq`` file: its head of titles and descriptions, its prefixes, its body. Its IRI is filled in later."""
    file = path.relative_to(root).as_posix()
    text, findings = _read_text(path, root)
    head: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    columns: dict[str, dict[str, str]] = {}
    for kind, language, words in _HEAD.findall(text):
        texts = columns.setdefault(kind[1:], {}) if kind.startswith("?") else head[kind]
        texts[language] = words.strip()
    plain = {kind: words.strip() for kind, words in _PLAIN_HEAD.findall(text)}
    prefixes, body, line = split_prologue(text)
    if not _NAME.fullmatch(path.stem):
        findings.append(found(file, 0, "query-name", word=path.name))
    if not findings:
        findings = [found(file, 1, "query-head", words=kind) for kind, texts in head.items() if not texts]
    query = Query("", file, head["title"], head["description"], prefixes, body.strip() + "\n", line, columns=columns, **plain)
    return query, findings


def split_prologue(text: str) -> tuple[dict[str, str], str, int]:
    """Return the prefixes that a SPARQL query declares, the query without its comments' head and PREFIX lines, and the line on which that starts."""
    place = 0
    prefixes: dict[str, str] = {}
    while match := re.compile(r"\s*#[^\n]*\n").match(text, place) or _PROLOGUE.match(text, place):
        place = match.end()
        if match.re is _PROLOGUE:
            prefixes[match[1] or ""] = match[2]
    place += len(text[place:]) - len(text[place:].lstrip())
    return prefixes, text[place:], text.count("\n", 0, place) + 1


def _read_text(path: Path, root: Path) -> tuple[str, list[Finding]]:
    """Return the text of a file of the project, without a byte order mark; never of a file outside its folder."""
    file = path.relative_to(root).as_posix()
    if not _is_own(path, root):
        return "", [found(file, 0, "outside-project")]
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        return "", [found(file, data.count(b"\n", 0, error.start) + 1, "not-utf-8")]


class _ByLine:
    """A file that hands out one line a read, and knows the number of that line."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)
        self._ended = True
        self.line = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.readline(size)
        self.line += self._ended and piece != b""
        self._ended = piece.endswith(b"\n")
        return piece


def _parse(file: str, text: str) -> tuple[Source, list[Finding]]:
    stream = _ByLine(text.encode())
    parser = pyoxigraph.parse(stream, format=RdfFormat.TURTLE)  # type: ignore[arg-type]  # pyoxigraph takes whatever can read
    triples: list[Triple] = []
    lines: list[int] = []
    findings: list[Finding] = []
    names: dict[BlankNode, BlankNode] = {}
    while len(findings) < _ERROR_LIMIT:
        try:
            triple = next(parser).triple
        except StopIteration:
            break
        except SyntaxError as error:
            findings.append(found(file, error.lineno or stream.line, "syntax", column=error.offset or 0, words=_plain(error)))
            continue
        if isinstance(triple.object, Triple) or isinstance(triple.subject, Triple):
            findings.append(found(file, stream.line, "triple-term", name=str(triple.predicate)))
            continue
        triples.append(_named(triple, names, file))
        lines.append(stream.line)
    return Source(file, tuple(triples), tuple(lines), dict(parser.prefixes), text), findings


def _plain(error: SyntaxError) -> str:
    """What the parser says, without the place, which the finding has already."""
    return re.sub(r"^Parser error (?:at|between) line .*?: (?=\S)|\s*\(line \d+\)$", "", str(error), count=2)


def _named(triple: Triple, names: dict[BlankNode, BlankNode], file: str) -> Triple:
    """Give blank nodes names that depend on the file and the order in it alone: the parser's differ from run to run."""

    def name(node: BlankNode) -> BlankNode:
        stem = sha256(file.encode()).hexdigest()[:_STEM]  # of its own for each file
        return names.setdefault(node, BlankNode(f"b{stem}x{len(names)}"))

    if not isinstance(triple.subject, BlankNode) and not isinstance(triple.object, BlankNode):
        return triple
    subject = name(triple.subject) if isinstance(triple.subject, BlankNode) else triple.subject
    value = name(triple.object) if isinstance(triple.object, BlankNode) else triple.object
    return Triple(subject, triple.predicate, value)


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


def _described(sources: Mapping[str, tuple[Source, ...]]) -> list[Triple]:
    """What the data set's own file says."""
    return [triple for source in sources["data"] if source.file == DATASET_FILE for triple in source.triples]


def _pictures(root: Path) -> tuple[tuple[str, bytes], ...]:
    """The PNG files beside the ontology, such as its logo: the one kind of picture that no browser takes for a program."""
    paths = sorted((root / "ontology").glob("*.png"))
    return tuple((path.name, path.read_bytes()) for path in paths if _is_own(path, root))


def _theme(findings: list[Finding], root: Path) -> dict[str, str]:
    """The files of the theme by their path in it; what cannot be read is found."""
    texts: dict[str, str] = {}
    for path in sorted(path for pattern in THEME for path in (root / "theme").glob(pattern)):
        text, faults = _read_text(path, root)
        findings += faults
        texts[path.relative_to(root / "theme").as_posix()] = text
    return texts


def _digests(project: Project, root: Path) -> tuple[tuple[str, str], ...]:
    """The sha256 (hexadecimal) of each file that the project was read from, by path."""
    files = {source.file for source in project.files()} | {query.file for query in (*project.rules, *project.questions)}
    return tuple((file, sha256((root / file).read_bytes()).hexdigest()) for file in sorted(files))


def _is_own(path: Path, root: Path) -> bool:
    """A plain file that really lies in the project's folder."""
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def _prefixes(declared: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that the data set declares, and those of what the publisher itself writes, where they are free."""
    free = {name: iri for name, iri in _OWN_PREFIXES.items() if name not in declared and iri not in declared.values()}
    return {**free, **declared}


def _declarations(triples: list[Triple]) -> list[Subject]:
    return [triple.subject for triple in triples if triple.predicate == _PREFIX]


def _text(triples: list[Triple], predicate: NamedNode, subject: Subject | None = None) -> str:
    texts = (triple.object for triple in triples if triple.predicate == predicate and subject in (None, triple.subject))
    return next((text.value for text in texts if isinstance(text, Literal)), "")
