"""Releases of a published site: what was out stays to the byte, what changed is told, and the same history gives the same site."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat
from workbench import ROOT, UNMEASURED, Ended, bynet, make_project, release, tree, triples, turtle

from publish.write import read_manifest

ONE = """\
ex:one
    a def:Thing ;
    rdfs:label "One"@en ;
    def:size 1 ;
.

ex:two
    a def:Thing ;
    rdfs:label "Two"@en ;
    def:knows ex:one ;
.
"""
TWO = """\
ex:one
    a def:Thing ;
    rdfs:label "One"@en ;
    def:size 2 ;
.

ex:three
    a def:Thing ;
    rdfs:label "Three"@en ;
.
"""
GONE = """\
@prefix ex: <https://example.org/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

ex:two
    rdfs:label "Two"@en ;
    rdfs:comment "It never was."@en ;
    owl:deprecated true ;
.
"""
ONTOLOGY = """
@prefix def: <https://example.org/def/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<https://example.org/def>
    a owl:Ontology ;
    rdfs:label "Terms"@en ;
    owl:versionIRI <https://example.org/release/1.0.0/def> ;
.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_project(
        tmp_path / "project", {"data/things.ttl": turtle(ONE), "ontology/ontology.ttl": ONTOLOGY.replace("@prefix def: <https://example.org/def/> .\n", "")}
    )
    release(root, "1.0.0", "2026-01-31")
    return root


def publish(root: Path, out: Path, *arguments: str | Path) -> Ended:
    return bynet("--root", root, "publish", "--out", out, *arguments)


def second(root: Path) -> None:
    (root / "data/things.ttl").write_text(turtle(TWO), encoding="utf-8")
    (root / "data/tombstones.ttl").write_text(GONE, encoding="utf-8")
    release(root, "1.1.0", "2026-02-28")


def kept(site: Path, version: str) -> dict[str, tuple[int, str]]:
    return tree(site / "release" / version)


def test_a_release_stands_for_good_with_its_dumps_and_checksums(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert publish(root, site).code == 0
    first = kept(site, "1.0.0")
    for name in ("all.ttl", "all.nq", "stated.jsonld", "shapes.nt"):
        assert (site / "release/1.0.0" / name).read_bytes() == (site / "download" / name).read_bytes()
    lines = (site / "release/1.0.0/SHA256SUMS").read_text().splitlines()
    sums = {path: digest for digest, _spaces, path in (line.partition("  ") for line in lines)}
    assert sums == {path: hashlib.sha256((site / "release/1.0.0" / path).read_bytes()).hexdigest() for path in first if path != "SHA256SUMS"}
    second(root)
    assert publish(root, site).code == 0
    assert kept(site, "1.0.0") == first
    assert (site / "release/1.1.0/all.nt").read_bytes() != (site / "release/1.0.0/all.nt").read_bytes()


def test_the_version_iri_of_an_ontology_is_a_file(root: Path, tmp_path: Path) -> None:
    assert publish(root, tmp_path / "site").code == 0
    for extension in ("ttl", "jsonld", "nt"):
        assert (tmp_path / f"site/release/1.0.0/def.{extension}").read_bytes() == (tmp_path / f"site/download/ontology.{extension}").read_bytes()
    second(root)  # the ontology is as it was, and so is its version
    assert publish(root, tmp_path / "site").code == 0
    assert not (tmp_path / "site/release/1.1.0/def.ttl").exists()


def test_nothing_changed_is_nothing_written(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(root, site)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in site.rglob("*")}
    ended = publish(root, site)
    assert (ended.code, "nothing was written" in ended.out) == (0, True)
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in site.rglob("*")} == before


def test_a_change_without_a_new_version_is_refused_and_the_site_stays(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(root, site)
    before = tree(site)
    (root / "data/things.ttl").write_text(turtle(ONE.replace("size 1", "size 9")), encoding="utf-8")
    ended = publish(root, site)
    assert ended.code == 1
    assert "dcat:version" in ended.err
    assert "ex:one" in ended.err
    assert tree(site) == before


def test_the_same_history_gives_the_same_site_over_the_old_one_and_beside_it(root: Path, tmp_path: Path) -> None:
    publish(root, tmp_path / "site")
    shutil.copytree(tmp_path / "site", tmp_path / "before")
    second(root)
    assert publish(root, tmp_path / "site").code == 0
    assert publish(root, tmp_path / "other", "--previous", tmp_path / "before").code == 0
    assert tree(tmp_path / "site") == tree(tmp_path / "other")
    assert set(read_manifest(tmp_path / "site")) == {path for path, (_mode, digest) in tree(tmp_path / "site").items() if digest} - {"MANIFEST"}


@pytest.mark.no_cover
def test_the_changelog_tells_every_release_in_each_language(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for folder in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / folder, root / folder)
    assert publish(root, tmp_path / "site").code == 0
    file = root / "data/quantities.ttl"
    text = file.read_text(encoding="utf-8")
    label = next(line for line in text.splitlines() if "rdfs:label" in line and line.endswith("@en ;"))
    file.write_text(text.replace(label, label.replace('"@en ;', ' indeed"@en ;'), 1), encoding="utf-8")
    dataset = root / "data/dataset.ttl"
    dataset.write_text(dataset.read_text(encoding="utf-8").replace('"1.0.0"', '"1.1.0"'), encoding="utf-8")
    assert publish(root, tmp_path / "site").code == 0
    told = json.loads((tmp_path / "site/release/1.1.0/changes.json").read_text(encoding="utf-8"))
    for page, language, word in (("changes.html", "da", "Ændret"), ("changes.en.html", "en", "Changed")):
        shown = (tmp_path / "site" / page).read_text(encoding="utf-8")
        assert shown.index("release/1.1.0/index") < shown.index("release/1.0.0/index")  # the latest first
        assert told["summary"][language] in shown
        assert word in shown
        assert "indeed" in shown
        alone = (tmp_path / "site/release/1.1.0" / page.replace("changes", "index")).read_text(encoding="utf-8")
        assert "indeed" in alone


def test_what_is_withdrawn_keeps_its_page_and_says_what_became_of_it(root: Path, tmp_path: Path) -> None:
    publish(root, tmp_path / "site")
    assert "withdrawn" not in (tmp_path / "site/id/two.html").read_text(encoding="utf-8")
    second(root)
    assert publish(root, tmp_path / "site").code == 0
    page = (tmp_path / "site/id/two.html").read_text(encoding="utf-8")
    assert "This is withdrawn" in page
    assert "It never was." in page
    assert "id/two" in (tmp_path / "site/host/nginx.conf").read_text(encoding="utf-8")
    (root / "data/tombstones.ttl").unlink()
    release(root, "1.2.0", "2026-03-31")
    ended = publish(root, tmp_path / "site")
    assert ended.code == 1
    assert "ex:two" in ended.err


def test_a_draft_has_no_releases_and_becomes_one(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    draft = make_project(tmp_path / "draft", {"data/things.ttl": turtle(ONE)})
    assert publish(draft, site).code == 0
    assert not {path for path in read_manifest(site) if path.startswith(("release/", "feed", "changes"))}
    assert publish(root, site).code == 0
    assert {"feed.trig", "feed/1.trig", "changes.html", "release/1.0.0/index.html"} <= set(read_manifest(site))
    assert publish(draft, site).code == 1  # who has published releases goes on with them


def test_the_catalogue_names_its_releases_and_keeps_the_days_of_files_that_stay(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(root, site)
    second(root)
    publish(root, site)
    told = {str(triple) for triple in triples((site / "catalog.nt").read_bytes(), RdfFormat.N_TRIPLES)}
    assert any("hasCurrentVersion> <https://example.org/release/1.1.0/>" in line for line in told)
    for name, day in (("ontology-ttl", "2026-01-31"), ("all-ttl", "2026-02-28")):
        assert f'<https://example.org/catalog#{name}> <http://purl.org/dc/terms/modified> "{day}"^^<http://www.w3.org/2001/XMLSchema#date>' in told


def damage(site: Path, files: dict[str, bytes | None]) -> None:
    """Change or remove *files* of a site, and let its MANIFEST say so: what a stranger could serve."""
    listed = read_manifest(site)
    for path, content in files.items():
        if content is None:
            (site / path).unlink()
            del listed[path]
        else:
            (site / path).write_bytes(content)
            listed[path] = hashlib.sha256(content).hexdigest()
    (site / "MANIFEST").write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(listed.items())), encoding="utf-8")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_site_before_that_is_not_there_is_no_first_release(root: Path, tmp_path: Path, language: str) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("typo", "empty"):
        ended = bynet("--lang", language, "--root", root, "publish", "--out", tmp_path / "site", "--previous", tmp_path / place)
        assert ended.code == 2
        assert "--previous" in ended.err.splitlines()[-1]
    assert not (tmp_path / "site").exists()


def test_a_publisher_that_died_between_two_renames_loses_no_release(root: Path, tmp_path: Path) -> None:
    publish(root, tmp_path / "site")
    (tmp_path / "site").rename(tmp_path / ".site.bynet-old")
    second(root)
    assert publish(root, tmp_path / "site").code == 0
    assert {path.name for path in (tmp_path / "site/release").iterdir()} == {"1.0.0", "1.1.0"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "site"]


def test_a_site_that_lost_a_release_is_not_continued(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(root, site)
    second(root)
    publish(root, site)
    release(root, "1.2.0", "2026-03-31")
    for version in ("1.0.0", "1.1.0"):
        shutil.copytree(site, tmp_path / version)
        damage(tmp_path / version, dict.fromkeys((path for path in read_manifest(site) if path.startswith(f"release/{version}/")), None))
        ended = publish(root, tmp_path / "new", "--previous", tmp_path / version)
        assert ended.code == 2
        assert f"release {version}" in ended.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("catalog.nt", b"garbage"),
        ("catalog.nt", b"\xff\xfe"),
        ("release/1.0.0/changes.json", b'{"version": "1.0.0", "previous": "", "date": "2026-01-31"}'),
        ("release/1.0.0/changes.json", b'{"version": "1.0.0", "previous": "", "date": "2026-01-31", "summary": {}, "changes": [1]}'),
        ("release/1.0.0/changes.json", b'{"version": "1.0.0", "previous": "", "date": "zz", "summary": {}, "changes": []}'),
        ("release/1.0.0/changes.json", b"[" * 100_000),
    ],
)
def test_what_a_stranger_wrote_into_a_site_is_one_line_of_error(root: Path, tmp_path: Path, path: str, content: bytes) -> None:
    site = tmp_path / "site"
    bynet("--root", root, "publish", "--out", site, **UNMEASURED)
    damage(site, {path: content})
    before = tree(site)
    second(root)
    ended = publish(root, site)
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert path in ended.err.splitlines()[-1]
    assert tree(site) == before
    assert not (tmp_path / ".site.bynet-new").exists()


def test_a_version_iri_that_no_release_has_is_refused(root: Path, tmp_path: Path) -> None:
    release(root, "1.1.0", "2026-02-28")
    ended = publish(root, tmp_path / "site")
    assert ended.code == 1
    assert "<https://example.org/release/1.1.0/def>" in ended.err.splitlines()[-1]
    assert not (tmp_path / "site").exists()
