"""The second parser, rdflib, alone in a process of its own, for it fetches what a document names and takes memory and time without end.

Run as ``python -m fuzz.second``. Standard input: a line with the format and the length in bytes of a document, then the document,
again and again. Standard output: a line of JSON for each, with its ``quads``, or the ``error`` that rdflib has with it. Literals are
as they are written, unless a word is given on the command line: then they are as rdflib would have them. The process can open nothing,
and ends where a document takes more than `LIMITS`.
"""

from __future__ import annotations

import json
import signal
import sys
import warnings
from typing import BinaryIO

import rdflib
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.term import Node

from publish.confined import Limits, close_up, grant

LIMITS = Limits(seconds=5.0, memory=1024)
BASE = "relative:/"
"""What relative IRIs are relative to."""
FORMATS = {"ttl": "turtle", "nt": "nt", "nq": "nquads", "trig": "trig", "jsonld": "json-ld", "rdf": "xml"}
"""rdflib's names of formats, by the ending of a file's name."""

_WARM = {"jsonld": b'{"urn:p": 1}', "rdf": b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'}


def read(document: bytes, form: str) -> list[list[list[str]]]:
    """Return the quads of *document*, each as four terms, the last one empty for the default graph. Raises whatever rdflib raises."""
    dataset = rdflib.Dataset(default_union=False)
    dataset.parse(data=document, format=FORMATS[form], publicID=BASE)
    found = []
    for subject, predicate, value, graph in dataset.quads():
        name = [] if graph in (None, DATASET_DEFAULT_GRAPH_ID) else _term(graph)
        found.append([_term(subject), _term(predicate), _term(value), name])
    return found


def _term(node: Node) -> list[str]:
    if isinstance(node, rdflib.Literal):
        return ["literal", str(node), str(node.datatype or ""), str(node.language or "")]
    return ["blank" if isinstance(node, rdflib.BNode) else "iri", str(node)]


def _only_as_written() -> None:
    """Have rdflib make no values of literals: it changes their writing, and some take all memory there is."""
    rdflib.NORMALIZE_LITERALS = False
    rdflib.term._toPythonMapping.clear()


def _answer(document: bytes, form: str) -> dict[str, object]:
    grant(LIMITS)
    try:
        return {"quads": read(document, form)}
    except MemoryError:
        return {"error": "MemoryError"}
    except Exception as error:  # rdflib raises what it likes
        return {"error": f"{type(error).__name__}: {error}"[:500]}
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)


def main(asked: BinaryIO) -> None:
    """Answer until there is nothing more to read."""
    warnings.simplefilter("ignore")
    if len(sys.argv) == 1:
        _only_as_written()
    for form in FORMATS:
        read(_WARM.get(form, b""), form)  # whatever is imported late
    close_up()
    while head := asked.readline():
        form, _, length = head.decode().partition(" ")
        print(json.dumps(_answer(asked.read(int(length)), form)), flush=True)


if __name__ == "__main__":
    main(sys.stdin.buffer)
