"""`bynet verify` proves a copy of a site: what was tampered with, swapped, cut off, replayed or has expired is refused, in a folder and at an address."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hosts import open_folder, seal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from serving import serving
from signing import Key, make_key, sign
from urllib3 import PoolManager
from workbench import ROOT, Ended, bynet, environment_of, make_project, release, turtle

from publish.proof import Expected
from publish.signers import read_signers
from publish.verify import verify

Figure = Callable[[str, int], None]

BASE = "https://example.org/"
DATASET = f"{BASE}dataset"
TODAY = datetime.now(UTC).date()
LATER, BEFORE = ((TODAY + timedelta(days)).isoformat() for days in (300, -1))


@dataclass(frozen=True, slots=True)
class World:
    """What a publisher has signed: the release before, the present one, it again with its time over, and another data set; the keys; who may sign."""

    folder: Path
    anna: Key
    stranger: Key

    @property
    def first(self) -> Path:
        return self.folder / "first"

    @property
    def current(self) -> Path:
        return self.folder / "current"

    @property
    def expired(self) -> Path:
        return self.folder / "expired"

    @property
    def other(self) -> Path:
        return self.folder / "other"

    @property
    def signers(self) -> Path:
        return self.folder / "signers"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_folder() as folder:
        (folder / "keys").mkdir()
        made = World(folder, *(make_key(folder / "keys", f"{name}@example.org") for name in ("anna", "mallory")))
        made.signers.write_text(made.anna.allowed('namespaces="bynet"'))
        project = make_project(folder / "project", {"data/things.ttl": turtle('ex:a a rdfs:Resource ; rdfs:label "A thing"@en .')})
        for version, day, site, expires in (("1.0.0", "2026-01-01", made.first, LATER), ("1.1.0", "2026-02-02", made.current, None)):
            release(project, version, day)
            publish(project, folder / "site", expires)
            signed_copy(folder / "site", site, made.anna)
        signed_copy(folder / "site", made.expired, made.anna)
        said = made.expired / "validity.json"
        said.write_text(said.read_text().replace(LATER, BEFORE))
        seal_without_signature(made.expired)
        sign(made.anna, made.expired / "MANIFEST")
        publish(project, folder / "elsewhere", None, "--base-iri", "https://example.com/")
        signed_copy(folder / "elsewhere", made.other, made.anna)
        yield made


def publish(project: Path, out: Path, expires: str | None, *options: str) -> Ended:
    ended = bynet("--root", project, "publish", "--out", out, *options, *(["--expires", expires] if expires else []))
    assert ended.code == 0, ended.err + ended.out
    return ended


def signed_copy(site: Path, copy: Path, key: Key) -> None:
    shutil.copytree(site, copy)
    sign(key, copy / "MANIFEST")


@pytest.fixture
def copy(world: World) -> Iterator[Path]:
    """A copy of the present release in a folder of its own, to be harmed."""
    with open_folder() as folder:
        shutil.copytree(world.current, folder / "copy")
        yield folder / "copy"


WANTED = ("--dataset", DATASET, "--at-least", "1.1.0")


def prove(world: World, place: Path | str, *options: str) -> list[str]:
    """The command that proves a copy."""
    return ["verify", str(place), "--signers", str(world.signers), *options]


def test_a_copy_that_is_whole_is_proved_and_says_who_signed_what_and_until_when(world: World) -> None:
    ended = bynet(*prove(world, world.current, *WANTED))
    assert (ended.code, ended.out) == (0, ""), ended.out
    signed, told, clean = ended.err.splitlines()
    assert signed.startswith("Signed by anna@example.org with ssh-ed25519 SHA256:")
    assert told == f"Dataset {DATASET}, version 1.1.0, valid until {LATER}."
    assert clean.startswith("No faults. ")


Edit = Callable[[Path, World], object]
Run = Callable[..., Ended]


def flip(file: Path, at: int = -1, mask: int = 1) -> None:
    content = bytearray(file.read_bytes())
    content[at if at >= 0 else len(content) // 2] ^= mask
    file.write_bytes(content)


def cut(file: Path, share: float = 0.5) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])


def exchange(manifest: Path, one: str, other: str) -> None:
    """Let two lines of a MANIFEST have each other's hash."""
    lines = {line[66:]: line[:64] for line in manifest.read_text().splitlines()}
    lines[one], lines[other] = lines[other], lines[one]
    manifest.write_text("".join(f"{digest}  {path}\n" for path, digest in lines.items()))


def swap(site: Path) -> None:
    """Exchange two files, and their hashes in MANIFEST."""
    one, other, between = site / "id/a.ttl", site / "id/a.nt", site / "between"
    one.rename(between)
    other.rename(one)
    between.rename(other)
    exchange(site / "MANIFEST", "id/a.ttl", "id/a.nt")


def replaced(site: Path, by: Path) -> None:
    shutil.rmtree(site)
    shutil.copytree(by, site)


def other_signature(site: Path, key: Key, namespace: str = "bynet") -> None:
    sign(key, site / "MANIFEST", namespace)


def linked(file: Path, target: Path | str) -> None:
    file.unlink()
    file.symlink_to(target)


def piped(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def renamed(file: Path, name: str) -> None:
    file.rename(file.with_name(name))


def tampered(site: Path) -> None:
    """Change a fact, and everything that says so now, as someone would who knows bynet."""
    for file in site.rglob("*"):
        if file.is_file() and not file.is_relative_to(site / "release") and b"A thing" in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(b"A thing", b"A thong"))
    seal_without_signature(site)


def seal_without_signature(site: Path) -> None:
    signature = (site / "MANIFEST.sig").read_bytes()
    (site / "MANIFEST.sig").unlink()
    seal(site)
    (site / "MANIFEST.sig").write_bytes(signature)


COPIES: dict[str, tuple[Edit, str]] = {
    "a changed byte in a page": (lambda site, _world: flip(site / "id/a.html"), "id/a.html: is not what MANIFEST lists"),
    "a changed byte in what all is read from": (lambda site, _world: flip(site / "download/all.nt", 1), "download/all.nt: is not what MANIFEST lists"),
    "a changed byte in MANIFEST": (lambda site, _world: flip(site / "MANIFEST"), "MANIFEST.sig: does not fit MANIFEST"),
    "a changed byte in the signature": (lambda site, _world: flip(site / "MANIFEST.sig", 100, 3), "MANIFEST.sig: "),
    "a changed fact, with a MANIFEST that fits": (lambda site, _world: tampered(site), "MANIFEST.sig: does not fit MANIFEST"),
    "two files exchanged, and their hashes": (lambda site, _world: swap(site), "MANIFEST.sig: does not fit MANIFEST"),
    "a file cut off": (lambda site, _world: cut(site / "download/all.ttl"), "download/all.ttl: is not what MANIFEST lists"),
    "a file that is empty": (lambda site, _world: cut(site / "id/a.nt", 0), "id/a.nt: is not what MANIFEST lists"),
    "MANIFEST cut off": (lambda site, _world: cut(site / "MANIFEST"), "MANIFEST.sig: does not fit MANIFEST"),
    "MANIFEST without its last line": (lambda site, _world: cut(site / "MANIFEST", 0.999), "MANIFEST.sig: does not fit MANIFEST"),
    "MANIFEST that is empty": (lambda site, _world: cut(site / "MANIFEST", 0), "MANIFEST.sig: does not fit MANIFEST"),
    "the signature cut off": (lambda site, _world: cut(site / "MANIFEST.sig"), "MANIFEST.sig: is no signature"),
    "the signature empty": (lambda site, _world: cut(site / "MANIFEST.sig", 0), "MANIFEST.sig: is no signature"),
    "no signature": (lambda site, _world: (site / "MANIFEST.sig").unlink(), "MANIFEST.sig: is missing"),
    "no MANIFEST": (lambda site, _world: (site / "MANIFEST").unlink(), "has no MANIFEST"),
    "a file that is gone": (lambda site, _world: (site / "id/a.nt").unlink(), "id/a.nt: is in MANIFEST but not here"),
    "a page of a stranger": (lambda site, _world: (site / "id/b.html").write_text("<p>"), "id/b.html: is not in MANIFEST"),
    "a hidden file of a stranger": (lambda site, _world: (site / "id/.b").touch(), "id/.b: is not in MANIFEST"),
    "a file whose name is no text": (lambda site, _world: (site / os.fsdecode(b"id/\xff\x1b[2J")).touch(), r"id/\xff\x1b[2J: is not in MANIFEST"),
    "a link in the place of a file": (lambda site, world: linked(site / "id/a.nt", world.current / "id/a.nt"), "id/a.nt: is no file of its own"),
    "a link within the site": (lambda site, _world: linked(site / "download/stated.nt", "all.nt"), "download/stated.nt: is no file of its own"),
    "a link too many": (lambda site, _world: (site / "id/b").symlink_to("a.nt"), "id/b: is not in MANIFEST"),
    "a folder that is a link": (lambda site, _world: (site / "more").symlink_to("id"), "more: is not in MANIFEST"),
    "a pipe in the place of a file": (lambda site, _world: piped(site / "id/a.nt"), "id/a.nt: is no file of its own"),
    "a pipe too many": (lambda site, _world: os.mkfifo(site / "id/b"), "id/b: is not in MANIFEST"),
    "a pipe in the place of MANIFEST": (lambda site, _world: piped(site / "MANIFEST"), "has no MANIFEST"),
    "a pipe in the place of the signature": (lambda site, _world: piped(site / "MANIFEST.sig"), "MANIFEST.sig: is missing"),
    "another case of a file's name": (lambda site, _world: renamed(site / "id/a.nt", "A.nt"), "id/A.nt: is not in MANIFEST"),
    "another case of a folder's name": (lambda site, _world: renamed(site / "id", "ID"), "id/a.nt: is in MANIFEST but not here"),
    "another case of the signature's name": (lambda site, _world: renamed(site / "MANIFEST.sig", "manifest.sig"), "MANIFEST.sig: is missing"),
    "a stranger's signature": (lambda site, world: other_signature(site, world.stranger), "MANIFEST.sig: was made with a key that nobody"),
    "a signature for another purpose": (lambda site, world: other_signature(site, world.anna, "git"), "MANIFEST.sig: was made for 'git', not for 'bynet'"),
    "the signature of the release before": (
        lambda site, world: shutil.copy(world.first / "MANIFEST.sig", site),
        "MANIFEST.sig: does not fit MANIFEST, though it was made with the key of anna@example.org",
    ),
    "the signature of another site": (lambda site, world: shutil.copy(world.other / "MANIFEST.sig", site), "MANIFEST.sig: does not fit MANIFEST"),
    "a file of the release before": (lambda site, world: shutil.copy(world.first / "catalog.ttl", site), "catalog.ttl: is not what MANIFEST lists"),
    "the release before, with its own signature": (lambda site, world: replaced(site, world.first), "MANIFEST: names no files of release 1.1.0"),
    "another data set, with its own signature": (
        lambda site, world: replaced(site, world.other),
        "validity.json: says that this is the dataset https://example.com/",
    ),
    "a copy whose time is over": (lambda site, world: replaced(site, world.expired), f"validity.json: says that this copy was valid until {BEFORE}"),
}
MORE = {"another case of a file's name", "another case of a folder's name"}
"""Copies of which more than one thing is wrong."""


def refuse(world: World, copy: Path, what: str, run: Run = bynet) -> None:
    """Harm *copy* in one way; the command, as *run* runs it, has to refuse it, with a line that says why and nothing that looks like a fault of its own."""
    edit, words = COPIES[what]
    edit(copy, world)
    ended = run(*prove(world, copy, *WANTED))
    assert ended.code in {1, 2}, f"{what}: taken for right"
    assert "Traceback" not in ended.err
    assert any(words in line for line in (ended.out + ended.err).splitlines()), ended.out + ended.err
    assert len(ended.out.splitlines()) == 1 or what in MORE or ended.code == 2, ended.out


@pytest.mark.parametrize("what", COPIES)
def test_a_copy_that_is_not_what_was_signed_is_refused(world: World, copy: Path, what: str, figure: Figure) -> None:
    refuse(world, copy, what)
    figure("copies refused", 1)


def expected(world: World) -> Expected:
    return Expected(read_signers(world.signers), DATASET, "1.1.0")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.data())
def test_any_byte_that_is_another_in_any_file_is_refused(world: World, copy: Path, data: some.DataObject) -> None:
    files = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file() and path.stat().st_size)
    file = data.draw(some.sampled_from(files))
    content = (copy / file).read_bytes()
    at, other = data.draw(some.integers(0, len(content) - 1)), data.draw(some.integers(0, 255))
    if content[at] == other:
        return
    (copy / file).write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
    try:
        faults = verify(str(copy), expected(world)).faults
    finally:
        (copy / file).write_bytes(content)
    named = "MANIFEST.sig" if file in {"MANIFEST", "MANIFEST.sig"} else file
    assert [places for _fault, places in faults] == [(named,)]


def test_every_file_that_is_another_is_named(world: World, copy: Path, figure: Figure) -> None:
    files = sorted(path for path in copy.rglob("*") if path.is_file() and path.stat().st_size)
    harmed = [file for file in files if not file.name.startswith("MANIFEST") and not file.is_relative_to(copy / "download")]
    for file in harmed:
        flip(file)
    faults = verify(str(copy), expected(world)).faults
    assert {place for fault, places in faults for place in places if fault.rule == "hash"} == {file.relative_to(copy).as_posix() for file in harmed}
    figure("changed files", len(harmed))


def test_without_signers_a_signed_copy_is_checked_as_any_other(world: World, copy: Path) -> None:
    assert bynet("verify", copy).code == 0
    (copy / "MANIFEST.sig").write_text("no signature\n")
    ended = bynet("verify", copy)
    assert (ended.code, "Signed by" in ended.err) == (0, False)
    assert bynet("verify", world.expired).code == 1


def test_a_store_is_not_a_copy(world: World) -> None:
    ended = bynet("verify", world.current, "--endpoint", "http://127.0.0.1:9/", "--signers", world.signers)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "Use two commands" in ended.err


def test_a_proof_is_told_to_programs_too(world: World) -> None:
    told = json.loads(bynet(*prove(world, world.current, "--format", "json")).out)
    assert (told["dataset"], told["version"], told["validUntil"], told["faults"]) == (DATASET, "1.1.0", LATER, [])
    assert told["signer"]["name"] == "anna@example.org"
    refused = bynet(*prove(world, world.expired, "--format", "json"))
    assert (refused.code, [fault["rule"] for fault in json.loads(refused.out)["faults"]]) == (1, ["expired"])


Reply = tuple[int, bytes]
Meddle = Callable[[World, str, int, Reply], Reply]


@contextmanager
def meddling(world: World, address: str, meddle: Meddle) -> Iterator[str]:
    """A host between: what it passes on of the site at *address* is what *meddle* makes of a path, how often that was asked for, and the answer."""
    counts: Counter[str] = Counter()
    pool, lock = PoolManager(retries=False, maxsize=16), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            with lock:
                counts[path] += self.command == "GET"
            asked = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
            answer = pool.request(self.command, address + path, headers=asked, redirect=False, decode_content=False)
            status, body = meddle(world, path, counts[path], (answer.status, answer.data))
            self.send_response(status)
            for name, value in answer.headers.items():
                if name.lower() not in {"content-length", "connection", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # who has read enough goes away
                self.wfile.write(body if self.command == "GET" and status != HTTPStatus.NOT_MODIFIED else b"")

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815  # the base class calls them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        pool.clear()


def at(wanted: str, body: Callable[[World, int, bytes], bytes], status: int = 200) -> Meddle:
    """What a host does that meddles with one path only."""
    return lambda world, path, count, reply: (status, body(world, count, reply[1])) if path == wanted else reply


def honest(_world: World, _path: str, _count: int, reply: Reply) -> Reply:
    return reply


def flipped(_world: World, _count: int, body: bytes) -> bytes:
    return body[:-9] + bytes([body[-9] ^ 1]) + body[-8:] if body else body


def forged(world: World) -> bytes:
    """A MANIFEST that fits a changed page."""
    page = (world.current / "id/a.html").read_bytes()
    old, new = (sha256(content).hexdigest().encode() for content in (page, flipped(world, 1, page)))
    return (world.current / "MANIFEST").read_bytes().replace(old, new)


def two_faced(world: World, path: str, count: int, reply: Reply) -> Reply:
    """Show the MANIFEST that was signed to the first who asks, and to the next one that fits a changed page."""
    if path == "MANIFEST" and count > 1:
        return 200, forged(world)
    return (reply[0], flipped(world, count, reply[1])) if path == "id/a.html" else reply


def hidden(_world: World, path: str, count: int, reply: Reply) -> Reply:
    """Hide from the first who asks until when the site is valid."""
    return (200, b"{}") if path == "validity.json" and count == 1 else reply


ADDRESSES: dict[str, tuple[str, Meddle, str]] = {
    "a changed page": ("current", at("id/a.html", flipped), "id/a.html: is not what MANIFEST lists"),
    "a changed MANIFEST": ("current", at("MANIFEST", flipped), "MANIFEST.sig: does not fit MANIFEST"),
    "a MANIFEST that is cut off": ("current", at("MANIFEST", lambda _world, _count, body: body[:900]), "MANIFEST.sig: does not fit MANIFEST"),
    "a changed signature": ("current", at("MANIFEST.sig", lambda _world, _count, body: body[:-60]), "MANIFEST.sig: is no signature"),
    "no signature": ("current", at("MANIFEST.sig", lambda *_asked: b"nothing", 404), "MANIFEST.sig: is missing"),
    "a signature of ten megabytes": ("current", at("MANIFEST.sig", lambda *_asked: b"A" * 10_000_000), "MANIFEST.sig: is no signature"),
    "a signature that is elsewhere": ("current", at("MANIFEST.sig", lambda *_asked: b"", 302), "MANIFEST.sig: is missing"),
    "the release before, with its own signature": ("first", honest, "MANIFEST: names no files of release 1.1.0"),
    "a copy whose time is over": ("expired", honest, f"validity.json: says that this copy was valid until {BEFORE}"),
    "a copy whose time is over, and who hides it at first": ("expired", hidden, "validity.json: is not what MANIFEST lists"),
    "another data set, with its own signature": ("other", honest, "validity.json: says that this is the dataset https://example.com/"),
    "another MANIFEST at the second reading": ("current", two_faced, "id/a"),
    "another MANIFEST at the first reading": (
        "current",
        at("MANIFEST", lambda world, count, body: forged(world) if count == 1 else body),
        "MANIFEST.sig: does not fit MANIFEST",
    ),
}


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[dict[str, str]]:
    """The address of each site of the world, served by bynet."""
    with ExitStack() as servers:
        yield {name: servers.enter_context(serving(world.folder / name)).url for name in ("current", "first", "expired", "other")}


def refuse_at(world: World, served: dict[str, str], what: str, run: Run = bynet) -> None:
    """The command, as *run* runs it, has to refuse what a host shows that meddles in one way."""
    site, meddle, words = ADDRESSES[what]
    with meddling(world, served[site], meddle) as address:
        ended = run(*prove(world, address, *WANTED))
    assert ended.code == 1, f"{what}: taken for right"
    assert "Traceback" not in ended.err
    assert any(line.startswith(words) for line in ended.out.splitlines()), ended.out + ended.err


def test_a_host_that_passes_on_what_was_signed_is_proved(world: World, served: dict[str, str]) -> None:
    with meddling(world, served["current"], honest) as address:
        ended = bynet(*prove(world, address))
    assert (ended.code, ended.out) == (0, ""), ended.out
    assert ended.err.startswith("Signed by anna@example.org with ssh-ed25519 SHA256:")


@pytest.mark.parametrize("what", ADDRESSES)
def test_a_host_that_shows_something_else_than_was_signed_is_refused(world: World, served: dict[str, str], what: str, figure: Figure) -> None:
    refuse_at(world, served, what)
    figure("copies refused", 1)


Mutant = tuple[str, str, str, str]
"""A module, a text that stands in it once, the fault in its place, and what no longer is refused then."""

MUTANTS: dict[str, Mutant] = {
    "the hash of a file is not looked at": ("copied", 'if file_digest(file, "sha256").hexdigest() != digest:', "if False:", "a changed byte in a page"),
    "what else is there is not looked at": ("verify", "sorted(here - {", "sorted(here - here - {", "a page of a stranger"),
    "links are followed": ("copied", "if not os.path.lexists(file) or", 'return file.open("rb")\n    if', "a link within the site"),
    "any namespace is taken": ("signers", "if signature.namespace != NAMESPACE:", "if False:", "a signature for another purpose"),
    "any key is taken": ("signers", "if signer.key == signature.key:", "if True:", "a stranger's signature"),
    "what was signed is not looked at": ("signers", "if not signature.is_of(content):", "if False:", "a changed fact, with a MANIFEST that fits"),
    "a copy needs no signature": ("proof", "if signed is None:", "if signed is None:\n        return Proof()\n    if False:", "no signature"),
    "the day is not looked at": ("proof", "if validity and validity.is_over(", "if False and validity.is_over(", "a copy whose time is over"),
    "any data set is taken": (
        "proof",
        "if expected.dataset and validity and validity.dataset",
        "if False and validity.dataset",
        "another data set, with its own signature",
    ),
    "any release is taken": ("proof", "if expected.release and not any(", "if False and not any(", "the release before, with its own signature"),
}
MUTANTS_OF_ADDRESSES: dict[str, Mutant] = {
    "the hash of an answer is not looked at": ("answers", 'sha256(reply.body).hexdigest() != self._manifest.get(path, "")', "False", "a changed page"),
    "MANIFEST is read twice": ("verify", "Listing(copy.place, manifest,", "Listing(copy.place, copy.manifest(),", "another MANIFEST at the second reading"),
    "what is hidden is not there": (
        "proof",
        'return Fault("hash", VALIDITY, extension(VALIDITY))',
        "return None",
        "a copy whose time is over, and who hides it at first",
    ),
}


def mutated(folder: Path, mutant: Mutant) -> Run:
    """Return what runs the command with a fault in one module."""
    module, right, wrong, _what = mutant
    shutil.copytree(ROOT / "publish", folder / "publish", ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    file = folder / f"publish/{module}.py"
    assert file.read_text().count(right) == 1
    file.write_text(file.read_text().replace(right, wrong))

    def run(*arguments: str | Path) -> Ended:
        command = [sys.executable, "-c", "from publish.cli import main; main()", *map(str, arguments)]
        environment = environment_of({"PYTHONPATH": str(folder)})
        answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=120)
        return Ended(answer.returncode, answer.stdout.decode(), answer.stderr.decode())

    return run


@pytest.mark.no_cover
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_fault_planted_in_the_check_is_found(world: World, copy: Path, tmp_path: Path, mutant: str, figure: Figure) -> None:
    with pytest.raises(AssertionError, match="taken for right"):
        refuse(world, copy, MUTANTS[mutant][-1], mutated(tmp_path, MUTANTS[mutant]))
    figure("planted faults", 1)


@pytest.mark.no_cover
@pytest.mark.parametrize("mutant", MUTANTS_OF_ADDRESSES)
def test_a_fault_planted_in_the_check_of_an_address_is_found(world: World, served: dict[str, str], tmp_path: Path, mutant: str, figure: Figure) -> None:
    with pytest.raises(AssertionError, match="taken for right"):
        refuse_at(world, served, MUTANTS_OF_ADDRESSES[mutant][-1], mutated(tmp_path, MUTANTS_OF_ADDRESSES[mutant]))
    figure("planted faults", 1)
