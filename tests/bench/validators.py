"""The validators that are held against the W3C's test suite, each asked about many cases."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse
from test_shacl import MF, SHT, SUITE, n_triples
from workbench import environment_of

from bench.java import jena, missing_jena, topbraid
from bench.reports import Report, report_in, report_of
from bench.systems import ENVIRONMENT, JENA, PACKAGES, RUST, TOPBRAID, TURBO

_BEGINNING = re.compile(rb"^(@prefix|PREFIX) ", re.MULTILINE)
"""Where a report begins: TopBraid puts its warnings before it."""
_LIMIT = 120
"""The seconds that one process on Java may take."""
_NOWHERE = ("-Dhttp.proxyHost=127.0.0.1", "-Dhttp.proxyPort=9", "-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=9")
"""Nothing that a case names is fetched."""
_BRIEF = {"JAVA_TOOL_OPTIONS": " ".join(("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *_NOWHERE))}
"""What has a process on Java that runs but a second take least of the processors."""
_TESTS = Path(__file__).parents[1]
_FAILURE = NamedNode(str(SHT.Failure))
_WORDS = {name: NamedNode(str(iri)) for name, iri in {"action": MF.action, "result": MF.result, "data": SHT.dataGraph, "shapes": SHT.shapesGraph}.items()}


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the suite: its name, the files of its data and shapes, and the report that it expects, nothing where that is a failure."""

    name: str
    data: Path
    shapes: Path
    expected: Report | None


def case_of(name: str) -> Case:
    """Return the suite's case called *name*."""
    triples = [quad.triple for quad in parse(n_triples(SUITE / f"{name}.ttl"), format=RdfFormat.N_TRIPLES)]
    (action,), (result,) = ([triple.object for triple in triples if triple.predicate == _WORDS[word]] for word in ("action", "result"))
    graphs = {triple.predicate: Path(str(triple.object)[1:-1].removeprefix("file://")) for triple in triples if triple.subject == action}
    return Case(name, graphs[_WORDS["data"]], graphs[_WORDS["shapes"]], None if result == _FAILURE else report_in(triples, result))


@dataclass(frozen=True, slots=True)
class Validator:
    """How it is called, what is to be known of how it is asked, what it needs and is not there, and its reports on cases, by files in a folder."""

    name: str
    how: str
    missing: Callable[[], str]
    reports: Callable[[Sequence[Case], Path], Iterator[Report | None]]


def _in_python(python: Path, name: str, cases: Sequence[Case], _folder: Path) -> Iterator[Report | None]:
    """What a package of Python says, in one process. Raises `RuntimeError` where that does not answer to the end."""
    environment = environment_of({"PYTHONPATH": str(_TESTS), "PYTHONWARNINGS": "ignore"})
    asked = "".join(json.dumps([str(case.data), str(case.shapes)]) + "\n" for case in cases)
    ended = subprocess.run([python, "-m", "bench.others.suite", name], env=environment, input=asked, capture_output=True, text=True, check=False)
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    if len(told) != len(cases):
        raise RuntimeError(f"{name}: {ended.stderr}")
    yield from (report_of(*one) if len(one) > 1 else None for one in told)


def _in_bynet(name: str, cases: Sequence[Case], folder: Path) -> Iterator[Report | None]:
    """What bynet says, which gets the triples that it reads in the files."""
    return _in_python(_OWN, name, _rewritten(cases, folder, n_triples), folder)


def _rewritten(cases: Sequence[Case], folder: Path, content: Callable[[Path], str]) -> list[Case]:
    """The *cases* with files in *folder* that have another *content* for each of theirs."""
    written = {file: folder / f"{number}.ttl" for number, file in enumerate({file for case in cases for file in (case.data, case.shapes)})}
    for file, new in written.items():
        new.write_text(content(file), encoding="utf-8")
    return [replace(case, data=written[case.data], shapes=written[case.shapes]) for case in cases]


def _on_java(command: Callable[[Case, Path], list[str]], cases: Sequence[Case], folder: Path) -> Iterator[Report | None]:
    """What a command says, in a process for each case, as many at a time as there are cores."""
    commands = [command(case, folder) for case in cases]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(_told, commands)


def _told(command: Sequence[str]) -> Report | None:
    """The report that *command* writes; nothing where that is none."""
    ended = subprocess.run(command, env=environment_of(_BRIEF), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_LIMIT)
    beginning = _BEGINNING.search(ended.stdout)
    try:
        report = parse(ended.stdout[beginning.start() :], format=RdfFormat.TURTLE) if beginning else ()
        return report_in(quad.triple for quad in report)
    except SyntaxError:
        return None


def _by_jena(case: Case, folder: Path) -> list[str]:
    return jena(folder, "shacl.shacl", "validate", "--shapes", str(case.shapes), "--data", str(case.data))


def _in_topbraid(cases: Sequence[Case], folder: Path) -> Iterator[Report | None]:
    """What TopBraid says, which does not take where a file stands for its base."""
    return _on_java(_by_topbraid, _rewritten(cases, folder, lambda file: f"@base <{file.as_uri()}> .\n{file.read_text(encoding='utf-8')}"), folder)


def _by_topbraid(case: Case, _folder: Path) -> list[str]:
    return topbraid(PACKAGES, "-datafile", str(case.data), "-shapesfile", str(case.shapes))


def _nothing() -> str:
    return ""


def _missing_package(name: str) -> str:
    return "" if (PACKAGES / name).exists() else "make .venv-bench/ready"


def _missing_topbraid() -> str:
    return "" if topbraid(PACKAGES) else "make .venv-bench/ready"


_OWN, _OTHER = Path(sys.executable), ENVIRONMENT / "bin/python"
MEMORY, DISK, PYSHACL = "bynet, data in memory", "bynet, data on disk", "pySHACL"
VALIDATORS = (
    Validator(MEMORY, "pySHACL judges all focus nodes, with bynet's own components in place of some of its own", _nothing, partial(_in_bynet, "bynet")),
    Validator(DISK, "pySHACL judges what a screen is not sure of, on an extract", _nothing, partial(_in_bynet, "bynet-screen")),
    Validator(PYSHACL, "as it comes, on graphs of rdflib", _nothing, partial(_in_python, _OWN, "pyshacl")),
    Validator(TURBO, "on files", partial(_missing_package, "pyshacl_turbo"), partial(_in_python, _OTHER, "turbo")),
    Validator(
        f"{TURBO}, stores",
        "on stores of pyoxigraph, with which it is fastest",
        partial(_missing_package, "pyshacl_turbo"),
        partial(_in_python, _OTHER, "turbo-stores"),
    ),
    Validator(RUST, "with its index", partial(_missing_package, "shacl_rust"), partial(_in_python, _OTHER, "rust")),
    Validator(JENA[2], "its command", missing_jena, partial(_on_java, _by_jena)),
    Validator(TOPBRAID, "its command, on files that state their base", _missing_topbraid, _in_topbraid),
)
"""All of them, in the order in which they stand in the table."""
