"""shacl-rust with its index. ``python -m bench.others.rust DATA SHAPES FOLDER``."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

_WORDS = ("focusNode", "resultPath", "sourceConstraintComponent")


def main(data: str, shapes: str, folder: str) -> None:
    """Judge *data* by *shapes*, and write what was found to *folder*."""
    found = import_module("shacl_rust").validate_file(data, shapes, experimental_index=True)["results"]
    results = [[_plain(result.get(word, "")) for word in _WORDS] for result in found]
    (Path(folder) / "results.json").write_text(json.dumps(results), encoding="utf-8")


def _plain(term: str) -> str:
    """An IRI without its angle brackets; a path of several steps is only that."""
    return term.strip("<>") if " " not in term else "path"


if __name__ == "__main__":
    main(*sys.argv[1:])
