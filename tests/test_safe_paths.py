"""Whatever an IRI is, its files are its own: on file systems that fold case or normalise, on Windows, at 255 bytes, and beside all else that a site has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph
import pytest
from pathfaults import BASE, ENDINGS, KEYS, Way, faults, made_up
from pyoxigraph import NamedNode, RdfFormat
from test_paths import ODD, PLAIN, hostile
from workbench import BAD_INPUTS, bynet, make_project, release, turtle

from publish.paths import TAG, collisions, front_pages, is_file_name, page_path
from publish.search import index_path

PAGE = re.compile(r"\.(?:ttl|jsonld|nt|html|[a-z-]+\.html)")
APART = {"search/index.html", "sparql/index.html"}
"""Pages in a folder of their own; the front page of a language gives way to a thing (`front_pages`)."""
MANY = 100_000
SOME = 4_000


@pytest.fixture(scope="module")
def iris() -> list[str]:
    """A hundred thousand IRIs, and those that somebody has thought out."""
    return sorted({*made_up(20260101, MANY), *(BASE + name for name in (*PLAIN, *ODD)), *hostile()})


def files_of_nobody(site: Path, base: str) -> set[str]:
    """The files of a site that are no page of an IRI that it speaks of."""
    quads = (quad for file in (site / "download").glob("*.nt") for quad in pyoxigraph.parse(path=file, format=RdfFormat.N_TRIPLES))
    named = {term.value for quad in quads for term in (quad.subject, quad.object) if isinstance(term, NamedNode) and term.value.startswith(base)}
    pages = {page_path(iri, base) for iri in named}
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file() and path.relative_to(site).parts[0] != "report"}
    fronts = {f"{path.name}/index.html" for path in site.iterdir() if (path / "index.html").is_file() and not (path / "index.ttl").is_file()} - APART
    return {file for file in files - fronts if not any(stem in pages and PAGE.fullmatch(ending) for stem, ending in split(file))}


def split(file: str) -> Iterator[tuple[str, str]]:
    """What *file* may be a page of, all that stands before one of its dots, and the rest."""
    return ((file[: match.start()], file[match.start() :]) for match in re.finditer(r"\.", file))


def test_no_iri_has_the_file_of_another_or_one_that_is_no_iris(iris: list[str], site: Path, library_site: Path, figure: Callable[[str, int], None]) -> None:
    taken = files_of_nobody(site, "https://w3id.org/bynet/") | files_of_nobody(library_site, "https://library.example/")
    assert {"index.html", "MANIFEST", "catalog.ttl", "feed.trig", "search/index.html", "browse/classes.html"} <= taken
    named = [BASE + name for file in sorted(taken) for name in {file, file.upper(), file.partition(".")[0], file.rpartition("/")[0]}]
    every = sorted(iri for iri in {*iris, *named} if not f"{page_path(iri, BASE).casefold()}/".startswith("report/"))  # those are refused
    assert list(faults(every, page_path, collisions(every, BASE), taken)) == []
    fronts = front_pages(("da", "de", "en", "zh-hant", "con", "search"), every, BASE)
    assert not {path.casefold() for path in fronts.values()} & {page_path(iri, BASE).casefold() for iri in every}
    figure("IRIs", len(every))


def naive(iri: str, base: str) -> str:
    return iri.removeprefix(base)


def lowered(iri: str, base: str) -> str:
    return page_path(iri.lower(), base.lower())


def decoded(iri: str, base: str) -> str:
    return page_path(unquote(iri), base)


def without_devices(iri: str, base: str) -> str:
    path = iri.removeprefix(base)
    return path if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_/-]{0,99}(?<!/)", path) and "//" not in path else page_path(iri, base)


def shortened(iri: str, base: str) -> str:
    return page_path(iri, base)[:30]


@pytest.mark.parametrize("way", [naive, lowered, decoded, without_devices, shortened])
def test_a_way_that_is_not_safe_is_found(way: Way, iris: list[str]) -> None:
    some = [*iris[:: MANY // SOME], *(BASE + name for name in (*PLAIN, *ODD, "id/%61", "ID/%41")), *hostile()]
    assert list(faults(sorted(set(some)), way, collisions(some, BASE))) != []


def test_every_key_would_find_two_names_that_are_one() -> None:
    pairs = [("a", "A"), ("ß", "ẞ"), ("\u212b", "Å"), ("e\u0301", "é"), ("\ufb01", "fi"), ("\u212a", "K"), ("\u017f", "S"), ("É", "e\u0301"), ("a. ", "A")]
    for name, key in KEYS.items():
        assert any(key(one) == key(other) for one, other in pairs), name


def test_the_longest_path_has_room_for_a_deep_folder() -> None:
    longest = max((page_path(BASE + "/".join(["a" * 44] * count), BASE) for count in range(1, 12)), key=len)
    assert len(longest) == 179
    assert len(longest + max(ENDINGS, key=len)) < 4096 - 3800
    assert page_path(BASE + "/".join(["a" * 45] * 4), BASE).startswith("iri/")


# on real file systems


def written(folder: Path, paths: list[str]) -> int:
    """Write a file for each of *paths*, none over another, and return how many there are then."""
    for path in paths:
        target = folder / f"{path}{ENDINGS[-1]}"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(path.encode())
    return sum(file.read_bytes() == file.relative_to(folder).as_posix().removesuffix(ENDINGS[-1]).encode() for file in folder.rglob("*") if file.is_file())


def sample(iris: list[str]) -> list[str]:
    """Paths of some thousand IRIs, of which none is another in another case."""
    some = [*iris[:: MANY // SOME], *(BASE + name for name in (*PLAIN, *ODD)), *hostile()]
    spared = set(some) - {other for _one, other in collisions(some, BASE)}
    return [page_path(iri, BASE) for iri in sorted(spared)]


def test_some_thousand_are_written_and_none_over_another(iris: list[str], tmp_path: Path, figure: Callable[[str, int], None]) -> None:
    paths = sample(iris)
    assert written(tmp_path / "site", paths) == len(paths) > SOME / 2
    figure("files written", len(paths))


FOLDING = """\
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from test_safe_paths import written
folder, paths = Path({folder!r}) / "folding", Path({list!r}).read_text().splitlines()
assert (folder / "Probe").mkdir() is None and (folder / "pROBE").is_dir(), "this file system does not fold case"
(folder / "Probe").rmdir()
print(written(folder, paths))
"""
MOUNTS = (
    "mount -t tmpfs -o casefold,size=256m none {folder}",
    "truncate -s 256M {image} && mkfs.ext4 -q -O casefold {image} && mount -o loop {image} {folder}",
    "truncate -s 256M {image} && mkfs.vfat {image} >/dev/null && mount -o loop {image} {folder}",
)
"""Ways to a file system that folds case: in memory, ext4, and FAT."""


def test_they_are_written_to_a_file_system_that_folds_case(iris: list[str], tmp_path: Path) -> None:
    if not shutil.which("unshare") or os.geteuid():
        pytest.skip("mounting a file system takes root and unshare")
    paths = sample(iris)
    (tmp_path / "list").write_text("\n".join(paths))
    (tmp_path / "mounted").mkdir()
    (tmp_path / "write.py").write_text(FOLDING.format(path=[*sys.path], folder=str(tmp_path / "mounted"), list=str(tmp_path / "list")))
    told = []
    for mount in MOUNTS:
        (tmp_path / "image").unlink(missing_ok=True)
        command = mount.format(folder=tmp_path / "mounted", image=tmp_path / "image")
        command += f" && mkdir {tmp_path}/mounted/folding && (chattr +F {tmp_path}/mounted/folding 2>/dev/null; exec {sys.executable} {tmp_path}/write.py)"
        ended = subprocess.run(["unshare", "--mount", "sh", "-c", command], capture_output=True, text=True, check=False, timeout=120)
        if ended.returncode == 0:
            assert int(ended.stdout) == len(paths)
            return
        told.append(ended.stderr.strip().splitlines()[0] if ended.stderr.strip() else str(ended.returncode))
    pytest.skip(f"this system has no file system that folds case: {'; '.join(told)}")


# the other names that come from data


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        *((name, True) for name in ("a", "A.b", "1.0.0", "logo.png", "what-is-odd.ttl", "a" * 100, "x..y", "con-1", "icon.png", "a_b")),
        *((name, False) for name in ("", ".", "..", ".a", "a.", "a ", " a", "a/b", "a\\b", "a:b", "CON", "con.png", "Nul.tar.gz", "COM1.x", "lpt0", "a" * 101)),
        *((name, False) for name in ("é", "a\n", "a~1", "_a", "-a", "a%2e", "COM\u00b9", "\u212a", "a\u202e", "a*", "CONIN$", "a?")),
    ],
)
def test_a_file_is_published_under_its_own_name_where_every_machine_can_have_it(name: str, is_one: bool) -> None:  # noqa: FBT001  # of a table
    assert is_file_name(name) is is_one


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("tests/shapes/thing/CON.ttl", "published-name"),
        ("tests/shapes/a b/x.ttl", "published-name"),
        ("tests/shapes/thing/x y.ttl", "published-name"),
        (f"tests/shapes/thing/{'x' * 120}.ttl", "published-name"),
        ("ontology/nul.png", "published-name"),
        ("ontology/lo\u202ego.png", "file-name"),
        ("ontology/logo .png", "published-name"),
        ("ontology/questions/con.rq", "published-name"),
        (f"ontology/questions/{'x' * 120}.rq", "published-name"),
        ("ontology/rules/aux.rq", "published-name"),
        ("data/a\x1bb.ttl", "file-name"),
        (os.fsdecode(b"data/\xff.ttl"), "file-name"),
        ("theme/words/a\nb.toml", "file-name"),
    ],
)
def test_a_file_that_no_site_can_have_everywhere_is_found(file: str, rule: str, tmp_path: Path) -> None:
    question = "# title@en: t\n# description@en: d\nSELECT ?a { ?a ?b ?c } ORDER BY ?a\n"
    root = make_project(tmp_path / "project", {file: question if file.endswith(".rq") else turtle("ex:a def:size 1 .\n") if file.endswith(".ttl") else ""})
    ended = bynet("--root", root, "check", "--format", "json")
    assert ended.code == 1
    assert f'"rule": "{rule}"' in ended.out


def test_two_files_that_would_be_one_are_found(tmp_path: Path) -> None:
    case = turtle("ex:a def:size 1 .\n")
    root = make_project(tmp_path / "project", {"tests/shapes/thing/one.ttl": case, "tests/shapes/thing/One.ttl": case})
    ended = bynet("--root", root, "check")
    assert (ended.code, ended.err.count("Traceback")) == (1, 0)
    assert "tests/shapes/thing/one.ttl:0: Violation: The file is published under a name that differs" in ended.out


@pytest.mark.parametrize(
    ("thing", "told"),
    [("report", "validation report"), ("REPORT", "validation report"), ("Report/Software/bynet", "validation report"), ("Questions/Which", "differs from")],
)
def test_a_thing_that_would_have_the_page_of_what_bynet_makes_is_found(thing: str, told: str, tmp_path: Path) -> None:
    question = "# title@en: t\n# description@en: d\nSELECT ?a { ?a ?b ?c } ORDER BY ?a\n"
    things = turtle(f"<https://example.org/{thing}> a def:Thing .\n")
    ended = bynet("--root", make_project(tmp_path, {"data/things.ttl": things, "ontology/questions/which.rq": question}), "check")
    assert ended.code == 1
    assert told in ended.out
    assert thing in ended.out


def test_a_language_has_files_of_its_own_whatever_its_name(tmp_path: Path) -> None:
    assert index_path("en") == "search/en.json"
    for language in ("con", "aux", "nul", "prn"):
        assert index_path(language) == f"search/language-{language}.json"
    for tag, code in ((f"en-{'-'.join(['abcdefgh'] * 3)}", 0), (f"en-{'-'.join(f'abcdefg{number}' for number in range(5))}", 1)):
        root = make_project(tmp_path / str(code), {})
        file = root / "data/dataset.ttl"
        file.write_text(file.read_text().replace('dcterms:title "A dataset"@en ;', f'dcterms:title "A dataset"@en , "Another"@{tag} ;'))
        ended = bynet("--root", root, "check")
        assert ("has a tag of more than" in ended.out) == (len(tag) > TAG) == bool(code)


def test_two_versions_that_differ_in_case_alone_have_no_two_folders(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", {"data/things.ttl": turtle("ex:a a def:Thing .\n")})
    release(root, "1.0.0-RC1", "2026-01-01")
    assert bynet("--root", root, "publish", "--out", tmp_path / "site").code == 0
    (root / "data/more.ttl").write_text(turtle("ex:b a def:Thing .\n"))
    release(root, "1.0.0-rc1", "2026-01-02")
    ended = bynet("--root", root, "publish", "--out", tmp_path / "site")
    assert ended.code == 1
    assert "1.0.0-rc1 was released before" in ended.err


@pytest.mark.skipif(not (BAD_INPUTS / "hostile-iris.json").is_file(), reason="the hostile inputs are not beside the project")
def test_the_hostile_iris_are_among_them(iris: list[str]) -> None:
    assert len(hostile()) >= 22
    assert set(hostile()) <= set(iris)
