"""What publishing on Apache Spark costs is told by a model of what was measured, with its errors and what it predicts."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from bench.case import SEED, Case
from bench.cities import world
from bench.costs import ALONE, Run, document, fastest, fit
from bench.generate import generate
from bench.spark import is_right, kept, main, series
from workbench import bynet

MEASURED = [Run(triples, cores, 4, 20 + triples * 60e-6 / cores, 1.0, 2_000_000, 1, is_right=True) for triples in (100_000, 1_000_000) for cores in (1, 2)]
WITHOUT = [Run(triples, 2, ALONE, 2 + triples * 40e-6, 1.0, 1_000_000, 1, is_right=True) for triples in (100_000, 1_000_000)]


def test_the_model_is_the_line_that_the_costs_lie_on() -> None:
    model = fit([(run.triples / run.cores, run.seconds) for run in MEASURED])
    assert model.start == pytest.approx(20)
    assert model.each == pytest.approx(60e-6)
    assert model.seconds(10**9, 100) == pytest.approx(620)


def test_runs_of_one_size_make_no_model() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        fit([(1e6, 20), (1e6, 21)])


def test_the_fastest_number_of_partitions_is_taken_and_nothing_that_came_out_wrong() -> None:
    slower, wrong = replace(MEASURED[0], partitions=8, seconds=90), replace(MEASURED[0], partitions=2, seconds=1, is_right=False)
    assert fastest([slower, wrong, *MEASURED, *WITHOUT]) == MEASURED


def test_the_text_tells_rows_errors_what_is_predicted_and_when_to_move() -> None:
    off = replace(MEASURED[3], seconds=100)
    lines = document([*MEASURED[:3], off, *WITHOUT, replace(off, partitions=9, is_right=False)], ["2 cores"]).splitlines()
    assert "| 1,000,000 | 2 | 4 | 1 | 100 | 2.38 | 1.0 | 2 | yes |" in lines
    assert "| 1,000,000 | 2 | 9 | 1 | 100 | 2.38 | 1.0 | 2 | **no** |" in lines
    exact = document([*MEASURED, *WITHOUT], ["2 cores"]).splitlines()
    assert "seconds = 20.0 + 60.0 * millions of triples / cores" in exact
    assert "| 1,000,000 | 1 | 4 | 80.0 | 80.0 | +0 % |" in exact
    assert "| 1,000,000,000 | 16 | 1 h 03 min | 1 h 03 min |" in exact
    assert "| 10,000,000,000 | 256 | 40 min | 40 min |" in exact
    assert "| 2 | 1,800,000 |" in exact  # 20 + 30 n = 2 + 40 n
    assert "| 4 | 720,000 |" in exact


def test_the_picture_has_a_line_without_spark_and_one_for_each_number_of_cores() -> None:
    lines = series([*MEASURED, *WITHOUT])
    assert [*lines] == ["without Spark, 2 cores", "Spark, local[1]", "Spark, local[2]"]
    assert lines["Spark, local[2]"] == [(100_000, 23.0), (1_000_000, 50.0)]


def test_shards_that_lack_a_triple_are_not_right(tmp_path: Path) -> None:
    written = generate(tmp_path / "clean/project", world(2_000, SEED), 0)
    case = Case(tmp_path, written.triples + written.derived)
    assert bynet("--root", case.project, "publish", "--out", tmp_path / "site").code == 0
    lines = (tmp_path / "site/download/all.nt").read_bytes().splitlines(keepends=True)
    shards = tmp_path / "sharded/download"
    shards.mkdir(parents=True)
    for number in range(3):
        (shards / f"all.{number:05}.nt.gz").write_bytes(gzip.compress(b"".join(lines[number::3])))
    assert is_right(case, tmp_path / "sharded")
    (shards / "all.00002.nt.gz").write_bytes(gzip.compress(b"".join(lines[5::3])))
    assert not is_right(case, tmp_path / "sharded")


def test_what_was_measured_before_is_told_again(tmp_path: Path) -> None:
    (tmp_path / "spark.json").write_text(json.dumps([asdict(run) for run in (*MEASURED, *WITHOUT)]), encoding="utf-8")
    assert main(["--tell", "--work", str(tmp_path), "--docs", str(tmp_path)]) == 0
    assert kept(tmp_path / "spark.json") == [*MEASURED, *WITHOUT]
    assert "seconds = 20.0 + 60.0" in (tmp_path / "spark-costs.md").read_text(encoding="utf-8")
    assert (tmp_path / "spark-costs.svg").read_text(encoding="utf-8").startswith("<svg")
