"""The reach of shapes: whatever an edit changes in what is found is among what it is said to concern; and what cannot be bounded is said to be so."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from randomly import as_n_triples, core_shapes, data, query_shapes, statements
from screening import InMemory, installed, lines, store_of
from test_screen import COMPONENT, prop, query, shape
from workbench import ROOT

from publish.build import load_project
from publish.reach import reach, trails, weaver
from publish.reach.needs import Needs
from publish.reach.paths import Chain
from publish.reach.reach import Reach, affected, answers_again, reach_of, reaches
from publish.reach.screen import Screen, answers
from publish.reach.terms import in_line
from publish.reach.trails import Triple
from publish.reach.ways import ways
from publish.shapes.judgement import judge

pytestmark = pytest.mark.filterwarnings("ignore")  # pySHACL warns of shapes made at random
PROOF = bool(os.environ.get("BYNET_PROOF"))
EDITS = 5_000 if PROOF else 250
Verdicts = Mapping[bytes, frozenset[tuple[str, ...]]]
EXAMPLE = "http://example.org/"


@pytest.fixture(autouse=True)
def _components() -> Iterator[None]:
    """Judge with the components that the process installs, and only here: other tests ask pySHACL as it comes."""
    with installed():
        yield


def found_at(triples: str, shapes: str) -> Verdicts | None:
    """What is found at each focus node; nothing where a shape fails."""
    found: dict[bytes, set[tuple[str, ...]]] = defaultdict(set)
    for piece in judge(triples.encode(), shapes.encode(), 0, lambda _words: None):
        if piece.get("failures"):
            return None
        for result in piece.get("results", ()):  # type: ignore[attr-defined]  # a list
            found[in_line(result["focus_node"].encode())].add(tuple(result[name] for name in ("shape", "component", "path", "value")))
    return {node: frozenset(rows) for node, rows in found.items()}


def hold(before: str, after: str, shapes: str) -> str:
    """Hold the nodes that an edit is said to concern against what it changes; return what is said: all, none or some nodes."""
    one, other = found_at(before, shapes), found_at(after, shapes)
    if one is None or other is None:
        return "failed"
    changed = {node for node in one.keys() | other.keys() if one.get(node) != other.get(node)}
    old, new = set(lines(before)), set(lines(after))
    edit = [(subject, predicate, value) for subject, predicate, value in (line.removesuffix(b"\n").split(b"\t") for line in old ^ new)]
    said: list[set[bytes] | None] = [affected(known, edit, InMemory(old), InMemory(new)) for known in reaches(shapes.encode()).values()]
    hold_answers(Screen(shapes.encode(), ()), edit, (old, new))
    if None in said:
        return "all"
    concerned = set[bytes]().union(*filter(None, said))
    assert changed <= concerned
    return "some" if concerned else "none"


def hold_answers(made: Screen, edit: list[Triple], sets: tuple[set[bytes], set[bytes]]) -> None:
    """Hold what questions find when they are asked again of what an edit concerns against what they find when they are asked of everything."""
    graphs = InMemory(sets[0]), InMemory(sets[1])
    for asked in made.asked:
        known = reach_of(made.shapes[asked.number])
        nodes = affected(known, edit, *graphs)
        again = None if nodes is None else answers_again(asked, known, nodes, graphs[1])
        before, after = (set(answers(asked, store_of(every, asked.question.predicates), graph)) for every, graph in zip(sets, graphs, strict=True))
        assert again is None or (before - nodes) | again == after  # type: ignore[operator]  # there are nodes then


@pytest.mark.no_cover
@pytest.mark.parametrize("shapes", [core_shapes, query_shapes], ids=["core", "queries"])
def test_what_an_edit_changes_is_among_what_it_concerns(shapes: st.SearchStrategy[str], figure: Callable[[str, int], None]) -> None:
    counts: dict[str, int] = defaultdict(int)

    @settings(max_examples=EDITS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data, st.lists(statements, min_size=1, max_size=2), st.lists(statements, max_size=2), shapes)
    def try_one(triples: str, added: list[str], removed: list[str], made: str) -> None:
        before, after = as_n_triples("\n".join([triples, *removed])), as_n_triples("\n".join([triples, *added]))
        said = hold(before, after, as_n_triples(made))
        event(said)
        counts[said] += 1

    try_one()
    figure("edits", EDITS)
    figure("edits that concern some nodes", counts["some"])
    assert counts["some"] + counts["none"] > EDITS / 5


PLANTED = {
    "classes": (reach, "SUBCLASS", b"", "ex:a a ex:D .", "ex:D rdfs:subClassOf ex:C .", shape("sh:nodeKind sh:Literal", "sh:targetClass ex:C")),
    "values of classes": (reach, "_ABOVE", Chain(()), "ex:a a ex:D ; ex:p 1 .", "ex:D rdfs:subClassOf ex:C .", shape("sh:class ex:C")),
    "targets": (reach, "_targeted", lambda *_: set(), "ex:a ex:q 1 .", "ex:a a ex:C .", shape("sh:nodeKind sh:Literal", "sh:targetClass ex:C")),
    "pairs": (weaver.Weaver, "see", lambda *_: None, "ex:a ex:p 1 .", "ex:a ex:q 1 .", prop("sh:path ex:p ; sh:equals ex:q")),
    "nested": (
        reach,
        "inner_shapes",
        lambda _: (),
        "ex:a ex:p ex:b .",
        "ex:b ex:q 1 .",
        prop("sh:path ex:p ; sh:node [ sh:property [ sh:path ex:q ; sh:maxCount 0 ] ]"),
    ),
    "spelling": (trails.Edge, "is_lost", lambda *_: False, "ex:a ex:p 1 .", "ex:b ex:q '01'^^xsd:integer .", query("$this ex:p ?v . ?x ex:q ?v")),
    "needs": (Reach, "needs", Needs(frozenset()), "ex:a ex:p ex:b .", "ex:c ex:q ex:d .", query("$this ex:p ?y . ?z ex:q ?value")),
}
"""Mistakes: what is replaced where by what; data, a triple more, and shapes at which it shows."""


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_mistake_is_found(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, instead, triples, more, shapes = PLANTED[planted]
    asked = as_n_triples(triples), as_n_triples(triples + more), as_n_triples(shapes)
    hold(*asked)
    monkeypatch.setattr(owner, name, instead)
    with pytest.raises(AssertionError):
        hold(*asked)


BOUNDED = {
    "joined": "$this ex:p ?x . ?x ex:q ?y OPTIONAL { ?y ex:r ?z } FILTER NOT EXISTS { ?y ex:p ?x }",
    "joined backwards": "?x ex:p $this ; ex:q ?y . ?y ex:r+ ?z",
    "joined by another pattern": "{ ?x ex:q ?y } { $this ex:p ?x }",
    "with an alternative": "{ $this ex:p ?x } UNION { ?x ex:q $this } ?x ex:r ?y",
    "joined by a value": "$this ex:p ?x . ?y ex:q ?x",
    "any property": "$this ?property ?value",
}
OWN = {
    "$value ex:q ?x . ?x ex:r $this": True,
    "$this ?predicate $least FILTER($value = 1)": True,
    "$value ex:q ?x . ?y ex:r ?z": False,
}
UNBOUNDED = {
    "not joined": ("$this ex:p ?x . ?y ex:q ?z", {"p", "q"}),
    "in one alternative alone": ("{ $this ex:p ?x } UNION { $this ex:q ?y } ?x ex:r ?z", {"p", "q", "r"}),
    "by a node that may not be there": ("$this ex:p ?x OPTIONAL { ?x ex:q ?y } ?y ex:r ?z", {"p", "q", "r"}),
    "in a condition": ("$this ex:p ?x FILTER NOT EXISTS { ?y ex:q ?z }", {"p", "q"}),
    "of any property": ("$this ex:p ?x . ?y ?property ?z", None),
    "of any node": ("$this ex:none* ?x", None),
}


def the_reach(shapes: str) -> Reach:
    (known,) = reaches(as_n_triples(shapes).encode()).values()
    return known


@pytest.mark.parametrize("name", BOUNDED)
def test_a_query_that_is_joined_to_its_focus_node_is_bounded(name: str) -> None:
    known = the_reach(query(BOUNDED[name]))
    assert known.is_bounded
    assert known.needs == Needs(frozenset())


@pytest.mark.parametrize("name", UNBOUNDED)
def test_a_query_that_is_not_is_said_to_be_unbounded(name: str) -> None:
    pattern, predicates = UNBOUNDED[name]
    known = the_reach(query(pattern))
    assert not known.is_bounded
    assert [one.reason for one in known.unbounded] == ["pattern"]
    assert known.needs == (None if predicates is None else Needs(frozenset(f"<{EXAMPLE}{name}".encode() for name in predicates)))


@pytest.mark.parametrize("pattern", OWN)
def test_a_component_of_somebodys_own_is_bounded_where_its_query_is_joined_to_what_it_is_given(pattern: str) -> None:
    component = COMPONENT.replace("$value ex:q ?x FILTER(?x >= $least)", pattern)
    known = [one for one in reaches(as_n_triples(component + prop("sh:path ex:p ; ex:least 1")).encode()).values() if one.trails.predicates()]
    assert [one.is_bounded for one in known] == [OWN[pattern]]
    assert not known[0].needs or known[0].needs.predicates == (set() if OWN[pattern] else {f"<{EXAMPLE}q".encode(), f"<{EXAMPLE}r".encode()})


@pytest.mark.parametrize(
    ("pattern", "predicates"), [("{ SELECT $this ?y { $this ex:p ?x . ?y ex:q/ex:r* ?z } }", "pqr"), ("{ SELECT $this { $this ?any ?x } }", None)]
)
def test_what_more_than_selects_is_unbounded(pattern: str, predicates: str | None) -> None:
    known = the_reach(query(pattern))
    needs = None if predicates is None else Needs(frozenset(f"<{EXAMPLE}{name}".encode() for name in predicates))
    assert [(one.reason, one.needs) for one in known.unbounded] == [("query", needs)]


def test_of_the_projects_own_shapes_only_queries_about_all_data_are_unbounded() -> None:
    project = load_project(ROOT)
    shapes = as_n_triples("".join(f"{triple} .\n" for triple in project.shapes_graph))
    unbounded = {name.rsplit("/", 1)[-1] for name, known in reaches(shapes.encode()).items() if not known.is_bounded}
    assert unbounded == {"DerivedTriples", "FactGrounds", "OntologyTerms", "SingleSeat", "TimeBounds", "TimeOrder"}


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (prop("sh:path ( ex:p [ sh:inversePath ex:q ] ) ; sh:class ex:C"), ["p", "p/^q", "p/^q/type", "p/^q/type/subClassOf+"]),
        (prop("sh:path [ sh:oneOrMorePath ex:p ] ; sh:equals ex:q"), ["p+", "q"]),
        (shape("sh:closed true ; sh:node [ sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ] ]"), ["?property", "p"]),
        (query("ex:a ex:p ?x . ?x ex:q $this"), ["a/p", "a/p/q"]),
        (shape("sh:nodeKind sh:IRI"), []),
    ],
)
def test_a_reach_is_told_as_paths(shapes: str, expected: list[str]) -> None:
    found = {
        way for known in reaches(as_n_triples(shapes).encode()).values() for way in ways(known.trails, lambda term: re.split("[/#]", term.strip("<>"))[-1])
    }
    assert sorted(found) == expected
