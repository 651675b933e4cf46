"""Say what went wrong with a request, to programs and to people: problem details as RFC 9457 has them.

The *type* of each problem is a tag (RFC 4151), as RFC 9457 (3.1.1) would have one that leads nowhere. It is the same on every site: an
address would be one of this publisher's, or of a site that the publisher has no part in; and no URN namespace is bynet's.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from publish.errors import BadQuery, Mistake
from publish.serve.protocol import METHODS, BadRequest
from publish.serve.question import Refused
from publish.texts import text

MEDIA_TYPE = "application/problem+json"

_TAG = "tag:w3id.org,2026:bynet/problem/"
_STATUS = {"rows": HTTPStatus.BAD_REQUEST, "bytes": HTTPStatus.BAD_REQUEST, "xml": HTTPStatus.BAD_REQUEST, "budget": HTTPStatus.TOO_MANY_REQUESTS}
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""The general categories of characters that steer a terminal, turn the reading direction, end a line or are none."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that tells a problem: its status, the headers of its own, its body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def problem(mistake: Mistake, language: str, whole_data: str) -> Problem:
    """Return the answer to a request with *mistake*, in *language*; *whole_data* is the URL of the dump of all data.

    Members beside those of the RFC: ``line`` and ``column`` in the query, ``limit`` in its own unit, ``data`` with the URL.
    """
    status = _status(mistake)
    members: dict[str, object] = {
        "type": _TAG + mistake.name,
        "title": text(language, f"problem.{_title(mistake)}"),
        "status": status.value,
        "detail": _detail(mistake, language, whole_data),
    }
    members |= {name: mistake.values[name] for name in ("line", "column", "limit") if name in mistake.values}
    if isinstance(mistake, Refused):
        members["data"] = whole_data
    headers = {"Content-Type": MEDIA_TYPE, "Content-Language": language}
    if "retry_after" in mistake.values:
        headers["Retry-After"] = str(mistake.values["retry_after"])
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = METHODS
    return Problem(status.value, headers, (json.dumps(members, ensure_ascii=False, indent=2) + "\n").encode())


def _status(mistake: Mistake) -> HTTPStatus:
    if isinstance(mistake, BadRequest):
        return mistake.status
    if isinstance(mistake, Refused):
        return _STATUS.get(mistake.name, HTTPStatus.SERVICE_UNAVAILABLE)
    return HTTPStatus.BAD_REQUEST


def _title(mistake: Mistake) -> str:
    return "query" if isinstance(mistake, BadQuery) else "request" if isinstance(mistake, BadRequest) else "limit"


def _detail(mistake: Mistake, language: str, whole_data: str) -> str:
    values = {name: _shown(value) for name, value in mistake.values.items()}
    if not isinstance(mistake, BadQuery):
        return text(language, f"problem.{mistake.name}", **values, data=_shown(whole_data))
    place = f"{values['line']}:{values['column']}" if "line" in values else ""
    return text(language, f"mistake.{mistake.name}", **{**values, "place": place}).removeprefix(": ")


def _shown(value: object) -> str:
    """A value in one line, none of whose characters does anything, and no longer than can be read: some are what the client sent."""
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    shown = "".join(" " if unicodedata.category(character) in _UNSEEN else character for character in shown[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
