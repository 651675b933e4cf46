"""What pySHACL says of data by shapes: shape by shape, so that one that fails is known by name and the others have their turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph
import rdflib
from pyoxigraph import NamedNode, RdfFormat, Triple
from pyshacl.errors import ReportableRuntimeError
from pyshacl.graph_abstraction import DataGraph
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from rdflib.namespace import SH

from publish.confined import Note
from publish.errors import BadQuery
from publish.model import SHACL, TYPE
from publish.shapes.data import Data
from publish.shapes.faults import DEPTH, Fault, faults
from publish.shapes.loading import first_line, in_order, is_targeted, leave_out_broken_components, loaded, sound
from publish.shapes.results import MOST, more, ordered, plain, result_of
from publish.shapes.structure import Net
from publish.shapes.suspects import Suspects
from publish.shapes.terms import as_oxigraph, as_rdflib

UNSUPPORTED = frozenset(
    SHACL + name for name in ("JSFunction", "JSValidator", "SPARQLFunction", "SPARQLTargetType", "entailment", "expression", "js", "rule", "target")
)
"""Words of SHACL's advanced features and of SHACL-JS, and sh:entailment: pySHACL passes over them as it is asked here."""
Told = Mapping[str, object]
"""What goes to JSON."""
_NOTHING: Told = {"focus_nodes": {}, "results": [], "more": []}


def judge(data: bytes, shapes: bytes, start: int, note: Note, suspects: Suspects | None = None) -> Iterator[Told]:
    """Yield what is wrong with *shapes* themselves, then what each of them finds in *data*, both N-Triples; from the shape with the number *start* on.

    *note* is told of each shape before its turn, by its number and its IRI. With *suspects* no other focus nodes are judged, and *data*
    need have no more than the shapes can see of them (`publish.reach`).
    """
    net = Net(quad.triple for quad in pyoxigraph.parse(shapes, format=RdfFormat.N_TRIPLES))
    found = faults(net, lambda name: note(f"- {name}"))
    note("-")
    if not start:
        yield {"faults": [_fault(fault, net) for fault in found], **_words(net.triples)}
    yield from _Judge(Data(data, suspects.asked if suspects else b""), sound(net, found), net, suspects).each(start, note)


class _Judge:
    """*shapes*, the same as in *net* but for what was left out, held against *data*."""

    def __init__(self, data: rdflib.Graph, shapes: rdflib.Graph, net: Net, suspects: Suspects | None = None) -> None:
        self._data = DataGraph.from_rdflib(data)
        self._shapes = shapes
        self._net = net
        self._suspects = suspects
        self._room = MOST

    def each(self, start: int, note: Note) -> Iterator[Told]:
        """Yield what each shape finds, in a fixed order."""
        try:
            planned = loaded(self._shapes)
        except (ReportableRuntimeError, ValueError) as error:
            yield {"failures": [{"shape": "", "rule": "check-failed", "words": first_line(error)}]}
            return
        yield {"failures": list(leave_out_broken_components(planned, self._net))}
        yield {"shapes": len(planned.shapes)}
        for number, shape in enumerate(in_order(planned)):
            if number >= start:
                name = self._net.name(as_oxigraph(shape.node))
                note(f"{number} {name}")
                is_asked = self._suspects is None or number not in self._suspects.without
                yield {"asked": 1, "number": number, "name": name, **(self._asked(name, shape) if is_asked else _NOTHING)}

    def _asked(self, name: str, shape: Shape) -> Told:
        """What *shape* finds; where it fails, in whatever way, that is what there is to say of it."""
        try:
            return self._held(name, shape)
        except MemoryError:
            raise
        except BadQuery as error:
            return {"failures": [{"shape": name, "rule": error.name, "words": str(error.values.get("words", ""))}]}
        except RecursionError:
            return {"failures": [{"shape": name, "rule": "shape-crash", "words": ""}]}
        except Exception as error:  # pySHACL raises whatever it happens upon, and none of it may be a pass
            return {"failures": [{"shape": name, "rule": "shape-failed", "words": first_line(error)}]}

    def _held(self, name: str, shape: Shape) -> Told:
        count, focus_nodes = self._focus_nodes(shape)
        conforms, reports = shape.validate(SHACLExecutor(max_validation_depth=DEPTH + 1), self._data, focus_nodes)
        if not conforms and not reports:
            raise ValueError("does not conform, without a result")
        results = ordered(result_of(node, triples, self._shapes) for _text, node, triples in reports)
        told = {"results": results[: self._room], "more": more(name, results[self._room :])}
        self._room -= len(told["results"])
        return {"focus_nodes": {plain(shape.node): count} if is_targeted(shape, self._shapes) else {}, **told}

    def _focus_nodes(self, shape: Shape) -> tuple[int, list[Any]]:
        """How many focus nodes *shape* has, and those to be judged."""
        if self._suspects is None:
            nodes = list(shape.focus_nodes(self._data))  # type: ignore[no-untyped-call]  # pySHACL gives it no types
            return len(nodes), nodes
        return self._suspects.focus_nodes.get(plain(shape.node), 0), [*map(as_rdflib, self._suspects.of(plain(shape.node)))]


def _words(triples: Iterable[Triple]) -> Told:
    """The words in SHACL's namespace that SHACL does not define, and those in use that have no effect here, sorted."""
    words = {term.value for triple in triples for term in triple if isinstance(term, NamedNode) and term.value.startswith(SHACL)}
    used = {triple.object if triple.predicate == TYPE else triple.predicate for triple in triples}
    return {
        "unknown_words": sorted(word for word in words if rdflib.URIRef(word) not in SH),
        "unsupported_words": sorted(term.value for term in used if isinstance(term, NamedNode) and term.value in UNSUPPORTED),
    }


def _fault(fault: Fault, net: Net) -> Told:
    """A fault, its terms as N-Triples writes them."""
    subject, predicate, value = fault.triple
    return {
        "rule": fault.rule,
        "triple": [str(subject), str(predicate), str(value)],
        "word": str(fault.word),
        "shape": net.name(fault.culprit) or net.name(subject),
        "words": dict(fault.words),
    }
