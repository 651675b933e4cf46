"""A long query is read in its client's turn and on its budget, and keeps neither short ones nor other clients waiting."""

from __future__ import annotations

import asyncio

import pytest

from publish.errors import BadQuery
from publish.serve.admission import Admission
from publish.serve.budget import Budgets
from publish.serve.limits import Limits
from publish.serve.question import Refused

LONG = f"SELECT * {{ VALUES ?x {{ {'1 ' * 20_000}}} }}"


def test_a_client_with_many_long_queries_delays_another_by_one() -> None:
    async def test() -> None:
        admission = Admission(Limits(), Budgets(1000))
        ended: list[str] = []

        async def ask(text: str, client: str) -> None:
            assert (await admission.admit(text, client)).form == "SELECT"
            ended.append(client)

        many = [asyncio.create_task(ask(LONG, "many")) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.gather(ask(LONG, "one"), ask("SELECT * {}", "short"))
        assert ended[0] == "short"
        assert ended.index("one") <= 3
        await asyncio.gather(*many)

    asyncio.run(test())


def test_reading_is_charged_and_who_has_used_all_is_told_when_to_come_back() -> None:
    async def test() -> None:
        budgets = Budgets(0.001)
        admission = Admission(Limits(), budgets)
        with pytest.raises(BadQuery):
            await admission.admit(LONG + " \\", "a")
        assert budgets.wait("a", asyncio.get_running_loop().time()) > 0
        with pytest.raises(Refused, match="budget"):
            await admission.admit(LONG, "a")
        assert (await admission.admit("ASK {}", "a")).form == "ASK"  # the pool minds that one

    asyncio.run(test())


def test_who_is_not_read_in_time_is_told_so() -> None:
    async def test() -> None:
        admission = Admission(Limits(timeout=0.05), Budgets(1000))
        async with admission._reading:
            with pytest.raises(Refused, match="queue"):
                await admission.admit(LONG, "a")

    asyncio.run(test())


def test_what_takes_too_long_to_read_is_told_so() -> None:
    async def test() -> None:
        with pytest.raises(Refused, match="timeout"):
            await Admission(Limits(timeout=0.001), Budgets(1000)).admit(LONG, "a")

    asyncio.run(test())
