"""JSON-LD 1.1 as a web developer wants it: short English keys, language maps, typed values, links that carry a label.

The keys come from one context, made from all that is published; each document has in it the part of the context that it
uses, so that reading it needs no network. https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.model import TYPE, XSD, Object, Resource, Subject, term_key
from publish.turtle import Namespaces, rdf_lists, statement_order

Json = object
Lists = Mapping[Subject, Sequence[Object]]

_KEYWORDS = {"id": "@id", "type": "@type"}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # a JSON number that every reader keeps exactly (RFC 8259, section 6)
_NATIVE = {XSD + "integer": _INTEGER, XSD + "boolean": re.compile(r"true|false")}
_LANGUAGE = "@language"
SEPARATOR = ",\n"
GRAPH_END = "\n]\n}\n"
"""What stands between the nodes of a graph's document, and after the last."""


class Context:
    """The keys of a data set's JSON-LD, and how the values under each are read.

    *forms* has those of triples that are not among *triples*: ``@id``, ``@language`` and datatypes by property, ``class`` by class.
    """

    def __init__(self, triples: Iterable[Triple], namespaces: Namespaces, base: str, forms: Mapping[str, Iterable[str]] = MappingProxyType({})) -> None:
        self._namespaces = namespaces
        self._forms = {name: {*found} for name, found in forms.items()}
        for triple in triples:
            if triple.predicate != TYPE:
                self._forms.setdefault(triple.predicate.value, set()).add(_form(triple.object))
            elif isinstance(triple.object, NamedNode):
                self._forms.setdefault(triple.object.value, set()).add("class")
                self._forms.setdefault(TYPE.value, set()).add("@id")  # a key for what has a class, in @reverse
        self._keys = self._short(base)

    def definitions(self, keys: Iterable[str]) -> dict[str, Json]:
        """Return the part of the context that defines *keys*, sorted; keywords' aliases first."""
        iris = {key: iri for iri, key in self._keys.items()}
        return {**_KEYWORDS, **{key: self._definition(iris[key]) for key in sorted(keys) if key in iris}}

    def whole(self) -> dict[str, Json]:
        """Return the whole context, as it is published."""
        return self.definitions(self._keys.values())

    def used(self, triples: Iterable[Triple]) -> dict[str, Json]:
        """Return the part of the context that *triples* need."""
        return self.definitions({self.key(iri) for triple in triples for iri in _named(triple)})

    def key(self, iri: str) -> str:
        """Return the key of a property or class: a short name, or the IRI where it has no good one."""
        return self._keys.get(iri, iri)

    def form(self, iri: str) -> str:
        """Return how all values of a property are coerced: ``@id``, ``@language``, a datatype's IRI, or not at all (empty)."""
        forms = self._forms[iri] if iri in self._keys else set()  # what has no key has no definition either
        form = next(iter(forms)) if len(forms) == 1 else ""
        return "" if form in (XSD + "string", "class") else form

    def order(self, predicate: NamedNode) -> tuple[int, str]:
        """The place of a property in an object: as in Turtle, type and labels first."""
        return statement_order(predicate, self._namespaces)

    def _short(self, base: str) -> dict[str, str]:
        keys: dict[str, str] = {}
        taken = {*_KEYWORDS}
        for iri in sorted(self._forms, key=lambda iri: (not iri.startswith(base), self._namespaces.shorten(iri))):
            prefix, colon, local = self._namespaces.shorten(iri).partition(":")
            choices = (local, prefix + local[:1].upper() + local[1:]) if colon and not prefix.startswith("<") else ()
            key = next((key for key in choices if _KEY.fullmatch(key) and key not in taken), None)
            if key:
                taken.add(key)
                keys[iri] = key
        return keys

    def _definition(self, iri: str) -> Json:
        form = self.form(iri)
        if form == _LANGUAGE:
            return {"@id": iri, "@container": _LANGUAGE}
        return {"@id": iri, "@type": form} if form else iri


def write_resource(resource: Resource, context: Context) -> str:
    """Return the JSON-LD document of one resource: its node, its links with their labels, what points at it."""
    writer = _Writer(context, rdf_lists(resource.own), resource.labels)
    document = writer.node(NamedNode(resource.iri), [triple for triple in resource.own if triple.subject == NamedNode(resource.iri)])
    others = writer.loose(resource.own, resource.iri)
    pointers = {writer.used(predicate): [writer.link(triple.subject) for triple in group] for predicate, group in _by_predicate(resource.incoming, context)}
    if pointers:
        document["@reverse"] = pointers
    body = {"@graph": [document, *others]} if others else document
    return _dump({"@context": context.definitions(writer.keys), **body})


def write_graph(triples: Sequence[Triple], context: Context) -> Iterator[str]:
    """Yield the JSON-LD document of sorted *triples*, node by node."""
    yield graph_head(context.used(triples))
    separator = ""
    for node in write_nodes(triples, context):
        yield separator + node
        separator = SEPARATOR
    yield GRAPH_END


def graph_head(definitions: Mapping[str, Json]) -> str:
    """Return what stands before the nodes of a graph's document, whose context has *definitions*."""
    return '{\n"@context": ' + json.dumps(definitions, ensure_ascii=False, indent=1) + ',\n"@graph": [\n'


def write_nodes(triples: Sequence[Triple], context: Context) -> Iterator[str]:
    """Yield the node of each subject of sorted *triples*, on a line of its own; `SEPARATOR` stands between two."""
    lists = rdf_lists(triples)
    for subject, group in groupby(triples, key=lambda triple: triple.subject):
        if subject not in lists:
            yield json.dumps(_Writer(context, lists, {}).node(subject, list(group)), ensure_ascii=False)


class _Writer:
    """Writes nodes, and remembers which keys of the context they used."""

    def __init__(self, context: Context, lists: Lists, labels: Mapping[str, Sequence[Triple]]) -> None:
        self._context = context
        self._lists = lists
        self._labels = labels
        self.keys: set[str] = set()

    def node(self, subject: Subject, triples: Sequence[Triple]) -> dict[str, Json]:
        types = [triple.object for triple in triples if triple.predicate == TYPE and self._is_name(triple.object)]
        document: dict[str, Json] = {"id": _id(subject)}
        if types:
            document["type"] = _one([self._type(kind) for kind in types])
        others = [triple for triple in triples if triple.predicate != TYPE or not self._is_name(triple.object)]
        for predicate, group in _by_predicate(others, self._context):
            document[self.used(predicate)] = self._values(predicate, [triple.object for triple in group])
        return document

    def _is_name(self, kind: Object) -> bool:
        """Whether *kind* is what a class can be called by, and no text or list, which a type can be in RDF alone."""
        return isinstance(kind, NamedNode) or (isinstance(kind, BlankNode) and kind not in self._lists)

    def loose(self, triples: Sequence[Triple], iri: str) -> list[Json]:
        """The blank nodes that are no list: nodes of their own."""
        subjects = sorted({triple.subject for triple in triples} - set(self._lists) - {NamedNode(iri)}, key=str)
        return [self.node(subject, [triple for triple in triples if triple.subject == subject]) for subject in subjects]

    def link(self, node: Subject) -> dict[str, Json]:
        """A node that is only pointed at: its id and its labels."""
        return self.node(node, self._labels.get(_id(node), ()))

    def used(self, iri: str) -> str:
        key = self._context.key(iri)
        self.keys.add(key)
        return key

    def _type(self, kind: Object) -> str:
        return self.used(kind.value) if isinstance(kind, NamedNode) else str(kind)

    def _values(self, predicate: str, values: Sequence[Object]) -> Json:
        form = self._context.form(predicate)
        if form != _LANGUAGE:
            return _one([self._value(value, form) for value in values])
        texts: dict[str, list[Json]] = {}
        for value in values:
            if isinstance(value, Literal):
                texts.setdefault(value.language or "", []).append(value.value)
        return {language: _one(texts[language]) for language in sorted(texts)}

    def _value(self, value: Object, form: str) -> Json:
        if value in self._lists and not isinstance(value, Literal):
            return {"@list": [self._value(member, form) for member in self._lists[value]]}
        if not isinstance(value, Literal):
            linked = self.link(value)
            return linked["id"] if form == "@id" and len(linked) == 1 else linked
        datatype = value.datatype.value
        native = _NATIVE.get(datatype)
        if native and native.fullmatch(value.value) and form in ("", datatype):
            return json.loads(value.value)
        if form == datatype or (not form and datatype == XSD + "string"):
            return value.value
        if value.language:
            return {"@value": value.value, _LANGUAGE: value.language}
        return {"@value": value.value} if datatype == XSD + "string" else {"@value": value.value, "@type": datatype}


def _named(triple: Triple) -> Iterator[str]:
    """What a triple takes from the context: its property, or the class that it says its subject is in."""
    yield triple.object.value if triple.predicate == TYPE and isinstance(triple.object, NamedNode) else triple.predicate.value


def _form(value: Object) -> str:
    if not isinstance(value, Literal):
        return "@id"
    return _LANGUAGE if value.language else value.datatype.value


def _by_predicate(triples: Iterable[Triple], context: Context) -> Iterator[tuple[str, list[Triple]]]:
    ordered = sorted(triples, key=lambda triple: (context.order(triple.predicate), term_key(triple.object), term_key(triple.subject)))
    for predicate, group in groupby(ordered, key=lambda triple: triple.predicate):
        yield predicate.value, list(group)


def _one(values: list[Json]) -> Json:
    return values[0] if len(values) == 1 else values


def _id(node: Subject) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


def _dump(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
