"""Publishing with Apache Spark: the same findings and the same bytes as on one machine, whatever the cluster; and all of it, or nothing."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

import pyoxigraph
import pytest
from bench.cities import world
from bench.generate import generate
from cluster import Cluster, needs_spark, surroundings
from pyoxigraph import RdfFormat
from test_bulk import HEAD, MISTAKES, project_of
from test_check import SHAPE
from workbench import bynet, bynet_command, environment_of

needs_spark()
from pyspark.sql import SparkSession  # noqa: E402  # which may not be there

from publish.bulk.publishing import check_on_disk  # noqa: E402
from publish.bulk.work import Work  # noqa: E402
from publish.model import LABEL, TYPE  # noqa: E402
from publish.publication import Checked  # noqa: E402
from publish.read import read_frame  # noqa: E402
from publish.readback import canonical_hash  # noqa: E402
from publish.spark.build import Checking, Site  # noqa: E402
from publish.spark.desk import Desk  # noqa: E402
from publish.spark.folders import Folders  # noqa: E402
from publish.spark.planning import planned  # noqa: E402
from publish.spark.session import spark_session  # noqa: E402
from publish.spark.sources import given_files  # noqa: E402

pytestmark = pytest.mark.xdist_group("spark")

PROOF = bool(os.environ.get("BYNET_PROOF"))
FORMS = {"nt": RdfFormat.N_TRIPLES, "nq": RdfFormat.N_QUADS, "ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD}
LISTING = {".well-known/void", "MANIFEST", "linkset.json", "void.jsonld", "void.nt", "void.ttl"}
"""The files beside pages and the catalogue that list the downloads one by one."""
BASE, THINGS = "https://cities.example/", "https://example.org/"
CONSTRAINT = """\
shapes:{name}
    a sh:NodeShape ;
    sh:sparql shapes:{name}-sparql ;
    sh:targetSubjectsOf def:knows ;
.

shapes:{name}-sparql
    a sh:SPARQLConstraint ;
    sh:message "Det passer ikke."@da ;
    sh:message "It does not fit."@en ;
    sh:select "SELECT $this WHERE {{ $this <https://example.org/def/knows> ?x . {pattern} }}" ;
.
"""
WIDE = CONSTRAINT.format(name="Wide", pattern="?other <https://example.org/def/size> ?y FILTER(?y > 3)")
BROADER = "<http://www.w3.org/2004/02/skos/core#broader>"
CLIMBING = CONSTRAINT.format(name="Climbing", pattern=f"FILTER NOT EXISTS {{ ?x {BROADER}+ <https://example.org/id/c8> }}")
READ = (
    "terms that nothing declares",
    "a term that another file of data declares",
    "a term that only follows",
    "an own thing that has no statement is no term",
    "a withdrawn thing that is mentioned",
    "a withdrawn thing that is described",
    "a term of the ontology that is withdrawn",
    "a subject in two files",
    "a subject in data and ontology",
    "a subject in data and judgements",
    "a statement in two files",
    "pages with one name",
    "a page with the name of a term's",
    "a page with the name of one beside the data",
    "a page with an escape",
    "things of others",
    "blank nodes",
    "a judgement that is stated already",
    "the dataset in another file too",
)
"""What can be wrong in and between files that can be read: all of it in one project."""
UNREAD = ("what is not UTF-8", "too deep", "errors in two files", "triple terms", "an IRI with a scheme that runs", "languages")


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return surroundings(tmp_path_factory.mktemp("spark"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "project"
    generate(folder, world(3_000, 7), 0)
    return folder


@pytest.fixture(scope="module")
def single(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of one machine."""
    out = tmp_path_factory.mktemp("single") / "site"
    ended = bynet("--root", project, "publish", "--resources", "none", "--out", out)
    assert ended.code == 0, ended.err
    return out


@pytest.fixture(scope="module")
def session(around: Mapping[str, str]) -> Iterator[SparkSession]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in around.items():
            patch.setenv(name, value)
        with spark_session("local[2]", 2) as session:
            yield session


def arguments(root: Path, out: Path | str, *more: str) -> tuple[Path | str, ...]:
    return ("--root", root, "publish", "--engine", "spark", "--out", out, *more)


def whole(site: Path, form: str) -> bytes:
    """What the parts of a dump hold, one after the other."""
    return b"".join(gzip.decompress(path.read_bytes()) for path in sorted(site.glob(f"download/all*.{form}.gz")))


def said(site: Path, form: str) -> list[pyoxigraph.Quad]:
    parts = sorted(site.glob(f"download/all*.{form}.gz"))
    return [quad for path in parts for quad in pyoxigraph.parse(gzip.decompress(path.read_bytes()), format=FORMS[form])]


def assert_the_same(site: Path, single: Path, parts: int) -> None:
    """What Spark published is what one machine did."""
    assert len([*site.glob("download/all.*.nt.gz")]) == parts
    assert whole(site, "nt") == whole(single, "nt")
    assert sorted(whole(site, "nq").splitlines()) == sorted(whole(single, "nq").splitlines())
    for form in FORMS:
        assert canonical_hash(said(site, form)) == canonical_hash(said(single, form))
    files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    others = {str(path.relative_to(single)) for path in single.rglob("*") if path.is_file()}
    assert {path for path in files ^ others if not path.startswith("download/all.")} == set()
    different = {path for path in files & others if (site / path).read_bytes() != (single / path).read_bytes()}
    assert {path for path in different if not path.endswith(".html") and not path.startswith("catalog")} <= LISTING
    assert {path for path in different if path.endswith(".html")} <= pages_that_list_files(site)


def pages_that_list_files(site: Path) -> set[str]:
    return {str(path.relative_to(site)) for path in site.rglob("*.html") if "download/all." in path.read_text(encoding="utf-8")}


@pytest.mark.parametrize("partitions", [1, 4, 7] if PROOF else [4])
def test_the_same_is_published_in_any_number_of_parts(partitions: int, project: Path, single: Path, around: Mapping[str, str], tmp_path: Path) -> None:
    out = tmp_path / "site"
    command = bynet_command(*arguments(project, out, "--master", "local[2]", "--partitions", str(partitions)))
    ended = subprocess.run(command, env=environment_of(around), capture_output=True, text=True, check=False, timeout=600)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (0, 1), ended.stderr
    assert_the_same(out, single, partitions)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    verified = bynet("verify", out)
    assert verified.code == 0, verified.out


def started(command: list[str], environment: Mapping[str, str], work: Path) -> subprocess.Popen[str]:
    """A publication in a session of its own that is under way."""
    running = subprocess.Popen(
        command, env=environment_of(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while running.poll() is None and not (work / "desk/4").exists():
        time.sleep(0.05)
    return running


@pytest.mark.no_cover
def test_a_lost_machine_changes_nothing_and_a_lost_driver_leaves_nothing(project: Path, single: Path, spark_cluster: Cluster, tmp_path: Path) -> None:
    out, work = tmp_path / "site", tmp_path / ".site.bynet-spark"
    command = bynet_command(*arguments(project, out, "--master", spark_cluster.url, "--partitions", "3"))
    lost = started(command, spark_cluster.environment, work)
    os.killpg(lost.pid, signal.SIGKILL)
    lost.communicate()
    assert not out.exists()
    assert work.exists()
    shutil.rmtree(work / "desk")  # so that it is seen when the next one is under way
    again = started(command, spark_cluster.environment, work)
    spark_cluster.kill(0)
    _out, err = again.communicate(timeout=300)
    assert (again.returncode, len(err.splitlines())) == (0, 1), err
    assert spark_cluster.running()[0] == 0
    assert_the_same(out, single, 3)
    assert not work.exists()


def test_a_place_that_holds_anything_else_is_left_alone(project: Path, around: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/mine").write_text("", encoding="utf-8")
    ended = bynet(*arguments(project, tmp_path / "site", "--master", "local[1]"), **around)
    assert ended.code == 2
    assert "mine" in ended.err
    assert [path.name for path in tmp_path.rglob("*")] == ["site", "mine"]


def test_what_is_said_of_spark_for_nothing_is_refused(project: Path, tmp_path: Path) -> None:
    ended = bynet("--root", project, "publish", "--partitions", "2", "--out", tmp_path / "site")
    assert (ended.code, "--engine spark" in ended.err) == (2, True)


def test_a_master_that_is_none_is_told_in_one_line(project: Path, around: Mapping[str, str], tmp_path: Path) -> None:
    ended = bynet(*arguments(project, tmp_path / "site", "--master", "nonsense"), **around)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert ended.err.startswith("bynet: Spark did not start: Master must")
    assert [*tmp_path.iterdir()] == []


def test_a_place_without_data_is_told(project: Path, around: Mapping[str, str], tmp_path: Path) -> None:
    ended = bynet(*arguments(project, tmp_path / "site", "--master", "local[1]", "--data", "nowhere"), **around)
    assert (ended.code, ended.err) == (2, "bynet: nowhere holds no file that ends in .ttl, .nt, .nq. Correct --data.\n")
    assert [*tmp_path.iterdir()] == []


def checked(root: Path, session: SparkSession, folder: Path, *data: str) -> Checked:
    """What is found on a cluster."""
    frame = read_frame(root)
    assert frame.project
    with ExitStack() as files:
        given = given_files(root, data, Folders(session))
        site = Site(session, 2, Desk((folder / "desk").as_uri()), folder, files, given, lambda *_stage, **_more: None)
        return Checking(root, frame.project, planned(frame.project), site).checked()[0]


def checked_here(root: Path, folder: Path) -> Checked:
    """What is found on one machine."""
    (folder / "work").mkdir()
    with ExitStack() as files:
        return check_on_disk(root, None, Work(folder / "work", files, lambda *_stage, **_more: None))[0]


def test_planted_faults_are_found_where_they_stand(session: SparkSession, tmp_path: Path) -> None:
    generate(tmp_path / "project", world(5_000, 7), 40)
    found, expected = checked(tmp_path / "project", session, tmp_path), checked_here(tmp_path / "project", tmp_path)
    assert len(found.findings) > 40
    assert found.findings == expected.findings
    assert (found.validation.focus_nodes, found.triples, found.score) == (expected.validation.focus_nodes, expected.triples, expected.score)


@pytest.mark.parametrize("kinds", [READ, UNREAD], ids=["read", "unread"])
def test_whatever_is_wrong_with_files_is_found(kinds: tuple[str, ...], session: SparkSession, tmp_path: Path) -> None:
    files = {numbered(name, number): text for number, kind in enumerate(kinds) for name, text in MISTAKES[kind].items()}
    root = project_of(tmp_path / "project", {"shapes/thing.ttl": SHAPE, **files})
    expected = checked_here(root, tmp_path)
    assert len({finding.rule for finding in expected.findings}) >= 5
    assert checked(root, session, tmp_path).findings == expected.findings


def numbered(name: str, number: int) -> str:
    """The name of a file, with a number, so that one of many of that name stands beside the others."""
    path = PurePosixPath(name)
    return str(path.with_stem(f"{path.stem}-{number}"))


@pytest.fixture
def small_blocks(session: SparkSession) -> Iterator[None]:
    """Files are read in many blocks, as large ones are."""
    name = "spark.sql.files.maxPartitionBytes"
    before = session.conf.get(name)
    session.conf.set(name, "20000")
    yield
    session.conf.set(name, str(before))


@pytest.mark.usefixtures("small_blocks")
def test_files_with_a_statement_on_each_line_say_what_turtle_says(project: Path, session: SparkSession, tmp_path: Path) -> None:
    root, more = tmp_path / "project", tmp_path / "more"
    shutil.copytree(project, root)
    more.mkdir()
    expected = checked_here(root, tmp_path)
    moved = sorted(root.glob("data/*-0001.ttl"))
    for number, file in enumerate(moved):
        triples = [quad.triple for quad in pyoxigraph.parse(path=file)]
        form, graph = (RdfFormat.N_QUADS, pyoxigraph.NamedNode(BASE + "stated")) if number % 2 else (RdfFormat.N_TRIPLES, pyoxigraph.DefaultGraph())
        quads = [pyoxigraph.Quad(one.subject, one.predicate, one.object, graph) for one in triples]
        (more / file.with_suffix(f".{form.file_extension}").name).write_bytes(pyoxigraph.serialize(quads, format=form) or b"")
        file.unlink()
    found = checked(root, session, tmp_path, more.as_uri())
    assert (found.findings, found.triples, found.validation.focus_nodes) == ((), expected.triples, expected.validation.focus_nodes)


@pytest.mark.usefixtures("small_blocks")
def test_a_mistake_is_told_with_its_line_wherever_it_stands_in_a_file(session: SparkSession, tmp_path: Path) -> None:
    root = project_of(tmp_path / "project", {"shapes/thing.ttl": SHAPE})
    more = tmp_path / "more"
    more.mkdir()
    lines = [f'<{THINGS}id/n{number}> <{THINGS}def/size> "{number}" .' for number in range(2_000)]
    for number, line in (
        (3, "<broken> ."),
        (1_500, f"<{THINGS}id/n1500> a <{THINGS}def/Thing> ."),
        (1_999, f'<{THINGS}id/n> <{THINGS}def/size> "1" <{THINGS}other> .'),
    ):
        lines[number] = line
    (more / "a.nq").write_text("\n".join([*lines, ""]), encoding="utf-8")
    found = checked(root, session, tmp_path, str(more))
    assert [(finding.file, finding.line) for finding in found.findings] == [(f"{more}/a.nq", number + 1) for number in (3, 1_500, 1_999)]
    assert found.findings[-1].rule == "named-graph"


@pytest.mark.usefixtures("small_blocks")
def test_what_a_shape_finds_in_a_file_of_lines_is_told_with_its_line(session: SparkSession, tmp_path: Path) -> None:
    root = project_of(tmp_path / "project", {"shapes/thing.ttl": SHAPE})
    more = tmp_path / "more"
    more.mkdir()
    kinds = "".join(f"<{THINGS}id/n{number}> <{TYPE.value}> <{THINGS}def/Thing> .\n" for number in range(400))
    labels = "".join(f'<{THINGS}id/n{number}> <{LABEL.value}> "N{number}"@en .\n' for number in range(400) if number != 321)
    (more / "a.nt").write_text(kinds + labels, encoding="utf-8")
    (finding,) = [finding for finding in checked(root, session, tmp_path, str(more)).findings if finding.shape.endswith("label")]
    assert (finding.file, finding.line) == (f"{more}/a.nt", 322)


def test_a_shape_that_looks_everywhere_is_refused_by_name(tmp_path: Path) -> None:
    root = project_of(tmp_path / "project", {"shapes/thing.ttl": SHAPE, "shapes/wide.ttl": WIDE})
    ended = bynet(*arguments(root, tmp_path / "site"))
    assert (ended.code, "Wide looks, in its query, at ?other" in ended.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_a_rule_that_looks_everywhere_is_refused_by_name(tmp_path: Path) -> None:
    rule = HEAD + f"CONSTRUCT {{ ?a def:knows ?b }} WHERE {{ ?a def:size ?x . ?b <{LABEL.value}> ?y }}\n"
    root = project_of(tmp_path / "project", {"shapes/thing.ttl": SHAPE, "ontology/rules/wide.rq": rule})
    ended = bynet(*arguments(root, tmp_path / "site"))
    assert (ended.code, "ontology/rules/wide.rq: The rule looks at more" in ended.err) == (2, True)


def test_a_query_that_only_climbs_a_vocabulary_is_asked_with_all_of_it(session: SparkSession, tmp_path: Path) -> None:
    codes = "".join(f"ex:c{number} {BROADER} ex:c{number + 1} .\n" for number in range(8))
    data = (
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        + codes
        + "ex:one def:knows ex:c0 .\nex:two a def:Thing ; rdfs:label 'Two'@en ; def:knows ex:c9 .\n"
    )
    root = project_of(tmp_path / "project", {"data/b.ttl": data, "shapes/thing.ttl": SHAPE, "shapes/climbing.ttl": CLIMBING})
    found, expected = checked(root, session, tmp_path), checked_here(root, tmp_path)
    assert found.findings == expected.findings
    assert [finding.rule for finding in found.findings if "Climbing" in str(finding.shape)]


def test_rules_that_go_on_from_one_another_derive_the_same(session: SparkSession, tmp_path: Path) -> None:
    rules = {
        "ontology/rules/known.rq": HEAD + "CONSTRUCT { ?b def:knows ?a } WHERE { ?a def:knows ?b }\n",
        "ontology/rules/near.rq": HEAD + "CONSTRUCT { ?a def:size ?x } WHERE { ?a def:knows ?b . ?b def:size ?x FILTER NOT EXISTS { ?a def:alone ?y } }\n",
    }
    data = "".join(f"ex:n{number} a def:Thing ; rdfs:label 'N'@en ; def:knows ex:n{number + 1} .\n" for number in range(6))
    data += "ex:n6 def:size 7.50 .\nex:n2 def:alone true .\n"
    root = project_of(tmp_path / "project", {"data/b.ttl": data, "shapes/thing.ttl": SHAPE, **rules})
    found, expected = checked(root, session, tmp_path), checked_here(root, tmp_path)
    assert (found.findings, found.triples) == (expected.findings, expected.triples)
