"""A publisher's own looks and words, from the folder ``theme/``: what they change, what is said where they are wrong, and what they can't reach."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode
from test_library import Spoken
from workbench import LIBRARY, ROOT, UNMEASURED, Ended, bynet, make_project, tree, turtle, write_files

from publish.lint import lint
from publish.model import XSD, Finding, Severity
from publish.pictures import drawing
from publish.read import read_project
from publish.shown import Row, Value
from publish.texts import LANGUAGES, Speech, table, text
from publish.theme import TABLES, Theme
from publish.wording import date_text, number_text

THING = turtle('ex:one\n    a def:Thing ;\n    rdfs:label "One"@en ;\n    def:size 1 ;\n.\n')
GERMAN = (LIBRARY / "theme/words/de.toml").read_text(encoding="utf-8")
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


def german_pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if not page.name.endswith(".en.html") and "en" not in page.parts and page.name != "404.html"]


def library(folder: Path, change: Callable[[Path], object]) -> Path:
    """A copy of the library whose ``theme/`` was changed."""
    root = folder / "library"
    shutil.copytree(LIBRARY, root)
    change(root / "theme")
    return root


def project(folder: Path, theme: Mapping[str, str | bytes]) -> Path:
    """A small project with the files of a *theme*."""
    return make_project(folder / "project", {"data/things.ttl": THING, **{f"theme/{path}": content for path, content in theme.items()}})


def published(root: Path) -> Ended:
    return bynet("--root", root, "publish", "--out", root.parent / "site")


def findings(root: Path) -> list[Finding]:
    read = read_project(root)
    return [*read.findings, *(lint(read.project) if read.project else ())]


def places(root: Path) -> list[tuple[str, int, str]]:
    return [(finding.file, finding.line, finding.rule) for finding in findings(root)]


def test_the_library_speaks_german_wholly() -> None:
    theme = Theme({"words/de.toml": GERMAN})
    assert theme.missing("de") == []
    assert theme.languages == ("de",)
    said = tomllib.loads(GERMAN)
    assert {name: list(texts) for name, texts in said.items()} == {name: list(table("en", name)) for name in TABLES}


def test_no_english_word_is_left_on_a_german_page(library_site: Path) -> None:
    german = Theme({"words/de.toml": GERMAN})
    spoken = {words for name in TABLES for words in german.texts("de", name).values()}
    english = {words for name in TABLES for words in table("en", name).values() if "{" not in words and words not in spoken} - {"English"}
    pages = german_pages(library_site)
    assert len(pages) > 30
    for page in pages:
        content = page.read_text(encoding="utf-8")
        own = {words for words, languages in Spoken(content).texts.items() if "de" in languages}
        labels = set(re.findall(r'(?:aria-label|placeholder|title|data-done)="([^"]*)"', content))
        prefixes = {page.stem} if page.parent.name == "namespace" else set()  # whose names are in no language
        assert (own | labels) & english <= prefixes, page
        assert re.search(r'<html lang="de">', content)


def test_what_is_english_on_a_german_page_is_what_the_data_say(library_site: Path) -> None:
    page = (library_site / "questions/books-by-shelf.html").read_text(encoding="utf-8")
    assert {words for words, languages in Spoken(page).texts.items() if "en" in languages} == {"English"}  # the other language, by its own name
    found = (library_site / "browse/shapes.html").read_text(encoding="utf-8")
    assert "en" in Spoken(found).texts["A book stands on a shelf that is described."]


def test_pictures_dates_and_numbers_speak_the_words_of_the_theme(library_site: Path) -> None:
    page = (library_site / "questions/where-books-were-printed.html").read_text(encoding="utf-8")
    assert re.search(r"<figcaption>Orte auf der Karte: [0-9]+\.</figcaption>", page)
    assert "<title" in page
    assert "Karte der Orte" in page
    speech = Theme({"words/de.toml": GERMAN}).speech("de")
    moments = [date_text(lexical, EDTF, speech) for lexical in ("2014-21", "2012-10~", "XXXX-09")]
    assert [moment and moment.text for moment in moments] == ["Frühling 2014", "etwa Oktober 2012", "September eines nicht genannten Jahres"]
    assert date_text("2014-21", EDTF, "de") is None
    assert (number_text("true", XSD + "boolean", speech), number_text("true", XSD + "boolean", "de")) == ("ja", None)
    row: Row = {"thing": NamedNode("https://example.org/a"), "begin": Literal("2012", datatype=NamedNode(XSD + "gYear"))}
    assert "Dinge mit bekannter Zeit: 1." in drawing("timeline", [row], Value, speech).summary


def test_a_text_that_a_theme_replaces_is_said_and_no_other(tmp_path: Path) -> None:
    root = project(tmp_path, {"words/en.toml": '[page]\nmade-with = "Made by hand."\n', "theme.css": "p { color: green; }\n"})
    assert published(root).code == 0
    page = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert "Made by hand." in page
    assert table("en", "page")["made-with"] not in page
    assert table("en", "page")["download"] in page
    style = (tmp_path / "site/style.css").read_text(encoding="utf-8")
    assert style == (ROOT / "publish/assets/style.css").read_text(encoding="utf-8") + "p { color: green; }\n"


def test_a_speech_says_its_own_words_and_else_those_of_bynet() -> None:
    said = Speech("da", {"picture.from": "siden {begin}"})
    assert text(said, "picture.from", begin="maj") == "siden maj"
    assert text(said, "picture.until", end="maj") == text("da", "picture.until", end="maj")
    assert text(Speech("de"), "page.yes") == text("en", "page.yes")


def test_a_language_that_lacks_a_text_is_a_warning_and_pages_speak_english(tmp_path: Path) -> None:
    lacking = GERMAN.replace('made-with = "Veröffentlicht mit bynet."\n', "").replace('hits = "{hits} Treffer', 'hits = "" # "{hits} Treffer')
    root = library(tmp_path, lambda theme: (theme / "words/de.toml").write_text(lacking, encoding="utf-8"))
    ended = bynet("--root", root, "check")
    assert ended.code == 1
    (missing,) = (line for line in ended.out.splitlines() if "lacks texts" in line)
    assert missing.startswith("theme/words/de.toml:0: Warning: ")
    assert "(2)" in missing
    assert missing.endswith("page.made-with, search.hits")
    assert published(root).code == 0
    texts = Spoken((tmp_path / "site/book/faust.html").read_text(encoding="utf-8")).texts
    assert texts["As data:"] == {"en"}
    assert texts["steht auf"] == {"de"}
    assert "Als Daten:" not in texts


WRONG = {
    "no toml": ("words/da.toml", '[page]\nyes = "Ja"\nno = Nej\n', 3, "theme-words"),
    "twice": ("words/da.toml", '[page]\nyes = "Ja"\nyes = "Jo"\n', 3, "theme-words"),
    "deep": ("words/da.toml", "a = " + "[" * 5000 + "]" * 5000, 1, "theme-words"),
    "unknown text": ("words/da.toml", '[search]\ntitle = "Søg"\n\n[page]\nyes = "Ja"\ntitle = "Side"\n', 6, "theme-unknown"),
    "unknown table": ("words/da.toml", '[pages]\nyes = "Ja"\n', 2, "theme-unknown"),
    "no table": ("words/da.toml", 'yes = "Ja"\n', 1, "theme-unknown"),
    "no text": ("words/da.toml", "[page]\n\nyes = true\n", 3, "theme-unknown"),
    "other braces": ("words/da.toml", '[page]\nrelease = "Udgave {number}"\n', 2, "theme-field"),
    "reaching braces": ("words/da.toml", '[page]\nrelease = "{version.__class__.__mro__}"\n', 2, "theme-field"),
    "wide braces": ("words/da.toml", '[page]\nrelease = "{version:>999999999}"\n', 2, "theme-field"),
    "half braces": ("words/da.toml", '[page]\nrelease = "Udgave {version"\n', 2, "theme-field"),
    "no block": ("templates/base.html", "<p>\n{% block %}\n</p>\n", 2, "theme-template"),
    "no end": ("templates/base.html", "<p>\n\n{% if words %}\n</p>\n", 3, "theme-template"),
    "unknown filter": ("templates/base.html", "<p>\n{{ title|shout }}\n</p>\n", 2, "theme-template"),
    "deep template": ("templates/base.html", "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", 1, "theme-template"),
    "not utf-8": ("templates/base.html", b"<p>\n\xff</p>\n", 2, "not-utf-8"),
}


@pytest.mark.parametrize(("path", "content", "line", "rule"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_file_of_the_theme_is_found_where_it_stands(path: str, content: str | bytes, line: int, rule: str, tmp_path: Path) -> None:
    root = project(tmp_path, {path: content})
    assert (f"theme/{path}", line, rule) in places(root)
    ended = bynet("--root", root, "check")
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    (told,) = (one for one in ended.out.splitlines() if one.startswith("theme/"))
    severity = next(finding.severity for finding in findings(root) if finding.rule == rule)
    assert told.startswith(f"theme/{path}:{line}: {severity}: ")
    assert published(root).code == (1 if severity == Severity.VIOLATION else 0)


FAILING = {
    "undefined name": ("<p>\n{{ nobody }}\n</p>", 2, "'nobody' is undefined"),
    "escape by class": ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
    "escape by globals": ("\n\n{{ spoken_in.__globals__ }}", 3, "unsafe"),
    "escape by format": ("{{ '{0.__class__.__mro__}'.format(title) }}", 1, "unsafe"),
    "file by include": ("{% include '../../data/dataset.ttl' %}", 1, "dataset.ttl"),
    "file by its path": ("\n{% include '/etc/passwd' %}", 2, "/etc/passwd"),
    "file of bynet": ("{% include 'bynet/../texts.py' %}", 1, "texts.py"),
    "endless range": ("{% for one in range(1000000000) %}{% endfor %}", 1, "Range too big"),
    "endless template": ("{% macro on() %}{{ on() }}{% endmacro %}\n{{ on() }}", 1, "recursion"),
    "changed values": ("{{ menu.append(1) }}", 1, "unsafe"),
    "no number": ("{{ 1 // 0 }}", 1, "division"),
    "no such part": ("{% extends 'bynet/base.html' %}\n{% from 'parts.html' import nothing %}{% block content %}{{ nothing() }}{% endblock %}", 2, "nothing"),
}


@pytest.mark.parametrize(("template", "line", "said"), FAILING.values(), ids=FAILING)
def test_a_template_that_fails_is_one_line_and_leaves_the_site_as_it_was(template: str, line: int, said: str, tmp_path: Path) -> None:
    root = project(tmp_path, {})
    assert bynet("--root", root, "publish", "--out", tmp_path / "site", **UNMEASURED).code == 0
    before = tree(tmp_path / "site")
    write_files(root, {"theme/templates/404.html": template})
    ended = published(root)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    (told,) = (one for one in ended.err.splitlines() if one.startswith("bynet: "))
    assert told.startswith(f"bynet: theme/templates/404.html:{line}: the template fails: ")
    assert said in told
    assert tree(tmp_path / "site") == before
    assert {path.name for path in tmp_path.iterdir()} == {"project", "site"}


def test_a_part_that_others_miss_is_told_too(tmp_path: Path) -> None:
    ended = published(project(tmp_path, {"templates/parts.html": "{# all parts gone #}\n"}))
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert "bynet: theme/templates/" in ended.err
    assert "does not export the requested name" in ended.err


def test_a_template_builds_on_bynets_own_of_its_name(library_site: Path) -> None:
    for page, greeting in (("book/faust.html", "Dorfbibliothek"), ("book/faust.en.html", "village library")):
        content = (library_site / page).read_text(encoding="utf-8")
        assert re.search(rf'<p class="greeting">[^<]*{greeting}</p></aside>\s*<footer', content), page
        assert content.count("<footer") == content.count("<header") == 1
    style = (library_site / "style.css").read_text(encoding="utf-8")
    assert style.endswith((LIBRARY / "theme/theme.css").read_text(encoding="utf-8"))


def test_what_templates_say_of_values_is_escaped(tmp_path: Path) -> None:
    root = project(tmp_path, {"templates/404.html": "{{ '<b>' }} {{ words.search }}", "words/en.toml": '[page]\nsearch = "<script>alert(1)</script>"\n'})
    assert published(root).code == 0
    assert (tmp_path / "site/404.html").read_text(encoding="utf-8").startswith("&lt;b&gt; &lt;script&gt;")
    assert "<script>alert" not in (tmp_path / "site/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["theme.css", "words/en.toml", "templates/404.html"])
def test_a_file_of_the_theme_that_leads_out_of_the_project_is_refused(path: str, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret = 1\n", encoding="utf-8")
    root = project(tmp_path, {})
    (root / "theme" / path).parent.mkdir(parents=True)
    (root / "theme" / path).symlink_to(outside)
    assert places(root) == [(f"theme/{path}", 0, "outside-project")]
    assert published(root).code == 1
    assert not (tmp_path / "site").exists()


def test_a_theme_that_is_elsewhere_altogether_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path / "elsewhere", {"theme.css": "p { color: red; }\n"})
    root = project(tmp_path, {})
    (root / "theme").symlink_to(tmp_path / "elsewhere")
    assert places(root) == [("theme/theme.css", 0, "outside-project")]


def luminance(colour: str) -> float:
    """The relative luminance of a colour in hexadecimal (WCAG 2.2)."""
    digits = colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_the_library_can_be_read(scheme: str, library_site: Path) -> None:
    style = (library_site / "style.css").read_text(encoding="utf-8")
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for rule in re.finditer(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root \{(.*?)\}", style, re.DOTALL):
        found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", rule[2]))
        (dark if rule[1] else light).update(found)
    colours = light if scheme == "light" else {**light, **dark}
    assert colours["accent"] == {"light": "#7a2e1d", "dark": "#f0a58c"}[scheme]
    pairs = {(ink, paper): contrast(colours[ink], colours[paper]) for ink in ("ink", "muted", "accent", "good", "warn", "bad") for paper in ("paper", "raised")}
    assert {pair: round(value, 2) for pair, value in pairs.items() if value < 4.5} == {}


def test_the_tables_of_pages_are_there_in_every_language_of_bynet() -> None:
    for language in LANGUAGES:
        assert [name for name in TABLES if table(language, name).keys() != table("en", name).keys()] == []
