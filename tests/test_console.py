"""Nothing in data, names, queries, answers or arguments steers the terminal that bynet's words come out on, or makes up a line of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results
from terminal import CONTROLS, FORGED, TURNING, UNREADABLE, WILD, Said, escaped, on_terminal
from test_cli import passages_of
from workbench import bynet, bynet_command, make_project, turtle, write_files

from publish import texts
from publish.controls import plain, plain_json, printable

TURNED = "https://example.org/id/\u200f\u200b"
QUESTION = "# title@en: t\n# description@en: d\nSELECT ?a { ?a ?b ?c } ORDER BY ?a\n"
SHAPE = turtle(
    "shapes:Thing a sh:NodeShape ; sh:targetClass def:Thing ; sh:property shapes:Thing-size .\n"
    'shapes:Thing-size a sh:PropertyShape ; sh:path def:size ; sh:maxCount 0 ; sh:message "Not {text}."@en .\n'
)
THINGS = turtle('ex:one a def:Thing ; rdfs:label "{text}"@en ; def:knows <{turned}> .\n\n<{turned}> a def:Thing ; rdfs:label "{text} b"@en .\n')


@dataclass(frozen=True, slots=True)
class Bed:
    """Projects and sites to run commands on.

    *wild* has every nasty character in its texts, *odd* in the names of its files, *sick* breaks its shape; *mild* has those that are no control characters
    and can be published; *site* is the site of *mild*, *spoiled* one whose MANIFEST and files somebody else has written. *themed* has
    words and a template of that kind; *page* is a text.
    """

    wild: Path
    odd: Path
    sick: Path
    mild: Path
    site: Path
    spoiled: Path
    themed: Path
    page: Path


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Bed:
    base = tmp_path_factory.mktemp("bed") / UNREADABLE
    mild = make_project(base / "mild", {"data/things.ttl": THINGS.format(text=escaped(TURNING), turned=TURNED)})
    site = base / "site"
    published = bynet("--root", mild, "publish", "--out", site)
    assert published.code == 0, published.err
    texts = {"data/things.ttl": THINGS.format(text=escaped(WILD), turned=TURNED), "ontology/questions/q.rq": f"# title@en: {WILD}\n"}
    wild = make_project(base / "wild", texts)
    odd = make_project(base / "odd", {f"data/{UNREADABLE}.ttl": "ex:a ex:b .\n", f"ontology/questions/{UNREADABLE}.rq": QUESTION})
    write_files(odd, {f"tests/shapes/t/{UNREADABLE}.ttl": turtle("ex:c def:size 1 .\n")})
    write_files(odd, {f"theme/templates/{UNREADABLE}.html": "{{", "theme/words/en.toml": WILD})
    things = THINGS.format(text=escaped(TURNING), turned=TURNED) + f'\nex:three a def:Thing ; def:size "{escaped(TURNING)}" .\n'
    sick = make_project(base / "sick", {"data/things.ttl": things, "shapes/t.ttl": SHAPE.replace("{text}", escaped(TURNING))})
    spoiled = write_files(base / "spoiled", {"MANIFEST": f"{'0' * 64}  {WILD}\n".encode(), UNREADABLE: b"x", f"{FORGED}{CONTROLS}".replace("\n", ""): b"x"})
    words = f'[page]\n"{escaped(TURNING)}" = "x"\nsearch = "{{{escaped(TURNING)}}}"\n'
    themed = make_project(base / "themed", {"theme/words/en.toml": words, "theme/templates/page.html": f"{{% {WILD} %}}"})
    return Bed(wild, odd, sick, mild, site, spoiled, themed, write_files(base, {"page.txt": f"SELECT * {{ ?s ?p '{WILD}\0' "}) / "page.txt")


Arguments = Callable[[Bed], Sequence[str | Path]]
ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
LINES: Mapping[str, Arguments] = {
    "an unknown command": lambda _bed: [UNREADABLE],
    "an unknown option": lambda _bed: [f"--{UNREADABLE}"],
    "an unknown language": lambda _bed: ["--lang", UNREADABLE, "check"],
    "an unknown format": lambda _bed: ["query", "--format", UNREADABLE, "ASK {}"],
    "a port that is none": lambda _bed: ["serve", "--port", UNREADABLE],
    "an argument too many": lambda bed: ["--root", bed.mild, "show", "one", UNREADABLE],
    "a file that is not there": lambda _bed: ["sources", UNREADABLE],
    "a root that is none": lambda _bed: ["--root", UNREADABLE, "check"],
    "a name that nothing has": lambda bed: ["--root", bed.mild, "show", UNREADABLE],
    "a query that does not parse": lambda bed: ["--root", bed.mild, "query", f"SELECT * {{ ?s ?p {UNREADABLE}"],
    "a query with a prefix that nobody declares": lambda bed: ["--root", bed.mild, "query", f"SELECT * {{\n?s \ue000{TURNING}:p '{WILD}' }}"],
    "a query in a file": lambda bed: ["--root", bed.mild, "query", bed.page],
    "a theme": lambda bed: ["--root", bed.themed, "check"],
    "a query that is not there": lambda bed: ["--root", bed.mild, "query", UNREADABLE],
    "a base that is none": lambda bed: ["--root", bed.mild, "publish", "--base-iri", UNREADABLE],
    "a site before that is none": lambda bed: ["--root", bed.mild, "publish", "--previous", UNREADABLE, "--out", bed.page.parent / "new"],
    "a folder that holds something else": lambda bed: ["--root", bed.mild, "publish", "--out", bed.odd],
    "a folder that cannot be": lambda bed: ["--root", bed.mild, "publish", "--out", bed.page / UNREADABLE],
    "files whose names cannot be shown": lambda bed: ["--root", bed.odd, "check"],
    "files whose names cannot be shown, in a format": lambda bed: ["--root", bed.odd, "format", "--check"],
    "texts that cannot be shown": lambda bed: ["--root", bed.wild, "check"],
    "texts that cannot be shown, in publishing": lambda bed: ["--root", bed.wild, "publish", "--out", bed.page.parent / "wild-site"],
    "what a shape finds": lambda bed: ["--root", bed.sick, "check"],
    "the quality of metadata": lambda bed: ["--root", bed.mild, "check", "--score"],
    "a table": lambda bed: ["--root", bed.mild, "query", ALL],
    "a table of what the query says": lambda bed: ["--root", bed.mild, "query", f"SELECT ('{escaped(WILD)}' AS ?x) {{}}"],
    "a site that is published": lambda bed: ["--root", bed.mild, "publish", "--out", bed.page.parent / UNREADABLE],
    "what changed": lambda bed: ["--root", bed.sick, "diff", bed.site],
    "what changed, in short": lambda bed: ["--root", bed.sick, "diff", bed.site, "--format", "summary"],
    "a version that is none": lambda bed: ["--root", bed.mild, "diff", UNREADABLE],
    "a text that is no source": lambda bed: ["--root", bed.mild, "sources", bed.page],
    "a site that is right": lambda bed: ["verify", bed.site],
    "a site that somebody has spoiled": lambda bed: ["verify", bed.spoiled],
    "a site that is not there": lambda _bed: ["verify", UNREADABLE],
    "an address that is none": lambda _bed: ["verify", f"http://127.0.0.1:9/{UNREADABLE}"],
    "a spoiled site before": lambda bed: ["--root", bed.mild, "publish", "--previous", bed.spoiled, "--out", bed.page.parent / "new"],
    "a spoiled site for a store": lambda bed: ["push", "http://127.0.0.1:9/", "--site", bed.spoiled],
    "a store that is none": lambda bed: ["push", f"http://127.0.0.1:9/{UNREADABLE}", "--site", bed.site],
    "a host that is none": lambda bed: ["serve", bed.site, "--host", UNREADABLE],
    "a spoiled site to serve": lambda bed: ["serve", bed.spoiled, "--port", "0"],
}
DOCUMENTS: Mapping[str, Arguments] = {
    "findings as JSON": lambda bed: ["--root", bed.sick, "check", "--format", "json"],
    "findings as SARIF": lambda bed: ["--root", bed.odd, "check", "--format", "sarif"],
    "findings as Turtle": lambda bed: ["--root", bed.odd, "check", "--format", "turtle"],
    **{f"a thing as {form}": (lambda bed, form=form: ["--root", bed.mild, "show", "one", "--as", form]) for form in ("ttl", "jsonld", "nt", "html")},  # type: ignore[misc]  # of a loop
    **{f"an answer as {form}": (lambda bed, form=form: ["--root", bed.mild, "query", ALL, "--format", form]) for form in ("csv", "tsv", "json")},  # type: ignore[misc]
    "triples": lambda bed: ["--root", bed.mild, "query", "CONSTRUCT WHERE { ?s ?p ?o }"],
    "changes as JSON": lambda bed: ["--root", bed.sick, "diff", bed.site, "--format", "json"],
    "changes as a patch": lambda bed: ["--root", bed.sick, "diff", bed.site, "--format", "patch"],
    "faults as JSON": lambda bed: ["verify", bed.spoiled, "--format", "json"],
}


@pytest.mark.parametrize("name", LINES)
def test_no_line_for_people_steers_the_terminal_or_is_made_up(name: str, bed: Bed, figure: Callable[[str, int], None]) -> None:
    figure("commands on a terminal", 1)
    said = on_terminal(bynet_command(*LINES[name](bed)))
    assert (said.faults(), said.forged()) == ([], [])
    assert "Traceback" not in said.text
    assert said.text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_for_programs_steers_a_terminal(name: str, bed: Bed, figure: Callable[[str, int], None]) -> None:
    figure("commands on a terminal", 1)
    said = on_terminal(bynet_command(*DOCUMENTS[name](bed)))
    assert said.faults(tabs="\t" if name.endswith("tsv") else "") == []
    assert "Traceback" not in said.text
    assert said.text


def test_a_program_gets_every_character(bed: Bed) -> None:
    query = f"SELECT ('{escaped(WILD)}' AS ?x) {{}}"
    for name, form in (("tsv", QueryResultsFormat.TSV), ("json", QueryResultsFormat.JSON)):
        answer = parse_query_results(bynet("--root", bed.mild, "query", query, "--format", name).out, format=form)
        assert isinstance(answer, QuerySolutions)
        assert [getattr(row["x"], "value", None) for row in answer] == [WILD]
    assert WILD.partition("\n")[0] in bynet("--root", bed.mild, "query", query, "--format", "csv").out.replace("\r\n", "\n")


def test_what_a_terminal_shows_of_a_document_is_still_the_document(bed: Bed) -> None:
    arguments = ("--root", bed.mild, "show", "one", "--as", "nt")
    shown, exact = on_terminal(bynet_command(*arguments)).text, bynet(*arguments).out
    assert shown != exact
    assert set(parse(shown, format=RdfFormat.N_TRIPLES)) == set(parse(exact, format=RdfFormat.N_TRIPLES))


def test_the_words_of_a_source_do_not_steer_the_terminal(tmp_path: Path) -> None:
    page = f"{CONTROLS}one {TURNING}\n{FORGED} two"
    root = make_project(tmp_path / "project", passages_of(page, ("one", "one", True, 0), (f"{FORGED} two", "three", True, 1)))
    (tmp_path / "page.txt").write_bytes(page.encode())
    said = on_terminal(bynet_command("--root", root, "sources", tmp_path / "page.txt"))
    assert (said.faults(), said.forged(), said.code) == ([], [], 1)
    assert FORGED in said.text


# what strangers answer


@contextmanager
def answering(words: str, content_type: str) -> Iterator[str]:
    """A host that answers every request with *words*: as reason, in headers, as content; its address."""
    line = words.replace("\r", "").replace("\n", "").encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = words.encode()
            self.wfile.write(b"HTTP/1.1 400 " + line + b"\r\nContent-Type: " + content_type.encode() + line + b"\r\nLocation: /" + line + b"\r\n")
            self.wfile.write(b"ETag: " + line + b"\r\nConnection: close\r\nContent-Length: " + str(len(content)).encode() + b"\r\n\r\n" + content)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815  # the names are the library's

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("content_type", ["text/plain", "application/problem+json", "text/turtle"])
@pytest.mark.parametrize("command", ["verify", "push", "endpoint", "previous"])
def test_nothing_that_a_host_answers_steers_the_terminal(command: str, content_type: str, bed: Bed, figure: Callable[[str, int], None]) -> None:
    figure("commands on a terminal", 1)
    with answering(WILD, content_type) as address:
        arguments: Mapping[str, Sequence[str | Path]] = {
            "verify": ["verify", address],
            "push": ["push", address, "--site", bed.site],
            "endpoint": ["verify", bed.site, "--endpoint", address],
            "previous": ["--root", bed.mild, "publish", "--previous", address, "--out", bed.page.parent / "new"],
        }
        said = on_terminal(bynet_command(*arguments[command]))
    assert (said.faults(), said.forged(), said.code) == ([], [], 2)
    assert "Traceback" not in said.text


def test_a_site_that_is_spoiled_in_its_own_data_is_told_without_steering(bed: Bed, tmp_path: Path) -> None:
    quad = f'<https://example.org/id/x{TURNING}> <https://example.org/def/p> "{escaped(WILD)}" <https://example.org/stated> .\n'
    files = {"download/all.nq": quad.encode(), "feed.trig": f"<x> <y> {WILD}".encode(), "release/1.0.0/changes.json": json.dumps({"version": WILD}).encode()}
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    site = write_files(tmp_path / "site", {**files, "MANIFEST": listed.encode()})
    publishing, pushing = ("--root", bed.mild, "publish", "--out", site), ("push", "http://127.0.0.1:9/", "--site", site)
    for arguments in (("verify", site), publishing, ("diff", site, bed.site), pushing):
        said = on_terminal(bynet_command(*arguments))
        assert (said.faults(), said.forged()) == ([], [])
        assert "Traceback" not in said.text


# what is served


def test_nothing_that_is_asked_of_a_server_steers_its_terminal(bed: Bed, tmp_path: Path) -> None:
    folder = tmp_path / UNREADABLE
    shutil.copytree(bed.site, folder)

    def ask_and_spoil(process: int, told: str) -> None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", told)
        assert found
        for line in (f"GET /{WILD} HTTP/1.1", f"{WILD} / HTTP/1.1", f"GET /sparql?query={WILD}", WILD):
            with socket.create_connection(("127.0.0.1", int(found[1]))) as connection:
                connection.sendall(line.encode() + b"\r\nHost: " + WILD.encode() + b"\r\nAccept: " + WILD.encode() + b"\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1 << 16):
                    pass
        (folder / "MANIFEST").write_bytes(WILD.encode())
        os.kill(process, signal.SIGHUP)
        time.sleep(1.5)

    said = on_terminal(bynet_command("serve", folder, "--port", "0"), stop_at="kill -HUP", meanwhile=ask_and_spoil)
    assert (said.faults(), said.forged()) == ([], [])
    assert texts.text("en", "serve.kept", reason="") in said.text
    assert said.text.endswith(texts.text("en", "serve.stopped") + "\n")


# the surroundings


@pytest.mark.parametrize("variable", ["BYNET_STORE_TOKEN", "BYNET_STORE_USER", "NETRC"])
def test_nothing_in_the_environment_steers_the_terminal(variable: str, bed: Bed) -> None:
    said = on_terminal(bynet_command("push", "http://127.0.0.1:9/", "--site", bed.site), environment={variable: UNREADABLE})
    assert (said.faults(), said.forged(), said.code) == ([], [], 2)
    assert "Traceback" not in said.text


# the one place


def test_a_line_is_a_line_whatever_is_in_it() -> None:
    assert printable(UNREADABLE).isprintable()
    assert printable("Ångström 日本 e\u0301") == "Ångström 日本 e\u0301"
    every = "".join(map(chr, (*range(0x3000), *range(0xD700, 0x10000), *range(0xE0000, 0xE0200), 0x10FFFF)))
    assert Said(0, printable(every)).faults() == []
    assert Said(0, plain(every)).faults(tabs="\t") == []
    assert Said(0, plain_json(every)).faults() == []
    characters = every.encode(errors="ignore").decode()
    is_same = json.loads(plain_json(json.dumps(characters, ensure_ascii=False))) == characters
    is_one_line = "\n" not in printable(every)
    assert (is_same, is_one_line) == (True, True)


PLANTED = {
    "a line as it is": ("console.printable = console.plain = lambda text: text", LINES["a name that nothing has"]),
    "a line with its ends": ("console.printable = console.plain", LINES["a name that nothing has"]),
    "an argument as it was typed": ("console._typed_wrong = contextlib.nullcontext", LINES["an argument too many"]),
    "a document as it is": ("console.plain = lambda text: text", DOCUMENTS["a thing as ttl"]),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_way_past_the_one_place_is_found(planted: str, bed: Bed) -> None:
    change, arguments = PLANTED[planted]
    program = f"import contextlib, sys; from publish import console; {change}; from publish.start import main; main()"
    said = on_terminal([sys.executable, "-P", "-c", program, *arguments(bed)])
    assert said.faults() or said.forged()


def test_the_words_of_other_packages_pass_it_too(tmp_path: Path) -> None:
    program = "from publish import console; import logging, warnings; console.listen_to_errors(); " + "; ".join(
        (f"logging.error({WILD!r})", f"warnings.warn({WILD!r}, stacklevel=1)", f"raise ValueError({WILD!r})")
    )
    said = on_terminal([sys.executable, "-P", "-c", program])
    assert said.faults() == []
    assert said.text.count(FORGED) >= 3


def test_progress_is_bynets_own(bed: Bed, figure: Callable[[str, int], None]) -> None:
    said = on_terminal(bynet_command("--root", bed.mild, "publish", "--out", bed.page.parent / f"{UNREADABLE} 2"))
    assert (said.code, said.faults()) == (0, [])
    assert said.text.count("\r\033[K") >= 3
    figure("characters that could steer a terminal", len(set(UNREADABLE)) - len(FORGED))
    assert os.path.lexists(bed.page.parent / f"{UNREADABLE} 2")
