"""Releases of data that lie on disk: what follows from what was published before is what follows of data in memory, whatever changed."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hosts import seal
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple
from test_diff import CLASSES, DATA, own, snapshot
from workbench import EXAMPLE, Ended, bynet, make_project, release, tree, triples, turtle

from publish.bulk import changed as telling
from publish.bulk.before import data_before
from publish.bulk.changed import Changed, changed
from publish.bulk.index import opened
from publish.bulk.lines import ONTOLOGY, TAGS, tagged
from publish.bulk.releases import refuse_found
from publish.bulk.sides import Side, Sides
from publish.changes import as_json, patch
from publish.diff import compare
from publish.earlier import BadSite, open_site
from publish.feed import replay
from publish.history import BrokenHistory, refuse
from publish.made import Content
from publish.model import DATA_GRAPHS, LABEL, Release, Snapshot, sort_triples
from publish.texts import LANGUAGES

RELEASED = (Release("1.0.0", "2030-01-01"),)
THINGS = """\
ex:one
    a def:Thing ;
    rdfs:label "One thing"@en ;
    def:knows ex:two ;
.

ex:two
    a def:Thing ;
    rdfs:label "Two \\"things\\"\\twith a tab"@en ;
    def:size 2 ;
.
"""
OF_THE_DATASET = DATA.splitlines()[1]
WITHDRAWN = "<https://w3id.org/bynet/id/gone> owl:deprecated true ."
LATER = {"version": "1.1.0", "modified": "2030-02-01"}

# what becomes of DATA, as a patch of its text: what is refused, and what is not
EDITS: dict[str, tuple[str, str]] = {
    "nothing": ("", ""),
    "something is new": ("", "ex:three a def:Hall ."),
    "a label changes": ('"One"@en', '"The first"@en'),
    "an end is said": ('"One"@en', '"One"@en ; def:until "2030"'),
    "the time of a seat ends": ("", "ex:one time:hasTime ex:time . ex:time a time:Interval ; time:hasEnd ex:end ."),
    "something vanishes": ('ex:two a def:Seat, org:Membership ; rdfs:label "Two"@en .', ""),
    "something is withdrawn": ('ex:two a def:Seat, org:Membership ; rdfs:label "Two"@en .', 'ex:two owl:deprecated true ; rdfs:label "Two"@en .'),
    "a type is taken away": ("ex:hall a def:Hall ;", "ex:hall"),
    "another meaning": ("ex:hall a def:Hall ;", "ex:hall a def:Seat ;"),
    "a tombstone goes": ('ex:gone owl:deprecated true ; rdfs:label "Gone"@en .', ""),
    "a tombstone is about something again": ("ex:gone owl:deprecated true ;", "ex:gone a def:Hall ;"),
    "what is not under the base goes": ("<https://example.net/x> a def:Hall .", ""),
    "the data set is called something else": ('"A dataset"@en', '"Data"@en'),
}
BEFORE = DATA + 'ex:gone owl:deprecated true ; rdfs:label "Gone"@en .\n<https://example.net/x> a def:Hall .\n'


def side(said: Snapshot, folder: Path, files: ExitStack) -> Side:
    """A data set of which the data lie in *folder*."""
    folder.mkdir(exist_ok=True, parents=True)
    parts = [tagged(said.graphs[name], tag) for name, tag in TAGS.items()] + [tagged(said.graphs["ontology"], ONTOLOGY)]
    path = folder / "by-subject"
    path.write_bytes(b"".join(sorted(b"".join(parts).splitlines(keepends=True))))
    beside = {name: graph for name, graph in said.graphs.items() if name not in DATA_GRAPHS}
    return Side(replace(said, graphs=beside), opened(path, files))


def on_disk(old: Snapshot | None, new: Snapshot, folder: Path, files: ExitStack) -> Changed:
    """What is found to have changed on disk; that is in *folder*."""
    return changed(Sides(side(old, folder / "old", files) if old else None, side(new, folder / "new", files)), folder)


def refusals(old: Snapshot, new: Snapshot, found: Changed) -> tuple[list[str], list[str]]:
    """The lines of all reasons to refuse, in all languages, in memory and on disk."""
    told: list[list[str]] = []
    judges: tuple[Callable[[], None], ...] = (lambda: refuse(old, new, compare(old, new), RELEASED), lambda: refuse_found(found, RELEASED))
    for judge in judges:
        try:
            judge()
            told.append([])
        except BrokenHistory as broken:
            told.append([line for language in LANGUAGES for line in broken.told(language)])
    return told[0], told[1]


def edited(said: Snapshot, seed: int, share: float) -> Snapshot:
    """A later version of a data set, in which a *share* of all subjects lost a statement, gained one or went."""
    chance = random.Random(seed)
    graphs = {name: list(graph) for name, graph in said.graphs.items()}
    for name in DATA_GRAPHS:
        for subject in sorted({triple.subject.value for triple in graphs[name] if isinstance(triple.subject, NamedNode)} - {said.dataset}):
            if chance.random() < share:
                about = [triple for triple in graphs[name] if triple.subject.value == subject]  # type: ignore[union-attr]  # an IRI
                lost = chance.choice([about, about[:1], []])
                gained = [Triple(NamedNode(subject), LABEL, Literal("Another", language="en"))] * chance.randrange(2)
                graphs[name] = sort_triples([*(triple for triple in graphs[name] if triple not in lost), *gained])
    return replace(said, version="9.0.0", modified="2100-01-01", graphs=graphs)


def both(edit: str, graph: str) -> tuple[Snapshot, Snapshot]:
    """The data before and after an edit, in one of the graphs of the data."""
    text, other = EDITS[edit]
    assert text in BEFORE
    after = BEFORE.replace(text, other) if text else BEFORE + other
    stated, derived = (snapshot(said) if graph == "stated" else snapshot(OF_THE_DATASET, derived=said) for said in (BEFORE, after))
    return stated, derived


@pytest.mark.parametrize("graph", DATA_GRAPHS)
@pytest.mark.parametrize("version", [{}, LATER], ids=["same version", "new version"])
@pytest.mark.parametrize("edit", EDITS)
def test_what_changed_and_what_is_refused_is_the_same_as_in_memory(edit: str, version: Mapping[str, str], graph: str, tmp_path: Path) -> None:
    old, new = both(edit, graph)
    new = replace(new, **version)  # type: ignore[arg-type]  # texts
    with ExitStack() as files:
        found = on_disk(old, new, tmp_path, files)
        in_memory, there = refusals(old, new, found)
        assert there == in_memory
        changes = compare(old, new)
        assert found.files(tmp_path) == {"changes.json": as_json(old, new, changes).encode(), "changes.rdfp": patch(changes, EXAMPLE).encode()}
    assert bool(changes) == (edit != "nothing")


def test_edits_are_refused_for_what_they_are(tmp_path: Path) -> None:
    refused = {}
    for number, edit in enumerate(EDITS):
        old, new = both(edit, "stated")
        with ExitStack() as files:
            there = on_disk(old, replace(new, **LATER), tmp_path / str(number), files)  # type: ignore[arg-type]  # texts
            refused[edit] = [name for name, iris in there.broken.items() if iris]
    assert {edit: names for edit, names in refused.items() if names} == {
        "something vanishes": ["vanished"],
        "a type is taken away": ["vanished"],
        "another meaning": ["other-meaning"],
        "a tombstone goes": ["tombstone-gone"],
        "a tombstone is about something again": ["revived"],
    }


@pytest.mark.parametrize("share", [0.02, 0.5])
def test_of_random_edits_of_the_whole_data_the_same_is_told_listed_or_counted(share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = own(), edited(own(), seed=7, share=share)
    changes = compare(old, new)
    whole = json.loads(as_json(old, new, changes))
    rows = patch(changes, old.base)
    with ExitStack() as files:
        found = on_disk(old, new, tmp_path, files)
        assert found.files(tmp_path) == {"changes.json": as_json(old, new, changes).encode(), "changes.rdfp": rows.encode()}
        in_memory, there = refusals(old, new, found)
        assert there == in_memory
        monkeypatch.setattr(telling, "LISTED", 5)
        found = on_disk(old, new, tmp_path, files)
        told = found.files(tmp_path)
        assert refusals(old, new, found)[1] == in_memory
    counted = json.loads(contents(told["changes.json"]))
    assert counted.pop("changes") == [] != whole.pop("changes")
    assert counted["summary"].pop("en") == f"{whole['summary'].pop('en')}; too many to be listed one by one: the patch has them all"
    assert counted["summary"].pop("da").startswith(f"{whole['summary'].pop('da')}; ")
    assert counted == whole
    lines = contents(told["changes.rdfp"]).decode().splitlines()
    assert sorted(lines) == sorted(rows.splitlines())
    assert lines == sorted(lines, key=lambda line: "TX D A TC".index(line.split()[0]))


def test_a_first_release_is_listed_while_it_is_small_and_counted_when_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = replace(own(), graphs={**own().graphs, "derived": sort_triples([*own().graphs["derived"], *triples(CLASSES + WITHDRAWN)])})
    changes = compare(None, new)
    whole = json.loads(as_json(None, new, changes))
    with ExitStack() as files:
        listed = on_disk(None, new, tmp_path, files).files(tmp_path)
        monkeypatch.setattr(telling, "LISTED", 5)
        counted = on_disk(None, new, tmp_path, files).files(tmp_path)
    assert listed == {"changes.json": as_json(None, new, changes).encode(), "changes.rdfp": patch(changes, new.base).encode()}
    assert [*counted] == ["changes.json"]
    assert json.loads(contents(counted["changes.json"])) == {**whole, "changes": []}


def contents(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.path.read_bytes()


# what was published before


def publish(root: Path, out: Path, *arguments: str | Path) -> Ended:
    return bynet("publish", "--out", out, *arguments, cwd=root)


def on_disk_and_in_memory(root: Path, folder: Path) -> tuple[Ended, Ended]:
    """Publish a project to a site from disk and to one in memory, each after its own past."""
    return publish(root, folder / "disk", "--resources", "none"), publish(root, folder / "memory")


def same_release(folder: Path, version: str) -> None:
    """What programs are told of a release is the same on both sites, and its checksums are those of its files."""
    ours, theirs = (folder / name / "release" / version for name in ("disk", "memory"))
    for name in ("changes.json", "changes.rdfp"):
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()
    assert gzip.decompress((ours / "all.nq.gz").read_bytes()) == (theirs / "all.nq").read_bytes()
    for path in ("feed.trig", *(f"feed/{page.name}" for page in (folder / "memory/feed").iterdir())):
        assert (folder / "disk" / path).read_bytes() == (folder / "memory" / path).read_bytes()


def test_releases_on_disk_follow_each_other_as_those_in_memory(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle(THINGS)})
    release(root, "1.0.0", "2030-01-01")
    assert [ended.code for ended in on_disk_and_in_memory(root, tmp_path)] == [0, 0]
    same_release(tmp_path, "1.0.0")
    first = tree(tmp_path / "disk/release/1.0.0")
    things = root / "data/things.ttl"
    things.write_text(turtle(THINGS.partition("\n\nex:two")[0] + "\n"))
    release(root, "1.1.0", "2030-02-01")
    gone, in_memory = on_disk_and_in_memory(root, tmp_path)
    assert (gone.code, gone.err) == (1, in_memory.err)
    assert "ex:two" in gone.err
    things.write_text(turtle(THINGS.replace("One thing", "A better thing")))
    assert [ended.code for ended in on_disk_and_in_memory(root, tmp_path)] == [0, 0]
    same_release(tmp_path, "1.1.0")
    assert tree(tmp_path / "disk/release/1.0.0") == first
    assert bynet("verify", tmp_path / "disk").code == 0
    release(root, "", "2030-02-01")
    draft, in_memory = on_disk_and_in_memory(root, tmp_path)
    assert (draft.code, draft.err) == (1, in_memory.err)


def test_a_site_in_memory_is_continued_on_disk_and_the_other_way_round(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle(THINGS)})
    for number, resources in enumerate(("files", "none", "files")):
        (root / "data/things.ttl").write_text(turtle(THINGS.replace("One thing", f"Thing {number}")))
        release(root, f"1.{number}.0", f"2030-0{number + 1}-01")
        ended = publish(root, tmp_path / "site", "--resources", resources)
        assert ended.code == 0, ended.err
    told = json.loads((tmp_path / "site/release/1.2.0/changes.json").read_bytes())
    assert [change["iri"] for change in told["changes"]] == [f"{EXAMPLE}dataset", f"{EXAMPLE}id/one"]
    pages = [page.read_bytes() for page in (tmp_path / "site/feed").iterdir()]
    assert replay(pages) == sort_triples(triples((tmp_path / "site/download/all.nt").read_bytes(), RdfFormat.N_TRIPLES))
    assert bynet("verify", tmp_path / "site").code == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one release, published from disk."""
    folder = tmp_path_factory.mktemp("before")
    root = make_project(folder / "project", {"data/things.ttl": turtle(THINGS)})
    release(root, "1.0.0", "2030-01-01")
    assert publish(root, folder / "site", "--resources", "none").code == 0
    return folder / "site"


def lines_of_site(site: Path, folder: Path) -> bytes:
    place = open_site(str(site))
    assert place
    with ExitStack() as files:
        index = data_before(place, folder, files)
        return index.read(0, index.size)


def resealed(site: Path, folder: Path, dump: bytes) -> Path:
    """A copy of *site* with another dump."""
    copy = Path(shutil.copytree(site, folder / "copy"))
    (copy / "download/all.nq.gz").write_bytes(dump)
    seal(copy)
    return copy


def test_a_dump_before_is_read_whatever_the_order_of_its_lines(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = gzip.decompress((site / "download/all.nq.gz").read_bytes())
    lines = dump.splitlines(keepends=True)
    random.Random(3).shuffle(lines)
    before = lines_of_site(site, tmp_path)
    monkeypatch.setattr("publish.bulk.before._PIECE", 512)
    assert before == lines_of_site(site, tmp_path)
    assert before == lines_of_site(resealed(site, tmp_path, gzip.compress(b"".join(lines))), tmp_path)
    assert before.count(b"\n") == len(lines)
    assert not [*tmp_path.glob("before-*")]


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n",
        b'<https://example.org/a> <https://example.org/b> "a <https://example.org/stated>" .\n',
        b"<https://example.org/a> <https://example.org/b> <https://example.org/c> <https://example.org/other> .\n",
        b"<https://example.org/a> <https://example.org/b> <https://example.org/c> <https://example.net/stated> .\n",
        b"_:a <https://example.org/b> <https://example.org/c> <https://example.org/stated> .\n",
        b"<https://example.org/a> <https://example.org/b> <<( _:a <urn:b> _:c )>> <https://example.org/stated> .\n",
    ],
)
def test_a_dump_before_that_bynet_did_not_write_is_a_mistake(line: bytes, site: Path, tmp_path: Path) -> None:
    dump = gzip.decompress((site / "download/all.nq.gz").read_bytes())
    with pytest.raises(BadSite) as raised:
        lines_of_site(resealed(site, tmp_path, gzip.compress(dump + line)), tmp_path)
    assert raised.value.name == "site-graphs"


def test_a_dump_before_that_is_not_the_one_of_the_manifest_is_a_mistake(site: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(site, tmp_path / "copy"))
    (copy / "download/all.nq.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(BadSite) as raised:
        lines_of_site(copy, tmp_path)
    assert raised.value.name == "site-differs"
