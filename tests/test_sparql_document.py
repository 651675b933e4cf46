"""`docs/sparql.md` does what it says: its blocks are carried out as the README's are, where a site is published and served."""

from __future__ import annotations

import os
import re
import shutil
import sysconfig
from pathlib import Path

import pytest
from serving import serving
from test_readme import BLOCK, Shell, blocks, exists, pattern
from workbench import ROOT

from publish.texts import text

FILE = ROOT / "docs/sparql.md"
DOCUMENT = FILE.read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000/"
"""Where `bynet serve` answers; in the test another port is free."""


@pytest.fixture
def folder(tmp_path: Path, site: Path) -> Path:
    """A folder with the project and the site that it published."""
    for part in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "site").symlink_to(site)
    return tmp_path


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_everything_in_it_does_what_it_says(folder: Path) -> None:
    with serving(folder / "site") as server, Shell(folder) as shell:
        shell.run(f"export PATH='{sysconfig.get_path('scripts')}{os.pathsep}'\"$PATH\"")
        for block in blocks(DOCUMENT.replace(ADDRESS, server.url)):
            if block.file:
                (folder / block.file).write_text(block.text, encoding="utf-8")
            else:
                assert block.language == "console"
            for command in block.commands():
                if command.words == "bynet serve":
                    out = text("en", "serve.ready", folder="site", url=server.url, process=server.process.pid) + "\n"
                else:
                    ended = shell.run(command.words)
                    out = ended.out
                    assert ended.code == 0, f"{FILE.name}:{command.line}: {out}"
                assert re.fullmatch(pattern(command.shown), out), f"{FILE.name}:{command.line}: this came out:\n{out}"


def test_every_program_in_it_is_run() -> None:
    written = [block.file for block in blocks(DOCUMENT) if block.language == "python"]
    assert written
    assert [file for file in written if f"$ python {file}\n" not in DOCUMENT] == []
    assert DOCUMENT.count("```") == 2 * len([*blocks(DOCUMENT)])


def test_its_links_lead_somewhere_and_its_commands_exist() -> None:
    headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"^#+ (.*)$", DOCUMENT, re.MULTILINE)}
    for target in re.findall(r"\]\((?!https?:)([^)]*)\)", DOCUMENT):
        path, _mark, heading = target.partition("#")
        assert (FILE.parent / path).exists(), target
        assert not heading or heading in headings, target
    for typed in re.findall(r"`(bynet [^`\n]+)`", BLOCK.sub("", DOCUMENT)):
        assert exists(typed.split()), typed
