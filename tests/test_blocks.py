"""Data written block by block from sorted lines: put together, the bytes that `publish.render` writes; and what an edit changes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple
from workbench import EXAMPLE, PREFIXES, ROOT

from publish.build import load_project
from publish.bulk import blocks as module
from publish.bulk.blocks import PARTS, Block, Unlike, blocks, packed, pieces, unpacked, written
from publish.bulk.index import opened
from publish.bulk.lines import DERIVED, ONTOLOGY, STATED, of_graph, tagged
from publish.jsonld import GRAPH_END, SEPARATOR, Context, NodeWriter, graph_head
from publish.model import LABEL, TYPE, XSD, sort_triples
from publish.render import FORMATS, Notation, render_graphs
from publish.turtle import Namespaces, turtle_head

Graphs = Mapping[str, Sequence[Triple]]
"""The triples of the graphs ``stated``, ``derived`` and ``ontology``."""

# IRIs that others begin with, that no prefix fits, and that stand beyond the Basic Multilingual Plane
PLACES = ["id/a", "id/a/b", "id/a.b", "id/a.", "id/ab", "id/é", "id/𝄞", "def/Thing", "def/", "def/knows", "x?y#z", ""]
STARTS = [place for place in (f"id/{number}" for number in range(500)) if not zlib.crc32(f"<{EXAMPLE}{place}".encode()) % 64]
"""Where a block begins."""
NODES = [NamedNode(EXAMPLE + place) for place in PLACES + STARTS] + [NamedNode("urn:x"), NamedNode(XSD + "date")]
PREDICATES = [TYPE, LABEL, *(NamedNode(f"{EXAMPLE}def/{name}") for name in ("knows", "know", "made", "Thing")), NamedNode("urn:p")]
TEXTS = [
    "",
    "x",
    '"',
    '"@en',
    "\\",
    "\\n",
    "a\nb",
    'a"\n"',
    "\t",
    "\r\n",
    "\x00\x7f\x85\u2028",
    "é𝄞",
    "^^<urn:x>",
    " .\n",
    "\to\n",
    "</b>",
    "0",
    "-7",
    "007",
    "true",
    "1.50",
    "1E0",
]
TYPES = [NamedNode(XSD + name) for name in ("integer", "decimal", "double", "boolean", "date")] + [NamedNode("urn:type")]

texts = st.sampled_from(TEXTS)
terms = st.one_of(
    st.sampled_from(NODES),
    st.builds(Literal, texts),
    st.builds(lambda text, language: Literal(text, language=language), texts, st.sampled_from(["en", "da", "en-gb"])),
    st.builds(lambda text, datatype: Literal(text, datatype=datatype), texts, st.sampled_from(TYPES)),
)
triples = st.builds(Triple, st.sampled_from(NODES), st.sampled_from(PREDICATES), terms)
graphs = st.fixed_dictionaries({"stated": st.lists(triples, max_size=30), "derived": st.lists(triples, max_size=5), "ontology": st.lists(triples, max_size=5)})


@cache
def bundled() -> Graphs:
    project = load_project(ROOT)
    return {"stated": project.stated, "derived": project.derived, "ontology": project.triples("ontology")}


def lines_of(told: Graphs) -> bytes:
    every = b"".join(tagged(told[name], tag) for name, tag in {"stated": STATED, "derived": DERIVED, "ontology": ONTOLOGY}.items())
    return b"".join(sorted(every.splitlines(keepends=True)))


def notation_of(data: Iterable[Triple]) -> Notation:
    namespaces = Namespaces(PREFIXES | {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "deep": f"{EXAMPLE}id/a/"})
    return Notation(EXAMPLE, namespaces, Context(data, namespaces, EXAMPLE))


def joined(listed: Sequence[Block], part: str, between: str = "") -> str:
    return between.join(gzip.decompress(block.parts[part]).decode() for block in listed if block.parts[part])


def assert_as_rendered(told: Graphs) -> None:
    """Whether the blocks of *told* are what `publish.render` writes of the same graphs, byte for byte."""
    data = sort_triples([*told["stated"], *told["derived"]])
    notation = notation_of(data)
    listed = [unpacked(piece) for piece in packed([written(block, notation) for block in blocks(lines_of(told))])] if any(told.values()) else []
    prefixes = {name for block in listed for name in block.prefixes}
    made = {
        "nt": joined(listed, "nt"),
        "ttl": turtle_head(notation.namespaces.declared(prefixes)) + joined(listed, "ttl"),
        "jsonld": graph_head(notation.context.used(data)) + joined(listed, "jsonld", SEPARATOR) + GRAPH_END,
    }
    for form, text in made.items():
        assert text == "".join(FORMATS[form].graph(data, notation)), form
    named = {EXAMPLE + name: sort_triples(told[name]) for name in ("stated", "derived")}
    rendered = dict(render_graphs("all", named, notation))
    assert (joined(listed, "derived") + joined(listed, "stated")).encode() == rendered["all.nq"]


def test_blocks_of_the_bundled_data_are_what_is_rendered() -> None:
    assert_as_rendered(bundled())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs)
@example({"stated": [], "derived": [], "ontology": []})
@example({"stated": [], "derived": [], "ontology": [Triple(NODES[0], TYPE, NODES[1])]})
@example({"stated": [Triple(NODES[0], TYPE, NODES[1])], "derived": [Triple(NODES[0], TYPE, Literal("x"))], "ontology": [Triple(NODES[0], TYPE, NODES[1])]})
def test_blocks_of_random_data_are_what_is_rendered(told: dict[str, list[Triple]]) -> None:
    stated = {*told["stated"]}
    assert_as_rendered(told | {"derived": [triple for triple in told["derived"] if triple not in stated]})


@pytest.mark.parametrize("size", [1, 1000, 50_000, 1 << 24])
def test_pieces_of_any_size_have_the_same_blocks(size: int, tmp_path: Path) -> None:
    lines = lines_of(bundled())
    path = tmp_path / "lines"
    path.write_bytes(lines)
    with ExitStack() as files:
        found = [block for piece in pieces(opened(path, files), size) for block in blocks(piece)]
    assert found == [*blocks(lines)]
    assert b"".join(found) == lines
    assert len(found) > 1


def test_an_edit_of_one_subject_changes_three_blocks_at_most() -> None:
    lines = lines_of(bundled())
    before = {*blocks(lines)}
    subjects = sorted({line.partition(b"\t")[0] for line in lines.splitlines()})
    whole = set(lines.splitlines(keepends=True))
    said = b"\t<urn:p\t<urn:o\ts\n"
    for subject in subjects[::20]:
        own = {line for line in whole if line.startswith(subject + b"\t")}
        for changed in (whole - own, whole | {subject + said}, whole | {subject + b"0" + said}):
            after = {*blocks(b"".join(sorted(changed)))}
            assert 1 <= len(before ^ after) <= 3  # one is another, is parted in two, or is joined to the one before


@pytest.mark.parametrize(
    ("owner", "name", "alter"),
    [
        (module, "write_block", lambda block: block.replace('"en sti"@da', '"en sti"')),
        (module, "write_block", lambda block: block.replace("007", "7")),
        (module, "write_block", lambda block: block + f"<{EXAMPLE}more> <urn:p> 1 .\n"),
        (NodeWriter, "line", lambda node: node.replace("en sti", "en Sti")),
        (NodeWriter, "line", lambda node: node.replace("007", "7")),
        (NodeWriter, "line", lambda node: f'{{"id": "{EXAMPLE}graph", "@graph": {node}}}'),
        (module, "n_triples", lambda said: said[: said.index(b"\n") + 1]),
    ],
)
def test_a_block_that_is_written_wrongly_is_found(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, alter: Callable[[object], object]) -> None:
    node = NODES[0]
    told = [Triple(node, LABEL, Literal("en sti", language="da")), Triple(node, PREDICATES[-1], Literal("007", datatype=TYPES[0]))]
    lines, notation = tagged(told, STATED), notation_of(told)
    written(lines, notation)
    right = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *arguments: alter(right(*arguments)))
    with pytest.raises(Unlike):
        written(lines, notation)


def test_each_graph_has_its_own_quads() -> None:
    told = {"stated": [Triple(NODES[0], LABEL, Literal("a"))], "derived": [Triple(NODES[0], LABEL, Literal("b"))], "ontology": []}
    lines = lines_of(told)
    block = written(lines, notation_of([*told["stated"], *told["derived"]]))
    for name, tag in (("stated", STATED), ("derived", DERIVED)):
        assert gzip.decompress(block.parts[name]).decode() == "".join(f"{triple} <{EXAMPLE}{name}> .\n" for triple in told[name])
        assert len(of_graph(lines, tag).splitlines()) == 1
    assert set(block.parts) == set(PARTS)
