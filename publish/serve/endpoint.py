"""The SPARQL endpoint: a request is read, admitted, answered whole by a process of its own, and only then begun to be sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus

import pyoxigraph
from pyoxigraph import RdfFormat
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from publish.addresses import HEADERS, MEDIA_TYPES, PREFLIGHT, SHORT
from publish.errors import Mistake
from publish.gate import Query
from publish.gzipped import standing
from publish.kinds import QUERY
from publish.model import DUMP, VOID
from publish.negotiation import negotiate, negotiate_language
from publish.serve.admission import Admission
from publish.serve.connection import client_name
from publish.serve.description import SD, description
from publish.serve.files import accepted, address, is_fresh
from publish.serve.formats import choose
from publish.serve.limits import Limits
from publish.serve.pool import Answer, Question, Refused
from publish.serve.problem import problem
from publish.serve.protocol import BadRequest, read_request
from publish.serve.protocol import Request as Asked
from publish.serve.question import IN_MEMORY
from publish.serve.release import Release, Served
from publish.texts import LANGUAGES

_CHUNK = 64 * 1024
_KEPT = 16
"""Answers that clients are slow to take are kept up to so many times the greatest answer; of one client a quarter of that."""
_SHARE = 4
_METHODS = {
    **PREFLIGHT,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
}
_READABLE = {"Access-Control-Expose-Headers": f"{HEADERS['Access-Control-Expose-Headers']}, Retry-After"}
_DESCRIPTIONS = {"ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML, "nt": RdfFormat.N_TRIPLES}
_PREFIXES = {"sd": SD, "void": VOID}


class Endpoint:
    """The endpoint over what is *served*, within *limits*."""

    def __init__(self, served: Served, limits: Limits) -> None:
        self._served = served
        self._limits = limits
        self._admission = Admission(limits, served.budgets)
        self._kept = _Kept(_KEPT * limits.answer_bytes)

    async def answer(self, request: Request) -> Response:
        """Return the answer to *request*: a complete one, or a problem."""
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={**HEADERS, **_METHODS})
        try:
            async with self._served.release.lease() as release:
                return await self._answer(request, release)
        except Mistake as mistake:
            language = negotiate_language(accepted(request, "accept-language"), LANGUAGES[::-1])
            told = problem(mistake, language, address(request, standing(DUMP, self._served.release.site.manifest)))
            return Response(told.content, told.status, {**HEADERS, **_READABLE, **told.headers, "Vary": "Accept-Language", "Cache-Control": "no-store"})
        except ClientDisconnect:
            return Response()  # for nobody

    async def _answer(self, request: Request, release: Release) -> Response:
        if len(request.scope["query_string"]) > self._limits.request_bytes:
            raise BadRequest("request-long", HTTPStatus.REQUEST_URI_TOO_LONG, limit=self._limits.request_bytes)
        body = await self._body(request)
        asked = read_request(request.method, request.scope["query_string"], request.headers.get("content-type", ""), body)
        if asked is None:
            return _described(request, release)
        client = client_name(request.client.host if request.client else "")
        query = await self._admission.admit(asked.query, client)
        extension, media_type = choose(query.form, accepted(request, "accept"))
        headers = {**HEADERS, "Vary": "Accept", "Content-Type": media_type, **_kept_for(release, asked, query, extension)}
        if is_fresh(request, headers.get("ETag", "")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        question = Question.of(query, extension, (asked.default_graphs, asked.named_graphs), release.site.layout.base)
        answer = await _asked(request, release.pool.ask(question, client))
        return _Whole(answer, headers, self._kept.keep(answer, client))

    async def _body(self, request: Request) -> bytes:
        """The body of a request. Raises `BadRequest` where it is too long, or does not arrive in time."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.read_timeout):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self._limits.request_bytes:
                        raise BadRequest("request-long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit=self._limits.request_bytes)
        except TimeoutError as error:
            raise BadRequest("request-slow", HTTPStatus.REQUEST_TIMEOUT, limit=self._limits.read_timeout) from error
        return bytes(body)


async def _asked(request: Request, answer: Coroutine[None, None, Answer]) -> Answer:
    """Ask for *answer*, and stop asking when the client goes away."""
    asking = asyncio.create_task(answer)
    leaving = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({asking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise ClientDisconnect
        return asking.result()
    finally:
        asking.cancel()
        leaving.cancel()
        await asyncio.wait({asking, leaving})


def _described(request: Request, release: Release) -> Response:
    """The service description, or the way to the query page for who would rather have a page."""
    offered = [(extension, MEDIA_TYPES[extension]) for extension in (*_DESCRIPTIONS, "html")]
    extension = negotiate(accepted(request, "accept"), offered)
    headers = {**HEADERS, "Vary": "Accept", "Cache-Control": SHORT}
    if extension == "html":
        return RedirectResponse(f"{QUERY}/", HTTPStatus.SEE_OTHER, headers)
    triples = description(address(request, QUERY), release.site.layout.base, release.site.counts)
    content = pyoxigraph.serialize(triples, format=_DESCRIPTIONS[extension], prefixes=_PREFIXES) or b""
    return Response(content, headers={**headers, "Content-Type": MEDIA_TYPES[extension]})


def _kept_for(release: Release, asked: Asked, query: Query, extension: str) -> Mapping[str, str]:
    """The validator of an answer, which release and request determine, and how long it may be kept; not of one that differs each time."""
    if query.volatile:
        return {"Cache-Control": "no-store"}
    words = "\0".join([release.site.digest, extension, asked.query, *sorted(asked.default_graphs), "", *sorted(asked.named_graphs)])
    # weak: the same answer, whose rows may stand in another order
    return {"ETag": f'W/"{sha256(words.encode()).hexdigest()[:32]}"', "Cache-Control": SHORT}


class _Kept:
    """The bytes of large answers that are not yet sent: of all clients together no more than *most*, of one client a quarter of that."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes: Counter[str] = Counter()

    def keep(self, answer: Answer, client: str) -> Callable[[], None]:
        """Count *answer*, and return what counts it no more. Raises `Refused` where that would be too many; a small answer never is."""
        if answer.size <= IN_MEMORY:
            return lambda: None
        if self._bytes.total() + answer.size > self._most or self._bytes[client] + answer.size > self._most // _SHARE:
            answer.content.close()
            raise Refused("answers", retry_after=1)
        self._bytes[client] += answer.size
        return partial(self._let_go, client, answer.size)

    def _let_go(self, client: str, size: int) -> None:
        self._bytes[client] -= size
        self._bytes += Counter()  # who has none is forgotten


class _Whole(Response):
    """A complete answer, sent piece by piece from where it is kept; *sent* is called at the end, however that comes."""

    def __init__(self, answer: Answer, headers: Mapping[str, str], sent: Callable[[], None]) -> None:
        super().__init__(headers={**headers, "Content-Length": str(answer.size)})
        self._answer = answer
        self._sent = sent

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        with self._answer.content as content:
            try:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                while chunk := content.read(_CHUNK) if scope["method"] != "HEAD" else b"":
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                self._sent()
