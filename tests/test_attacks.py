"""Nothing that is sent to ``bynet serve`` keeps it from answering the next client, soon and rightly, or has it come where it must not.

Limits are lower here than by default, which saves time; ``make soak`` attacks for ten minutes within the limits that the server has by itself.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.request import urlopen

import pytest
from attacks import CANARY, CANARY_FILE, DEEP, LONG, ODD, OUTSIDE, SLOW, Attack, bad_inputs, project_questions
from clients import Lost, Place, asking, exchange, fault
from gauges import MIB, CanaryFile, CanaryServer, Family
from nasty import nasty
from serving import Serving, serving
from suffering import Ordinary, Suffered, Victim, next_client, suffer
from wires import WIRES, Wire
from workbench import ROOT

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="there is no /proc to see processes in")

LIMITS = ("--timeout", "1", "--memory", "128", "--rows", "20000", "--answer-bytes", "4000000", "--read-timeout", "1", "--budget", "100000")
NEXT = 2.0
"""Seconds within which the next client is answered: on an idle machine some milliseconds, but tests run beside each other."""
PATIENCE = 40.0
SEED = 2026
MADE_UP = 1000
SETTLED = 20.0
ANSWERS = {
    "slow": (SLOW, r"503 (timeout|memory|stopped)|400 (rows|bytes)|200"),
    "deep": (DEEP, r"400 query-too-(deep|long)|400 rows|503 (timeout|memory)|200|413 request-long"),
    "long": (LONG, r"400 query-[\w-]+|200|503 timeout"),
    "outside": (OUTSIDE, r"400 query-(service|update|syntax|unexpected)|200"),
    "odd": (ODD, r"400 (query-[\w-]+|xml|not-text|no-query)|200"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A server to attack, and the canaries."""

    victim: Victim
    server: CanaryServer
    file: CanaryFile

    def aimed(self, attack: Attack) -> Attack:
        return attack.against(self.server.url, self.file.path.as_uri())


def ordinary(name: str = "size-of-networks") -> Ordinary:
    return Ordinary(project_questions()[name], (ROOT / f"ontology/questions/{name}.tsv").read_bytes())


@pytest.fixture(scope="module")
def running(site: Path) -> Iterator[Serving]:
    with serving(site, *LIMITS) as running:
        yield running


@pytest.fixture
def scene(running: Serving, tmp_path: Path) -> Iterator[Scene]:
    """The server, which has the same processes, memory and open files after an attack as before, has said nothing, and has not come to the canaries."""
    victim = Victim(running.url, running.process.pid, ordinary())
    asyncio.run(warmed(victim))
    before = Family.of(victim.front)
    sizes, opened = before.sizes(), before.descriptors()
    with ExitStack() as stack:
        server, file = stack.enter_context(CanaryServer()), stack.enter_context(CanaryFile(tmp_path))
        yield Scene(victim, server, file)
        assert (server.visits, file.visits) == (0, 0)
    until = time.monotonic() + SETTLED
    while time.monotonic() < until and not settled(Family.of(victim.front), opened):
        time.sleep(0.2)
    after = Family.of(victim.front)
    assert after.keepers == before.keepers
    assert len(after.workers) == 4
    assert after.descriptors() <= opened
    assert after.sizes().front < sizes.front + 48 * MIB  # Python gives back what it had, but for what lies between
    assert after.sizes().keepers < sizes.keepers + 8 * MIB
    assert after.sizes().workers < sizes.workers + 4 * 16 * MIB  # the eighth of its memory by which a worker may grow
    assert running.said() == ""


def settled(family: Family, opened: int) -> bool:
    return len(family.workers) == 4 and family.descriptors() <= opened


async def warmed(victim: Victim) -> None:
    """Have everything be used once, so that what is loaded at the first use does not count as growth."""
    for _ in range(20):
        await next_client(victim)


def suffered(scene: Scene, *attacks: Attack | Wire) -> list[Suffered]:
    async def all_of_it() -> list[Suffered]:
        return [each async for each in suffer(scene.victim, attacks, PATIENCE)]

    found = asyncio.run(all_of_it())
    assert [(each.name, fault) for each in found for fault in each.faults] == []
    assert [(each.name, each.next) for each in found if each.next > NEXT] == []
    return found


@pytest.mark.parametrize("kind", ANSWERS)
def test_after_a_hostile_query_the_next_client_has_its_answer(kind: str, scene: Scene) -> None:
    attacks, answers = ANSWERS[kind]
    found = suffered(scene, *map(scene.aimed, attacks))
    assert [(each.name, each.answers) for each in found if not re.fullmatch(answers, each.answers)] == []


@pytest.mark.skipif(not bad_inputs(), reason="the hostile inputs are not beside the project")
def test_after_each_of_the_bad_inputs_the_next_client_has_its_answer(scene: Scene) -> None:
    found = {each.name.partition(":")[0]: each.answers for each in suffered(scene, *map(scene.aimed, bad_inputs()))}
    assert {name: found[name] for name in found if name.startswith("U")} == {"U01-load-http": "400 query-update", "U03-load-silent": "400 query-update"}
    assert {found["Q01-service"], found["Q03-service-escape"]} == {"400 query-service"}
    assert {found["Q07-load-http"], found["Q09-insert-in-query"]} == {"400 query-update"}
    assert {found["Q15-deep-parens"], found["Q17-deep-groups"], found["Q19-deep-path"], found["Q31-recursion-subselect"]} == {"400 query-too-deep"}
    assert {found["Q13-string-doubling"]} == {"503 memory"}
    assert {found["Q23-order-by-big"], found["Q25-values-bomb"]} <= {"503 memory", "503 timeout", "400 rows", "400 bytes"}


def test_whatever_is_done_to_a_connection_the_next_client_has_its_answer(scene: Scene) -> None:
    suffered(scene, *WIRES)


def test_nothing_comes_from_outside_into_an_answer(scene: Scene) -> None:
    place = Place.of(scene.victim.url, "127.0.0.5")
    for attack in map(scene.aimed, OUTSIDE):
        assert b"sings" not in asyncio.run(exchange(place, asking(attack.query))).content


def test_a_thousand_made_up_queries_are_answered_whole_or_not_at_all_and_the_next_client_each_time(scene: Scene) -> None:
    canaries = ((CANARY, scene.server.url), (CANARY_FILE, scene.file.path.as_uri()))
    queries = [replaced(query, canaries) for query in islice(nasty(SEED, [*project_questions().values()]), MADE_UP)]
    assert len({*queries}) > MADE_UP * 0.9
    waited: list[float] = []
    wrong: list[tuple[int, str]] = []

    async def attacker(source: str, mine: range) -> None:
        for number in mine:
            try:
                reply = await exchange(Place.of(scene.victim.url, source), asking(queries[number], "application/sparql-results+json, text/turtle;q=0.9"))
                wrong.extend((number, each) for each in [fault(reply)] if each)
            except Lost as lost:
                wrong.append((number, str(lost)))
            seconds, faults = await next_client(scene.victim, f"127.0.3.{number % 20 + 1}")
            waited.append(seconds)
            wrong.extend((number, each) for each in faults)

    async def all_of_them() -> None:
        await asyncio.gather(*(attacker(f"127.0.2.{number}", range(number, MADE_UP, 4)) for number in range(4)))

    asyncio.run(all_of_them())
    assert wrong == []
    assert len(waited) == MADE_UP
    assert max(waited) < NEXT


def replaced(query: bytes, canaries: tuple[tuple[str, str], ...]) -> bytes:
    for old, new in canaries:
        query = query.replace(old.encode(), new.encode())
    return query


def test_the_canaries_would_have_told(tmp_path: Path) -> None:
    with CanaryServer() as server, CanaryFile(tmp_path) as file:
        assert (server.visits, file.visits) == (0, 0)
        with pytest.raises(OSError, match=r"."):
            urlopen(server.url, timeout=5)
        assert b"sings" in file.path.read_bytes()
        assert server.visits == 1
        assert file.visits > 0
