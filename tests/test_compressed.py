"""Compressed dumps: whatever reads a site or a dump takes them for what they hold, and no more of it than such a file may hold."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import tracemalloc
from collections import deque
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import cast

import pyoxigraph
import pytest
from compressed import APART, FORMATS, Both, Compressed, packed, publish_as
from hosts import seal
from official_shapes import held_against, needs_shapes, read
from pyoxigraph import RdfFormat
from serving import serving
from test_hosting import POOL
from workbench import bynet, make_project, release, turtle

from publish.earlier import BadSite, open_site, read_snapshot
from publish.gzipped import LEAST, BadGzip, standing, unpacked
from publish.intake.nesting import DEPTH, Nesting, nesting_fault
from publish.intake.streamed import parse_nodes, parse_stream
from publish.lines import Desk
from publish.model import DUMP
from publish.publication import Publication
from publish.published import PublishedData, published
from publish.releasegraphs import BadRelease, read_release
from publish.texts import LANGUAGES, text

THINGS = """\
ex:one
    a rdfs:Resource ;
    rdfs:label "One thing"@en ;
    rdfs:seeAlso <https://example.org/id/b.c> ;
.

<https://example.org/id/b.c>
    a rdfs:Resource ;
    rdfs:label "A thing with a \\"dot\\" # and {[( a mark"@en ;
.
"""
ALL = {"ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "nt": RdfFormat.N_TRIPLES, "nq": RdfFormat.N_QUADS}
BOMB = gzip.compress(b"\n" * (64 * LEAST))
DAMAGED = {
    "empty": b"",
    "no gzip": b"<urn:s> <urn:p> <urn:o> .\n",
    "cut off": packed(b"<urn:s> <urn:p> <urn:o> .\n" * 99)[:-9],
    "another sum": packed(b"<urn:s> <urn:p> <urn:o> .\n")[:-8] + bytes(8),
    "something behind it": packed(b"<urn:s> <urn:p> <urn:o> .\n") + b"something",
}


def sites(folder: Path, kind: type[Publication]) -> tuple[Path, Path]:
    """A project in two releases and its site as *kind* has it."""
    project = make_project(folder / "project", {"data/things.ttl": turtle(THINGS)})
    for version, day, label in (("1.0.0", "2026-01-01", "One thing"), ("1.1.0", "2026-02-02", "One better thing")):
        release(project, version, day)
        (project / "data/things.ttl").write_text((project / "data/things.ttl").read_text().replace("One thing", label))
        publish_as(kind, project, folder / "site")
    return project, folder / "site"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    kinds = {"plain": Publication, "compressed": Compressed, "both": Both}
    return {name: sites(tmp_path_factory.mktemp(name), kind)[1] for name, kind in kinds.items()}


@pytest.fixture
def copy(made: dict[str, Path], tmp_path: Path) -> Path:
    """A site with compressed dumps, to be broken."""
    return Path(shutil.copytree(made["compressed"], tmp_path / "copy"))


def triples_of(site: Path, name: str, form: RdfFormat) -> list[str]:
    return sorted(str(quad.triple) for quad in pyoxigraph.parse(unpacked((site / name).read_bytes(), name), format=form))


# --- what is in a file


def test_a_file_of_many_members_is_read_as_one() -> None:
    content = random.Random(1).randbytes(3_000_000)
    with unpacked(packed(content), "a.gz") as reader:
        assert reader.read() == content
    with unpacked(packed(content), "a") as reader:
        assert reader.read() == packed(content)
    with unpacked(gzip.compress(b""), "a.gz") as reader:
        assert reader.read() == b""


@pytest.mark.parametrize("name", DAMAGED)
def test_what_can_not_be_unpacked_is_told_with_its_name(name: str) -> None:
    with pytest.raises(BadGzip, match="gzip-damaged") as told:
        unpacked(DAMAGED[name], "data.nq.gz").read()
    for language in LANGUAGES:
        assert "data.nq.gz" in text(language, f"mistake.{told.value.name}", **told.value.values)


def test_a_bomb_is_not_unpacked_beyond_what_data_come_to() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadGzip, match="gzip-swells"):
            deque(unpacked(BOMB, "data.nq.gz"), 0)
        assert tracemalloc.get_traced_memory()[1] < LEAST * 8
    finally:
        tracemalloc.stop()
    assert len(unpacked(gzip.compress(bytes(LEAST)), "a.gz").read()) == LEAST


def test_a_dump_is_found_as_it_stands() -> None:
    assert standing(DUMP, {DUMP}) == standing(DUMP, {DUMP, f"{DUMP}.gz"}) == standing(DUMP, set()) == DUMP
    assert standing(DUMP, {f"{DUMP}.gz"}) == f"{DUMP}.gz"


# --- RDF in pieces


def test_rdf_in_pieces_is_what_it_is_as_a_whole(made: dict[str, Path], figure: Callable[[str, int], None]) -> None:
    for ending, form in ALL.items():
        content = (made["plain"] / f"download/all.{ending}").read_bytes()
        whole = sorted(str(quad) for quad in pyoxigraph.parse(content, format=form))
        assert sorted(str(quad) for quad in parse_stream(unpacked(packed(content), "a.gz"), form)) == whole
        figure("statements read in pieces", len(whole))
    assert sorted(str(quad) for quad in parse_nodes(unpacked(packed((made["plain"] / "download/all.jsonld").read_bytes()), "a.gz"))) == triples_of(
        made["plain"], "download/all.jsonld", RdfFormat.JSON_LD
    )


def test_nodes_are_read_in_pieces_of_the_document() -> None:
    nodes = [f'{{"id": "urn:s{number}", "urn:p": "{"x" * 500}"}}' for number in range(5000)]
    content = '{\n"@context": {"id": "@id"},\n"@graph": [\n' + ",\n".join(nodes) + "\n]\n}\n"
    assert len({str(quad.subject) for quad in parse_nodes(unpacked(content.encode(), "a"))}) == len(nodes)
    for other in ("{}", "[]", content[:-4], content + "x", content.replace("\n]", ",\n]"), content.replace('"@graph"', '"graph"')):
        with pytest.raises(SyntaxError):
            list(parse_nodes(unpacked(other.encode(), "a")))


DEEP = {
    "ttl": "<urn:s> <urn:p> " + "[ <urn:p> " * 5000 + "1" + "]" * 5000 + " .",
    "jsonld": '{"urn:b":' * 5000 + "1" + "}" * 5000,
    "nt": "<urn:s> <urn:p> " + "<<( <urn:s> <urn:p> " * 5000 + "<urn:o>" + " )>>" * 5000 + " .",
}


@pytest.mark.parametrize("ending", DEEP)
def test_what_would_kill_the_parser_does_not_reach_it(ending: str) -> None:
    with pytest.raises(SyntaxError, match="too-deep"):
        list(parse_stream(unpacked(packed(DEEP[ending].encode()), "a.gz"), ALL[ending]))


TOKENS = ["[", "]", "(", ")", "{", "}", "<<", ">>", "<urn:a>", '"x"', '"[[["', "'{'", '"""a "b" [ """', "# [[[[\n", "\\[", " ", ".", "æ", "'''(\n'''", '"\\"["']


def test_nesting_is_the_same_however_a_text_is_cut(figure: Callable[[str, int], None]) -> None:
    chance = random.Random(20261126)
    told = 0
    for _each in range(300):
        deep = chance.choice([DEPTH - 5, DEPTH + 5])
        body = " ".join(chance.choices(TOKENS, k=60))
        whole = "[ " * deep + body + " ]" * deep + " . # the end\n <urn:end> ."
        nesting, start, is_deep = Nesting(), 0, False
        while start < len(whole):
            size = chance.randrange(1, 40)
            is_deep = is_deep or nesting.goes_too_deep(whole[start : start + size])
            start += size
        assert is_deep == (nesting_fault(whole) is not None), whole
        told += is_deep
    assert 0 < told < 300
    figure("texts cut into pieces", 300)


def test_a_text_without_end_is_refused() -> None:
    class Endless(RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]  # a buffer is what is given
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    for form in (RdfFormat.N_TRIPLES,):
        with pytest.raises(SyntaxError), cast(BufferedReader, BufferedReader(Endless(), 1 << 20)) as endless:
            list(parse_stream(endless, form))


# --- sites


@pytest.mark.parametrize("kind", ["compressed", "both"])
def test_a_site_with_compressed_dumps_is_right_in_itself(made: dict[str, Path], kind: str) -> None:
    ended = bynet("verify", made[kind])
    assert ended.code == 0, ended.out
    names = {path.name for path in (made[kind] / "download").iterdir()}
    assert {f"all.{ending}.gz" for ending in FORMATS} <= names
    assert ({f"{name}.nt" for name in APART} <= names) == (kind == "both")
    assert {path.name for path in (made[kind] / "release/1.1.0").glob("*.gz")} == {f"all.{ending}.gz" for ending in FORMATS}


def test_a_compressed_dump_says_what_the_plain_one_does(made: dict[str, Path]) -> None:
    for ending, form in ALL.items():
        assert triples_of(made["compressed"], f"download/all.{ending}.gz", form) == triples_of(made["plain"], f"download/all.{ending}", form)


def test_what_is_read_of_a_site_is_the_same(made: dict[str, Path]) -> None:
    there = [open_site(str(made[kind])) for kind in ("plain", "compressed", "both")]
    snapshots = [read_snapshot(site) for site in there if site]
    assert snapshots[0] == snapshots[1] == snapshots[2]
    plain = said_of(made["plain"])
    for kind in ("compressed", "both"):
        found = said_of(made[kind])
        assert found.first == plain.first
        assert (found.layout.base, found.layout.languages, found.layout.hashed) == (plain.layout.base, plain.layout.languages, plain.layout.hashed)
    with Desk() as desk:
        pushed = [{name: lines.sha256 for name, lines in read_release(str(made[kind]), None, desk).graphs} for kind in ("plain", "compressed", "both")]
    assert pushed[0] == pushed[1] == pushed[2]


def said_of(site: Path) -> PublishedData:
    files = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    return published(str(site), files, lambda path: (site / path).read_bytes())


def test_differences_are_told_of_sites_and_dumps_however_they_are_packed(made: dict[str, Path], tmp_path: Path) -> None:
    plain, compressed = made["plain"], made["compressed"]
    for one in (compressed, *(compressed / f"download/all.{ending}.gz" for ending in FORMATS)):
        ended = bynet("diff", one, plain)
        assert (ended.code, ended.out) == (0, "No differences\n"), (one, ended.err)
    other = tmp_path / "ONE.NQ.gz"
    other.write_bytes(packed(gzip.decompress((compressed / "release/1.0.0/all.nq.gz").read_bytes())))
    ended = bynet("diff", other, compressed)
    assert ended.code == 1
    assert "One better thing" in ended.out


def test_a_release_may_follow_a_site_of_another_kind(tmp_path: Path) -> None:
    project, site = sites(tmp_path, Compressed)
    before = {path.name: path.read_bytes() for path in (site / "release/1.1.0").iterdir()}
    release(project, "1.2.0", "2026-03-03")
    assert bynet("--root", project, "publish", "--out", site).code == 0
    assert {path.name: path.read_bytes() for path in (site / "release/1.1.0").iterdir()} == before
    release(project, "1.3.0", "2026-04-04")
    publish_as(Compressed, project, site)
    ended = bynet("verify", site)
    assert ended.code == 0, ended.out
    assert (site / "release/1.2.0/all.nt").is_file()
    assert (site / "release/1.3.0/all.nt.gz").is_file()


def test_a_served_site_answers_from_its_compressed_dump_and_sends_it_as_it_is(made: dict[str, Path]) -> None:
    with serving(made["compressed"]) as server:
        asked = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
        answer = POOL.request("GET", server.endpoint, fields={"query": asked}, headers={"Accept": "application/sparql-results+json"})
        count = int(json.loads(answer.data)["results"]["bindings"][0]["n"]["value"])
        assert count == len(triples_of(made["plain"], "download/all.nt", RdfFormat.N_TRIPLES))
        described = POOL.request("GET", server.endpoint, headers={"Accept": "text/turtle"}).data.decode()
        assert described.count(f"{(made['plain'] / 'download/stated.nt').read_bytes().count(10)}") >= 1
        sent = POOL.request("GET", f"{server.url}download/all.nq.gz", decode_content=False)
        assert (sent.headers["Content-Type"], sent.headers.get("Content-Encoding")) == ("application/gzip", None)
        assert sent.data == (made["compressed"] / "download/all.nq.gz").read_bytes()
        ended = bynet("verify", server.url)
        assert ended.code in {0, 1}, ended.err
        assert "gz" not in ended.out, ended.out


# --- the catalogue and VoID


@needs_shapes
@pytest.mark.parametrize("shapes", ["shapes", "range", "dcat-ap-SHACL"])
def test_the_catalogue_of_compressed_dumps_breaks_no_official_shape(made: dict[str, Path], shapes: str) -> None:
    assert not held_against(read(made["compressed"] / "catalog.ttl"), shapes)


def test_a_compressed_dump_is_described_by_what_is_in_it_and_how_it_is_packed(made: dict[str, Path]) -> None:
    asked = """
        SELECT ?url ?type ?format ?title WHERE {
            ?file dcat:downloadURL ?url ; dcat:mediaType ?type ; dcterms:format ?format ; dcterms:title ?title ; dcat:compressFormat ?packed .
            FILTER (?packed = <https://www.iana.org/assignments/media-types/application/gzip>)
        } ORDER BY ?url"""
    rows = [tuple(map(str, row)) for row in read(made["compressed"] / "catalog.ttl").query(asked)]  # type: ignore[arg-type]  # rows of a SELECT
    assert [row[0].rsplit("/", 1)[-1] for row in rows] == sorted(f"all.{ending}.gz" for ending in FORMATS)
    assert {row[1].rpartition("/media-types/")[2] for row in rows} == {"application/ld+json", "application/n-quads", "application/n-triples", "text/turtle"}
    assert {row[2].rpartition("/")[2] for row in rows} == {"JSON_LD", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TURTLE"}
    assert all("compressed with gzip" in row[3] for row in rows)
    assert "compressFormat" not in (made["plain"] / "catalog.ttl").read_text()
    void = (made["compressed"] / "void.ttl").read_text()
    assert all(f"/download/all.{ending}.gz>" in void for ending in FORMATS)
    assert all(f"formats/{name}>" in void or f"formats:{name}" in void for name in ("N-Quads", "Turtle", "JSON-LD", "N-Triples"))
    linked = json.loads((made["compressed"] / "linkset.json").read_text())["linkset"]
    items = {link["href"]: link.get("type") for context in linked for link in context.get("item", [])}
    assert {kind for href, kind in items.items() if href.endswith(".gz")} == {"application/gzip"}


# --- what is wrong with them


def broken(site: Path, name: str, content: bytes) -> Path:
    (site / name).write_bytes(content)
    seal(site)
    return site


@pytest.mark.parametrize("name", [*DAMAGED, "bomb"])
def test_whoever_reads_a_site_is_told_in_one_line(copy: Path, name: str) -> None:
    broken(copy, "download/all.nq.gz", DAMAGED.get(name, BOMB))
    for command in (("diff", copy, copy), ("serve", copy, "--port", "0"), ("push", "http://127.0.0.1:9/", "--site", copy)):
        ended = bynet(*command)
        assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1), ended.err
        assert "download/all.nq.gz" in ended.err
    ended = bynet("verify", copy)
    assert ended.code == 1
    said = "unpacks to more" if name == "bomb" else "is no gzip file"
    assert [line for line in ended.out.splitlines() if "all.nq.gz" in line and said in line], ended.out


@pytest.mark.parametrize(
    ("ending", "content"),
    [("nq", b"<urn:s> <urn:p> "), ("ttl", b"<urn:s> <urn:p>"), ("jsonld", b'{"@graph": [1'), ("jsonld", DEEP["jsonld"].encode())],
)
def test_a_compressed_dump_that_is_none_is_told(copy: Path, ending: str, content: bytes) -> None:
    broken(copy, f"download/all.{ending}.gz", packed(content))
    ended = bynet("verify", copy)
    assert ended.code == 1
    assert f"download/all.{ending}.gz: can't be read as what its name says" in ended.out


@pytest.mark.parametrize("name", ["download/all.ttl.gz", "download/all.jsonld.gz", "download/all.nq.gz", "release/1.0.0/all.nt.gz", "download/ontology.nt"])
def test_a_dump_that_says_something_else_than_the_others_is_told(copy: Path, name: str) -> None:
    content = unpacked((copy / name).read_bytes(), name).read().replace(b"thing", b"think").replace(b"Thing", b"Think")
    broken(copy, name, packed(content) if name.endswith(".gz") else content)
    ended = bynet("verify", copy)
    assert ended.code == 1
    assert [line for line in ended.out.splitlines() if name in line and "does not say the same as" in line], ended.out


def test_a_document_in_json_that_is_laid_out_otherwise_is_read_as_a_whole(copy: Path) -> None:
    content = gzip.decompress((copy / "download/all.jsonld.gz").read_bytes())
    broken(copy, "download/all.jsonld.gz", packed(json.dumps(json.loads(content), indent=4).encode()))
    ended = bynet("verify", copy)
    assert "all.jsonld.gz" not in ended.out


OTHERS = {
    "a graph of another name": b"<urn:s> <urn:p> <urn:o> <https://example.org/else> .\n",
    "no graph": b"<urn:s> <urn:p> <urn:o> .\n",
    "two bases": b"<urn:s> <urn:p> <urn:o> <https://example.org/stated> .\n<urn:s> <urn:p> <urn:o> <https://example.com/stated> .\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_graphs_that_bynet_never_publishes_are_refused(copy: Path, name: str) -> None:
    site = open_site(str(broken(copy, "download/all.nq.gz", packed(OTHERS[name]))))
    assert site
    with pytest.raises(BadSite, match="site-graphs"):
        read_snapshot(site)
    with pytest.raises(BadRelease, match="push-no-graphs"), Desk() as desk:
        read_release(str(copy), None, desk)
