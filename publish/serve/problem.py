"""Say what went wrong with a request, to programs and to people: problem details as RFC 9457 has them.

The *type* of each problem is a tag (RFC 4151), which names it for good and leads nowhere: an address would be the one of this
publisher's site, or of a site that the publisher has no part in.
"""

from __future__ import annotations

import json
import re
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
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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
        "detail": _CONTROL.sub(" ", _detail(mistake, language, whole_data)),
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
    if isinstance(mistake, BadQuery):
        place = f"{mistake.values['line']}:{mistake.values['column']}" if "line" in mistake.values else ""
        return text(language, f"mistake.{mistake.name}", **{**mistake.values, "place": place})
    return text(language, f"problem.{mistake.name}", **{**mistake.values, "data": whole_data})
