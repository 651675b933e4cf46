"""The data of a site that was published before, as sorted lines on disk: read from its dump of all graphs, piece by piece, in closed processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import pyoxigraph
from pyoxigraph import RdfFormat

from publish.bulk.folder import drop, filled, out
from publish.bulk.index import Index, merged, opened
from publish.bulk.lines import TAGS
from publish.confined import Limits, Note, Stopped
from publish.earlier import BadSite, EarlierSite
from publish.gzipped import ENDING, standing_in_parts, unpacked
from publish.gzipped import opened as unpacking
from publish.model import DUMP
from publish.parallel import confined_each

_PIECE = 4 << 20
_LONGEST = 16 << 20
"""How many bytes a line may have."""
_LIMITS = Limits(seconds=60.0, memory=1024)
"""For a piece."""


def data_before(site: EarlierSite, folder: Path, files: ExitStack) -> Index:
    """Return the data that *site* published as lines, tagged by their graphs; they lie in *folder*, open until *files* are closed.

    Raises `BadSite` where its dump is not there, is not what MANIFEST lists, or can't be read, and `BadGzip`.
    """
    graphs: dict[bytes, bytes] = {}
    with ExitStack() as used:
        runs = _Runs(folder, used)
        for path in standing_in_parts(DUMP, site.manifest):
            for answer in confined_each((partial(_lines, piece) for piece in _pieces(_reader(site, path, used))), _LIMITS):
                if isinstance(answer, Stopped) or not answer:
                    raise BadSite("site-graphs", place=site.place, file=path)
                for graph, tag, lines in (piece.split(b"\n", 2) for piece in answer[1:]):
                    if graphs.setdefault(tag, graph) != graph:
                        raise BadSite("site-graphs", place=site.place, file=path)
                    runs.add(tag, lines)
    whole = filled(folder / "before", merged(runs.paths))
    for run in runs.paths:
        drop(run)
    return opened(whole, files)


def _reader(site: EarlierSite, path: str, files: ExitStack) -> BufferedReader:
    """What the file *path* of *site* holds. Of a site in a folder it is never in memory as a whole."""
    if "://" in site.place or path not in site.manifest:
        return unpacked(site.read(path), path)
    root = Path(site.place)
    place = root / path
    if not place.is_file() or not place.resolve().is_relative_to(root.resolve()):
        raise BadSite("site-without", place=site.place, file=path)
    file = files.enter_context(place.open("rb"))
    if file_digest(file, "sha256").hexdigest() != site.manifest[path]:
        raise BadSite("site-differs", place=site.place, file=path)
    file.seek(0)
    return unpacking(file, path) if path.endswith(ENDING) else file


def _pieces(reader: BufferedReader) -> Iterator[bytes]:
    """Whole lines, some at a time; of what is one endless line a part, which nobody can read."""
    while piece := reader.read(_PIECE):
        yield piece + reader.readline(_LONGEST)


def _lines(piece: bytes, _note: Note) -> Iterator[bytes]:
    """Yield, after an empty piece, the tagged lines of each graph, sorted, below its name and its tag; nothing where these are no quads of data."""
    try:
        said = pyoxigraph.serialize(pyoxigraph.parse(piece, format=RdfFormat.N_QUADS), format=RdfFormat.N_QUADS) or b""
    except (SyntaxError, ValueError):
        return
    graphs: dict[bytes, list[bytes]] = {}
    for line in said.split(b"\n")[:-1]:
        subject, predicate, rest = line.split(b" ", 2)
        value, _, graph = rest[:-2].rpartition(b" ")
        if not subject.startswith(b"<") or value.startswith((b"_", b"<<")):
            return  # blank nodes and triple terms, which bynet never publishes
        graphs.setdefault(graph, []).append(b"%b\t%b\t%b\t" % (subject[:-1], predicate[:-1], value[:-1] if value.startswith(b"<") else value))
    if not all(map(_tag, graphs)):
        return
    yield b""
    for graph, lines in graphs.items():
        tag = _tag(graph)
        yield b"\n".join((graph, tag, b"".join(sorted({line + tag + b"\n" for line in lines}))))


def _tag(graph: bytes) -> bytes:
    """The tag of the graph that is called *graph*; nothing where that is no name of a graph of the data."""
    is_name = graph.startswith(b"<") and graph.count(b"<") == 1
    return next((tag for name, tag in TAGS.items() if is_name and graph.endswith(name.encode() + b">")), b"")


class _Runs:
    """Files of sorted lines; what comes later than it should begins another one."""

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder, self._files = folder, files
        self._last: dict[bytes, tuple[BinaryIO, bytes]] = {}
        self.paths: list[Path] = []

    def add(self, tag: bytes, lines: bytes) -> None:
        """Add sorted *lines* to the run of their *tag*, where they come after all that it has."""
        file, last = self._last.get(tag, (None, b""))
        if file is None or lines[: lines.index(b"\n") + 1] < last:
            if file is not None:
                file.close()
            self.paths.append(self._folder / f"before-{len(self.paths)}")
            file = out(self.paths[-1], self._files)
        file.write(lines)
        self._last[tag] = file, lines[lines.rfind(b"\n", 0, -1) + 1 :]
