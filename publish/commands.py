"""What each command of ``bynet`` does: it returns the lines to print and how to exit, and prints nothing itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions

from publish import show as shown
from publish.build import Order, Progress, Unsound, load_project, read_sources
from publish.choice import checked_project, published_project
from publish.citation import NOTATIONS
from publish.errors import BadQuery, Mistake, UnknownName
from publish.format import format_source
from publish.model import Resource, Severity, sort_triples
from publish.paths import SIGNATURE
from publish.processor import Processor
from publish.publication import Checked, Publication
from publish.quality import listing, summary
from publish.reaching import reach_of_shapes
from publish.render import FORMATS
from publish.sources import Passage, coverage, passages, stretches
from publish.sparql import Answer, load, run
from publish.spreadsheet import as_csv
from publish.texts import text
from publish.turtle import Namespaces, write_turtle
from publish.validity import NEVER, is_day, validity_of

_RESULTS: dict[str, Callable[[QuerySolutions | QueryBoolean], str]] = {
    "csv": lambda answer: as_csv(answer) if isinstance(answer, QuerySolutions) else "",
    "tsv": lambda answer: (answer.serialize(format=QueryResultsFormat.TSV) or b"").decode(),
    "json": lambda answer: (answer.serialize(format=QueryResultsFormat.JSON) or b"").decode(),
}
_CHECKS: dict[str, Callable[[Checked, str], str]] = {
    "json": lambda checked, _language: shown.as_json(checked.findings),
    "sarif": lambda checked, language: shown.as_sarif(checked.findings, language),
    "turtle": lambda checked, _language: "".join(write_turtle(checked.report(), checked.namespaces)).rstrip("\n"),
}
_NEAR = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command has to say: its results in lines for people, remarks before and after them, and the exit status.

    A *document* is a result in a format for programs, which gets every character of it.
    """

    results: Iterable[str] = ()
    remarks: Sequence[str] = ()
    exit_code: int = 0
    warnings: Sequence[str] = ()
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """In which language a command speaks, the SHACL processor that it asks, and what it tells the stages of what takes long."""

    language: str
    processor: Processor
    progress: Progress


def publish(order: Order, talk: Talk) -> Outcome:
    """Check the project and write its site; with a violation nothing is written and the status is 1."""
    if order.expires is not None and order.expires != NEVER and not is_day(order.expires):
        raise Mistake("expires-day", day=order.expires)
    was_signed = (order.out / SIGNATURE).is_file()
    try:
        checked, count = published_project(order, talk.progress, talk.processor)
    except Unsound as unsound:
        talk.progress("nothing")
        return Outcome([], [*_findings(unsound.checked, talk.language), _say(talk.language, "stopped")], unsound.exit_code)
    talk.progress("nothing")
    if order.cluster:
        return Outcome([_say(talk.language, "published", count=count, folder=order.cluster.out)], warnings=[*_findings(checked, talk.language)])
    said = _say(talk.language, "published" if count else "unchanged", count=count, folder=order.out)
    remarks = [_say(talk.language, "sign-anew", folder=order.out)] if count and was_signed else []
    return Outcome([said, *_valid_until(order.out, talk.language)], remarks, warnings=[*_findings(checked, talk.language)])


def _valid_until(site: Path, language: str) -> Iterator[str]:
    """Until when copies of *site* are valid, or were."""
    if until := validity_of(site).until:
        yield _say(language, "valid-no-more" if validity_of(site).is_over(datetime.now(UTC).date()) else "valid-until", day=until)


def check(root: Path, contributed: Sequence[Path], form: str, talk: Talk) -> Outcome:
    """Return the findings in one of the forms, and how good the metadata are; the status is 1 where there are findings.

    The files *contributed* are held against the project as if what they say were among its data.
    """
    checked = _checked(root, contributed, talk)
    remarks = [_summary(checked, talk.language), *_quality(checked, talk.language)]
    lines = shown.as_text(checked.findings, checked.namespaces, talk.language) if form == "text" else ()
    return Outcome(lines, remarks, 1 if checked.findings else 0, document=None if form == "text" else _CHECKS[form](checked, talk.language))


def _checked(root: Path, contributed: Sequence[Path], talk: Talk) -> Checked:
    try:
        return checked_project(root, contributed, talk.progress, talk.processor)
    finally:
        talk.progress("nothing")


def check_metadata(root: Path, talk: Talk) -> Outcome:
    """Return every indicator of the metadata's quality, after what was found; the status is 1 where anything was."""
    checked = _checked(root, (), talk)
    indicators = listing(checked.score, checked.namespaces, talk.language)
    return Outcome(indicators, _quality(checked, talk.language), 1 if checked.findings else 0, [*_findings(checked, talk.language)])


def check_reach(root: Path, language: str) -> Outcome:
    """Return what each shape can see from a focus node, and which of them see more than that. Raises `CheckFailed`."""
    return Outcome(reach_of_shapes(load_project(root), language))


def rewrite(root: Path, language: str) -> Outcome:
    """Rewrite the sources that are not in the house style."""
    changed = _unformatted(root)
    for file, formatted in changed.items():
        (root / file).write_text(formatted, encoding="utf-8", newline="\n")
    return Outcome([_say(language, "formatted", file=file) for file in changed] or [_say(language, "format-clean")])


def check_format(root: Path, language: str) -> Outcome:
    """Name the sources that are not in the house style; the status is 1 where there are any."""
    changed = _unformatted(root)
    lines = [_say(language, "unformatted", file=file) for file in changed]
    return Outcome(lines or [_say(language, "format-clean")], exit_code=1 if changed else 0)


def show(root: Path, name: str, form: str, language: str) -> Outcome:
    """Return one resource as its page has it, or how to cite the data set. Raises `UnknownName`, `Mistake`."""
    publication = Publication(load_project(root))
    resources = {resource.iri: resource for resource in publication.resources}
    resource = resources[_named(name, list(resources), publication.namespaces)]
    if form in NOTATIONS:
        return Outcome(document=_citation(publication, resource.iri, form, language).rstrip("\n"))
    page = _page(publication, resource, language) if form == "html" else FORMATS[form].resource(resource, publication.notation)
    return Outcome(document=page.rstrip("\n"))


def _page(publication: Publication, resource: Resource, language: str) -> str:
    from publish.presentation import Presentation  # noqa: PLC0415  # what pages are made with takes long to start, and only this form needs it

    return Presentation(publication).page(resource, language)


def query(root: Path, argument: str, on: str, form: str | None, language: str) -> Outcome:
    """Return the answer to a query, which is a file's name or the query itself. Raises `BadQuery`."""
    project = load_project(root)
    place, words = _query_text(argument)
    triples = {"stated": project.stated, "derived": project.derived, "all": project.data}[on]
    try:
        answer = run(load(triples), words, project.prefixes)
    except BadQuery as error:
        raise error.pointing(place, words) from error
    return _answer(answer, form, Namespaces(project.prefixes), language)


def diff(names: tuple[str, str | None], find_project: Callable[[], Path], form: str, language: str) -> Outcome:
    """Return what changed between two versions in one of the forms; the status is 1 where anything did."""
    from publish.versions import DOCUMENTS, LINES, differences  # noqa: PLC0415  # takes long to start, and only this command needs it

    old, new, changes = differences(*names, find_project)
    status = 1 if changes else 0
    if form in DOCUMENTS:
        return Outcome(exit_code=status, document=DOCUMENTS[form](old, new, changes).rstrip("\n"))
    return Outcome(LINES[form](old, new, changes, language), exit_code=status)


def sources(root: Path, file: Path, language: str) -> Outcome:
    """Return each fact with its passages in *file*, and what of the text is explained; status 1 where a passage does not hold."""
    project = load_project(root)
    page = file.read_bytes()
    try:
        words = page.decode()
    except UnicodeDecodeError as error:
        raise Mistake("not-utf-8", file=file) from error
    listed = passages(load(project.data), page, project.base, file)
    called = {iri: name.value for iri, name in Publication(project).names(language).items()}
    wrong = [passage for passage in listed if passage.fault(words)]
    lines = [*_facts(words, listed, called, language), *_coverage(words, listed, called, language), *_wrong(words, wrong, called, language)]
    lines.append(_say(language, "passages-wrong" if wrong else "passages-right", wrong=len(wrong), count=len(listed)))
    return Outcome(lines, exit_code=1 if wrong else 0)


def _say(language: str, name: str, **values: object) -> str:
    return text(language, f"said.{name}", **values)


def _findings(checked: Checked, language: str) -> Iterator[str]:
    yield from shown.as_text(checked.findings, checked.namespaces, language)
    yield _summary(checked, language)


def _quality(checked: Checked, language: str) -> list[str]:
    return [summary(checked.score, language)] if checked.score else []


def _summary(checked: Checked, language: str) -> str:
    if checked.findings:
        lines = {(finding.severity, finding.file, finding.line, finding.message("en")) for finding in checked.findings}
        counts = {severity: sum(line[0] == severity for line in lines) for severity in Severity}
        return _say(language, "findings", violations=counts[Severity.VIOLATION], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO])
    focus_nodes = checked.validation.focus_nodes
    return _say(language, "clean", triples=checked.triples, shapes=len(focus_nodes), nodes=sum(focus_nodes.values()))


def _unformatted(root: Path) -> dict[str, str]:
    formatted = ((source, format_source(source)) for source in read_sources(root))
    return {source.file: new for source, new in formatted if source.text != new}


def _named(name: str, iris: Sequence[str], namespaces: Namespaces) -> str:
    """Return the one of *iris* that *name* is: in full, with a prefix, or by its last part. Raises `UnknownName`."""
    known = set(iris)
    for iri in (name.removeprefix("<").removesuffix(">"), namespaces.expand(name)):
        if iri in known and iri is not None:
            return iri
    found = [iri for iri in iris if _last(iri) == name]
    if len(found) == 1:
        return found[0]
    near = found or [iri for iri in iris if name.casefold() in _last(iri).casefold()]
    shortened = ", ".join(namespaces.shorten(iri) for iri in near[:_NEAR])
    raise UnknownName("many-names" if found else "unknown-near" if near else "unknown-name", asked=name, near=shortened)


def _citation(publication: Publication, iri: str, form: str, language: str) -> str:
    dataset = publication.project.dataset.value
    if iri != dataset:
        raise Mistake("only-dataset", form=form, dataset=publication.namespaces.shorten(dataset))
    return NOTATIONS[form](publication.cited, dataset, language)


def _last(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


def _query_text(argument: str) -> tuple[str, str]:
    """Return what to call the query in a message, and the query: a file's name and text, or the argument itself."""
    if "{" in argument or argument.lstrip().upper().startswith("DESCRIBE "):
        return "query", argument
    if not Path(argument).is_file():
        raise BadQuery("no-query", file=argument)
    try:
        return argument, Path(argument).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadQuery("not-utf-8", file=argument) from error


def _answer(answer: Answer, form: str | None, namespaces: Namespaces, language: str) -> Outcome:
    is_graph = not isinstance(answer, QuerySolutions | QueryBoolean)
    forms = ("ttl",) if is_graph else ("table", *_RESULTS)
    chosen = form or forms[0]
    if chosen not in forms or (chosen in ("csv", "tsv") and isinstance(answer, QueryBoolean)):
        kind = "CONSTRUCT" if is_graph else "SELECT" if isinstance(answer, QuerySolutions) else "ASK"
        raise BadQuery("wrong-form", form=kind, format=chosen, choices=", ".join(forms if not isinstance(answer, QueryBoolean) else ("table", "json")))
    if not isinstance(answer, QuerySolutions | QueryBoolean):
        return Outcome(document="".join(write_turtle(sort_triples(answer), namespaces)).rstrip("\n"))
    if chosen in _RESULTS:
        return Outcome(document=_RESULTS[chosen](answer).rstrip("\n"))
    return Outcome(shown.as_table(answer, namespaces) if isinstance(answer, QuerySolutions) else [_say(language, "true" if answer else "false")])


def _facts(words: str, listed: Sequence[Passage], called: Mapping[str, str], language: str) -> Iterator[str]:
    facts: dict[str, list[Passage]] = {}
    for passage in listed:
        for fact in passage.facts or ("",):
            facts.setdefault(fact, []).append(passage)
    for fact, support in facts.items():
        yield called.get(fact, fact) or _say(language, "no-fact")
        yield from (f"  {passage.start}-{passage.end}: {words[passage.start : passage.end]}" for passage in support)


def _coverage(words: str, listed: Sequence[Passage], called: Mapping[str, str], language: str) -> Iterator[str]:
    yield from (_say(language, "withheld-after", count=passage.withheld, passage=called[passage.iri]) for passage in listed if passage.withheld)
    parts = stretches(words, listed)
    yield from (f"{_say(language, 'unexplained')} {part.start}-{part.end}: {words[part.start : part.end]}" for part in parts if part.kind == "unexplained")
    counts = coverage(words, parts)
    whole = sum(counts.values()) or 1
    explained = whole - counts["unexplained"]
    shares = ", ".join(f"{_say(language, kind).lower()} {count / whole:.1%}" for kind, count in counts.items())
    yield _say(language, "coverage", explained=explained, whole=whole, share=f"{explained / whole:.1%}", shares=shares)


def _wrong(words: str, wrong: Sequence[Passage], called: Mapping[str, str], language: str) -> Iterator[str]:
    for passage in wrong:
        fault = _say(language, f"passage-{passage.fault(words)}", start=passage.start, end=passage.end, length=len(words), quote=passage.quote)
        yield f"{called.get(passage.iri, passage.iri)}: {fault}"
