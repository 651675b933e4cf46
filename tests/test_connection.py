"""Connections are shared: a few clients that want all of them never keep out another."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from publish.serve.connection import Connections, client_name


@dataclass(eq=False)
class Opened:
    """A connection of a client; whether an answer is being made on it."""

    client: str
    is_answering: bool = False


def opened(connections: Connections[Opened], *clients: str) -> list[Opened]:
    """Open a connection for each of *clients*; return those that had to go."""
    return [gone for client in clients if (gone := connections.admit(client, Opened(client)))]


def test_a_client_has_a_quarter_of_them_and_loses_its_own_beyond() -> None:
    connections: Connections[Opened] = Connections(40)
    assert opened(connections, *["a"] * 10) == []
    assert [gone.client for gone in opened(connections, "a", "b", "a")] == ["a", "a"]


def test_where_there_is_no_room_one_goes_of_who_has_the_most() -> None:
    connections: Connections[Opened] = Connections(20)
    assert opened(connections, *"aaaaabbbbbccccddddde"[:20]) == []
    assert [gone.client for gone in opened(connections, "f", "g", "h")] == ["a", "b", "d"]
    assert {gone.client for gone in opened(connections, *"fghijklm")} <= set("abcd")


def test_of_those_that_wait_the_first_that_came_goes() -> None:
    connections: Connections[Opened] = Connections(8)
    first, second = Opened("a"), Opened("a")
    assert [connections.admit("a", one) for one in (first, second)] == [None, None]
    assert connections.admit("a", Opened("a")) is first


def test_an_answer_is_not_broken_off_for_those_who_only_wait() -> None:
    connections: Connections[Opened] = Connections(8)
    answering = [Opened("a", is_answering=True), Opened("a", is_answering=True)]
    waiting = Opened("b")
    assert [connections.admit(one.client, one) for one in (*answering, waiting)] == [None, None, None]
    opened(connections, *"cdefg")
    assert connections.admit("h", Opened("h")) is waiting


def test_who_holds_many_with_answers_loses_one_before_who_waits_with_one() -> None:
    connections: Connections[Opened] = Connections(40)
    held = [Opened("a", is_answering=True) for _ in range(10)]
    assert [connections.admit("a", one) for one in held] == [None] * 10
    opened(connections, *map(str, range(30)))
    assert connections.admit("h", Opened("h")) is held[0]


def test_whatever_comes_and_goes_there_are_never_too_many() -> None:
    chance = random.Random(7)
    connections: Connections[Opened] = Connections(16)
    there: set[Opened] = set()
    for _ in range(3000):
        if there and chance.random() < 0.4:
            left = chance.choice([*there])
            there.discard(left)
            connections.leave(left.client, left)
            connections.leave(left.client, left)  # what was closed for another is told twice
        else:
            new = Opened(chance.choice("aaabcdefghijklmnop"), chance.random() < 0.5)
            there.add(new)
            gone = connections.admit(new.client, new)
            there.discard(gone) if gone else None
        assert len(there) <= 16
        assert max(Counter(one.client for one in there).values(), default=0) <= 4


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", ""),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, name: str) -> None:
    assert client_name(address) == name
