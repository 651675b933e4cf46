"""How long a site takes as it grows: libraries of books, published in processes of their own; written to docs/growth.md.

``python tests/growth.py [number of resources ...]``. Figures of one run on one machine, which others may share: what counts is the ratio.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbench import LIBRARY, ROOT, bynet_command, environment_of

SIZES = (1250, 2500, 5000)
BOOK = """\
book:b{number:06}
    a t:Book ;
    rdfs:label "Band {number}"@de ;
    rdfs:label "Volume {number}"@en ;
    t:lentOut false ;
    t:pages {pages} ;
    t:publishedIn "{year}"^^xsd:gYear ;
    t:standsOn shelf:s{shelf:05} ;
    t:subject subject:theatre ;
.
"""
SHELF = """\
shelf:s{number:05}
    a t:Shelf ;
    rdfs:label "Regal {number}"@de ;
    rdfs:label "Shelf {number}"@en ;
.
"""
PREFIXES = """\
@prefix book: <https://library.example/book/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix shelf: <https://library.example/shelf/> .
@prefix subject: <https://library.example/subject/> .
@prefix t: <https://library.example/terms#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
ON_A_SHELF = 20
HEAD = """\
# How a site grows

A library of books on shelves in two languages, published by `bynet publish`, each in a process of its own. Written by `make growth`.
The machine may have had other work; what counts is that a resource takes as long in a large site as in a small one.

| books | files of the site | seconds | milliseconds a book | memory (MiB) |
| ---: | ---: | ---: | ---: | ---: |
"""


def library(books: int, folder: Path) -> Path:
    """Make a library of *books* in *folder*; its rule is left out, for it joins each book with all others on its shelf."""
    shutil.copytree(LIBRARY, folder)
    shutil.rmtree(folder / "ontology/rules")
    blocks = [BOOK.format(number=number, pages=100 + number % 700, year=1500 + number % 500, shelf=number // ON_A_SHELF) for number in range(books)]
    blocks += [SHELF.format(number=number) for number in range(-(-books // ON_A_SHELF))]
    (folder / "data/more.ttl").write_text(PREFIXES + "\n".join(blocks), encoding="utf-8")
    return folder


def measure(books: int) -> str:
    """Publish a library of *books* and return its row of the table."""
    with tempfile.TemporaryDirectory() as place:
        project, site = library(books, Path(place) / "project"), Path(place) / "site"
        began = time.perf_counter()
        command = bynet_command("--root", project, "publish", "--out", site)
        subprocess.run(command, check=True, capture_output=True, env=environment_of({}))
        seconds = time.perf_counter() - began
        files = sum(path.is_file() for path in site.rglob("*"))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024  # of the largest so far: sizes grow
        return f"| {books} | {files} | {seconds:.1f} | {1000 * seconds / books:.1f} | {memory} |\n"


if __name__ == "__main__":
    rows = [measure(size) for size in map(int, sys.argv[1:] or SIZES)]
    (ROOT / "docs/growth.md").write_text(HEAD + "".join(rows), encoding="utf-8")
    print(HEAD + "".join(rows))
