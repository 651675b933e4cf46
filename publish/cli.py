"""The command ``bynet``: the only module that prints and exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions

from publish import show as shown
from publish.build import Checked, Publication, Unsound, check_project, load_project, merged, publish_project, read_sources
from publish.errors import BadQuery, Mistake, UnknownName
from publish.format import format_source
from publish.model import Severity, sort_triples
from publish.read import find_project
from publish.render import FORMATS
from publish.sources import Passage, coverage, passages, stretches
from publish.sparql import load, run
from publish.texts import LANGUAGES, table, text
from publish.turtle import Namespaces, write_turtle

_RESULTS = {"csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON}
_CHECK_FORMATS: dict[str, Callable[[Checked, str], Iterable[str]]] = {
    "text": lambda checked, language: shown.as_text(checked.findings, checked.namespaces, language, _severities(language)),
    "json": lambda checked, _language: [shown.as_json(checked.findings)],
    "sarif": lambda checked, language: [shown.as_sarif(checked.findings, language)],
    "turtle": lambda checked, _language: ["".join(write_turtle(checked.report(), checked.namespaces)).rstrip("\n")],
}
_NEAR = 8


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for every command."""

    root: Path | None
    language: str

    def say(self, name: str, **values: object) -> str:
        """One of the texts that bynet says, in the language asked for."""
        return text(self.language, f"said.{name}", **values)

    def project(self) -> Path:
        """The project's folder; where the person did not name it, standard error says which one it is."""
        root = find_project(self.root, bundled_project())
        if self.root is None:
            click.echo(self.say("project-bundled" if root == bundled_project() else "project-here"), err=True)
        return root


def bundled_project() -> Path:
    """The project that came with bynet: in the package, or around it in a checkout."""
    package = Path(__file__).parent
    return package / "bundled" if (package / "bundled").is_dir() else package.parent


@click.group()
@click.option("--root", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES))
@click.version_option(package_name="bynet", prog_name="bynet")
@click.pass_context
def cli(context: click.Context, root: Path | None, lang: str | None) -> None:
    """The texts of all commands are in ``words/``; `main` puts them in."""
    context.obj = Options(root, lang or _language([]))


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default="site", show_default=True)
@click.option("--base-iri")
@click.pass_obj
def publish(options: Options, out: Path, base_iri: str | None) -> None:
    """Write the site."""
    root = options.project()
    try:
        checked, count = publish_project(root, out, base_iri, _progress(options))
    except Unsound as unsound:
        _show_findings(options, unsound.checked)
        click.echo(options.say("stopped"), err=True)
        raise SystemExit(unsound.exit_code) from unsound
    _show_findings(options, checked)
    click.echo(options.say("published", count=count, folder=out))


@cli.command()
@click.option("--format", "form", type=click.Choice(list(_CHECK_FORMATS)), default="text", show_default=True)
@click.pass_obj
def check(options: Options, form: str) -> None:
    """Check the project."""
    checked = check_project(options.project())
    for line in _CHECK_FORMATS[form](checked, options.language):
        click.echo(line)
    click.echo(_summary(options, checked), err=True)
    raise SystemExit(1 if checked.findings else 0)


@cli.command("format")
@click.option("--check", "only_check", is_flag=True)
@click.pass_obj
def format_sources(options: Options, only_check: bool) -> None:
    """Format the sources."""
    root = options.project()
    sources = read_sources(root)
    texts = {source.file: (source.text, format_source(source)) for source in sources}
    changed = {file: new for file, (old, new) in texts.items() if old != new}
    for file, new in changed.items():
        if not only_check:
            (root / file).write_text(new, encoding="utf-8", newline="\n")
        click.echo(options.say("unformatted" if only_check else "formatted", file=file))
    if not changed:
        click.echo(options.say("format-clean", count=len(sources)))
    raise SystemExit(1 if changed and only_check else 0)


@cli.command()
@click.argument("name")
@click.option("--as", "form", type=click.Choice([*FORMATS, "html"]), default="ttl", show_default=True)
@click.pass_obj
def show(options: Options, name: str, form: str) -> None:
    """Show one resource."""
    publication = Publication(load_project(options.project()))
    resources = {resource.iri: resource for resource in publication.resources()}
    resource = resources[_named(name, list(resources), publication.namespaces)]
    if form == "html":
        click.echo(publication.page(resource, options.language), nl=False)
    else:
        click.echo(FORMATS[form].resource(resource, publication.notation), nl=False)


@cli.command()
@click.argument("query")
@click.option("--on", type=click.Choice(["stated", "derived", "all"]), default="all", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", *_RESULTS, "ttl"]))
@click.pass_obj
def query(options: Options, query: str, on: str, form: str | None) -> None:
    """Answer a query."""
    project = load_project(options.project())
    namespaces = Namespaces(project.prefixes)
    place, words = _query_text(query)
    triples = {"stated": project.stated, "derived": project.derived, "all": merged(project)}[on]
    try:
        answer = run(load(triples), words, project.prefixes)
    except BadQuery as error:
        _point(error, place, words)
        raise
    kind, choices = ("CONSTRUCT", ("ttl",)) if not isinstance(answer, QuerySolutions | QueryBoolean) else ("SELECT", ("table", *_RESULTS))
    if (form or choices[0]) not in choices:
        raise BadQuery("wrong-form", form=kind, format=form, choices=", ".join(choices))
    if isinstance(answer, QuerySolutions | QueryBoolean) and form in _RESULTS:
        click.echo((answer.serialize(format=_RESULTS[form]) or b"").decode().rstrip("\n"))
    elif isinstance(answer, QuerySolutions):
        for line in shown.as_table(answer, namespaces):
            click.echo(line)
    elif isinstance(answer, QueryBoolean):
        click.echo(options.say("true" if answer else "false"))
    else:
        click.echo("".join(write_turtle(sort_triples(answer), namespaces)), nl=False)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def sources(options: Options, file: Path) -> None:
    """Check the passages."""
    project = load_project(options.project())
    page = file.read_bytes()
    try:
        words = page.decode()
    except UnicodeDecodeError as error:
        raise Mistake("not-utf-8", file=file) from error
    listed = passages(load(merged(project)), page, project.base, file)
    called = Publication(project).names(options.language)
    _show_facts(options, words, listed, called)
    parts = stretches(words, listed)
    for passage in listed:
        if passage.withheld:
            click.echo(options.say("withheld-after", count=passage.withheld, passage=called[passage.iri]))
    for part in parts:
        if part.kind == "unexplained":
            click.echo(f"{options.say('unexplained')} {part.start}-{part.end}: {shown.printable(words[part.start : part.end])}")
    counts = coverage(words, parts)
    whole = sum(counts.values()) or 1
    click.echo(f"{options.say('coverage')}: " + ", ".join(f"{options.say(kind).lower()} {count} ({count / whole:.1%})" for kind, count in counts.items()))
    wrong = [passage for passage in listed if passage.fault(words)]
    for passage in wrong:
        fault = options.say(f"passage-{passage.fault(words)}", start=passage.start, end=passage.end, length=len(words), quote=passage.quote)
        click.echo(shown.printable(f"{called[passage.iri]}: {fault}"))
    click.echo(options.say("passages-wrong" if wrong else "passages-right", wrong=len(wrong), count=len(listed)))
    raise SystemExit(1 if wrong else 0)


def main() -> None:
    """Run the command line: texts in the language asked for, and one line for a person's mistake."""
    language = _language(sys.argv[1:])
    _put_texts_in(language)
    try:
        cli(standalone_mode=True)
    except Mistake as mistake:
        if isinstance(mistake, Unsound):
            for line in shown.as_text(mistake.checked.findings, mistake.checked.namespaces, language, _severities(language)):
                click.echo(line, err=True)
        else:
            click.echo(f"bynet: {shown.printable(text(language, f'mistake.{mistake.name}', **mistake.values))}", err=True)
        raise SystemExit(mistake.exit_code) from mistake
    except OSError as error:
        click.echo(f"bynet: {error.filename or ''}: {error.strerror or error}", err=True)
        raise SystemExit(2) from error


def _put_texts_in(language: str) -> None:
    helps = table(language, "help")
    for name, command in (("bynet", cli), *cli.commands.items()):
        command.help = helps[name]
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                option = parameter.opts[-1].removeprefix("--")
                parameter.help = helps.get(f"{name}-{option}") or helps[option]


def _language(arguments: Sequence[str]) -> str:
    """The language that ``--lang`` names, else the environment's, else English."""
    named = [value for option, value in pairwise(arguments) if option == "--lang"]
    named += [argument.removeprefix("--lang=") for argument in arguments if argument.startswith("--lang=")]
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return next((language for language in (*named, locale[:2]) if language in LANGUAGES), "en")


def _progress(options: Options) -> Callable[[str], None]:
    """Say each stage on a terminal, in one line that the next one overwrites; nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda _stage: None
    return lambda stage: click.echo(f"\r\033[K{options.say(stage)} …" if stage else "\r\033[K", nl=False, err=True)


def _severities(language: str) -> dict[str, str]:
    return {severity: text(language, f"page.severity-{severity.lower()}") for severity in Severity}


def _show_findings(options: Options, checked: Checked) -> None:
    for line in shown.as_text(checked.findings, checked.namespaces, options.language, _severities(options.language)):
        click.echo(line, err=True)
    click.echo(_summary(options, checked), err=True)


def _summary(options: Options, checked: Checked) -> str:
    if checked.findings:
        counts = {severity: sum(finding.severity == severity for finding in checked.findings) for severity in Severity}
        return options.say("findings", violations=counts[Severity.VIOLATION], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO])
    focus_nodes = checked.validation.focus_nodes
    triples = merged(checked.project) if checked.project else []
    return options.say("clean", triples=len(triples), shapes=len(focus_nodes), nodes=sum(focus_nodes.values()))


def _named(name: str, iris: Sequence[str], namespaces: Namespaces) -> str:
    """Return the one of *iris* that *name* is: in full, with a prefix, or by its last part. Raises `UnknownName`."""
    exact = [iri for iri in (name.strip("<>"), namespaces.expand(name)) if iri in set(iris)]
    found = exact or [iri for iri in iris if iri.rsplit("/", 1)[-1] == name]
    if len(found) == 1 or exact:
        return found[0]
    near = found or [iri for iri in iris if name.casefold() in iri.rsplit("/", 1)[-1].casefold()]
    shortened = ", ".join(namespaces.shorten(iri) for iri in near[:_NEAR])
    raise UnknownName("many-names" if found else "unknown-near" if near else "unknown-name", asked=name, near=shortened)


def _query_text(argument: str) -> tuple[str, str]:
    """Return the query and what to call it in a message: a file's text and name, or the argument itself."""
    if "{" in argument:
        return "query", argument
    path = Path(argument)
    if not path.is_file():
        raise BadQuery("no-query", file=argument)
    try:
        return argument, path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadQuery("not-utf-8", file=argument) from error


def _point(error: BadQuery, place: str, words: str) -> None:
    """Show the line of the query and a mark under the column where it goes wrong."""
    line, column = int(str(error.values["line"])), int(str(error.values["column"]))
    error.values["place"] = f"{place}:{line}:{column}"
    lines = words.splitlines() or [""]
    click.echo(f"  {shown.printable(lines[min(line, len(lines)) - 1])}\n  {' ' * (column - 1)}^", err=True)


def _show_facts(options: Options, words: str, listed: Sequence[Passage], called: dict[str, str]) -> None:
    facts: dict[str, list[Passage]] = {}
    for passage in listed:
        for fact in passage.facts or (options.say("no-fact"),):
            facts.setdefault(fact, []).append(passage)
    for fact, support in facts.items():
        click.echo(called.get(fact, fact))
        for passage in support:
            click.echo(f"  {passage.start}-{passage.end}: {shown.printable(words[passage.start : passage.end])}")
