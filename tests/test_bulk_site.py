"""A site whose data lie on disk while it is published: what it offers is what it offers otherwise, and nothing that goes wrong leaves half of one."""

from __future__ import annotations

import gzip
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from test_bulk import ONE
from test_check import BIG, SHAPE
from workbench import LIBRARY, bynet, bynet_command, environment_of, make_project, needed, tree, triples, turtle

from publish.model import VOID

FORMS = ("nt", "ttl", "jsonld", "nq")
WITHOUT = {"book", "browse", "download", "place", "report", "shelf"}
"""The folders in which a site without files for its things has fewer: those of the things, of lists of them, of their graphs one by one, of their quality."""
NUMBERS = {VOID + word for word in ("classes", "distinctObjects", "distinctSubjects", "entities", "properties", "triples")}
RULE = "# title@en: T\n# description@en: D\nPREFIX def: <https://example.org/def/>\n\nCONSTRUCT { ?b def:knows ?a } WHERE { ?a def:knows ?b }\n"
QUESTION = "# title@en: T\n# description@en: D\nPREFIX def: <https://example.org/def/>\n\nSELECT ?a WHERE { ?a def:knows+ ?b }\n"
THINGS = turtle("".join(f'ex:n{number} a def:Thing ; rdfs:label "N{number}"@en ; def:size 7 ; def:knows ex:n{number + 1} .\n' for number in range(40)))
FILES = {
    "data/a.ttl": turtle(ONE + "ex:n40 a def:Thing ; rdfs:label 'Last'@en .\n"),
    "data/things.ttl": THINGS,
    "ontology/questions/known.rq": QUESTION,
    "ontology/rules/known.rq": RULE,
    "shapes/thing.ttl": SHAPE.replace("sh:minCount 1", 'sh:minCount 1 ;\n    sh:pattern "^(N|O|L)"'),
}


def arguments(root: Path, out: Path) -> tuple[str | Path, ...]:
    return ("--root", root, "publish", "--resources", "none", "--out", out)


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the library without files for its things."""
    out = tmp_path_factory.mktemp("on-disk") / "site"
    ended = bynet(*arguments(LIBRARY, out))
    assert (ended.code, "Traceback" in ended.err) == (0, False), ended.err
    return out


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project", FILES)


def numbers(site: Path) -> set[str]:
    return {str(triple) for triple in triples((site / "void.ttl").read_bytes()) if triple.predicate.value in NUMBERS and "graph" not in str(triple.subject)}


def test_dumps_are_the_same_to_the_byte(library_site: Path, on_disk: Path) -> None:
    for form in FORMS:
        packed = (on_disk / f"download/all.{form}.gz").read_bytes()
        assert gzip.decompress(packed) == (library_site / f"download/all.{form}").read_bytes()


def test_all_else_is_the_same_but_where_it_speaks_of_things(library_site: Path, on_disk: Path) -> None:
    plain, bulk = ({path for path, (_mode, digest) in tree(site).items() if digest} for site in (library_site, on_disk))
    assert bulk - plain == {f"download/all.{form}.gz" for form in FORMS}
    assert {path.partition("/")[0] for path in plain - bulk} <= WITHOUT
    same = {path for path in plain & bulk if (library_site / path).read_bytes() == (on_disk / path).read_bytes()}
    beside = {
        path
        for path in plain & bulk
        if re.fullmatch(r"download/(ontology|shapes|queries|codes)\.\w+|(shape|questions|rules|terms)/[\w-]+\.(ttl|nt|jsonld|rq)", path)
    }
    assert beside
    assert beside <= same
    assert numbers(on_disk) == numbers(library_site)
    assert len(numbers(on_disk)) > 20


def test_the_site_has_no_faults(on_disk: Path) -> None:
    ended = bynet("verify", on_disk)
    assert ended.code == 0, ended.out


@pytest.mark.no_cover
def test_two_are_the_same_to_the_byte_wherever_and_with_however_many_processors(root: Path, tmp_path: Path) -> None:
    needed("taskset")
    first, second = tmp_path / "one", tmp_path / "deep/two"
    second.parent.mkdir()
    assert bynet(*arguments(root, first)).code == 0
    command = ["taskset", "--cpu-list", "0", *bynet_command("--root", "project", "publish", "--resources", "none", "--out", "deep/two")]
    subprocess.run(command, cwd=tmp_path, env=environment_of({"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}), check=True, capture_output=True)
    assert tree(first) == tree(second)
    before = tree(first)
    ended = bynet(*arguments(root, first), cwd=tmp_path)
    assert (ended.code, ended.err.count("\n")) == (0, 1)
    assert tree(first) == before


def test_a_violation_leaves_the_site_and_says_so_in_both_languages(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert bynet(*arguments(root, out)).code == 0
    before = tree(out)
    (root / "data/big.ttl").write_bytes(BIG.replace("ex:one", "ex:three").encode())
    for language, words in (("en", "Nothing was published"), ("da", "Intet er udgivet")):
        ended = bynet("--lang", language, *arguments(root, out))
        assert (ended.code, ended.out, "Traceback" in ended.err) == (1, "", False)
        assert words in ended.err
        assert "data/big.ttl:" in ended.err
    assert tree(out) == before


@pytest.mark.no_cover
@pytest.mark.parametrize("file", ["runs", "stated.new", "turned.new", "made", "made/all.nt.gz"])
def test_a_publisher_killed_leaves_the_old_site_and_the_next_one_publishes(root: Path, tmp_path: Path, file: str) -> None:
    out, work = tmp_path / "site", tmp_path / ".site.bynet-work"
    shutil.copytree(make_project(tmp_path / "first", {"data/a.ttl": turtle(ONE)}), tmp_path / "other")
    assert bynet(*arguments(tmp_path / "other", out)).code == 0
    shutil.rmtree(work)
    before = tree(out)
    publisher = start(arguments(root, out))
    waiting = time.monotonic() + 60
    while not (work / file).exists() and publisher.poll() is None and time.monotonic() < waiting:
        time.sleep(0.002)
    publisher.kill()
    publisher.communicate()
    was_killed = publisher.returncode == -signal.SIGKILL
    assert was_killed
    assert tree(out) == before
    ended = bynet(*arguments(root, out))
    assert (ended.code, "Traceback" in ended.err) == (0, False)
    assert gzip.decompress((out / "download/all.nt.gz").read_bytes()).count(b"knows") >= 80
    assert bynet("verify", out).code == 0


@pytest.mark.no_cover
@pytest.mark.parametrize("file", ["runs", "made"])
def test_a_publisher_that_is_stopped_says_so_in_one_line(root: Path, tmp_path: Path, file: str) -> None:
    out, work = tmp_path / "site", tmp_path / ".site.bynet-work"
    publisher = start(arguments(root, out))
    waiting = time.monotonic() + 60
    while not (work / file).exists() and publisher.poll() is None and time.monotonic() < waiting:
        time.sleep(0.002)
    publisher.send_signal(signal.SIGINT)
    told, errors = publisher.communicate(timeout=60)
    assert publisher.returncode == 130
    assert (told, errors.count(b"\n")) == (b"", 1)
    assert not out.exists()


def start(words: tuple[str | Path, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(bynet_command(*words), env=environment_of({}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_children_open_nothing(root: Path, tmp_path: Path) -> None:
    """What comes from a stranger is read, followed, asked and matched where nothing can be opened."""
    needed("strace")
    calls = tmp_path / "calls"
    trace = ["strace", "--follow-forks", "--output-separately", "--trace=prlimit64,setrlimit,open,openat,openat2,connect,socket", "--output", calls]
    command = [*trace, *bynet_command(*arguments(root, tmp_path / "site"))]
    ended = subprocess.run(list(map(str, command)), env=environment_of({}), capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    closed = [
        text.partition("RLIMIT_NOFILE, {rlim_cur=0")[2]
        for path in tmp_path.glob("calls.*")
        if "RLIMIT_NOFILE, {rlim_cur=0" in (text := path.read_text(errors="replace"))
    ]
    assert len(closed) >= 6  # files, a rule, shares, the extract, rules of the engine, questions, blocks
    assert not [line for text in closed for line in text.splitlines() if re.match(r"(open|socket|connect)", line) and "= -1 E" not in line]


@pytest.mark.parametrize(
    ("statement", "words"), [("no turtle\n", "Syntax error"), ('ex:a rdfs:label "\\u0001"@en .\n', "U+0001"), ("ex:a def:nothing 1 .\n", "def:nothing")]
)
def test_a_mistake_is_told_with_its_line_by_a_command_that_has_said_nothing_yet(statement: str, words: str, tmp_path: Path) -> None:
    text = turtle(statement)
    project = make_project(tmp_path / "project", {**FILES, "data/wrong.ttl": text})
    ended = bynet(*arguments(project, tmp_path / "site"))
    line = text.count("\n")
    assert ended.code == 1
    assert [told for told in ended.err.splitlines() if told.startswith(f"data/wrong.ttl:{line}") and words in told], ended.err
