"""The documents in `docs/` do what they say: their blocks are carried out as the README's are, where a site is published and servers run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from cluster import needs_spark, surroundings
from serving import serving
from stores import DBA, Running, oxigraph, virtuoso
from test_readme import BLOCK, Shell, blocks, exists, type_in
from workbench import ROOT

from publish.texts import text

SPARQL, STORES, LOOKS, LARGE, SPARK = DOCUMENTS = tuple(ROOT / f"docs/{name}.md" for name in ("sparql", "triple-stores", "looks", "large-data", "spark"))
ADDRESS = "http://127.0.0.1:8000/"
"""Where `bynet serve` answers; in the test another port is free."""
NOT_TRIED, SETTINGS = "sh", ("Dockerfile", "ini")
"""The language of blocks that no test carries out, and that are said to be so; those of files that go with them."""


@pytest.fixture
def folder(tmp_path: Path, site: Path) -> Path:
    """A folder with the project and the site that it published."""
    for part in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "site").symlink_to(site)
    return tmp_path


def carry_out(document: str, shell: Shell, instead: Mapping[str, str]) -> None:
    """Carry out the blocks of *document*; what is typed *instead* of a command that starts a server, which runs already, shows what that one has printed."""
    shell.run(f"export PATH='{sysconfig.get_path('scripts')}{os.pathsep}'\"$PATH\" NETRC=/nonexistent")
    for block in blocks(document):
        assert block.file or block.language in {"console", NOT_TRIED, *SETTINGS}
        if block.file:
            (shell.folder / block.file).write_text(block.text, encoding="utf-8")
        type_in(block.commands(), shell, "docs", instead)


@pytest.mark.no_cover
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_everything_about_sparql_does_what_it_says(folder: Path) -> None:
    with serving(folder / "site") as server, Shell(folder) as shell:
        said = text("en", "serve.ready", folder="site", url=server.url, process=server.process.pid) + "\n"
        carry_out(_read(SPARQL).replace(ADDRESS, server.url), shell, {"bynet serve": f"printf %s {shlex.quote(said)}"})


@pytest.mark.no_cover
def test_everything_about_triple_stores_does_what_it_says(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as one, virtuoso(tmp_path_factory.mktemp("virtuoso")) as other, Shell(folder) as shell:
        document = _read(STORES).replace("what you gave it", DBA["BYNET_STORE_PASSWORD"])
        document = _at(_at(document, "http://127.0.0.1:7878/", one), "http://localhost:8890/", other)
        starting = [command.words for block in blocks(document) for command in block.commands() if command.words.startswith(("oxigraph ", "virtuoso-t "))]
        assert len(starting) == 2
        carry_out(document, shell, dict.fromkeys(starting, "true"))


@pytest.mark.no_cover
def test_everything_about_looks_does_what_it_says(folder: Path) -> None:
    with Shell(folder) as shell:
        carry_out(_read(LOOKS), shell, {})


@pytest.mark.no_cover
def test_everything_about_large_data_does_what_it_says(folder: Path) -> None:
    with Shell(folder) as shell:
        carry_out(_read(LARGE), shell, {})


def test_everything_about_spark_does_what_it_says(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    needs_spark()
    with Shell(folder) as shell:
        for name, value in surroundings(tmp_path_factory.mktemp("spark")).items():
            shell.run(f"export {name}={shlex.quote(value)}")
        carry_out(_read(SPARK), shell, {})


def _at(document: str, address: str, store: Running) -> str:
    """The *document* with the address of a real store in place of the *address* that it names."""
    assert address in document
    return document.replace(address, store.url)


def _read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_program_in_it_is_run(document: Path) -> None:
    content = _read(document)
    written = [block.file for block in blocks(content) if block.language == "python"]
    assert [file for file in written if f"$ python {file}\n" not in content] == []
    assert content.count("```") == 2 * len([*blocks(content)])


def test_what_was_not_tried_is_said_to_be_so() -> None:
    for section in re.split(r"^## ", _read(STORES), flags=re.MULTILINE)[1:]:
        untried = [block for block in blocks(section) if block.language == NOT_TRIED]
        assert bool(untried) == ("\nNot tried. " in section), section
        commands = [typed for block in untried for typed in re.findall(r"^(?:[A-Z_]+=\S.*? )?(bynet .*)$", block.text, re.MULTILINE)]
        assert [command for command in commands if not exists(shlex.split(command))] == []
        assert bool(commands) == bool(untried)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_its_links_lead_somewhere_and_its_commands_exist(document: Path) -> None:
    content = _read(document)
    headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"^#+ (.*)$", content, re.MULTILINE)}
    for target in re.findall(r"\]\((?!https?:)([^)]*)\)", content):
        path, _mark, heading = target.partition("#")
        assert (document.parent / path).exists(), target
        assert not heading or heading in headings, target
    for typed in re.findall(r"`(bynet [^`\n]+)`", BLOCK.sub("", content)):
        assert exists(typed.split()), typed
