"""Write a whole project of made-up cities: ``PYTHONPATH=tests python -m bench.generate --triples 1000000 --seed 7 --faults 40 FOLDER``.

The same bytes for the same choices, on any machine. ``expected.json`` beside the folder has what is to be found: ``[{"focus", "path", "component"}, ...]``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.cities import KINDS, World, world
from bench.faults import Planted, plant

PROJECT = Path(__file__).parent / "project"
"""What every project has: the ontology, the shapes, the codes, the description of the data set."""
EXPECTED = "expected.json"
_FILE = 1_200_000
"""Characters of a file of data, more or less: an edit touches little."""
_PUBLISHER = "    dcterms:publisher "
_PLURALS = {"agreement": "agreements", "body": "bodies", "city": "cities", "network": "networks"}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the triples of the made-up things, those that the rule derives of them, and the files of data."""

    triples: int
    derived: int
    files: int


def generate(folder: Path, made: World, faults: int, version: str = "") -> Written:
    """Write the project of *made* with so many *faults* to *folder*, which must not be there; with a *version* it is a release.

    Raises `ValueError` where so many faults do not fit, and `FileExistsError`.
    """
    planted = plant(faults, made)
    shutil.copytree(PROJECT, folder)
    if version:
        _release(folder / "data/dataset.ttl", version)
    prefixes = _prefixes(folder / "data/dataset.ttl")
    edits = {one.name: one for one in planted}
    triples = files = 0
    for kind in KINDS:
        for number, blocks in enumerate(_filled(_blocks(kind, made, edits)), 1):
            text = "\n".join(blocks)
            head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items() if f"{name}:" in text)
            (folder / f"data/{_PLURALS.get(kind, f'{kind}s')}-{number:04}.ttl").write_bytes(f"{head}\n{text}".encode())
            triples += text.count(" ;\n")
            files += 1
    expected = sorted(result for one in planted for result in one.results())
    text = ",\n".join(json.dumps(asdict(result)) for result in expected)
    (folder.parent / EXPECTED).write_text(f"[\n{text}\n]\n", encoding="ascii")
    return Written(triples, sum(map(len, made.joined)), files)


def _blocks(kind: str, made: World, edits: Mapping[str, Planted]) -> Iterator[str]:
    """Yield the blocks of all things of *kind*, those that have a fault with it, then what the faults brought with them."""
    for name, lines in KINDS[kind](made):
        fault = edits.get(name)
        yield f"{name}\n{fault.fault.edit(lines, fault.number, made) if fault else lines}.\n"
    extra = {one.extra_name: one.fault.extra[1] for one in edits.values() if one.fault.extra and one.extra_name.startswith(f"{kind}:")}
    for name, lines in sorted(extra.items()):
        yield f"{name}\n{lines}.\n"


def _filled(blocks: Iterator[str]) -> Iterator[list[str]]:
    """Yield the blocks of one file after the other."""
    held: list[str] = []
    length = 0
    for block in blocks:
        held.append(block)
        length += len(block)
        if length > _FILE:
            yield held
            held, length = [], 0
    if held:
        yield held


def _prefixes(file: Path) -> dict[str, str]:
    """The prefixes that the description of the data set declares, A to Z."""
    blocks = (block.splitlines() for block in file.read_text(encoding="utf-8").split("\n\n") if "sh:PrefixDeclaration" in block)
    return dict(sorted((block[3].split('"')[1], block[2].split('"')[1]) for block in blocks))


def _release(file: Path, version: str) -> None:
    """Give the data set a version, and the day on which it last changed."""
    text = file.read_text(encoding="utf-8")
    text = text.replace("    dcterms:description", f'    dcat:version "{version}" ;\n    dcterms:description', 1)
    file.write_text(text.replace(_PUBLISHER, f'    dcterms:modified "2026-02-01"^^xsd:date ;\n{_PUBLISHER}', 1), encoding="utf-8")


def main(words: Sequence[str] | None = None) -> None:
    """Write what the command line asks for, and say what that is."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description="Write a project of made-up cities.")
    parser.add_argument("--triples", type=int, default=10_000, help="about so many, those that the rule derives among them")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--faults", type=int, default=0)
    parser.add_argument("--version", default="", help="of the data set, which is a draft without")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args(words)
    written = generate(asked.folder, world(asked.triples, asked.seed), asked.faults, asked.version)
    print(f"{written.triples} triples in {written.files} files, and {written.derived} that the rule derives")


if __name__ == "__main__":
    main()
