"""What the value of each word of SHACL has to be, and which words a shape says once at most (SHACL, section 4; its shapes of shapes)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publish.datatypes import is_valid
from publish.model import RDF, SHACL, XSD, Object
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
}
"""What the value of each word has to be: the rule by the words."""
_ONCE = (
    "ask closed datatype deactivated flags ignoredProperties in languageIn maxCount maxExclusive maxInclusive maxLength minCount minExclusive minInclusive "
    "minLength nodeKind path qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint select severity uniqueLang"
)
"""What a shape says once at most."""
_OF_MEMBERS = {SHACL + "languageIn": "value-text", SHACL + "ignoredProperties": "value-iri"}


def misfits(net: Net) -> Iterator[Misfit]:
    """Yield the values in *net* that are of the wrong kind, and those that are too many."""
    seen: set[tuple[Object, str]] = set()
    for triple in net.triples:
        word = triple.predicate.value
        rule = _RULES.get(word, "")
        members = net.members(triple.object) if rule == "value-list" else None
        if (rule == "value-list" and (members is None or (word in LISTS_OF_SHAPES and not members))) or (rule in _FITS and not _FITS[rule](triple.object)):
            yield rule, triple, triple.object
        of_members = _OF_MEMBERS.get(word)
        yield from ((of_members, triple, member) for member in members or () if of_members and not _FITS[of_members](member))
        if word in _SAID_ONCE and (triple.subject, word) in seen:
            yield "said-twice", triple, triple.object
        seen.add((triple.subject, word))


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
}
_RULES = {SHACL + word: rule for rule, words in _NEEDS.items() for word in words.split()}
_SAID_ONCE = {SHACL + word for word in _ONCE.split()}
