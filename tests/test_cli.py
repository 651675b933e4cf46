"""The command line as a person and a pipe meet it: texts in both languages, one line for a mistake, and no slow start."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from bench.cities import world
from bench.generate import generate
from formulas import CELLS, formulas
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, parse_query_results
from terminal import on_terminal
from workbench import LIBRARY, ROOT, SHARED, bynet, bynet_command, canonical, environment_of, make_project, triples, turtle

from publish import cli, texts
from publish.texts import LANGUAGES

COMMANDS = ["publish", "check", "diff", "push", "verify", "format", "show", "query", "serve", "sources"]
BOOKS = "SELECT ?book ?pages ?subject { ?book t:pages ?pages OPTIONAL { ?book t:subject ?subject } } ORDER BY ?book"
# the page of texts that a project's passages point into; words in it that no fact rests on
PAGE = "Zürich and Genève are cities.\nMenu\nA secret name, another one.\nNobody explained this."

# runs the command, then says which of the slow packages it imported, and how it ended
STARTED = """\
import sys
sys.argv[1:] = {arguments!r}
from publish.cli import main
try:
    main()
except SystemExit as ended:
    print({{"pyshacl", "rdflib"}} & sys.modules.keys(), ended.code)
"""


def parts(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner, sub in command.commands.items():
            yield from parts(sub, inner)


# help and texts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str, language: str) -> None:
    ended = bynet("--lang", language, command, "--help")
    assert ended.code == 0
    assert re.search(rf"(Example|Eksempel):\s+bynet {command}", ended.out)
    other = {"da": "Example", "en": "Eksempel"}[language]
    assert other not in ended.out


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_every_command_and_option(language: str) -> None:
    ended = bynet("--help", LC_ALL={"da": "da_DK.UTF-8", "en": "C.UTF-8"}[language])
    for word in (*COMMANDS, "--root", "--lang", "--version", "--help"):
        assert word in ended.out
    assert texts.text(language, "help.bynet")[:30] in " ".join(ended.out.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_command_and_no_option_is_without_help(language: str) -> None:
    cli._put_texts_in(language)
    helps = texts.table(language, "help")
    commands = dict(parts(cli.cli))
    assert set(commands) == {"", *COMMANDS}
    for name, command in commands.items():
        assert command.help == helps[name or "bynet"]
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help in helps.values(), parameter.name


def test_every_text_is_there_in_every_language_with_the_same_places_to_fill() -> None:
    first, *others = (texts._texts(language) for language in LANGUAGES)
    for other in others:
        assert list(first) == list(other)
        for name in first:
            assert sorted(re.findall(r"\{\w+\}", first[name])) == sorted(re.findall(r"\{\w+\}", other[name])), name
            assert first[name].strip() or name == "said.nothing"  # what takes the place of the last stage


def test_every_text_is_used() -> None:
    places = ("publish/**/*.py", "publish/templates/**/*.html", "publish/templates/**/*.svg", "publish/browser/*.js", "publish/assets/**/*.js")
    code = "".join(path.read_text(encoding="utf-8") for place in places for path in ROOT.glob(place))
    made = {
        "about-",
        "browse-",
        "change-",
        "content-",
        "severity-",
        "passage-",
        "reach-",
        "terms-",
        "input-",
        "lint-",
        "query-time",
        "query-memory",
        "query-crash",
        "shape-time",
        "shape-unbounded-",
        "shape-memory",
        "shape-crash",
        "check-time",
        "check-memory",
        "check-crash",
        "dump-too-deep",
        "dump-xml-doctype",
    }  # names that the code puts together
    for name in texts._texts("en"):
        table, _dot, key = name.partition(".")
        if table not in {"term", "help"} and not any(key.startswith(start) for start in made):
            assert re.search(rf"[\".]{re.escape(key)}\b", code), name


def test_the_examples_of_the_help_run(tmp_path: Path) -> None:
    for language in LANGUAGES:
        shown = re.search(r"bynet query '(.*)'", texts.text(language, "help.query"))
        assert shown
        assert bynet("query", shown[1]).code == 0
        name = re.search(r"bynet show (\S+) --as jsonld", texts.text(language, "help.show"))
        assert name
        assert json.loads(bynet("show", name[1], "--as", "jsonld", cwd=tmp_path).out)["id"]


def test_the_version_is_that_of_the_package() -> None:
    assert re.fullmatch(r"bynet, version \d+\.\d+\.\d+\n", bynet("--version").out)


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"LC_ALL": "da_DK.UTF-8"}, "da"), ({"LC_ALL": "", "LANG": "da_DK"}, "da"), ({"LC_ALL": "de_DE.UTF-8"}, "en"), ({"LC_ALL": "C", "LANG": "da_DK"}, "en")],
)
def test_messages_follow_the_environment(tmp_path: Path, environment: dict[str, str], language: str) -> None:
    expected = texts.text(language, "mistake.no-project", folder=tmp_path)
    assert bynet("--root", tmp_path, "check", **environment).err == f"bynet: {expected}\n"
    assert bynet("--root", tmp_path, "--lang=en", "check", **environment).err.startswith(
        "bynet: " + texts.text("en", "mistake.no-project", folder=tmp_path)[:20]
    )


def test_an_option_that_would_count_for_nothing_is_told(tmp_path: Path) -> None:
    ended = bynet("verify", tmp_path, "--graph-base", "https://example.org/")
    assert (ended.code, ended.err) == (2, f"bynet: {texts.text('en', 'mistake.graph-base-alone')}\n")


# which project


def test_the_project_taken_is_said_where_it_was_not_named(tmp_path: Path) -> None:
    assert bynet("show", "faust", cwd=LIBRARY).err == texts.text("en", "said.project-here") + "\n"
    assert bynet("show", "dataset", cwd=tmp_path).err == texts.text("en", "said.project-bundled") + "\n"
    assert bynet("--root", LIBRARY, "show", "faust", cwd=tmp_path).err == ""


# a quick start and a quiet pipe


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["check", "--help"],
        ["show", "dataset"],
        ["show", "dataset", "--as", "jsonld"],
        ["query", "ASK { ?a ?b ?c }"],
        ["format", "--check"],
    ],
)
def test_a_command_that_needs_no_shacl_does_not_wait_for_it(arguments: list[str]) -> None:
    program = STARTED.format(arguments=arguments)
    answer = subprocess.run([sys.executable, "-P", "-c", program], cwd=ROOT, env=environment_of({}), capture_output=True, check=True)
    assert answer.stdout.decode().splitlines()[-1] in {"set() 0", "set() None"}


@pytest.mark.parametrize("arguments", [["show", "one"], ["query", "ASK {}"], ["sources", "data/dataset.ttl"], ["format"]])
def test_a_project_that_cannot_be_read_is_told_by_every_command(tmp_path: Path, arguments: list[str]) -> None:
    root = make_project(tmp_path, {"data/wrong.ttl": "ex:a ex:b ex:c .\n"})
    for language in LANGUAGES:
        ended = bynet("--lang", language, *arguments, cwd=root)
        assert (ended.code, ended.out) == (1, "")
        assert "data/wrong.ttl:1:" in ended.err
        assert ended.err.endswith(f"bynet: {texts.text(language, 'mistake.unsound')}\n")


def test_no_progress_goes_into_a_pipe(tmp_path: Path) -> None:
    ended = bynet("--root", LIBRARY, "publish", "--out", tmp_path / "site")
    assert "\r" not in ended.err
    assert "\x1b" not in ended.err + ended.out
    count = sum(path.is_file() for path in (tmp_path / "site").rglob("*")) - 1
    assert ended.out == texts.text("en", "said.published", count=count, folder=tmp_path / "site") + "\n"


def test_progress_is_shown_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        bynet_command("--root", LIBRARY, "publish", "--out", tmp_path / "site"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment_of({}),
    )
    os.close(theirs)
    told = b""
    try:
        while piece := os.read(ours, 1000):
            told += piece
    except OSError:  # Linux: the other end is closed
        pass
    os.close(ours)
    assert child.wait() == 0
    assert texts.text("en", "said.checking") in told.decode()
    assert "\r" in told.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_stages_of_large_data_are_shown_with_their_pace(language: str, tmp_path: Path) -> None:
    generate(tmp_path / "project", world(60_000, 7), 0)
    checking = ["reading-data", "ordering", "deriving", "looking", "judging"]
    publishing = [*checking, "comparing", "writing-data", "writing"]
    for stages, *arguments in ((checking, "check"), (publishing, "publish", "--resources", "none", "--out", tmp_path / "site")):
        said = on_terminal(bynet_command("--lang", language, "--root", tmp_path / "project", *arguments))
        shown = [re.escape(texts.text(language, f"said.{stage}", count="NUMBER", rate="NUMBER")) for stage in stages]
        assert said.code == 0
        assert re.search(".*".join(shown).replace("NUMBER", "[1-9][0-9]*"), said.text, re.DOTALL)
    assert "\r" not in bynet("--root", tmp_path / "project", "check").err


def test_a_reader_that_goes_away_is_no_crash() -> None:
    child = subprocess.Popen(
        bynet_command("--root", ROOT, "query", "SELECT * { ?a ?b ?c }"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment_of({})
    )
    assert child.stdout is not None
    child.stdout.read(100)
    child.stdout.close()
    assert child.stderr is not None
    assert b"Traceback" not in child.stderr.read()
    child.stderr.close()
    child.wait()


# show


@pytest.mark.parametrize("name", ["https://library.example/book/faust", "<https://library.example/book/faust>", "book:faust", "faust"])
def test_a_thing_is_found_by_iri_prefixed_name_or_last_part(name: str) -> None:
    ended = bynet("--root", LIBRARY, "show", name)
    assert (ended.code, ended.err) == (0, "")
    assert "book:faust\n    a t:Book ;\n" in ended.out


def test_a_name_of_several_things_names_them_all() -> None:
    for language, word in (("en", "several"), ("da", "flere")):
        ended = bynet("--root", LIBRARY, "--lang", language, "show", "Book")
        assert ended.code == 2
        assert word in ended.err
        assert "shape:Book" in ended.err


def test_an_unknown_name_is_told_what_is_near() -> None:
    ended = bynet("--root", LIBRARY, "show", "origin")
    assert ended.code == 2
    assert "book:on-the-origin-of-species" in ended.err
    ended = bynet("--root", LIBRARY, "show", "no\x1b[31msuch")
    assert ended.code == 2
    assert "\x1b" not in ended.err
    assert ended.out == ""


def test_every_format_of_show_is_what_it_says() -> None:
    same = {
        canonical(bynet("--root", LIBRARY, "show", "faust", "--as", form).out, kind)[0]
        for form, kind in (("ttl", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD), ("nt", RdfFormat.N_TRIPLES))
    }
    assert len(same) == 1
    assert bynet("--root", LIBRARY, "show", "faust", "--as", "html").out.startswith("<!DOCTYPE html>")


# query


def test_a_table_is_short_and_aligned() -> None:
    ended = bynet("--root", LIBRARY, "query", BOOKS)
    assert ended.out == (
        "book                           pages  subject\n"
        "-----------------------------  -----  ---------------\n"
        "book:faust                     158    subject:theatre\n"
        "book:on-the-origin-of-species  502\n"
        "book:woyzeck                   64     subject:theatre\n"
    )


def test_every_format_of_an_answer_is_what_it_says() -> None:
    rows = list(csv.reader(bynet("--root", LIBRARY, "query", BOOKS, "--format", "csv").out.splitlines()))
    assert rows[:2] == [["book", "pages", "subject"], ["https://library.example/book/faust", "158", "https://library.example/subject/theatre"]]
    for name, form in (("tsv", QueryResultsFormat.TSV), ("json", QueryResultsFormat.JSON)):
        answer = parse_query_results(bynet("--root", LIBRARY, "query", BOOKS, "--format", name).out, format=form)
        assert isinstance(answer, QuerySolutions)
        assert next(str(row["pages"]) for row in answer).startswith('"158"')
    constructed = bynet("--root", LIBRARY, "query", "CONSTRUCT { ?a t:nextTo ?b } WHERE { ?a t:nextTo ?b }").out
    assert len(triples(constructed)) == 2
    assert bynet("--root", LIBRARY, "query", "DESCRIBE book:faust", "--format", "ttl").out.startswith("@prefix book:")
    assert json.loads(bynet("--root", LIBRARY, "query", "ASK { book:faust a t:Shelf }", "--format", "json").out)["boolean"] is False
    assert bynet("--root", LIBRARY, "--lang", "da", "query", "ASK { book:faust a t:Shelf }").out == "nej\n"


def test_no_csv_that_people_open_has_a_formula_in_it(figure: Callable[[str, int], None]) -> None:
    query = f"SELECT ?number ?cell {{ {formulas()} }} ORDER BY ?number"
    cells = [row[1] for row in csv.reader(io.StringIO(bynet("--root", LIBRARY, "query", query, "--format", "csv").out, newline=""))]
    assert cells == ["cell", *(cell for _term, cell in CELLS)]
    assert [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)] == ["-3", "-1.5", "-0.25"]
    figure("cells that could be formulas", len(CELLS))
    exact = parse_query_results(bynet("--root", LIBRARY, "query", query, "--format", "tsv").out, format=QueryResultsFormat.TSV)
    assert isinstance(exact, QuerySolutions)
    assert [term.value for term in (row["cell"] for row in exact) if isinstance(term, Literal | NamedNode)] == [term.value for term, _cell in CELLS]


def test_stated_and_derived_are_asked_apart() -> None:
    counts = {
        on: bynet("--root", LIBRARY, "query", "SELECT (COUNT(*) AS ?n) { ?a t:nextTo ?b }", "--on", on, "--format", "csv").out.splitlines()[1]
        for on in ("stated", "derived", "all")
    }
    assert counts == {"stated": "0", "derived": "2", "all": "2"}


def test_a_query_may_stand_in_a_file(tmp_path: Path) -> None:
    file = LIBRARY / "ontology/questions/books-by-shelf.rq"
    assert "shelf:drama" in bynet("--root", LIBRARY, "query", file).out
    (tmp_path / "latin.rq").write_bytes(b"SELECT * { ?a ?b '\xe6' }")
    for name in (tmp_path / "latin.rq", tmp_path / "missing.rq", "nonsense"):
        ended = bynet("--root", LIBRARY, "query", name)
        assert ended.code == 2
        assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(("query", "line"), [("SELECT ?a { ?a nope:b ?c }", 1), ("SELECT ?a {\n  ?a nope:b ?c\n}", 2), ("SELECT ?a {\n  ?a a", 2)])
def test_an_error_points_into_the_query(query: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(query)
    for argument, name in ((query, "query"), (str(tmp_path / "q.rq"), str(tmp_path / "q.rq"))):
        ended = bynet("--root", LIBRARY, "query", argument)
        assert ended.code == 2
        shown, mark, message = ended.err.splitlines()
        assert shown.strip() == query.splitlines()[line - 1].strip()
        place = re.match(rf"bynet: {re.escape(name)}:{line}:(\d+): ", message)
        assert place
        assert mark == " " * (int(place[1]) + 1) + "^"


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { ?a a ?b }", "ttl"),
        ("ASK { ?a a ?b }", "ttl"),
        ("ASK { ?a a ?b }", "csv"),
        ("ASK { ?a a ?b }", "tsv"),
        ("CONSTRUCT WHERE { ?a a ?b }", "csv"),
        ("CONSTRUCT WHERE { ?a a ?b }", "table"),
        ("DESCRIBE ?a { ?a a ?b }", "json"),
    ],
)
def test_a_format_that_does_not_fit_the_query_is_refused(query: str, form: str) -> None:
    ended = bynet("--root", LIBRARY, "query", query, "--format", form)
    assert (ended.code, ended.out) == (2, "")
    assert form in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_query_never_leaves_the_machine() -> None:
    for query in ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }"):
        ended = bynet("--root", LIBRARY, "query", query)
        assert ended.code == 2
        assert "SERVICE" in ended.err


def test_a_text_in_the_data_cannot_steer_the_terminal(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"data/things.ttl": turtle('ex:one a def:Thing ; rdfs:label "\\r\\nred\\u202E 日本"@en .\n')})
    ended = bynet("--root", root, "query", "SELECT ?label ?thing { ?thing a def:Thing ; rdfs:label ?label }")
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", ended.out)
    rule, row = ended.out.splitlines()[1:]
    assert len(rule.split("  ")[0]) == len(row.rpartition("  ")[0]) + 2  # 日本 takes four columns


# sources


def passages_of(page: str, *stretches: tuple[str, str, bool, int]) -> dict[str, str]:
    """A project whose passages are the words of *page* that *stretches* name, with a key word, a fact or none, and what is withheld after."""
    lines = [
        "@prefix def: <https://example.org/def/> .",
        "@prefix ex: <https://example.org/id/> .",
        "@prefix oa: <http://www.w3.org/ns/oa#> .",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
    ]
    lines += ["@prefix spdx: <http://spdx.org/rdf/terms#> .", "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."]
    lines += [f'ex:source spdx:checksum ex:checksum . ex:checksum spdx:checksumValue "{hashlib.sha256(page.encode()).hexdigest()}"^^xsd:hexBinary .']
    for number, (words, quote, has_fact, withheld) in enumerate(stretches):
        start = page.index(words) if words in page else 9000
        lines.append(f'ex:p{number} rdfs:label "Passage {number}"@en ; oa:hasSource ex:source ; oa:hasSelector ex:at{number} .')
        lines.append(f'ex:at{number} oa:start {start} ; oa:end {start + len(words)} ; oa:refinedBy ex:q{number} . ex:q{number} oa:exact "{quote}" .')
        lines += [f'ex:f{number} def:supportedBy ex:p{number} ; rdfs:label "Fact {number}"@en .'] if has_fact else []
        lines += [f"ex:p{number} def:withheld {withheld} ."] if withheld else []
    terms = turtle('def:supportedBy\n    rdfs:label "supported by"@en ;\n.\n\ndef:withheld\n    rdfs:label "withheld"@en ;\n.\n')
    return {"data/passages.ttl": "\n".join(lines) + "\n", "ontology/passages.ttl": terms}


def test_every_fact_is_shown_with_its_passage_and_withheld_words_are_not(tmp_path: Path) -> None:
    root = make_project(
        tmp_path / "project",
        passages_of(
            PAGE, ("Zürich", "Zürich", True, 0), (" and Genève are cities.", "Genève", True, 0), ("Menu", "Menu", False, 2), ("Nobody", "Nobody", True, 0)
        ),
    )
    (tmp_path / "page.txt").write_bytes(PAGE.encode())
    ended = bynet("--root", root, "sources", tmp_path / "page.txt")
    assert ended.code == 0
    assert "Fact 0\n  0-6: Zürich\n" in ended.out
    assert "No fact\n  30-34: Menu\n" in ended.out
    assert "secret" not in ended.out
    assert "another" not in ended.out
    assert "explained this." in ended.out
    total = sum(map(str.isalnum, PAGE))
    explained = total - sum(map(str.isalnum, " explained this."))
    assert str(total) in ended.out
    assert str(explained) in ended.out
    assert ended.out.endswith(texts.text("en", "said.passages-right", count=4) + "\n")


def test_a_passage_that_does_not_hold_is_named_and_exits_with_1(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", passages_of(PAGE, ("Zürich", "Bern", True, 0), ("not there", "not", True, 0)))
    (tmp_path / "page.txt").write_bytes(PAGE.encode())
    ended = bynet("--root", root, "sources", tmp_path / "page.txt")
    assert ended.code == 1
    assert re.search(r"Passage 0: .*'Bern'.*0-6", ended.out)
    assert re.search(r"Passage 1: .*9009", ended.out)
    assert "2" in ended.out.splitlines()[-1]


def test_a_page_that_is_not_the_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("another page")
    (tmp_path / "latin.txt").write_bytes(b"\xe6")
    for name, code in (("page.txt", 2), ("latin.txt", 2), ("missing.txt", 2), (".", 2)):
        ended = bynet("--root", ROOT, "sources", tmp_path / name)
        assert (ended.code, ended.out) == (code, "")
        assert "Traceback" not in ended.err


@pytest.mark.skipif(not SHARED.is_dir(), reason="the source page is not beside the project")
def test_the_real_page_is_explained(tmp_path: Path) -> None:
    (page,) = (SHARED / "source").glob("*.txt")
    words = page.read_bytes().decode()
    with (SHARED / "design/facts.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    withheld = [words[int(row["start"]) : int(row["end"])].strip() for row in rows if row["kind"] == "withheld"]
    assert withheld
    for language in LANGUAGES:
        ended = bynet("--root", ROOT, "--lang", language, "sources", page)
        assert ended.code == 0
        assert not any(text in ended.out for text in withheld)  # without the texts themselves in the message
        explained, whole = (int(number) for number in re.findall(r"\b(\d{3,})\b", [line for line in ended.out.splitlines() if "%" in line][-1])[:2])
        assert whole == sum(map(str.isalnum, words))
        assert explained / whole >= 0.93


@pytest.mark.parametrize(
    "query", ["ASK " + "{" * 3000 + "}" * 3000, "ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }", "ASK {" + " BIND(1 AS ?x)" * 3000 + " }"]
)
def test_a_query_that_would_kill_the_engine_is_refused(query: str) -> None:
    ended = bynet("--root", LIBRARY, "query", query)
    assert ended.code == 2
    assert re.search("too (?:deep|long)", ended.err)


def test_a_prefix_that_nobody_declares_is_named() -> None:
    ended = bynet("--root", LIBRARY, "query", "SELECT * {\n ?s nobody:knows ?o }")
    assert (ended.code, ended.err.splitlines()[-1]) == (2, "bynet: query:2:5: the prefix nobody: is not declared. Add a PREFIX line, or correct it.")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("SELECT * { ?s ?p }", "query-unexpected"),
        ("INSERT DATA {}", "query-update"),
        ("ASK { ?s ?p '\\UFFFFFFFF' }", "query-unexpected"),
        ("SELECT ?x ?x { ?x ?y ?z }", "query-twice"),
        ("SELECT ?z { ?x ?y ?w }  GROUP BY ?y", "query-unbound"),
        ("SELECT * { ?x ?y ?z } GROUP BY ?y", "query-star"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told_why_in_the_language_asked_for(query: str, name: str) -> None:
    for language in LANGUAGES:
        ended = bynet("--root", LIBRARY, "--lang", language, "query", query)
        assert (ended.code, "Traceback" in ended.err) == (2, False)
        told = texts.text(language, f"mistake.{name}", place="", words="")
        assert told.strip(": .").split(". ")[0] in ended.err
