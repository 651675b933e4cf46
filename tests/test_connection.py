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


def test_who_has_the_most_is_not_given_one_more() -> None:
    connections: Connections[Opened] = Connections(8)
    opened(connections, *"aabbccdd")
    newest = Opened("a")
    assert connections.admit("a", newest) is newest


def test_one_with_an_answer_goes_only_where_all_have_one() -> None:
    connections: Connections[Opened] = Connections(8)
    waiting, answering = Opened("a"), Opened("a", is_answering=True)
    opened(connections, *"bcdefg")
    assert connections.admit("a", waiting) is None
    assert connections.admit("a", answering) is None
    assert connections.admit("h", Opened("h")) is waiting
    full: Connections[Opened] = Connections(8)
    held = [Opened("a", is_answering=True), Opened("a", is_answering=True)]
    assert [full.admit("a", one) for one in held] == [None, None]
    opened(full, *"bcdefg")
    assert full.admit("h", Opened("h")) is held[1]


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
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, name: str) -> None:
    assert client_name(address) == name
