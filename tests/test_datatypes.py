"""Lexical forms, valid and not, of every datatype that the engine knows: XML Schema 1.1 Part 2, section 3."""

from __future__ import annotations

import time
from itertools import product

import pytest

from publish import datatypes
from publish.datatypes import is_valid
from publish.model import XSD

_FLOATS = ("1", "-1E4", "1267.43233E12", "12.78e-2", "12", "-0", "0", "INF", "-INF", "+INF", "NaN", ".5", "5.", "+1.0e+1")
_NOT_FLOATS = ("", "1e", "e5", "nan", "inf", "-NaN", "1 ", "1,5", "0x10", "1_0", "--1", ".", "\u0661")
_DATES = (
    "2023-01-31",
    "0000-01-01",
    "-0001-01-01",
    "99999-01-01",
    "2000-02-29",
    "2024-02-29",
    "0000-02-29",
    "2023-06-30Z",
    "2023-01-01+14:00",
    "2023-01-01-13:59",
    "123456-12-31",
    "-20000-02-29",
)
_NOT_DATES = (
    "2023-02-30",
    "2023-02-29",
    "1900-02-29",
    "2023-06-31Z",
    "20230101",
    "2023-W01",
    "23-01-01",
    "2023-1-1",
    "2023-13-01",
    "2023-00-01",
    "2023-01-00",
    "02023-01-01",
    "+2023-01-01",
    "2023-01-01+15:00",
    "2023-01-01z",
    " 2023-01-01",
    "2023-01-01\n",
    "-100-01-01",
    "2023-01-01T00:00:00",
)
_TIMES = ("13:20:00", "13:20:30.5555", "24:00:00", "24:00:00.000", "00:00:00Z", "13:20:00-05:00", "23:59:59.999999999999999999999")
_NOT_TIMES = ("5:20:00", "13:20", "13:20:00.", "13:65:00", "24:00:01", "24:00:00.1", "25:00:00", "13:20:60", "13:20:00+14:01", "")

VALID: dict[str, tuple[str, ...]] = {
    "boolean": ("true", "false", "1", "0"),
    "decimal": ("-1.23", "12678967.543233", "+100000.00", "210", ".5", "5.", "007", "-0.0"),
    "float": _FLOATS,
    "double": _FLOATS,
    "integer": ("-1", "0", "12678967543233", "+100000", "007", "-0", "9" * 5000),
    "nonNegativeInteger": ("1", "0", "-0", "+0", "12678967543233", "+100000", "000"),
    "positiveInteger": ("1", "12678967543233", "+100000", "007"),
    "nonPositiveInteger": ("-1", "0", "+0", "-0", "-126789675432332938"),
    "negativeInteger": ("-1", "-12678967543233", "-0100000"),
    "date": _DATES,
    "dateTime": (*(f"{day[:10]}T{clock}" for day, clock in product(("2023-01-31", "2000-02-29"), _TIMES)), "-0044-03-15T12:00:00Z", "12004-04-12T13:20:00"),
    "dateTimeStamp": ("2004-04-12T13:20:00-05:00", "2004-04-12T13:20:00Z", "2004-04-12T24:00:00Z"),
    "time": _TIMES,
    "gYear": ("2004", "2004-05:00", "12004", "0922", "-0045", "0000", "2004Z"),
    "gYearMonth": ("2004-04", "2004-04-05:00", "2004-04Z", "-0004-12", "12004-01"),
    "gMonth": ("--04", "--04-05:00", "--12Z"),
    "gMonthDay": ("--04-12", "--04-12Z", "--02-29", "--12-31", "--04-30"),
    "gDay": ("---02", "---31", "---01+14:00"),
    "duration": (
        "P2Y6M5DT12H35M30S",
        "P1DT2H",
        "P20M",
        "PT20M",
        "P0Y",
        "-P60D",
        "PT1M30.5S",
        "P99999999999999999999Y",
        "PT1004199059S",
        "P1Y2M3DT5H20M30.123456789012345678901234567890S",
    ),
    "yearMonthDuration": ("P1Y", "P20M", "-P1Y2M", "P0M"),
    "dayTimeDuration": ("P1D", "PT2H", "-P1DT2H3M4.5S", "PT9999999999999S"),
    "hexBinary": ("", "0FB8", "0fb8", "AAbb00"),
    "base64Binary": ("", "QUJD", "QUI=", "QQ==", "Q U J D", "QUJD QUJD", "A A = ="),
    "language": ("en", "en-GB", "zh-Hant-TW", "x-klingon", "de-1996"),
    "normalizedString": ("", "a  b", " a ", "å—→"),
    "token": ("", "a", "a b", "å b c"),
    "long": ("-9223372036854775808", "9223372036854775807", "+00000000000000000000000000001", "-0"),
    "int": ("-2147483648", "2147483647", "+2147483647"),
    "short": ("-32768", "32767"),
    "byte": ("-128", "127", "+007"),
    "unsignedLong": ("0", "18446744073709551615", "-0"),
    "unsignedInt": ("4294967295", "0"),
    "unsignedShort": ("65535", "+0"),
    "unsignedByte": ("255", "0", "000255"),
}
INVALID: dict[str, tuple[str, ...]] = {
    "boolean": ("", "TRUE", "True", "yes", "2", " true", "true\n"),
    "decimal": ("", "1e99999999", "1E4", "+", ".", "1,5", "INF", "NaN", " 7", "1_000"),
    "float": _NOT_FLOATS,
    "double": _NOT_FLOATS,
    "integer": ("", "1_000", "١٢", " 7 ", "0x10", "1.0", "1e3", "+", "--1", "7\n"),
    "nonNegativeInteger": ("-1", "", "1.0"),
    "positiveInteger": ("0", "-1", "+0", ""),
    "nonPositiveInteger": ("1", "+1", ""),
    "negativeInteger": ("0", "1", "-0", ""),
    "date": _NOT_DATES,
    "dateTime": (
        "2023-01-01",
        "2023-01-01T25:00:00",
        "2023-02-30T00:00:00",
        "2023-01-01 00:00:00",
        "2023-01-01T00:00",
        "2023-01-01T24:00:01Z",
        "2023-01-01t00:00:00",
    ),
    "dateTimeStamp": ("2004-04-12T13:20:00", "2004-04-12", "2004-04-31T13:20:00Z"),
    "time": _NOT_TIMES,
    "gYear": ("99", "02004", "+2004", "20 04", "2004-04", "-045"),
    "gYearMonth": ("99-04", "2004", "2004-4", "2004-13", "2004-00", "2004-04-01"),
    "gMonth": ("-04", "--4", "--13", "--00", "04", "--04--"),
    "gMonthDay": ("--02-30", "--04-31", "--06-31", "--09-31", "--11-31", "--1-1", "--13-01", "-04-12", "--02-31"),
    "gDay": ("---32", "---0", "---00", "--01", "1"),
    "duration": ("P", "PT", "-P", "P1", "1Y", "P1S", "P1Y1", "P-1Y", "P1YT", "PT1D", "P1.5Y", "P1M1Y", "+P1Y", "", "PT1.S"),
    "yearMonthDuration": ("P", "P1D", "P1YT1H", "P1M1Y", "PT1M"),
    "dayTimeDuration": ("P1Y", "P1M", "P", "PT", "P1DT"),
    "hexBinary": ("abc", "0Fé", "0x0F", "0F 0F", "G0"),
    "base64Binary": ("!!!", "QUJ", "QQ=", "Q===", "QR==", "QUJ=D", "  QUJD", "QUJD  QUJD", "QUK+/=="),
    "language": ("", "e_n", "toolongtag", "en-", "-en", "en--GB", "12"),
    "normalizedString": ("a\tb", "a\nb", "\r"),
    "token": (" a", "a ", "a  b", "a\tb", "a\nb", " "),
    "long": ("9223372036854775808", "-9223372036854775809", "1.0", "", "9" * 5000),
    "int": ("2147483648", "-2147483649", "1e3"),
    "short": ("32768", "-32769"),
    "byte": ("128", "-129"),
    "unsignedLong": ("18446744073709551616", "-1"),
    "unsignedInt": ("4294967296", "-1"),
    "unsignedShort": ("65536", "-1"),
    "unsignedByte": ("256", "-1", "+256"),
}


def cases(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(datatype, lexical) for datatype, forms in table.items() for lexical in forms]


def named(value: str) -> str:
    return repr(value[:30])


@pytest.mark.parametrize(("datatype", "lexical"), cases(VALID), ids=named)
def test_a_valid_lexical_form_is_accepted(datatype: str, lexical: str) -> None:
    assert is_valid(lexical, XSD + datatype)


@pytest.mark.parametrize(("datatype", "lexical"), cases(INVALID), ids=named)
def test_an_invalid_lexical_form_is_found(datatype: str, lexical: str) -> None:
    assert not is_valid(lexical, XSD + datatype)


def test_every_datatype_that_the_engine_knows_is_in_both_tables() -> None:
    known = {iri.removeprefix(XSD) for iri in (*datatypes._PATTERNS, *datatypes._RANGES)}
    assert set(VALID) == known
    assert set(INVALID) == known


@pytest.mark.parametrize("datatype", [XSD + "string", XSD + "anyURI", "http://www.opengis.net/ont/geosparql#wktLiteral"])
def test_a_datatype_that_the_engine_does_not_know_is_left_alone(datatype: str) -> None:
    assert is_valid("  anything\n at all ", datatype)


@pytest.mark.parametrize("datatype", sorted(VALID))
@pytest.mark.parametrize("piece", ["0", "-", "1E", "A", " ", "A A= ", "P1Y", "en-", "2023-01-01", "\x00", "a  "])
def test_a_hostile_text_costs_nothing(datatype: str, piece: str) -> None:
    started = time.perf_counter()
    is_valid(piece * 100_000 + "!", XSD + datatype)
    assert time.perf_counter() - started < 1
