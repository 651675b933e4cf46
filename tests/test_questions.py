"""Each question is asked of what is published, in every engine that a researcher may have, and has the answer that stands beside it.

In a browser they are asked by the tests of the query page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, Store, Triple, parse_query_results
from rdflib.term import Node
from serving import Serving, serving
from workbench import ROOT, term_of

QUESTIONS = sorted((ROOT / "ontology/questions").glob("*.rq"))
TSV = "text/tab-separated-values"

every_question = pytest.mark.parametrize("name", [file.stem for file in QUESTIONS])


@pytest.fixture(scope="module")
def store(site: Path) -> Store:
    """The download in N-Quads, each graph under its name."""
    store = Store()
    store.load(path=site / "download/all.nq", format=RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def graph(site: Path) -> Iterator[rdflib.Graph]:
    """The download in N-Triples in rdflib, its literals left as they are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        yield rdflib.Graph(bind_namespaces="none").parse(site / "download/all.nt", format="nt")


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Serving]:
    with serving(site) as running:
        yield running


def expected(name: str) -> bytes:
    return (ROOT / f"ontology/questions/{name}.tsv").read_bytes()


def published(site: Path, name: str) -> str:
    """The question as anyone finds it on the site."""
    return (site / f"questions/{name}.rq").read_text(encoding="utf-8")


@every_question
def test_pyoxigraph_gives_the_expected_answer(name: str, site: Path, store: Store) -> None:
    answer = store.query(published(site, name), use_default_graph_as_union=True)
    assert isinstance(answer, QuerySolutions)
    assert answer.serialize(format=QueryResultsFormat.TSV) == expected(name)


@every_question
def test_rdflib_gives_the_expected_answer(name: str, site: Path, graph: rdflib.Graph) -> None:
    answer = graph.query(published(site, name))
    assert [str(variable) for variable in answer.vars or ()] == [variable.value for variable in solutions(expected(name)).variables]
    rows = [tuple(map(term_or_none, row)) for row in answer if isinstance(row, rdflib.query.ResultRow)]
    assert rows == rows_of(solutions(expected(name)))


@every_question
def test_the_endpoint_gives_the_expected_answer(name: str, site: Path, server: Serving) -> None:
    request = Request(f"{server.endpoint}?{urlencode({'query': published(site, name)})}", headers={"Accept": TSV})
    with urlopen(request, timeout=60) as answer:
        assert answer.headers.get_content_type() == TSV
        assert answer.read() == expected(name)


def term_or_none(node: Node | None) -> NamedNode | BlankNode | Literal | None:
    return None if node is None else term_of(node)


def solutions(table: bytes) -> QuerySolutions:
    read = parse_query_results(table, format=QueryResultsFormat.TSV)
    assert isinstance(read, QuerySolutions)
    return read


def rows_of(answer: QuerySolutions) -> list[tuple[NamedNode | BlankNode | Literal | Triple | None, ...]]:
    return [tuple(row) for row in answer]
