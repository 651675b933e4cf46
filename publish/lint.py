"""What is wrong with the source files themselves, beyond syntax: the rules that need a file and a line, not a graph.

One subject, one file; no blank nodes but lists in shapes; no prefix that nothing uses; no own term that nothing declares;
nothing said about other people's terms; no literal that its datatype does not allow; no query that does not parse.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple

from publish.confined import Note
from publish.datatypes import is_valid
from publish.errors import BadQuery
from publish.findings import found
from publish.model import DCAT, DCTERMS, FIRST, OWL, SHACL, TITLE, TYPE, XSD, Finding, Object, Project, Source, Subject, tombstones
from publish.paths import REPORT, TAG, VERSION, collisions, page_path
from publish.query import Query
from publish.shapes.texts import text_faults
from publish.sparql import Answer, run, words_of
from publish.theme import Theme, faults
from publish.turtle import Namespaces, write_term

_VERSION = NamedNode(DCAT + "version")
_REPLACEMENT = NamedNode(DCTERMS + "isReplacedBy")
NOT_FOLLOWED = {OWL + "imports", SHACL + "shapesGraph", SHACL + "suggestedShapesGraph"}
"""The properties that name documents to be read too, which bynet does not."""
_PICTURES = {
    "network": (("from",), ("to",), ("through",)),
    "timeline": (("thing",), ("begin", "end", "beginEarliest", "endEarliest")),
    "map": (("place",), ("latitude",), ("longitude",)),
}
# what the answer of a question has to have for each kind of picture: a variable, or one of some
_PREFIXED_NAME = re.compile(r"(?<![\w?$:<])([A-Za-z][\w-]*):([A-Za-z0-9_][\w-]*)")
DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|$)", re.IGNORECASE)
"""Segments that a client takes away before it asks (RFC 3986, section 5.2.4): the IRI leads to another place, maybe not under the base."""
_PLACE = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What stands in files of a project that are not looked at: the IRIs *described* there, those of all files that are *withdrawn*."""

    described: Container[str] = frozenset()
    withdrawn: frozenset[str] | None = None


def lint(project: Project, note: Note = lambda _file: None, elsewhere: Elsewhere = Elsewhere()) -> list[Finding]:
    """Return what the engine's own rules find wrong with the sources of *project*, each once, in no fixed order.

    *note* is told the file of each query before that is looked at.
    """
    queries = (*project.rules, *project.questions)
    withdrawn = tombstones(triple for source in project.files() for triple in source.triples) if elsewhere.withdrawn is None else elsewhere.withdrawn
    known = Known(project, project.described, Elsewhere(elsewhere.described, withdrawn))
    findings = [finding for source in project.files() for finding in known.lint_source(source)]
    for query in queries:
        note(query.file)
        findings += known.lint_query(query)
    note("")
    findings += [found(rule.file, rule.body_line, "no-construct", rule.iri) for rule in project.rules if rule.kind != "CONSTRUCT"]
    findings += _twice_described(project, known.namespaces)
    findings += _same_pages(project, known.namespaces)
    findings += _languages(project)
    findings += _release(project)
    findings += faults(Theme(project.theme))
    return list(dict.fromkeys(findings))


class Known:
    """What a project and files *elsewhere* describe, against which one file after the other is held."""

    def __init__(self, project: Project, here: frozenset[str], elsewhere: Elsewhere) -> None:
        self.base = project.base
        self.namespaces = Namespaces(project.prefixes)
        self._here = here
        self._elsewhere = elsewhere.described
        self._withdrawn = elsewhere.withdrawn or frozenset()
        self._own = {iri for iri in project.prefixes.values() if iri.startswith(project.base) and iri != project.base}

    def lint_source(self, source: Source) -> Iterator[Finding]:
        """Yield what is wrong with *source*, some of it more than once."""
        if not source.triples:
            yield found(source.file, 0, "empty-file")
        listed = {triple.subject for triple in source.triples if triple.predicate == FIRST and source.file.startswith("shapes/")}
        for triple, line in zip(source.triples, source.lines, strict=True):
            for rule, term in self._faults(triple, source, listed):
                yield found(
                    source.file,
                    line,
                    rule,
                    str(triple.subject).strip("<>"),
                    str(term),
                    name=self._shown(triple.subject),
                    property=self._shown(triple.predicate),
                    word=self._shown(term),
                    base=self.base,
                )
            if not source.file.startswith("shapes/"):  # there the SHACL processor finds them, which leaves them out
                yield from self._broken(triple, source.file, line)
        yield from self._unused_prefixes(source)

    def lint_query(self, query: Query) -> Iterator[Finding]:
        """Yield what is wrong with *query*."""
        for name in sorted(query.prefixes):
            if not re.search(rf"(?<![\w-]){re.escape(name)}:", query.body):
                yield found(query.file, 1, "unused-prefix", word=name)
        if query.kind not in ("SELECT", "ASK", "CONSTRUCT"):
            yield found(query.file, query.body_line, "query-form", query.iri)
        if self.base in query.body:
            yield found(query.file, 1, "own-iri-in-full", word=self.base)
        words = words_of(query.body)
        for match in _PREFIXED_NAME.finditer(words):
            iri = query.prefixes.get(match[1], "") + match[2]
            if self._is_undeclared(iri, self._own):
                yield found(
                    query.file, query.body_line + words.count("\n", 0, match.start()), "undeclared", query.iri, f"<{iri}>", name=query.file, word=match.group()
                )
        try:
            answer = run(Store(), query.body, query.prefixes)
        except BadQuery as error:
            yield found(query.file, query.body_line + int(str(error.values["line"])) - 1, error.name, **error.values)
        else:
            yield from _picture(query, answer)
            yield from _columns(query, answer)
        if query.featured and not _PLACE.fullmatch(query.featured):
            yield found(query.file, 1, "featured-place", query.iri, word=query.featured)

    def _faults(self, triple: Triple, source: Source, listed: set[Subject]) -> Iterator[tuple[str, Object]]:
        for term in (triple.subject, triple.object):
            if isinstance(term, BlankNode) and term not in listed:
                yield "blank-node", term
        if isinstance(triple.object, Literal) and not is_valid(triple.object.value, triple.object.datatype.value):
            yield "datatype", triple.object
        for term, namespaces in ((triple.predicate, (self.base,)), (triple.object, (self.base,) if triple.predicate == TYPE else self._own)):
            if isinstance(term, NamedNode) and self._is_undeclared(term.value, namespaces):
                yield "undeclared", term
        if triple.predicate.value in NOT_FOLLOWED and not source.file.startswith("ontology/"):
            yield "imports", triple.object
        if isinstance(triple.object, NamedNode) and triple.object.value in self._withdrawn and triple.predicate != _REPLACEMENT:
            yield "withdrawn", triple.object
        if isinstance(triple.subject, NamedNode) and not triple.subject.value.startswith(self.base) and (source.is_contributed or triple.predicate != TYPE):
            yield "foreign-subject", triple.subject
        if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(self.base) and DOTS.search(triple.subject.value):
            yield "dot-segments", triple.subject

    def _broken(self, triple: Triple, file: str, line: int) -> Iterator[Finding]:
        """A SPARQL text or a pattern that could not be used."""
        subject = str(triple.subject).strip("<>")
        for rule, words in text_faults(triple, self.namespaces.prefixes, lambda: None):
            yield found(file, line, rule, subject, name=self.namespaces.shorten(subject), **words)

    def _is_undeclared(self, iri: str, namespaces: Iterable[str]) -> bool:
        """An IRI in one of *namespaces* that no file describes."""
        own = iri.startswith(self.base) and iri not in self._here and any(iri.startswith(namespace) and iri != namespace for namespace in namespaces)
        return own and iri not in self._elsewhere

    def _unused_prefixes(self, source: Source) -> Iterator[Finding]:
        used = source.prefixes if source.is_contributed else Namespaces(source.prefixes).used(source.triples)
        for name in sorted(set(source.prefixes) - set(used)):
            place = re.search(rf"^[ \t]*(?:@prefix|PREFIX)\s+{re.escape(name)}:", source.text, re.MULTILINE | re.IGNORECASE)
            line = source.text.count("\n", 0, place.start()) + 1 if place else 1
            yield found(source.file, line, "unused-prefix", word=name)

    def _shown(self, term: Object) -> str:
        return write_term(term, self.namespaces)


def _picture(query: Query, answer: Answer) -> Iterator[Finding]:
    """What keeps the answer of *query* from making the picture that its head promises."""
    if not query.picture:
        return
    if query.picture not in _PICTURES:
        yield found(query.file, 1, "picture-unknown", query.iri, word=query.picture, known=", ".join(_PICTURES))
    elif not isinstance(answer, QuerySolutions):
        yield found(query.file, query.body_line, "picture-form", query.iri, word=query.picture)
    else:
        given = {variable.value for variable in answer.variables}
        missing = [f"?{names[0]}" for names in _PICTURES[query.picture] if given.isdisjoint(names)]
        if missing:
            yield found(query.file, query.body_line, "picture-variables", query.iri, word=query.picture, missing=", ".join(missing))


def _columns(query: Query, answer: Answer) -> Iterator[Finding]:
    """What the head of *query* says of variables that its answer does not have."""
    given = {variable.value for variable in answer.variables} if isinstance(answer, QuerySolutions) else set()
    for name in query.columns:
        if name not in given:
            known = ", ".join(f"?{other}" for other in sorted(given)) or query.kind
            yield found(query.file, 1, "column-unknown", query.iri, word=f"?{name}", known=known)


def _twice_described(project: Project, namespaces: Namespaces) -> Iterator[Finding]:
    first: dict[NamedNode, str] = {}
    for source in (source for source in project.files() if not source.is_contributed):
        for subject, line in _first_lines(source):
            if first.setdefault(subject, source.file) != source.file:
                yield found(source.file, line, "twice-described", subject.value, name=namespaces.shorten(subject.value), other=first[subject])


def _same_pages(project: Project, namespaces: Namespaces) -> Iterator[Finding]:
    places = {query.iri: (query.file, 1) for query in (*project.rules, *project.questions)}
    places |= {subject.value: (source.file, line) for source in reversed(project.files()) for subject, line in _first_lines(source)}
    own = [iri for iri in places if iri.startswith(project.base)]
    for one, other in collisions(own, project.base):
        yield found(*places[other], "same-page", other, name=namespaces.shorten(other), other=namespaces.shorten(one))
    for iri in own:
        if f"{page_path(iri, project.base).casefold()}/".startswith(f"{REPORT}/"):
            yield found(*places[iri], "page-of-report", iri, name=namespaces.shorten(iri))


def _languages(project: Project) -> Iterator[Finding]:
    """Languages of the site whose tags are too long for the names of its files."""
    for source in project.files():
        for triple, line in zip(source.triples, source.lines, strict=True):
            language = triple.object.language if isinstance(triple.object, Literal) else None
            if triple.subject == project.dataset and triple.predicate == TITLE and language and len(language) > TAG:
                yield found(source.file, line, "long-language", project.dataset.value, str(triple.object), word=language, length=TAG)


def _release(project: Project) -> Iterator[Finding]:
    """A version that cannot name a folder, or that has no date: a release needs both."""
    for source in project.files():
        for triple, line in zip(source.triples, source.lines, strict=True):
            if triple.subject == project.dataset and triple.predicate == _VERSION:
                if not VERSION.fullmatch(project.version):
                    yield found(source.file, line, "bad-version", project.dataset.value, str(triple.object), word=project.version)
                if not is_valid(project.modified, XSD + "date"):
                    yield found(source.file, line, "no-date", project.dataset.value, str(triple.object), word=project.version)


def _first_lines(source: Source) -> Iterable[tuple[NamedNode, int]]:
    lines: dict[NamedNode, int] = {}
    for triple, line in zip(source.triples, source.lines, strict=True):
        if isinstance(triple.subject, NamedNode):
            lines.setdefault(triple.subject, line)
    return lines.items()
