"""Open a triple store from the one address that a person has of it: of which kind it is, and who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from publish.credentials import credentials_for
from publish.exchange import Asked, Exchange, Patience
from publish.lines import Desk
from publish.storeplaces import SPARQL_UPDATE, VIRTUOSO, kind_of, places, read_address
from publish.stores import STORES
from publish.triplestore import TripleStore

_SERVER = "Virtuoso"


@dataclass(frozen=True, slots=True)
class Address:
    """A store as a person names it: an address, of which kind it is (empty to find out), and the environment that says who asks."""

    address: str
    environment: Mapping[str, str] = field(repr=False)
    kind: str = ""
    patience: Patience = field(default_factory=Patience)


@contextmanager
def opened(asked: Address, desk: Desk) -> Iterator[TripleStore]:
    """Yield the store. Raises `BadStore` and `BadCredentials`, and `StoreFailed` where it has to be asked what it is and does not answer."""
    address = read_address(asked.address)
    credentials = credentials_for(address, asked.environment)
    exchange = Exchange(address, credentials, asked.patience)
    try:
        kind = asked.kind or kind_of(address) or _found_out(address, exchange)
        known = places(address, kind)
        if credentials is None and known.public:
            known = replace(known, query=known.public)
        yield STORES[kind](exchange, known, desk)
    finally:
        exchange.close()


def _found_out(address: str, exchange: Exchange) -> str:
    """Virtuoso where the server says that it is one, whatever else it says; else a store that is told in SPARQL Update, as nearly all can be."""
    with exchange.ask(Asked("GET", places(address, SPARQL_UPDATE).query), *range(200, 600)) as reply:
        return VIRTUOSO if reply.header("Server").startswith(_SERVER) else SPARQL_UPDATE
