"""Attack ``bynet serve`` within the limits that it has by itself, while well-behaved clients ask and releases are published; tell how all fared.

Usage: python soak.py            every attack in turn, ten minutes of all at once, then what it bears in peace; writes docs/soak.md
       python soak.py SECONDS    all at once for so many seconds; prints only

Exits with 1 where a well-behaved client lost a request, where a next client got no right answer, or where a canary saw anybody.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from attacks import ATTACKS, Attack, bad_inputs
from clients import Place
from figures import Soaked, attack_table, soak_tables, surroundings
from gauges import CanaryFile, CanaryServer, Family, Watch
from load import load_table, measure
from serving import Serving, serving
from suffering import Ordinary, Suffered, Victim, next_client, suffer
from visitors import Exchange, KeptOpen, Visit, Visitor, Wanted, questions
from wires import WIRES, Wire
from workbench import ROOT, bynet, bynet_command, environment_of

MINUTES = 10
VISITORS = 8
_NOT_SERVED = ("host/", "_", "release/", "feed")
_SETTLE = 15.0
_PATIENCE = 60.0


@dataclass(slots=True)
class Project:
    """A copy of the project in a folder of its own, of which a release after the other is published to a site."""

    folder: Path
    versions: int = 0
    manifests: dict[str, set[str]] = field(default_factory=dict)
    """The digests that each path has had."""

    @property
    def site(self) -> Path:
        return self.folder / "site"

    @classmethod
    def copied(cls, folder: Path) -> Project:
        for part in ("data", "ontology", "shapes", "tests/shapes"):
            shutil.copytree(ROOT / part, folder / "project" / part)
        project = cls(folder)
        ended = bynet(*project._next())
        assert ended.code == 0, ended.err
        project._note()
        return project

    async def publish(self) -> None:
        """Publish the next release."""
        process = await asyncio.create_subprocess_exec(
            *bynet_command(*self._next()), env=environment_of({}), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        self._note()

    def _next(self) -> list[str | Path]:
        """Raise the version; return the words of the command that publishes it."""
        file = self.folder / "project/data/dataset.ttl"
        text = re.sub(r'(dcat:version|owl:versionInfo) "[^"]*"', rf'\1 "1.{self.versions}.0"', file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
        self.versions += 1
        return ["--root", self.folder / "project", "publish", "--out", self.site]

    def _note(self) -> None:
        for line in (self.site / "MANIFEST").read_text(encoding="utf-8").splitlines():
            digest, _, path = line.partition("  ")
            self.manifests.setdefault(path, set()).add(digest)


async def soak(running: Serving, project: Project, seconds: float, canaries: tuple[str, str]) -> Soaked:
    """Have everybody at the server at once for so many *seconds*."""
    loop = asyncio.get_running_loop()
    files = [path for path in project.manifests if path.endswith((".ttl", ".nt", ".html", ".jsonld")) and not path.startswith(_NOT_SERVED)]
    visit, wanted = Visit(), Wanted(questions(), files)
    front = running.process.pid
    before = Family.of(front)
    sizes, opened = before.sizes(), before.descriptors()
    ends = loop.time() + seconds
    with Watch(front, 0.2) as watch:
        attacking = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10", sys.executable),  # attackers have machines of their own, and take nothing from the server's
            str(Path(__file__).with_name("attackers.py")),
            running.url,
            str(seconds),
            *canaries,
            stdout=asyncio.subprocess.PIPE,
        )
        publishing = asyncio.create_task(_publish(project, seconds))
        visitors = (Visitor(Place.of(running.url, f"127.0.0.{10 + number}"), wanted, visit) for number in range(VISITORS))
        await asyncio.gather(*(visitor.stay(ends, KeptOpen() if number % 2 else Exchange()) for number, visitor in enumerate(visitors)))
        told, _ = await attacking.communicate()
        await publishing
        await asyncio.sleep(min(_SETTLE, seconds))
    visit.lost += [f"{path}: {digest} is of no release" for path, digest in sorted(visit.files) if digest not in project.manifests[path]]
    after = Family.of(front)
    return Soaked(
        seconds, visit, json.loads(told), (sizes, watch.peak, after.sizes()), (opened, watch.descriptors, after.descriptors()), watch, project.versions
    )


async def _publish(project: Project, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    pause = min(45.0, seconds / 8)
    while loop.time() + pause < ends:
        await asyncio.sleep(pause)
        await project.publish()


async def one_by_one(running: Serving, canaries: tuple[str, str]) -> list[Suffered]:
    """Attack in every way, one after the other."""
    name = "size-of-networks"
    victim = Victim(running.url, running.process.pid, Ordinary(*questions()[name]))
    for _ in range(20):
        await next_client(victim)
    attacks: list[Attack | Wire] = [*(attack.against(*canaries) for attack in (*ATTACKS, *bad_inputs())), *WIRES]
    return [each async for each in suffer(victim, attacks, _PATIENCE)]


def main(*arguments: str) -> int:
    """Do it and tell; return what to exit with."""
    seconds = float(arguments[0]) if arguments else MINUTES * 60.0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        (Path(folder) / "canary").mkdir()
        server, file = stack.enter_context(CanaryServer()), stack.enter_context(CanaryFile(Path(folder) / "canary"))
        canaries = server.url, file.path.as_uri()
        project = Project.copied(Path(folder))
        suffered = []
        if not arguments:
            with serving(project.site) as running:
                suffered = asyncio.run(one_by_one(running, canaries))
        with serving(project.site, "--reload") as running:
            soaked = asyncio.run(soak(running, project, seconds, canaries))
            said = running.said()
        visits = (server.visits, file.visits)
        loads = [] if arguments else measure(project.site, Path(folder) / "oxigraph")
    text = "\n".join([surroundings(), *soak_tables(soaked, visits), *load_table(loads), *attack_table(suffered)])
    print(text)
    if not arguments:
        (ROOT / "docs/soak.md").write_text(text, encoding="utf-8")
    wrong = [*soaked.visit.lost, *(f"{each.name}: {fault}" for each in suffered for fault in each.faults), *said.splitlines()]
    wrong += [f"{load.name}: {told}" for load in loads for told in load.wrong]
    print(*wrong[:50], sep="\n", file=sys.stderr)
    return 1 if wrong or any(visits) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
