"""The notebook does what it says, on a published site and a real server, and what it shows is what comes out."""

from __future__ import annotations

import base64
import csv
import io
import re
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from notebooks import METADATA, NOTEBOOK, execute, read_notebook
from serving import serving
from workbench import ROOT

TIMELINE = ROOT / "ontology/questions/timeline.tsv"


@pytest.fixture(scope="module")
def executed(site: Path) -> NotebookNode:
    """The notebook after it ran, with one more cell: its table as CSV."""
    notebook = read_notebook()
    notebook.cells.append(new_code_cell("print(dated.to_csv(index=False))"))  # type: ignore[no-untyped-call]  # nbformat has no types
    with serving(site) as server:
        execute(notebook, site, server.endpoint)
    return notebook


def outputs(notebook: NotebookNode) -> list[str]:
    """What the cells of *notebook* show as text, in order."""
    shown = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    return [output.text if output.output_type == "stream" else output.data["text/plain"] for output in shown]


def plots(notebook: NotebookNode) -> list[bytes]:
    shown = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs if output.output_type == "display_data")
    return [base64.b64decode(output.data["image/png"]) for output in shown]


def test_what_the_notebook_shows_is_what_comes_out(executed: NotebookNode) -> None:
    assert outputs(read_notebook()) == outputs(executed)[:-1], "python tests/notebooks.py writes it anew"


def test_its_dates_are_those_of_the_question_and_derived_where_that_says_so(executed: NotebookNode) -> None:
    table = [*csv.DictReader(io.StringIO(outputs(executed)[-1]))]
    expected = [line.split("\t") for line in TIMELINE.read_text(encoding="utf-8").splitlines()[1:]]
    day = re.compile(r'"([0-9-]+)"')
    assert [(row["earliest"], row["latest"], f"<{row['fact']}>", row["origin"]) for row in table] == [
        (day.match(row[0])[1], day.match(row[1])[1], row[2], "derived" if row[6] == "true" else "stated")  # type: ignore[index]  # a date each
        for row in expected
    ]


def test_what_is_derived_has_a_rule_and_everything_has_its_passages(executed: NotebookNode) -> None:
    table = [*csv.DictReader(io.StringIO(outputs(executed)[-1]))]
    for row in table:
        assert (row["origin"] == "derived") == bool(row["rule"]) == (row["confidence"] != "As stated")
        assert row["passages"]
        assert all((ROOT / "data/passages.ttl").read_text(encoding="utf-8").count(f"\npassage:{name}\n") == 1 for name in row["passages"].split())


def test_it_draws_one_plot_with_stated_and_derived_in_their_colours(executed: NotebookNode) -> None:
    (plot,) = plots(executed)
    (kept,) = plots(read_notebook())
    picture = imread(io.BytesIO(plot))
    assert picture.shape == imread(io.BytesIO(kept)).shape
    for colour in ("#0072b2", "#d55e00"):
        near = abs(picture[:, :, :3] - to_rgb(colour)).max(axis=2) < 0.02
        assert near.sum() > 100, colour


def test_the_file_says_nothing_of_the_machine_it_was_executed_on() -> None:
    notebook = read_notebook()
    assert notebook.metadata == METADATA
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|tmp|usr|work|Users)/|127\.0\.0\.1:(?!8000)|execution\"|\"stderr\"", text)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == [*range(1, len(counts) + 1)]
