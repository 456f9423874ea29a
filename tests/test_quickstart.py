"""The quickstart notebook runs completely in a Python with only the library."""

import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
# Runs each cell as a notebook does: the last expression is shown by its HTML or its LaTeX, else by its repr.
RUN = """
import ast, sys
import nbformat

space = {}
for cell in nbformat.read(sys.argv[1], as_version=4).cells:
    if cell.cell_type == "code":
        body = ast.parse(cell.source)
        last = ast.Expression(body.body.pop().value) if isinstance(body.body[-1], ast.Expr) else None
        exec(compile(body, cell.id, "exec"), space)
        if last:
            value = eval(compile(last, cell.id, "eval"), space)
            show = getattr(value, "_repr_html_", None) or getattr(value, "_repr_latex_", None) or value.__repr__
            print(f"[{cell.id}] {show()}")
"""


def run(path):
    command = [sys.executable, "-W", "error", "-c", RUN, str(path)]
    environment = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "none"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_every_cell_runs_and_shows_something():
    ran = run(ROOT / "docs" / "quickstart.ipynb")
    assert ran.returncode == 0, ran.stderr
    for expected in ("memory-bound", "Memory-bound", "batch_size: must be at least 1", "Did you mean precision", "t\n"):
        assert expected in ran.stdout


def test_it_is_a_valid_notebook_without_outputs():
    notebook = nbformat.read(ROOT / "docs" / "quickstart.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
