"""What is wrong between files, on a cluster, as `publish.bulk.crossing` finds it: what may be wrong is found by joins.

The files in which it stands are then read again, and the rules that find it in memory tell what it is and where (`publish.lint`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from publish.bulk.crossing import REPLACEMENT, withdrawn
from publish.bulk.looking import Looked
from publish.model import Project
from publish.paths import page_path


@dataclass(frozen=True, slots=True)
class Between:
    """What there is to look at: the *lines* of all files, with their names; the subjects that are *renamed* (`publish.spark.reading.Read`)."""

    frame: Project
    lines: DataFrame
    renamed: Collection[str]

    def described(self, iris: Collection[str]) -> frozenset[str]:
        """Return those of *iris* that a file of data describes."""
        found = self.lines.select("s").join(self._table(f"<{iri}" for iri in iris), "s").distinct().collect()
        return frozenset(row.s[1:] for row in found)

    def questionable(self, looked: Looked) -> list[str]:
        """Return the files in which something may be wrong that is not wrong in one file alone."""
        frame, known = self.frame, self.frame.described
        used = {iri for iri in looked.numbers.statistics().properties if iri.startswith(frame.base) and iri not in known}
        described = self.described({*used, *looked.undescribed})
        looked.undescribed = sorted({*looked.undescribed} - described)
        nodes = {f"<{iri}" for iri in {*looked.undescribed, *used} - described}
        return self.files_with({*nodes, *self._mentioned(withdrawn(frame, looked)), *self._beside_data(), *self._twice(), *self._alike()})

    def files_with(self, nodes: Collection[str]) -> list[str]:
        """Return the files in which any of *nodes*, as lines have them, stands; sorted."""
        if not nodes:
            return []
        names = self._table(nodes, "node")
        found = [self.lines.join(names, self.lines[column] == names.node).select("file") for column in ("s", "p", "o")]
        return sorted(row.file for row in found[0].union(found[1]).union(found[2]).distinct().collect())

    def _mentioned(self, gone: Collection[str]) -> Iterator[str]:
        """Those of the withdrawn IRIs that are mentioned other than by what replaces something."""
        if gone:
            others = self.lines.where(F.col("p") != REPLACEMENT.decode()).withColumnRenamed("s", "subject").withColumnRenamed("o", "s")
            yield from (row.s for row in others.join(self._table(f"<{iri}" for iri in gone), "s").select("s").distinct().collect())

    def _beside_data(self) -> Iterator[str]:
        """The subjects of other files that stand in one of data too."""
        subjects = {triple.subject for part in ("ontology", "judgements", "shapes") for triple in self.frame.triples(part)}
        yield from (f"<{iri}" for iri in self.described({subject.value for subject in subjects if isinstance(subject, NamedNode)}))

    def _twice(self) -> Iterator[str]:
        """The subjects that stand in two files of data."""
        twice = self.lines.select("file", "s").distinct().groupBy("s").count().where("count > 1")
        yield from (row.s for row in twice.collect())

    def _alike(self) -> Iterator[str]:
        """The subjects whose pages would have the name of another one's, where upper and lower case are the same."""
        base = self.frame.base
        names = {iri: page_path(iri, base).casefold() for iri in sorted(self.renamed)}
        described = self.described({base + name for name in names.values()})
        others = {page_path(iri, base).casefold(): iri for iri in self.frame.described if iri.startswith(base)}
        seen: dict[str, str] = {}
        for iri, name in names.items():
            namesake = seen.setdefault(name, iri) if seen.get(name, iri) != iri else others.get(name, iri)
            if namesake != iri or base + name in described:
                yield from (f"<{iri}", f"<{namesake}", f"<{base}{name}")

    def _table(self, names: Collection[str] | Iterator[str], column: str = "s") -> DataFrame:
        return F.broadcast(self.lines.sparkSession.createDataFrame([(name,) for name in sorted(names)], f"{column} string"))
