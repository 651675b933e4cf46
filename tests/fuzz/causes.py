"""Where rdflib reads a document that bynet lets in otherwise than pyoxigraph does: every cause that is known, in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fuzz.quads import Reading, Term, named_alike
from publish.model import RDF, XSD

_TURTLE, _XML, _JSON = ("ttl", "trig"), ("rdf",), ("jsonld",)
_NUMBERS = {XSD + "integer", XSD + "decimal", XSD + "double"}
_COLLAPSED = {XSD + "token", XSD + "normalizedString"}
_NAMESPACES = re.compile(r' xmlns(?::[\w.-]+)?="[^"]*"')
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


Quad = tuple[Term, Term, Term, Term]


class Unexplained(AssertionError):
    """The two parsers disagree, and nobody knows why."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rdflib differs: in which formats, and either what makes both readings equal, or how its refusal begins; what the document then has in it."""

    why: str
    forms: Sequence[str]
    levelled: Callable[[Quad], Quad | None] | None = None
    refusal: str = ""
    within: bytes = b""


def _each(level: Callable[[Term], Term]) -> Callable[[Quad], Quad]:
    """Levels each term of a quad."""
    return lambda quad: (level(quad[0]), level(quad[1]), level(quad[2]), level(quad[3]))


def _literal(change: Callable[[str, str], str], kinds: set[str] | None = None) -> Callable[[Quad], Quad]:
    """Levels the lexical forms of literals (those of the datatypes *kinds*), of which *change* gets the datatype too."""

    def level(term: Term) -> Term:
        if term[:1] != ("literal",) or (kinds is not None and term[2] not in kinds):
            return term
        return (term[0], change(term[1], term[2]), *term[2:])

    return _each(level)


def _number(lexical: str, datatype: str) -> str:
    """A number as its value, however it is written; no value is made of one that could take all memory there is."""
    if datatype == XSD + "double":
        return repr(float(lexical)) if _DOUBLE.fullmatch(lexical) else lexical
    if not _DECIMAL.fullmatch(lexical):
        return lexical
    digits = format(Decimal(lexical), "f")
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits).removeprefix("-0") or "0"


def _any_number(term: Term) -> Term:
    """A number as a double, whole or not: JSON tells them apart by their size alone."""
    if term[:1] != ("literal",) or term[2] not in _NUMBERS or not _DOUBLE.fullmatch(term[1]):
        return term
    return ("literal", repr(float(term[1])), "number", "", "")


def _language(term: Term) -> Term:
    return (*term[:3], term[3].lower(), *term[4:]) if term[:1] == ("literal",) else term


def _spaced(lexical: str, _datatype: str) -> str:
    return re.sub(r"[\t\r\n]", " ", lexical.replace("\r\n", "\n"))


def _unless_scheme_alone(quad: Quad) -> Quad | None:
    return None if any(term[:1] == ("iri",) and term[1].endswith(":") for term in quad) else quad


def _unless_resource(quad: Quad) -> Quad | None:
    return None if quad[2][:1] == ("iri",) else quad


def _without_blank_graph(quad: Quad) -> Quad:
    return (*quad[:3], ()) if quad[3][:1] == ("blank",) else quad


def _last(term: Term) -> Term:
    return ("iri", re.split("[/:]", term[1])[-1]) if term[:1] == ("iri",) else term


def _query(term: Term) -> Term:
    return ("iri", re.sub(r"[^/]*\?", "?", term[1], count=1)) if term[:1] == ("iri",) else term


CAUSES = (
    Cause("pyoxigraph writes language tags in small letters, as RDF 1.1 lets it", (*_TURTLE, *_XML, *_JSON, "nt", "nq"), _each(_language)),
    Cause("rdflib makes Python's numbers of bare numbers, and writes those", (*_TURTLE, *_JSON), _literal(_number, _NUMBERS)),
    Cause("rdflib keeps a whole number of JSON, however large", _JSON, _each(_any_number)),
    Cause("rdflib takes a scheme without anything behind it for no IRI", _JSON, _unless_scheme_alone, within=rb':"'),
    Cause("rdflib puts a graph that has no name of its own among what is in no graph", _JSON, _without_blank_graph, within=rb"@graph"),
    Cause("rdflib reads every end of a line in a text as a line feed", _TURTLE, _literal(lambda lexical, _datatype: re.sub("\r\n?", "\n", lexical))),
    Cause(
        "rdflib collapses the white space of tokens",
        (*_TURTLE, *_XML, *_JSON, "nt", "nq"),
        _literal(lambda lexical, _datatype: " ".join(lexical.split()), _COLLAPSED),
    ),
    Cause(
        "namespaces that XML in a literal inherits are written by one and not by the other",
        _XML,
        _literal(lambda lexical, _datatype: _NAMESPACES.sub("", lexical), {RDF + "XMLLiteral"}),
    ),
    Cause("rdflib takes the last part of the path from the base of a reference that is a query alone", _TURTLE, _each(_query), within=rb"(?i)base"),
    Cause("Python puts references and bases together in a way of its own", _XML, _each(_last), within=rb"base\s*="),
    Cause(
        "rdflib loses what it can't put together with a base without a slash behind its scheme", _JSON, _unless_resource, within=rb'@base"\s*:\s*"[^"/]*:[^"/]'
    ),
    Cause("rdflib puts references and a base without a path together in a way of its own", _JSON, _each(_last), within=rb"@base"),
    Cause("pyoxigraph keeps tabs and ends of lines in attributes, of which XML makes spaces", _XML, _literal(_spaced), within=rb"""=\s*["'][^"']*[\t\r\n]"""),
    Cause("rdflib wants a language tag right behind its text", _TURTLE, refusal="BadSyntax", within=rb"""["']\s+@"""),
    Cause("rdflib wants a space between the terms of a line", ("nt", "nq"), refusal="ParserError: ", within=rb"""[>"'][<"_.]|_:\S*<"""),
    Cause("rdflib knows no letters but those of ASCII in the name of a blank node", ("nt", "nq"), refusal="ParserError: ", within=rb"_:\S*[\x80-\xff]"),
    Cause("rdflib refuses an attribute of RDF's own where it has no meaning", _XML, refusal="ParserError: .*Invalid property attribute URI", within=rb"rdf:"),
    Cause("rdflib wants a slash after the colon of a base", _TURTLE, refusal="ValueError: Base <", within=rb"(?i)base"),
    Cause("Python makes no number of so many digits", (*_TURTLE, *_JSON), refusal=r"ValueError: Exceeds the limit \(4300 digits\)", within=rb"[0-9]{4300}"),
    Cause("rdflib does not know RDF 1.2", _TURTLE, refusal="BadSyntax", within=rb"(?i)version"),
    Cause("rdflib has no answer to JSON-LD that is no object", _JSON, refusal="UnboundLocalError", within=rb"\A\s*[^{\[\s]"),
    Cause("Python takes letters that look like the marks of an address for no host", _XML, refusal="ValueError: netloc .* under NFKC", within=rb"[^\x00-\x7f]"),
)


def explained(document: bytes, form: str, ours: Reading, theirs: Reading | str) -> Sequence[str]:
    """Return why rdflib reads *document* otherwise (what it reads, or the words in which it refuses), nothing where it does not. Raises `Unexplained`."""
    causes = [cause for cause in CAUSES if form in cause.forms and re.search(cause.within, document)]
    if isinstance(theirs, str):
        known = [cause.why for cause in causes if cause.refusal and re.match(cause.refusal, theirs)]
        if not known:
            raise Unexplained(f"rdflib refuses: {theirs}")
        return known[:1]
    if named_alike(ours) == named_alike(theirs):
        return []
    why: list[str] = []
    for cause in causes:
        if cause.levelled is not None:
            levelled = (_levelled(ours, cause.levelled), _levelled(theirs, cause.levelled))
            why += [cause.why] * (levelled != (ours, theirs))
            ours, theirs = levelled
    lost, more = (sorted((one - other).elements()) for one, other in ((named_alike(ours), named_alike(theirs)), (named_alike(theirs), named_alike(ours))))
    if lost or more:
        raise Unexplained(f"rdflib reads otherwise: {lost[:3]} became {more[:3]}")
    return why


def _levelled(reading: Reading, level: Callable[[Quad], Quad | None]) -> Reading:
    return frozenset(levelled for levelled in map(level, reading) if levelled is not None)
