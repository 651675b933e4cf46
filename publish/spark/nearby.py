"""Bring near what the site's frame has to know of the data: what the data set says of itself, code lists, and what these name (`publish.bulk.frame`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from publish.bulk.folder import filled
from publish.bulk.frame import MOST, POINTING
from publish.bulk.index import Index, opened
from publish.bulk.lines import turned
from publish.model import SKOS, TYPE, Project
from publish.spark.rows import line_of

_FIELDS = ("s", "p", "o", "g")


@dataclass(frozen=True, slots=True)
class Near:
    """Lines that are near, by subject and turned, as `publish.bulk.held.Held` has all of them."""

    by_subject: Index
    turned: Index


class Bringing:
    """Brings lines of *tagged* data near, into *folder*, where they are open until *files* are closed."""

    def __init__(self, tagged: DataFrame, folder: Path, files: ExitStack) -> None:
        self._tagged = tagged
        self._folder, self._files = folder, files

    def near(self, frame: Project, mentioned: Collection[str]) -> Near:
        """Return what `publish.bulk.frame.framed` looks for, and a line of each of the IRIs *mentioned* that data describe."""
        dataset = f"<{frame.dataset.value}"
        kinds = [f"<{SKOS}{name}" for name in ("Concept", "ConceptScheme")]
        pointing = self._lines(self._tagged.where(F.col("o") == dataset).orderBy("p", "s", "g").limit(POINTING))
        typed = self._lines(self._tagged.where((F.col("p") == f"<{TYPE.value}") & F.col("o").isin(kinds)))
        codes = sorted({line.split(b"\t")[0] for line in typed})
        found = {*self._about(codes)}
        found |= self._around([dataset.encode(), *(line.split(b"\t")[0] for line in sorted(pointing, key=_turned_key)), *codes[:MOST]])
        subjects = {line.split(b"\t")[0].decode() for line in found}
        found |= {*self._firsts({f"<{iri}" for iri in mentioned} - subjects)}
        by_subject = filled(self._folder / "near", [b"".join(sorted(found))])
        around = filled(self._folder / "near-turned", [turned(b"".join({*pointing, *typed}))])
        return Near(opened(by_subject, self._files), opened(around, self._files))

    def _around(self, start: Iterable[bytes]) -> set[bytes]:
        """The lines of all nodes that are met from those at the *start*, as many as are told of, step by step."""
        nodes = [*dict.fromkeys(start)]
        met, found = {*nodes}, set[bytes]()
        while nodes:
            lines = self._about(nodes)
            found |= {*lines}
            groups: dict[bytes, list[bytes]] = {}
            for line in lines:
                groups.setdefault(line.split(b"\t")[0], []).append(line)
            named = [value for node in nodes for line in groups.get(node, ()) if (value := line.split(b"\t")[2]).startswith(b"<")]
            nodes = [*dict.fromkeys(name for name in named if name not in met)][: max(0, MOST - len(met))]
            met.update(nodes)
        return found

    def _about(self, nodes: Sequence[bytes]) -> list[bytes]:
        """The lines of *nodes*, sorted."""
        return self._lines(self._of(node.decode() for node in nodes))

    def _firsts(self, nodes: Iterable[str]) -> list[bytes]:
        """One line of each of *nodes*."""
        firsts = self._of(nodes).groupBy("s").agg(F.min(F.struct("p", "o", "g")).alias("first"))
        return self._lines(firsts.select("s", "first.p", "first.o", "first.g"))

    def _of(self, nodes: Iterable[str]) -> DataFrame:
        return self._tagged.join(F.broadcast(self._tagged.sparkSession.createDataFrame([(node,) for node in sorted(nodes)], "s string")), "s")

    def _lines(self, rows: DataFrame) -> list[bytes]:
        return sorted(line_of(row) + b"\n" for row in rows.select(*_FIELDS).collect())


def _turned_key(line: bytes) -> tuple[bytes, ...]:
    subject, predicate, _value, tag = line.split(b"\t")
    return predicate, subject, tag
