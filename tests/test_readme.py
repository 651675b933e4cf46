"""The README does what it says: every block in it is carried out, top to bottom, on a copy of the project.

A ``console`` block is typed into a shell, and what it shows has to come out. Any other block belongs to the file that the
line before it names: one under ``site/`` is a piece of what was published, ``diff`` changes the file, anything else writes
it. In what is shown, ``…`` stands for anything in a line, and alone on a line for any lines.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import NamedTuple, Self

import click
import pytest
from signing import ssh_keygen

from publish.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PROJECT = ("Makefile", "data", "docs", "ontology", "pyproject.toml", "requirements.lock", "shapes", "tests")

# what a test must not run as it stands: the tests that it would start hold this one; a server runs until it is stopped, on a port that is free; a day comes
INSTEAD = {
    "bynet publish --expires 2027-12-31": "bynet publish --expires 2999-12-31",
    "make test": "make --dry-run test",
    "bynet serve": "timeout --preserve-status --signal=INT 5 bynet serve --port 0 | sed 's/127.0.0.1:[0-9]*/127.0.0.1:8000/'",
}

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([\w./-]+\.[a-z]+)`[^`\n]*:\n\n\Z")
TIME = 600


class Command(NamedTuple):
    """A command that the README tells to type, the output that it shows, and the line where it stands."""

    line: int
    words: str
    shown: str


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, the file that the line before it names, and the line where its text begins."""

    line: int
    language: str
    text: str
    file: str

    def commands(self) -> list[Command]:
        """Return the commands of a ``console`` block; ``> `` continues a command."""
        typed = re.finditer(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", self.text, re.MULTILINE)
        return [Command(self.line + self.text.count("\n", 0, one.start()), one[1].replace("\n> ", "\n").strip(), one[2]) for one in typed]


class Ended(NamedTuple):
    """How a command ended, and what a terminal would show of it."""

    code: int
    out: str


class Shell:
    """A shell that stays open: folder, environment and exit status last from one command to the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "VIRTUAL_ENV"))}
        self._bash = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env={**kept, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._limit = Timer(TIME, self._bash.kill)

    def __enter__(self) -> Self:
        self._limit.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._limit.cancel()
        self._bash.kill()
        self._bash.communicate()

    def run(self, command: str) -> Ended:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{{ {command}\n}} </dev/null\ncode=$?; printf '\\n:ended: %s %s\\n' $code \"$PWD\"; (exit $code)\n")
        self._bash.stdin.flush()
        out = ""
        for line in self._bash.stdout:
            if line.startswith(":ended: "):
                _mark, code, folder = line.rstrip("\n").split(" ", 2)
                self.folder = Path(folder)
                return Ended(int(code), out.removesuffix("\n"))
            out += line
        raise AssertionError(f"{command}: the shell ended, or took longer than {TIME} seconds:\n{out}")


def blocks(text: str) -> Iterator[Block]:
    for match in BLOCK.finditer(text):
        named = NAMED.search(text, 0, match.start())
        yield Block(text.count("\n", 0, match.start(2)) + 1, match[1], match[2], named[1] if named else "")


def pattern(shown: str) -> str:
    """Return the regular expression of what *shown* stands for."""
    lines = (r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in shown.splitlines())
    return "".join(lines)


def carry_out(block: Block, shell: Shell) -> None:
    place, target = f"README.md:{block.line}", shell.folder / block.file
    if block.language == "console":
        type_in(block.commands(), shell, "README.md", INSTEAD)
    elif not block.file:
        raise AssertionError(f"{place}: no test runs this block, and the line before it names no file")
    elif block.file.startswith("site/"):
        published = target.read_text()
        is_part = re.search("^" + pattern(block.text), published, re.MULTILINE) is not None
        assert is_part, f"{place}: not in {block.file}, which is\n{published}"
    elif block.language == "diff":
        target.write_text(changed(target.read_text(), block, place))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text)


def type_in(commands: Sequence[Command], shell: Shell, document: str, instead: Mapping[str, str]) -> None:
    """Type each command, or what stands *instead* of it: it has to succeed, unless its exit status is asked for next, and to print what is shown."""
    for number, command in enumerate(commands):
        ended = shell.run(instead.get(command.words, command.words))
        asked = [following.words for following in commands[number + 1 : number + 2]] == ["echo $?"]
        assert ended.code == 0 or asked, f"{document}:{command.line}: exit status {ended.code}\n{ended.out}"
        as_shown = not command.shown or re.fullmatch(pattern(command.shown), ended.out) is not None
        assert as_shown, f"{document}:{command.line}: this came out:\n{ended.out}"


def changed(text: str, block: Block, place: str) -> str:
    """Return *text* after the changes of a ``diff`` block: each run of removed lines, once in it, gives way to the added ones."""
    hunks = re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", block.text, re.MULTILINE)
    for removed, added in hunks:
        old, new = (re.sub(r"^[-+]", "", lines, flags=re.MULTILINE) for lines in (removed, added))
        assert text.count(old) == 1, f"{place}: not once in {block.file}:\n{old}"
        text = text.replace(old, new)
    return text


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project whose environment is ready: it is the one that this test runs in."""
    folder = tmp_path / "bynet"
    folder.mkdir()
    for name in PROJECT:
        part = ROOT / name
        if part.is_dir():
            shutil.copytree(part, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(part, folder / name)
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(sysconfig.get_path("scripts"))
    (folder / ".venv/ready").touch()
    return folder


@pytest.mark.no_cover
def test_everything_in_the_readme_does_what_it_says(checkout: Path) -> None:
    ssh_keygen()
    with Shell(checkout) as shell:
        for block in blocks(README):
            carry_out(block, shell)


def test_every_fence_belongs_to_a_block_that_is_carried_out() -> None:
    found = list(blocks(README))
    assert README.count("```") == 2 * len(found)
    assert [block.line for block in found if block.language == "console" and not block.commands()] == []


def test_the_readme_describes_every_command_and_option() -> None:
    described = README.partition("\n## Commands\n")[2].partition("\n## ")[0]
    words = {
        option for command in (cli, *cli.commands.values()) for parameter in command.params for option in parameter.opts if isinstance(parameter, click.Option)
    }
    assert [name for name in cli.commands if f"| `bynet {name}" not in described] == []
    assert [word for word in sorted(words) if word not in described] == []


def test_contributing_names_every_folder_and_module() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    folders = ["ontology/", "data/", "shapes/", "publish/", "docs/", "tests/"]
    parts = [*folders, *(module.stem for module in (ROOT / "publish").rglob("[!_]*.py") if "bundled" not in module.parts)]
    assert [part for part in parts if f"`{part}`" not in text] == []


def test_commands_named_in_the_text_exist() -> None:
    for document in DOCUMENTS:
        for typed in re.findall(r"`((?:bynet|make) [^`\n]+)`", BLOCK.sub("", (ROOT / document).read_text())):
            assert exists(shlex.split(typed.replace("…", ""))), f"{document}: {typed}"


def exists(words: list[str]) -> bool:
    """Whether what is typed is a target of the Makefile, or a command of bynet with options that it has."""
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return all(word in targets or "=" in word for word in words[1:])
    named = [word for word in words[1:] if word in cli.commands]
    known = {option for command in (cli, *(cli.commands[name] for name in named)) for parameter in command.params for option in parameter.opts} | {"--help"}
    return len(words) > 1 and all(word.partition("=")[0] in known for word in words if word.startswith("--")) and (bool(named) or words[1].startswith("--"))


def test_links_between_the_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        text = (ROOT / document).read_text()
        for target in re.findall(r"\]\((?!https?:)([^)]*)\)", text):
            path, _mark, heading = target.partition("#")
            linked = (ROOT / path).read_bytes().decode(errors="ignore") if path else text  # a picture has no headings
            headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"^#+ (.*)$", linked, re.MULTILINE)}
            assert not heading or heading in headings, f"{document}: {target}"


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0] == version
