"""The shape of the code, read from the code: who imports whom, who prints, who writes, and what the engine does not know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple
from workbench import ROOT, triples

from publish.model import LABELS, OWL, RDFS, TYPE

ENGINE = ROOT / "publish"
MODULES = sorted(module for module in ENGINE.rglob("*.py") if "bundled" not in module.parts)
STAGES = {
    "read",
    "lint",
    "derive",
    "check",
    "processor",
    "shacl",
    "describe",
    "render",
    "pages.pages",
    "report",
    "catalogue",
    "write",
    "sources",
    "format",
    "show",
    "discovery",
    "schemaorg",
    "void",
    "citation",
    "quality",
    "feed",
    "hosting",
    "verify",
    "examples",
    "querypage",
    "search",
    "diff",
    "history",
    "changes",
    "dump",
    "revision",
}
JOINERS = {"trial", "publication", "presentation", "releases", "site", "readback", "build", "choice", "versions", "commands", "online", "cli", "start"}
# `trial` joins what runs within limits, `publication` what there is to say, `presentation` what pages need of it, `site` makes files of both,
# `build` joins all;
# `versions` joins what can be compared, `readback` what was written with what was accepted
WRITERS = {
    "write": "the output folder",
    "reserve": "the lock beside it and the folders around it",
    "bulk.folder": "the folder beside it in which data are worked on",
    "spark.place": "the folder of a site on any file system, and what is made beside it",
    "commands": "sources, in the house style",
    "serve.worker": "how soon the system may end it, in /proc",
}
WRITING = {"write_text", "write_bytes", "mkdir", "rename", "unlink", "rmdir", "rmtree", "touch", "symlink_to", "makedirs", "mkdtemp"}
WRITES = re.compile(r"""\(['"]?[^'"]*['"]?,? ?['"][rb+]*[wax+][rwaxbt+]*['"]|O_WRONLY|O_RDWR|O_CREAT""")
# names of the data's things that are ordinary words of any publisher too
ORDINARY = {"bynet", "bynet's", "den", "network", "the"}


def is_joiner(name: str) -> bool:
    """Whether a module joins stages; ``bulk`` joins them for data that lie on disk, but for how triples are written there, ``spark`` on a cluster."""
    return name in JOINERS or (name.startswith(("bulk.", "spark.")) and name != "bulk.lines")


def name_of(module: Path) -> str:
    """The name of a module in the package: ``write``, ``serve.pool``; of a package's own module the package's."""
    return ".".join(module.relative_to(ENGINE).with_suffix("").parts).removesuffix(".__init__")


def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def imported(module: Path) -> set[str]:
    """The modules of the engine that *module* imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ImportFrom) and node.module == "publish":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("publish."):
            package = (node.module or "").removeprefix("publish.")
            found |= {f"{package}.{name.name}" for name in node.names} if (ENGINE / package).is_dir() else {package}
        elif isinstance(node, ast.Import):
            found |= {name.name.removeprefix("publish.") for name in node.names if name.name.startswith("publish.")}
    return found


def called(module: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def opened(module: Path) -> Iterator[ast.Call]:
    """The calls that open a file."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "open":
            yield node


def test_every_module_is_a_stage_a_joiner_or_used_by_all() -> None:
    names = {name_of(module): module for module in MODULES}
    assert names.keys() >= STAGES | JOINERS
    joiners = {name for name in names if is_joiner(name)}
    for shared in names.keys() - STAGES - joiners - {"__init__"}:
        assert not imported(names[shared]) & (STAGES | joiners), f"{shared} is used by all, and must not know a stage"


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_imports_no_other_stage(stage: str) -> None:
    others: set[str] = imported(ENGINE / f"{stage.replace('.', '/')}.py")
    assert not others & STAGES
    assert not any(map(is_joiner, others))


def test_build_joins_the_stages() -> None:
    assert imported(ENGINE / "publication.py") >= {"describe", "report", "render"}
    assert imported(ENGINE / "presentation.py") >= {"describe", "pages.pages", "publication"}
    assert imported(ENGINE / "trial.py") >= {"lint", "derive"}
    assert imported(ENGINE / "build.py") >= {"read", "trial", "check", "publication", "site", "write"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_the_command_line_prints_and_exits(module: Path) -> None:
    words = {node.id for node in ast.walk(tree_of(module)) if isinstance(node, ast.Name)}
    packages = {name.name for node in ast.walk(tree_of(module)) if isinstance(node, ast.Import) for name in node.names}
    if name_of(module) != "cli":
        assert not words & {"print", "SystemExit", "exit", "quit"}
        assert "click" not in packages or name_of(module) == "console"  # what the command line prints with
    if name_of(module) not in {"cli", "console", "shacl"}:  # publish.shacl answers on the standard output of a process of its own
        assert not {node.attr for node in ast.walk(tree_of(module)) if isinstance(node, ast.Attribute)} & {"stdout", "stderr"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_write_touches_files(module: Path) -> None:
    if name_of(module) not in WRITERS:
        assert not set(called(module)) & WRITING
        assert not [ast.unparse(call) for call in opened(module) if WRITES.search(ast.unparse(call)) and "os.devnull" not in ast.unparse(call)]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_serve_listens(module: Path) -> None:
    if not name_of(module).startswith("serve"):
        assert not {"bind", "listen", "create_server", "start_server", "start_unix_server", "socketpair"} & set(called(module))
        assert not imported(module) & {name for name in map(name_of, MODULES) if name.startswith("serve.")} or name_of(module) in {"cli", "online"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_fits_in_300_lines_and_says_what_it_is_for(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) < 300
    assert ast.get_docstring(tree_of(module))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_module_has_a_state_that_changes(module: Path) -> None:
    assert not [node for node in ast.walk(tree_of(module)) if isinstance(node, ast.Global | ast.Nonlocal)]


def test_no_function_has_more_than_five_parameters_or_a_switch() -> None:
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.FunctionDef):
                given = [argument for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg not in {"self", "cls"}]
                assert len(given) <= 5, f"{name_of(module)}.{node.name}"
                switches = [ast.unparse(value) for value in (*node.args.defaults, *node.args.kw_defaults) if value and ast.unparse(value) in {"True", "False"}]
                assert not switches, f"{name_of(module)}.{node.name}"


def test_no_domain_word_stands_in_the_engine() -> None:
    # the names of the data's classes, and every word of the names of its places, people and bodies
    kinds = {NamedNode(OWL + "Class"), NamedNode(RDFS + "Class")}
    own = (
        str(triple.subject)
        for triple in read("ontology/bynet.ttl")
        if triple.predicate == TYPE and triple.object in kinds and "/bynet/def/" in str(triple.subject)
    )
    classes = {iri.strip("<>").rsplit("/", 1)[-1] for iri in own}
    labels = [str(triple.object) for name in ("places", "agents", "networks") for triple in read(f"data/{name}.ttl") if triple.predicate in LABELS]
    names = {word.casefold() for label in labels for word in re.findall(r"\b[^\W\d_a-zæøå][\w']{2,}", label)} - ORDINARY
    assert len(classes) > 5
    assert {"copenhagen", "københavn", "eurocities", "c40"} <= names
    for file in sorted([*MODULES, *(file for folder in ("templates", "words", "assets") for file in ENGINE.glob(f"{folder}/**/*.*"))]):
        text = file.read_text(encoding="utf-8")
        found = names.intersection(re.findall(r"[\w']+", text.casefold())) | {name for name in classes if re.search(rf"[:/]{name}\b", text)}
        assert not found, file.name


def read(file: str) -> list[Triple]:
    return triples((ROOT / file).read_bytes())
