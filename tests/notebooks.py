"""The notebook of `docs/`, executed in a Jupyter kernel; `python tests/notebooks.py` writes it anew with what comes out.

The outputs are kept in the file, so that it can be read where nothing runs, as the answers are beside the questions; a test
says where they are no longer what comes out.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from serving import serving
from traitlets.config import Config
from workbench import ROOT, bynet

NOTEBOOK = ROOT / "docs/notebook.ipynb"
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
_TIME = 120


def read_notebook() -> NotebookNode:
    notebook: NotebookNode = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    return notebook


def execute(notebook: NotebookNode, site: Path, endpoint: str) -> None:
    """Execute the cells of *notebook*, each of which gets its outputs, on *site* and *endpoint*. Raises what a cell raises."""
    with TemporaryDirectory(prefix="nb") as folder:
        own = {"BYNET_ENDPOINT": endpoint, "BYNET_SITE": str(site), "IPYTHONDIR": folder}
        beside = Config({"KernelManager": {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}})  # no port for others to find
        where = {"metadata": {"path": str(NOTEBOOK.parent)}}
        NotebookClient(notebook, config=beside, kernel_name="python3", timeout=_TIME, record_timing=False, resources=where).execute(env=os.environ | own)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]  # the first run of all tells of a font cache
    notebook.metadata.clear()
    notebook.metadata.update(METADATA)


def main() -> None:
    notebook = read_notebook()
    with TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        ended = bynet("--root", ROOT, "publish", "--out", site)
        assert ended.code == 0, ended.err
        with serving(site) as server:
            execute(notebook, site, server.endpoint)
    nbformat.write(notebook, NOTEBOOK)  # type: ignore[no-untyped-call]  # nbformat has no types


if __name__ == "__main__":
    main()
