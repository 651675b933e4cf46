"""Compare the graphs in a triple store with a release: counts, canonical hashes, and which triples differ."""

from __future__ import annotations

from collections.abc import Callable

from publish.agreement import Agreement, agreement
from publish.lines import Desk
from publish.opening import Address, opened
from publish.releasegraphs import read_release
from publish.triplestore import Graph


def compare(site: str, address: Address, base: str | None, progress: Callable[[str], None]) -> tuple[Agreement, ...]:
    """Return how far each graph at *address*, any SPARQL endpoint or graph store, agrees with the release at *site*, a folder or an address.

    *base* is what the graphs' names begin with in the store, where that is not the data's own base. Raises a `Mistake` where
    there is no release, and `StoreFailed` where the store does not give its graphs.
    """
    with Desk() as desk:
        progress("reading-release")
        release = read_release(site, base, desk)
        with opened(address, desk) as store:
            progress("reading-store")
            found = [(Graph(release.base, name).iri, wanted, store.read(Graph(release.base, name).iri)) for name, wanted in release.graphs]
            return tuple(agreement(graph, (wanted, there), desk.differences(there, wanted), desk) for graph, wanted, there in found)
