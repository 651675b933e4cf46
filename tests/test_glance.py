"""What is seen at a glance is what a close look sees: the same lines, and nothing wrong. Where anything is wrong there is doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from test_bulk import MISTAKES, ONE
from workbench import BAD_INPUTS, LIBRARY, PREFIXES, ROOT, make_project, turtle

from publish.bulk import glance
from publish.bulk.glance import Doubt, lines_at_a_glance
from publish.bulk.lines import STATED, tagged
from publish.bulk.reading import Everything
from publish.intake.files import source_of
from publish.intake.gate import SYNTAXES, admit
from publish.lint import Elsewhere, Known
from publish.model import Project
from publish.read import read_frame

TURTLE = st.sampled_from(
    [
        *(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()),
        "@prefix ex: <https://example.org/id/deep/> .\n",
        "@prefix : <https://example.org/id/> .\n",
        "PREFIX e: <https://example.org/>\n",
        "@base <https://example.org/id/> .\n",
        "@base <https://other.example/> .\n",
        "# words: <a> \\u0041\n",
    ]
)
SUBJECTS = st.sampled_from(["ex:a", "ex:B", ":c", "e:d", "<a>", "<https://example.org/id/x>", "<https://example.org/>", "<../x>", "<https://example.org/../x>"])
ODD = st.sampled_from(
    [
        "<https://other.example/x>",
        "_:b",
        "[]",
        "[ def:size 1 ]",
        "( 1 )",
        "()",
        "<<( ex:a ex:b ex:c )>>",
        "<https://example.org/a/%2E/b>",
        "<urn:é>",
        "<file:///x>",
    ]
)
PREDICATES = st.sampled_from(
    ["a", "def:size", "rdfs:label", "sh:select", "sh:pattern", "sh:prefixes", "<http://www.w3.org/2002/07/owl#imports>", "<https://example.org/def/p>"]
)
LITERALS = st.sampled_from(
    [
        *(
            "1",
            "-1",
            "1.",
            "1.0",
            "1e0",
            "+1.5E-3",
            "true",
            "false",
            "01",
            '"1"^^xsd:integer',
            '"x"^^xsd:integer',
            '"1.50"^^xsd:decimal',
            '"2020-02-30"^^xsd:date',
        ),
        *(
            '"x"',
            "'x'",
            '"x"@en',
            '"x"@EN-gb',
            '"x"@en--ltr',
            '"x@en"',
            '"x@en--ltr"',
            '"x"^^ex:b',
            '"x\\""^^ex:b',
            '"\\\\"^^ex:b',
            '""@da',
            '"\\"@en--ltr"@da',
        ),
        *(
            '"\\t\\r\\n"',
            '"\\u0041"',
            '"\u001b"',
            '"\x1b"',
            '"\u202e"',
            '"\u200b"',
            '"\ufffe"',
            '"\U0001f600"',
            '"e\u0301"',
            '"\xa0"',
            '"a\tb"@en',
            '"""a\r\nb\rc"""',
        ),
        *(
            '"x"^^<urn:a b>',
            '"x"^^<javascript:1>',
            '"a> <b"',
            '"<<"',
            '"x"^^xsd:string',
            '"P1Y"^^xsd:duration',
            '"\x7f\x85"',
            '"\x00"',
            "1.5 , 1.50",
            '"a"@en , "a"@EN',
        ),
    ]
)
SPACE = st.sampled_from([" ", "\n", "\t", " # x\n", "\r\n", " ;\n"])


GOOD_SUBJECTS = st.sampled_from(["ex:a", "ex:B", ":c", "e:d", "<https://example.org/id/x>", "<https://example.org/>", "e:a%2Eb", "ex:é"])
GOOD_PREDICATES = st.sampled_from(["a", "def:size", "rdfs:label", "<https://example.org/def/p>", "<urn:p>"])
GOOD_VALUES = GOOD_SUBJECTS | st.sampled_from(
    [
        *(
            "1",
            "-1",
            "1.0",
            "1e0",
            "+1.5E-3",
            "true",
            '"01"^^xsd:integer',
            '"1.50"^^xsd:decimal',
            '"x"^^ex:b',
            '"x"^^xsd:string',
            "1.5 , 1.50 , 1.5",
            '"a"@en , "a"@EN',
        ),
        *(
            '"x"',
            "'x'",
            '"x"@en',
            '"x"@EN-gb',
            '"x@en"',
            '"x@en--ltr"',
            '"\\\\"^^ex:b',
            '""@da',
            '"\\"@en--ltr"@da',
            '"\\t\\r\\n"',
            '"a> <b"',
            '"<<"',
            '"a\tb"@en',
            '"""a\nb"""',
        ),
    ]
)
SHORT = {"e": "https://example.org/", "": "https://example.org/id/", **PREFIXES}


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A Turtle document that is right, or that is not at one place or two."""
    said = st.tuples(GOOD_SUBJECTS, GOOD_PREDICATES, GOOD_VALUES, st.sampled_from([" ", "\n", "\t", " # x\n", " ;\n"]))
    statements = [[*one] for one in draw(st.lists(said, min_size=1, max_size=5))]
    for column, strategy in enumerate((SUBJECTS | ODD, PREDICATES, SUBJECTS | LITERALS | ODD, SPACE)):
        if draw(st.integers(0, 7)) == 7:
            place = draw(st.integers(0, len(statements) - 1))
            statements[place][column] = draw(strategy)
    text = "".join(f"{subject} {predicate} {value}{space}.\n" for subject, predicate, value, space in statements)
    used = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in SHORT.items() if re.search(rf"(?<!\w){name}:", text))
    head = draw(TURTLE) if draw(st.integers(0, 7)) == 7 else ""
    return draw(st.sampled_from([head + used, used + head])).encode() + text.encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return frame_of(make_project(tmp_path_factory.mktemp("project"), {}))


def frame_of(root: Path) -> Project:
    project = read_frame(root).project
    assert project
    return project


def hold(content: bytes, frame: Project) -> bool:
    """Hold both looks at *content* against each other; return whether the quick one had no doubt."""
    try:
        seen = lines_at_a_glance(content, frame.base, STATED)
    except Doubt:
        return False
    source, faults = source_of("data/x.ttl", admit("data/x.ttl", content, SYNTAXES[".ttl"]))
    known = Known(frame, frozenset(), Elsewhere(Everything()))
    assert [*faults, *known.lint_source(source)] == []
    assert b"".join(sorted({*seen})) == tagged(source.triples, STATED)
    return True


@settings(max_examples=600, deadline=None)
@given(content=documents())
@example(b"")
@example(b"\xef\xbb\xbf<https://example.org/id/a> <https://example.org/def/b> 1 .")
@example(b"\xef\xbb\xbf\xef\xbb\xbf<https://example.org/id/a> <https://example.org/def/b> 1 .")
def test_made_up_documents_are_seen_the_same(frame: Project, content: bytes) -> None:
    event("no doubt" if hold(content, frame) else "doubt")


@settings(max_examples=500, deadline=None)
@given(place=st.integers(0, 2000), cut=st.integers(0, 12), put=LITERALS | ODD | TURTLE | SPACE | GOOD_VALUES)
def test_documents_that_were_changed_are_seen_the_same(frame: Project, place: int, cut: int, put: str) -> None:
    text = turtle(ONE + 'ex:two a def:Thing ;\n    def:size 1 , "2020-01-01"^^xsd:date ;\n    rdfs:label "Two"@en , "To \\"2\\""@da ;\n.\n')
    place %= len(text)
    event("no doubt" if hold((text[:place] + put + text[place + cut :]).encode("utf-8", "surrogatepass"), frame) else "doubt")


@pytest.mark.parametrize("mistake", [name for name, files in MISTAKES.items() if files])
def test_mistakes_in_files_are_seen_the_same(mistake: str, frame: Project) -> None:
    for name, text in MISTAKES[mistake].items():
        if name.endswith(".ttl"):
            hold(text if isinstance(text, bytes) else turtle(text).encode(), frame)


@pytest.mark.parametrize("root", [ROOT, LIBRARY], ids=["project", "library"])
def test_files_that_are_right_are_seen_at_a_glance(root: Path, figure: Callable[[str, int], None]) -> None:
    project = frame_of(root)
    files = [path.read_bytes() for path in sorted((root / "data").glob("*.ttl"))]
    doubted = sum(not hold(content, project) for content in files)
    assert doubted <= 2  # that of the data set has words of shapes, its prefixes, and their use is not looked for
    figure("files of data seen at a glance", len(files) - doubted)


def test_every_other_turtle_file_is_seen_the_same(frame: Project, figure: Callable[[str, int], None]) -> None:
    project = frame_of(ROOT)
    files = [*sorted(ROOT.glob("tests/**/*.ttl")), *sorted(ROOT.glob("tests/corpus/**/*"))]
    files += sorted(BAD_INPUTS.glob("*.ttl")) if BAD_INPUTS.is_dir() else []
    held = [hold(path.read_bytes().replace(b"https://ex.org/", b"https://example.org/"), one) for path in files if path.is_file() for one in (frame, project)]
    figure("Turtle files looked at in both ways", len(held) // 2)
    assert any(held)
    assert not all(held)


def hold_all(frame: Project, contents: Iterable[bytes]) -> None:
    for content in contents:
        hold(content, frame)


PLANTED: dict[str, object] = {
    "iri_faults": lambda _iri: (),
    "is_valid": lambda _text, _datatype: True,
    "DOTS": re.compile("(?!)"),
    "_WATCHED": frozenset(),
    "_ESCAPES": (),
    "_BARE": frozenset(),
    "_look_for_prefixes": lambda _prefixes, _iris: None,
}
SPLIT = b"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n<https://example.org/id/a> <https://example.org/p> 1 .\n"


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(name: str, frame: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests above hold against each other differs where a rule is left out."""
    monkeypatch.setattr(glance, name, PLANTED[name])
    texts = [text if isinstance(text, bytes) else turtle(text).encode() for files in MISTAKES.values() for file, text in files.items() if file.endswith(".ttl")]
    with pytest.raises(AssertionError):
        hold_all(frame, [*texts, SPLIT, b'<https://example.org/a> <urn:b> "\\u001B" .'])
