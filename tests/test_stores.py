"""What is asked of a triple store and what it may answer: addresses, credentials that nobody else sees, stores that mean harm. Each ends in one line."""

from __future__ import annotations

import base64
import logging
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hosts import free_port, open_folder, process, program
from stores import BASE, DBA, NOBODY, Relay, Running, oxigraph, release, virtuoso
from test_push import things

from publish.credentials import Authorization, Credentials, credentials_for
from publish.endpointcheck import compare
from publish.errors import Mistake
from publish.exchange import Patience
from publish.opening import Address
from publish.push import Order, Pushed, push
from publish.storeplaces import GRAPH_STORE, KINDS, SPARQL_UPDATE, VIRTUOSO, Places, kind_of, places
from publish.texts import LANGUAGES, text

SECRET = "sesame-open-now"
PATIENCE = Patience(connect=5, piece=2, whole=3, size=4_000_000, tries=3, pause=0.02, longest=0.1)
OK = ("application/sparql-results+json", b'{"results": {"bindings": [{"count": {"value": "3"}}]}}')


@dataclass(slots=True)
class Heard:
    """What a server was asked: the requests' lines, their headers, their bodies."""

    lines: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def sent(self, name: str) -> list[str]:
        return [headers[name] for headers in self.headers if name in headers]


Answer = Callable[[BaseHTTPRequestHandler, int], None]


@contextmanager
def answering(answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, Heard]]:
    """A server whose every answer is made by *answer*, which is given the number of the request; yield its address and what it heard."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            heard.lines.append(self.requestline)
            heard.headers.append(dict(self.headers.items()))
            heard.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            try:
                answer(self, len(heard.lines))
            except (OSError, ValueError):
                self.close_connection = True

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # the names are the library's

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}/ds", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def say(status: int, kind: str, body: bytes, **headers: str) -> Answer:
    """Always the same answer."""

    def answer(handler: BaseHTTPRequestHandler, _number: int) -> None:
        handler.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return release(tmp_path / "site", things("one", range(40)))


def pushed(site: Path, address: str, kind: str = SPARQL_UPDATE, environment: Mapping[str, str] = NOBODY) -> Pushed:
    return push(Order(str(site), Address(address, environment, kind, PATIENCE)), lambda *_stage, **_values: None)


def mistaken(site: Path, address: str, kind: str = SPARQL_UPDATE, environment: Mapping[str, str] = NOBODY) -> Mistake:
    """The mistake that a push ends in, which is one line in every language, without anything secret."""
    with pytest.raises(Mistake) as caught:
        pushed(site, address, kind, environment)
    mistake = caught.value
    for language in LANGUAGES:
        line = text(language, f"mistake.{mistake.name}", **mistake.values)
        assert len(line.splitlines()) == 1
        assert len(line) < 900
    told = f"{mistake!r} {mistake.values} {mistake.__cause__!r} {mistake.__context__!r}"
    assert not [secret for secret in (SECRET, base64.b64encode(f"dba:{SECRET}".encode()).decode()) if secret in told]
    return mistake


# addresses


ADDRESSES = {
    "http://localhost:7878": (SPARQL_UPDATE, "", Places("http://localhost:7878/query", "http://localhost:7878/update")),
    "http://localhost:7878/query": (SPARQL_UPDATE, SPARQL_UPDATE, Places("http://localhost:7878/query", "http://localhost:7878/update")),
    "https://h/ds/update": (SPARQL_UPDATE, SPARQL_UPDATE, Places("https://h/ds/query", "https://h/ds/update")),
    "https://h/ds": (SPARQL_UPDATE, "", Places("https://h/ds", "https://h/ds")),
    "https://h:8182/sparql": (SPARQL_UPDATE, "", Places("https://h:8182/sparql", "https://h:8182/sparql")),
    "http://h/repositories/r": (SPARQL_UPDATE, SPARQL_UPDATE, Places("http://h/repositories/r", "http://h/repositories/r/statements")),
    "http://h/repositories/r/statements": (
        SPARQL_UPDATE,
        SPARQL_UPDATE,
        Places("http://h/repositories/r", "http://h/repositories/r/statements"),
    ),
    "http://h/ds/data": (GRAPH_STORE, GRAPH_STORE, Places(graphs="http://h/ds/data")),
    "http://localhost:7878/": (GRAPH_STORE, "", Places(graphs="http://localhost:7878/store")),
    "http://h/repositories/r/rdf-graphs/service": (GRAPH_STORE, GRAPH_STORE, Places(graphs="http://h/repositories/r/rdf-graphs/service")),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_one_address_is_enough(address: str) -> None:
    kind, told, expected = ADDRESSES[address]
    assert kind_of(address) == told
    assert places(address, kind) == expected


@pytest.mark.parametrize("ending", ["", "/", "/sparql", "/sparql/", "/sparql-auth", "/sparql-graph-crud", "/sparql-graph-crud-auth"])
def test_virtuoso_is_known_by_any_of_its_addresses(ending: str) -> None:
    assert places(f"http://h:8890{ending}", VIRTUOSO) == Places(
        "http://h:8890/sparql-auth", "http://h:8890/sparql-auth", "http://h:8890/sparql-graph-crud-auth", "http://h:8890/sparql"
    )


@pytest.mark.parametrize(
    "address", ["", "localhost:7878", "ftp://h/", "http://", "http://h/?q", "http://h/#x", "http:///x", "file:///etc/passwd", "http://h /"]
)
def test_what_is_no_address_is_told(site: Path, address: str) -> None:
    assert mistaken(site, address).name == "store-bad-address"


@pytest.mark.parametrize(
    "address", [f"http://dba:{SECRET}@h/", f"https://{SECRET}@h/sparql", f"dba:{SECRET}@h:80", f"http://a/dba:{SECRET}@h/", f"//dba:{SECRET}@h"]
)
def test_an_address_with_a_password_is_refused_and_not_repeated(site: Path, address: str) -> None:
    assert mistaken(site, address).name == "store-userinfo"


# stores that mean harm, or are none


def endless(kind: str, piece: bytes, pause: float = 0.0, status: int = 200) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _number: int) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(piece)
            time.sleep(pause)

    return answer


def counted(then: Answer) -> Answer:
    """Three triples are counted, and *then* comes what they are."""
    return lambda handler, number: (say(200, *OK) if number == 1 else then)(handler, number)


def silent(handler: BaseHTTPRequestHandler, _number: int) -> None:
    time.sleep(4)
    handler.close_connection = True


def cut(handler: BaseHTTPRequestHandler, _number: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/n-triples")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"<x:a> <x:b> <x:c> .\n")
    handler.close_connection = True


def garbage(handler: BaseHTTPRequestHandler, _number: int) -> None:
    handler.wfile.write(b"\x00\xff" * 5000 + b"\r\n\r\n")
    handler.close_connection = True


N = "application/n-triples"
HOSTILE = {
    "an endless count": (endless(OK[0], b" " * 65536), "store-too-large"),
    "an endless graph": (counted(endless(N, b"<x:a> <x:b> <x:c> .\n" * 3000)), "store-too-large"),
    "an endless line": (counted(endless(N, b"x" * 65536)), "store-too-large"),
    "a drip": (counted(endless(N, b"\n", 0.1)), "store-too-slow"),
    "an answer that never comes": (silent, "store-no-answer"),
    "a page": (say(200, "text/html", b"<html>Welcome</html>"), "store-type"),
    "a page for a graph": (counted(say(200, "text/html", b"<html>Welcome</html>")), "store-type"),
    "no type": (counted(say(200, "", b"<x:a> <x:b> <x:c> .\n")), "store-type"),
    "no JSON": (say(200, OK[0], b"{"), "store-syntax"),
    "deep JSON": (say(200, OK[0], b"[" * 100_000), "store-syntax"),
    "other JSON": (say(200, OK[0], b'{"results": 3}'), "store-syntax"),
    "a count that is none": (say(200, OK[0], OK[1].replace(b'"3"', b'"-3"')), "store-syntax"),
    "a count beyond all": (say(200, OK[0], OK[1].replace(b'"3"', b'"33333333333333333333"')), "store-syntax"),
    "a count in other digits": (say(200, OK[0], OK[1].replace(b'"3"', '"٣"'.encode())), "store-syntax"),
    "no N-Triples": (counted(say(200, N, b"@prefix x: <x:> .\n")), "store-syntax"),
    "no UTF-8": (counted(say(200, N, b'<x:a> <x:b> "\xff" .\n')), "store-syntax"),
    "an IRI that would end": (counted(say(200, N, b"<x:a> <x:b> <x:c\\u003E} ; DROP ALL #> .\n")), "store-syntax"),
    "fewer than counted": (counted(say(200, N, b"<x:a> <x:b> <x:c> .\n")), "store-cuts"),
    "none of what is counted": (counted(say(200, N, b"")), "store-cuts"),
    "broken off": (counted(cut), "store-broken-off"),
    "no HTTP": (garbage, "store-no-answer"),
    "always busy": (say(503, "text/plain", b"", Retry_After="999999"), "store-busy"),
    "too many requests": (say(429, "text/plain", b"", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"), "store-busy"),
    "words of its own": (say(500, "text/plain", b"line\nline \x1b[31m" + b"long " * 10_000), "store-says"),
    "an endless error": (endless("text/plain", b"x" * 4096, status=500), "store-says"),
    "an error as a page": (say(404, "text/html", b"<!doctype html><html>" * 9), "store-answers"),
    "who asks": (say(401, "text/plain", b"", WWW_Authenticate="Basic"), "store-wants-credentials"),
    "nobody": (say(403, "text/plain", b""), "store-wants-credentials"),
}  # fmt: skip


@pytest.mark.parametrize("harm", HOSTILE)
def test_whatever_a_store_answers_ends_in_one_line(site: Path, harm: str) -> None:
    answer, name = HOSTILE[harm]
    started = time.monotonic()
    with answering(answer) as (address, _heard):
        assert mistaken(site, address).name == name
    assert time.monotonic() - started < 20


def test_nothing_listens_and_nobody_is_called_that(site: Path) -> None:
    assert mistaken(site, f"http://127.0.0.1:{free_port()}/ds").name == "store-no-answer"
    assert mistaken(site, "http://no-such-host.invalid/ds").name == "store-no-answer"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", KINDS)
def test_no_redirect_is_followed_and_nothing_secret_goes_along(site: Path, status: int, kind: str) -> None:
    with (
        answering(say(200, *OK)) as (elsewhere, heard),
        answering(say(status, "text/plain", b"", Location=f"{elsewhere}?x={'y' * 60_000}")) as (address, asked),
    ):
        environments: list[Mapping[str, str]] = [DBA, {"BYNET_STORE_TOKEN": SECRET, "NETRC": "/nonexistent"}]
        for environment in environments:
            mistake = mistaken(site, address, kind, environment)
            assert (mistake.name, mistake.values["other"]) == ("store-elsewhere", elsewhere)
        assert len(asked.lines) == 2
        assert not heard.lines


def test_a_store_that_is_busy_is_asked_again_and_nothing_else_is(site: Path) -> None:
    with oxigraph() as running, Relay(running.port) as relay:

        def busy(handler: BaseHTTPRequestHandler, number: int) -> None:
            say(503 if number % 2 else 429, "text/plain", b"", Retry_After="0")(handler, number)

        with answering(lambda handler, number: (busy if number < 4 else say(500, "text/plain", b"no"))(handler, number)) as (address, heard):
            assert mistaken(site, address).name == "store-says"
            assert len(heard.lines) == 4
        assert pushed(site, f"http://127.0.0.1:{relay.port}/").added == 40


# who asks


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as running:
        yield running


def test_virtuoso_lets_in_who_has_the_password(site: Path, debian: Running, tmp_path: Path) -> None:
    assert mistaken(site, debian.url, VIRTUOSO, NOBODY).name == "store-wants-credentials"
    assert mistaken(site, debian.url, VIRTUOSO, {**DBA, "BYNET_STORE_PASSWORD": SECRET + "!"}).name == "store-refuses"
    assert mistaken(site, debian.url, VIRTUOSO, {**DBA, "BYNET_STORE_USER": 'd"b\\a'}).name == "store-refuses"
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1\n  login dba\n  password {DBA['BYNET_STORE_PASSWORD']}\n")
    with Relay(debian.port) as relay:
        assert pushed(site, f"http://127.0.0.1:{relay.port}/", VIRTUOSO, {"NETRC": str(tmp_path / "netrc")}).added == 40
        assert b"Authorization: Digest " in relay.sent
        assert b"Authorization: Basic" not in relay.sent
        assert DBA["BYNET_STORE_PASSWORD"].encode() not in relay.sent
    public = Address(f"{debian.url}sparql", NOBODY, patience=PATIENCE)  # who only looks needs no password
    assert [graph.is_exact for graph in compare(str(site), public, None, lambda _stage: None)] == [True, True]


def test_a_password_waits_until_it_is_asked_for_and_a_token_goes_along(site: Path) -> None:
    wants = {"digest": 'Digest realm="a, b", nonce="n", qop="auth", algorithm=MD5, Basic realm="b"', "basic": 'Basic realm="b"'}
    for scheme, challenge in wants.items():
        with answering(say(401, "text/plain", b"", WWW_Authenticate=challenge)) as (address, heard):
            assert mistaken(site, address, environment=DBA).name == "store-refuses"
            first, *others = heard.headers
            assert "Authorization" not in first
            assert {headers["Authorization"].partition(" ")[0].lower() for headers in others} == {scheme}
    with answering(say(200, *OK)) as (address, heard):
        assert mistaken(site, address, environment={"BYNET_STORE_TOKEN": SECRET, **DBA}).name == "store-type"
        assert set(heard.sent("Authorization")) == {f"Bearer {SECRET}"}


CHALLENGES = [
    *("", "Digest", "Digest ,,,=", "Digest realm=", 'Digest realm="x"', "Negotiate", 'Bearer realm="x"', '"', "="),
    *('Digest realm="x", nonce="y", algorithm=ROT13', 'Digest realm="x", nonce="y", qop="auth-int"'),
    *(f'Digest realm="x", nonce="{"y" * 60_000}"', f"Digest {'a=b, ' * 9000}"),
]


@pytest.mark.parametrize("challenge", CHALLENGES, ids=range(len(CHALLENGES)))
def test_a_challenge_that_is_none_is_not_answered_with_the_password(site: Path, challenge: str) -> None:
    with answering(say(401, "text/plain", b"", WWW_Authenticate=challenge)) as (address, heard):
        assert mistaken(site, address, environment=DBA).name == "store-refuses"
        assert not [value for value in heard.sent("Authorization") if "Basic" in value]


def test_a_password_that_digest_can_not_carry_goes_by_basic_where_that_is_offered_too(site: Path) -> None:
    danish = {**DBA, "BYNET_STORE_PASSWORD": "rødgrød-med-fløde"}
    for challenge, name, told in (
        ('Digest realm="x", nonce="y", Basic realm="x"', "store-refuses", True),
        ('Digest realm="x", nonce="y"', "store-not-ascii", False),
    ):
        with answering(say(401, "text/plain", b"", WWW_Authenticate=challenge)) as (address, heard):
            assert mistaken(site, address, environment=danish).name == name
            assert any("Basic" in value for value in heard.sent("Authorization")) == told


def test_half_of_what_says_who_asks_is_named(site: Path) -> None:
    for variable in ("BYNET_STORE_USER", "BYNET_STORE_PASSWORD"):
        assert mistaken(site, "http://127.0.0.1:9/", environment={variable: "x", "NETRC": "/nonexistent"}).values["variable"] == variable


def test_a_store_that_repeats_what_it_was_sent_is_not_repeated(site: Path, caplog: pytest.LogCaptureFixture) -> None:
    def echo(handler: BaseHTTPRequestHandler, number: int) -> None:
        given = handler.headers.get("Authorization")
        body = f"you said {given} {SECRET} sesame%2Dopen%2Dnow {handler.headers}".encode()
        (say(500, "text/plain", body) if given else say(401, "text/plain", b"", WWW_Authenticate="Basic"))(handler, number)

    caplog.set_level(logging.DEBUG)
    for environment in (DBA, {"BYNET_STORE_TOKEN": SECRET, "NETRC": "/nonexistent"}):
        with answering(echo) as (address, _heard):
            mistake = mistaken(site, address, environment=environment)
            assert mistake.name == "store-says"
            assert "you said" in str(mistake.values["words"])
    assert caplog.text
    assert SECRET not in caplog.text
    assert "Authorization" not in caplog.text


def test_nothing_secret_travels_in_the_open(site: Path) -> None:
    token = {"BYNET_STORE_TOKEN": SECRET, "NETRC": "/nonexistent"}
    with answering(say(401, "text/plain", b"", WWW_Authenticate="Basic")) as (address, heard):
        beyond = address.replace("127.0.0.1", "0.0.0.0")  # it leads here, and does not look so
        for environment in (DBA, token):
            assert mistaken(site, beyond, environment=environment).name == "store-unprotected"
            assert not heard.sent("Authorization")
            assert mistaken(site, beyond, environment={**environment, "BYNET_STORE_UNPROTECTED": "yes"}).name == "store-refuses"
            assert heard.sent("Authorization")
            heard.headers.clear()


BAD = [
    ({"BYNET_STORE_USER": "dba"}, "store-half-credentials"), ({"BYNET_STORE_PASSWORD": SECRET}, "store-half-credentials"),
    ({"BYNET_STORE_TOKEN": f"{SECRET}\n"}, "store-bad-token"), ({"BYNET_STORE_TOKEN": f"a {SECRET}"}, "store-bad-token"),
    ({"BYNET_STORE_TOKEN": f"é{SECRET}"}, "store-bad-token"), ({"BYNET_STORE_USER": "d\r\nX: y", "BYNET_STORE_PASSWORD": SECRET}, "store-bad-credentials"),
    ({"BYNET_STORE_USER": "dba", "BYNET_STORE_PASSWORD": f"{SECRET}\n"}, "store-bad-credentials"),
    ({"BYNET_STORE_USER": f"dba:{SECRET}", "BYNET_STORE_PASSWORD": SECRET}, "store-bad-credentials"),
]  # fmt: skip


@pytest.mark.parametrize(("environment", "name"), BAD, ids=range(len(BAD)))
def test_credentials_that_can_not_be_sent_are_told_without_them(site: Path, environment: Mapping[str, str], name: str) -> None:
    with answering(say(200, *OK)) as (address, heard):
        assert mistaken(site, address, environment={"NETRC": "/nonexistent", **environment}).name == name
        assert not heard.lines


def test_a_netrc_file_is_read_for_this_host_alone(site: Path, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    with answering(say(401, "text/plain", b"", WWW_Authenticate="Basic")) as (address, heard):
        for content, name in {
            f"machine 127.0.0.1 login dba password {SECRET}": "store-refuses",
            f"machine other.example login dba password {SECRET}\ndefault login dba password {SECRET}": "store-wants-credentials",
            f"machine 127.0.0.1 login dba {SECRET} {SECRET}": "store-netrc",
            f"password {SECRET}": "store-netrc",
            "\x00\ufffd": "store-netrc",
        }.items():
            heard.headers.clear()
            file.write_text(content)
            assert mistaken(site, address, environment={"NETRC": str(file)}).name == name
            assert bool(heard.sent("Authorization")) == (name == "store-refuses")
        file.write_bytes(b"machine \xff login dba")
        assert mistaken(site, address, environment={"NETRC": str(file)}).name == "store-netrc"


def test_a_netrc_file_that_others_can_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(f"machine h login dba password {SECRET}")
    (tmp_path / ".netrc").chmod(0o644)
    with pytest.raises(Mistake, match="store-netrc-open"):
        credentials_for("https://h/", {})
    (tmp_path / ".netrc").chmod(0o600)
    assert credentials_for("https://h/", {}) == Credentials("dba", SECRET)
    assert SECRET not in repr(credentials_for("https://h/", {}))
    assert credentials_for("https://other/", {}) is None


def test_digest_answers_as_the_specification_does() -> None:
    """RFC 7616, section 3.9.1, the part that does not depend on a number of the client's own: the parameters."""
    authorization = Authorization(Credentials("Mufasa", "Circle of Life"), "http://www.example.org/")
    assert authorization.accept('Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXw", opaque="F"')
    value = authorization.headers("GET", "http://www.example.org/dir/index.html")["Authorization"]
    for part in ('username="Mufasa"', 'realm="http-auth@example.org"', 'uri="/dir/index.html"', "qop=auth", "nc=00000002", 'opaque="F"'):
        assert part in value
    assert "Circle" not in value


# protected connections, and servers in front


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for 127.0.0.1 that nobody vouches for."""
    command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    subprocess.run(["openssl", *command, "-keyout", tmp_path / "key.pem", "-out", tmp_path / "own.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem", tmp_path / "key.pem")
    return context, tmp_path / "own.pem"


def test_a_store_that_nobody_vouches_for_is_told_nothing(site: Path, certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    context, own = certificate
    with answering(say(401, "text/plain", b"", WWW_Authenticate="Basic"), context) as (address, heard):
        mistake = mistaken(site, address, environment=DBA)
        assert mistake.name == "store-no-answer"
        assert "certificate" in str(mistake.values["words"])
        assert not heard.lines
        assert mistaken(site, address.replace("https", "http"), environment=DBA).name == "store-no-answer"
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        assert mistaken(site, address, environment=DBA).name == "store-refuses"
        assert heard.sent("Authorization")


_FRONT = """\
daemon off; pid {work}/pid; error_log {work}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{store}; }} }}
}}
"""


def test_a_server_in_front_that_takes_little_at_once_is_given_pieces(tmp_path: Path) -> None:
    """Nginx takes 1 MiB where nobody has said otherwise, and answers 413 to more."""
    site = release(tmp_path / "site", things("one", range(20_000)))
    port = free_port()
    with oxigraph() as running, open_folder() as work:
        (work / "nginx.conf").write_text(_FRONT.format(work=work, port=port, store=running.port))
        with process([program("nginx"), "-p", str(work), "-e", str(work / "error.log"), "-c", str(work / "nginx.conf")], port):
            done = pushed(site, f"http://127.0.0.1:{port}/")
            assert [graph.is_exact for graph in done.graphs] == [True, True]
            assert running.counts() == {f"{BASE}stated": 20_000}
            assert mistaken(release(tmp_path / "2", things("two", range(20_000))), f"http://127.0.0.1:{port}/store", GRAPH_STORE).name == "store-answers"
