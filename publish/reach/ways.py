"""The trails of a shape for people: the paths to all that it sees, as SPARQL writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from publish.reach.terms import n_term
from publish.reach.trails import ANY, END, START, Edge, Trails

_ANY = "?property"


def ways(trails: Trails, shown: Callable[[str], str]) -> list[str]:
    """Return the paths on which triples are seen, each with its last step, sorted; *shown* writes a term of N-Triples.

    A step that may come again has a plus. A path from a node that is no focus node begins with that node.
    """
    return sorted(set(_found(trails, shown)))


def _found(trails: Trails, shown: Callable[[str], str]) -> Iterator[str]:
    begun = {START: ""} | {place: f"{shown(n_term(term).decode())}/" for place, term in trails.fixed}
    waiting = list(begun)
    while waiting:
        place = waiting.pop(0)
        for edge in trails.places[place]:
            step = _step(trails, edge, shown)
            if step.endswith("+") and begun[place].endswith(f"{step}/"):
                continue  # it has come already
            way = begun[place] + step
            yield way
            if edge.to != END and edge.to not in begun:
                begun[edge.to] = f"{way}/"
                waiting.append(edge.to)


def _step(trails: Trails, edge: Edge, shown: Callable[[str], str]) -> str:
    name = _ANY if edge.predicate == ANY else shown(n_term(edge.predicate).decode())
    again = any((other.predicate, other.is_inverse, other.to) == (edge.predicate, edge.is_inverse, edge.to) for other in trails.places[edge.to])
    return f"{'^' if edge.is_inverse else ''}{name}{'+' if again else ''}"
