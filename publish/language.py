"""A language as people read it: Babel's forms of dates and numbers, and bynet's own words where it speaks the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import DateTimeFormat, tokenize_pattern
from babel.numbers import format_compact_decimal, format_decimal, get_decimal_symbol, get_minus_sign_symbol
from babel.units import format_unit

from publish import texts

DIGITS = 200
"""More than the numbers have that are put into words: Decimal, which Babel counts with, rounds none of them."""
_REGIONS = {"en": "en_GB"}
_ROUND = range(10**6, 10**15)  # what is told in words where these are as exact


class NoWords(Exception):
    """The language has no words for it, neither Babel's nor bynet's own."""


class Language:
    """One language: the form of its dates and numbers."""

    def __init__(self, tongue: texts.Tongue) -> None:
        """Know the language *tongue*, by its tag (BCP 47), English as in Britain; `NoWords` where Babel does not know it."""
        self._speech = texts.speech(tongue)
        tag = self._speech.tag
        try:
            self.locale = Locale.parse(_REGIONS.get(tag, tag.replace("-", "_")))
        except (UnknownLocaleError, ValueError, TypeError) as error:
            raise NoWords from error

    @property
    def decimal_point(self) -> str:
        """The sign between whole and fraction."""
        return get_decimal_symbol(self.locale)

    def say(self, name: str, **values: object) -> str:
        """Return the site's own text *name*, else bynet's; `NoWords` in a language that neither speaks."""
        told = f"wording.{name}"
        if told in self._speech.words:
            return texts.text(self._speech, told, **values)
        if self.locale.language not in texts.LANGUAGES:
            raise NoWords
        return texts.text(self.locale.language, told, **values)

    def skeleton(self, name: str) -> str:
        """Return the pattern of a date of which the parts in *name* are known, as ``yMMMM``."""
        try:
            return str(self.locale.datetime_skeletons[name].pattern)
        except KeyError as error:
            raise NoWords from error

    def interval(self, skeleton: str, differing: str) -> tuple[str, ...]:
        """Return the patterns of both ends of an interval of which the greatest *differing* part is ``y``, ``M`` or ``d``; none where Babel has none.

        CLDR has days with short months only: they are written out where that alone makes the language's long date of its short one.
        """
        patterns = tuple(map(str, self.locale.interval_formats.get(skeleton, {}).get(differing, ())))
        if skeleton == "yMMMd":
            if _written_out(self.skeleton(skeleton)) != str(self.locale.date_formats["long"].pattern):
                return ()
            patterns = tuple(map(_written_out, patterns))
        return patterns if len(patterns) == len(("start", "end")) else ()

    def between(self, start: str, end: str) -> str:
        """Return an interval of two texts, which may have spaces in them: so the dash has, whatever it has in the language otherwise."""
        pattern = str(self.locale.interval_formats.get(None, "{0} - {1}"))
        return re.sub(r"(?<=\}) ?[-\u2013] ?(?=\{)", " \u2013 ", pattern).replace("{0}", start).replace("{1}", end)

    def at(self, day: str, clock: str) -> str:
        """Return a day and a time of day, both in words, as one."""
        try:
            return self.say("at", day=day, clock=clock)
        except NoWords:
            return str(self.locale.datetime_formats["long"]).replace("'", "").replace("{0}", clock).replace("{1}", day)

    def measure(self, amount: Decimal, unit: str, *lengths: Literal["short", "long"]) -> str:
        """Return *amount*, with three decimals at most, in a *unit* of CLDR's, as long as the first of *lengths* that the language has."""
        with localcontext(prec=DIGITS):
            measured = (format_unit(amount, unit, length, locale=self.locale) for length in lengths)
            found = next((text for text in measured if unit not in text), "")  # Babel puts the unit's name where it has no words
        if not found:
            raise NoWords
        return found

    def fill(self, pattern: str, moment: date | time, own: Mapping[str, Callable[[str], str]] | None = None) -> str:
        """Return *moment* as *pattern* says; the fields in *own* (by letter) are made by its functions from what Babel makes of them."""
        fields = DateTimeFormat(moment if isinstance(moment, time) else datetime.combine(moment, time()), self.locale)
        filled = []
        for kind, value in tokenize_pattern(pattern):
            made = str(value) if kind == "chars" else fields[value[0] * int(value[1])]
            filled.append((own or {}).get(value[0], str)(made) if kind == "field" else made)
        return "".join(filled)

    def number(self, digits: str) -> str:
        """Return a decimal number (as ``-1234.50``, with at most `DIGITS` digits) grouped: all of its digits, and no more."""
        whole, point, fraction = digits.removeprefix("-").partition(".")
        with localcontext(prec=DIGITS):
            grouped = format_decimal(Decimal(whole), locale=self.locale)
        sign = get_minus_sign_symbol(self.locale) if digits.startswith("-") else ""
        return sign + grouped + (self.decimal_point + fraction if point else "")

    def round_number(self, digits: str) -> str:
        """Return a whole number in words, as *120 million*, where these are as exact, else as `number` does."""
        grouped = self.number(digits)
        forms = self.locale.compact_decimal_formats.get("long", {})
        if "." in digits or abs(int(digits)) not in _ROUND or not forms or ("1" in forms and _significant(digits) == "1"):  # Babel 2.18: "1 milliards"
            return grouped
        with localcontext(prec=DIGITS):
            words = format_compact_decimal(Decimal(digits), format_type="long", locale=self.locale, fraction_digits=1)
        # rounding loses digits other than zeros, or makes others of them
        return words if _significant(words) == _significant(digits) else grouped


@lru_cache(maxsize=32)
def language_of(tongue: texts.Tongue) -> Language:
    """Return the language *tongue*; `NoWords` where Babel does not know it."""
    return Language(tongue)


def _written_out(pattern: str) -> str:
    return re.sub(r"(?<![ML])([ML])\1{2}(?![ML])", r"\1\1\1\1", pattern)


def _significant(text: str) -> str:
    return "".join(filter(str.isdecimal, text)).strip("0")
