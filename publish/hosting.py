"""The files that make a plain host answer right: each is written from the one table in `addresses`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from publish.addresses import Layout
from publish.apache import apache_rules, w3id_rules
from publish.nginx import nginx_maps, nginx_server
from publish.statichosts import static_headers, static_redirects

_FILES: Mapping[str, Callable[[Layout], str]] = {
    ".htaccess": apache_rules,
    "_headers": static_headers,
    "_redirects": static_redirects,
    "host/nginx.conf": nginx_maps,
    "host/nginx-server.conf": nginx_server,
}


def host_files(layout: Layout) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each file of rules; the redirect only where the site stands elsewhere than its IRIs say."""
    for path, rules in _FILES.items():
        yield path, rules(layout).encode()
    if layout.landing != layout.base:
        yield "host/w3id.htaccess", w3id_rules(layout).encode()
