"""`bynet format`: one style, comments kept where they can be, nothing lost, and what cannot be written is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat
from workbench import LIBRARY, ROOT, bynet, canonical, make_project, turtle

from publish.format import Unformattable, format_source
from publish.intake.files import read_sources

HEAD = "@prefix def: <https://example.org/def/> .\n@prefix ex: <https://example.org/id/> .\n"
SOURCES = sorted(
    [
        *ROOT.glob("ontology/**/*.ttl"),
        *ROOT.glob("data/**/*.ttl"),
        *ROOT.glob("shapes/**/*.ttl"),
        *LIBRARY.glob("**/*.ttl"),
        *ROOT.glob("tests/shapes/**/*.ttl"),
    ]
)


def formatted(folder: Path, text: str) -> str:
    file = folder / "x.ttl"
    file.write_bytes(text.encode())
    ((source, findings),) = read_sources([file], folder)
    assert findings == []
    return format_source(source)


@pytest.mark.parametrize("root", [ROOT, LIBRARY], ids=["project", "library"])
def test_the_sources_are_fixed_points(root: Path) -> None:
    for path in (path for path in SOURCES if path.is_relative_to(root) and (root == LIBRARY or not path.is_relative_to(LIBRARY))):
        ((source, _findings),) = read_sources([path], root)
        assert format_source(source) == path.read_text(encoding="utf-8"), path


def test_formatting_keeps_the_graph_and_is_done_after_once(tmp_path: Path) -> None:
    text = HEAD + '\n# about b\nex:b def:size 2, 1 .\n\n# about a\n# in two lines\nex:a a def:Thing ; def:list (1 "x"@en) .\n# the end\n'
    once = formatted(tmp_path, text)
    assert once == (
        f'{HEAD}\n# about a\n# in two lines\nex:a\n    a def:Thing ;\n    def:list ( 1 "x"@en ) ;\n.\n'
        "\n# about b\nex:b\n    def:size 1 ;\n    def:size 2 ;\n.\n\n# the end\n"
    )
    assert formatted(tmp_path, once) == once
    assert canonical(once, RdfFormat.TURTLE) == canonical(text, RdfFormat.TURTLE)


def test_comments_at_the_head_stay_at_the_head(tmp_path: Path) -> None:
    text = f"# one\n#two\n\n{HEAD}\nex:a\n    a def:Thing ;\n.\n"
    assert formatted(tmp_path, text) == text.replace("#two", "#two")


def test_a_comment_above_a_block_with_a_list_stays_above_it(tmp_path: Path) -> None:
    text = f"{HEAD}\nex:a\n    a def:Thing ;\n.\n\n# the list\nex:b\n    def:list ( 1 2 ) ;\n.\n"
    assert formatted(tmp_path, text) == text


def test_what_looks_like_a_comment_in_a_text_or_an_iri_is_none(tmp_path: Path) -> None:
    text = f'{HEAD}\nex:a\n    def:text "# no" ;\n    def:text """# no\n# no""" ;\n    def:see <https://other.example/#no> ;\n.\n'
    once = formatted(tmp_path, text)
    assert canonical(once, RdfFormat.TURTLE) == canonical(text, RdfFormat.TURTLE)
    assert once.count("#") == text.count("#")


def test_unused_prefixes_go_and_windows_line_ends_too(tmp_path: Path) -> None:
    text = f"{HEAD}@prefix no: <urn:no:> .\n\nex:a\n    a def:Thing ;\n.\n"
    assert formatted(tmp_path, text.replace("\n", "\r\n")) == text.replace("@prefix no: <urn:no:> .\n", "")


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("ex:a\n    a def:Thing ;\n    # why\n    def:size 1 ;\n.\n", 6),
        ("ex:a a def:Thing . # why\n", 4),
        ("ex:a a def:Thing ; # why\n  def:size 1 .\n", 4),
    ],
)
def test_a_comment_inside_a_block_is_refused(tmp_path: Path, block: str, line: int) -> None:
    with pytest.raises(Unformattable) as refused:
        formatted(tmp_path, f"{HEAD}\n{block}")
    assert (refused.value.name, refused.value.values) == ("comment-inside", {"file": "x.ttl", "line": line})


def test_a_blank_node_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unformattable) as refused:
        formatted(tmp_path, f"{HEAD}\nex:a a def:Thing .\nex:b def:knows [ a def:Thing ] .\n")
    assert (refused.value.name, refused.value.values["line"]) == ("blank-node-format", 5)


def test_the_command_checks_rewrites_and_then_finds_nothing(tmp_path: Path) -> None:
    neat, messy = turtle("ex:one\n    a def:Thing ;\n.\n"), turtle("ex:two a def:Thing .\n")
    root = make_project(tmp_path, {"data/neat.ttl": neat, "data/messy.ttl": messy, "tests/shapes/thing/case.ttl": messy})
    before = (root / "data/dataset.ttl").read_bytes()
    checked = bynet("--root", root, "format", "--check")
    assert checked.code == 1
    assert sorted(line.partition(":")[0] for line in checked.out.splitlines()) == ["data/messy.ttl", "tests/shapes/thing/case.ttl"]
    assert (root / "data/messy.ttl").read_text() == messy
    assert bynet("--root", root, "format").code == 0
    assert (root / "data/messy.ttl").read_text() == turtle("ex:two\n    a def:Thing ;\n.\n")
    assert (root / "data/dataset.ttl").read_bytes() == before
    clean = bynet("--root", root, "--lang", "da", "format", "--check")
    assert (clean.code, clean.err) == (0, "")
    assert "husstilen" in clean.out


def test_nothing_is_rewritten_where_one_file_does_not_parse_or_fit(tmp_path: Path) -> None:
    messy = turtle("ex:two a def:Thing .\n")
    root = make_project(tmp_path, {"data/messy.ttl": messy, "data/wrong.ttl": "ex:a ex:b"})
    ended = bynet("--root", root, "format")
    assert ended.code == 1
    assert "data/wrong.ttl:1:" in ended.err
    (root / "data/wrong.ttl").write_text(turtle("ex:a a def:Thing ; # here\n  def:size 1 .\n"))
    ended = bynet("--root", root, "format")
    assert ended.code == 2
    assert "data/wrong.ttl:4" in ended.err
    assert (root / "data/messy.ttl").read_text() == messy
