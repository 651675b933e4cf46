"""Which literal is the less: as SPARQL has it, exact, and with no order where there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QueryBoolean, Store

from publish.model import RDF, XSD
from publish.shapes.comparison import Value, order

STORE = Store()
ORDERED = [
    ("integer", "-1", "0"),
    ("integer", "9" * 5000, "1" + "0" * 5000),
    ("decimal", "0.1", "0.10000000000000000000000000000000000001"),
    ("double", "-INF", "INF"),
    ("float", "1e-300", "1e300"),
    ("string", "a", "b"),
    ("token", "Z", "a"),
    ("boolean", "0", "true"),
    ("date", "2020-02-28", "2020-02-29"),
    ("date", "-0044-03-15", "0001-01-01"),
    ("date", "2020-01-01", "123456-01-01"),
    ("date", "2020-01-01+14:00", "2020-01-01Z"),
    ("dateTime", "2020-01-01T00:00:00", "2020-01-01T00:00:00.000000000000000001"),
    ("dateTime", "2019-12-31T23:59:59", "2019-12-31T24:00:00"),
    ("dateTime", "2020-01-01T00:00:00", "2020-01-02T00:00:00Z"),
    ("dateTimeStamp", "2020-01-01T01:00:00+02:00", "2020-01-01T00:00:00Z"),
    ("time", "09:00:00", "10:00:00"),
    ("gYear", "1999", "2000"),
    ("gYear", "2000+14:00", "2000-14:00"),
    ("gYearMonth", "1999-12", "2000-01"),
    ("dayTimeDuration", "PT23H", "P1D"),
    ("yearMonthDuration", "P11M", "P1Y"),
    ("duration", "-P1D", "P1M"),
]
MIXED = [
    (("integer", "1"), ("decimal", "1.0")),
    (("decimal", "0.1"), ("double", "1e-1")),
    (("unsignedByte", "255"), ("long", "+255")),
    (("dateTime", "2020-01-01T00:00:00Z"), ("dateTimeStamp", "2020-01-01T01:00:00+01:00")),
]
WITHOUT = [
    (("integer", "1"), ("string", "1")),
    (("integer", "1_000"), ("integer", "2")),
    (("decimal", "1e1000000000"), ("decimal", "2")),
    (("date", "2020-13-01"), ("date", "2021-01-01")),
    (("date", "2020-01-01"), ("dateTime", "2021-01-01T00:00:00")),
    (("dateTime", "2020-01-01T00:00:00"), ("dateTime", "2020-01-01T05:00:00Z")),
    (("duration", "P1M"), ("duration", "P30D")),
    (("double", "NaN"), ("double", "NaN")),
    (("hexBinary", "00"), ("hexBinary", "01")),
    (("anyURI", "a"), ("anyURI", "b")),
    (("gMonthDay", "--01-01"), ("gMonthDay", "--01-02")),
    (("date", "9" * 200 + "-01-01"), ("date", "2021-01-01")),
    (("duration", "P" + "9" * 200 + "Y"), ("duration", "P1Y")),
]


def value(name: str, lexical: str) -> Value:
    return lexical, XSD + name


def by_oxigraph(one: Value, other: Value) -> int | None:
    """The order that pyoxigraph sees, asked in SPARQL."""
    left, right = (Literal(lexical, datatype=NamedNode(datatype)) for lexical, datatype in (one, other))
    for sign, found in (("<", -1), ("=", 0), (">", 1)):
        answer = STORE.query(f"ASK {{ FILTER({left} {sign} {right}) }}")
        assert isinstance(answer, QueryBoolean)
        if answer:
            return found
    return None


@pytest.mark.parametrize(("name", "less", "more"), ORDERED)
def test_of_two_values_one_is_less_and_each_is_the_same_as_itself(name: str, less: str, more: str) -> None:
    one, other = value(name, less), value(name, more)
    assert (order(one, other), order(other, one), order(one, one), order(other, other)) == (-1, 1, 0, 0)


@pytest.mark.parametrize("naive", [lambda one, other: one < other, lambda one, other: (one[1], one[0]) < (other[1], other[0])], ids=["by text", "by datatype"])
def test_a_planted_order_that_is_none_is_found(naive: Callable[[Value, Value], bool]) -> None:
    """rdflib orders by the datatype, and then by the text, what has no order by its value."""
    assert [pair for pair in ORDERED if not naive(value(pair[0], pair[1]), value(pair[0], pair[2]))]
    assert [pair for pair in WITHOUT if naive(value(*pair[0]), value(*pair[1]))]


@pytest.mark.parametrize(("one", "other"), MIXED)
def test_values_of_related_datatypes_are_the_same(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert order(value(*one), value(*other)) == order(value(*other), value(*one)) == 0


@pytest.mark.parametrize(("one", "other"), WITHOUT)
def test_what_cannot_be_compared_has_no_order(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert order(value(*one), value(*other)) is order(value(*other), value(*one)) is None
    assert order(("a", RDF + "langString"), ("b", RDF + "langString")) is None


def _times(zone: str) -> st.SearchStrategy[Value]:
    return st.datetimes().map(lambda moment: value("dateTime", moment.isoformat() + zone))


NUMBERS = st.one_of(
    st.integers(-(2**62), 2**62).map(lambda number: value("integer", str(number))),
    st.decimals(-(10**9), 10**9, places=6).map(lambda number: value("decimal", f"{number:f}")),
    st.floats(allow_nan=False).map(lambda number: value("double", str(number).replace("inf", "INF"))),
)
DATES = st.dates().map(lambda day: value("date", day.isoformat()))
MOMENTS = st.one_of(_times(""), _times("Z"), _times("+02:00"))


@settings(max_examples=300, deadline=None)
@given(st.one_of(*(st.tuples(kind, kind) for kind in (NUMBERS, DATES, MOMENTS))))
def test_the_order_is_the_one_that_sparql_sees(pair: tuple[Value, Value]) -> None:
    assert order(*pair) == by_oxigraph(*pair)
