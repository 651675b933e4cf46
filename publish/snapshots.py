"""Make a snapshot of graphs that were published: which data set they describe, its base, its version, its date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from pyoxigraph import Literal, NamedNode, Triple

from publish.model import DCAT, DCTERMS, TYPE, VANN, Snapshot

GRAPHS = ("stated", "derived", "ontology", "shapes", "queries")
"""The names of the graphs of a data set, which are those of its downloads."""

ALL = "all"
"""The name of the one graph of a data set whose graphs are not told apart."""

_DATASET = NamedNode(DCAT + "Dataset")
_BASE = VANN + "preferredNamespaceUri"


def snapshot(graphs: Mapping[str, Sequence[Triple]]) -> Snapshot:
    """Return *graphs* with what they say of the `dcat:Dataset` that has a base IRI; with empty texts where there is none."""
    dataset = _dataset(chain.from_iterable(graphs.values()))
    said = {
        triple.predicate.value: triple.object.value
        for triple in chain.from_iterable(graphs.values())
        if dataset and triple.subject == NamedNode(dataset) and isinstance(triple.object, Literal)
    }
    modified = said.get(DCTERMS + "modified") or said.get(DCTERMS + "issued", "")
    return Snapshot(_base(said.get(_BASE, "")), dataset, said.get(DCAT + "version", ""), modified, graphs)


def _base(said: str) -> str:
    """The base that a data set has *said*; an empty text where it can be none, for then its graphs would have no names."""
    try:
        return NamedNode(said + ALL).value.removesuffix(ALL)
    except ValueError:
        return ""


def _dataset(triples: Iterable[Triple]) -> str:
    told = list(triples)
    datasets = {triple.subject for triple in told if triple.predicate == TYPE and triple.object == _DATASET}
    based = (triple.subject for triple in told if triple.predicate.value == _BASE)
    return min((node.value for node in based if node in datasets and isinstance(node, NamedNode)), default="")
