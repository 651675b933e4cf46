"""What changed between two versions: by resource and by structure, as a patch that really leads from one to the other, and in words."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple
from workbench import EXAMPLE, PREFIXES, ROOT, Ended, bynet, canonical_of, make_project, triples, turtle

from publish.build import load_project
from publish.changes import as_json, as_text, patch
from publish.diff import compare, name_by_structure
from publish.model import Change, ChangeKind, Snapshot, sort_triples
from publish.publication import Publication
from publish.snapshots import GRAPHS

CLASSES = """\
@prefix ex: <https://example.org/id/> .
@prefix def: <https://example.org/def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
def:Seat a owl:Class ; rdfs:subClassOf org:Membership ; rdfs:label "seat"@en, "plads"@da .
def:Hall a owl:Class ; rdfs:label "hall"@en, "sal"@da .
def:until rdfs:subPropertyOf dcat:endDate ; rdfs:label "until"@en, "indtil"@da .
"""
DATA = """
<https://example.org/dataset> a dcat:Dataset ; dcat:version "1.0.0" ; dcterms:title "A dataset"@en .
ex:one a def:Seat, org:Membership ; rdfs:label "One"@en .
ex:two a def:Seat, org:Membership ; rdfs:label "Two"@en .
ex:hall a def:Hall ; rdfs:label "The hall"@en, "Salen"@da .
"""


def snapshot(stated: str, **graphs: str) -> Snapshot:
    """A snapshot for the base https://example.org/ of graphs in Turtle."""
    read = {name: sort_triples(triples(CLASSES + text)) for name, text in {"stated": stated, "ontology": ONTOLOGY, **graphs}.items()}
    return Snapshot(EXAMPLE, f"{EXAMPLE}dataset", "1.0.0", "2030-01-01", {name: read.get(name, []) for name in GRAPHS})


@cache
def own() -> Snapshot:
    return Publication(load_project(ROOT)).snapshot


def summary(old: str, new: str, language: str = "en") -> str:
    before, after = snapshot(old), snapshot(new)
    return next(iter(as_text(before, after, compare(before, after), language)))


def kinds(changes: Iterable[Change]) -> dict[str, str]:
    return {change.iri.removeprefix(EXAMPLE): change.kind.value for change in changes}


def with_other_names(graph: Iterable[Triple]) -> list[Triple]:
    """The same graph with blank nodes that have other names and stand in another order."""
    names: dict[BlankNode, BlankNode] = {}

    def named(node: BlankNode) -> BlankNode:
        return names.setdefault(node, BlankNode())

    def renamed(triple: Triple) -> Triple:
        subject = named(triple.subject) if isinstance(triple.subject, BlankNode) else triple.subject
        return Triple(subject, triple.predicate, named(triple.object) if isinstance(triple.object, BlankNode) else triple.object)

    return sort_triples(map(renamed, graph))


def applied(rows: str, old: Snapshot) -> set[Quad]:
    """The quads of *old* after the patch *rows*, as a program that knows nothing but RDF Patch would make them."""
    quads = {
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(old.base + name))
        for name, graph in old.graphs.items()
        for triple in name_by_structure(graph)
    }
    lines = rows.splitlines()
    assert (lines[0], lines[-1]) == ("TX .", "TC .")
    for line in lines[1:-1]:
        (quad,) = pyoxigraph.parse(line[2:], format=RdfFormat.N_QUADS)
        if line[0] == "D":
            quads.remove(quad)
        else:
            assert line[0] == "A"
            assert quad not in quads
            quads.add(quad)
    return quads


def assert_leads_to(new: Snapshot, old: Snapshot) -> None:
    quads = applied(patch(compare(old, new), new.base), old)
    for name, graph in new.graphs.items():
        reached = canonical_of(quad.triple for quad in quads if quad.graph_name == NamedNode(new.base + name))
        assert reached == canonical_of(name_by_structure(graph)), name  # of two loose ends that nothing tells apart there is one


def test_what_is_the_same_has_no_difference_whatever_its_blank_nodes_are_called() -> None:
    renamed = replace(own(), graphs={name: with_other_names(graph) for name, graph in own().graphs.items()})
    assert any(isinstance(triple.object, BlankNode) for triple in own().graphs["shapes"])
    assert renamed.graphs["shapes"] != own().graphs["shapes"]
    assert compare(own(), renamed) == ()
    assert patch((), own().base) == "TX .\nTC .\n"


def test_a_resource_is_created_updated_or_deleted() -> None:
    new = snapshot(DATA.replace("ex:two a def:Seat", "ex:three a def:Seat").replace('"The hall"', '"Our hall"'))
    changes = compare(snapshot(DATA), new)
    assert kinds(changes) == {"id/hall": "update", "id/three": "create", "id/two": "delete"}
    (hall,) = (change for change in changes if change.iri.endswith("hall"))
    label = NamedNode(PREFIXES["rdfs"] + "label")
    assert hall.added == (("stated", Triple(NamedNode(hall.iri), label, Literal("Our hall", language="en"))),)
    assert hall.removed == (("stated", Triple(NamedNode(hall.iri), label, Literal("The hall", language="en"))),)


def test_of_the_first_version_everything_is_created() -> None:
    changes = compare(None, snapshot(DATA))
    assert {change.kind for change in changes} == {ChangeKind.CREATE}
    assert "id/one" in kinds(changes)


def test_a_tombstone_is_a_deletion_but_a_term_out_of_use_is_not() -> None:
    data = DATA.replace("ex:two a def:Seat, org:Membership ; ", "ex:two owl:deprecated true ; ") + "def:Hall owl:deprecated true .\n"
    assert kinds(compare(snapshot(DATA), snapshot(data))) == {"def/Hall": "update", "id/two": "delete"}


def test_a_statement_that_goes_from_stated_to_derived_is_a_change() -> None:
    (change,) = compare(snapshot(DATA + "ex:one def:until 1 ."), snapshot(DATA, derived="ex:one def:until 1 ."))
    assert [graph for graph, _triple in (*change.removed, *change.added)] == ["stated", "derived"]


def test_a_list_belongs_to_the_resource_that_it_hangs_on() -> None:
    shape = "ex:shape sh:in ( 1 2 ) ; sh:or ( ex:one ( ex:two ) ) ."
    changed = shape.replace("ex:two", "ex:hall")
    (change,) = compare(snapshot(DATA, shapes=shape), snapshot(DATA, shapes=changed))
    assert (change.iri, change.kind) == (f"{EXAMPLE}id/shape", ChangeKind.UPDATE)
    assert not [triple for _graph, triple in (*change.added, *change.removed) if triple.predicate.value == PREFIXES["sh"] + "in"]
    lines = list(as_text(snapshot(DATA, shapes=shape), snapshot(DATA, shapes=changed), [change], "en"))
    assert [line for line in lines if "(" in line] == [
        "  - conforms to one of: ( One (<https://example.org/id/one>) ( Two (<https://example.org/id/two>) ) )",
        "  + conforms to one of: ( One (<https://example.org/id/one>) ( The hall (<https://example.org/id/hall>) ) )",
    ]


@pytest.mark.parametrize(
    "graph",
    [
        "ex:one ex:p [ ex:q [ ex:r 1 ] ] .",
        "ex:one ex:p _:a . _:a ex:q _:b . _:b ex:q _:a .",
        "[] ex:q 1 .",
        "ex:one ex:p _:a . ex:two ex:p _:a . _:a ex:q _:c , _:d . _:c ex:q _:d . _:d ex:q _:c .",
        "ex:one sh:in ( ) , ( 1 ) , ( 1 1 ) .",
    ],
)
def test_any_blank_nodes_are_compared_by_structure(graph: str) -> None:
    old, same = snapshot(DATA, shapes=graph), snapshot(DATA, shapes=graph)
    same = replace(same, graphs={**same.graphs, "shapes": with_other_names(same.graphs["shapes"])})
    assert compare(old, same) == ()
    other = snapshot(DATA, shapes=graph.replace("1", "2").replace("ex:one ex:p _:a", "ex:hall ex:p _:a"))
    assert compare(old, other)
    assert_leads_to(other, same)


@pytest.mark.parametrize("seed", range(8))
def test_a_patch_leads_from_the_old_to_the_new_and_back(seed: int) -> None:
    chance = random.Random(seed)
    graphs: dict[str, Sequence[Triple]] = {}
    for name, graph in own().graphs.items():
        # without a few statements of each graph, lists cut in two among them, and with a few more
        kept = [triple for triple in graph if chance.random() > 0.02]
        added = [Triple(NamedNode(f"{own().base}id/new/{chance.randrange(5)}"), triple.predicate, triple.object) for triple in chance.sample(graph, 5)]
        graphs[name] = sort_triples([*kept, *added])
    new = replace(own(), graphs=graphs)
    assert_leads_to(new, own())
    assert_leads_to(own(), new)


def test_a_patch_is_the_same_text_every_time() -> None:
    renamed = replace(own(), graphs={name: with_other_names(graph) for name, graph in own().graphs.items()})
    assert patch(compare(None, own()), own().base) == patch(compare(None, renamed), own().base)


def test_the_summary_fits_a_pull_request_in_both_languages() -> None:
    new = DATA.replace("ex:two a", "ex:three a def:Seat . ex:four a def:Seat . ex:two a") + 'ex:one def:until "2030-01-01"^^xsd:date .'
    assert summary(DATA, new) == "Seat: 2 added, 1 ended; catalogue unchanged"
    assert summary(DATA, new, "da") == "Plads: 2 tilføjet, 1 afsluttet; katalog uændret"
    assert summary(new, DATA) == "Seat: 1 changed, 2 withdrawn; catalogue unchanged"
    assert summary(new, DATA, "da") == "Plads: 1 ændret, 2 trukket tilbage; katalog uændret"
    assert summary(DATA, DATA) == "No differences"
    assert summary(DATA, DATA, "da") == "Ingen forskelle"


def test_a_new_version_alone_leaves_the_catalogue_unchanged() -> None:
    assert summary(DATA, DATA.replace("1.0.0", "1.1.0")) == "catalogue unchanged"
    assert summary(DATA, DATA.replace('"A dataset"', '"The dataset"')) == "catalogue changed (title)"
    assert summary(DATA, DATA.replace('"A dataset"', '"The dataset"'), "da") == "katalog ændret (titel)"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("ex:one def:until 2030 .", "ended"),
        ("ex:one owl:deprecated true .", "ended"),
        ("ex:one owl:deprecated false .", "changed"),
        ("ex:one def:during ex:time . ex:time time:hasEnd ex:day .", "ended"),
        ("ex:one def:during ex:time . ex:time time:hasBeginning ex:day .", "changed"),
        ("ex:hall def:during ex:time . ex:time time:hasEnd ex:day .", "changed"),  # no membership: it was dated, it did not end
    ],
)
def test_what_gains_an_end_has_ended(said: str, word: str) -> None:
    assert f": 1 {word}" in summary(DATA, DATA + said)


def test_what_had_an_end_before_has_only_changed() -> None:
    assert summary(DATA + "ex:one def:until 2030 .", DATA + "ex:one def:until 2031 .") == "Seat: 1 changed; catalogue unchanged"


def test_each_change_is_told_in_the_words_of_the_language() -> None:
    old, new = snapshot(DATA), snapshot(DATA.replace("ex:hall a def:Hall ;", "ex:hall a def:Hall ; def:until 2030 ; rdfs:seeAlso ex:one ;"))
    assert list(as_text(old, new, compare(old, new), "da"))[1:] == [
        "",
        "Salen (<https://example.org/id/hall>): afsluttet",
        "  + indtil: 2030",
        "  + se også: One (<https://example.org/id/one>)",
    ]


def test_what_is_derived_is_marked() -> None:
    old, new = snapshot(DATA), snapshot(DATA, derived="ex:hall rdfs:seeAlso ex:one .")
    assert list(as_text(old, new, compare(old, new), "en"))[-1].endswith("(<https://example.org/id/one>) (derived)")


def test_programs_get_every_statement_with_labels_types_and_counts() -> None:
    old = snapshot(DATA)
    new = replace(snapshot(DATA.replace("ex:two a def:Seat", "ex:three a def:Seat") + "ex:hall def:until 2030 ."), version="1.1.0", modified="2030-02-01")
    told = json.loads(as_json(old, new, compare(old, new)))
    assert [told[name] for name in ("version", "previous", "date", "dataset")] == ["1.1.0", "1.0.0", "2030-02-01", f"{EXAMPLE}dataset"]
    assert set(told["summary"]) == {"da", "en"}
    none = {"added": 0, "changed": 0, "ended": 0, "withdrawn": 0}
    assert told["counts"] == [
        {"class": f"{EXAMPLE}def/Hall", "labels": {"da": "sal", "en": "hall"}, **none, "ended": 1},
        {"class": f"{EXAMPLE}def/Seat", "labels": {"da": "plads", "en": "seat"}, **none, "added": 1, "withdrawn": 1},
    ]
    hall = next(change for change in told["changes"] if change["iri"].endswith("/hall"))
    assert (hall["kind"], hall["ended"], hall["class"], hall["labels"]) == ("update", True, f"{EXAMPLE}def/Hall", {"da": "Salen", "en": "The hall"})
    for change in told["changes"]:
        for one in (*change["added"], *change["removed"]):
            assert one["graph"] in GRAPHS
            assert len(list(pyoxigraph.parse(one["statement"], format=RdfFormat.N_TRIPLES))) == 1


# the command


THING = "ex:a\n    a def:Thing ;\n    rdfs:label {label}@en ;\n.\n"


def project(folder: Path, label: str = '"A"') -> Path:
    return make_project(folder, {"data/things.ttl": turtle(THING.format(label=label))})


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one revision of a project, which has changed since."""
    folder = project(tmp_path / "repository")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "First")
    git(folder, "tag", "v1")
    return project(folder, '"B"')


def changed(ended: Ended) -> list[str]:
    assert ended.code == 1, ended.err
    return ended.out.splitlines()


def test_the_working_tree_is_compared_with_a_revision(repository: Path) -> None:
    expected = ["Thing: 1 changed; catalogue unchanged", "", "B (ex:a): changed", '  - label: "A"@en', '  + label: "B"@en']
    for revision in ("HEAD", "v1", "main", "refs/heads/main", "HEAD^{commit}"):
        assert changed(bynet("diff", revision, cwd=repository)) == expected
    assert changed(bynet("--lang", "da", "diff", "HEAD", cwd=repository))[0] == "Thing: 1 ændret; katalog uændret"
    same = bynet("diff", "HEAD", "HEAD", cwd=repository)
    assert (same.code, same.out) == (0, "No differences\n")


def test_two_revisions_are_compared_of_a_project_in_a_subfolder(tmp_path: Path) -> None:
    folder = project(tmp_path / "all/of/it")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "First")
    project(folder, '"B"')
    git(tmp_path, "commit", "-am", "Second")
    assert changed(bynet("diff", "HEAD~", "HEAD", cwd=folder))[-1] == '  + label: "B"@en'
    assert changed(bynet("--root", folder, "diff", "HEAD~", cwd="/"))[-1] == '  + label: "B"@en'


def test_git_runs_nothing_and_leaves_nothing(repository: Path, tmp_path: Path) -> None:
    hook = repository / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", f"touch {tmp_path}/ran")
    (tmp_path / "temporary").mkdir()
    before = sorted(repository.rglob("*"))
    changed(bynet("diff", "HEAD", cwd=repository, TMPDIR=str(tmp_path / "temporary")))
    assert not (tmp_path / "ran").exists()
    assert not list((tmp_path / "temporary").iterdir())
    assert sorted(repository.rglob("*")) == before


@pytest.mark.parametrize("name", ["--output=stolen", "-h", "no-such-revision", "HEAD:data", "main..main", "", "HEAD~99", "missing.ttl", "a\nb"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_what_is_no_version_is_one_line(repository: Path, name: str, language: str) -> None:
    ended = bynet("--root", repository, "--lang", language, "diff", "--", name, cwd=repository)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert not list(repository.glob("stolen*"))


def test_a_folder_outside_git_and_a_revision_before_the_project_are_told(repository: Path, tmp_path: Path) -> None:
    elsewhere = project(tmp_path / "elsewhere")
    assert "git can't give it" in bynet("--root", elsewhere, "diff", "HEAD", cwd=elsewhere, GIT_CEILING_DIRECTORIES=str(tmp_path)).err
    git(repository, "rm", "-r", "--cached", "data")
    git(repository, "commit", "-m", "Nothing yet")
    ended = bynet("--root", repository, "diff", "HEAD", cwd=repository)
    assert (ended.code, "no data/dataset.ttl" in ended.err) == (2, True)


def test_a_machine_without_git_is_told_so(repository: Path) -> None:
    ended = bynet("--root", repository, "diff", "HEAD", cwd=repository, PATH="/nonexistent")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "no git here" in ended.err


def test_a_version_that_cannot_be_read_is_trouble_not_a_difference(repository: Path) -> None:
    (repository / "data/things.ttl").write_text("broken")
    ended = bynet("diff", "HEAD", cwd=repository)
    assert ended.code == 2
    assert "data/things.ttl:1:" in ended.err


def test_a_dump_in_any_format_is_the_data_that_was_published(library_site: Path, tmp_path: Path) -> None:
    for form in ("ttl", "nt", "jsonld", "trig", "nq"):
        ended = bynet("diff", library_site / f"download/all.{form}", library_site)
        assert (ended.code, ended.out) == (0, "No differences\n"), (form, ended.err)
    quads = pyoxigraph.parse(path=library_site / "download/all.nt")
    (tmp_path / "all.rdf").write_bytes(pyoxigraph.serialize((quad.triple for quad in quads), format=RdfFormat.RDF_XML) or b"")
    assert bynet("diff", tmp_path / "all.rdf", library_site).code == 0
    assert bynet("diff", library_site / "download/shapes.ttl", library_site).code == 0
    shutil.copy(library_site / "download/shapes.ttl", tmp_path / "other.ttl")
    assert bynet("diff", tmp_path / "other.ttl", library_site).code == 1


@pytest.mark.parametrize(("name", "content"), [("a.ttl", "<"), ("a.nq", "\xff"), ("a.jsonld", '{"@context": "https://example.org/context"}'), ("a.rdf", "<")])
def test_a_broken_dump_is_one_line(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    ended = bynet("diff", tmp_path / name, tmp_path / name)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert name in ended.err


def test_a_project_is_read_under_the_base_of_the_site_it_is_compared_with(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    for base in (EXAMPLE, "https://data.example.net/x/"):
        assert bynet("--root", folder, "publish", "--out", tmp_path / "site", "--base-iri", base).code == 0
        assert bynet("--root", folder, "diff", tmp_path / "site").code == 0
        assert bynet("diff", tmp_path / "site", folder).code == 0
        assert bynet("diff", folder, tmp_path / "site").code == 0
        shutil.rmtree(tmp_path / "site")


@pytest.mark.parametrize(
    ("form", "reads"),
    [
        ("json", lambda out: json.loads(out)["changes"]),
        ("patch", lambda out: out.startswith("TX .\nD <https://example.org/id/a>") and out.endswith("TC .\n")),
        ("summary", lambda out: out == "Thing: 1 changed; catalogue unchanged\n"),
    ],
)
def test_every_form_is_what_it_says(repository: Path, form: str, reads: Callable[[str], object]) -> None:
    ended = bynet("diff", "HEAD", "--format", form, cwd=repository)
    assert ended.code == 1
    assert reads(ended.out)


def test_a_text_in_the_data_cannot_steer_the_terminal(repository: Path) -> None:
    project(repository, r'"\u001B[2J\u202Eevil\u009B"')
    for form in ("text", "summary", "patch", "json"):
        out = bynet("diff", "HEAD", "--format", form, cwd=repository).out
        assert not {"\x1b", "\x9b", "\u202e"} & set(out), form
