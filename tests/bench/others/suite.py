"""Validators that are Python packages, asked about many cases by one process: ``python -m bench.others.suite NAME``.

Standard input: on each line a JSON list of two files, data and shapes: Turtle, or, for bynet, N-Triples. Standard output: for each line one: whether
the data conforms, and the results (`bench.reports`), or what kept the validator from it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from bench.reports import SHACL, Report, path_as_read, report_in, report_of


def by_pyshacl(data: Path, shapes: Path) -> Report | None:
    """Return the report of pySHACL as it comes."""
    rdflib, pyshacl = import_module("rdflib"), import_module("pyshacl")
    graph, shacl = (rdflib.Graph().parse(file) for file in (data, shapes))
    return _of_graph(pyshacl.validate(graph, shacl_graph=shacl, inference="none", advanced=False)[1])


def by_turbo(data: Path, shapes: Path) -> Report | None:
    """Return the report of pyshacl-turbo, which reads the files."""
    return _of_graph(import_module("pyshacl_turbo").validate(str(data), shacl_graph=str(shapes))[1])


def by_turbo_on_stores(data: Path, shapes: Path) -> Report | None:
    """Return the report of pyshacl-turbo, which gets stores of pyoxigraph, with which it is fastest."""
    return _of_graph(import_module("pyshacl_turbo").validate(_store(data), shacl_graph=_store(shapes))[1])


def by_rust(data: Path, shapes: Path) -> Report:
    """Return what shacl-rust finds with its index."""
    found = import_module("shacl_rust").validate_file(str(data), str(shapes), experimental_index=True)
    words = ("focusNode", "resultPath", "sourceConstraintComponent", "value", "severity")
    return report_of(found["conforms"], ([_term(word, result.get(word, "")) for word in words] for result in found["results"]))


def by_bynet(data: Path, shapes: Path) -> Report:
    """Return what bynet finds in data that fits in memory, where pySHACL judges every focus node, with components of bynet's own for what it gets wrong."""
    return _judged(data.read_bytes(), shapes.read_bytes())


def by_screen(data: Path, shapes: Path) -> Report:
    """Return what bynet finds in data on disk, where pySHACL gets the focus nodes that a screen is not sure of, with what the shapes can see of them."""
    screened = import_module("screening").to_judge(data.read_text(encoding="utf-8"), shapes.read_text(encoding="utf-8"))
    return _judged(data.read_bytes(), shapes.read_bytes()) if screened is None else _judged(screened[0], screened[1], screened[-1])


ASKED: Mapping[str, Callable[[Path, Path], Report | None]] = {
    "bynet": by_bynet,
    "bynet-screen": by_screen,
    "pyshacl": by_pyshacl,
    "turbo": by_turbo,
    "turbo-stores": by_turbo_on_stores,
    "rust": by_rust,
}


def _judged(data: bytes, shapes: bytes, suspects: object = None) -> Report:
    """What the SHACL processor of bynet answers, whatever it is asked about."""
    shacl, understood = import_module("publish.shacl"), import_module("publish.shapes.answer").understood
    limits = import_module("publish.confined").limits_for(data.count(b"\n") + shapes.count(b"\n"))
    answer = understood(shacl.answer(data, shapes, limits, suspects))
    if answer.faults or answer.failures or answer.stopped:
        raise ValueError(str([*answer.faults, *answer.failures, *answer.stopped]))
    return report_of(not answer.results, map(_of_result, answer.results))


def _of_result(result: Mapping[str, str]) -> Iterator[str]:
    path = result["path"] if "<" in result["path"] or not result["path"] else f"<{result['path']}>"
    yield from (_term("focusNode", result["focus_node"]), _term("resultPath", path), _word(result["component"]))
    yield from (_term("value", result["value"]), _word(result["severity"]))


def _word(name: str) -> str:
    """An IRI, which bynet tells without the namespace of SHACL."""
    return f"<{name}>" if ":" in name else f"<{SHACL}{name}>"


def _term(word: str, term: str) -> str:
    return "_" if term.startswith("_:") else path_as_read(term) if term and word == "resultPath" else term


def _of_graph(report: object) -> Report | None:
    """The report in a graph of rdflib; nothing where there is a failure instead."""
    serialize = getattr(report, "serialize", None)
    return report_in(quad.triple for quad in parse(serialize(format="nt"), format=RdfFormat.N_TRIPLES)) if serialize else None


def _store(file: Path) -> Store:
    store = Store()
    store.load(path=file, format=RdfFormat.TURTLE, base_iri=file.as_uri())
    return store


def main(name: str, asked: Iterable[str]) -> None:
    """Answer each line of *asked*."""
    if name.startswith("bynet"):
        import_module("publish.shacl").prepare()
    for line in asked:
        try:
            report = ASKED[name](*map(Path, json.loads(line)))
            told = ["no report"] if report is None else [report.conforms, report.results]
        except Exception as error:  # each validator raises what it likes, and the other cases have their turn
            told = [f"{type(error).__name__}: {error}"]
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin)
