"""Turtle in the house style: the one function that writes it, for the sources and for what is published.

Turtle 1.1: https://www.w3.org/TR/turtle/. One subject, one block; one statement, one line; the order is never a choice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from publish.model import DCAT, DCTERMS, FIRST, FOAF, LABELS, NIL, OWL, PROV, RDF, RDFS, REST, SHACL, SKOS, TYPE, XSD, Object, Subject, term_key

_LOCAL = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?)?")
_SHORT_LITERALS = {  # of Turtle's INTEGER, DECIMAL, DOUBLE and BooleanLiteral what every reader keeps: rdflib reads 007, .5 and 0.0000001 as 7, 0.5 and 1E-7
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]{0,99}"),
    XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]{0,99})\.[0-9]{1,6}"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_PREFIX, _NAMESPACE = NamedNode(SHACL + "prefix"), NamedNode(SHACL + "namespace")
_KNOWN = {"dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "owl": OWL, "prov": PROV, "rdf": RDF, "rdfs": RDFS, "sh": SHACL, "skos": SKOS, "xsd": XSD}
_IN_LONG_STRING = re.compile(r'[\x00-\x09\x0b-\x1f\x7f\\]|"(?="|\Z)')


class Namespaces:
    """Prefixes, and the shortest way to write an IRI with them: the longest namespace that fits wins."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(sorted(prefixes.items()))
        self._longest_first = sorted(((iri, name) for name, iri in prefixes.items()), key=lambda pair: (-len(pair[0]), pair))
        self._written: dict[str, tuple[str, str]] = {}

    def split(self, iri: str) -> tuple[str, str]:
        """Return the prefix that *iri* is written with and its written form; no prefix, then the full IRI."""
        if iri not in self._written:
            self._written[iri] = self._split(iri)
        return self._written[iri]

    def shorten(self, iri: str) -> str:
        """Return *iri* as ``prefix:local``, or as ``<iri>`` where no prefix fits."""
        return self.split(iri)[1]

    def expand(self, name: str) -> str | None:
        """Return the IRI that ``prefix:local`` stands for, or nothing where the prefix is not declared."""
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else None

    def used(self, triples: Iterable[Triple]) -> dict[str, str]:
        """Return the prefixes, A to Z, that *triples* are written with."""
        return self.declared(self.names(triples))

    def names(self, triples: Iterable[Triple]) -> set[str]:
        """Return the names of the prefixes that *triples* are written with, and an empty one where an IRI has none."""
        return {self.split(iri)[0] for triple in triples for iri in _iris(triple)}

    def declared(self, names: Container[str]) -> dict[str, str]:
        """Return the prefixes, A to Z, that have one of *names*."""
        return {name: iri for name, iri in self.prefixes.items() if name in names}

    def _split(self, iri: str) -> tuple[str, str]:
        for namespace, name in self._longest_first:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return name, f"{name}:{iri[len(namespace) :]}"
        return "", f"<{iri}>"


def declared_prefixes(triples: Iterable[Triple]) -> dict[str, str]:
    """Return the prefixes that *triples* declare (SHACL, section 5.2.1), and those of vocabularies that bynet itself writes, where they are free."""
    told = [triple for triple in triples if triple.predicate in (_PREFIX, _NAMESPACE) and isinstance(triple.object, Literal)]
    said = {(triple.subject, triple.predicate): triple.object.value for triple in told if isinstance(triple.object, Literal)}
    declared = {name: said[node, _NAMESPACE] for (node, predicate), name in said.items() if predicate == _PREFIX and (node, _NAMESPACE) in said}
    return {name: iri for name, iri in _KNOWN.items() if name not in declared and iri not in declared.values()} | declared


def write_turtle(triples: Sequence[Triple], namespaces: Namespaces) -> Iterator[str]:
    """Yield the text of sorted *triples* in the house style, piece by piece: prefixes, then a block a subject."""
    yield turtle_head(namespaces.used(triples))
    for _subject, block in write_blocks(triples, namespaces):
        yield "\n" + block


def turtle_head(prefixes: Mapping[str, str]) -> str:
    """Return the declarations of *prefixes*, which stand before the blocks."""
    return "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in prefixes.items()) + "\n"


def write_trig(graphs: Mapping[str, Sequence[Triple]], namespaces: Namespaces) -> Iterator[str]:
    """Yield the TriG text of sorted triples by the IRI of their graph: the blocks of `write_turtle`, each graph in braces."""
    names = {namespaces.split(iri)[0] for iri in graphs} - {""}
    used = dict(sorted({**{name: namespaces.prefixes[name] for name in names}, **namespaces.used(chain.from_iterable(graphs.values()))}.items()))
    yield turtle_head(used)
    for iri, triples in sorted(graphs.items()):
        yield f"\n{namespaces.shorten(iri)} {{\n"
        for _subject, block in write_blocks(triples, namespaces):
            yield "\n" + block
        yield "\n}\n"


def write_blocks(triples: Sequence[Triple], namespaces: Namespaces) -> Iterator[tuple[Subject, str]]:
    """Yield each subject of sorted *triples* with its block of Turtle; RDF lists stand inside their block."""
    lists = rdf_lists(triples)
    for subject, group in groupby(triples, key=lambda triple: triple.subject):
        if subject not in lists:
            yield subject, _block(subject, list(group), lists, namespaces)


def statement_order(predicate: NamedNode, namespaces: Namespaces) -> tuple[int, str]:
    """The place of a statement in its block: ``a``, then the labels, then A to Z as written."""
    rank = 0 if predicate == TYPE else 1 if predicate in LABELS else 2
    return rank, namespaces.shorten(predicate.value)


def write_term(term: Object, namespaces: Namespaces) -> str:
    """Return one term as Turtle: IRIs short, numbers and truth values bare, texts of several lines as long strings."""
    if isinstance(term, NamedNode):
        return namespaces.shorten(term.value)
    if not isinstance(term, Literal):
        return str(term)
    datatype = term.datatype.value
    if datatype in _SHORT_LITERALS and _SHORT_LITERALS[datatype].fullmatch(term.value):
        return term.value
    text = _long_string(term.value) if "\n" in term.value else str(Literal(term.value))
    if term.language:
        return f"{text}@{term.language}"
    return text if datatype == XSD + "string" else f"{text}^^{namespaces.shorten(datatype)}"


def read_term(text: str) -> Object:
    """Return the term that *text* is in N-Triples."""
    quad: Quad = next(pyoxigraph.parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES))
    return quad.object


def _block(subject: Subject, triples: list[Triple], lists: Mapping[Subject, tuple[Object, ...]], namespaces: Namespaces) -> str:
    def written(term: Object) -> str:
        if term in lists and not isinstance(term, Literal):
            return f"( {' '.join(map(written, lists[term]))} )"
        return write_term(term, namespaces)

    def place(triple: Triple) -> tuple[tuple[int, str], str]:
        key = written(triple.object) if triple.object in lists else term_key(triple.object)
        return statement_order(triple.predicate, namespaces), key

    name = write_term(subject, namespaces)
    verbs = ((("a" if triple.predicate == TYPE else namespaces.shorten(triple.predicate.value)), triple) for triple in sorted(triples, key=place))
    return "\n".join([name, *(f"    {verb} {written(triple.object)} ;" for verb, triple in verbs), ".\n"])


def rdf_lists(triples: Sequence[Triple]) -> dict[Subject, tuple[Object, ...]]:
    """Return every node of a well-formed RDF list of blank nodes (RDF Schema, section 5.2); its head with the members."""
    nodes = {triple.subject for triple in triples if isinstance(triple.subject, BlankNode)}
    if not nodes:
        return {}
    told = Counter(triple.subject for triple in triples if triple.subject in nodes)
    pointed = Counter(triple.object for triple in triples if triple.object in nodes)
    first = {triple.subject: triple.object for triple in triples if triple.predicate == FIRST}
    rest = {triple.subject: triple.object for triple in triples if triple.predicate == REST}
    links = {node for node in nodes if told[node] == len((FIRST, REST)) and pointed[node] == 1 and node in first and node in rest}
    chains = {head: chain for head in links - set(rest.values()) if (chain := _links(head, rest)) is not None and links.issuperset(chain)}
    members: dict[Subject, tuple[Object, ...]] = {}
    inside = {first[node] for chain in chains.values() for node in chain}
    waiting: list[Object] = [head for head in chains if head not in inside]  # a list inside itself begins nowhere
    while waiting:
        head = waiting.pop()
        if isinstance(head, BlankNode) and head in chains:
            members.update(dict.fromkeys(chains[head], ()))
            members[head] = tuple(first[node] for node in chains[head])
            waiting += members[head]
    return members


def _links(head: Subject, rest: Mapping[Subject, Object]) -> list[Subject] | None:
    links: list[Subject] = []
    node: Object = head
    while isinstance(node, BlankNode) and node in rest and len(links) <= len(rest):
        links.append(node)
        node = rest[node]
    return links if node == NIL else None


def _iris(triple: Triple) -> Iterator[str]:
    if isinstance(triple.subject, NamedNode):
        yield triple.subject.value
    if triple.predicate != TYPE:
        yield triple.predicate.value
    if isinstance(triple.object, NamedNode):
        yield triple.object.value
    elif isinstance(triple.object, Literal) and not triple.object.language and write_term(triple.object, _NONE)[-1] == ">":
        yield triple.object.datatype.value


def _long_string(text: str) -> str:
    def escape(match: re.Match[str]) -> str:
        found = match.group()
        return "\\" + found if found in '\\"' else f"\\u{ord(found):04X}" if found != "\t" else found

    return f'"""{_IN_LONG_STRING.sub(escape, text)}"""'


_NONE = Namespaces({})
