"""Turtle in the house style: the one function that writes it, for the sources and for what is published.

Turtle 1.1: https://www.w3.org/TR/turtle/. One subject, one block; one statement, one line; the order is never a choice.
"""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from types import MappingProxyType

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from publish.model import DCAT, DCTERMS, FIRST, FOAF, LABELS, NIL, OWL, PROV, RDF, RDFS, REST, SHACL, SKOS, TYPE, XSD, Object, Subject, term_key

Told = Mapping[str, Sequence[str]]
"""What is told of one subject: the objects by their predicates. Terms are the texts by which they are sorted (`publish.model.term_key`)."""
Lists = Mapping[str, Sequence[str]]
"""The members of RDF lists by their heads, and no members by their other nodes."""

_LOCAL = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?)?")
_IN_LOCAL = string.ascii_letters + string.digits + "_.-"
_SHORT_LITERALS = {  # of Turtle's INTEGER, DECIMAL, DOUBLE and BooleanLiteral what every reader keeps: rdflib reads 007, .5 and 0.0000001 as 7, 0.5 and 1E-7
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]{0,99}"),
    XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]{0,99})\.[0-9]{1,6}"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_PREFIX, _NAMESPACE = NamedNode(SHACL + "prefix"), NamedNode(SHACL + "namespace")
_KNOWN = {"dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "owl": OWL, "prov": PROV, "rdf": RDF, "rdfs": RDFS, "sh": SHACL, "skos": SKOS, "xsd": XSD}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_LABELS = {label.value for label in LABELS}
NO_LISTS: Lists = MappingProxyType({})
_IN_LONG_STRING = re.compile(r'[\x00-\x09\x0b-\x1f\x7f\\]|"(?="|\Z)')
_BRACKETED = re.compile(r"<([^<>\s]*)>")


class Namespaces:
    """Prefixes, and the shortest way to write an IRI with them: the longest namespace that fits wins."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(sorted(prefixes.items()))
        self._names = {iri: name for name, iri in reversed(self.prefixes.items())}  # the first of two names for the same
        self._lengths = sorted({*map(len, self._names)}, reverse=True)
        self._written: dict[str, tuple[str, str]] = {}
        self._verbs: dict[str, tuple[int, str]] = {}

    def split(self, iri: str) -> tuple[str, str]:
        """Return the prefix that *iri* is written with and its written form; no prefix, then the full IRI."""
        written = self._written.get(iri)
        if written is None:
            written = self._written[iri] = self._split(iri)
        return written

    def written(self) -> set[str]:
        """Return the names of the prefixes of all that has been written with them so far."""
        return {name for name, _form in self._written.values()} - {""}

    def shorten(self, iri: str) -> str:
        """Return *iri* as ``prefix:local``, or as ``<iri>`` where no prefix fits."""
        return self.split(iri)[1]

    def shortened(self, text: str) -> str:
        """Return *text*, a pattern of SPARQL for instance, with each IRI in it as `shorten` writes it."""
        return _BRACKETED.sub(lambda iri: self.shorten(iri[1]), text)

    def verb(self, predicate: str) -> tuple[int, str]:
        """Return the place in a block of the property with the text *predicate* (`term_key`), and how it is written there."""
        verb = self._verbs.get(predicate)
        if verb is None:
            iri = predicate[1:]
            verb = self._verbs[predicate] = (0, "a") if iri == TYPE.value else (1 if iri in _LABELS else 2, self.split(iri)[1])
        return verb

    def expand(self, name: str) -> str | None:
        """Return the IRI that ``prefix:local`` stands for, or nothing where the prefix is not declared."""
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else None

    def used(self, triples: Iterable[Triple]) -> dict[str, str]:
        """Return the prefixes, A to Z, that *triples* are written with."""
        return self.declared({self.split(iri)[0] for triple in triples for iri in _iris(triple)})

    def declared(self, names: Container[str]) -> dict[str, str]:
        """Return the prefixes, A to Z, that have one of *names*."""
        return {name: iri for name, iri in self.prefixes.items() if name in names}

    def _split(self, iri: str) -> tuple[str, str]:
        least = len(iri.rstrip(_IN_LOCAL))
        for length in self._lengths:
            if length < least:
                break
            name = self._names.get(iri[:length])
            if name is not None and _LOCAL.fullmatch(iri, length):
                return name, f"{name}:{iri[length:]}"
        return "", f"<{iri}" if iri[:1] == "<" else f"<{iri}>"  # a triple term closes itself


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
    members = texts_of(lists)
    for subject, group in groupby(triples, key=attrgetter("subject")):
        if subject not in lists:
            yield subject, write_block(term_key(subject), arranged(group, namespaces), namespaces, members)


def write_block(subject: str, told: Told, namespaces: Namespaces, lists: Lists = NO_LISTS) -> str:
    """Return the block of one subject, of which *told* is as `arrange` returns it."""

    def written(term: str) -> str:
        return f"( {' '.join(map(written, lists[term]))} )" if term in lists else write_told(term, namespaces)

    lines = [write_told(subject, namespaces)]
    for predicate, values in told.items():
        verb = namespaces.verb(predicate)[1]
        if not lists:
            for value in values:
                lines.append(f"    {verb} {write_told(value, namespaces)} ;")  # noqa: PERF401  # most have one value, for which this takes half the time
        else:
            ordered = sorted(values, key=lambda value: written(value) if value in lists else value)
            lines += [f"    {verb} {written(value)} ;" for value in ordered]
    lines.append(".\n")
    return "\n".join(lines)


def arranged(triples: Iterable[Triple], namespaces: Namespaces) -> Told:
    """Return what sorted *triples* tell of their one subject, in the order of a block."""
    told: dict[str, list[str]] = defaultdict(list)
    for triple in triples:
        told[f"<{triple.predicate.value}"].append(term_key(triple.object))
    return arrange(told, namespaces)


def arrange(told: Told, namespaces: Namespaces) -> Told:
    """Return *told* in the order of a block: ``a``, then the labels, then A to Z as written."""
    return {predicate: told[predicate] for predicate in sorted(told, key=namespaces.verb)}


def statement_order(predicate: NamedNode, namespaces: Namespaces) -> tuple[int, str]:
    """The place of a statement in its block: ``a``, then the labels, then A to Z as written."""
    return namespaces.verb(f"<{predicate.value}")


def write_term(term: Object, namespaces: Namespaces) -> str:
    """Return one term as Turtle: IRIs short, numbers and truth values bare, texts of several lines as long strings."""
    return write_told(term_key(term), namespaces)


def write_told(text: str, namespaces: Namespaces) -> str:
    """Return as Turtle the term that has *text* (`term_key`)."""
    if text[0] == "<":
        return namespaces.split(text[1:])[1]
    if "\\n" in text and "\n" in (content := unescaped(text[1 : text.rindex('"')])):
        text = _long_string(content) + text[text.rindex('"') + 1 :]
    if text[-1] != ">":
        return text
    quoted, _, datatype = text[:-1].rpartition("^^<")
    short = _SHORT_LITERALS.get(datatype)
    if short and short.fullmatch(quoted, 1, len(quoted) - 1):
        return quoted[1:-1]
    return f"{quoted}^^{namespaces.split(datatype)[1]}"


def unescaped(text: str) -> str:
    """Return what stands for the *text* between the quotation marks of a literal of N-Triples."""
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(escaped: re.Match[str]) -> str:
    number = escaped[1] or escaped[2]
    return chr(int(number, 16)) if number else _ESCAPES.get(escaped[3], escaped[3])


def read_term(text: str) -> Object:
    """Return the term that *text* is in N-Triples."""
    quad: Quad = next(pyoxigraph.parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES))
    return quad.object


def texts_of(lists: Mapping[Subject, tuple[Object, ...]]) -> Lists:
    """Return *lists* with the texts of their nodes and members."""
    return {term_key(node): [*map(term_key, members)] for node, members in lists.items()}


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
