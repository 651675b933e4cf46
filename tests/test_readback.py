"""What was accepted is what is published: a new site is read back, and where writing it or the disk had a fault nobody sees it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from altered import FAULTS
from pyoxigraph import RdfFormat, parse
from workbench import ROOT, bynet, environment_of, make_project, release, tree, turtle

from publish.readback import Accepted, canonical_hash, read_back
from publish.texts import text
from publish.write import MANIFEST

Figure = Callable[[str, int], None]
THINGS = r"""
ex:path
    a def:Thing ;
    rdfs:label "a \"path\" here"@en ;
    rdfs:label "en sti"@da ;
    def:knows ex:other ;
    def:size "007"^^xsd:integer ;
.

ex:other
    a def:Thing ;
    rdfs:label "another"@en ;
.
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project, and the site of its first release; it has a second one now."""
    folder = tmp_path_factory.mktemp("altered")
    project = make_project(folder / "project", {"data/things.ttl": turtle(THINGS)})
    release(project, "1.0.0", "2026-01-01")
    assert bynet("--root", project, "publish", "--out", folder / "web/site").code == 0
    release(project, "1.1.0", "2026-01-02")
    return project, folder / "web/site"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_in_writing_is_found_before_anybody_sees_the_site(published: tuple[Path, Path], fault: str, figure: Figure) -> None:
    project, site = published
    before = tree(site)
    command = [sys.executable, "-P", str(ROOT / "tests/altered.py"), fault, "--root", str(project), "--lang", "en", "publish", "--out", str(site)]
    ended = subprocess.run(command, env=environment_of({}), capture_output=True, text=True, check=False)
    named = text("en", "mistake.altered", file="(FILE)")
    assert re.fullmatch("bynet: " + re.escape(named).replace(r"\(FILE\)", r"[\w./-]+") + "\n", ended.stderr)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert tree(site) == before
    assert [path.name for path in site.parent.iterdir()] == ["site"]
    figure("planted faults found", 1)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists what a process has open")
def test_files_are_forgotten_and_asked_of_the_disk_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[Path, list[int]] = {}
    advise = os.posix_fadvise

    def posix_fadvise(descriptor: int, start: int, length: int, advice: int) -> None:
        asked.setdefault(Path(f"/proc/self/fd/{descriptor}").readlink(), []).append(advice)
        advise(descriptor, start, length, advice)

    monkeypatch.setattr(os, "posix_fadvise", posix_fadvise)
    files = {tmp_path / f"{number}.txt": b"%d" % number for number in range(200)}
    for path, content in files.items():
        path.write_bytes(content)
    (tmp_path / MANIFEST).write_text("".join(f"{sha256(content).hexdigest()}  {path.name}\n" for path, content in files.items()), encoding="utf-8")
    read_back(Accepted({}, {}), tmp_path)
    assert asked == {path: [os.POSIX_FADV_DONTNEED, os.POSIX_FADV_WILLNEED] for path in files}


def said(turtle: str) -> str:
    return canonical_hash(parse(turtle, format=RdfFormat.TURTLE))


def test_the_hash_of_a_graph_does_not_depend_on_how_it_is_written_but_on_all_that_it_says() -> None:
    graph = '<x:a> <x:p> "1"^^<x:i> , "l"@en ; <x:q> ( <x:b> "c" ) .'
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    same = f'<x:a> <x:q> _:l ; <x:p> "l"@en , "1"^^<x:i> . _:l <{rdf}first> <x:b> ; <{rdf}rest> [ <{rdf}first> "c" ; <{rdf}rest> () ] .'
    assert said(graph) == said(same)
    changes = (('"1"', '"01"'), ("@en", "@da"), ("@en", ""), ("^^<x:i>", ""), ('"c"', ""), ("x:q", "x:p"), ("<x:b>", "[]"))
    others = [graph.replace(old, new) for old, new in changes]
    assert len({said(graph), *map(said, others)}) == len(others) + 1


def test_the_hash_of_a_graph_without_blank_nodes_is_that_of_its_sorted_lines(library_site: Path) -> None:
    for name in ("all", "stated", "ontology"):
        dump = (library_site / f"download/{name}.nt").read_bytes()
        sums = subprocess.run(["sh", "-c", "LC_ALL=C sort -u | sha256sum"], input=dump, capture_output=True, check=True).stdout.decode()
        assert canonical_hash(parse(dump, format=RdfFormat.N_TRIPLES)) == sums.split()[0]
