"""How a site came to be, in the words of PROV-O: the files it was made from, the software that made it, and what came out.

https://www.w3.org/TR/prov-o/. There are no clock times in it: the same files and the same software give the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from publish.authorities import SHA256
from publish.model import DCTERMS, LABEL, PROV, SPDX, TYPE, XSD, Object
from publish.texts import every_language


def said(subject: str, *pairs: tuple[str, Object]) -> Iterator[Triple]:
    """Yield a triple for each pair of a property's IRI and a value."""
    for predicate, value in pairs:
        yield Triple(NamedNode(subject), NamedNode(predicate), value)


def labelled(subject: str, kind: str, words: Mapping[str, str]) -> Iterator[Triple]:
    """Yield the class of *subject* and its label in each language."""
    yield Triple(NamedNode(subject), TYPE, NamedNode(kind))
    for language, text in words.items():
        yield Triple(NamedNode(subject), LABEL, Literal(text, language=language))


def checksum_triples(subject: str, sha256: str) -> Iterator[Triple]:
    """Yield the sha256 (hexadecimal) of *subject*, as a checksum with an IRI of its own."""
    checksum = f"{subject}-sha256"
    yield from said(subject, (SPDX + "checksum", NamedNode(checksum)))
    yield Triple(NamedNode(checksum), TYPE, NamedNode(SPDX + "Checksum"))
    value = Literal(sha256, datatype=NamedNode(XSD + "hexBinary"))
    yield from said(checksum, (SPDX + "algorithm", NamedNode(SHA256)), (SPDX + "checksumValue", value))


def build_triples(document: str, sources: Iterable[tuple[str, str]], software: Mapping[str, str]) -> Iterator[Triple]:
    """Yield the activity ``#build`` of *document*: the source files that it used (path and sha256), the software (version by name)."""
    build = f"{document}#build"
    yield from labelled(build, PROV + "Activity", every_language("catalogue.build"))
    for path, sha256 in sources:
        source = f"{document}#source/{quote(path)}"
        yield from said(build, (PROV + "used", NamedNode(source)))
        yield Triple(NamedNode(source), TYPE, NamedNode(PROV + "Entity"))
        yield from said(source, (DCTERMS + "identifier", Literal(path)))
        yield from checksum_triples(source, sha256)
    for name, version in software.items():
        agent = f"{document}#software/{quote(name)}"
        yield from said(build, (PROV + "wasAssociatedWith", NamedNode(agent)))
        yield from labelled(agent, PROV + "SoftwareAgent", every_language("report.software", name=name, version=version))
        yield from said(agent, (DCTERMS + "hasVersion", Literal(version)))
