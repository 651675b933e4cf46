"""What reads a project's own files and the files of sites that were published before, and dumps from anywhere."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from hashlib import sha256

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse

from fuzz.quads import Reading, by_pyoxigraph, named_alike, reading_of
from fuzz.target import Target, scratch, steers, written
from publish.changes import as_json, as_text, patch
from publish.diff import comparable, compare
from publish.dump import BadDump, read_dump
from publish.earlier import BadSite, EarlierSite, is_safe, read_manifest, read_snapshot, releases_of
from publish.errors import DamagedFeed, Mistake
from publish.events import read_page
from publish.feed import Stream, feed_files, replay
from publish.format import Unformattable, format_source
from publish.history import BrokenHistory, refuse
from publish.intake.files import source_of
from publish.intake.gate import MILD, SYNTAXES, admit
from publish.intake.reading import Input, _heard, _told
from publish.lines import Desk
from publish.model import Finding, Release, Snapshot, Source
from publish.published import NotPublished, published
from publish.read import read_query
from publish.releasegraphs import read_release
from publish.show import as_sarif, printable
from publish.show import as_text as findings_text
from publish.snapshots import GRAPHS
from publish.texts import LANGUAGES
from publish.turtle import Namespaces

BASE = "https://example.org/"


def gate(content: bytes, form: str) -> None:
    """What comes through the gate is what the strict parser reads, no less and no more; what does not is told with its place."""
    admitted = admit("data/x", content, SYNTAXES[f".{form}"])
    source, findings = source_of("data/x", admitted)
    told(findings, content)
    broken = {fault.rule for fault in admitted.faults} - MILD
    try:
        strict = frozenset() if broken - {"syntax"} else by_pyoxigraph(admitted.text.encode(), form, SYNTAXES[f".{form}"].base)
    except (SyntaxError, ValueError):
        assert broken, "what is wrong is not told"
        return
    assert broken != {"syntax"} or form in {"jsonld", "rdf"}, "what is right is told to be wrong"
    if not broken:
        assert list(source.lines) == sorted(source.lines)
        assert named_alike(reading_of(admitted.quads)) == named_alike(strict), "a statement was lost or made up"
        heard = _heard(_told(Input("data/x", content, f".{form}")))
        assert (heard.quads, heard.lines, heard.faults) == (admitted.quads, admitted.lines, admitted.faults), "it was changed on its way from the child process"
    if not broken and form == "ttl":
        formatted(source, strict)


def formatted(source: Source, strict: Reading) -> None:
    """The house style says the same, and is its own style."""
    with suppress(Unformattable):
        text = format_source(source)
        assert named_alike(by_pyoxigraph(text.encode(), "ttl")) == named_alike(strict), "formatting changed what is said"
        again, _findings = source_of("data/x", admit("data/x", text.encode(), SYNTAXES[".ttl"]))
        assert format_source(again) == text, "what is formatted is formatted again"


def told(findings: list[Finding], content: bytes) -> None:
    """Findings have a place in the file and words in every language, and steer no terminal."""
    lines = len(re.findall(rb"\r\n|\r|\n", content)) + 1
    for finding in findings:
        assert 0 <= finding.line <= lines
        assert finding.column >= 0
    as_sarif(findings, "en")
    for language in LANGUAGES:
        assert not any(map(steers, map(printable, findings_text(findings, Namespaces({}), language))))


def query_file(content: bytes) -> None:
    """A question's file is read, or is told to be wrong; what is published of it is read as the same query."""
    query, findings = read_query(written("project/ontology/questions/x.rq", content), scratch() / "project")
    told(findings, content)
    if not findings:
        again, faults = read_query(written("project/ontology/questions/x.rq", query.text.encode()), scratch() / "project")
        assert not faults
        assert (again.titles, again.descriptions, again.prefixes, again.body) == (query.titles, query.descriptions, query.prefixes, query.body)


def manifest(content: bytes) -> None:
    """A MANIFEST is refused as a whole, or every line of it is a file inside the folder."""
    with suppress(BadSite):
        listed = read_manifest(content, "site")
        assert len(listed) == content.count(b"\n") + (not content.endswith(b"\n") and content != b"")
        assert not [path for path in listed if path.startswith("/") or not is_safe(path) or ".." in path.split("/")], "a path leads out of the site"
        assert read_manifest("".join(f"{digest}  {path}\n" for path, digest in listed.items()).encode(), "site") == listed


def site_with(**files: bytes) -> EarlierSite:
    """A site of *files* whose MANIFEST is right: what stands in them is anybody's."""
    content = {path.replace("__", "/"): data for path, data in files.items()}
    return EarlierSite("site", {path: sha256(data).hexdigest() for path, data in content.items()}, content.__getitem__)


def changes(content: bytes) -> None:
    """What a release says of itself is refused, or is a release of that name."""
    with suppress(BadSite):
        (release,) = releases_of(site_with(**{"release/1.0/changes.json": content}))
        assert release.version == "1.0"
        assert re.fullmatch(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}\S*", release.date[:10] or "-")


def feed_page(content: bytes) -> None:
    """A page of a feed is refused, or nothing in it is lost; a feed that goes on from it ends at the present data."""
    stream = Stream(BASE, BASE + "dataset", Release("1.0", "2026-01-01"), [], {})
    with suppress(DamagedFeed):
        page = read_page(content)
        kept = sum(len(member.triples) + len(member.metadata) + 1 for member in page.members)
        assert kept >= len({quad.triple for quad in _quads(content)}) - 2
        replay([content])
        goes_on = dict(feed_files(stream, {"feed/1.trig": content}))
        assert replay(goes_on[path] for path in goes_on if path != "feed.trig") == []


def _quads(content: bytes) -> list[Quad]:
    return [*parse(content, format=RdfFormat.TRIG, base_iri="feed:/")]


def dump(content: bytes, form: str) -> None:
    """A dump is refused exactly where the strict parser refuses it; what it holds can be compared and told."""
    file = written(f"dump.{form}", content)
    try:
        read = read_dump(file)
    except BadDump:
        return
    told = {(quad[:3], quad[3] if quad[3][:1] == ("iri",) else ()) for quad in by_pyoxigraph(content, form)}
    assert sum(map(len, read.graphs.values())) == len(told)
    _compared(None, read)


def earlier(content: bytes) -> None:
    """What a site published before is refused, or compared with the present: words for people on lines of their own, JSON and a patch."""
    files = {f"download/{name}.nt": content if name == "stated" else b"" for name in GRAPHS}
    with suppress(BadSite, BrokenHistory):
        before = read_snapshot(site_with(**files))
        _compared(before, Snapshot(before.base, before.dataset, "2", "2026-01-02", dict.fromkeys(GRAPHS, ())))


def _compared(old: Snapshot | None, new: Snapshot) -> None:
    before, after = comparable(old or new, new)
    different = compare(old and before, after)
    for language in LANGUAGES:
        assert not any(steers(printable(line)) for line in as_text(old, new, different, language))
    assert not any(map(steers, as_json(old, new, different).split("\n")))
    assert not any(map(steers, patch(different, new.base).split("\n")))
    if old:
        refuse(before, after, different, [Release("1", "2026-01-01")])


def layout(content: bytes) -> None:
    """The data of a site that is served or verified say where it is, or are refused; every address has an answer."""
    with suppress(NotPublished):
        found = published(BASE, ["download/all.nt", "index.html"], {"download/all.nt": content, "index.html": b'<html lang="en">'}.__getitem__).layout
        for path in ("", "a", "id/a", "release/1.0/", *found.elsewhere):
            found.answer(path, "text/turtle", "da")


def release(content: bytes) -> None:
    """What goes into a store is refused, or has no blank node."""
    files = {"download/all.nq": content}
    listed = "".join(f"{sha256(data).hexdigest()}  {path}\n" for path, data in files.items())
    written("site/download/all.nq", content)
    written("site/MANIFEST", listed.encode())
    with suppress(Mistake), Desk() as desk:
        for _name, lines in read_release(str(scratch() / "site"), None, desk).graphs:
            assert not any(isinstance(term, BlankNode | Triple) for quad in by_lines(b"".join(lines)) for term in quad.triple)


def by_lines(content: bytes) -> list[Quad]:
    return [*parse(content, format=RdfFormat.N_TRIPLES)]


SYNTAX_WORDS = {"ttl": "turtle", "trig": "turtle", "nt": "triples", "nq": "triples", "jsonld": "json", "rdf": "xml"}

TARGETS = (
    *(Target(f"gate-{form}", partial(gate, form=form), words) for form, words in SYNTAX_WORDS.items()),
    Target("query-file", query_file, "query-file"),
    Target("manifest", manifest, "manifest"),
    Target("changes", changes, "json"),
    Target("feed-page", feed_page, "feed"),
    Target("earlier", earlier, "triples"),
    Target("layout", layout, "triples"),
    Target("release", release, "triples"),
    *(Target(f"dump-{form}", partial(dump, form=form), words, corpus=f"gate-{form}") for form, words in SYNTAX_WORDS.items()),
)
