"""Which lexical forms are valid for an XSD datatype: XML Schema 1.1 Part 2, section 3 and its appendix of regular expressions.

Only the text is looked at: no number or date is made of it, so a hostile one costs nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange

from publish.model import XSD

_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAYS = r"(?:[0-9]+D)"
_CLOCK = r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)"
_MONTHS = r"(?:[0-9]+Y)?(?:[0-9]+M)?"
_FLOAT = r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_B64 = r"(?:[A-Za-z0-9+/] ?)"

_FORMS = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "float": _FLOAT,
    "double": _FLOAT,
    "integer": r"[+-]?[0-9]+",
    "nonNegativeInteger": r"\+?[0-9]+|-0+",
    "positiveInteger": r"\+?0*[1-9][0-9]*",
    "nonPositiveInteger": r"-[0-9]+|\+?0+",
    "negativeInteger": r"-0*[1-9][0-9]*",
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "time": f"{_TIME}{_ZONE}?",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "gMonthDay": f"--(?:(?!02-3)(?!(?:04|06|09|11)-31){_MONTH}-{_DAY}){_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "duration": f"-?P(?=[0-9T]){_MONTHS}{_DAYS}?{_CLOCK}?",
    "yearMonthDuration": f"-?P(?=[0-9]){_MONTHS}",
    "dayTimeDuration": f"-?P(?=[0-9T]){_DAYS}?{_CLOCK}?",
    "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
    "base64Binary": rf"(?:{_B64}{{4}})*(?:{_B64}{{3}}[A-Za-z0-9+/]|{_B64}{{2}}[AEIMQUYcgkosw048] ?=|{_B64}[AQgw] ?= ?=)?",
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "normalizedString": r"[^\r\n\t]*",
    "token": r"(?! )(?!.*  )[^\r\n\t]*(?<! )",
}
_INTEGERS = {  # the largest magnitude below zero, and above it
    "long": (2**63, 2**63 - 1),
    "int": (2**31, 2**31 - 1),
    "short": (2**15, 2**15 - 1),
    "byte": (2**7, 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_PATTERNS = {XSD + name: re.compile(form) for name, form in _FORMS.items()}
_RANGES = {XSD + name: limits for name, limits in _INTEGERS.items()}
_DATED = {XSD + name for name in ("date", "dateTime", "dateTimeStamp")}
_CALENDAR = re.compile(r"-?([0-9]+)-([0-9]{2})-([0-9]{2})")


def is_valid(lexical: str, datatype: str) -> bool:
    """Say whether *lexical* is in the lexical space of *datatype* (an IRI); of a datatype not in XSD's list, always yes."""
    if datatype in _RANGES:
        return _PATTERNS[XSD + "integer"].fullmatch(lexical) is not None and _in_range(lexical, *_RANGES[datatype])
    pattern = _PATTERNS.get(datatype)
    if pattern is None:
        return True
    if pattern.fullmatch(lexical) is None:
        return False
    date = _CALENDAR.match(lexical) if datatype in _DATED else None
    return date is None or int(date[3]) <= _last_day(date[1], int(date[2]))


def _in_range(lexical: str, below: int, above: int) -> bool:
    digits = lexical.lstrip("+-").lstrip("0") or "0"
    limit = str(below if lexical.startswith("-") else above)
    return (len(digits), digits) <= (len(limit), limit)


def _last_day(year: str, month: int) -> int:
    """The last day of a month; the calendar repeats every 400 years, so four digits of a long year are enough."""
    return monthrange(int(year[-4:]) % 400 + 2000, month)[1]
