"""What was said to be published survives a loss of power, in every state that the disk may be in; before that the old site does, or the new one stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from aftermath import PROOF, clean_up, publishing, quick_folder, whole
from powerloss import Disk, lay_out, states
from publisher import MUTANTS, release
from tracing import Call, calls, need_strace
from workbench import bynet_command, make_project, turtle
from workbench import release as set_release

from publish.write import write_site

Figure = Callable[[str, int], None]
SITE = "web/site"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    need_strace()
    with quick_folder() as folder:
        yield folder


def prepared(folder: Path, old: int) -> Path:
    """A folder with the release *old* of the small site in it (0: nothing at all)."""
    shutil.rmtree(folder / "disk", ignore_errors=True)
    (folder / "disk").mkdir()
    if old:
        write_site(folder / "disk" / SITE, release(old).items())
    return folder / "disk"


def expected(number: int) -> dict[str, tuple[bytes | None, int]]:
    """A release of the small site as a disk holds it; nothing for 0."""
    files = whole(number) if number else {}
    folders = {parent.as_posix().removeprefix(".") for path in files for parent in Path(path).parents}
    return dict.fromkeys(folders, (None, 0o755)) | {path: (content, 0o644) for path, content in files.items()}


def lost(disk: Disk, *after: set[int]) -> tuple[int, str]:
    """Return in how many states *disk* may be, and what is wrong with the site in the last one: nothing where nothing is in any.

    *after* says which releases may stand, by how often one was said to be published.
    """
    allowed = [[expected(number) for number in sorted(numbers)] for numbers in after]
    count = 0
    for count, state in enumerate(states(disk), 1):
        if state.held(SITE) not in allowed[state.said]:
            return count, f"after {state.said} were said to be published: {sorted(state.held(SITE))}"
    return count, ""


def publish(folder: Path, new: int, *mutants: str, options: Sequence[str] = ()) -> list[Call]:
    """Publish a release in the folder; return what was done."""
    return calls(publishing(folder / SITE, new, *mutants), *options)


@pytest.mark.parametrize("without", ["", "syncfs"])
@pytest.mark.parametrize("old", [0, 1])
def test_what_was_said_to_be_published_survives_and_before_that_the_old_site_does(folder: Path, old: int, without: str, figure: Figure) -> None:
    disk = Disk(prepared(folder, old))
    disk.replay(publish(disk.folder, 2, options=["-e", f"inject={without}:error=ENOSYS"] if without else []))
    assert disk.moments[-1].said == 1
    count, problem = lost(disk, {old, 2}, {2})
    assert not problem
    figure("crash states", count)


@pytest.mark.skipif(not PROOF, reason="a minute, of which `make proof` is worth: the small publisher is tried in the same ways")
def test_what_the_command_says_it_has_published_survives(folder: Path, figure: Figure) -> None:
    project = make_project(prepared(folder, 0) / "project", {"data/things.ttl": turtle('ex:a\n    a def:Thing ;\n    rdfs:label "A"@en ;\n.\n')})
    shutil.move(project, folder / "project")
    sites: list[dict[str, tuple[bytes | None, int]]] = [{}]
    for version in ("1.0.0", "1.1.0"):
        set_release(folder / "project", version, "2026-01-01")
        disk = Disk(folder / "disk")
        disk.replay(calls(bynet_command("--root", folder / "project", "publish", "--out", disk.folder / SITE))).where_it_matters()
        sites.append(Disk(disk.folder).state().held(SITE))
        found = [(state.said, state.held(SITE)) for state in states(disk)]
        assert all(site in (sites[-1:] if said else sites[-2:]) for said, site in found)
        assert found[-1][0] == 1
        figure("crash states of the command", len(found))


@pytest.mark.parametrize(("old", "next_one"), [(0, 2), (0, 3), (1, 2), (1, 3)] if PROOF else [(0, 2), (1, 3)])
@pytest.mark.parametrize("place", ["syncfs", "rename", "fsync"] if PROOF else ["fsync"])
def test_what_was_said_survives_also_where_a_publisher_was_killed_before(folder: Path, old: int, next_one: int, place: str, figure: Figure) -> None:
    disk = Disk(prepared(folder, old))
    name = "renameat2" if place == "rename" and old else place
    disk.replay(publish(disk.folder, 2, options=["-e", f"inject={name}:signal=KILL:when=1"])).from_now_on()
    disk.replay(publish(disk.folder, next_one))
    assert disk.moments[-1].said == 1
    count, problem = lost(disk, {old, 2, next_one}, {next_one})
    assert not problem
    figure("crash states", count)


def test_where_folders_cannot_be_exchanged_the_next_publisher_finds_the_old_site_or_the_new_one(folder: Path, figure: Figure) -> None:
    disk = Disk(prepared(folder, 1))
    disk.replay(publish(disk.folder, 2, options=["-e", "inject=renameat2:error=EINVAL"]))
    found = [(state.said, state.held(SITE) or state.held("web/.site.bynet-old")) for state in states(disk)]
    assert all(site in ([expected(2)] if said else [expected(1), expected(2)]) for said, site in found)
    figure("crash states", len(found))


@pytest.mark.parametrize("old", [0, 1])
def test_the_next_publisher_cleans_up_whatever_is_on_the_disk_then(folder: Path, old: int, figure: Figure) -> None:
    disk = Disk(prepared(folder, old))
    found = [state for state in states(disk.replay(publish(disk.folder, 2))) if len(state.held("web")) > 1]
    number = 300 if PROOF else 20
    for step in range(number):
        lay_out(found[len(found) * step // number], prepared(folder, 0))
        assert not clean_up(folder / "disk" / SITE, 3)
    figure("crash states published over", number)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_fault_loses_a_site(folder: Path, mutant: str, figure: Figure) -> None:
    disk = Disk(prepared(folder, 1))
    disk.replay(publish(disk.folder, 2, options=["-e", "inject=fsync:signal=KILL:when=1"])).from_now_on()
    disk.replay(publish(disk.folder, 3, mutant))
    assert lost(disk, {1, 2, 3}, {3}, {3})[1]
    figure("planted faults found", 1)
