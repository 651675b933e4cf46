"""JSON-LD 1.1 as a web developer wants it: short English keys, language maps, typed values, links that carry a label.

The keys come from one context, made from all that is published; each document has in it the part of the context that it
uses, so that reading it needs no network. https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Triple

from publish.model import TYPE, XSD, Object, Resource, Subject, term_key
from publish.turtle import NO_LISTS, Lists, Namespaces, Told, arranged, rdf_lists, statement_order, texts_of, unescaped

Json = object

_KEYWORDS = {"id": "@id", "type": "@type"}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # a JSON number that every reader keeps exactly (RFC 8259, section 6)
_NATIVE: Mapping[str, tuple[re.Pattern[str], Callable[[str], Json]]] = {
    XSD + "integer": (_INTEGER, int),
    XSD + "boolean": (re.compile(r"true|false"), {"true": True, "false": False}.__getitem__),
}
_STRING = XSD + "string"
_TYPE = f"<{TYPE.value}"
_ENCODER = json.JSONEncoder(ensure_ascii=False)
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
        self._coerced = {iri: self._coercion(iri) for iri in self._keys}

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
        return self._coerced.get(iri, "")  # what has no key has no definition either

    def arranged(self, triples: Iterable[Triple]) -> Told:
        """Return what sorted *triples* tell of their one subject, in the order of a node: as in Turtle, type and labels first."""
        return arranged(triples, self._namespaces)

    def order(self, predicate: NamedNode) -> tuple[int, str]:
        """The place of a property in an object: as in Turtle, type and labels first."""
        return statement_order(predicate, self._namespaces)

    def _coercion(self, iri: str) -> str:
        forms = self._forms[iri]
        form = next(iter(forms)) if len(forms) == 1 else ""
        return "" if form in (_STRING, "class") else form

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
    lists = rdf_lists(resource.own)
    writer = NodeWriter(context, texts_of(lists), resource.labels)
    nodes = dict(_nodes(resource.own, lists, writer))
    document = nodes.pop(NamedNode(resource.iri), {"id": resource.iri})
    others = [nodes[node] for node in sorted(nodes, key=str)]  # the blank nodes that are no list: nodes of their own
    pointers = {
        writer.used(predicate): [writer.link(term_key(triple.subject)) for triple in group] for predicate, group in _by_predicate(resource.incoming, context)
    }
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
    for _subject, node in _nodes(triples, lists, NodeWriter(context, texts_of(lists))):
        yield _ENCODER.encode(node)


def _nodes(triples: Iterable[Triple], lists: Container[Subject], writer: NodeWriter) -> Iterator[tuple[Subject, dict[str, Json]]]:
    """Yield each subject of *triples*, which stand together, but for the nodes of *lists*, with its node."""
    for subject, group in groupby(triples, key=attrgetter("subject")):
        if subject not in lists:
            yield subject, writer.node(term_key(subject), writer.context.arranged(group))


class NodeWriter:
    """Writes nodes, and remembers which keys of the context they used. Terms are the texts by which they are sorted (`publish.model.term_key`)."""

    def __init__(self, context: Context, lists: Lists = NO_LISTS, labels: Mapping[str, Sequence[Triple]] = MappingProxyType({})) -> None:
        self.context = context
        self._lists = lists
        self._labels = labels
        self._properties: dict[str, tuple[str, str]] = {}
        self.keys: set[str] = set()

    def line(self, subject: str, told: Told) -> str:
        """Return the node of *subject* as text, on one line."""
        return _ENCODER.encode(self.node(subject, told))

    def node(self, subject: str, told: Told) -> dict[str, Json]:
        """Return the node of *subject*, of which *told* is arranged as in Turtle."""
        document: dict[str, Json] = {"id": _id(subject)}
        for predicate, values in told.items():
            others = self._without_types(values, document) if predicate == _TYPE else values
            if others:
                key, form = self._properties.get(predicate) or self._property(predicate)
                document[key] = self._value(others[0], form) if len(others) == 1 and form != _LANGUAGE else self._values(others, form)
        return document

    def link(self, node: str) -> dict[str, Json]:
        """A node that is only pointed at: its id and its labels."""
        return self.node(node, self.context.arranged(self._labels.get(_id(node), ())))

    def used(self, iri: str) -> str:
        """Return the key of a property or class, which is used now."""
        key = self.context.key(iri)
        self.keys.add(key)
        return key

    def _without_types(self, kinds: Sequence[str], document: dict[str, Json]) -> list[str]:
        """Put the names of classes into *document*; return what no class can be called by: a text or list, which a type can be in RDF alone."""
        others = [kind for kind in kinds if kind[0] == '"' or kind in self._lists]
        names = [kind for kind in kinds if kind not in others] if others else kinds
        if names:
            document["type"] = _one([self.used(kind[1:]) if kind[0] == "<" else kind for kind in names])
        return others

    def _property(self, predicate: str) -> tuple[str, str]:
        """The key of a property, which is used now, and the form that its values are coerced to: looked up once."""
        iri = predicate[1:]
        self._properties[predicate] = found = self.used(iri), self.context.form(iri)
        return found

    def _values(self, values: Sequence[str], form: str) -> Json:
        if form != _LANGUAGE:
            return _one([self._value(value, form) for value in values])
        texts: dict[str, list[Json]] = {}
        for value in values:
            quoted, _, language = value.rpartition('"@')
            texts.setdefault(language, []).append(unescaped(quoted[1:]))
        return {language: _one(texts[language]) for language in sorted(texts)}

    def _value(self, value: str, form: str) -> Json:
        if value[0] == '"':
            return _literal(value, form)
        if value in self._lists:
            return {"@list": [self._value(member, form) for member in self._lists[value]]}
        is_bare = form == "@id" and not (self._labels and self._labels.get(_id(value)))
        return _id(value) if is_bare else self.link(value)


def _literal(text: str, form: str) -> Json:
    """The literal with *text*, as a value of a property whose values are coerced to *form*."""
    end = text.rindex('"')
    value, rest = unescaped(text[1:end]), text[end + 1 :]
    if rest.startswith("@"):
        return {"@value": value, _LANGUAGE: rest[1:]}
    datatype = rest[3:-1] or _STRING
    if datatype in _NATIVE and form in ("", datatype):
        native, read = _NATIVE[datatype]
        if native.fullmatch(value):
            return read(value)
    if form == datatype or (not form and datatype == _STRING):
        return value
    return {"@value": value} if datatype == _STRING else {"@value": value, "@type": datatype}


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


def _one(values: Sequence[Json]) -> Json:
    return values[0] if len(values) == 1 else values


def _id(node: str) -> str:
    return node[1:] if node[0] == "<" else node


def _dump(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
