"""A published site over HTTP, with a SPARQL 1.1 endpoint over its data: the only part of bynet that opens a socket to listen."""
