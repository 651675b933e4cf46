"""Who may ask now, and whose turn it is: decided from times alone, without a process or a clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publish.serve.budget import CLIENTS, UNKNOWN, Budgets
from publish.serve.limits import Limits
from publish.serve.turns import PATIENCE, Place, Turns


def turns(**limits: float) -> tuple[Turns[Place], Budgets]:
    chosen = Limits(**limits)  # type: ignore[arg-type]  # names and numbers of limits
    budgets = Budgets(chosen.budget)
    return Turns(chosen, budgets), budgets


def join(line: Turns[Place], client: str, now: float = 0.0) -> Place:
    place = Place(client, now)
    line.join(place)
    return place


def test_a_budget_comes_back_evenly() -> None:
    budgets = Budgets(30.0)
    budgets.charge("a", 10.0, now=0.0)
    assert budgets.used("a", 0.0) == 10.0
    assert budgets.used("a", 10.0) == 5.0
    assert budgets.used("a", 20.0) == 0.0
    assert budgets.used("a", 1000.0) == 0.0
    assert budgets.used("b", 0.0) == 0.0


def test_who_has_something_left_may_ask_and_who_has_not_is_told_when() -> None:
    budgets = Budgets(30.0)
    budgets.charge("a", 29.9, now=0.0)
    assert budgets.wait("a", 0.0) == 0
    budgets.charge("a", 10.1, now=0.0)  # the last one may go beyond; it is paid back
    assert budgets.wait("a", 0.0) == 21
    assert budgets.wait("a", 19.5) == 1
    assert budgets.wait("a", 20.5) == 0
    assert budgets.wait("b", 0.0) == 0


@given(budget=st.floats(0.1, 1000), uses=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=20))
def test_who_comes_back_when_told_is_let_in_and_no_earlier_than_a_second_before(budget: float, uses: list[tuple[float, float]]) -> None:
    budgets, now = Budgets(budget), 0.0
    for seconds, later in uses:
        now += later
        budgets.charge("a", seconds, now)
    wait = budgets.wait("a", now)
    assert budgets.wait("a", now + wait) == 0
    assert wait <= 1 or budgets.wait("a", now + wait - 1.001) > 0


def test_a_million_clients_take_no_more_memory_than_the_latest() -> None:
    budgets = Budgets(30.0, clients=100)
    for number in range(10_000):
        budgets.charge(f"client {number}", 31.0, now=float(number) / 1000)
        budgets.learn(f"client {number}", 31.0)
    assert len(budgets._used) == len(budgets._usual) == 100
    assert budgets.wait("client 9999", 10.0) > 0
    assert budgets.wait("client 0", 10.0) == 0
    assert CLIENTS == 10_000


def test_one_client_never_has_every_worker() -> None:
    line, _ = turns(workers=4)
    for _ in range(5):
        join(line, "a")
    assert [line.next(0.0) is not None for _ in range(4)] == [True, True, True, False]
    join(line, "b")
    last = line.next(0.0)
    assert last is not None
    assert last.client == "b"
    assert last.kept
    assert line.next(0.0) is None


def test_a_lone_worker_is_for_everybody() -> None:
    line, budgets = turns(workers=1)
    budgets.charge("a", 29.0, 0.0)
    asked = join(line, "a")
    assert line.next(0.0) is asked
    assert line.in_the_way(100.0) is None


def test_the_client_that_has_used_least_comes_first() -> None:
    line, budgets = turns(workers=4)
    for client, used in (("a", 20.0), ("b", 1.0), ("c", 5.0)):
        budgets.charge(client, used, 0.0)
        join(line, client)
        join(line, client)
    order = [line.next(0.0) for _ in range(3)]
    assert [place.client for place in order if place] == ["b", "b", "c"]


def known(budgets: Budgets, client: str, *took: float) -> None:
    """Have *client* asked queries that took so many seconds."""
    for seconds in took:
        budgets.charge(client, seconds, 0.0)
        budgets.learn(client, seconds)


def test_who_is_known_for_quick_queries_goes_before_a_stranger_and_a_stranger_before_who_is_known_for_slow_ones() -> None:
    line, budgets = turns(workers=4)
    known(budgets, "quick", *[0.01] * 10)
    known(budgets, "slow", 2.0)
    places = [join(line, client) for client in ("slow", "stranger", "quick")]
    assert [line.next(0.0) for _ in range(3)] == places[::-1]
    known(budgets, "quick", 10.0)  # it is known by what it does, not by what it once did
    assert budgets.usual("quick") > 5.0
    assert budgets.usual("stranger") == UNKNOWN


def test_what_runs_counts_as_used() -> None:
    line, _ = turns(workers=4)
    first = join(line, "a")
    assert line.next(0.0) is first
    join(line, "a", 1.0)
    other = join(line, "b", 2.0)
    assert line.next(2.0) is other


def test_one_worker_is_kept_for_who_has_used_little() -> None:
    line, budgets = turns(workers=2, budget=30.0)
    budgets.charge("a", 10.0, 0.0)
    budgets.charge("b", 10.0, 0.0)
    join(line, "a")
    join(line, "b")
    assert line.next(0.0) is not None
    assert line.next(0.0) is None
    quick = join(line, "c")
    assert line.next(0.0) is quick


def test_who_holds_the_kept_worker_for_long_gives_way_twice_and_then_has_another() -> None:
    line, _ = turns(workers=2)
    ordinary, slow = join(line, "a"), join(line, "b")
    assert (line.next(0.0), line.next(0.0)) == (ordinary, slow)
    assert line.in_the_way(PATIENCE) is None  # nobody waits for it
    now = 0.0
    for time in (1, 2):
        quick = join(line, f"stranger {time}", now)
        assert line.in_the_way(now + PATIENCE * time * 0.9) is None
        now += PATIENCE * time
        assert line.in_the_way(now) is slow
        line.give_way(slow, now)
        assert line.next(now) is quick  # who gave way is known now, and comes after a stranger
        line.over(quick, 0.1, now)
        assert line.next(now) is (slow if time == 1 else None)  # the other worker is the kept one, which it never gets a third time
    line.over(ordinary, now, now)
    assert line.next(now) is slow
    assert not slow.kept


def test_who_is_known_for_quick_queries_is_given_more_time() -> None:
    line, budgets = turns(workers=2)
    known(budgets, "quick", 0.01)
    assert line.patience(join(line, "quick")) == 5 * line.patience(join(line, "stranger")) == 5 * PATIENCE


def test_twenty_strangers_with_slow_queries_cost_one_with_a_quick_one_less_than_half_of_a_default_timeout() -> None:
    line, _ = turns(workers=4)
    for number in range(20):
        join(line, f"slow {number}")
        join(line, f"slow {number}")
    while line.next(0.0):
        pass
    now, quick = 0.0, join(line, "quick", 0.1)
    while quick not in line._running:
        now += PATIENCE / 4
        in_the_way = line.in_the_way(now)
        if in_the_way:
            line.give_way(in_the_way, now)
            line.next(now)
    assert now < Limits().timeout / 2


def test_who_gave_way_has_the_next_ordinary_worker_whatever_happens_with_the_kept_one() -> None:
    line, _ = turns(workers=3)
    ordinary = [join(line, "a"), join(line, "b")]
    slow = join(line, "c")
    assert [line.next(0.0) for _ in range(3)] == [*ordinary, slow]
    quick = [join(line, client, 0.5) for client in ("d", "e")]
    line.give_way(slow, PATIENCE)
    assert line.next(PATIENCE) is quick[0]
    line.over(ordinary[0], PATIENCE, PATIENCE)
    assert line.next(PATIENCE) is quick[1]  # who has used little has an ordinary one too
    line.over(ordinary[1], PATIENCE, PATIENCE)
    assert quick[0].kept  # still
    assert line.next(PATIENCE) is slow


def test_a_client_is_not_in_its_own_way() -> None:
    line, _ = turns(workers=3)
    first, second = join(line, "a"), join(line, "b")
    third = join(line, "b")
    assert [line.next(0.0) for _ in range(3)] == [first, second, third]
    assert third.kept
    join(line, "b")
    assert line.in_the_way(PATIENCE) is None


def test_where_too_many_wait_the_client_with_the_most_loses_its_newest() -> None:
    line, _ = turns(workers=1, queue=3)
    many = [join(line, "a", float(number)) for number in range(3)]
    assert line.crowded_out() is None
    join(line, "b", 3.0)
    assert line.crowded_out() is many[2]
    line.leave(many[2])
    assert line.crowded_out() is None
    newest = join(line, "b", 4.0)
    assert line.crowded_out() is newest  # as many as the other, and later


def test_whoever_leaves_is_not_called() -> None:
    line, _ = turns(workers=4)
    gone, stays = join(line, "a"), join(line, "a")
    line.leave(gone)
    line.leave(gone)
    assert line.next(0.0) is stays
    assert (line.waiting, line.running) == (0, 1)
