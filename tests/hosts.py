"""Real web servers of Debian's packages on loopback, each a child process with a folder of its own that ends by its own id."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from workbench import bynet_command, environment_of, write_files

from publish.addresses import Layout
from publish.hosting import host_files

_NGINX = """\
daemon off;
pid {work}/pid;
error_log {work}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi; uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
    variables_hash_max_size 2048;
    include {rules}/host/nginx.conf;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        include {rules}/host/nginx-server.conf;
    }}
}}
"""
_MODULES = ("mpm_event", "authz_core", "dir", "mime", "headers", "rewrite", "negotiation", "autoindex", "alias")
_APACHE = """\
ServerRoot {work}
ServerName 127.0.0.1
PidFile {work}/pid
ErrorLog {work}/error.log
Listen 127.0.0.1:{port}
{modules}
{user}
TypesConfig /dev/null
AddEncoding x-gzip .gz
StartServers 1
ThreadsPerChild 16
DocumentRoot {root}
<Directory {root}>
    Options +Indexes +FollowSymLinks +MultiViews
    AllowOverride FileInfo Indexes Options=MultiViews,FollowSymLinks
    Require all granted
</Directory>
<Files ".ht*">
    Require all denied
</Files>
"""
_FOUND = Path("/usr/lib/apache2/modules")
SERVERS = ("nginx", "apache2")
OWN = "bynet"
"""The name of the server that bynet is itself, at the root of its host."""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def program(name: str) -> str:
    """The path of a server's program; the test is skipped, saying so, where it is not installed."""
    if name == OWN:
        return name
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None or (name == "apache2" and not _FOUND.is_dir()):
        pytest.skip(f"{name} is not installed: apt-get install nginx-light apache2")
    return found


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may read, until the block ends: a server that root starts gives its workers another user."""
    with tempfile.TemporaryDirectory(prefix="bynet-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class Host:
    """A host to be: its server, the folder that it serves, the folder in it where the site stands (``/`` or ``/name/``), its port."""

    server: str
    root: Path
    prefix: str
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    @property
    def site(self) -> Path:
        return self.root / self.prefix.strip("/")


@contextmanager
def serving(host: Host, rules: Path | None = None) -> Iterator[str]:
    """Serve *host* until the block ends, nginx by the *rules* of a folder that is not the site's own; yield the site's address."""
    work = Path(tempfile.mkdtemp(prefix=f"{host.server}-", dir=host.root.parent))
    work.chmod(0o755)
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
    values = {"work": work, "root": host.root, "port": host.port, "user": user, "modules": _modules(), "rules": rules or host.site}
    (work / "server.conf").write_text({"nginx": _NGINX, "apache2": _APACHE, OWN: ""}[host.server].format_map(values))
    with process(_command(host, work), host.port):
        yield host.address


@contextmanager
def process(command: list[str], port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run *command* until the block ends, from when it listens on *port*."""
    with tempfile.TemporaryFile() as said:  # a pipe that nobody reads would fill, and stop the server
        child = subprocess.Popen(command, env=environment_of(environment), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        try:
            if not _listens(child, port):
                said.seek(0)
                pytest.fail(f"no server: {said.read().decode()}")
            yield child
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _command(host: Host, work: Path) -> list[str]:
    if host.server == OWN:
        return bynet_command("serve", host.site, "--port", str(host.port))
    if host.server == "nginx":
        return [program("nginx"), "-p", str(work), "-e", str(work / "error.log"), "-c", str(work / "server.conf")]
    return [program("apache2"), "-f", str(work / "server.conf"), "-DFOREGROUND"]


def _modules() -> str:
    present = [name for name in _MODULES if (_FOUND / f"mod_{name}.so").is_file()]
    return "\n".join([f"LoadModule {name}_module {_FOUND}/mod_{name}.so" for name in present])


def _listens(child: subprocess.Popen[bytes], port: int) -> bool:
    for _attempt in range(200):
        if child.poll() is not None:
            return False
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


def seal(site: Path) -> None:
    """Write the MANIFEST of *site* as it is now."""
    files = sorted(path for path in site.rglob("*") if path.is_file() and path != site / "MANIFEST")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(site).as_posix()}\n" for path in files]
    (site / "MANIFEST").write_text("".join(sorted(lines, key=lambda line: line[66:])))


def with_rules(site: Path, layout: Mapping[str, object]) -> Layout:
    """Write the host rules of *site*, and its MANIFEST, for what *layout* says beside its files; return the whole layout."""
    paths = frozenset(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    whole = Layout(paths=paths, **layout)  # type: ignore[arg-type]  # a test's own values
    write_files(site, dict(host_files(whole)))
    seal(site)
    return whole
