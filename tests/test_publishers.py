"""Several publishers to one folder: one of them has the place and the others are told; and readers, who see whole files of one release after the other."""

from __future__ import annotations

import fcntl
import multiprocessing
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from aftermath import PROOF, beside, damage, publishing, quick_folder
from publisher import PUBLISHED, SHARED, release
from workbench import LIBRARY, bynet, environment_of

from publish.reserve import BeingPublished, reserved
from publish.texts import text
from publish.write import write_site

Figure = Callable[[str, int], None]
READERS = 4
Seen = tuple[int, list[str]]


@pytest.fixture
def out() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder / "site"


@dataclass(slots=True)
class Race:
    """Publishers that begin at once: how many won, how many were told that another one has the place, and what is wrong."""

    out: Path
    won: int = 0
    told: int = 0
    wrong: str = ""

    def run(self, numbers: Iterable[int], *mutants: str) -> None:
        """Have a publisher for each of the releases."""
        commands = {number: publishing(self.out, number, *mutants) for number in numbers}
        running = {number: Popen(words, env=environment_of({}), stdout=PIPE, stderr=PIPE, text=True) for number, words in commands.items()}
        ended = {number: (*process.communicate(), process.returncode) for number, process in running.items()}
        winners = {number for number, result in ended.items() if result == (f"{PUBLISHED}\n", "", 0)}
        losers = {number for number, result in ended.items() if result == ("", text("en", "mistake.being-published", folder=self.out) + "\n", 2)}
        self.won += len(winners)
        self.told += len(losers)
        if not winners or winners | losers != ended.keys():
            self.wrong = str(ended)
        self.wrong = self.wrong or damage(self.out, *winners) or " ".join(beside(self.out))


@pytest.mark.no_cover
def test_of_publishers_that_begin_at_once_one_wins_and_the_others_are_told(out: Path, figure: Figure) -> None:
    race = Race(out)
    for turn in range(100 if PROOF else 12):
        race.run(range(10 * turn + 1, 10 * turn + 3 + turn % 3))
        assert not race.wrong
    assert race.told
    figure("publishers that won", race.won)
    figure("publishers that were told", race.told)


@pytest.mark.no_cover
def test_a_planted_fault_in_the_lock_is_found_by_a_race(out: Path, figure: Figure) -> None:
    race = Race(out)
    for turn in range(30):
        race.run(range(10 * turn + 1, 10 * turn + 5), "nobody waits")
        if race.wrong:
            break
    assert race.wrong
    figure("planted faults found", 1)


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_command_is_told_at_once_and_leaves_the_place_to_who_has_it(out: Path, language: str) -> None:
    write_site(out, release(1).items())
    with reserved(out):
        began = time.monotonic()
        ended = bynet("--root", LIBRARY, "--lang", language, "publish", "--out", out)
        assert time.monotonic() - began < 10
        assert (ended.code, ended.out, ended.err) == (2, "", f"bynet: {text(language, 'mistake.being-published', folder=out)}\n")
        write_site(out.with_name("another"), release(2).items())  # in the same folder
        assert beside(out) == [".site.bynet-lock", "another"]
    assert not damage(out, 1)
    assert beside(out) == ["another"]


def test_a_lock_that_its_owner_removes_meanwhile_is_none(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = out.parent / ".site.bynet-lock"
    taken = fcntl.flock

    def late(lock: int, how: int) -> None:
        """Takes the lock when whoever had it has just removed it."""
        monkeypatch.undo()
        path.unlink()
        taken(lock, how)

    monkeypatch.setattr("fcntl.flock", late)
    with reserved(out):
        assert path.exists()
        with pytest.raises(BeingPublished), reserved(out):
            pass
        assert path.exists()
    assert not path.exists()


def read(site: Path, ended: Event, seen: multiprocessing.Queue[Seen]) -> None:
    """Read every file that all releases have again and again; tell how often, and what was wrong."""
    known = {content: (path, number) for number in range(1, 12) for path, content in release(number).items() if path in SHARED}
    last = dict.fromkeys(SHARED, 0)
    count, wrong = 0, []
    while not ended.is_set():
        for path in SHARED:
            try:
                whose, number = known.get((site / path).read_bytes(), ("", 0))
            except OSError as error:
                whose, number = str(error), 0
            if whose != path or number < last[path]:
                wrong.append(f"{path}: {whose} {number} after {last[path]}")
            last[path] = number
            count += 1
    seen.put((count, wrong[:3]))


def watched(out: Path, releases: Iterable[int], *mutants: str) -> tuple[int, list[str]]:
    """Publish *releases* over the first one; return how often readers have read a file meanwhile, and what was wrong."""
    processes = multiprocessing.get_context("spawn")
    ended, seen = processes.Event(), processes.Queue()
    write_site(out, release(1).items())
    readers = [processes.Process(target=read, args=(out, ended, seen)) for _reader in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        for number in releases:
            subprocess.run(publishing(out, number, *mutants), env=environment_of({}), check=True, capture_output=True)
    finally:
        ended.set()
        found = [seen.get() for _reader in readers]
        for reader in readers:
            reader.join()
    return sum(count for count, _wrong in found), [one for _count, wrong in found for one in wrong]


@pytest.mark.no_cover
def test_readers_during_ten_publishes_see_whole_files_and_never_an_older_release_after_a_newer_one(out: Path, figure: Figure) -> None:
    count, wrong = watched(out, range(2, 12))
    assert wrong == []
    assert count > 1000
    figure("readers", READERS)
    figure("files read meanwhile", count)


@pytest.mark.no_cover
def test_a_planted_fault_in_the_swap_is_found_by_readers(out: Path, figure: Figure) -> None:
    assert watched(out, range(2, 7), "the old one removed first")[1]
    figure("planted faults found", 1)
