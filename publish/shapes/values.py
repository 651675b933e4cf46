"""What the value of each word of SHACL has to be, and which words a shape says once at most (SHACL, section 4; its shapes of shapes)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.datatypes import is_valid
from publish.model import NIL, RDF, SHACL, XSD, Object
from publish.shapes.structure import LISTS_OF_SHAPES, Net

Misfit = tuple[str, Triple, Object]
"""The rule, the triple, and the value or the member of a list that does not fit."""

_NODE_KINDS = {SHACL + name for name in ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")}
_NEEDS = {
    "value-iri": "class datatype disjoint equals lessThan lessThanOrEquals severity targetClass targetObjectsOf targetSubjectsOf",
    "value-number": "maxCount maxLength minCount minLength qualifiedMaxCount qualifiedMinCount",
    "value-boolean": "closed deactivated optional qualifiedValueShapesDisjoint uniqueLang",
    "value-text": "ask flags message pattern select",
    "value-literal": "maxExclusive maxInclusive minExclusive minInclusive",
    "value-list": "and ignoredProperties in languageIn or xone",
    "value-node": "declare node nodeValidator not parameter property propertyValidator qualifiedValueShape sparql validator",
    "value-kind": "nodeKind",
    "value-target": "targetNode",
    "value-prefix": "prefix",
    "value-namespace": "namespace",
}
"""What the value of each word has to be: the rule by the words."""
_ONCE = (
    "ask closed datatype deactivated flags ignoredProperties in languageIn maxCount maxExclusive maxInclusive maxLength minCount minExclusive minInclusive "
    "minLength nodeKind path qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint select severity uniqueLang"
)
"""What a shape says once at most."""
_PREFIX = re.compile(r"(?:[^\W\d_](?:[\w.-]*[\w-])?)?")
_OF_MEMBERS = {SHACL + "languageIn": "value-text", SHACL + "ignoredProperties": "value-iri"}


def misfits(net: Net) -> Iterator[Misfit]:
    """Yield the values in *net* that are of the wrong kind, and those that are too many."""
    seen: set[tuple[Object, str]] = set()
    of_lists: dict[tuple[str, Object], list[Object]] = {}
    for triple in net.triples:
        word, value = triple.predicate.value, triple.object
        if not fits(word, value) or (_RULES.get(word) == "value-list" and not _is_list(net, triple)):
            yield _RULES[word], triple, value
        if word in _OF_MEMBERS:
            if (word, value) not in of_lists:
                of_lists[word, value] = [member for member in net.members(value) if not _FITS[_OF_MEMBERS[word]](member)]
            yield from ((_OF_MEMBERS[word], triple, member) for member in of_lists[word, value])
        if word in _SAID_ONCE and (triple.subject, word) in seen:
            yield "said-twice", triple, value
        seen.add((triple.subject, word))


def fits(word: str, value: Object) -> bool:
    """Say whether *value* is what *word* (an IRI) takes, lists apart."""
    rule = _RULES.get(word, "")
    return rule not in _FITS or _FITS[rule](value)


def _is_list(net: Net, triple: Triple) -> bool:
    return net.is_list(triple.object) and (triple.object != NIL or triple.predicate.value not in LISTS_OF_SHAPES)


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _is_text(term: Object) -> bool:
    return isinstance(term, Literal) and term.datatype.value in {XSD + "string", RDF + "langString"}


def _is(term: Object, datatype: str) -> bool:
    return isinstance(term, Literal) and term.datatype.value == XSD + datatype and is_valid(term.value, XSD + datatype)


_FITS: Mapping[str, Callable[[Object], bool]] = {
    "value-iri": lambda term: isinstance(term, NamedNode),
    "value-number": lambda term: _is(term, "integer") and is_valid(term.value, XSD + "nonNegativeInteger"),  # type: ignore[union-attr]  # a literal then
    "value-boolean": lambda term: _is(term, "boolean"),
    "value-text": _is_text,
    "value-literal": lambda term: isinstance(term, Literal),
    "value-node": lambda term: not isinstance(term, Literal),
    "value-kind": lambda term: isinstance(term, NamedNode) and term.value in _NODE_KINDS,
    "value-target": lambda term: not isinstance(term, BlankNode),
    "value-prefix": lambda term: isinstance(term, Literal) and _PREFIX.fullmatch(term.value) is not None,
    "value-namespace": lambda term: isinstance(term, Literal) and _is_iri(term.value),
}
_RULES = {SHACL + word: rule for rule, words in _NEEDS.items() for word in words.split()}
_SAID_ONCE = {SHACL + word for word in _ONCE.split()}
