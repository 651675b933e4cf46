"""Literals as people read them: in Danish, English and German, and what holds of every text in every language."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from decimal import Decimal

import pytest
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st
from workbench import ROOT

from publish.datatypes import is_valid
from publish.model import XSD
from publish.wording import Moment, date_text, number_text, size_text

EDTF = "http://id.loc.gov/datatypes/edtf/"
LANGUAGES = ("da", "en", "de")
TYPES = ["date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay", "time", "duration", "yearMonthDuration", "dayTimeDuration"]
NUMBERS = ["integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "decimal", "double", "float", "boolean", "unsignedByte"]
DATATYPES = [*(XSD + name for name in (*TYPES, *NUMBERS, "string")), *(f"{EDTF}EDTF{level}" for level in ("", "-level0", "-level1", "-level2")), "", "urn:x"]

FINE = (("8. oktober 2012 kl. ", "10.00.00,1234"), ("8 October 2012 at ", "10:00:00.1234"), ("8. Oktober 2012, ", "10:00:00,1234"))
DATES: dict[str, list[tuple[str, str | None, str | None, str | None, str]]] = {  # lexical form, Danish, English, German, HTML's
    XSD + "date": [
        ("2012-06-01", "1. juni 2012", "1 June 2012", "1. Juni 2012", "2012-06-01"),
        ("2012-10-08Z", "8. oktober 2012 (UTC)", "8 October 2012 (UTC)", "8. Oktober 2012 (UTC)", "2012-10-08"),
        ("2012-10-08-05:00", "8. oktober 2012 (UTC-05:00)", "8 October 2012 (UTC-05:00)", "8. Oktober 2012 (UTC-05:00)", "2012-10-08"),
        ("-0044-03-15", "15. marts 45 f.Kr.", "15 March 45 BC", "15. März 45 v. Chr.", ""),
        ("0800-12-25", "25. december 800 e.Kr.", "25 December 800 AD", "25. Dezember 800 n. Chr.", "0800-12-25"),
        ("12012-02-29", "29. februar 12.012", "29 February 12,012", "29. Februar 12.012", "12012-02-29"),
        ("2012-02-30", None, None, None, ""),
    ],
    XSD + "gYearMonth": [("2012-10", "oktober 2012", "October 2012", "Oktober 2012", "2012-10")],
    XSD + "gYear": [
        ("2012", "2012", "2012", "2012", "2012"),
        ("2012-05:00", "2012 (UTC-05:00)", "2012 (UTC-05:00)", "2012 (UTC-05:00)", "2012"),
        ("0000", "1 f.Kr.", "1 BC", "1 v. Chr.", ""),
    ],
    XSD + "gMonth": [("--09", "september", "September", "September", "")],
    XSD + "gMonthDay": [("--09-08", "8. september", "8 September", "8. September", "09-08"), ("--02-29", "29. februar", "29 February", "29. Februar", "02-29")],
    XSD + "gDay": [("---08", "den 8. i måneden", "day 8 of the month", None, "")],
    XSD + "time": [
        ("10:05:00", "10.05", "10:05", "10:05", "10:05"),
        ("10:05:09.50", "10.05.09,5", "10:05:09.5", "10:05:09,5", "10:05:09.5"),
        ("10:05:00Z", "10.05 (UTC)", "10:05 (UTC)", "10:05 (UTC)", ""),
        ("24:00:00", "00.00", "00:00", "00:00", "00:00"),
    ],
    XSD + "dateTime": [
        ("2012-10-08T10:00:00", "8. oktober 2012 kl. 10.00", "8 October 2012 at 10:00", "8. Oktober 2012, 10:00", "2012-10-08T10:00"),
        (
            "2012-10-08T10:00:01+02:00",
            "8. oktober 2012 kl. 10.00.01 (UTC+02:00)",
            "8 October 2012 at 10:00:01 (UTC+02:00)",
            "8. Oktober 2012, 10:00:01 (UTC+02:00)",
            "2012-10-08T10:00:01+02:00",
        ),
        ("2012-12-31T24:00:00", "1. januar 2013 kl. 00.00", "1 January 2013 at 00:00", "1. Januar 2013, 00:00", "2013-01-01T00:00"),
        ("9999-12-31T24:00:00", None, None, None, ""),
        (
            "2012-10-08T10:00:00.1234-00:00",
            "8. oktober 2012 kl. 10.00.00,1234 (UTC)",
            "8 October 2012 at 10:00:00.1234 (UTC)",
            "8. Oktober 2012, 10:00:00,1234 (UTC)",
            "",
        ),
    ],
    XSD + "duration": [
        ("P2Y", "2 år", "2 years", "2 Jahre", ""),
        ("P1Y", "1 år", "1 year", "1 Jahr", ""),
        ("P2Y3M0D", "2 år og 3 måneder", "2 years and 3 months", "2 Jahre und 3 Monate", ""),
        ("-P2D", "-2 dage", "-2 days", "-2 Tage", ""),
        ("PT36H", "36 timer", "36 hours", "36 Stunden", "PT36H"),
        ("P0D", "0 dage", "0 days", "0 Tage", "P0D"),
        ("PT1.5000S", "1,5 sekund", "1.5 seconds", "1,5 Sekunden", ""),
        ("PT1.2345S", None, None, None, ""),
    ],
    XSD + "yearMonthDuration": [("P1Y6M", "1 år og 6 måneder", "1 year and 6 months", "1 Jahr und 6 Monate", "")],
    EDTF + "EDTF-level0": [
        ("2012", "2012", "2012", "2012", "2012"),
        ("2012-06", "juni 2012", "June 2012", "Juni 2012", "2012-06"),
        ("2012-10-08", "8. oktober 2012", "8 October 2012", "8. Oktober 2012", "2012-10-08"),
        ("2012-10-08/2012-10-09", "8.\u20139. oktober 2012", "8\u20139 October 2012", "8.\u20139. Oktober 2012", ""),
        (
            "2012-10-08/2012-11-09",
            "8. oktober \u2013 9. november 2012",
            "8 October \u2013 9 November 2012",
            "8. Oktober \u2013 9. November 2012",
            "",
        ),
        ("2012-10/2013-03-05", "oktober 2012 \u2013 5. marts 2013", "October 2012 \u2013 5 March 2013", "Oktober 2012 \u2013 5. März 2013", ""),
        ("2012/2014", "2012\u20132014", "2012\u20132014", "2012\u20132014", ""),
        ("2012/2012", "2012", "2012", "2012", ""),
        ("2014/2012", None, None, None, ""),
        ("2012-10-08T10:00:00Z", "8. oktober 2012 kl. 10.00 (UTC)", "8 October 2012 at 10:00 (UTC)", "8. Oktober 2012, 10:00 (UTC)", "2012-10-08T10:00Z"),
        ("2012-02-30", None, None, None, ""),
        ("2012\n", None, None, None, ""),
        (" 2012", None, None, None, ""),
        ("\u0662\u0660\u0661\u0662", None, None, None, ""),
        ("-0000", None, None, None, ""),
        ("", None, None, None, ""),
        ("/", None, None, None, ""),
    ],
    EDTF + "EDTF-level1": [
        ("2012/..", "fra 2012 og frem", "from 2012 onwards", None, ""),
        ("2012/", "fra 2012, slutningen ukendt", "from 2012, end unknown", None, ""),
        ("../2012", "til og med 2012", "up to and including 2012", None, ""),
        ("/2012-10", "til og med oktober 2012, begyndelsen ukendt", "up to and including October 2012, beginning unknown", None, ""),
        ("2014-21", "foråret 2014", "spring 2014", None, ""),
        ("2014-22", "sommeren 2014", "summer 2014", None, ""),
        ("2014-23", "efteråret 2014", "autumn 2014", None, ""),
        ("2014-24~", "omkring vinteren 2014", "around winter 2014", None, ""),
        ("2014-21/2014-23", "foråret 2014 \u2013 efteråret 2014", "spring 2014 \u2013 autumn 2014", None, ""),
        ("201X", "2010'erne", "the 2010s", None, ""),
        ("200X", "et år fra 2000 til 2009", "a year from 2000 to 2009", None, ""),
        ("20XX", "et år fra 2000 til 2099", "a year from 2000 to 2099", None, ""),
        ("2012-XX", "2012, måneden ikke angivet", "2012, month not stated", None, ""),
        ("2012-10-XX", "oktober 2012, dagen ikke angivet", "October 2012, day not stated", None, ""),
        ("2012-XX-XX", "2012, dagen ikke angivet", "2012, day not stated", None, ""),
        ("1984?", "måske 1984", "perhaps 1984", None, ""),
        ("2004-06~", "omkring juni 2004", "around June 2004", None, ""),
        ("2004-06-11%", "måske omkring 11. juni 2004", "perhaps around 11 June 2004", None, ""),
        ("2012~/2014?", "omkring 2012 \u2013 måske 2014", "around 2012 \u2013 perhaps 2014", None, ""),
        ("-1985", "1986 f.Kr.", "1986 BC", "1986 v. Chr.", ""),
        ("Y170000002", "170.000.002", "170,000,002", "170.000.002", "170000002"),
        ("2012-13", None, None, None, ""),
        ("2012-21-01", None, None, None, ""),
    ],
    EDTF + "EDTF-level2": [
        ("XXXX", "et år, der ikke er angivet", "an unstated year", None, ""),
        ("XXXX-09", "september i et år, der ikke er angivet", "September of an unstated year", None, ""),
        ("XXXX-09-08", "8. september i et år, der ikke er angivet", "8 September of an unstated year", None, "09-08"),
        ("156X-12-25", "25. december, 1560'erne", "25 December, the 1560s", None, ""),
        ("2012-XX-08", None, None, None, ""),
        ("XXXX-XX", None, None, None, ""),
        ("201X-21", None, None, None, ""),
        ("000X", None, None, None, ""),
        ("1X9X", None, None, None, ""),
        ("2014-34", "2. kvartal 2014", "2nd quarter 2014", "2. Quartal 2014", ""),
        ("2014-37", "januar\u2013april 2014", "January \u2013 April 2014", "Januar\u2013April 2014", ""),
        ("2014-41", "juli\u2013december 2014", "July \u2013 December 2014", "Juli\u2013Dezember 2014", ""),
        ("2014-27", "efteråret 2014 (på den nordlige halvkugle)", "autumn 2014 (northern hemisphere)", None, ""),
        ("2014-32", "vinteren 2014 (på den sydlige halvkugle)", "winter 2014 (southern hemisphere)", None, ""),
        ("2004?-06-11", "11. juni 2004 (usikkert: året)", "11 June 2004 (uncertain: year)", None, ""),
        ("2004-06~-11", "11. juni 2004 (omtrentligt: året, måneden)", "11 June 2004 (approximate: year, month)", None, ""),
        ("?2004-06-~11", "11. juni 2004 (usikkert: året; omtrentligt: dagen)", "11 June 2004 (uncertain: year; approximate: day)", None, ""),
        ("?~2004", None, None, None, ""),
        (
            "~2004-06?",
            "juni 2004 (usikkert: måneden; usikkert og omtrentligt: året)",
            "June 2004 (uncertain: month; uncertain and approximate: year)",
            None,
            "",
        ),
        ("1950S2", "1950 (betydende cifre: 2)", "1950 (significant digits: 2)", None, ""),
        ("Y-17E7", "170.000.001 f.Kr.", "170,000,001 BC", "170.000.001 v. Chr.", ""),
        ("[1667,1668]", "1667 eller 1668", "1667 or 1668", "1667 oder 1668", ""),
        ("[1667,1670..1672]", "et tidspunkt blandt disse: 1667 eller 1670\u20131672", "a time among these: 1667 or 1670\u20131672", None, ""),
        ("{1960,1961-12}", "1960 og december 1961", "1960 and December 1961", "1960 und Dezember 1961", ""),
        ("{..1984}", "til og med 1984", "up to and including 1984", None, ""),
        ("[1667,]", None, None, None, ""),
        ("[..]", None, None, None, ""),
        ("[" + "1667," * 19 + "1668]", None, None, None, ""),  # longer than 100 characters
    ],
}
VALUES: dict[str, list[tuple[str, str | None, str | None, str | None]]] = {
    "integer": [
        ("0", "0", "0", "0"),
        ("-0", "0", "0", "0"),
        ("+007", "7", "7", "7"),
        ("1234", "1.234", "1,234", "1.234"),
        ("120000000", "120 millioner", "120 million", "120 Millionen"),
        ("120500000", "120,5 millioner", "120.5 million", "120,5 Millionen"),
        ("-2000000000", "-2 milliarder", "-2 billion", "-2 Milliarden"),
        ("1000000", "1 million", "1 million", "1 Million"),
        ("121550000", "121.550.000", "121,550,000", "121.550.000"),
        ("99999999", "99.999.999", "99,999,999", "99.999.999"),
        ("9" * 101, None, None, None),
    ],
    "decimal": [
        ("1234567.10", "1.234.567,10", "1,234,567.10", "1.234.567,10"),
        ("-.5", "-0,5", "-0.5", "-0,5"),
        ("5.", "5", "5", "5"),
        ("0." + "123456789" * 10, "0," + "123456789" * 10, "0." + "123456789" * 10, "0," + "123456789" * 10),
        ("1e5", None, None, None),
        ("9" * 100_000, None, None, None),
    ],
    "double": [("1.5E3", "1.500", "1,500", "1.500"), ("1E999", None, None, None), ("INF", None, None, None), ("NaN", None, None, None)],
    "boolean": [("true", "ja", "yes", None), ("0", "nej", "no", None), ("ja", None, None, None)],
    "byte": [("128", None, None, None)],
    "string": [("5", None, None, None)],
}
_YEAR, _DAY = r"(?!0000)[0-9]{4,}", r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,3})?)?"
HTML_TIME = re.compile(
    rf"|{_YEAR}|{_YEAR}-(?:0[1-9]|1[0-2])|{_YEAR}-{_DAY}|{_DAY}|{_CLOCK}|{_YEAR}-{_DAY}T{_CLOCK}(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
    r"|P(?=.)(?:[0-9]+D)?(?:T(?=.)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]{1,3})?S)?)?"
)
"""The forms that HTML allows in ``datetime`` (section 2.3.5 of the HTML standard), as far as bynet writes them."""
CASES = [(datatype, case) for datatype, cases in DATES.items() for case in cases]
PIECES = st.sampled_from([*"0123456789XY-/.~?%[]{},:TZPDMSHE+ ", "2012", "-10", "..", "2012-10-08", "XX", "--", "T10:00:00", "\u0662", "\n"])
TEXTS = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=30).map("".join))


@pytest.mark.parametrize(("datatype", "case"), CASES, ids=lambda value: value[0][:24] if isinstance(value, tuple) else value.rpartition("/")[2])
def test_a_date_is_told_in_each_language(datatype: str, case: tuple[str, str | None, str | None, str | None, str]) -> None:
    lexical, *texts, html = case
    for language, text in zip(LANGUAGES, texts, strict=True):
        told = date_text(lexical, datatype, language)
        shown = (told.text.replace("\u2009", " "), told.datetime) if told else (None, "")
        assert shown == (text, html if text else ""), language


@pytest.mark.parametrize(("datatype", "case"), [(datatype, case) for datatype, cases in VALUES.items() for case in cases])
def test_a_number_is_told_in_each_language(datatype: str, case: tuple[str, str | None, str | None, str | None]) -> None:
    lexical, *texts = case
    assert [number_text(lexical, XSD + datatype, language) for language in LANGUAGES] == texts


def test_a_size_has_three_digits_at_most() -> None:
    sizes = (0, 999, 1000, 12_345, 123_456, 999_999, 12_345_678, 99_960_000)
    assert [size_text(size, "da") for size in sizes] == ["0 B", "999 B", "1 kB", "12,3 kB", "123 kB", "1 MB", "12,3 MB", "100 MB"]
    assert [size_text(12_345, language) for language in ("en", "de", "xx", "")] == ["12.3 kB", "12,3 kB", "12.3 kB", "12.3 kB"]


def test_a_language_is_its_own_region_else_british() -> None:
    assert [date_text("2012-10-08", XSD + "date", language) for language in ("en", "en-US", "de-at", "fr", "ja")] == [
        Moment(text, "2012-10-08") for text in ("8 October 2012", "October 8, 2012", "8. Oktober 2012", "8 octobre 2012", "2012年10月8日")
    ]
    for unknown in ("xx", "", "x" * 1000, "da-x-", "../da", "da\0"):
        assert date_text("2012", XSD + "gYear", unknown) is None
        assert number_text("5", XSD + "integer", unknown) is None


def test_a_year_that_a_language_writes_with_a_word_is_left_as_it_is() -> None:
    assert date_text("-0044", XSD + "gYear", "ja") is None
    assert date_text("-0044-33", EDTF + "EDTF", "th") is None
    assert date_text("2014-33", EDTF + "EDTF", "th") == Moment("ไตรมาส 1 ค.ศ. 2014")
    assert date_text("-0044", XSD + "gYear", "fr") == Moment("45 av. J.-C.")


@given(TEXTS, st.sampled_from(DATATYPES), st.sampled_from([*LANGUAGES, "ja", "ar", "th", "xx"]))
def test_no_text_is_a_mistake_and_what_html_is_told_is_valid(lexical: str, datatype: str, language: str) -> None:
    moment = date_text(lexical, datatype, language)
    assert moment is None or (moment.text.strip() and HTML_TIME.fullmatch(moment.datetime))
    number = number_text(lexical, datatype, language)
    assert number is None or number.strip()


@pytest.mark.parametrize("datatype", DATATYPES)
def test_no_text_takes_long(datatype: str) -> None:
    hostile = [
        *("9" * 1_000_000, "-" * 100, "9" * 99 + "-", "P" + "1Y" * 49, "[" + "1667," * 18 + "1]", "{" + "1..2," * 18 + "1}", "?" * 100),
        *("1X" * 50, "1" * 99 + "X", "/" * 99, "Y9E99", "1e1000000000", "0." + "0" * 97 + "1", "1e99", "-1e-99", "." * 100, "2012-XX/" * 12),
    ]
    date_text("2012", datatype, "da")  # what Babel reads once
    begun = time.perf_counter()
    for lexical in hostile:
        date_text(lexical, datatype, "da")
        number_text(lexical, datatype, "da")
    assert time.perf_counter() - begun < 0.5


@given(st.from_regex(r"[+-]?[0-9]{1,60}(\.[0-9]{0,30})?", fullmatch=True), st.sampled_from(LANGUAGES))
def test_a_number_has_its_own_digits(lexical: str, language: str) -> None:
    shown = number_text(lexical, XSD + "decimal", language)
    assert shown is not None
    point, group = (".", ",") if language == "en" else (",", ".")
    digits, *words = shown.replace(group, "").replace(point, ".").split(" ")
    if not words:
        assert Decimal(digits) == Decimal(lexical)
        assert digits.partition(".")[2] == lexical.partition(".")[2]
    else:
        powers = {"M": 10**6, "m": 10**6, "b": 10**9 if language == "en" else 10**12, "B": 10**12, "t": 10**12}
        power = 10**9 if words[0].casefold().startswith("milliard") else powers[words[0][0]]
        assert Decimal(digits) * power == Decimal(lexical)


def test_every_language_of_babel_says_a_date_and_a_number() -> None:
    for identifier in sorted(locale_identifiers())[::7]:
        language = identifier.replace("_", "-")
        for lexical, datatype in (
            ("2012-10-08", "date"),
            ("2012-10", "gYearMonth"),
            ("--10", "gMonth"),
            ("10:05:09", "time"),
            ("2012-10-08T10:00:00", "dateTime"),
        ):
            moment = date_text(lexical, XSD + datatype, language)
            assert moment, language
            assert moment.text
        for stretch in ("2012-10-08/2013-10-09", "2012-10/2012-11", "2012/2012-10", "2014-33"):
            moment = date_text(stretch, EDTF + "EDTF", language)
            assert moment, language
            assert not re.search(r"[yMLd]{2}", re.sub(r"\w{5,}", "", moment.text)), moment.text
        assert number_text("120000000", XSD + "integer", language)
        assert number_text("-1234.50", XSD + "decimal", language)


def test_what_the_data_has_is_told() -> None:
    said = [
        (match[1], EDTF + match[2])
        for file in ("data/times.ttl", "data/derived/judgements.ttl")
        for match in re.finditer(r'"([^"]+)"\^\^edtf:([\w-]+)', (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert len(said) > 5
    for lexical, datatype in said:
        assert is_valid(lexical, datatype)
        for language in ("da", "en"):
            moment = date_text(lexical, datatype, language)
            assert moment, lexical
            assert "-" not in moment.text


def test_commands_that_make_no_pages_do_not_wait_for_babel() -> None:
    code = (
        "import sys, click; from publish.cli import cli\n"
        "for words in (['--root', '.', 'show', 'dataset'], ['--root', '.', 'query', 'ASK {}']): cli(words, standalone_mode=False)\n"
        "assert 'babel' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
