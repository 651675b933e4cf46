"""Pictures of answers: what is in them is linked and can be read, whatever the data are; they are the same everywhere, and nothing stands on anything."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browsing import browser, plain_host, watch
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined
from playwright.sync_api import Page
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, Triple, parse_query_results
from workbench import LIBRARY, ROOT, bynet, environment_of, make_project

from publish.model import LABELS, XSD, Project, best_label
from publish.pictures import Drawing, drawing, ontology_drawing
from publish.pictures.days import date_of, day_number, lexical, marks, span
from publish.pictures.land import land
from publish.pictures.layout import ACROSS, DOWN, Place, Plan, Size, laid_out, touched
from publish.pictures.map import map_of
from publish.pictures.network import LIMITS, THINGS, network_of
from publish.pictures.ontology import ontology_of
from publish.pictures.text import FULL, clean, even, width, wrapped
from publish.pictures.timeline import ROWS, timeline_of
from publish.read import read_project, read_query
from publish.shown import Row, Value

SVG = "{http://www.w3.org/2000/svg}"
QUESTIONS = {"network": (ROOT, "who-is-connected"), "timeline": (ROOT, "what-lasted-when"), "map": (LIBRARY, "where-books-were-printed")}
LOOK = ("style.css", "pictures.css")
EX = "https://example.org/id/"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onload="alert(1)',
    "bidi": "abc\u202edef\u2066ghi\u200f",
    "control": "a\x00b\x0bc\x1fd\ufffe\ud800",
    "long": "Donaudampfschifffahrtsgesellschaft" * 300,
    "words": "word " * 2000,
    "empty": "",
    "blank": " \n\t ",
    "arabic": "مكتبة الإسكندرية القديمة في مدينة الإسكندرية المصرية",
    "japanese": "日本国際都市交流協会連合会総本部事務局長会議",
    "template": "{{ 7 * 7 }}{% raw %}",
}


@cache
def project(root: Path) -> Project:
    read = read_project(root).project
    assert read
    return read


@cache
def rows_of(kind: str) -> Sequence[Row]:
    """The answer of the question of our own that makes a picture of *kind*."""
    root, name = QUESTIONS[kind]
    if root == ROOT:
        table = (root / f"ontology/questions/{name}.tsv").read_bytes()
    else:
        table = bynet("--root", root, "query", "--format", "tsv", root / f"ontology/questions/{name}.rq").out.encode()
    answer = parse_query_results(table, format=QueryResultsFormat.TSV)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return [{name: solution[name] for name in names if solution[name] is not None} for solution in answer]


@cache
def labels(root: Path) -> Mapping[str, Sequence[Triple]]:
    found: dict[str, list[Triple]] = {}
    for triple in (triple for source in project(root).files() for triple in source.triples):
        if triple.predicate in LABELS and isinstance(triple.subject, NamedNode):
            found.setdefault(triple.subject.value, []).append(triple)
    return found


def valuing(root: Path, language: str) -> Callable[[str], Value]:
    return lambda iri: Value(best_label(labels(root).get(iri, ()), language) or iri, iri, iri, kind=f"kind-{len(iri) % 16}")


def ours(kind: str, language: str = "da") -> Drawing:
    """The picture of *kind* of our own data."""
    if kind == "ontology":
        triples = project(ROOT).triples("ontology") + project(ROOT).triples("shapes")
        return ontology_drawing(triples, project(ROOT).base, valuing(ROOT, language), language)
    return drawing(kind, rows_of(kind), valuing(QUESTIONS[kind][0], language), language)


def rendered(picture: Drawing, language: str = "da") -> str:
    """The picture as it stands in a page in *language*."""
    templates = Environment(loader=PackageLoader("publish"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    templates.globals.update(language=language, spoken_in=str, words={"picture": "Picture"})
    return templates.get_template(picture.template).render(picture=picture, caption="A <caption>")


def tree_of(picture: Drawing) -> ElementTree.Element:
    """The figure as XML, which it is."""
    return ElementTree.fromstring(re.sub(r"<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', rendered(picture)))


def links(picture: Drawing) -> Mapping[str, str]:
    """What is written in each link, by its address."""
    return {link.get("href", ""): "".join(link.itertext()) for link in tree_of(picture).iter(f"{SVG}a")}


def shown(label: str) -> Callable[[str], Value]:
    """A name for every thing: *label* itself."""
    return lambda iri: Value(label, iri, iri, kind="kind-1")


def iri(name: object) -> NamedNode:
    return NamedNode(f"{EX}{name}")


def day(text: str, datatype: str = "date") -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


def number(value: object) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "decimal"))


def example_rows(kind: str, count: int) -> list[Row]:
    """An answer of *count* rows for a picture of *kind*."""
    first = date(1900, 1, 1)
    if kind == "network":
        return [{"from": iri(n % 977), "to": iri((n * n + 7 * n) % 1999 + 1000), "through": iri(f"by{n}"), "as": iri(f"role{n % 5}")} for n in range(count)]
    if kind == "timeline":
        days = [(first + timedelta(days=17 * n % 30000), first + timedelta(days=17 * n % 30000 + n % 900)) for n in range(count)]
        return [{"thing": iri(n), "begin": day(str(begin)), "end": day(str(end))} for n, (begin, end) in enumerate(days)]
    return [{"place": iri(n), "latitude": number(55 + n % 71 / 20), "longitude": number(9 + n % 89 / 20)} for n in range(count)]


every_picture = pytest.mark.parametrize("kind", ["network", "timeline", "map", "ontology"])
every_answer = pytest.mark.parametrize("kind", list(QUESTIONS))


@every_answer
@pytest.mark.parametrize("language", ["da", "en", "de"])
def test_every_thing_of_an_answer_is_a_link_with_its_label(kind: str, language: str) -> None:
    found, value = links(ours(kind, language)), valuing(QUESTIONS[kind][0], language)
    named = {term.value for row in rows_of(kind) for name, term in row.items() if isinstance(term, NamedNode) and name != "as"}
    assert len(named) > 2
    for thing in named:
        assert "".join(value(thing).text.split()) in "".join(found[thing].split())


def test_every_class_of_the_ontology_is_a_link_and_every_property_between_two() -> None:
    found, base = links(ours("ontology")), project(ROOT).base
    classes = [triple for triple in project(ROOT).triples("ontology") if triple.object == NamedNode("http://www.w3.org/2002/07/owl#Class")]
    assert {str(triple.subject).strip("<>") for triple in classes if str(triple.subject).startswith(f"<{base}")} <= found.keys()
    assert {f"{base}def/{name}" for name in ("heldIn", "premise", "succeededBy", "when")} <= found.keys()
    assert f"{base}def/earliestDate" not in found


@every_picture
def test_a_picture_is_well_formed_and_has_no_script_and_no_style(kind: str) -> None:
    for element in tree_of(ours(kind)).iter():
        assert element.tag.removeprefix(SVG) not in {"script", "style", "foreignObject", "use", "image"}
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


@every_picture
def test_no_two_elements_have_one_id_and_what_is_referred_to_is_there(kind: str) -> None:
    text = rendered(ours(kind)) + rendered(ours(kind, "en"))
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) > 0
    assert set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'aria-labelledby="([^"]+)"', text)) <= set(ids)


@pytest.mark.no_cover
@every_picture
def test_a_picture_is_the_same_in_every_process(kind: str) -> None:
    code = f"import hashlib, test_pictures as t; print(hashlib.sha256(t.rendered(t.ours({kind!r})).encode()).hexdigest())"
    ran = [
        subprocess.run([sys.executable, "-c", code], env=environment_of({"PYTHONHASHSEED": seed}), cwd=ROOT / "tests", capture_output=True, check=True).stdout
        for seed in ("0", "1", "4711")
    ]
    assert len(set(ran)) == 1


def test_the_order_of_rows_makes_no_difference_to_a_network() -> None:
    assert rendered(drawing("network", rows_of("network")[::-1], valuing(ROOT, "da"), "da")) == rendered(ours("network"))


def meet(one: Place, other: Place) -> bool:
    return one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.y + other.height and other.y < one.y + one.height


@pytest.mark.parametrize("way", [DOWN, ACROSS], ids=["down", "across"])
@pytest.mark.parametrize("count", [2, 12, 60])
def test_no_box_stands_on_another(way: Mapping[str, object], count: int) -> None:
    sizes = [Size(40 + 37 * n % 140, 24 + 18 * (n % 3)) for n in range(count)]
    plan = laid_out(sizes, [(n, (5 * n + 3) % count) for n in range(count) if n != (5 * n + 3) % count], way)
    assert not [(one, other) for one, other in combinations(plan.places, 2) if meet(one, other)]
    assert all(place.x >= 0 <= place.y and place.x + place.width <= plan.width and place.y + place.height <= plan.height for place in plan.places)


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_line_of_our_pictures_goes_through_a_label(language: str) -> None:
    for kind in ("network", "ontology"):
        scene = ours(kind, language).values["scene"]
        boxes = [*scene.boxes, *(scene.things if kind == "network" else scene.classes)]  # type: ignore[attr-defined]  # as the kind says
        assert not [pair for pair in combinations(boxes, 2) if meet(*pair)]
        paths = scene.paths if kind == "network" else (*scene.kinds, *scene.leaving, *scene.arriving)  # type: ignore[attr-defined]
        for path in paths:
            points = [(int(x), int(y)) for x, y in re.findall(r"(?:[ML]|Q-?\d+ -?\d+ )(-?\d+) (-?\d+)", path)]
            for start, end in pairwise(points):
                low, high = (min(start[0], end[0]), min(start[1], end[1])), (max(start[0], end[0]), max(start[1], end[1]))
                crossed = [box for box in boxes if low[0] < box.x + box.width and high[0] > box.x and low[1] < box.y + box.height and high[1] > box.y]
                assert not crossed


def test_a_line_through_a_box_is_found() -> None:
    plan = Plan((Place(0, 0, 10, 10), Place(0, 100, 10, 10), Place(0, 50, 10, 10)), (((5, 10), (5, 100)),), 10, 110)
    assert list(touched(plan, [(0, 1)])) == [(0, 2)]


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
@every_answer
def test_no_label_breaks_a_picture(kind: str, label: str) -> None:
    picture = drawing(kind, example_rows(kind, 12), shown(label), "en")
    texts = links(picture)
    assert len(texts) >= 12
    for text in texts.values():
        assert text.strip()
        assert len(text) < 3 * FULL
        assert not re.search("[\u0000-\u0008\u000b-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    if label.strip() and label.isascii() and len(label) < 40 and label.isprintable():
        assert any(label in text for text in texts.values())


@every_answer
def test_a_large_answer_is_drawn_in_part_and_says_so(kind: str) -> None:
    rows = example_rows(kind, 5000)
    begun = time.monotonic()
    picture = drawing(kind, rows, lambda iri: Value(iri.removeprefix(EX), iri, iri), "en")
    text = rendered(picture)
    assert time.monotonic() - begun < 10
    assert "5000" in picture.summary
    assert "The table has all of them." in picture.summary
    assert len(text) < 120_000
    assert "table" not in ours(kind, "en").summary


def test_a_large_network_shows_the_best_connected_each_beside_another() -> None:
    hub = [{"from": iri("hub"), "to": iri(f"leaf{n}"), "through": iri(f"by{n}")} for n in range(200)]
    pairs = [{"from": iri(f"one{n}"), "to": iri(f"other{n}"), "through": iri(f"with{n}")} for n in range(200)]
    scene = network_of([*pairs, *hub], shown("a"))
    assert len(scene.things) == THINGS
    assert scene.all_things == 601
    assert scene.connections == THINGS - 1 <= LIMITS[0]
    assert scene.width <= 1400
    assert len([line for line in scene.paths if line]) >= 2 * (THINGS - 1)


def test_many_connections_between_two_things_are_cut_too() -> None:
    scene = network_of([{"from": iri(1), "to": iri(2), "through": iri(f"by{n}")} for n in range(500)], shown("a"))
    assert (len(scene.things), scene.connections, scene.all_connections) == (2, LIMITS[0], 500)


def test_what_connects_several_is_drawn_once_and_what_connects_a_thing_with_itself_too() -> None:
    rows: list[Row] = [{"from": iri(a), "to": iri(b), "through": iri("treaty")} for a, b in combinations("abc", 2)]
    scene = network_of([*rows, {"from": iri("a"), "to": iri("a"), "through": iri("mirror")}, {"from": iri("d")}, {}], shown("x"))
    assert (len(scene.things), scene.connections, len(scene.paths)) == (3, 2, 4)


def test_a_network_of_nothing_is_a_picture_of_nothing() -> None:
    for kind in QUESTIONS:
        assert tree_of(drawing(kind, [{}], shown("a"), "en")).find(f".//{SVG}a") is None


LOOKS = {
    "sharp": ({"begin": "2001-01-01", "end": "2003-12-31"}, ["solid"]),
    "years": ({"begin": "2001", "end": "2004"}, ["fade-in", "solid", "fade-out"]),
    "bounds": (
        {"beginEarliest": "2001-01-01", "beginLatest": "2001-12-31", "endEarliest": "2003-01-01", "endLatest": "2003-12-31"},
        ["fade-in", "solid", "fade-out"],
    ),
    "vague begin": ({"beginEarliest": "2001-01-01", "beginLatest": "2001-12-31", "end": "2004-05-01"}, ["fade-in", "solid"]),
    "within a year": ({"begin": "2002", "end": "2002"}, ["within"]),
    "overlapping": ({"begin": "2002", "endEarliest": "2002-03-01", "endLatest": "2003-01-01"}, ["within"]),
    "a day": ({"begin": "2002-02-03", "end": "2002-02-03"}, ["point"]),
    "no end": ({"begin": "2002-02-03"}, ["fade-in", "fade-out"]),
    "no begin": ({"end": "2002-02"}, ["fade-in", "fade-out"]),
    "half a bound": ({"beginEarliest": "2001-01-01", "end": "2002-02-03"}, ["fade-in", "fade-out"]),
}


@pytest.mark.parametrize(("dates", "looks"), LOOKS.values(), ids=LOOKS)
def test_what_is_not_known_of_a_time_is_drawn_as_not_known(dates: Mapping[str, str], looks: list[str]) -> None:
    frame: Row = {"thing": iri("frame"), "begin": day("2000-01-01"), "end": day("2005-12-31")}
    scene = timeline_of([frame, {"thing": iri("a")} | {name: day(text) for name, text in dates.items()}], lambda iri: Value(iri, iri, iri), "en")
    (bar,) = (bar for bar in scene.bars if bar.label.value.iri == f"{EX}a")
    assert [part.look for part in bar.parts] == looks
    for before, after in pairwise(bar.parts):
        assert before.x + before.width == after.x
    assert all(part.width > 0 and part.x > 350 and part.x + part.width <= scene.width for part in bar.parts)


@pytest.mark.parametrize(
    "row",
    [{}, {"begin": "2003", "end": "2001"}, {"begin": "soon"}, {"begin": "2001-02-30"}, {"begin": "2001-13"}, {"beginLatest": "2001"}],
    ids=["none", "backwards", "word", "no such day", "no such month", "half a bound"],
)
def test_a_time_that_is_of_no_use_is_counted_and_not_drawn(row: Mapping[str, str]) -> None:
    scene = timeline_of([{"thing": iri("a")} | {name: day(text) for name, text in row.items()}], shown("a"), "en")
    assert (scene.bars, scene.undated) == ((), 1)
    assert "not known: 1" in drawing("timeline", [{"thing": iri("a")}], shown("a"), "en").summary


def test_what_is_derived_is_dashed_and_the_legend_says_so() -> None:
    row: Row = {"thing": iri("a"), "begin": day("2001-01-01"), "end": day("2003-01-01")}
    plain, derived = (rendered(drawing("timeline", [{**row, **more}], shown("a"), "en")) for more in ({}, {"derived": day("true", "boolean")}))
    assert ('class="dashed"' in plain, 'class="dashed"' in derived) == (False, True)
    assert ("derived, not stated" in plain, "derived, not stated" in derived) == (False, True)


def test_the_rows_of_a_timeline_stand_below_each_other_in_the_order_of_time() -> None:
    scene = timeline_of(example_rows("timeline", ROWS), lambda iri: Value(f"{iri} " * 9, iri, iri), "en")
    assert len(scene.bars) == ROWS
    assert all(one.y + one.height == other.y for one, other in pairwise(scene.bars))
    assert [bar.parts[0].x for bar in scene.bars] == sorted(bar.parts[0].x for bar in scene.bars)


@given(st.dates())
def test_a_day_has_one_number_and_a_number_one_day(one: date) -> None:
    assert date_of(day_number(one.year, one.month, one.day)) == (one.year, one.month, one.day)
    assert day_number(one.year, one.month, one.day) - day_number(1, 1, 1) == one.toordinal() - 1
    first_and_last = span(day(f"{one.year:04}-{one.month:02}", "gYearMonth"))
    assert first_and_last.earliest is not None
    assert first_and_last.latest is not None
    assert first_and_last.earliest <= day_number(one.year, one.month, one.day) <= first_and_last.latest
    assert lexical(first_and_last.earliest, first_and_last.latest) == (f"{one.year:04}-{one.month:02}", "gYearMonth")


@given(st.integers(-3_000_000, 3_000_000), st.integers(0, 3_000_000))
def test_an_axis_has_a_few_marks_in_order(first: int, length: int) -> None:
    days = [number for number, _, _ in marks(first, first + length)]
    assert len(days) <= 10
    assert days == sorted(set(days))
    assert all(first <= number <= first + length for number in days)
    assert days or length < 31


@given(st.text(max_size=80), st.integers(20, 200), st.integers(1, 4))
def test_no_line_of_a_label_is_too_wide_and_no_word_is_lost_unsaid(text: str, room: int, lines: int) -> None:
    label = clean(Value(text, iri="https://example.org/"))
    for rows in (wrapped(label, room, lines), even(label, room, lines)):
        assert 0 < len(rows) <= lines
        assert all(width(row) <= room or len(row.rstrip("…")) <= 1 for row in rows)
        assert rows[-1].endswith("…") or "".join("".join(rows).split()) == "".join(label.split())


def is_land(longitude: float, latitude: float) -> bool:
    """Whether a place is on land, by the rings around it."""
    window = (longitude - 20, max(latitude - 20, -89), longitude + 20, min(latitude + 20, 89))
    inside = False
    for ring in land(window):
        for (x, y), (other_x, other_y) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y > latitude) != (other_y > latitude) and longitude < x + (latitude - y) / (other_y - y) * (other_x - x):
                inside = not inside
    return inside


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((8.68, 50.11), True),
        ((-100.0, 40.0), True),
        ((134.0, -25.0), True),
        ((178.0, 67.5), True),
        ((-176.0, 66.5), True),
        ((184.0, 66.5), True),
        ((0.0, -80.0), True),
        ((-30.0, 45.0), False),
        ((179.5, 0.0), False),
        ((3.5, 55.5), False),
        ((51.0, 42.0), False),
    ],
)
def test_the_land_is_where_it_is(place: tuple[float, float], expected: bool) -> None:  # noqa: FBT001  # what is expected
    assert is_land(*place) == expected


def test_places_keep_their_direction_even_across_the_date_line() -> None:
    scene = map_of(
        [{"place": iri(n), "latitude": number(y), "longitude": number(x)} for n, x, y in (("west", 177, 0), ("east", -177, 1))],
        lambda iri: Value(iri, iri, iri),
    )
    east, west = (next(spot for spot in scene.spots if spot.label.full.endswith(name)) for name in ("east", "west"))
    assert west.x < east.x < west.x + scene.width // 2
    assert east.y < west.y


@pytest.mark.parametrize("wrong", ["north", "", "95", "NaN", "INF", "-90.01"])
def test_coordinates_that_are_none_are_counted_and_not_drawn(wrong: str) -> None:
    rows: list[Row] = [
        {"place": iri("a"), "latitude": number(wrong), "longitude": number(1)},
        {"place": iri("b"), "latitude": number(1), "longitude": number(1)},
    ]
    assert (len(map_of(rows, shown("a")).spots), map_of(rows, shown("a")).unplaced) == (1, 1)


def test_a_map_of_the_whole_earth_is_small() -> None:
    corners = [(60, 170), (-60, -170), (70, 10), (0, -80), (-35, 20), (40, 100)]
    picture = drawing("map", [{"place": iri(n), "latitude": number(y), "longitude": number(x)} for n, (y, x) in enumerate(corners)], shown("a"), "en")
    assert len(rendered(picture).encode()) < 30_000


def test_an_ontology_shows_what_shapes_say_of_values_and_itself() -> None:
    scene = ontology_of([*project(LIBRARY).triples("ontology"), *project(LIBRARY).triples("shapes")], project(LIBRARY).base, lambda iri: Value(iri, iri, iri))
    assert [box.members[0].label.value.iri.rpartition("#")[2] for box in scene.classes] == ["Book", "Place", "Shelf"]
    assert {member.label.value.iri.rpartition("#")[2] for box in scene.boxes for member in box.members} == {"printedIn", "standsOn"}


WRONG = {
    "picture-unknown": ("painting", "SELECT ?from { ?from ?to ?through } ORDER BY ?from", "no picture of the kind painting"),
    "picture-form": ("map", "ASK { ?place ?latitude ?longitude }", "Only the answer of a SELECT"),
    "picture-variables": ("network", "SELECT ?from ?to { ?from ?p ?to } ORDER BY ?from", "after SELECT: ?through."),
    "picture-variables-of-some": ("timeline", "SELECT ?thing { ?thing ?p ?o } ORDER BY ?thing", "after SELECT: ?begin."),
}


@pytest.mark.parametrize(("kind", "query", "said"), WRONG.values(), ids=WRONG)
def test_a_picture_that_cannot_be_made_is_found(kind: str, query: str, said: str, tmp_path: Path) -> None:
    head = f"# title@en: A question?\n# description@en: A description.\n# picture: {kind}\n"
    root = make_project(tmp_path, {"ontology/questions/a.rq": head + query + "\n"})
    ended = bynet("--root", root, "check")
    assert ended.code == 1
    assert said in ended.out


def test_a_published_question_says_what_it_is_a_picture_of() -> None:
    for kind, (root, name) in QUESTIONS.items():
        query, findings = read_query(root / f"ontology/questions/{name}.rq", root)
        assert (query.picture, findings) == (kind, [])
        assert f"\n# picture: {kind}\n" in query.text


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with each picture, that allows no more than the site does."""
    folder = tmp_path_factory.mktemp("pictures")
    for name in LOOK:
        (folder / name).write_bytes((ROOT / "publish/assets" / name).read_bytes())
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'\">"
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in LOOK)
    drawn = {kind: [ours(kind)] for kind in ("network", "timeline", "map", "ontology")}
    drawn["crowd"] = [drawing(kind, example_rows(kind, 300), lambda iri: Value(iri.replace("/", " "), iri, iri, kind="kind-2"), "en") for kind in QUESTIONS]
    for kind, pictures in drawn.items():
        body = "".join(map(rendered, pictures))
        head = f'<meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">{policy}{styles}'
        page = f'<!DOCTYPE html><html lang="da"><head>{head}</head><body><main>{body}</main></body></html>'
        (folder / f"{kind}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def opened(pages: Path) -> Iterator[Callable[[str], Page]]:
    with browser() as running, plain_host(pages) as host:
        context = running.new_context(viewport={"width": 390, "height": 800})
        seen = watch(context)

        def open_page(kind: str) -> Page:
            page = context.new_page()
            page.goto(f"{host.url}{kind}.html")
            return page

        yield open_page
        assert (seen.breaches, seen.errors, seen.elsewhere(host.url)) == ([], [], set())


@pytest.mark.parametrize("kind", ["network", "timeline", "map", "ontology", "crowd"])
def test_no_text_stands_on_another_or_out_of_its_box_in_a_browser(kind: str, opened: Callable[[str], Page]) -> None:
    page = opened(kind)
    overlapping = page.evaluate(
        """() => [...document.querySelectorAll("svg")].flatMap(svg => {
            const found = [];
            const texts = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBBox()]);
            const meet = (one, other) => one.x < other.x + other.width - 1 && other.x < one.x + one.width - 1
                && one.y < other.y + other.height - 3 && other.y < one.y + one.height - 3;
            const isIn = (one, other) => one.x >= other.x && one.x + one.width <= other.x + other.width
                && one.y >= other.y - 2 && one.y + one.height <= other.y + other.height + 2;
            texts.forEach(([said, box], number) => texts.slice(number + 1).forEach(([other, area]) => meet(box, area) && found.push([said, other])));
            const whole = {x: 0, y: 0, width: svg.width.baseVal.value, height: svg.height.baseVal.value};
            texts.forEach(([said, box]) => isIn(box, whole) || found.push([said, "edge"]));
            svg.querySelectorAll("rect.thing + text, .network rect.row + text, .ontology rect.row + text").forEach(text =>
                isIn(text.getBBox(), text.previousElementSibling.getBBox()) || found.push([text.textContent, "box"]));
            svg.querySelectorAll(".bar").forEach(bar => texts.forEach(([said, box]) => meet(bar.getBBox(), box) && found.push([said, "bar"])));
            return found;
        })"""
    )
    assert overlapping == []


@pytest.mark.parametrize("kind", ["network", "timeline", "map", "ontology"])
def test_a_picture_scrolls_on_a_phone_and_its_text_is_no_smaller(kind: str, opened: Callable[[str], Page]) -> None:
    page = opened(kind)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("(() => { const box = document.querySelector('.scroll'); return box.scrollWidth > box.clientWidth })()")
    sizes = page.evaluate("[...document.querySelectorAll('svg text')].map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)")
    assert min(sizes) >= 12


def test_every_link_is_reached_by_the_keyboard_and_seen(opened: Callable[[str], Page]) -> None:
    page = opened("network")
    reached = []
    for _ in range(len(links(ours("network"))) + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
        if reached[-1]:
            assert page.evaluate("getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth") == "3px"
    assert links(ours("network")).keys() <= set(reached)
