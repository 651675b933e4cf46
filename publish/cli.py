"""The command ``bynet``: the only module that prints and exits.

It imports what a command needs when that runs, after the SHACL processor has started: to start fast is a promise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from publish import console
from publish.errors import Mistake
from publish.processor import Processor
from publish.serve.limits import Limits
from publish.texts import LANGUAGES, table, text

if TYPE_CHECKING:
    from publish.commands import Outcome


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for every command."""

    root: Path | None
    language: str

    def project(self) -> Path:
        """The project's folder; where the person did not name it, standard error says which one it is."""
        from publish.read import find_project

        bundled = bundled_project()
        root = find_project(self.root, bundled)
        if self.root is None:
            console.remark(text(self.language, "said.project-bundled" if root == bundled else "said.project-here"))
        return root


def bundled_project() -> Path:
    """The project that came with bynet: in the package, or around it in a checkout."""
    package = Path(__file__).parent
    return package / "bundled" if (package / "bundled").is_dir() else package.parent


@click.group(cls=console.Commands)
@click.option("--root", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES))
@click.version_option(package_name="bynet", prog_name="bynet")
@click.pass_context
def cli(context: click.Context, root: Path | None, lang: str | None) -> None:
    """The texts of all commands are in ``words/``; `main` puts them in."""
    context.obj = Options(root, lang or _language([]))


@cli.command()
@click.option("--out", type=click.Path(), default="site", show_default=True)
@click.option("--previous", metavar="DIR_OR_URL")
@click.option("--base-iri")
@click.option("--expires", metavar="DAY")
@click.option("--resources", type=click.Choice(["files", "bundles", "none"]), default="files", show_default=True)
@click.option("--memory", type=click.IntRange(min=1024), default=4096, show_default=True, metavar="MIB")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True)
@click.option("--master", metavar="URL")
@click.option("--partitions", type=click.IntRange(min=1), metavar="N")
@click.option("--data", metavar="PLACE", multiple=True)
@click.pass_obj
def publish(options: Options, /, out: str, **given: Any) -> None:  # noqa: ANN401  # texts, or nothing
    """Write the site."""
    with Processor() as processor:
        from publish import commands
        from publish.build import Order
        from publish.cluster import Cluster

        cluster = Cluster(out, *(given.pop(name) for name in ("master", "partitions", "data")))
        order = Order(options.project(), Path(out), given.pop("base_iri"), cluster=cluster.used(given.pop("engine")), **given)
        _end(commands.publish(order, commands.Talk(options.language, processor, _progress(options))))


@cli.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "turtle"]), default="text", show_default=True)
@click.option("--score", is_flag=True)
@click.option("--reach", is_flag=True)
@click.pass_obj
def check(options: Options, files: Sequence[Path], form: str, score: bool, reach: bool) -> None:
    """Check the project."""
    if reach:
        from publish import commands

        _end(commands.check_reach(options.project(), options.language))
    with Processor() as processor:
        from publish import commands

        talk = commands.Talk(options.language, processor, _progress(options))
        _end(commands.check_metadata(options.project(), talk) if score else commands.check(options.project(), files, form, talk))


@cli.command("format")
@click.option("--check", "only_check", is_flag=True)
@click.pass_obj
def format_sources(options: Options, only_check: bool) -> None:
    """Format the sources."""
    from publish import commands

    work = commands.check_format if only_check else commands.rewrite
    _end(work(options.project(), options.language))


@cli.command()
@click.argument("name")
@click.option("--as", "form", type=click.Choice(["ttl", "jsonld", "nt", "html", "bibtex", "ris", "cff"]), default="ttl", show_default=True)
@click.pass_obj
def show(options: Options, name: str, form: str) -> None:
    """Show one resource."""
    from publish import commands

    _end(commands.show(options.project(), name, form, options.language))


@cli.command()
@click.argument("query")
@click.option("--on", type=click.Choice(["stated", "derived", "all"]), default="all", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "csv", "tsv", "json", "ttl"]))
@click.pass_obj
def query(options: Options, query: str, on: str, form: str | None) -> None:
    """Answer a query."""
    from publish import commands

    _end(commands.query(options.project(), query, on, form, options.language))


@cli.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--format", "form", type=click.Choice(["text", "summary", "json", "patch"]), default="text", show_default=True)
@click.pass_obj
def diff(options: Options, old: str, new: str | None, form: str) -> None:
    """Compare two versions."""
    from publish import commands

    _end(commands.diff((old, new), options.project, form, options.language))


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def sources(options: Options, file: Path) -> None:
    """Check the passages."""
    from publish import commands

    _end(commands.sources(options.project(), file, options.language))


@cli.command()
@click.argument("url")
@click.option("--site", default="site", show_default=True, metavar="DIR_OR_URL")
@click.option("--store", type=click.Choice(["graph-store", "sparql-update", "virtuoso"]))
@click.option("--graph-base", metavar="IRI")
@click.pass_obj
def push(options: Options, url: str, site: str, store: str | None, graph_base: str | None) -> None:
    """Put a release into a triple store."""
    from publish import online

    _end(online.push(online.Stored(site, url, store, graph_base), _progress(options), options.language))


@cli.command()
@click.argument("place", default="site")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--endpoint", metavar="URL")
@click.option("--graph-base", metavar="IRI")
@click.option("--signers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dataset", metavar="IRI", default="")
@click.option("--at-least", "release", metavar="VERSION", default="")
@click.pass_obj
def verify(options: Options, /, place: str, form: str, **given: Any) -> None:  # noqa: ANN401  # texts and a path
    """Check a published site."""
    from publish import online

    endpoint, graph_base = given.pop("endpoint"), given.pop("graph_base")
    if graph_base is not None and endpoint is None:
        raise Mistake("graph-base-alone")
    if endpoint is not None and any(given.values()):
        raise Mistake("proof-of-store")
    if endpoint is not None:
        _end(online.verify_endpoint(online.Stored(place, endpoint, None, graph_base), form, _progress(options), options.language))
    _end(online.verify(online.Copied(place, **given), form, _progress(options), options.language))


def _limits(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* an option for each limit, with its default."""
    for limit in reversed(fields(Limits)):
        positive = click.FloatRange(min=0, min_open=True) if isinstance(limit.default, float) else click.IntRange(min=1)
        command = click.option(f"--{limit.name.replace('_', '-')}", type=positive, default=limit.default, show_default=True)(command)
    return command


@cli.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default="site")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--reload", "watch", is_flag=True)
@_limits
@click.pass_obj
def serve(options: Options, /, folder: Path, host: str, **given: Any) -> None:  # noqa: ANN401  # the limits, of two types
    """Serve a published site."""
    from publish import online
    from publish.serve.server import WATCH, Order

    order = Order(folder, host, given.pop("port"), WATCH if given.pop("watch") else None, Limits(**given))
    _end(online.serve(order, _say, options.language))


def main() -> None:
    """Run the command line: texts in the language asked for, and one line for a person's mistake."""
    language = _language(sys.argv[1:])
    _put_texts_in(language)
    console.listen_to_errors()
    try:
        cli()
    except Mistake as mistake:
        _tell(mistake, language)
    except OSError as error:
        from publish.refusals import refusal

        _tell(refusal(error), language)


def interrupted(number: int) -> NoReturn:
    """Say that somebody stopped the command by the signal *number*, and exit as a shell expects it."""
    console.remark(f"bynet: {text(_language(sys.argv[1:]), 'mistake.interrupted')}")
    raise SystemExit(128 + number)


def _tell(mistake: Mistake, language: str) -> NoReturn:
    """Print what is wrong and what to do, and exit."""
    for line in (*mistake.told(language), f"bynet: {text(language, f'mistake.{mistake.name}', **mistake.values)}"):
        console.remark(line)
    raise SystemExit(mistake.exit_code) from mistake


def _end(outcome: Outcome) -> None:
    """Print what a command has to say, results to standard output and the rest to standard error, and exit."""
    for line in outcome.warnings:
        console.remark(line)
    for line in outcome.results:
        console.result(line)
    if outcome.document is not None:
        console.document(outcome.document)
    for line in outcome.remarks:
        console.remark(line)
    raise SystemExit(outcome.exit_code)


def _say(words: str) -> None:
    for line in words.split("\n"):
        console.result(line)


def _put_texts_in(language: str) -> None:
    helps = table(language, "help")
    for name, command in (("bynet", cli), *cli.commands.items()):
        click.help_option("--help")(command)
        command.help = helps[name]
        command.short_help = helps[name].partition(". ")[0].partition("\n")[0].rstrip(".") + "."
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


def _progress(options: Options) -> Callable[..., None]:
    """Say each stage, the key of a text with what fills it, on a terminal, in one line that the next one overwrites; nothing in a pipe."""
    show = console.progress()
    return lambda stage, **values: show(text(options.language, f"said.{stage}", **values))
