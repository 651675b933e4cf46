"""The pool with its real processes: nothing that it is asked, and nothing that is done to its processes, keeps it from answering the next query."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store, serialize
from workbench import BAD_INPUTS, ROOT

from publish.errors import BadQuery
from publish.gate import admit
from publish.serve.budget import Budgets
from publish.serve.limits import Limits
from publish.serve.pool import NoData, Pool, Question, Refused
from publish.serve.turns import PATIENCE
from publish.serve.worker import QUESTIONS

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc to see processes in")

RESULTS = {"srj": QueryResultsFormat.JSON, "srx": QueryResultsFormat.XML, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV}
GRAPHS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML}
QUICK = "SELECT ?o { <http://example.org/id/7> <http://example.org/def/p> ?o }"
SLOW = "SELECT (COUNT(*) AS ?count) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
NEXT = 1.0
"""Seconds within which the next query is answered: on an idle machine some milliseconds, but tests run beside each other."""
LATE = 0.5
"""How far beyond its deadline, in seconds, a query may be refused here; on an idle machine it is a hundredth."""


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five hundred quads in two graphs."""
    file = tmp_path_factory.mktemp("data") / "all.nq"
    line = '<http://example.org/id/{0}> <http://example.org/def/p> "value {0}" <http://example.org/{1}> .\n'
    file.write_text("".join(line.format(number, "stated" if number % 5 else "derived") for number in range(500)), encoding="utf-8")
    return file


@asynccontextmanager
async def pool_on(dump: Path, limits: Limits = Limits(budget=1e6)) -> AsyncIterator[Pool]:  # noqa: B008  # limits are frozen
    pool = Pool(dump, limits, Budgets(limits.budget))
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


def select(query: str, extension: str = "csv") -> Question:
    return Question(query, "SELECT", extension)


async def answer(pool: Pool, question: Question, client: str = "somebody") -> bytes:
    answer = await pool.ask(question, client)
    with answer.content as content:
        whole = content.read()
    assert len(whole) == answer.size
    return whole


async def quick(pool: Pool, client: str = "somebody else") -> float:
    """Ask an ordinary query and return how many seconds that took."""
    began = time.monotonic()
    assert await answer(pool, select(QUICK), client) == b"o\r\nvalue 7\r\n"
    return time.monotonic() - began


async def refused(pool: Pool, question: Question, client: str = "somebody") -> tuple[Refused, float]:
    """Ask what is refused; return how, and how many seconds that took. The next query is answered soon."""
    began = time.monotonic()
    with pytest.raises(Refused) as refusal:
        await pool.ask(question, client)
    took = time.monotonic() - began
    assert await quick(pool) < NEXT
    return refusal.value, took


def children(process: int) -> list[int]:
    """The processes that *process* has started, and those that they have."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *children(child)]
    return found


def crew() -> list[int]:
    """The keepers that this process has started, and their workers."""
    keepers = [child for child in children(os.getpid()) if b"publish.serve.keeper" in arguments(child) and parent(child) == os.getpid()]
    return [process for keeper in keepers for process in (keeper, *children(keeper))]


def keeper_of(process: int) -> int:
    """The keeper that *process* has started last; 0 where there is none at the moment."""
    return max((child for child in children(process) if b"publish.serve.keeper" in arguments(child) and parent(child) == process), default=0)


def arguments(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def parent(process: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def descriptors() -> list[str]:
    """The open files and sockets of this process."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one that the folder was read by
            found.append(str(link.readlink()))
    return sorted(found)


def state(process: int) -> str:
    """The state of a process: R where it runs, S where it waits; X where there is none any more."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    return "X"


def lives(process: int) -> bool:
    """Whether a process is there and has not ended."""
    return state(process) not in "ZX"


def memory(process: int) -> int:
    """The bytes of memory that a process has in use."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def busy(process: int) -> int | None:
    """The one worker of the pool in *process* that runs."""
    found = [worker for worker in children(keeper_of(process)) if state(worker) in "RD"]
    return found[0] if len(found) == 1 else None


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never came to that"
        await asyncio.sleep(0.01)


async def working() -> int:
    """The worker of the pool in this process that runs, once one alone does."""
    await until(lambda: busy(os.getpid()) is not None)
    worker = busy(os.getpid())
    assert worker is not None
    return worker


def run(test: Awaitable[None]) -> None:
    async def main() -> None:
        async with asyncio.timeout(60):
            await test

    asyncio.run(main())


# answers


FORMS = {
    "SELECT": "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "ASK": "ASK { ?s ?p 'value 7' }",
    "CONSTRUCT": "PREFIX id: <http://example.org/id/> CONSTRUCT { ?s id:is ?o } WHERE { ?s ?p ?o }",
    "DESCRIBE": "DESCRIBE <http://example.org/id/7> <http://example.org/id/10>",
}
ANSWERS = [("SELECT", e) for e in RESULTS] + [("ASK", e) for e in ("srj", "srx")] + [(form, e) for form in ("CONSTRUCT", "DESCRIBE") for e in GRAPHS]


def test_every_form_in_every_format_is_answered_as_pyoxigraph_does(dump: Path) -> None:
    store = Store()
    store.bulk_load(path=str(dump), format=RdfFormat.N_QUADS)

    def expected(form: str, extension: str) -> bytes:
        found = store.query(FORMS[form], use_default_graph_as_union=True)
        if isinstance(found, QueryTriples):
            named = {"id": "http://example.org/id/"} if form == "CONSTRUCT" and extension == "ttl" else {}
            return serialize(found, format=GRAPHS[extension], prefixes=named) or b""
        assert isinstance(found, QuerySolutions | QueryBoolean)
        return found.serialize(format=RESULTS[extension]) or b""

    async def test() -> None:
        async with pool_on(dump) as pool:
            for form, extension in ANSWERS:
                got = await answer(pool, Question.of(admit(FORMS[form]), extension))
                assert sorted(got.splitlines()) == sorted(expected(form, extension).splitlines()), (form, extension)
            given = await pool.ask(Question(FORMS["ASK"], "ASK", "srj"), "a")
            assert given.rows == 1
            given.content.close()
            with pytest.raises(ValueError, match="ASK has no answer in csv"):
                await pool.ask(Question("ASK {}", "ASK", "csv"), "a")

    run(test())


def test_a_large_answer_is_whole_and_counted(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump) as pool:
            given = await pool.ask(select("SELECT * { ?a ?b ?c . ?d ?e ?f }"), "a")
            with given.content as content:
                lines = content.read().count(b"\n")
            assert (given.rows, lines) == (250_000, 250_001)
            assert given.size > 16 << 20
            assert given.seconds > 0

    run(test())


def test_a_query_that_does_not_parse_is_a_mistake_with_its_place_and_the_worker_goes_on(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=1)) as pool:
            worker = children(keeper_of(os.getpid()))
            with pytest.raises(BadQuery) as mistake:
                await pool.ask(select("SELECT *\nWHERE { ?s ?p }"), "a")
            assert (mistake.value.values["line"], mistake.value.values["column"]) == (2, 16)
            with pytest.raises(BadQuery):
                await pool.ask(select("SELECT * { ?s ?p '\ud800' }"), "a")
            with pytest.raises(BadQuery):
                await pool.ask(select("INSERT DATA { <a:a> <a:b> <a:c> }"), "a")
            await quick(pool)
            assert children(keeper_of(os.getpid())) == worker

    run(test())


# limits

STAR = f"SELECT * {{ {' '.join(f'?s ?p{number} ?o{number} .' for number in range(200))} }}"


@pytest.mark.parametrize(
    "query",
    [SLOW, STAR, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?c ?i", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"],
    ids=["counting a product", "planning 200 patterns", "sorting a product", "writing a product"],
)
def test_one_deadline_holds_for_planning_evaluating_and_writing(dump: Path, query: str) -> None:
    limits = Limits(timeout=1.0, memory=16_384, rows=10**9, answer_bytes=1 << 34, budget=1e6)

    async def test() -> None:
        async with pool_on(dump, limits) as pool:
            refusal, took = await refused(pool, select(query))
            assert (refusal.name, refusal.values) == ("timeout", {"limit": 1.0})
            assert 0.95 < took < 1.0 + LATE

    run(test())


def test_a_query_that_takes_too_much_memory_is_told_so(dump: Path) -> None:
    doubling = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(30))
    bombs = [
        f"SELECT ?x30 {{ BIND('aaaaaaaaaaaaaaaa' AS ?x0) {doubling} }}",
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?c ?i",
    ]

    async def test() -> None:
        async with pool_on(dump, Limits(memory=128, timeout=20, budget=1e6)) as pool:
            for bomb in bombs:
                refusal, _ = await refused(pool, select(bomb))
                assert (refusal.name, refusal.values) == ("memory", {"limit": 128})

    run(test())


def test_a_query_that_its_worker_dies_of_is_told_so_and_none_hangs(dump: Path) -> None:
    deep = [
        f"SELECT * {{ {'FILTER EXISTS { ' * 50_000} {'}' * 50_000} }}",
        f"SELECT ({'(' * 200_000}1{')' * 200_000} AS ?x) {{}}",
    ]

    async def test() -> None:
        async with pool_on(dump) as pool:
            for query in deep:
                refusal, _ = await refused(pool, select(query))
                assert refusal.name == "stopped"

    run(test())


def test_what_is_admitted_by_its_nesting_is_answered(dump: Path) -> None:
    depth = Limits().nesting
    deep = [
        f"SELECT * {{ {'FILTER EXISTS { ' * depth} {'}' * depth} }}",
        f"SELECT * {{ {'{ SELECT * { ' * depth} {'} }' * depth} }}",
        f"SELECT ({'(' * depth}1{')' * depth} AS ?x) {{}}",
    ]

    async def test() -> None:
        async with pool_on(dump) as pool:
            for query in deep:
                assert (await answer(pool, select(query, "srj"))).startswith(b"{")

    run(test())


@pytest.mark.skipif(not BAD_INPUTS.exists(), reason="the shared bad inputs are not here")
def test_no_bad_query_keeps_the_pool_from_answering_even_past_the_gate(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(timeout=0.5, budget=1e6)) as pool:
            for file in sorted([*BAD_INPUTS.glob("*.rq"), *BAD_INPUTS.glob("*.ru")]):
                began = time.monotonic()
                with suppress(Refused, BadQuery):
                    (await pool.ask(select(file.read_bytes().decode(errors="replace")), "a")).content.close()
                assert time.monotonic() - began < 0.5 + LATE, file.name
                assert await quick(pool) < NEXT, file.name

    run(test())


@pytest.mark.parametrize(("query", "form", "extension"), [("SELECT * { ?s ?p ?o }", "SELECT", "srj"), ("DESCRIBE ?s { ?s ?p ?o }", "DESCRIBE", "ttl")])
def test_an_answer_at_its_limits_passes_and_one_beyond_them_is_refused(dump: Path, query: str, form: str, extension: str) -> None:
    question = Question(query, form, extension)

    async def test() -> None:
        async with pool_on(dump) as pool:
            size = len(await answer(pool, question))
        for rows, most, name in ((500, size, ""), (499, size, "rows"), (500, size - 1, "bytes")):
            async with pool_on(dump, Limits(rows=rows, answer_bytes=most)) as pool:
                if name:
                    refusal, _ = await refused(pool, question)
                    assert (refusal.name, refusal.values) == (name, {"limit": rows if name == "rows" else most})
                else:
                    assert len(await answer(pool, question)) == size

    run(test())


# processes


def test_a_worker_that_is_killed_is_replaced(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=2, budget=1e6)) as pool:
            asking = asyncio.create_task(pool.ask(select(SLOW), "a"))
            keeper = keeper_of(os.getpid())
            await asyncio.sleep(0.1)
            os.kill(await working(), signal.SIGKILL)
            with pytest.raises(Refused, match="stopped"):
                await asking
            for _ in range(10):  # and those that wait for a question, right before it comes
                for worker in children(keeper):
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
                assert await quick(pool) < NEXT
            await until(lambda: len(children(keeper)) == 2)

    run(test())


def test_a_keeper_that_is_killed_is_replaced_and_costs_nobody_an_answer(dump: Path) -> None:
    work = "SELECT (COUNT(*) AS ?count) { ?a ?b ?c . ?d ?e ?f . ?g <http://example.org/def/p> 'value 1' . FILTER(?a != ?d) }"

    async def test() -> None:
        async with pool_on(dump) as pool:
            first = keeper_of(os.getpid())
            await until(lambda: len(children(first)) == Limits().workers)
            workers = children(first)
            asking = asyncio.create_task(answer(pool, select(work)))
            await asyncio.sleep(0.05)
            await working()
            os.kill(first, signal.SIGKILL)
            assert await quick(pool) < NEXT  # those that were idle still answer
            assert await asking == b"count\r\n249500\r\n"  # and those that ran end what they had begun
            await until(lambda: len(children(keeper_of(os.getpid()))) == Limits().workers)
            await until(lambda: not any(map(lives, workers)))
            second = keeper_of(os.getpid())
            assert second != first
            os.kill(second, signal.SIGKILL)
            await asyncio.sleep(0.05)
            assert await quick(pool) < NEXT
            await until(lambda: len(children(keeper_of(os.getpid()))) == Limits().workers)
            assert await quick(pool) < NEXT

    run(test())


def test_a_keeper_loads_the_same_data_again_whatever_has_become_of_the_file(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.nq"
    file.write_bytes(dump.read_bytes())

    async def test() -> None:
        async with pool_on(file, Limits(workers=1)) as pool:
            other = tmp_path / "other.nq"
            other.write_bytes(b"")
            other.rename(file)
            first = keeper_of(os.getpid())
            os.kill(first, signal.SIGKILL)
            await until(lambda: keeper_of(os.getpid()) not in {0, first} and bool(children(keeper_of(os.getpid()))))
            await asyncio.sleep(0.1)
            assert await quick(pool) < NEXT

    run(test())


FRONT = """\
import asyncio, sys
from pathlib import Path
from publish.serve.budget import Budgets
from publish.serve.limits import Limits
from publish.serve.pool import Pool, Question

async def main():
    pool = Pool(Path(sys.argv[1]), Limits(), Budgets(1))
    await pool.start()
    asking = [asyncio.create_task(pool.ask(Question(sys.argv[2], "SELECT", "csv"), "a")) for _ in range(2)]
    await asyncio.sleep(0.2)
    print("ready", flush=True)
    await asyncio.gather(*asking)

asyncio.run(main())
"""


def test_where_the_front_is_killed_every_process_ends_within_a_second(dump: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", FRONT, str(dump), SLOW], stdout=subprocess.PIPE, cwd=ROOT) as front:
        assert front.stdout is not None
        assert front.stdout.readline() == b"ready\n"
        processes = children(front.pid)
        assert len(processes) == 1 + Limits().workers
        front.kill()
    began = time.monotonic()
    while any(map(lives, processes)):
        assert time.monotonic() - began < 1.0
        time.sleep(0.01)


def test_signals_for_the_front_are_not_for_its_processes(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=2)) as pool:
            await until(lambda: len(crew()) == 1 + 2)
            processes = crew()
            for process in processes:
                assert os.getpgid(process) != os.getpgid(0)  # Ctrl-C goes to a group
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    os.kill(process, number)
            assert await quick(pool) < NEXT
            assert crew() == processes

    run(test())


def test_a_closed_pool_leaves_nothing_behind(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = descriptors()
    processes: list[int] = []

    async def test() -> None:
        opened = len(descriptors())
        async with pool_on(dump, Limits(timeout=1.0)) as pool:
            asking = asyncio.create_task(answer(pool, select("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000")))
            slow = asyncio.create_task(pool.ask(select(SLOW), "a"))
            await asyncio.sleep(0.1)
            processes.extend(crew())
        assert len(await asking) > 1 << 20  # what runs is let to its end
        with pytest.raises(Refused, match="timeout"):
            await slow
        with pytest.raises(Refused, match="stopped"):
            await pool.ask(select(QUICK), "a")
        assert len(descriptors()) == opened

    run(test())
    assert len(processes) == 1 + Limits().workers
    assert not [process for process in processes if Path(f"/proc/{process}").exists()]
    assert descriptors() == before
    assert not [*tmp_path.iterdir()]


def test_a_cancelled_query_ends_at_once_and_its_place_is_free(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=1, queue=1, budget=1e6)) as pool:
            asking = asyncio.create_task(pool.ask(select(SLOW), "a"))
            await asyncio.sleep(0.1)
            worker = await working()
            waiting = asyncio.create_task(pool.ask(select(SLOW), "b"))
            await asyncio.sleep(0)
            waiting.cancel()  # so does one that only waits
            await asyncio.sleep(0)
            asking.cancel()
            assert await quick(pool) < NEXT
            assert not lives(worker)
            assert asking.cancelled()
            assert waiting.cancelled()
            assert (pool._turns.waiting, pool._turns.running, pool._asked, pool._busy) == (0, 0, set(), {})

    run(test())


def test_a_worker_that_grew_or_is_old_is_replaced_and_no_question_is_lost(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=1, budget=1e6)) as pool:
            keeper = keeper_of(os.getpid())
            young = children(keeper)
            for _ in range(QUESTIONS + 1):
                await quick(pool)
            old = children(keeper)
            assert old != young
            await answer(pool, select("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?d"))  # takes some 100 MiB
            await quick(pool)
            assert children(keeper) != old

    run(test())


def test_a_query_that_lasts_leaves_the_processor_to_quick_ones(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=2, timeout=2.0, budget=1e6)) as pool:
            await until(lambda: len(children(keeper_of(os.getpid()))) == 2)
            own = os.getpriority(os.PRIO_PROCESS, 0)
            asking = asyncio.create_task(pool.ask(select(SLOW), "a"))
            await asyncio.sleep(0.1)
            worker = await working()
            assert os.getpriority(os.PRIO_PROCESS, worker) == own
            await until(lambda: os.getpriority(os.PRIO_PROCESS, worker) == 19)
            with pytest.raises(Refused, match="timeout"):
                await asking
            await until(lambda: {os.getpriority(os.PRIO_PROCESS, worker) for worker in children(keeper_of(os.getpid()))} == {own})

    run(test())


def test_two_thousand_queries_leave_memory_where_it_was(dump: Path) -> None:
    async def some(pool: Pool, count: int, client: str) -> None:
        for number in range(count):
            await answer(pool, select(QUICK if number % 10 else "SELECT * { GRAPH ?g { ?s ?p ?o } }"), client)

    async def test() -> None:
        async with pool_on(dump) as pool:
            await asyncio.gather(*(some(pool, 50, f"client {number}") for number in range(4)))
            keeper = keeper_of(os.getpid())
            before, own = memory(keeper), memory(os.getpid())
            await asyncio.gather(*(some(pool, 500, f"client {number}") for number in range(4)))
            assert memory(keeper) - before < 1 << 20
            assert memory(os.getpid()) - own < 16 << 20
            assert all(memory(worker) < before + (Limits().memory << 20) / 8 for worker in children(keeper))
            assert len(children(keeper)) == Limits().workers

    run(test())


def test_a_new_pool_takes_over_while_the_old_one_ends_what_it_has_begun(dump: Path, tmp_path: Path) -> None:
    newer = tmp_path / "all.nq"
    newer.write_text("<http://example.org/a> <http://example.org/p> 'new' <http://example.org/g> .\n".replace("'", '"'))
    work = select("SELECT (COUNT(*) AS ?count) { ?a ?b ?c . ?d ?e ?f }")

    async def test() -> None:
        old, new = Pool(dump, Limits(), Budgets(1)), Pool(newer, Limits(), Budgets(1))
        await old.start()
        first = keeper_of(os.getpid())
        asking = [asyncio.create_task(answer(old, work, f"client {number}")) for number in range(10)]
        await asyncio.sleep(0)
        await new.start()
        closing = asyncio.create_task(old.close())
        assert await answer(new, work) == b"count\r\n1\r\n"
        assert {await task for task in asking} == {b"count\r\n250000\r\n"}
        await closing
        assert not lives(first)
        assert await answer(new, work) == b"count\r\n1\r\n"
        await new.close()

    run(test())


def test_data_that_cannot_be_loaded_is_a_mistake_that_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = tmp_path / "bad.nq"
    bad.write_text("<http://example.org/a> no quad\n", encoding="utf-8")
    before = descriptors()

    async def test() -> None:
        for file, words in ((tmp_path / "missing.nq", "No such file"), (bad, "line 1"), (tmp_path, "directory")):
            with pytest.raises(NoData) as mistake:
                await Pool(file, Limits(), Budgets(1)).start()
            assert mistake.value.values["file"] == file
            assert words in str(mistake.value.values["words"])

    run(test())
    assert not crew()
    assert descriptors() == before


# whose turn it is


def test_only_so_many_wait_and_none_for_longer_than_a_query_may_take(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=1, queue=2, timeout=1.0, budget=1e6)) as pool:
            asking = [asyncio.create_task(pool.ask(select(SLOW), "a")) for _ in range(3)]
            await asyncio.sleep(0.1)
            began = time.monotonic()
            with pytest.raises(Refused) as refusal:
                await pool.ask(select(QUICK), "a")
            assert time.monotonic() - began < LATE
            assert (refusal.value.name, refusal.value.values) == ("queue", {"limit": 2, "retry_after": 1})
            other = asyncio.create_task(answer(pool, select(QUICK), "b"))  # another client is let in: one alone never shuts it out
            with pytest.raises(Refused, match="queue"):
                await asking[2]
            ended = await asyncio.gather(*asking[:2], return_exceptions=True)
            assert [refusal.name for refusal in ended if isinstance(refusal, Refused)] == ["timeout", "queue"]
            assert await other == b"o\r\nvalue 7\r\n"

    run(test())


def test_who_waits_too_long_is_told_so(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=1, timeout=0.5, budget=1e6)) as pool:
            asking = [asyncio.create_task(pool.ask(select(SLOW), "a")) for _ in range(4)]
            ended = await asyncio.gather(*asking, return_exceptions=True)
            names = [refusal.name for refusal in ended if isinstance(refusal, Refused)]
            assert len(names) == 4
            assert names[0] == "timeout"
            assert names[-1] == "queue"
            assert await quick(pool) < NEXT

    run(test())


def test_slow_queries_of_one_client_do_not_hold_up_another(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(timeout=3.0)) as pool:
            slow = [asyncio.create_task(pool.ask(select(SLOW), "slow")) for _ in range(8)]
            await asyncio.sleep(0.2)
            for _ in range(20):
                assert await quick(pool, "quick") < NEXT
            for task in slow:
                task.cancel()
            await asyncio.wait(slow)

    run(test())


def test_slow_queries_of_many_clients_hold_up_another_for_a_moment(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=2, timeout=5.0)) as pool:
            slow = [asyncio.create_task(pool.ask(select(SLOW), f"client {number}")) for number in range(3)]
            await asyncio.sleep(0.2)
            assert await quick(pool, "quick") < 2 * PATIENCE + NEXT  # two clients, of whom nothing was known, had to give way
            for _ in range(5):
                assert await quick(pool, "quick") < NEXT
            for task in slow:
                task.cancel()
            await asyncio.wait(slow)

    run(test())


def test_a_query_that_gave_way_begins_again_and_is_answered(dump: Path) -> None:
    work = "SELECT (COUNT(*) AS ?count) { ?a ?b ?c . ?d ?e ?f . ?g ?h 'value 1' . VALUES ?x { 1 2 3 } FILTER(REGEX(STR(?a), STR(?f))) }"

    async def test() -> None:
        async with pool_on(dump, Limits(workers=2, timeout=20.0)) as pool:
            holding = asyncio.create_task(pool.ask(select(SLOW), "holding"))
            await asyncio.sleep(0.1)
            giving_way = asyncio.create_task(answer(pool, select(work), "giving way"))
            await asyncio.sleep(0.1)
            assert await quick(pool, "quick") < PATIENCE + NEXT
            assert not giving_way.done()
            holding.cancel()
            assert await giving_way == b"count\r\n0\r\n"

    run(test())


def test_a_client_without_budget_is_told_when_to_come_back_and_others_are_not(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(timeout=1.0, budget=0.5)) as pool:
            timeout, spent = await refused(pool, select(SLOW), "a")
            assert timeout.name == "timeout"
            refusal, took = await refused(pool, select(QUICK), "a")
            assert refusal.name == "budget"
            assert refusal.values["limit"] == 0.5
            # half a second too much, and what a busy machine took to end it, paid back by half a second a minute
            assert 55 <= int(str(refusal.values["retry_after"])) <= (spent - 0.5) * 120 + 5
            assert took < LATE

    run(test())


# the world outside


@contextmanager
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback: its address, and who has come."""
    seen: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def watch() -> None:
            with suppress(OSError):
                while True:
                    connection, address = listening.accept()
                    seen.append(str(address))
                    connection.close()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", seen
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_worker_opens_no_connection_and_no_file_whatever_it_is_asked(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "secret.nt"
    file.write_text("<http://example.org/secret> <http://example.org/p> <http://example.org/o> .\n", encoding="utf-8")
    outside = "SELECT * {{ {} }}"

    async def test(url: str) -> None:
        async with pool_on(dump) as pool:
            for query in (
                outside.format(f"SERVICE <{url}> {{ ?s ?p ?o }}"),
                outside.format(f"?s ?p ?o SERVICE SILENT <{url}> {{ ?s ?p ?o }}"),
                outside.format(f"BIND(<{url}> AS ?g) SERVICE ?g {{ ?s ?p ?o }}"),
                f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
                f"SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
                f"SELECT * FROM <{file.as_uri()}> {{ ?s ?p ?o }}",
                f"LOAD <{url}>",
                f"LOAD SILENT <{file.as_uri()}>",
            ):
                with suppress(Refused, BadQuery):
                    assert b"secret" not in await answer(pool, select(query))
            assert await answer(pool, Question("SELECT * { ?s ?p ?o }", "SELECT", "csv", (url,), (url, file.as_uri()))) == b"o,p,s\r\n"
            await quick(pool)
            with pytest.raises(Refused, match="stopped"):
                await pool.ask(select(outside.format(f"SERVICE <{url}> {{ ?s ?p ?o }}")), "a")

    with canary() as (url, seen):
        run(test(url))
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2].strip("/")))):
            pass
        time.sleep(0.1)
        assert len(seen) == 1  # the one that shows that it would have seen others


def test_a_worker_holds_its_channel_and_nothing_else_and_can_open_nothing(dump: Path) -> None:
    async def test() -> None:
        async with pool_on(dump, Limits(workers=2, budget=1e6)) as pool:
            await quick(pool)
            await until(lambda: len(children(keeper_of(os.getpid()))) == 2)
            await asyncio.sleep(0.2)
            for worker in children(keeper_of(os.getpid())):
                opened = sorted(str(link.readlink()) for link in Path(f"/proc/{worker}/fd").iterdir())
                assert opened[:-1] == ["/dev/null"] * 3 + [f"/proc/{worker}/statm"]
                assert opened[-1].startswith("socket:")
                limits = Path(f"/proc/{worker}/limits").read_text(encoding="utf-8").splitlines()
                none = {line[:26].strip() for line in limits if line[26:].split()[:2] == ["0", "0"]}
                assert none >= {"Max open files", "Max file size", "Max core file size"}
                assert Path(f"/proc/{worker}/oom_score_adj").read_text() == "1000\n"

    run(test())


def test_the_keeper_loads_no_more_than_it_needs() -> None:
    program = "import sys, publish.serve.keeper; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = set(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, text=True).stdout.split())
    assert not loaded & {"rdflib", "pyshacl", "starlette", "uvicorn", "jinja2", "asyncio", "click", "urllib3"}
