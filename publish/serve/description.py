"""What the endpoint can do, and over what data: https://www.w3.org/TR/sparql11-service-description/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from publish.model import TYPE, VOID, XSD, sort_triples

SD = "http://www.w3.org/ns/sparql-service-description#"

_FORMATS = "http://www.w3.org/ns/formats/"
_OFFERED = ("JSON-LD", "N-Triples", "RDF_XML", "SPARQL_Results_CSV", "SPARQL_Results_JSON", "SPARQL_Results_TSV", "SPARQL_Results_XML", "Turtle")
_SIMPLE = NamedNode("http://www.w3.org/ns/entailment/Simple")


def description(endpoint: str, base: str, counts: Mapping[str, int]) -> list[Triple]:
    """Return the description of the service at *endpoint* (an IRI), sorted; *counts* are the triples of each graph by its name under *base*.

    Every part has an IRI under the endpoint's; there are no blank nodes.
    """
    return sort_triples(_triples(endpoint, base, counts))


def _triples(endpoint: str, base: str, counts: Mapping[str, int]) -> Iterator[Triple]:
    service, dataset, available, union = (NamedNode(f"{endpoint}#{part}") for part in ("service", "dataset", "available", "graph"))
    yield Triple(service, TYPE, _sd("Service"))
    yield Triple(service, _sd("endpoint"), NamedNode(endpoint))
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    yield from (Triple(service, _sd("resultFormat"), NamedNode(_FORMATS + name)) for name in _OFFERED)
    yield Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    yield Triple(service, _sd("defaultEntailmentRegime"), _SIMPLE)
    yield Triple(service, _sd("defaultDataset"), dataset)
    yield Triple(service, _sd("availableGraphs"), available)  # no other graph is ever fetched
    yield Triple(available, TYPE, _sd("GraphCollection"))
    yield Triple(dataset, TYPE, _sd("Dataset"))
    yield Triple(dataset, _sd("defaultGraph"), union)
    yield from _graph(union, sum(counts.values()))
    for name, count in counts.items():
        named, graph = NamedNode(f"{endpoint}#named/{name}"), NamedNode(f"{endpoint}#graph/{name}")
        yield Triple(dataset, _sd("namedGraph"), named)
        yield Triple(available, _sd("namedGraph"), named)
        yield Triple(named, TYPE, _sd("NamedGraph"))
        yield Triple(named, _sd("name"), NamedNode(base + name))
        yield Triple(named, _sd("graph"), graph)
        yield from _graph(graph, count)


def _graph(graph: NamedNode, count: int) -> Iterator[Triple]:
    yield Triple(graph, TYPE, _sd("Graph"))
    yield Triple(graph, NamedNode(VOID + "triples"), Literal(str(count), datatype=NamedNode(XSD + "integer")))


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)
