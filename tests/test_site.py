"""The published site: one graph in every format for every reader, pages that stand on their own, and answers to every question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import html5rdf  # type: ignore[import-untyped]  # has no types
import pytest
from pyoxigraph import Dataset, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store, Triple, parse
from workbench import LIBRARY, ROOT, bynet, canonical, canonical_by_rdflib, canonical_of, make_project, tree, triples, turtle

from publish.model import RDFS, SHACL, TYPE
from publish.write import read_manifest

FORMS = {".ttl": RdfFormat.TURTLE, ".jsonld": RdfFormat.JSON_LD, ".nt": RdfFormat.N_TRIPLES}
CHUNKS = 8
BASES = {"site": "https://w3id.org/bynet/", "library_site": "https://library.example/"}
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a page links to, its headings and languages."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.started: list[str] = []
        self.language = ""
        self.title = ""
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.started.append("data" if tag == "script" and str(values.get("type")).startswith("application/") else tag)  # no program
        self.links += [value for name in ("href", "src") if (value := values.get(name)) is not None]
        if tag == "html":
            self.language = values.get("lang") or ""

    def handle_data(self, data: str) -> None:
        if self.started[-1:] == ["title"] and not self.title:
            self.title = data


def pages(site: Path, suffix: str) -> list[Path]:
    return sorted(path for path in site.rglob(f"*{suffix}") if path.is_file())


def resources(site: Path) -> list[Path]:
    """The resources' pages, without extension."""
    others = {"catalog.nt", "download", "release"}
    return [path.with_suffix("") for path in pages(site, ".nt") if path.relative_to(site).parts[0] not in others]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_page_holds_one_graph_in_every_format_for_both_parsers(site: Path, chunk: int) -> None:
    some = resources(site)[chunk::CHUNKS]
    assert some
    for page in some:
        expected = canonical(page.with_name(f"{page.name}.nt").read_bytes(), RdfFormat.N_TRIPLES)
        assert expected, page
        for suffix, form in FORMS.items():
            content = page.with_name(page.name + suffix).read_bytes()
            assert canonical(content, form) == expected, page
            assert canonical_by_rdflib(content, form) == expected, page


@pytest.mark.parametrize("name", ["all", "stated", "derived", "codes", "ontology", "shapes", "queries"])
def test_every_download_holds_one_graph_in_every_format_for_both_parsers(site: Path, name: str) -> None:
    expected = canonical((site / f"download/{name}.nt").read_bytes(), RdfFormat.N_TRIPLES)
    assert expected
    for suffix, form in FORMS.items():
        content = (site / f"download/{name}{suffix}").read_bytes()
        assert canonical(content, form) == expected
        assert canonical_by_rdflib(content, form) == expected


def test_all_is_stated_and_derived_and_each_has_a_graph_of_its_own(site: Path) -> None:
    stated, derived, everything = ({*triples((site / f"download/{name}.nt").read_bytes(), RdfFormat.N_TRIPLES)} for name in ("stated", "derived", "all"))
    assert stated | derived == everything
    assert not stated & derived
    for name, form in (("all.trig", RdfFormat.TRIG), ("all.nq", RdfFormat.N_QUADS)):
        dataset = Dataset(parse((site / "download" / name).read_bytes(), format=form))
        graphs: dict[str, set[Triple]] = {}
        for quad in dataset:
            graphs.setdefault(str(quad.graph_name), set()).add(quad.triple)
        assert graphs == {"<https://w3id.org/bynet/stated>": stated, "<https://w3id.org/bynet/derived>": derived}


@pytest.mark.parametrize(("part", "folder"), [("ontology", "ontology"), ("shapes", "shapes")])
def test_a_download_holds_its_sources(site: Path, part: str, folder: str) -> None:
    sources = [triple for file in sorted((ROOT / folder).glob("*.ttl")) for triple in parsed(file)]
    published = triples((site / f"download/{part}.nt").read_bytes(), RdfFormat.N_TRIPLES)
    plain = {triple for triple in published if str(triple.subject)[0] == "<" and str(triple.object)[0] != "_"}
    assert plain >= {triple for triple in sources if str(triple.subject)[0] == "<" and str(triple.object)[0] != "_"}


def parsed(file: Path) -> Iterator[Any]:
    return (quad.triple for quad in parse(file.read_bytes(), format=RdfFormat.TURTLE))


def test_a_page_says_what_its_resource_is_and_what_points_at_it(library_site: Path) -> None:
    everything = triples((library_site / "download/all.nt").read_bytes(), RdfFormat.N_TRIPLES)
    drama = NamedNode("https://library.example/shelf/drama")
    page = {*triples((library_site / "shelf/drama.nt").read_bytes(), RdfFormat.N_TRIPLES)}
    assert page >= {triple for triple in everything if drama in (triple.subject, triple.object)}
    assert page <= {triple for triple in everything if drama in (triple.subject, triple.object) or triple.predicate.value == RDFS + "label"}


def test_every_described_iri_of_the_data_set_has_a_page(library_site: Path) -> None:
    described = {
        triple.subject
        for name in ("all", "ontology", "shapes", "queries")
        for triple in triples((library_site / f"download/{name}.nt").read_bytes(), RdfFormat.N_TRIPLES)
    }
    own = {node for node in described if isinstance(node, NamedNode) and node.value.startswith("https://library.example/")}
    ids = {
        document.get("id") or document["@graph"][0]["id"]
        for document in (json.loads(page.with_name(f"{page.name}.jsonld").read_bytes()) for page in resources(library_site))
    }
    assert {node.value for node in own} <= ids


# JSON-LD


def test_json_ld_is_compact_and_needs_no_network(site: Path) -> None:
    whole = json.loads((site / "context.jsonld").read_bytes())["@context"]
    own = {path for path in pages(site, ".jsonld") if path.relative_to(site).parts[0] in {"catalog.jsonld", "release"}}  # what they describe is the files
    for file in pages(site, ".jsonld"):
        document = json.loads(file.read_bytes())
        context = document["@context"]
        assert isinstance(context, dict), file  # inlined: not the address of one
        assert context.items() <= whole.items() or file in own, file
        keys = {key for value in objects(document.get("@graph") or {**document, "@context": None}) for key in value}
        assert not {key for key in keys if ":" in key or "/" in key}, file


def test_json_ld_has_language_maps_labels_behind_links_and_native_numbers(library_site: Path) -> None:
    faust = json.loads((library_site / "book/faust.jsonld").read_bytes())
    assert list(faust)[:4] == ["@context", "id", "type", "label"]
    assert faust["id"] == "https://library.example/book/faust"
    assert faust["type"] == "Book"
    assert faust["label"] == {"de": "Faust", "en": "Faust"}
    assert faust["pages"] == 158
    assert faust["price"] == "7.50"
    assert faust["lentOut"] is False
    assert faust["standsOn"] == {"id": "https://library.example/shelf/drama", "label": {"de": "Dramen", "en": "Plays"}}
    assert faust["@context"]["price"] == {"@id": "https://library.example/terms#price", "@type": "http://www.w3.org/2001/XMLSchema#decimal"}
    assert faust["@reverse"]["nextTo"] == [{"id": "https://library.example/book/woyzeck", "label": {"de": "Woyzeck", "en": "Woyzeck"}}]


def objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


# HTML


@pytest.mark.parametrize("chunk", range(2))
def test_every_page_is_whole_html_with_one_heading_and_its_language(site: Path, chunk: int) -> None:
    for file in pages(site, ".html")[chunk::2]:
        page = Page(file)
        assert page.started.count("h1") == 1, file
        assert page.started.count("main") == 1, file
        assert page.language == ("en" if file.name.endswith(".en.html") or file.parent == site / "en" else "da"), file
        assert page.title.strip(), file


def test_html_is_valid_for_a_strict_parser(library_site: Path, site: Path) -> None:
    some = [*pages(library_site, ".html"), *pages(site, ".html")[::97]]
    for file in some:
        html5rdf.HTMLParser(strict=True).parse(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["site", "library_site"])
def test_every_link_leads_somewhere(name: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(name)
    files = {path for path, (_mode, digest) in tree(root).items() if digest}
    for file in pages(root, ".html"):
        for link in Page(file).links:
            parts = urlsplit(link)
            if not parts.scheme and parts.path:
                inside = unquote(parts.path).removeprefix(urlsplit(BASES[name]).path)  # those of 404.html, which answers any address, begin at the root
                target = (file.parent / inside).resolve().relative_to(root.resolve()).as_posix()
                assert target in files, f"{file.relative_to(root)} -> {link}"


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    for file in [*pages(site, ".html")[::7], *pages(site, ".css")]:
        if file.is_relative_to(site / "sparql"):
            continue  # its policy forbids it, which is tried in a browser
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<(?:img|iframe|object|embed|video|audio|source|style)\b|\sstyle=|\son[a-z]+=|@import|url\((?!#)", text), file
        assert all(not urlsplit(href).scheme for href in re.findall(r'<(?:link rel="(?:stylesheet|icon)" href|script src|form action)="([^"]*)"', text)), file


def test_hostile_texts_are_shown_and_do_nothing(tmp_path: Path) -> None:
    things = turtle(
        'ex:one\n    a def:Thing ;\n    rdfs:label "<script>alert(1)</script> & \\"x\\" \\u202E"@en ;\n'
        "    def:knows <x-script:alert(1)> ;\n    def:knows ex:one ;\n.\n"
    )
    root = make_project(tmp_path / "project", {"data/things.ttl": things})
    assert bynet("--root", root, "publish", "--out", tmp_path / "site").code == 0
    for file in pages(tmp_path / "site", ".html"):
        page = Page(file)
        own = {"sparql": 3, "search": 2}.get(file.parent.name, 1)  # the site's script; the query page has two more, the search page one
        assert page.started.count("script") == own, file
        assert not [link for link in page.links if link.startswith("x-script:")], file
    assert "&lt;script&gt;" in (tmp_path / "site/id/one.html").read_text(encoding="utf-8")


def test_what_is_derived_is_marked(library_site: Path) -> None:
    page = (library_site / "book/faust.en.html").read_text(encoding="utf-8")
    said = page[page.index('<section class="said"') : page.rindex('class="pointing"')]
    lines = [re.sub(r"<[^>]*>", " ", line).split()[0] for line in said.split("<dt>")[1:] if "mark derived" in line]
    assert lines == ["next"]


# questions, rules, report, manifest


@pytest.mark.parametrize("part", ["questions", "rules"])
def test_every_published_query_stands_alone(site: Path, part: str) -> None:
    store = Store()
    store.bulk_extend(parse((site / "download/all.nt").read_bytes(), format=RdfFormat.N_TRIPLES))
    files = sorted((site / part).glob("*.rq"))
    assert [file.name for file in files] == sorted(file.name for file in (ROOT / f"ontology/{part}").glob("*.rq"))
    for file in files:
        answer = store.query(file.read_text(encoding="utf-8"))
        if isinstance(answer, QuerySolutions):
            assert answer.serialize(format=QueryResultsFormat.TSV) == file.with_suffix(".tsv").read_bytes()
            assert file.with_suffix(".tsv").read_bytes() == (ROOT / f"ontology/{part}/{file.stem}.tsv").read_bytes()
        elif isinstance(answer, QueryBoolean):
            assert json.loads(file.with_suffix(".srj").read_bytes())["boolean"] is bool(answer)
        else:
            assert isinstance(answer, QueryTriples)
            assert {*answer} <= {*triples((site / "download/all.nt").read_bytes(), RdfFormat.N_TRIPLES)}  # nothing new follows


def test_the_report_says_what_was_checked(site: Path) -> None:
    report = triples((site / "report.ttl").read_bytes())
    texts = {str(triple.predicate): str(triple.object) for triple in report if str(triple.subject) == "<https://w3id.org/bynet/report>"}
    assert texts[f"<{SHACL}conforms>"] == '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    measured = [triple for triple in report if triple.predicate.value.endswith("#hasQualityMeasurement") and "/focus-nodes/" in str(triple.object)]
    shapes = {
        triple.subject
        for triple in triples((site / "download/shapes.nt").read_bytes(), RdfFormat.N_TRIPLES)
        if triple.predicate.value.startswith(SHACL + "target")
    }
    assert len(measured) == len(shapes)
    page = (site / "report.en.html").read_text(encoding="utf-8")
    assert "pyshacl" in page
    assert (site / "report.jsonld").is_file()


def test_a_warning_is_published_in_the_report(tmp_path: Path) -> None:
    root = make_project(
        tmp_path / "project", {"data/things.ttl": turtle("ex:one a def:Thing .\n").replace("@prefix def", "@prefix no: <urn:no:> .\n@prefix def")}
    )
    ended = bynet("--root", root, "publish", "--out", tmp_path / "site")
    assert ended.code == 0
    assert "data/things.ttl:1: Warning:" in ended.err
    report = triples((tmp_path / "site/report.nt").read_bytes(), RdfFormat.N_TRIPLES)
    assert f"<{SHACL}conforms>" in {str(triple.predicate) for triple in report}
    assert '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>' in {str(triple.object) for triple in report if triple.predicate.value == SHACL + "conforms"}
    result = triples((tmp_path / "site/report/result/1.nt").read_bytes(), RdfFormat.N_TRIPLES)
    assert NamedNode(SHACL + "Warning") in {triple.object for triple in result if triple.predicate.value == SHACL + "resultSeverity"}
    assert NamedNode(SHACL + "ValidationResult") in {triple.object for triple in result if triple.predicate == TYPE}
    assert "data/things.ttl:1" in (tmp_path / "site/report.html").read_text(encoding="utf-8")


def test_the_manifest_lists_every_file(site: Path) -> None:
    assert set(read_manifest(site)) == {path for path, (_mode, digest) in tree(site).items() if digest} - {"MANIFEST"}


def test_what_is_shown_is_what_is_published(library_site: Path) -> None:
    for form in ("ttl", "jsonld", "nt"):
        ended = bynet("--root", LIBRARY, "show", "book:faust", "--as", form)
        assert canonical(ended.out, FORMS[f".{form}"]) == canonical((library_site / f"book/faust.{form}").read_bytes(), FORMS[f".{form}"])
        if form != "jsonld":
            assert ended.out == (library_site / f"book/faust.{form}").read_text(encoding="utf-8")
    ended = bynet("--root", LIBRARY, "show", "book:faust", "--as", "html")
    assert ended.out.strip() == (library_site / "book/faust.en.html").read_text(encoding="utf-8").strip()


def test_the_graphs_of_all_pages_together_are_the_data_set(library_site: Path) -> None:
    together = {
        triple
        for page in resources(library_site)
        for triple in triples(page.with_name(f"{page.name}.nt").read_bytes(), RdfFormat.N_TRIPLES)
        if "_:" not in str(triple)
    }
    everything = {
        triple
        for name in ("all", "ontology", "shapes", "queries")
        for triple in triples((library_site / f"download/{name}.nt").read_bytes(), RdfFormat.N_TRIPLES)
        if "_:" not in str(triple)
    }
    assert everything <= together
    report = {triple for triple in together - everything if "library.example/report" not in str(triple.subject)}
    assert canonical_of(report) == []
