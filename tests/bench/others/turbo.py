"""pyshacl-turbo, data and shapes in stores of pyoxigraph, with which it is fastest. ``python -m bench.others.turbo DATA SHAPES FOLDER``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from pyoxigraph import RdfFormat, Store


def main(data: str, shapes: str, folder: str) -> None:
    """Judge *data* by *shapes*, and write the report to *folder*."""
    _conforms, report, _text = import_module("pyshacl_turbo").validate(_store(data, RdfFormat.N_TRIPLES), shacl_graph=_store(shapes, RdfFormat.TURTLE))
    report.serialize(Path(folder) / "report.ttl", format="turtle")


def _store(path: str, form: RdfFormat) -> Store:
    store = Store()
    store.bulk_load(path=path, format=form)
    return store


if __name__ == "__main__":
    main(*sys.argv[1:])
