"""What RDF/XML may not have, whatever a parser makes of it: a document type, with its entities; another encoding; depth. Its errors, with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

from publish.intake.fault import Fault
from publish.intake.nesting import DEPTH

_PARSE_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns# parseType"
_PARSED = ("Literal", "Resource", "Collection")
"""The values of `rdf:parseType`; what stands under any other one pyoxigraph drops without a word."""


class _Refused(Exception):
    def __init__(self, rule: str, **words: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.words = words


class _Watch:
    """What expat meets, until there is something that may not be."""

    def __init__(self) -> None:
        self._depth = 0

    def declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in ("UTF-8", "UTF8"):
            raise _Refused("xml-encoding", word=encoding)

    def doctype(self, *_declared: object) -> None:
        raise _Refused("xml-doctype")

    def opened(self, _name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get(_PARSE_TYPE, "Literal")
        if kind not in _PARSED:
            raise _Refused("syntax", words=f"rdf:parseType={kind!r}")
        self._depth += 1
        if self._depth > DEPTH:
            raise _Refused("too-deep", depth=str(DEPTH))

    def closed(self, *_element: object) -> None:
        self._depth -= 1


def xml_fault(text: str) -> Fault | None:
    """Return the first thing that is wrong with the XML in *text*; nothing where all is well. No entity is expanded and nothing is fetched."""
    watch = _Watch()
    parser = expat.ParserCreate("UTF-8", " ")  # with namespaces, without which RDF/XML is none
    parser.XmlDeclHandler = watch.declared
    parser.StartDoctypeDeclHandler = watch.doctype
    parser.StartElementHandler = watch.opened
    parser.EndElementHandler = watch.closed
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003  # expat has it so
    except _Refused as refused:
        return Fault(refused.rule, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, refused.words)
    except expat.ExpatError as error:
        return Fault("syntax", error.lineno, error.offset + 1, {"words": expat.ErrorString(error.code)})
    return None
