"""What pySHACL says of data by shapes: shape by shape, so that one that fails is known by name and the others have their turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyoxigraph
import rdflib
from pyoxigraph import NamedNode, RdfFormat, Triple
from pyshacl.constraints.constraint_component import CustomConstraintComponentFactory
from pyshacl.errors import ReportableRuntimeError
from pyshacl.graph_abstraction import DataGraph
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF
from rdflib.namespace import SH

from publish.confined import Note
from publish.errors import BadQuery
from publish.model import SHACL, TYPE
from publish.shapes.data import Data
from publish.shapes.faults import DEPTH, Fault, faults, left_out, without
from publish.shapes.plan import plan, targets
from publish.shapes.results import plain, result_of, severity_of
from publish.shapes.structure import Net
from publish.shapes.terms import as_oxigraph, read_graph

UNSUPPORTED = frozenset(
    SHACL + name for name in ("JSFunction", "JSValidator", "SPARQLFunction", "SPARQLTargetType", "entailment", "expression", "js", "rule", "target")
)
"""Words of SHACL's advanced features and of SHACL-JS, and sh:entailment: pySHACL passes over them as it is asked here."""


_RESULTS = 5_000
"""How many results are told: more than anybody reads at once."""
Told = Mapping[str, object]
"""What goes to JSON."""


def judge(data: bytes, shapes: bytes, start: int, note: Note) -> Iterator[Told]:
    """Yield what is wrong with *shapes* themselves, then what each of them finds in *data*, both N-Triples; from the shape with the number *start* on.

    *note* is told of each shape before its turn, by its number and its IRI.
    """
    net = Net(quad.triple for quad in pyoxigraph.parse(shapes, format=RdfFormat.N_TRIPLES))
    found = faults(net, lambda name: note(f"- {name}"))
    note("-")
    if not start:
        yield {"faults": [_fault(fault, net) for fault in found], **_words(net.triples)}
    sound = read_graph(pyoxigraph.serialize(without(net, left_out(net, found)), format=RdfFormat.N_TRIPLES) or b"")
    yield from _Judge(Data(data), sound, net).each(start, note)


class _Judge:
    """*shapes*, the same as in *net* but for what was left out, held against *data*."""

    def __init__(self, data: rdflib.Graph, shapes: rdflib.Graph, net: Net) -> None:
        self._data = DataGraph.from_rdflib(data)
        self._shapes = shapes
        self._net = net
        self._room = _RESULTS

    def each(self, start: int, note: Note) -> Iterator[Told]:
        """Yield what each shape finds, in a fixed order."""
        try:
            planned = ShapesGraph(plan(self._shapes))
            list(planned.shapes)
        except (ReportableRuntimeError, ValueError) as error:
            yield {"failures": [{"shape": "", "rule": "check-failed", "words": _first_line(error)}]}
            return
        yield {"failures": list(self._broken_components(planned))}
        yield {"shapes": len(planned.shapes)}
        for number, shape in enumerate(sorted(planned.shapes, key=lambda shape: str(shape.node))):
            if number >= start:
                name = self._net.name(as_oxigraph(shape.node))
                note(f"{number} {name}")
                yield self._asked(name, shape)

    def _broken_components(self, planned: ShapesGraph) -> Iterator[Told]:
        """The constraint components of somebody's own that can't be used; they are left out, for pySHACL makes all of them for each shape."""
        for node in sorted(planned.graph.subjects(RDF.type, SH.ConstraintComponent), key=str):
            try:
                CustomConstraintComponentFactory(planned, node)
            except MemoryError:
                raise
            except Exception as error:  # whatever it is, it is no pass
                planned.graph.remove((node, RDF.type, SH.ConstraintComponent))
                yield {"shape": self._net.name(as_oxigraph(node)), "rule": "shape-failed", "words": _first_line(error)}

    def _asked(self, name: str, shape: Shape) -> Told:
        """What *shape* finds; where it fails, in whatever way, that is what there is to say of it."""
        try:
            return self._held(name, shape)
        except MemoryError:
            raise
        except BadQuery as error:
            return {"asked": 1, "failures": [{"shape": name, "rule": error.name, "words": str(error.values.get("words", ""))}]}
        except RecursionError:
            return {"asked": 1, "failures": [{"shape": name, "rule": "shape-crash", "words": ""}]}
        except Exception as error:  # pySHACL raises whatever it happens upon, and none of it may be a pass
            return {"asked": 1, "failures": [{"shape": name, "rule": "shape-failed", "words": _first_line(error)}]}

    def _held(self, name: str, shape: Shape) -> Told:
        focus_nodes: set[Any] = shape.focus_nodes(self._data)  # type: ignore[no-untyped-call]  # pySHACL gives it no types
        conforms, reports = shape.validate(SHACLExecutor(max_validation_depth=DEPTH + 1), self._data, list(focus_nodes))
        if not conforms and not reports:
            raise ValueError("does not conform, without a result")
        targeted = any(targets(self._shapes, shape.node)) or shape.implicit_class_targets()  # type: ignore[no-untyped-call]  # pySHACL gives it no types
        return {
            "asked": 1,
            "focus_nodes": {plain(shape.node): len(focus_nodes)} if targeted else {},
            "results": [result_of(node, triples, self._shapes) for _text, node, triples in reports[: self._room]],
            "more": self._more(name, reports),
        }

    def _more(self, name: str, reports: Sequence[Any]) -> list[Told]:
        """How many results of the shape called *name* there is no room for, by their severity."""
        room, self._room = self._room, max(0, self._room - len(reports))
        severities = Counter(severity_of(triples) for _text, _node, triples in reports[room:])
        return [{"shape": name, "severity": severity, "count": count} for severity, count in sorted(severities.items())]


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


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
