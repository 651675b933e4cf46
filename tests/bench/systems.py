"""What is measured: bynet, the script that people write, Jena, other validators, and the least that reading and writing takes."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store
from workbench import ROOT, bynet_command

from bench.case import Case, fingerprint
from bench.java import jena, missing_jena, topbraid
from bench.timing import ERRORS, TOLD

ENVIRONMENT = ROOT / ".venv-bench"
"""Where `make bench` installs the other validators."""
PACKAGES = next(iter(ENVIRONMENT.glob("lib/python*/site-packages")), ENVIRONMENT)
_RESOURCES = ("--resources", "none")
_SHACL = "http://www.w3.org/ns/shacl#"
_WORDS = ("focusNode", "resultPath", "sourceConstraintComponent")


@dataclass(frozen=True, slots=True)
class System:
    """One thing that is measured: how it is called, what it does, the command that does it in a folder, and how the outcome is judged."""

    name: str
    does: str
    command: Callable[[Case, Path], list[str]]
    missing: Callable[[Case], str]
    """What it needs and is not there; nothing where all is."""
    is_right: Callable[[Case, Path], bool] | None
    """Whether what it left in the folder is what it had to be; none where nothing is judged."""
    folder: str = ""
    """Where it runs, if not in a folder of its own: two that share one run after each other."""


def _bynet(case: Case, folder: Path) -> list[str]:
    return bynet_command("--root", case.project, "publish", "--out", folder / "site", *_RESOURCES)


def _is_published(case: Case, folder: Path) -> bool:
    """Whether the site has all N-Triples that it has to have, and no others."""
    place = folder / "site/download"
    plain, packed = place / "all.nt", place / "all.nt.gz"
    with gzip.open(packed) if packed.exists() else plain.open("rb") as lines:
        return fingerprint(lines) == case.site


def _is_refused(case: Case, folder: Path) -> bool:
    """Whether as many violations are told as were planted, and nothing was written."""
    told = (folder / ERRORS).read_text(encoding="utf-8")
    return told.count(": Violation: ") == len(case.expected) and not (folder / "site").exists()


def _python(module: str, case: Case, folder: Path) -> list[str]:
    """A program in this folder that judges, in the environment of the bench or, the script, in bynet's own."""
    python = sys.executable if module == "script" else str(ENVIRONMENT / "bin/python")
    return [python, "-m", f"bench.others.{module}", str(case.wrong), str(case.shapes), str(folder)]


def _floor(suffix: str, case: Case, folder: Path) -> list[str]:
    return [sys.executable, "-m", "bench.others.floor", str(case.data), *([str(folder / f"all{suffix}")] if suffix else [])]


def _missing_package(name: str, _case: Case) -> str:
    return "" if (PACKAGES / name).exists() else "make .venv-bench/ready"


def _riot(form: str, case: Case, _folder: Path) -> list[str]:
    return jena(case.folder, "riotcmd.riot", f"--output={form}", str(case.data))


def _jena_shacl(case: Case, _folder: Path) -> list[str]:
    return jena(case.folder, "shacl.shacl", "validate", "--shapes", str(case.shapes), "--data", str(case.wrong))


def _topbraid(case: Case, _folder: Path) -> list[str]:
    return topbraid(PACKAGES, "-datafile", str(case.wrong), "-shapesfile", str(case.shapes))


def _agrees(read: Callable[[Path], Iterable[tuple[str, str, str]]], case: Case, folder: Path) -> bool:
    """Whether what was found is what was to be found."""
    return frozenset(read(folder)) == case.expected


def _findings(folder: Path) -> Iterator[tuple[str, str, str]]:
    """What ``bynet check --format json`` said."""
    for finding in json.loads((folder / TOLD).read_text(encoding="utf-8")):
        yield finding["focus_node"], "path" if "<" in finding["path"] else finding["path"], finding["rule"]


def _listed(folder: Path) -> Iterator[tuple[str, str, str]]:
    """What a program of this folder wrote to results.json."""
    for focus, path, component in json.loads((folder / "results.json").read_text(encoding="utf-8")):
        yield focus, path, component.removeprefix(_SHACL)


def _reported(file: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """The results of a validation report in Turtle."""
    store = Store()
    store.load(path=folder / file, format=RdfFormat.TURTLE)
    for quad in store.quads_for_pattern(None, NamedNode(f"{_SHACL}result"), None):
        said = [next((found.object for found in store.quads_for_pattern(quad.object, NamedNode(_SHACL + word), None)), None) for word in _WORDS]  # type: ignore[arg-type]  # a result is no literal
        focus, path, component = ("" if term is None else term.value if isinstance(term, NamedNode) else "path" for term in said)
        yield focus, path, component.removeprefix(_SHACL)


def _missing_topbraid(_case: Case) -> str:
    return "" if topbraid(PACKAGES) else "make .venv-bench/ready"


def _nothing(_case: Case) -> str:
    return ""


def _missing_jena(_case: Case) -> str:
    return missing_jena()


PUBLISH, AGAIN, CHECK, REFUSED = "bynet publish", "bynet publish, after an edit", "bynet check", "bynet publish, with faults"
SCRIPT = "rdflib and pySHACL"
JENA = ("riot, Turtle", "riot, N-Triples", "Jena shacl validate")
FLOORS = ("read", "Turtle", "JSON-LD", "N-Triples", "N-Quads")
RUST, TURBO, TOPBRAID = "shacl-rust", "pyshacl-turbo", "TopBraid SHACL"
VALIDATORS = (RUST, TURBO, TOPBRAID, JENA[2])
ON_JAVA = (TOPBRAID, JENA[2])

_COPY = "from N-Triples to {}, with pyoxigraph, holding nothing"
SYSTEMS = (
    System(PUBLISH, "checks the clean project and writes the site, with `--resources none`", _bynet, _nothing, _is_published, "bynet"),
    System(AGAIN, "the same once more, after 50 statements of one file were replaced", _bynet, _nothing, _is_published, "bynet"),
    System(
        CHECK,
        "checks the project with faults",
        lambda case, _folder: bynet_command("--root", case.faulty, "check", "--format", "json"),
        _nothing,
        partial(_agrees, _findings),
    ),
    System(
        REFUSED,
        "checks the project with faults, with `--resources none`, tells as many as there are and writes nothing",
        lambda case, folder: bynet_command("--root", case.faulty, "publish", "--out", folder / "site", *_RESOURCES),
        _nothing,
        _is_refused,
    ),
    System(
        SCRIPT,
        "reads N-Triples, validates, writes Turtle and JSON-LD, in one script",
        partial(_python, "script"),
        _nothing,
        partial(_agrees, _listed),
    ),
    *(System(name, f"from N-Triples to {name[6:]}", partial(_riot, form), _missing_jena, None) for name, form in zip(JENA[:2], ("ttl", "nt"), strict=True)),
    System(JENA[2], "validates N-Triples", _jena_shacl, _missing_jena, partial(_agrees, partial(_reported, TOLD))),
    System(RUST, "validates N-Triples, with its index", partial(_python, "rust"), partial(_missing_package, "shacl_rust"), partial(_agrees, _listed)),
    System(
        TURBO,
        "validates N-Triples in a store of pyoxigraph",
        partial(_python, "turbo"),
        partial(_missing_package, "pyshacl_turbo"),
        partial(_agrees, partial(_reported, "report.ttl")),
    ),
    System(TOPBRAID, "validates N-Triples", _topbraid, _missing_topbraid, partial(_agrees, partial(_reported, TOLD))),
    System(FLOORS[0], "reads N-Triples with pyoxigraph", partial(_floor, ""), _nothing, None),
    *(
        System(name, _COPY.format(name), partial(_floor, suffix), _nothing, None)
        for name, suffix in zip(FLOORS[1:], (".ttl", ".jsonld", ".nt", ".nq"), strict=True)
    ),
)
"""All of them, in the order in which they run and stand in the table."""
