"""A publisher that is killed, stopped or refused something at any system call: the old site stands whole or the new one does, and nothing is left for long.

The small publisher is tried at each of its calls that change anything (a part of them outside of `make proof`), the whole command at some.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from aftermath import PROOF, beside, chosen, clean_up, damage, publishing, quick_folder, spread, swapping
from publisher import release
from tracing import Call, Ended, calls, injected, need_strace
from workbench import bynet, bynet_command, make_project, tree, turtle
from workbench import release as set_release

from publish.texts import table, text
from publish.write import write_site

Figure = Callable[[str, int], None]
REMOVING = {"unlink", "unlinkat", "rmdir"}
PARTS = range(4 if PROOF else 2)
ERRORS = {"ENOSPC": "disk-full", "EIO": "disk-fails", "EDQUOT": "quota-full", "EROFS": "read-only", "EACCES": "no-rights", "ENOENT": "gone"}
"""What the system may refuse, and what is said then; of the disk being full it is said how much is missing, where that is known."""
WITHOUT = {"renameat2": ("EINVAL", "ENOSYS"), "syncfs": ("ENOSYS",)}
"""Calls that a system or a file system may not have."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    need_strace()
    with quick_folder() as folder:
        yield folder


@cache
def points(folder: Path, old: int) -> list[Call]:
    """The calls that change anything, of a publisher that puts release 2 where *old* is (0: nothing)."""
    out = prepared(folder, old)
    found = [call for call in calls(publishing(out, 2)) if call.changes(folder)]
    assert {"openat", "write", "mkdir", "fchmod", "chmod", "flock", "syncfs", "unlink"} | ({"renameat2", "unlinkat"} if old else {"rename"}) <= {
        call.name for call in found
    }
    return found


def prepared(folder: Path, old: int) -> Path:
    """A place for a site with the release *old* at it (0: nothing, and no folder around it)."""
    shutil.rmtree(folder / "web", ignore_errors=True)
    out = folder / "web/site"
    if old:
        write_site(out, release(old).items())
    return out


def hit(out: Path, call: Call, fault: str, *mutants: str) -> Ended:
    """Put release 2 at *out* with a fault at one call."""
    return injected(publishing(out, 2, *mutants), call, fault)


def killed(out: Path, old: int, call: Call, *mutants: str) -> str:
    """Say what is wrong after a publisher was killed at one of its calls; an empty text where nothing is."""
    ended = hit(out, call, "signal=KILL", *mutants)
    assert ended.code == 137, ended
    return damage(out, old, 2) or clean_up(out, 3)


@pytest.mark.no_cover
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("old", [0, 1])
def test_a_publisher_killed_at_any_call_leaves_a_whole_site_and_the_next_one_cleans_up(folder: Path, old: int, part: int, figure: Figure) -> None:
    tried = chosen(points(folder, old))[part :: len(PARTS)]
    for call in tried:
        assert not killed(prepared(folder, old), old, call), call
    figure("kills", len(tried))


def stopped(out: Path, old: int, call: Call, number: int) -> str:
    """Say what is wrong after a publisher was sent the signal *number* at one of its calls; an empty text where nothing is."""
    ended = hit(out, call, f"signal={number}")
    if ended.code == 0:  # it was too late to stop
        return ended.err or damage(out, 2) or " ".join(beside(out))
    told = ended.err == text("en", "mistake.interrupted") + "\n" and ended.code == 128 + number
    after = old if call.name not in REMOVING else 2
    return damage(out, after) or " ".join(beside(out) if out.parent.exists() else []) if told else str(ended)


@pytest.mark.no_cover
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("old", [0, 1])
def test_a_publisher_stopped_at_any_call_says_so_and_leaves_the_old_site_or_has_published(folder: Path, old: int, part: int, figure: Figure) -> None:
    tried = chosen(points(folder, old))[part :: len(PARTS)]
    for place, call in enumerate(tried):
        for number in (signal.SIGINT, signal.SIGTERM) if PROOF else ((signal.SIGINT, signal.SIGTERM)[place % 2],):
            assert not stopped(prepared(folder, old), old, call, number), (call, number)
            figure("interrupts", 1)


def refused(out: Path, call: Call, error: str) -> str:
    """Say what is wrong after the system refused a publisher one of its calls; an empty text where nothing is."""
    ended = hit(out, call, f"error={error}")
    if ended.code == 0:  # there was another way, or only something was to be removed
        other = call.name in {*REMOVING, "mkdir"} or error in WITHOUT.get(call.name, ()) or (call.name, call.number) == ("fsync", 2)
        return damage(out, 2) or clean_up(out, 3) if other else f"{error} was passed over"
    told = ended.code == 2 and not ended.out and re.fullmatch(_said(ERRORS[error]), ended.err)
    return damage(out, 1) or (" ".join(beside(out)) if call.name != "flock" else clean_up(out, 3)) if told else str(ended)


def _said(name: str) -> str:
    """What is said as a pattern: of a full disk with what is needed, or without where that isn't known yet."""
    known = [text("en", f"mistake.{one}") for one in (name, f"{name}-site") if one in table("en", "mistake")]
    return "|".join(re.sub(r"\\{\w+\\}", ".+", re.escape(words)) + "\n" for words in known)


@pytest.mark.parametrize("part", PARTS)
def test_a_publisher_refused_any_call_says_what_to_do_and_leaves_the_old_site(folder: Path, part: int, figure: Figure) -> None:
    tried = chosen(points(folder, 1))[part :: len(PARTS)]
    for place, call in enumerate(tried):
        for error in (*ERRORS, *WITHOUT.get(call.name, ())) if PROOF else ([*ERRORS][place % len(ERRORS)], *WITHOUT.get(call.name, ())):
            assert not refused(prepared(folder, 1), call, error), (call, error)
            figure("refused calls", 1)


@pytest.mark.no_cover
@pytest.mark.parametrize("mutant", ["written in place", "the old one removed first"])
def test_a_planted_fault_in_the_swap_is_found_by_killing(folder: Path, mutant: str, figure: Figure) -> None:
    out = prepared(folder, 1)
    found = [call for call in calls(publishing(out, 2, mutant)) if call.changes(folder)]
    assert any(killed(prepared(folder, 1), 1, call, mutant) for call in spread(found, 12))
    figure("planted faults found", 1)


@dataclass(frozen=True, slots=True)
class Command:
    """The whole command, at the second release of a small project: where it publishes, what stands there before and after, and its system calls."""

    folder: Path
    words: list[str]
    before: Mapping[str, object]
    after: Mapping[str, object]
    calls: list[Call]

    @property
    def out(self) -> Path:
        return self.folder / "web/site"

    def hit(self, call: Call, fault: str) -> Ended:
        """Run it where the first release stands, with a fault at one of its calls."""
        shutil.rmtree(self.out)
        shutil.copytree(self.folder / "first", self.out)
        return injected(self.words, call, fault, TMPDIR=str(self.folder / "temporary"))

    def left(self) -> list[str]:
        """What stands beside the site, and what lies where temporary files are."""
        return [*beside(self.out), *(path.name for path in (self.folder / "temporary").iterdir())]


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    need_strace()
    with quick_folder() as folder:
        out = folder / "web/site"
        project = make_project(folder / "project", {"data/things.ttl": turtle('ex:a\n    a def:Thing ;\n    rdfs:label "A"@en ;\n.\n')})
        words = [*map(str, bynet_command("--root", project, "publish", "--out", out))]
        set_release(project, "1.0.0", "2026-01-01")
        assert bynet(*words[1:]).code == 0
        shutil.copytree(out, folder / "first")
        (folder / "temporary").mkdir()
        before = tree(out)
        set_release(project, "1.1.0", "2026-01-02")
        traced = calls(words, TMPDIR=str(folder / "temporary"))
        yield Command(folder, words, before, tree(out), traced)


@pytest.mark.no_cover
def test_the_command_killed_at_calls_that_change_anything_leaves_a_whole_site_and_the_next_one_cleans_up(command: Command, figure: Figure) -> None:
    changing = [call for call in command.calls if call.changes(command.folder / "web")]
    tried = [*spread(changing, 60 if PROOF else 2), *(changing[place] for place in swapping(changing)[:: 1 if PROOF else 2])]
    for call in tried:
        ended = command.hit(call, "signal=KILL")
        assert ended.code == 137, ended
        assert tree(command.out) in (command.before, command.after), call
    assert bynet(*command.words[1:]).code == 0
    assert tree(command.out) == command.after
    assert command.left() == []
    figure("kills of the command", len(tried))


@pytest.mark.no_cover
def test_the_command_stopped_at_any_moment_says_so_in_one_line_and_leaves_the_old_site_or_has_published(command: Command, figure: Figure) -> None:
    heeding = [place for place, call in enumerate(command.calls) if call.name == "rt_sigaction" and call.arguments[0] == "SIGTERM"]
    tried = spread(command.calls[heeding[1] + 1 : heeding[-1]], 100 if PROOF else 6)  # the first is Python's own, the last that nothing is left to do
    for place, call in enumerate(tried):
        number = (signal.SIGINT, signal.SIGTERM)[place % 2]
        ended = command.hit(call, f"signal={number}")
        *said, last = ended.err.splitlines()
        interrupted = (ended.code, last) == (128 + number, f"bynet: {text('en', 'mistake.interrupted')}")
        assert interrupted or ended.code == 0, (call, ended)
        assert said == [] or tree(command.out) == command.after, (call, ended)
        assert tree(command.out) == command.after or (interrupted and tree(command.out) == command.before), (call, ended)
        assert command.left() == []
    figure("interrupts of the command", len(tried))
