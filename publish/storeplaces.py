"""Where a store is asked and told, from the one address that a person has of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from publish.errors import Mistake
from publish.web import is_address

GRAPH_STORE, SPARQL_UPDATE, VIRTUOSO = KINDS = ("graph-store", "sparql-update", "virtuoso")

_VIRTUOSO = re.compile(r"([^/]*//[^/]+.*?)(?:/sparql(?:-auth|-graph-crud(?:-auth)?)?)?/?")
_ENDINGS = (
    (re.compile(r".*/sparql-(?:auth|graph-crud|graph-crud-auth)/?"), VIRTUOSO),
    (re.compile(r".*/(?:store|data|gsp|rdf-graphs/service|rdf-graph-store)/?"), GRAPH_STORE),
    (re.compile(r".*/(?:update|query|statements|repositories/[^/]+)/?"), SPARQL_UPDATE),
)
"""By which endings of an address stores are known: of Virtuoso; of Oxigraph, Fuseki, Neptune, GraphDB and RDF4J, and of W3C's own examples."""


class BadStore(Mistake):
    """An address that no store can be asked at, or that holds what must not be in one."""


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses of one store: where it is asked (SPARQL Query), told (SPARQL Update), and given graphs (Graph Store Protocol); empty where it is not.

    *public* is where those are to ask whom it does not know.
    """

    query: str = ""
    update: str = ""
    graphs: str = ""
    public: str = ""


def read_address(address: str) -> str:
    """Return *address*, which is one of http or https without user name, query and fragment. Raises `BadStore`."""
    if "@" in address:  # wherever: a password may hold a slash
        raise BadStore("store-userinfo")
    if not is_address(address):
        raise BadStore("store-bad-address", address=address)
    return address


def kind_of(address: str) -> str:
    """Return the kind of store that the ending of *address* tells of; empty where it tells nothing."""
    return next((kind for ending, kind in _ENDINGS if ending.fullmatch(address)), "")


def places(address: str, kind: str) -> Places:
    """Return where the store of *kind* is asked and told that has the *address*, any one of those that it has."""
    return _PLACES[kind](address)


def _graph_store(address: str) -> Places:
    return Places(graphs=f"{address.rstrip('/')}/store" if _is_bare(address) else address)


def _sparql_update(address: str) -> Places:
    place = address.rstrip("/")
    root, _slash, last = place.rpartition("/")
    if _is_bare(address):
        return Places(f"{place}/query", f"{place}/update")
    if last in {"query", "update"}:
        return Places(f"{root}/query", f"{root}/update")
    if last == "statements":
        return Places(root, place)
    if root.endswith("/repositories"):
        return Places(place, f"{place}/statements")
    return Places(address, address)


def _virtuoso(address: str) -> Places:
    match = _VIRTUOSO.fullmatch(address)
    root = match[1] if match else address
    return Places(f"{root}/sparql-auth", f"{root}/sparql-auth", f"{root}/sparql-graph-crud-auth", f"{root}/sparql")


_PLACES: Mapping[str, Callable[[str], Places]] = {GRAPH_STORE: _graph_store, SPARQL_UPDATE: _sparql_update, VIRTUOSO: _virtuoso}


def _is_bare(address: str) -> bool:
    """Whether the address is that of a host alone."""
    return address.rstrip("/").count("/") == len("//")
