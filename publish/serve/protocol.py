"""What a client asks, as SPARQL 1.1 Protocol has it (https://www.w3.org/TR/sparql11-protocol/, section 2.1): from plain values to a request.

The three ways of section 2.1 are taken: GET, POST of a form, POST of the query itself. Updates (section 2.2) are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode

from publish.errors import Mistake

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = "GET, HEAD, OPTIONS, POST"


@dataclass(frozen=True, slots=True)
class Request:
    """A query, and the dataset that the request names for it; both empty where the query's own or the endpoint's counts (section 2.1.4)."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


class BadRequest(Mistake):
    """A request that the protocol does not know, or that the endpoint does not take; *status* is that of the answer."""

    def __init__(self, name: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST, **values: object) -> None:
        super().__init__(name, **values)
        self.status = status


def read_request(method: str, query_string: bytes, content_type: str, body: bytes) -> Request | None:
    """Return what is asked; nothing for a GET without a query, which asks for the service description. Raises `BadRequest`."""
    if method in {"GET", "HEAD"}:
        fields = _fields(query_string)
        return _request(fields) if any(name in fields for name in ("query", "update")) else None
    if method != "POST":
        raise BadRequest("method", HTTPStatus.METHOD_NOT_ALLOWED, method=method)
    media_type, charset = _media_type(content_type)
    if charset not in {"", "utf-8", "utf8", "us-ascii"}:
        raise BadRequest("charset", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, found=charset)
    if media_type == FORM:
        return _request(_fields(body))
    if media_type == QUERY:
        fields = _fields(query_string)
        if "query" in fields:
            raise BadRequest("queries")
        return _request({**fields, "query": [_text(body)]})
    if media_type == UPDATE:
        raise BadRequest("update")
    raise BadRequest("media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE if media_type else HTTPStatus.BAD_REQUEST, found=media_type or "-")


def _request(fields: dict[str, list[str]]) -> Request:
    """The request of *fields*, those of the protocol; all others count for nothing."""
    if "update" in fields:
        raise BadRequest("update")
    queries = fields.get("query", [])
    if len(queries) != 1:
        raise BadRequest("queries" if queries else "no-query")
    if not queries[0].strip():
        raise BadRequest("no-query")
    return Request(queries[0], _graphs(fields.get("default-graph-uri", ())), _graphs(fields.get("named-graph-uri", ())))


def _graphs(iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        try:
            NamedNode(iri)
        except ValueError as error:
            raise BadRequest("graph", found=iri) from error
    return tuple(iris)


def _fields(encoded: bytes) -> dict[str, list[str]]:
    """Return the values of each field of a form (URL Standard, 5.1), in their order."""
    fields: dict[str, list[str]] = {}
    for part in encoded.split(b"&"):
        name, _equals, value = part.partition(b"=")
        if name:
            fields.setdefault(_decoded(name), []).append(_decoded(value))
    return fields


def _decoded(encoded: bytes) -> str:
    return _text(unquote_to_bytes(encoded.replace(b"+", b" ")))


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("not-text", byte=error.start) from error


def _media_type(header: str) -> tuple[str, str]:
    """Return the media type of a Content-Type, and its charset, both in lower case; empty where there is none."""
    essence, *parameters = header.split(";")
    named = (parameter.partition("=") for parameter in parameters)
    charset = next((value.strip(' \t"') for name, _equals, value in named if name.strip().lower() == "charset"), "")
    return essence.strip().lower(), charset.lower()
