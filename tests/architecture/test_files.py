"""Files stay small and have docstrings."""

import ast
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from solvers.registry import solvers

from .statements import statements

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    p
    for folder in ("solvers", "catalog", "mlsysweb")
    for p in (ROOT / folder).rglob("*.py")
    if "migrations" not in p.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTIALS = [p for p in TEMPLATES if p.name.startswith("_")]
HOMELESS = {"utils", "helpers", "services", "core", "common", "base", "misc"}


# Statements as `statements` counts them. The largest files now: goals.py has 128, a wall (node/serving) 116.
MOST_IN_A_FILE, MOST_IN_A_WALL, MOST_IN_A_FUNCTION = 130, 120, 30
WALLS = {import_module(solver.function.__module__).__file__ for solver in solvers().values()}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_small_enough_to_be_one_thing(path):
    most = MOST_IN_A_WALL if str(path) in WALLS else MOST_IN_A_FILE
    assert statements(ast.parse(path.read_text())) <= most


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_function_is_small_enough_to_be_read_at_once(path):
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    assert not [f.name for f in functions if statements(f) > MOST_IN_A_FUNCTION]


def test_a_line_break_changes_no_size_and_a_statement_does():
    short, long = "def f(a):\n    return a", "def f(\n    a,\n):\n    return (\n        a\n    )"
    assert statements(ast.parse(short)) == statements(ast.parse(long)) == 2
    assert statements(ast.parse(short.replace("return a", "a += 1\n    return a"))) == 3


def test_no_room_is_for_things_without_a_home():
    assert not [p for p in SOURCES if HOMELESS & {*p.parts[len(ROOT.parts) : -1], p.stem}]


@pytest.mark.parametrize("path", PARTIALS, ids=lambda p: p.name)
def test_a_swapped_partial_opens_with_the_id_it_is_named_after(path):
    """`walls/_result.html` opens with id="result", so that hx-target and file are one name. One that a page has several
    of ends its id with its number. Partials below a folder `shared` are included, never swapped."""
    if "shared" in path.relative_to(ROOT).parts:
        return
    opening = re.search(r"<[a-z]+[^>]*?\bid=\"([^\"]+?)(?:-\{\{ [a-z]+\.number \}\})?\"", path.read_text(), re.S)
    assert opening and opening[1] == path.stem.removeprefix("_").replace("_", "-")


def test_every_template_is_used():
    texts = "\n".join(p.read_text() for p in (*SOURCES, *TEMPLATES))
    by_name = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
    unused = [p for p in TEMPLATES if str(p.relative_to(ROOT / "templates")) not in texts and p.name not in by_name]
    assert not unused


def test_templates_compute_nothing():
    computing = re.compile(r"\|\s*(add|divisibleby|floatformat|widthratio|filesizeformat|slugify|dictsort|safeseq)\b")
    assert not [p.name for p in TEMPLATES if computing.search(p.read_text())]


def test_solvers_say_their_units_only_in_declarations():
    """The docstring of a wall does not repeat units of inputs."""
    for path in (ROOT / "solvers").rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name in ("Inputs", "Outputs"):
                assert ast.get_docstring(node) is None, path


def test_the_import_contracts_hold():
    ran = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
