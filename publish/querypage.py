"""The query page: a page that answers SPARQL in the browser, from the site's own data, with no server behind it.

Its scripts are in ``browser/``, the libraries that they use are those for ``sparql`` (`libraries`); the rest of the site never loads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from pyoxigraph import NamedNode

from publish.libraries import libraries
from publish.made import Content
from publish.model import DATA_GRAPHS, TYPE, Project
from publish.paths import RESERVED, page_path, page_suffix
from publish.turtle import Namespaces

PATH = "sparql/index"
"""The path of the page, without ending."""
DEADLINE = 10
"""Seconds that a query may take in the browser."""
MEMORY = 1024
"""MiB that the engine may take in the browser."""

_ENGINE = ("vendor/web.js", "engine.js", "vendor/web_bg.wasm")


@dataclass(frozen=True, slots=True)
class Example:
    """A question as the page offers it: what it asks, in one language; the path of its page without ending; the query."""

    title: str
    description: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the page fetches before it can answer: its address as seen from the page, and its size in bytes."""

    href: str
    size: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What the scripts of the page have to know; they read it as JSON.

    *graphs* maps the IRI of each graph to its file; *pages* maps what stands after the base in an IRI to its page, where that is elsewhere.
    """

    base: str
    suffix: str
    deadline: int
    memory: int
    engine: Sequence[Download]
    graphs: Mapping[str, Download]
    prefixes: Mapping[str, str]
    terms: Sequence[str]
    pages: Mapping[str, str]
    reserved: Sequence[str]
    examples: Sequence[str]
    words: Mapping[str, str]


def assets() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the page beside the page itself: scripts, style and libraries with their licences, by path."""
    own = {file.name: file for file in files(__package__).joinpath("browser").iterdir() if file.is_file()}
    yield from ((f"sparql/{name}", own[name].read_bytes()) for name in sorted(own))
    yield from ((f"sparql/vendor/{name}", content) for name, content in libraries("sparql"))


def page_values(project: Project, dumps: Mapping[str, Content], iris: Iterable[str], language: str, said: Mapping[str, str]) -> Mapping[str, object]:
    """Return what the template of the page needs in *language*.

    *dumps* are the downloads by name, *iris* the resources that have a page; *said* is the table ``sparql`` of the site's words.
    """
    examples = [
        Example(_said(query.titles, language), _said(query.descriptions, language), page_path(query.iri, project.base), query.text)
        for query in project.questions
    ]
    settings = Settings(
        base=project.base,
        suffix=page_suffix(project.languages, language),
        deadline=DEADLINE,
        memory=MEMORY,
        engine=[Download(path, size) for path, size in _sizes().items()],
        graphs={project.base + name: Download(f"../download/{name}.nt", len(dumps[f"{name}.nt"])) for name in DATA_GRAPHS if f"{name}.nt" in dumps},
        prefixes=dict(sorted(project.prefixes.items())),
        terms=_terms(project),
        pages=_elsewhere(iris, project.base),
        reserved=sorted(RESERVED),
        examples=[example.query for example in examples],
        words=dict(said),
    )
    return {"heading": said["title"], "said": said, "examples": examples, "settings": asdict(settings)}


@cache
def _sizes() -> Mapping[str, int]:
    """The size of each file of the engine, in the order in which they are put together."""
    sizes = {path.removeprefix("sparql/"): len(content) for path, content in assets()}
    return {path: sizes[path] for path in _ENGINE}


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _terms(project: Project) -> list[str]:
    """The properties and classes that the data use, as a query writes them: what the editor completes."""
    used = {triple.predicate.value for triple in project.data}
    used |= {triple.object.value for triple in project.data if triple.predicate == TYPE and isinstance(triple.object, NamedNode)}
    shorten = Namespaces(project.prefixes).shorten
    return sorted(name for name in map(shorten, used) if not name.startswith("<"))


def _elsewhere(iris: Iterable[str], base: str) -> dict[str, str]:
    """The pages of IRIs that their own path does not name."""
    pages = {iri.removeprefix(base): page_path(iri, base) for iri in sorted(iris) if iri.startswith(base)}
    return {path: page for path, page in pages.items() if path != page}
