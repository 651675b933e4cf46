"""The whole way: a small project with anybody's files in it is refused with findings, or becomes a site of which every file is what it should be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.etree import ElementTree

import jinja2
import pytest
from workbench import make_project, release

from fuzz.made import sound_things
from fuzz.page import page_faults
from fuzz.quads import FORMATS, by_pyoxigraph
from fuzz.second import BASE
from fuzz.shapes import judged
from fuzz.target import Target, scratch, steers
from fuzz.writing import same
from publish import trial
from publish.build import Order, Unsound, check_project, publish_project
from publish.earlier import BadSite
from publish.errors import Mistake
from publish.intake import reading
from publish.model import Release
from publish.presentation import Presentation
from publish.processor import Processor
from publish.publication import Publication
from publish.shapes.answer import Answer
from publish.show import as_json, as_sarif, as_text
from publish.site import _entry
from publish.texts import LANGUAGES, text
from publish.write import MANIFEST, read_manifest

_HEADING = b"#= "
_FILES = ("data/things.ttl", "data/derived/judged.ttl", "ontology/more.ttl", "shapes/things.ttl", "ontology/questions/asked.rq", "ontology/rules/ruled.rq")
_THEME = ("theme/words/en.toml", "theme/words/da.toml", "theme/templates/base.html", "theme/theme.css")
_FORMATS = (("nt", "ttl", "jsonld", "rdf"), ("nq", "trig"))
"""The formats of one graph, and of several, by the endings of their files."""


class Here(Processor):
    """The SHACL processor in this process, where there are no shapes to hang in."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def ask(self, data: bytes, shapes: bytes) -> None:
        self._asked = data, shapes

    def answer(self) -> Answer:
        return judged(*self._asked)


@cache
def _in_one_process() -> None:
    """Have what else children do done in this process, where it is seen what is reached; and compile each template once."""

    def computed(compute: Callable[[Callable[[str], None]], Iterable[bytes]], _limits: object) -> list[bytes]:
        return [*compute(lambda _words: None)]

    patch = pytest.MonkeyPatch()
    for module in (reading, trial):
        patch.setattr(module, "confined", computed)
    patch.setattr(jinja2.Environment, "compile", _compiled_once(jinja2.Environment.compile))


def _compiled_once(compile_: Callable[..., object]) -> Callable[..., object]:
    """Compile what is the same in environments of one kind once: that takes most of the time of a small site."""
    known: dict[tuple[object, ...], object] = {}

    def compiled(environment: jinja2.Environment, source: object, *options: object) -> object:
        key = (type(environment), environment.autoescape, source, *options)
        if key not in known:
            known[key] = compile_(environment, source, *options)
        return known[key]

    return compiled


def files_of(content: bytes) -> dict[str, bytes]:
    """Return the files of a project that *content* tells of, each after a line with its path; without one it is a file of data."""
    files: dict[str, bytes] = {}
    for part in (b"\n" + content).split(b"\n" + _HEADING)[1:]:
        path, _, said = part.partition(b"\n")
        if (name := path.decode(errors="replace").strip()) in {*_FILES, *_THEME}:
            files[name] = said
    return files or {_FILES[0]: content}


def project(content: bytes) -> None:
    """A project is refused with findings that have a place, or published; each file of the site is what its name says, and says what the others do."""
    _in_one_process()
    files = files_of(content)
    for folder in ("whole", "whole-site"):
        shutil.rmtree(scratch() / folder, ignore_errors=True)
    root = make_project(scratch() / "whole", files)
    release(root, "1.0", "2026-01-01")
    with Processor() if any(path.startswith("shapes") for path in files) else Here() as processor:
        try:
            publish_project(Order(root, scratch() / "whole-site"), lambda _stage: None, processor)
        except Unsound as unsound:
            _told(unsound, root)
        except Mistake as mistake:
            _refused(mistake)
        else:
            _published(scratch() / "whole-site")


def _refused(mistake: Mistake) -> None:
    assert mistake.name != "altered", f"what was written is not what was accepted: {mistake.values}"
    assert all(text(language, f"mistake.{mistake.name}", **mistake.values) for language in LANGUAGES)


def _told(unsound: Unsound, root: Path) -> None:
    findings, namespaces = unsound.checked.findings, unsound.checked.namespaces
    assert findings
    for finding in findings:
        lines = (root / finding.file).read_bytes().count(b"\n") + 1 if (root / finding.file).is_file() else 0
        assert 0 <= finding.line <= max(lines, 1)
    for language in LANGUAGES:
        assert not any(map(steers, as_text(findings, namespaces, language)))
    json.loads(as_json(findings))
    json.loads(as_sarif(findings, "da"))


def _published(site: Path) -> None:
    """Whatever kind of file it is, both parsers, or the one that there is, read it; what stands in one format stands in the others."""
    groups: dict[str, dict[str, bytes]] = {}
    for path in read_manifest(site):
        content = (site / path).read_bytes()
        stem, _, ending = path.rpartition(".")
        if ending in FORMATS:
            groups.setdefault(stem, {})[ending] = content
        elif _is_new(path, content):
            _READ.get(ending, len)(content)
    for stem, contents in groups.items():
        _alike(stem, contents)
    assert (site / MANIFEST).is_file()


def _alike(stem: str, contents: Mapping[str, bytes]) -> None:
    """The formats of one graph say the same, to either parser; so do those of several graphs."""
    for endings in _FORMATS:
        written = [(ending, contents[ending]) for ending in endings if ending in contents]
        new = [ending for ending, content in written if _is_new(f"{stem}.{ending}", content)]
        if new:
            expected = by_pyoxigraph(written[0][1], written[0][0], BASE)
            for ending, content in written:
                same(f"{stem}.{ending}", content, expected)


def _is_new(path: str, content: bytes) -> bool:
    """Whether this process has not looked at such a file yet: many are the same on every site."""
    digest = sha256(path.encode() + b"\0" + content).digest()
    seen = digest in _SEEN
    _SEEN.add(digest)
    return not seen


def _page(content: bytes) -> None:
    faults = page_faults(content.decode())
    assert not faults, faults[:5]


def _xml(content: bytes) -> None:
    ElementTree.fromstring(content)


_SEEN: set[bytes] = set()
_READ: Mapping[str, Callable[[bytes], object]] = {"html": _page, "json": json.loads, "srj": json.loads, "svg": _xml, "xml": _xml}


@cache
def _presentation() -> Presentation:
    """The pages of a small project."""
    root = make_project(scratch() / "presented", {})
    checked = check_project(root, Here())
    assert checked.project
    return Presentation(Publication(checked.project, checked))


def entry(content: bytes) -> None:
    """What an earlier site says of a release is refused, or shown on pages in which nothing runs that it says."""
    presentation = _presentation()
    with suppress(BadSite):
        release = Release("1.0", "2026-01-01", "0.9")
        told = _entry({f"{release.path}changes.json": content}, release, presentation.publication)
        for pages in presentation.pages.values():
            for _path, page in (pages.changes([told]), pages.release(told, ())):
                _page(page)


TARGETS = (Target("project", project, "project", sound_things, examples=8), Target("entry", entry, "json", corpus="changes"))
