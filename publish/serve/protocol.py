"""What a client asks, as SPARQL 1.1 Protocol has it (https://www.w3.org/TR/sparql11-protocol/, section 2.1): from plain values to a request.

The three ways of section 2.1 are taken: GET, POST of a form, POST of the query itself. Updates (section 2.2) are refused.
A form may name its graphs in the address as well, as in W3C's test query_post_form: an endpoint's address with a dataset in it is
then the same endpoint in all three ways, and no dataset that was asked for is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode

from publish.errors import Mistake

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = "GET, HEAD, OPTIONS, POST"

_FIELDS = ("query", "update", "default-graph-uri", "named-graph-uri")
_CHARSETS = {"", "utf-8", "utf8", "us-ascii"}
_NOT_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})")

_Fields = Mapping[str, Sequence[str]]


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
    """Return what is asked; nothing for a GET without a query, which asks for the service description. Raises `BadRequest`.

    HEAD asks as GET does, and the body of either counts for nothing.
    """
    if method in {"GET", "HEAD"}:
        fields = _fields(query_string)
        return _request(fields) if fields["query"] or fields["update"] else None
    if method != "POST":
        raise BadRequest("method", HTTPStatus.METHOD_NOT_ALLOWED, method=method)
    return _request(_posted(query_string, content_type, body))


def _posted(query_string: bytes, content_type: str, body: bytes) -> _Fields:
    """The fields of a POST: those of its body, and those of its address."""
    media_type, charset = _media_type(content_type)
    if not media_type:
        raise BadRequest("no-media-type")
    if media_type not in {FORM, QUERY, UPDATE}:
        raise BadRequest("media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, found=media_type)
    if charset not in _CHARSETS:
        raise BadRequest("charset", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, found=charset)
    if media_type == UPDATE:
        raise BadRequest("update")
    posted = _fields(body) if media_type == FORM else {"query": [_text(body)]}
    return {name: [*values, *posted.get(name, ())] for name, values in _fields(query_string).items()}


def _request(fields: _Fields) -> Request:
    """The request of *fields*."""
    if fields["update"]:
        raise BadRequest("update")
    if len(fields["query"]) > 1:
        raise BadRequest("queries")
    query = "".join(fields["query"]).removeprefix("\ufeff")
    if not query.strip():
        raise BadRequest("no-query")
    return Request(query, _graphs(fields["default-graph-uri"]), _graphs(fields["named-graph-uri"]))


def _graphs(iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        try:
            NamedNode(iri)
        except ValueError as error:
            raise BadRequest("graph", found=iri) from error
    return tuple(iris)


def _fields(encoded: bytes) -> dict[str, list[str]]:
    """Return the values of each field of the protocol in a form (URL Standard, 5.1), in their order; all other fields count for nothing."""
    fields: dict[str, list[str]] = {name: [] for name in _FIELDS}
    for part in encoded.split(b"&"):
        name, _equals, value = part.partition(b"=")
        known = fields.get(_unquoted(name).decode(errors="replace"))
        if known is not None:
            if _NOT_ENCODED.search(value):
                raise BadRequest("percent")
            known.append(_text(_unquoted(value)))
    return fields


def _unquoted(encoded: bytes) -> bytes:
    return unquote_to_bytes(encoded.replace(b"+", b" "))


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("not-text", byte=error.start + 1) from error


def _media_type(header: str) -> tuple[str, str]:
    """Return the media type of a Content-Type, and its charset, both in lower case; empty where there is none."""
    essence, *parameters = header.split(";")
    named = (parameter.partition("=") for parameter in parameters)
    charset = next((value.strip(' \t"') for name, _equals, value in named if name.strip().lower() == "charset"), "")
    return essence.strip().lower(), charset.lower()
