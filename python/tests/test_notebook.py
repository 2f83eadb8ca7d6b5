"""The example notebook runs from top to bottom, and is committed without outputs: times and machine
are those of whoever runs it."""

import os
import re

import nbclient
import nbformat
import pytest

import lanewise

NOTEBOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples",
                        "atmosphere.ipynb")


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_is_committed_without_outputs(notebook):
    nbformat.validate(notebook)
    for cell in code_cells(notebook):
        assert cell.outputs == [] and cell.execution_count is None


def test_runs_from_top_to_bottom(notebook, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    promised = re.search("`([0-9a-f]{16})`", notebook.cells[-1].source).group(1)
    nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    errors = [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert not errors
    pages = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    assert any(lanewise.__version__ in page for page in pages)
    assert any("image/png" in o.get("data", {}) for o in outputs)
    printed = "".join(o.text for o in outputs if o.output_type == "stream")
    for target in lanewise.machine()["targets"]:
        if target["compiled"] and target["supported"]:
            assert f"{target['name']:<10} {promised}" in printed
