"""Real triple stores on loopback, each a child process that ends by its own id, releases to put into them, and what stands between."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, Request, build_opener

import pytest
import urllib3
from hosts import free_port, process
from workbench import environment_of, write_files

from publish.exchange import Patience
from publish.opening import Address
from publish.push import Order, Pushed, push

BASE = "https://example.org/"
QUICK = Patience(connect=5, piece=60, whole=120, pause=0.05, longest=0.5)
NOBODY: Mapping[str, str] = {"NETRC": "/nonexistent"}
DBA: Mapping[str, str] = {"BYNET_STORE_USER": "dba", "BYNET_STORE_PASSWORD": "sesame-open-now", "NETRC": "/nonexistent"}

_OXIGRAPH = Path(sysconfig.get_path("scripts")) / "oxigraph"
_VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
CaseMode = 2
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A store that runs: what it is, its port, the environment that says who may change it."""

    name: str
    port: int
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(self, query: str) -> list[list[str]]:
        """The rows of a SELECT, as anybody gets them."""
        path = "sparql" if self.name == "virtuoso" else "query"
        reply = urllib3.request("GET", self.url + path, fields={"query": query}, headers={"Accept": "text/csv"}, retries=False, timeout=60)
        assert reply.status == 200, reply.data
        return [line.split(",") for line in reply.data.decode().replace('"', "").splitlines()[1:]]

    def counts(self, base: str = "") -> dict[str, int]:
        """How many triples each graph under *base* has."""
        rows = self.ask(f'SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{base}")) }} GROUP BY ?g')
        return {graph: int(count) for graph, count in rows}

    def load(self, graph: str, content: str) -> None:
        """Add N-Triples to a graph, as another program would."""
        path = "sparql-graph-crud-auth" if self.name == "virtuoso" else "store"
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, self.url, DBA["BYNET_STORE_USER"], DBA["BYNET_STORE_PASSWORD"])
        request = Request(f"{self.url}{path}?{urlencode({'graph': graph})}", content.encode(), {"Content-Type": "application/n-triples"}, method="POST")
        with build_opener(HTTPDigestAuthHandler(passwords)).open(request, timeout=60) as reply:
            assert reply.status in {200, 201, 204}

    def address(self, kind: str = "", path: str = "") -> Address:
        """The store as the command line would name it."""
        return Address(self.url + path, self.environment, kind, QUICK)

    def push(self, site: Path, kind: str = "", path: str = "", base: str | None = None) -> Pushed:
        """Push *site*."""
        return push(Order(str(site), self.address(kind, path), base), lambda *_stage, **_values: None)


@contextmanager
def oxigraph(location: Path | None = None) -> Iterator[Running]:
    """Run Oxigraph's own server until the block ends, in memory or in a folder."""
    port = free_port()
    command = [str(_OXIGRAPH), "serve", "--bind", f"127.0.0.1:{port}", *(["--location", str(location)] if location else [])]
    with process(command, port):
        yield Running("oxigraph", port, NOBODY)


@contextmanager
def virtuoso(folder: Path) -> Iterator[Running]:
    """Run Virtuoso until the block ends, with a new database in *folder*, a password of its own, and little memory."""
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7")
    port = free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(folder=folder, port=port, sql=free_port()))
    command = [program, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    made = [*command, "+pwdold", "dba", "+pwddba", DBA["BYNET_STORE_PASSWORD"]]
    subprocess.run(made, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=240)  # it ends when the password is set
    with process(command, port):
        yield Running("virtuoso", port, DBA)


def release(folder: Path, stated: Iterable[str], derived: Iterable[str] = (), base: str = BASE) -> Path:
    """Write as much of a site as a push needs: its dump, with lines of N-Triples without their dots, and its MANIFEST."""
    quads = [f"{line} <{base}{name}> .\n" for name, lines in (("stated", stated), ("derived", derived)) for line in lines]
    content = "".join(quads).encode()
    return write_files(folder, {"download/all.nq": content, "MANIFEST": f"{hashlib.sha256(content).hexdigest()}  download/all.nq\n"})


def push_process(site: Path, running: Running, kind: str, *settings: str) -> subprocess.Popen[bytes]:
    """Push in a process of its own, which can be killed; *settings* are statements that go before it."""
    code = f"""
import os, sys
from publish import stores
from publish.opening import Address
from publish.push import Order, push
{chr(10).join(settings)}
push(Order(sys.argv[1], Address(sys.argv[2], os.environ, sys.argv[3])), lambda *stage, **values: print(*stage, *values.values(), flush=True))
"""
    environment = environment_of(running.environment)
    return subprocess.Popen([sys.executable, "-c", code, str(site), running.url, kind], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Relay:
    """A port that hands everything on to another one, remembers what was sent there, and can break off."""

    def __init__(self, target: int) -> None:
        self.sent = bytearray()
        self.left = sys.maxsize
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with self._listening:
            while True:
                try:
                    near, _address = self._listening.accept()
                except OSError:
                    return
                self._threads.append(threading.Thread(target=self._serve, args=(near,)))
                self._threads[-1].start()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._target)) as far:
            back = threading.Thread(target=_hand_on, args=(far, near, lambda _piece: True))
            back.start()
            _hand_on(near, far, self._keep)
            back.join()

    def _keep(self, piece: bytes) -> bool:
        self.sent += piece
        self.left -= len(piece)
        return self.left >= 0


def _hand_on(begin: socket.socket, end: socket.socket, may_go_on: Callable[[bytes], bool]) -> None:
    with suppress(OSError):
        while (piece := begin.recv(65536)) and may_go_on(piece):
            end.sendall(piece)
    for side in (begin, end):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
