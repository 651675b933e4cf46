"""The schema of the SPARQL 1.1 Service Description, as far as a publisher of files uses it."""

from __future__ import annotations

import rdflib
from rdflib.namespace import RDF, VOID

from publish.serve.description import SD

DOMAINS_AND_RANGES = {
    "endpoint": ("Service", ""),
    "supportedLanguage": ("Service", "Language"),
    "resultFormat": ("Service", "Format"),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
"""The schema of the Service Description (section 3.4): of each property that is used, the class of what has it, and of what it leads to."""
INSTANCES = {
    "Language": {SD + "SPARQL11Query"},
    "Feature": {SD + "UnionDefaultGraph"},
    "EntailmentRegime": {"http://www.w3.org/ns/entailment/Simple"},
    "Format": {
        f"http://www.w3.org/ns/formats/{name}"
        for name in ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD", "RDF_XML")
    },
}
"""The members of the classes that no publisher makes members of (section 3.3, and W3C's list of formats)."""


def assert_conforms(graph: rdflib.Graph) -> None:
    """W3C's case conforms-to-schema, and the rule that all that is spoken of has an IRI."""
    subclasses = {"GraphCollection": {"GraphCollection", "Dataset"}}
    assert not [term for triple in graph for term in triple if isinstance(term, rdflib.BNode)]
    for subject, predicate, value in graph:
        if predicate == RDF.type:
            assert value in {rdflib.URIRef(SD + name) for name in ("Service", "Dataset", "GraphCollection", "NamedGraph", "Graph")}
        elif str(predicate).startswith(SD):
            domain, target = DOMAINS_AND_RANGES[str(predicate).removeprefix(SD)]
            types = {str(found).removeprefix(SD) for found in graph.objects(subject, RDF.type)}
            assert types & subclasses.get(domain, {domain})
            if target in INSTANCES:
                assert str(value) in INSTANCES[target]
            elif target:
                assert (value, RDF.type, rdflib.URIRef(SD + target)) in graph
        else:
            assert predicate == VOID.triples
    for named in graph.subjects(RDF.type, rdflib.URIRef(SD + "NamedGraph")):
        assert len([*graph.objects(named, rdflib.URIRef(SD + "name"))]) == 1
    assert {str(format_) for format_ in graph.objects(None, rdflib.URIRef(SD + "resultFormat"))} == INSTANCES["Format"]
